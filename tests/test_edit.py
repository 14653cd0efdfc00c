"""Edit: similar questions and outside ones are added, every other byte stays, and no mistake is let in."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus import edit
from corpus.entries import load_corpus
from corpus.errors import BadEdit, CorpusError
from tests.support.index_fixtures import write_corpus

PLAIN = "---\n编号: T1\n类别: 借书\n---\n\n# 怎么办证？\n\n## 相似问题\n\n- 办证\n- 在哪办\n\n## 答案\n\n带户口本。\n"
GROWN = PLAIN.replace("- 在哪办\n", "- 在哪办\n- 怎么办借书证\n")
NONE = PLAIN.replace("## 相似问题\n\n- 办证\n- 在哪办\n\n", "")
EMPTY = PLAIN.replace("- 办证\n- 在哪办\n\n", "")
PATH = Path("T1.md")

CASES = [
    pytest.param(PLAIN, GROWN, id="at the end of the list"),
    pytest.param(PLAIN.replace("\n", "\r\n"), GROWN.replace("\n", "\r\n"), id="with the line ends of the file"),
    pytest.param("\ufeff" + PLAIN, "\ufeff" + GROWN, id="a byte order mark stays"),
    pytest.param(PLAIN + "\n\n  \n", GROWN + "\n\n  \n", id="blanks at the end stay"),
    pytest.param(
        NONE, NONE.replace("## 答案", "## 相似问题\n\n- 怎么办借书证\n\n## 答案"), id="a section where there is none"
    ),
    pytest.param(
        EMPTY, EMPTY.replace("## 相似问题\n", "## 相似问题\n\n- 怎么办借书证\n"), id="in a section that is empty"
    ),
    pytest.param(
        PLAIN.replace("## 相似问题", "＃＃ 相似问题："),
        GROWN.replace("## 相似问题", "＃＃ 相似问题："),
        id="full width",
    ),
]


@pytest.mark.parametrize(("before", "after"), CASES)
def test_a_similar_question_is_added_and_nothing_else_changes(before: str, after: str) -> None:
    assert edit.with_similar(before, PATH, [" 怎么办借书证\n", "怎么办证?"]) == after
    assert edit.with_similar(after, PATH, ["怎么办借书证"]) == after


@pytest.mark.parametrize("question", ["问 @没有的段落", "## 答案", "- 一条", "3. 三"])
def test_what_would_be_read_otherwise_is_refused(question: str) -> None:
    try:
        after = edit.with_similar(PLAIN, PATH, [question])
    except BadEdit as error:
        assert "写成一句平常的话" in error.message
    else:
        assert "答案" in after


def test_lines_are_added_at_the_end_of_a_list() -> None:
    assert edit.with_lines("# 说明\n一\n二", ["三", " 一 ", "# 四", "三", ""]) == "# 说明\n一\n二\n三\n四\n"
    assert edit.with_lines("一\r\n", ["二"]) == "一\r\n二\r\n"
    assert edit.with_lines("", ["二"]) == "二\n"
    assert edit.with_lines("一", ["一"]) == "一"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_corpus(tmp_path / "corpus")


def _texts(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_folder_gets_what_was_added_and_stays_readable(folder: Path) -> None:
    before = _texts(folder)
    first = load_corpus(folder).entries[0]
    assert edit.add_similar(folder, first.id, ["一个从来没有人问过的问法呀"])
    assert edit.add_outside(folder, ["火星上的小孩怎么参保"])
    draft = edit.add_draft(folder, first.category, "从来没有的新问题", ["另一个新问法"])
    assert not edit.add_similar(folder, first.id, ["一个从来没有人问过的问法呀"])
    after = load_corpus(folder)
    assert {path.name for path, text in _texts(folder).items() if before.get(path) != text} == {
        first.path.name, "outside.txt", draft.path.name,
    }  # fmt: skip
    assert "一个从来没有人问过的问法呀" in [item.text for item in after.entries[0].similar]
    assert "火星上的小孩怎么参保" in after.outside
    kept = next(entry for entry in after.entries if entry.id == draft.id)
    assert (kept.question, kept.active, kept.category) == ("从来没有的新问题", False, first.category)


def test_what_the_check_calls_a_mistake_changes_nothing(folder: Path) -> None:
    before = _texts(folder)
    one, other = load_corpus(folder).entries[:2]
    taken = other.similar[0].text
    with pytest.raises(BadEdit, match=r"没有改：.*里已经有了") as caught:
        edit.add_similar(folder, one.id, [taken])
    assert caught.value.path.parent == folder / "entries"
    with pytest.raises(BadEdit, match=r"没有改：.*不能回答的问题"):
        edit.add_outside(folder, [taken])
    with pytest.raises(BadEdit, match=r"没有改：.*最多 500 个"):
        edit.add_similar(folder, one.id, ["长" * 10 + "一二三四五" * 100])
    for wrong in ("X99", "../../etc/passwd", ""):
        with pytest.raises(BadEdit, match="没有编号是"):
            edit.add_similar(folder, wrong, ["问"])
    assert _texts(folder) == before


def test_mistakes_that_were_there_do_not_stand_in_the_way(folder: Path) -> None:
    one = load_corpus(folder).entries[0]
    broken = folder / "entries" / "Z9.md"
    broken.write_text("no entry at all", encoding="utf-8")
    assert edit.add_similar(folder, one.id, ["又一个从来没有人问过的"])
    with pytest.raises(CorpusError, match="开头"):
        edit.add_similar(folder, "Z9", ["问"])
