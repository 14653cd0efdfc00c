"""An office's own exam: how it is written, what is wrong in it, and how replies are graded."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

import pytest

from bot.reply import EntryInfo, Option, Reply
from bot.workshop.grades import ASKED, RIGHT, SILENT, WRONG, exam_figures, fair, grade
from bot.workshop.report import Graded
from corpus.check import ERROR, check_folder
from corpus.entries import load_corpus
from corpus.exam import MOST, ExamItem, load_exam
from tests.support.pool_office import whole_corpus


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return whole_corpus(tmp_path / "corpus")


def test_each_line_says_what_is_right(folder: Path) -> None:
    assert load_exam(folder) == ()
    (folder / "exam.txt").write_text("# 说明\nA1 周日  开不开\na1｜A2：几点关门\n- 停车多少钱\n\n", encoding="utf-8")
    assert load_exam(folder) == (
        ExamItem("周日 开不开", ("A1",), 2), ExamItem("几点关门", ("A1", "A2"), 3), ExamItem("停车多少钱", (), 4)
    )  # fmt: skip
    assert not [problem for problem in check_folder(folder, date(2026, 1, 5))[1] if problem.severity == ERROR]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("周日开不开\n", 1, "前面没有写是哪一条"),
        ("A1 周日开不开\nA99 门票呢\n", 2, "没有编号是 A99"),
        ("A1 周日开不开\nA2 周日開不開\n", 2, "和第 1 行是同一题"),
        ("A1 周日\ufffd开\n", 1, "丢失"),
        ("\n".join(f"A1 第{number}句" for number in range(MOST + 2)), MOST + 1, f"最多 {MOST} 题"),
    ],
)
def test_what_is_wrong_is_said_by_its_line(folder: Path, text: str, line: int, said: str) -> None:
    (folder / "exam.txt").write_text(text, encoding="utf-8")
    problems = [one for one in check_folder(folder, date(2026, 1, 5))[1] if one.path.name == "exam.txt"]
    assert [(one.line, one.severity) for one in problems] == [(line, ERROR)] and said in problems[0].message


def test_it_is_no_part_of_what_the_bot_knows(folder: Path) -> None:
    before = load_corpus(folder).digest
    (folder / "exam.txt").write_text("A1 周日开不开\n", encoding="utf-8")
    assert load_corpus(folder).digest == before


def test_what_the_bot_was_taught_proves_nothing(folder: Path) -> None:
    corpus = load_corpus(folder)
    entry = corpus.entries[0]
    retired = next(entry.id for entry in corpus.entries if not entry.active)
    new = ExamItem("一句新话", (entry.id,))
    exam = (new, ExamItem(f"{entry.question}", (entry.id,)), ExamItem(entry.similar[0].text, (entry.id,)),
            ExamItem(corpus.outside[0], ()), ExamItem("停用的那条", (retired,)))  # fmt: skip
    assert fair(exam, corpus, corpus) == (new,)


INFO = EntryInfo(id="A1", question="问", category="类", url="/faq/A1")
OPTION = Option(entry_id="A1", question="问")


def reply(kind: Literal["answer", "calculation", "clarify", "ask", "abstain"], offers: bool = False) -> Reply:
    """Return a reply of a kind, which names the entry A1 where it names one."""
    named = INFO if kind in ("answer", "calculation") else None
    return Reply(kind=kind, text="", entry=named, options=[OPTION] if offers else [])


CASES = [
    (reply("answer"), ("A1",), RIGHT),
    (reply("calculation"), ("A1", "A2"), RIGHT),
    (reply("answer"), ("A2",), WRONG),
    (reply("answer"), (), WRONG),
    (reply("clarify", offers=True), ("A1",), ASKED),
    (reply("clarify", offers=True), ("A2",), SILENT),
    (reply("clarify", offers=True), (), ASKED),
    (reply("ask"), ("A1",), ASKED),
    (reply("abstain", offers=True), ("A1",), SILENT),
    (reply("abstain"), (), RIGHT),
]


@pytest.mark.parametrize(("given", "entries", "expected"), CASES)
def test_grades(given: Reply, entries: tuple[str, ...], expected: str) -> None:
    assert grade(given, ExamItem("问", entries)) == expected


def test_a_single_question_that_falls_is_told() -> None:
    def found(*grades: tuple[str, str, bool]) -> dict[str, bool]:
        graded = [Graded("问", "A1", before, after, inside) for before, after, inside in grades]
        return {figure.name: figure.worse for figure in exam_figures(graded)}

    kept = (RIGHT, RIGHT, True)
    assert not any(found(kept, (ASKED, RIGHT, True), (WRONG, SILENT, True)).values())
    assert found(kept, (RIGHT, ASKED, True))["考题 2 题，直接答对的"]
    assert found(kept, (SILENT, WRONG, True))["考题 2 题，答错的"]
    strangers = found(kept, (RIGHT, WRONG, False))
    assert strangers["资料不答的考题 1 题，答了的"] and not strangers["考题 1 题，直接答对的"]
    assert found() == {}
