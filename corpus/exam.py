"""Exam: questions that an office keeps to try its bot with, and that never become part of what it knows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.entries import Corpus
from corpus.errors import BadExam, CorpusError
from corpus.files import read_text, whole
from corpus.text import fold

NAME = "exam.txt"
# A proof asks each of them twice, and a clerk waits for it.
MOST = 400
_NOBODYS = "-"
_LINE = re.compile(r"(-|[A-Za-z]+[0-9]+(?:[|｜、][A-Za-z]+[0-9]+)*)[\s:：]+(\S.*)")
_BETWEEN = re.compile(r"[|｜、]")


@dataclass(frozen=True)
class ExamItem:
    """A question with the entries that are right, none where it is not to be answered."""

    text: str
    entries: tuple[str, ...]
    line: int = 0

    @property
    def wanted(self) -> str:
        """What is right, in words."""
        return "、".join(self.entries) or "不答"


def load_exam(corpus: Path) -> tuple[ExamItem, ...]:
    """Return the exam of the corpus in a folder, nothing where it has none; raise the first mistake."""
    path = corpus / NAME
    return tuple(_items(read_text(path), path)) if path.exists() else ()


def exam_errors(corpus: Corpus) -> Iterator[CorpusError]:
    """Yield what is wrong with the exam of a corpus."""
    path = corpus.path / NAME
    try:
        yield from mistakes(read_text(path), corpus) if path.exists() else ()
    except CorpusError as error:
        yield error


def mistakes(text: str, corpus: Corpus) -> Iterator[CorpusError]:
    """Yield what is wrong with the text of an exam for a corpus; raise what keeps it from being read."""
    path = corpus.path / NAME
    items = [*_items(text, path)]
    known, seen = {entry.id for entry in corpus.entries}, dict[str, int]()
    for item in items:
        for lost in (entry_id for entry_id in item.entries if entry_id not in known):
            yield BadExam(path, item.line, f"没有编号是 {lost} 的问答。请改成对的编号；资料不答的，写“-”。")
        if (first := seen.setdefault(fold(item.text), item.line)) != item.line:
            yield BadExam(path, item.line, f"和第 {first} 行是同一题。请删去一行。")
    if len(items) > MOST:
        yield BadExam(path, items[MOST].line, f"有 {len(items)} 题，最多 {MOST} 题：再多，检验要等太久。")


def _items(text: str, path: Path) -> Iterator[ExamItem]:
    for number, line in enumerate(whole(text, path).split("\n"), start=1):
        if not line.strip() or line.strip().startswith(("#", "＃")):
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None:
            form = "写法：编号 问题，例如“A1 几点开门”；几条都对，写“A1|A3 问题”；资料不答的，写“- 问题”。"
            raise BadExam(path, number, f"“{line.strip()[:30]}”前面没有写是哪一条。{form}")
        ids = () if match[1] == _NOBODYS else tuple(_BETWEEN.split(match[1].upper()))
        yield ExamItem(" ".join(match[2].split()), ids, number)
