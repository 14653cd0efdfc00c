"""History: who changed what and when, a line each, only ever added to."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.place import HISTORY


@dataclass(frozen=True)
class Event:
    """One thing that somebody did: at what time (UTC), to what, in which words, and the lines that changed."""

    time: str
    who: str
    what: str
    place: str = ""
    difference: str = ""

    @property
    def when(self) -> datetime:
        """The time as a moment."""
        return datetime.fromisoformat(self.time)


class History:
    """The history of one workshop."""

    def __init__(self, work: Path) -> None:
        """Keep it in the work folder."""
        self._path = work / HISTORY

    def add(self, who: str, what: str, place: str = "", difference: str = "") -> None:
        """Note that something was done; the caller holds the lock of the folder."""
        event = Event(datetime.now(UTC).isoformat(timespec="seconds"), who, what, place, difference)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(event), ensure_ascii=False) + "\n")

    def events(self, most: int = 200, place: str = "") -> list[Event]:
        """Return what was done last, the latest first; of one place only if it is named."""
        try:
            lines = self._path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        found: list[Event] = []
        for line in reversed(lines):
            event = _read(line)
            if event and place in ("", event.place):
                found.append(event)
            if len(found) == most:
                break
        return found

    def last_at(self, place: str) -> str:
        """Return who changed a place last, an empty string where nobody is known."""
        return next((event.who for event in self.events(1, place)), "")


def _read(line: str) -> Event | None:
    # A line that a full disk cut short must not hide the others.
    try:
        return Event(**json.loads(line))
    except (ValueError, TypeError):
        return None
