"""What asks nothing is taken off a message, and nothing else is."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from corpus.entries import load_corpus
from corpus.text import fold
from index.bare import bare
from tests.support.wrapping import WRAPS, close_openings, every_courtesy

ASKED = "几点开门"

# What people send beside the question, and where it stands.
WRAPPED = [
    "您好，几点开门",
    "您好几点开门？",
    "你好呀，请问几点开门",
    "在吗，几点开门呀",
    "请问一下几点开门谢谢",
    "机器人你好，几点开门",
    "老师您好几点开门",
    "谢谢老师，几点开门",
    "小助手，几点开门",
    "几点开门，谢谢您！",
    "几点开门？在线等，急！",
    "几点开门[微笑]",
    "[抱拳][玫瑰]几点开门【微笑】",
    "几点开门[微笑]谢谢",
    "谢谢[微笑]几点开门",
    "1、几点开门",
    "（2）几点开门",
    "一、几点开门",
    "问：几点开门",
    "您好，幾點開門",
    "1、您好，2、几点开门",
    "几点开门 13800138000",
    "我的电话是138-0013-8000，几点开门",
    "几点开门，身份证号：44030119900101123X",
    "孩子身份证440301199001011234 几点开门",
    "卡号6222021234567890123，几点开门，谢谢",
    "<p>几点开门</p>",
    "<a href='https://a.cn/b?c=1'>几点开门</a>&nbsp;",
    "几点开门https://a.cn/b?c=1",
    "www.a.cn/b 几点开门",
    "几点开门 a.b@c.cn",
    "2024-10-01 10:22:33 几点开门",
    "几点开门几点开门",
    "几点开门？几点开门？",
]


@pytest.mark.parametrize("text", WRAPPED)
def test_what_asks_nothing_is_taken_off(text: str) -> None:
    assert bare(fold(text)).rstrip("?!。, ").rstrip("呀") == ASKED


# Each begins or ends like a courtesy, a name, a personal number, and asks something by it.
ALIKE = [
    "住院报多少（三级）", "（非深户）怎么参保",
    "急诊去哪里挂号", "急救车要钱吗", "早产儿怎么参保", "早上几点开门", "早早教班怎么报名", "亲子游泳多少钱",
    "亲属能代办吗", "喂奶期间能办吗", "喂养补贴怎么领", "老师说要交钱", "老师怎么参保", "老师几点上课",
    "医生开的药能报吗", "医生怎么选", "好的学校怎么选", "好像没有交上", "那个表怎么填", "对了多少题算过",
    "谢谢卡怎么领", "客服电话是多少", "客服几点上班", "工作人员怎么联系", "领导的孩子怎么办", "阿姨带孩子去可以吗",
    "姐姐和弟弟一起交多少", "咨询电话是多少", "咨询台在哪", "求助热线是多少", "机器人课怎么报名", "人工服务怎么转",
    "助手怎么用", "各位家长的证件都要吗", "说说明书在哪里", "嗨皮卡怎么办", "哦也许要办吗", "电话怎么改",
    "手机号换了怎么办", "手机怎么交", "微信怎么交", "身份证丢了怎么办", "身份证号填错了", "卡号在哪里看",
    "邮箱填错了", "一年交多少", "一级医院报多少", "二级", "三、四级医院报多少", "1.5万能报多少", "3.5元",
    "10、20元能报吗", "12345", "12345是什么电话", "20000元能报多少", "2024年10月15日办的", "1月到12月", "400-123",
    "0.10元", "1200000", "医保[2024]1号文件", "天天", "常常来", "宝宝", "爸爸妈妈", "什么时候着急诊",
    "发烧很着急怎么办", "应该问谁知道吗", "急", "多谢礼要多少",
]  # fmt: skip


@pytest.mark.parametrize("text", ALIKE)
def test_a_plain_question_is_left_alone(text: str) -> None:
    assert bare(fold(text)) == fold(text)


@pytest.mark.parametrize("text", every_courtesy())
def test_a_courtesy_alone_is_kept_whole(text: str) -> None:
    # Small talk answers it, and half a courtesy would be no small talk.
    assert bare(fold(text)) == fold(text)


def test_a_year_behind_a_number_is_no_list_of_numbers() -> None:
    assert bare("1、2021年要交多少") == "2021年要交多少"
    assert bare("1、2级医院报多少") == "1、2级医院报多少"


def test_two_halves_are_one_only_where_they_say_the_same() -> None:
    assert bare("怎么交,怎么交") == "怎么交" == bare("怎么交怎么交")
    for text in ("怎么交怎么退", "怎么交怎么交怎么", "11", "宝宝", "交了交"):
        assert bare(text) == text


PIECES = st.one_of(
    st.sampled_from([*close_openings(), *every_courtesy(), *WRAPPED, *ALIKE]),
    st.sampled_from(
        ["1、", "（2）", "[微笑]", "<br>", "&nbsp;", "13800138000", " ", "，", "？", "！", "https://a.cn/b "]
    ),
    st.text(max_size=6),
)
ANYTHING = st.lists(PIECES, max_size=6).map("".join) | st.text(max_size=40)


@settings(max_examples=300, deadline=None)
@given(ANYTHING)
def test_of_letters_something_is_left_and_twice_is_as_once(text: str) -> None:
    folded = fold(text)
    left = bare(folded)
    assert any(map(str.isalnum, left)) == any(map(str.isalnum, folded))
    assert bare(left) == left
    assert len(left) <= len(folded)


QUESTIONS = [fold(entry.question) for entry in load_corpus().entries]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(QUESTIONS), WRAPS)
def test_a_wrapped_question_is_the_bare_one(question: str, wrap: str) -> None:
    assume(not re.search(r"(\D)\1\1", wrap))  # folding leaves one of such a run, and cuts words: 万分感谢谢谢你
    left = bare(fold(wrap.replace("Q", question)))
    assert left.rstrip("?!。,.; ") == bare(question).rstrip("?!。,.; "), wrap
