"""Evaluation cases, read from tables that people can read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CONTENTLESS = "contentless"  # a style: words that name nothing an entry could be about, 怎么办理, 多少钱
_NOBODYS = "-"
_HEAD = 12  # signs: as many as people type into a search box


@dataclass(frozen=True)
class Case:
    """One question: the entries that are right (none for an outside question), the part asked for, the style."""

    text: str
    style: str
    entries: tuple[str, ...] = ()
    passage: str = ""

    @property
    def head(self) -> bool:
        """Whether it is as short as a search."""
        return sum(map(str.isalnum, self.text)) <= _HEAD


def read_cases(folder: Path) -> list[Case]:
    """Return the development cases: those in scope, then the outside ones."""
    return [case for name in ("questions.tsv", "outside.tsv") for case in read_asked(folder / name)]


def read_asked(path: Path) -> list[Case]:
    """Return the cases of a table in the notation of tests/cases/README.md; those in scope first."""
    cases = [
        Case(text, style, () if ids == _NOBODYS else tuple(ids.split("|")), *part)
        for ids, style, text, *part in _rows(path)
    ]
    return sorted(cases, key=lambda case: not case.entries)


def _rows(path: Path) -> Iterator[list[str]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")
