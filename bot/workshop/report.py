"""Report: what a proof found, as the clerk reads it before publishing."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bot.workshop.folders import write_whole

FILE = "report.json"


@dataclass(frozen=True)
class Said:
    """What the bot says to a question: its kind in words, and the entry or the questions that it names."""

    kind: str
    entry: str = ""
    shown: str = ""

    def __str__(self) -> str:
        """Return it as one short line."""
        return " ".join(part for part in (self.kind, self.entry, self.shown) if part)


@dataclass(frozen=True)
class Turned:
    """A question that gets another answer: whose question it is, and what was said before and will be."""

    question: str
    origin: str
    before: Said
    after: Said


@dataclass(frozen=True)
class Figure:
    """A figure before and after; `worse` tells whether it has fallen by more than chance would have it."""

    name: str
    before: str
    after: str
    worse: bool = False


@dataclass(frozen=True)
class Graded:
    """A question of the office's exam: what is right, how the bot does before and after, in words."""

    question: str
    wanted: str
    before: str
    after: str
    answered: bool
    """Whether it is one of those that are to be answered."""


@dataclass(frozen=True)
class Report:
    """What would change if the draft were published."""

    base: int
    digest: str
    seconds: float = 0.0
    thorough: bool = False
    drifted: float = 0.0
    files: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    standing: int = 0
    asked: int = 0
    turned: tuple[Turned, ...] = ()
    figures: tuple[Figure, ...] = field(default=())
    exam: tuple[Graded, ...] = ()
    unfair: int = 0
    """Questions of the exam that prove nothing: they stand in the corpus, or their entry is not in use."""

    @property
    def publishable(self) -> bool:
        """Whether nothing stands against publishing."""
        return not self.errors

    @property
    def worse(self) -> list[Figure]:
        """The figures that fall."""
        return [figure for figure in self.figures if figure.worse]


def write_report(folder: Path, report: Report) -> None:
    """Write the report of a proof."""
    write_whole(folder / FILE, json.dumps(asdict(report), ensure_ascii=False))


def read_report(folder: Path) -> Report | None:
    """Return the report of a proof, None where there is none yet."""
    try:
        data = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return Report(**{**data, **_parts(data)})


def _parts(data: dict[str, Any]) -> dict[str, Any]:
    turned = tuple(
        Turned(item["question"], item["origin"], Said(**item["before"]), Said(**item["after"]))
        for item in data["turned"]
    )
    figures = tuple(Figure(**item) for item in data["figures"])
    exam = tuple(Graded(**item) for item in data.get("exam", ()))
    return {"turned": turned, "figures": figures, "exam": exam} | {
        name: tuple(data[name]) for name in ("files", "errors", "warnings")
    }
