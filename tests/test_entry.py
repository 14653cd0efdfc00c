"""One entry file: the form that we write, the forms that people type, and what is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.entry import KEYS, SECTIONS, Entry, Passage, Similar, format_entry, parse_entry
from corpus.errors import BadEntry, CorpusError, LostCharacters

PATH = Path("P3.md")
PLAIN = """---
编号: P3
类别: 保费缴纳
年度: 2024-2025
依据: 热点问答 第3问
---

# 每年交多少钱？

## 相似问题

- 小孩医保一年多少钱
- 钱是怎么算的 @计算办法

## 答案

<!-- 段落: 计算办法 -->
按收入算。<!-- 段落: 年度金额 -->每年436.32元。

- 方式一
<!-- 段落: 其他 -->
- 方式二
"""
ENTRY = Entry(
    id="P3",
    category="保费缴纳",
    question="每年交多少钱？",
    similar=(Similar("小孩医保一年多少钱"), Similar("钱是怎么算的", "计算办法")),
    body=PLAIN.split("## 答案\n\n")[1].strip(),
    basis="热点问答 第3问",
    years="2024-2025",
)


def test_short_labels_stand_beside_the_question() -> None:
    labelled = PLAIN.replace("年度:", "短标题: 一年交多少钱\n英文标题: How much a year\n年度:")
    entry = parse_entry(labelled, PATH)
    assert (entry.question, entry.label, entry.english) == (ENTRY.question, "一年交多少钱", "How much a year")
    assert format_entry(entry) == labelled


def test_parse() -> None:
    entry = parse_entry(PLAIN, PATH)
    assert entry == ENTRY
    assert (entry.path, entry.line, entry.similar[1].line) == (PATH, 8, 13)
    assert entry.active
    assert entry.valid_until == date(2025, 8, 31)


def test_format_is_what_we_write_by_hand() -> None:
    assert format_entry(ENTRY) == PLAIN


def test_the_answer_is_the_body_without_marks() -> None:
    assert ENTRY.answer == "按收入算。每年436.32元。\n\n- 方式一\n- 方式二"


def test_passages() -> None:
    assert ENTRY.passages == (
        Passage("计算办法", "按收入算。"),
        Passage("年度金额", "每年436.32元。\n\n- 方式一"),
        Passage("其他", "- 方式二"),
    )
    assert ENTRY.passage("其他") == Passage("其他", "- 方式二")
    assert ENTRY.passage("没有") is None


def test_text_before_the_first_mark_belongs_to_no_passage() -> None:
    entry = parse_entry(PLAIN.replace("<!-- 段落: 计算办法 -->\n", ""), PATH)
    assert [part.name for part in entry.passages] == ["年度金额", "其他"]
    assert entry.answer == ENTRY.answer


def test_an_answer_without_marks_has_no_passages() -> None:
    entry = parse_entry("---\n编号: B5\n类别: 甲\n---\n# 问\n## 答案\n答。", PATH)
    assert (entry.answer, entry.passages, entry.similar, entry.valid_until) == ("答。", (), (), None)


# What people type instead: all of it means the same entry.
VARIANTS = {
    "full-width colon": PLAIN.replace(": P3", "：P3").replace("类别: ", "类别： "),
    "Windows line ends": PLAIN.replace("\n", "\r\n"),
    "old Mac line ends": PLAIN.replace("\n", "\r"),
    "byte order mark": "\ufeff" + PLAIN,
    "star bullets": PLAIN.replace("- 小孩", "* 小孩").replace("- 钱", "* 钱"),
    "round bullets": PLAIN.replace("- 小孩", "• 小孩").replace("- 钱", "·钱"),
    "full-width bullets": PLAIN.replace("- 小孩", "－小孩").replace("- 钱", "—　钱"),
    "no bullets": PLAIN.replace("- 小孩", "小孩").replace("- 钱", "  钱"),
    "no space after the bullet": PLAIN.replace("- 小孩", "-小孩"),
    "blank lines between questions": PLAIN.replace("\n- 钱", "\n\n\n- 钱"),
    "an empty bullet": PLAIN.replace("\n- 钱", "\n-\n- 钱"),
    "blank lines in the head": PLAIN.replace("类别", "\n类别").replace("依据", "\n\n依据"),
    "blank lines at the top and the end": "\n\n" + PLAIN + "\n\n\n",
    "no blank lines at all": PLAIN.replace("\n\n#", "\n#").replace("？\n\n", "？\n").replace("答案\n\n", "答案\n"),
    "spaces at line ends": PLAIN.replace("？\n", "？  \n").replace("答案\n", "答案 \n").replace("P3\n", "P3 \n"),
    "full-width at sign": PLAIN.replace("@计", "＠计"),
    "a space after the at sign": PLAIN.replace("@计", "@ 计"),
    "a wide space before the at sign": PLAIN.replace(" @计", "　@计"),
    "no space before the at sign": PLAIN.replace(" @计", "@计"),
    "full-width hash": PLAIN.replace("# 每", "＃ 每"),
    "no space after the hash": PLAIN.replace("# 每", "#每").replace("## 答案", "##答案"),
    "a colon after the section": PLAIN.replace("## 答案", "## 答案："),
    "sections in another order": PLAIN.split("## 相似")[0]
    + "## 答案\n\n"
    + ENTRY.body
    + "\n\n## 相似问题\n"
    + PLAIN.split("问题\n")[1].split("## 答案")[0],
    "a longer rule": PLAIN.replace("---", "-----"),
    "a dash that the editor joined": PLAIN.replace("---", "——"),
    "spaces around the key": PLAIN.replace("编号:", " 编号 :"),
    "full-width colon in the mark": PLAIN.replace("段落: 其他", "段落：其他"),
    "a tight mark": PLAIN.replace("<!-- 段落: 其他 -->", "<!--段落:其他-->"),
    "an explicit status": PLAIN.replace("编号", "状态: 启用\n编号"),
    "an empty status": PLAIN.replace("编号", "状态:\n编号"),
    "a wide dash in the years": PLAIN.replace("2024-2025", "2024—2025"),
    "the years in words": PLAIN.replace("2024-2025", "2024至2025学年度"),
    "radical look-alikes": PLAIN.replace("小孩", "⼩孩").replace("方式", "⽅式"),
}


@pytest.mark.parametrize("text", VARIANTS.values(), ids=VARIANTS.keys())
def test_what_people_type(text: str) -> None:
    entry = parse_entry(text, PATH)
    assert entry.answer == ENTRY.answer
    assert entry.passages == ENTRY.passages
    assert (entry.id, entry.category, entry.years, entry.basis) == ("P3", "保费缴纳", "2024-2025", "热点问答 第3问")
    assert (entry.question, entry.similar, entry.status) == (ENTRY.question, ENTRY.similar, "启用")


def test_a_missing_list_of_similar_questions_is_an_empty_one() -> None:
    assert parse_entry(PLAIN.split("## 相似")[0] + "## 答案\n答。", PATH).similar == ()


@pytest.mark.parametrize(
    "question",
    ["怎么用@深税小程序", "@深税小程序怎么交", "发邮件到 a@b.com 行吗", "5岁怎么办", "1.8%是怎么来的", "1、2年级"],
)
def test_signs_that_belong_to_the_question(question: str) -> None:
    entry = parse_entry(PLAIN.replace("小孩医保一年多少钱", question), PATH)
    assert entry.similar[0] == Similar(question)


def test_small_headings_and_lists_are_free_in_the_answer() -> None:
    text = PLAIN + "\n### 小标题\n\n1. 一\n   1. 二\n#1号窗口\n"
    assert parse_entry(text, PATH).answer.endswith("### 小标题\n\n1. 一\n   1. 二\n#1号窗口")


def test_short_answer_and_retired() -> None:
    entry = parse_entry(PLAIN.replace("依据", "状态: 停用\n依据") + "\n## 短答案\n\n短。\n\n完整的……\n", PATH)
    assert entry.short_answer == "短。\n\n完整的……"
    assert not entry.active
    assert parse_entry(format_entry(entry), PATH) == entry


# id: (text, line, what the message must say)
REFUSED = {
    "empty file": ("", 1, "---"),
    "no head": ("# 问\n## 答案\n答。", 1, "---"),
    "head not closed": ("---\n编号: P3\n# 问\n", 1, "没有结束"),
    "unknown key": (
        PLAIN.replace("依据", "来源"),
        5,
        "不认识“来源”。可用的有：编号、类别、短标题、英文标题、年度、依据、状态",
    ),
    "no colon": (PLAIN.replace("类别: ", "类别 "), 3, "键: 值"),
    "key twice": (PLAIN.replace("年度: 2024-2025", "类别: 乙"), 4, "写了两次"),
    "no id": (PLAIN.replace("编号: P3\n", ""), 0, "缺“编号”"),
    "empty category": (PLAIN.replace("类别: 保费缴纳", "类别:"), 0, "缺“类别”"),
    "odd id": (PLAIN.replace("P3", "第三"), 2, "大写字母加数字"),
    "odd status": (PLAIN.replace("依据: 热点问答 第3问", "状态: no"), 5, "启用"),
    "odd years": (PLAIN.replace("2024-2025", "2024"), 4, "2024-2025"),
    "years upside down": (PLAIN.replace("2024-2025", "2025-2024"), 4, "学年"),
    "no question": (PLAIN.replace("# 每年交多少钱？\n", ""), 0, "没有标准问题"),
    "two questions": (PLAIN.replace("## 相似问题", "# 又一问\n\n## 相似问题"), 10, "写了两次"),
    "a question in the answer": (PLAIN + "# 又一问\n", 23, "###"),
    "unknown section": (PLAIN.replace("## 答案", "## 回答"), 15, "## 答案"),
    "section twice": (PLAIN + "## 答案\n再答\n", 23, "写了两次"),
    "stray text": (PLAIN.replace("## 相似问题", "答：……\n## 相似问题"), 10, "## 答案"),
    "no answer": (PLAIN.split("## 答案")[0], 0, "没有答案"),
    "empty answer": (PLAIN.split("## 答案")[0] + "## 答案\n\n", 0, "没有答案"),
    "lost characters": (PLAIN.replace("436.32", "���.��"), 18, "丢失"),
}


@pytest.mark.parametrize(("text", "line", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_refused(text: str, line: int, message: str) -> None:
    with pytest.raises(CorpusError) as caught:
        parse_entry(text, PATH)
    assert (caught.value.path, caught.value.line) == (PATH, line)
    assert message in str(caught.value)
    assert isinstance(caught.value, LostCharacters if "丢失" in message else BadEntry)


def test_an_error_names_file_and_line() -> None:
    with pytest.raises(BadEntry, match=r"^P3\.md 第5行：不认识“来源”"):
        parse_entry(PLAIN.replace("依据", "来源"), PATH)


SIGNS = "医保怎么交abcXYZ019，。？%（）:：=\"'→ \U00020000"
WORD = st.text(alphabet=SIGNS.replace(" ", "").replace(":", "").replace("：", ""), min_size=1, max_size=8)
LINE = st.text(alphabet=SIGNS, min_size=1, max_size=20).map(str.strip).filter(bool)
NAMES = st.sampled_from(["办法", "金额", "A1"])
PIECE = st.one_of(
    LINE, st.just(""), NAMES.map("<!-- 段落: {} -->".format), LINE.map("- {}".format), LINE.map("   1. {}".format)
)
BODY = st.lists(PIECE, min_size=1).map("\n".join).map(lambda text: text.strip("\n")).filter(bool)
ENTRIES = st.builds(
    Entry,
    id=st.from_regex(r"[A-Z][0-9]{1,3}", fullmatch=True),
    category=WORD,
    question=LINE,
    similar=st.lists(st.builds(Similar, LINE, st.one_of(st.just(""), WORD))).map(tuple),
    body=BODY,
    short_answer=st.one_of(st.just(""), BODY),
    basis=st.one_of(st.just(""), LINE),
    years=st.sampled_from(["", "2024-2025"]),
    status=st.sampled_from(["启用", "停用"]),
)


@settings(max_examples=300, deadline=None)
@given(ENTRIES)
def test_format_and_parse_are_inverse(entry: Entry) -> None:
    assert parse_entry(format_entry(entry), PATH) == entry


@settings(max_examples=100, deadline=None)
@given(ENTRIES)
def test_the_answer_loses_the_marks_and_nothing_else(entry: Entry) -> None:
    assert "<!--" not in entry.answer
    marks = sum(len(part.name) for part in entry.passages) + len("<!--段落:-->") * len(entry.passages)
    assert len("".join(entry.answer.split())) == len("".join(entry.body.split())) - marks


@pytest.mark.parametrize(
    "path", sorted((Path(__file__).parent.parent / "corpus/entries").glob("*.md")), ids=lambda p: p.stem
)
def test_the_real_entries_survive_a_round_trip(path: Path) -> None:
    entry = parse_entry(path.read_text(encoding="utf-8"), path)
    assert entry.id == path.stem
    assert parse_entry(format_entry(entry), path) == entry


def test_the_clerks_guide_is_right() -> None:
    guide = (Path(__file__).parent.parent / "corpus/README.md").read_text(encoding="utf-8")
    entry = parse_entry(guide.split("```markdown\n")[1].split("```")[0], Path("P6.md"))
    assert [item.passage for item in entry.similar] == ["", "", "手机办理"]
    assert entry.passage("手机办理")
    assert all(f"| {key} |" in guide for key in KEYS)
    assert all(f"## {name}" in guide for name in SECTIONS)
