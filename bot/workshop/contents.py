"""Contents: what was found in the files that a clerk sent, as they are shown before anything is taken."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.workshop.folders import difference, write_whole
from corpus.entry import HOLE

ADDED, CHANGED, RETIRED, OUTSIDE = "新增", "修改", "停用", "不能答的问题"


@dataclass(frozen=True)
class ParcelItem:
    """A file of the draft that would be written: its name, what happens to it, and its text before and after."""

    name: str
    kind: str
    title: str
    before: str | None
    after: str

    @property
    def id(self) -> str:
        """The id of its entry."""
        return Path(self.name).stem

    @property
    def difference(self) -> str:
        """The lines that go and come."""
        return difference(self.before, self.after)


@dataclass(frozen=True)
class Gap:
    """A place where two extractions of a document do not say the same, and what was taken."""

    entry: str
    files: tuple[str, str]
    before: str
    one: str
    other: str
    taken: str

    @property
    def filled(self) -> bool:
        """Whether one has only lost what stands in the other."""
        return bool(HOLE.search(self.one)) and not HOLE.search(self.taken)


@dataclass(frozen=True)
class Contents:
    """Everything that was found: with problems nothing can be taken."""

    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    items: tuple[ParcelItem, ...] = ()
    gaps: tuple[Gap, ...] = ()
    untouched: int = 0
    lost: int = 0

    def count(self, kind: str) -> int:
        """Return to how many entries something happens."""
        return sum(item.kind == kind for item in self.items)


def write_contents(path: Path, contents: Contents) -> None:
    """Write what was found."""
    write_whole(path, json.dumps(asdict(contents), ensure_ascii=False))


def read_contents(path: Path) -> Contents | None:
    """Return what was found, None where there is nothing yet."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    items = tuple(ParcelItem(**item) for item in data.pop("items"))
    gaps = tuple(Gap(**{**gap, "files": tuple(gap["files"])}) for gap in data.pop("gaps"))
    problems, notes = tuple(data.pop("problems")), tuple(data.pop("notes"))
    return Contents(problems, notes, items, gaps, **data)
