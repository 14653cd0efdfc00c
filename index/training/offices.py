"""Offices: small corpora of invented public offices to train on, each by two people who knew only the titles."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from index.rows import Row

WRITERS = ("a", "b")


@dataclass(frozen=True)
class Line:
    """A question as a writer put it; without an entry it is one that the office does not answer."""

    text: str
    entry: str
    writer: str


@dataclass(frozen=True)
class InventedOffice:
    """An office's entries (id to question and answer) and what its two writers asked."""

    name: str
    entries: dict[str, tuple[str, str]]
    lines: tuple[Line, ...]

    @property
    def told(self) -> str:
        """All that the questions and answers say."""
        return " ".join(part for entry in self.entries.values() for part in entry)


@dataclass(frozen=True)
class Draw:
    """A small corpus drawn from an office, and what is asked of it: (text, entry or nothing)."""

    office: InventedOffice
    rows: list[Row]
    asked: list[tuple[str, str]]


def read_offices(folder: Path | None = None) -> list[InventedOffice]:
    """Return all offices, in order."""
    folder = folder or Path(str(resources.files("index.training"))) / "offices"
    return [_read(path) for path in sorted(folder.glob(f"*{WRITERS[0]}.tsv"))]


def draw(office: InventedOffice, random_: random.Random) -> Draw:
    """Return a small corpus: some of the entries, few or many questions and strangers of one writer.

    What is asked comes from the other writer; questions to entries that were left out are strangers.
    """
    writer = WRITERS[random_.random() < 1 / 3]
    chosen = random_.sample(sorted(office.entries), min(len(office.entries), random_.choice((8, 10, 12, 16, 16, 24))))
    most, strangers = random_.choice((3, 3, 5, 8, 8, 9)), random_.choice((0, 5, 10, 20, 30, 60))
    rows: list[Row] = []
    for entry in chosen:
        own = [line.text for line in office.lines if line.entry == entry and line.writer == writer]
        random_.shuffle(own)
        rows += [Row(text, entry) for text in (office.entries[entry][0], *own[:most])]
    outside = [line.text for line in office.lines if not line.entry and line.writer == writer]
    random_.shuffle(outside)
    rows += [Row(text, "") for text in outside[:strangers]]
    return Draw(office, rows, [*_asked(office, set(chosen), writer, random_)])


def _asked(office: InventedOffice, chosen: set[str], writer: str, random_: random.Random) -> Iterator[tuple[str, str]]:
    for line in office.lines:
        if line.writer == writer:
            continue
        if not line.entry or line.entry in chosen:
            yield line.text, line.entry
        elif random_.random() < 0.3:
            yield line.text, ""


def _read(path: Path) -> InventedOffice:
    entries: dict[str, tuple[str, str]] = {}
    lines: list[Line] = []
    for writer in WRITERS:
        file = path.with_name(path.name.replace(f"{WRITERS[0]}.tsv", f"{writer}.tsv"))
        for kind, *fields in (line.split("\t") for line in file.read_text(encoding="utf-8").splitlines()):
            if kind == "entry":
                entries[fields[0]] = fields[1], fields[2]
            else:
                lines.append(Line(fields[-1], fields[0] if kind == "q" else "", writer))
    return InventedOffice(path.stem.removesuffix(WRITERS[0]), entries, tuple(lines))
