"""Picks: how people choose from a list, and what is no choice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.picks import picked

SECOND = [
    "2", "２", "②", "2️⃣", "2.", "2、", "（2）", "【2】", "[2]", "2。", "2！", " 2 ", "二", "贰", "第二", "第二个",
    "第2个", "第二条", "第二项", "第2个问题", "要第二个", "我要第二个", "我选第二个吧", "选2", "选择2", "点2",
    "回复2", "看第二个", "那就第二个", "就第二个", "2谢谢", "2，谢谢", "2吧", "2呀", "第二个谢谢", "第二个，谢谢您",
    "您好，第二个", "第二个！麻烦了", "是第二个", "应该是第二个", "还是2", "选项2", "序号2", "答案2", "2号",
    "第二个可以", "我想看第二个", "我问的是第二个", "第二個", "選2", "no2", "我想问第二个",
]  # fmt: skip
LAST = ["最后一个", "后面那个", "下面那个", "最下面的", "最后那个谢谢", "要后面那个", "後面那個"]
FIRST = ["1", "第一个", "上面那个", "前面那个", "最上面的", "前一个", "上面的"]
NONE = [
    "都不是",
    "不是",
    "没有",
    "不是这个",
    "都不对",
    "不对",
    "没一个是",
    "都不是我要的",
    "没有我要的",
    "都唔系",
    "都不是，谢谢",
]
YES = [
    "是",
    "是的",
    "嗯",
    "对",
    "对的",
    "好的",
    "可以",
    "嗯嗯",
    "是的，谢谢",
    "就是这个",
    "没错",
    "ok",
    "OK",
    "系",
    "好",
    "行",
]
ALL = ["都要", "两个都要", "全部", "两个都想知道", "都想看"]


@pytest.mark.parametrize("text", SECOND)
def test_the_second(text: str) -> None:
    assert picked(text, 3) == picked(text, 2) == 2


@pytest.mark.parametrize("offered", [1, 2, 3])
def test_the_first_and_the_last(offered: int) -> None:
    assert {text: picked(text, offered) for text in LAST} == dict.fromkeys(LAST, offered)
    assert {text: picked(text, offered) for text in FIRST} == dict.fromkeys(FIRST, 1)


@pytest.mark.parametrize(("text", "three", "two"), [("中间那个", 2, "which"), ("中间的", 2, "which")])
def test_the_middle(text: str, three: object, two: object) -> None:
    assert (picked(text, 3), picked(text, 2)) == (three, two)


@pytest.mark.parametrize("text", NONE)
def test_none_of_them(text: str) -> None:
    assert picked(text, 1) == picked(text, 3) == "none"


@pytest.mark.parametrize("text", [*YES, *ALL])
def test_yes_is_clear_of_one_and_unclear_of_several(text: str) -> None:
    assert (picked(text, 1), picked(text, 2), picked(text, 3)) == (1, "which", "which")


@pytest.mark.parametrize(("text", "place"), [("第四个", 4), ("4", 4), ("9", 9), ("玖", 9), ("第五条谢谢", 5)])
def test_beyond_the_list(text: str, place: int) -> None:
    assert picked(text, 3) == place


@pytest.mark.parametrize(
    "text",
    [
        "", "？", "医保怎么交", "第二个孩子怎么交", "二孩", "二级", "二级医院", "2万能报多少", "2岁", "2月办理",
        "20", "12", "2024", "0", "第十个", "一年交多少", "三级医院报多少", "住院", "最后一天是哪天",
        "上面说的窗口在哪", "不是深户", "不是深圳户口怎么办", "没有户口", "没有备案", "是不是要交钱",
        "好的医院怎么选", "可以退吗", "对面医院", "都要交吗", "前面那个答案不对", "1个月", "一个孩子", "两个孩子",
        "谢谢", "你好", "1+1", "1 2",
    ],
)  # fmt: skip
def test_what_is_no_pick(text: str) -> None:
    assert picked(text, 3) is None


@given(st.text(max_size=12) | st.text("第一二2个是不对要谢后面的那", max_size=8), st.integers(1, 3))
def test_nothing_typed_breaks_it(text: str, offered: int) -> None:
    found = picked(text, offered)
    assert found in (None, "none", "which") or 1 <= int(found) <= 9
