"""Evaluation cases, read from the two tables that people can read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Case:
    """One question: the entries that are right (none for an outside question), the part asked for, the difficulty."""

    text: str
    kind: str
    entries: tuple[str, ...] = ()
    passage: str = ""


def read_cases(folder: Path) -> list[Case]:
    """Return the in-scope cases, then the outside ones."""
    inside = [
        Case(text, kind, tuple(ids.split("|")), part) for ids, part, kind, text in _rows(folder / "questions.tsv")
    ]
    return inside + [Case(text, kind) for kind, text in _rows(folder / "outside.tsv")]


def _rows(path: Path) -> Iterator[list[str]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")
