"""What a phone shows: plain lines, harmless words, and long texts cut where a reader would pause."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.channels.wechat.markup import MOST_BYTES, harmless, linked, plain, size
from bot.channels.wechat.pagination import cut
from bot.reply import Reply
from tests.support.wechat_fixtures import FakeChat, account, quiet, say  # noqa: F401

FOOT = re.compile(r"\n{0,2}（第 \d+/\d+ 段）回复 继续 看下一段，或<a .*?>点这里</a>。$")
LINK = '<a href="https://a.cn/x">这里</a>'


def heard(content: str, most: int = 20) -> list[str]:
    """Return all messages in which an answer reaches the user, without the lines that say how to go on."""
    app = account(FakeChat(content))
    pages = [say(app, "讲一段长的")]
    while FOOT.search(pages[-1]) and len(pages) < most:
        pages[-1] = FOOT.sub("", pages[-1])
        pages.append(say(app, "继续", number=len(pages) + 1))
    return pages


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(
    ("content", "count"),
    [
        ("字" * 682 + "b", 1),
        ("字" * 682 + "bc", 2),
        ("汉" * 682 + "b", 1),
        ("😀" * 600, 2),
        ("答" * 2000, 4),
        ("a" * 2047, 1),
        ("a" * 2048, 2),
        ("头一句话。" * 300, 3),
    ],
    ids=["2047", "2048", "682 signs and one", "600 emoji", "6000", "2047 ASCII", "2048 ASCII", "sentences"],
)
def test_item_47_whatever_its_length(content: str, count: int) -> None:
    pages = heard(content)
    assert "".join(pages) == content and len(pages) == count


@pytest.mark.usefixtures("quiet")
def test_item_47_there_is_an_end() -> None:
    pages = heard("答" * 20_000)
    assert len(pages) == 6 and pages[-1] == "后面的没有列出。"


@pytest.mark.usefixtures("quiet")
def test_cut_between_list_items() -> None:
    items = [f"- 第{number}项：{'办理材料' * 30}。" for number in range(12)]
    pages = heard("\n".join(items))
    assert "\n".join(page.rstrip("\n") for page in pages) == "\n".join(items).replace("- ", "· ")
    assert all(page.startswith("· 第") for page in pages) and len(pages) == 3


@pytest.mark.parametrize("before", range(580, 620))
def test_item_48_never_inside_a_link(before: int) -> None:
    text = "字" * before + LINK + "字" * 100
    pages = cut(text, 1800)
    assert "".join(pages) == text
    assert all(page.count("<a ") == page.count("</a>") and size(page) <= 1800 for page in pages)


@settings(max_examples=150, deadline=None)
@given(
    parts=st.lists(st.sampled_from([LINK, *"字。\n😀，", "\n\n", "- ", "👨\u200d👩", "e\u0301", "a b"]), max_size=400),
    limit=st.integers(100, 400),
)
@example(parts=["\n"] * 300, limit=100)
@example(parts=["👨\u200d"] * 100, limit=100)
def test_pages_are_the_text(parts: list[str], limit: int) -> None:
    text = "".join(parts)
    pages = cut(text, limit)
    assert "".join(pages) == text
    assert all(size(page) <= limit and page.count("<a ") == page.count("</a>") for page in pages)
    assert all(pages) or text == ""


PLAIN = [
    ("**粗体**字", "粗体字"),
    ("# 标题\n### 小标题", "标题\n小标题"),
    ("一*强调*二", "一*强调*二"),
    ("一 *强调* 二", "一 强调 二"),
    ("2*3*4 = 24", "2*3*4 = 24"),
    ("应交 436.32×12 元", "应交 436.32×12 元"),
    ("- 一\n  - 二\n* 三", "· 一\n  · 二\n· 三"),
    ("1. 一\n2. 二", "1. 一\n2. 二"),
    ("| 级别 | 比例 |\n|---|:---:|\n| 三级 | 90% |", "级别 | 比例\n三级 | 90%"),
    ("一\n\n---\n\n二", "一\n\n二"),
    ("```\n代码\n```", "代码\n"),
    ("`代码`", "代码"),
    ("[深圳医保](https://a.cn/x)", "深圳医保（https://a.cn/x）"),
    ("见 https://a.cn/a_b_c*d", "见 https://a.cn/a_b_c*d"),
    ("一\n\n\n\n二", "一\n\n二"),
    ("@深税小程序→【代缴社保费】", "@深税小程序→【代缴社保费】"),
    ("1\\. 不是列表", "1. 不是列表"),
    ("标价 < 20 元", "标价 < 20 元"),
]


@pytest.mark.parametrize(("text", "expected"), PLAIN)
def test_item_50_no_markdown(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.usefixtures("quiet")
def test_item_50_in_a_message() -> None:
    assert say(account(FakeChat("# 标题\n**粗体**")), "要粗体的") == "标题\n粗体"


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("kind", ["answer", "abstain", "smalltalk"])
def test_item_51_no_words_become_a_link(kind: str) -> None:
    chat = FakeChat(lambda text: Reply(kind=kind, text=f"您说的是{text}"))
    assert say(account(chat), '<a href="x">y</a>') == '您说的是＜a href="x"＞y＜/a＞'


@pytest.mark.parametrize("text", ["<a", "</a", "<!--", "<A HREF=x>", "a<b"])
def test_item_51_half_a_tag(text: str) -> None:
    assert "<" not in harmless(text)


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(
    ("said", "shown"), [("a]]>b", "a]]>b"), ("a\x1db", "ab"), ("a\ud800b", "ab"), ("\x1d", "系统繁忙。")]
)
def test_items_45_46_odd_answers(said: str, shown: str) -> None:
    assert say(account(FakeChat(said)), "奇怪的答案") == shown


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("看[这里](https://a.cn/P3)。", '看<a href="https://a.cn/P3">这里</a>。'),
        ("[继续看](继续)", '<a href="weixin://bizmsgmenu?msgmenucontent=继续&msgmenuid=0">继续看</a>'),
        ("没有链接（真的）。", "没有链接（真的）。"),
        ("[一](a b)", "[一](a b)"),
    ],
)
def test_the_links_of_the_bots_own_sentences(sentence: str, expected: str) -> None:
    assert linked(sentence) == expected


def test_the_limit_is_what_others_measured() -> None:
    assert MOST_BYTES == 2047
