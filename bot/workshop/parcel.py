"""Parcel: files that a clerk sent; another process reads them, and what is in them waits to be taken into the draft."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Literal

from bot.chat import china_now
from bot.place import STAMP
from bot.workshop.contents import Contents, ParcelItem, read_contents
from bot.workshop.draft import Draft
from bot.workshop.errors import NotNow, NotThere
from bot.workshop.folders import is_held, write_whole
from bot.workshop.rota import Rota

Kind = Literal["workbook", "documents"]

CONTENTS, FILES, RUNNING, PARCELS = "contents.json", "files", ".running", "parcels"
_ABOUT = "about.json"
_NUMBER = re.compile(r"[0-9a-f]{16}")
_UNSAFE = re.compile(r"[^\w.()（）《》-]+")
_LONGEST_NAME = 80
# Whoever sent a file looks at it the same day; what was forgotten must not fill the disk.
_MOST = 12
_KEPT_SECONDS = 3 * 86_400
# So long a process may take until it says that it runs.
_BEGINS_SECONDS = 15
_STOPPED = "读到一半停了：文件太大、太复杂，或者服务器重启过。可以再读一遍，或者拆成几份。"


@dataclass(frozen=True)
class Parcel:
    """Who sent which files, when (seconds since 1970), what they are, and what the entries of documents go back to."""

    number: str
    kind: Kind
    who: str
    time: float
    names: tuple[str, ...]
    basis: str = ""

    @property
    def when(self) -> datetime:
        """The time as a moment."""
        return datetime.fromtimestamp(self.time, UTC)

    @property
    def title(self) -> str:
        """The names of its files."""
        return "、".join(self.names)


class Parcels:
    """The parcels of a work folder."""

    def __init__(self, work: Path, draft: Draft, rota: Rota) -> None:
        """Take from them into `draft`."""
        self._work = work
        self._draft = draft
        self._rota = rota

    def folder(self, number: str) -> Path:
        """Return where a parcel lies."""
        return self._work / PARCELS / number

    def add(self, kind: Kind, who: str, files: Sequence[tuple[str, bytes]], basis: str = "") -> Parcel:
        """Keep files and begin to read them."""
        names = _names([name for name, _ in files])
        parcel = Parcel(secrets.token_hex(8), kind, who, time.time(), names, basis or Path(names[0]).stem)
        folder = self.folder(parcel.number)
        with self._rota.turn():
            self._make_room()
            (folder / FILES).mkdir(mode=0o700, parents=True)
            for name, (_, data) in zip(names, files, strict=True):
                (folder / FILES / name).write_bytes(data)
            self._start(parcel)
        return parcel

    def get(self, number: str) -> Parcel:
        """Return a parcel; raise NotThere where there is none by that number."""
        found = _read(self.folder(number)) if _NUMBER.fullmatch(number) else None
        if found is None:
            raise NotThere(
                "找不到这些文件：已经收好、不要了、放得太久清掉了，或者还在另一台机器上读。"
                "请过几秒刷新这一页；还是没有，就重新上传。"
            )
        return found

    def all(self) -> list[Parcel]:
        """Return the parcels that wait, the latest first."""
        found = [parcel for path in self._work.glob(f"{PARCELS}/*") if (parcel := _read(path))]
        return sorted(found, key=lambda parcel: -parcel.time)

    def contents(self, parcel: Parcel) -> Contents | None:
        """Return what is in a parcel; None as long as it is being read."""
        folder = self.folder(parcel.number)
        running = is_held(folder / RUNNING) or time.time() - parcel.time < _BEGINS_SECONDS
        found = read_contents(folder / CONTENTS)
        if found is None and not running:
            return Contents(problems=(_STOPPED,))
        return found

    def stale(self, items: Collection[ParcelItem]) -> list[ParcelItem]:
        """Return which of these files the draft has changed since they were read."""
        return [item for item in items if self._draft.text(item.name) != item.before]

    def take(self, parcel: Parcel, names: Collection[str] | None, who: str) -> int:
        """Write what is in a parcel, or the files that are named, into the draft; return how many it was."""
        contents = self.contents(parcel)
        if contents is None or contents.problems:
            raise NotNow("还没有读完，或者里面有要改的地方，没有收。")
        items = [item for item in contents.items if names is None or item.name in names]
        if not items:
            raise NotNow("一条也没有勾。没有改动。")
        said = f"{'导入' if parcel.kind == 'workbook' else '起草自'} {parcel.title}"
        self._draft.save_together({item.name: (item.before, item.after) for item in items}, who, said)
        self.drop(parcel)
        return len(items)

    def again(self, parcel: Parcel, who: str) -> None:
        """Read the files once more, against the draft as it is now."""
        with self._rota.turn():
            for name in (CONTENTS, STAMP):
                (self.folder(parcel.number) / name).unlink(missing_ok=True)
            self._start(Parcel(**{**vars(parcel), "time": time.time(), "who": who}))

    def drop(self, parcel: Parcel) -> None:
        """Let go of a parcel, on all machines."""
        with self._rota.turn():
            self._let_go(parcel)

    def _start(self, parcel: Parcel) -> None:
        folder = self.folder(parcel.number)
        write_whole(folder / _ABOUT, json.dumps(asdict(parcel), ensure_ascii=False))
        command = [sys.executable, "-m", "bot.workshop.unpack", str(self._work), str(folder), str(china_now().date())]
        with (folder / "log.txt").open("wb") as log:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=Path(__file__).parents[2],
                env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}, start_new_session=True,
            )  # fmt: skip
        # Whoever started it has to see it end.
        Thread(target=process.wait, daemon=True).start()

    def _make_room(self) -> None:
        for place, parcel in enumerate(self.all(), start=1):
            if place >= _MOST or time.time() - parcel.time > _KEPT_SECONDS:
                self._let_go(parcel)

    def _let_go(self, parcel: Parcel) -> None:
        shutil.rmtree(self.folder(parcel.number), ignore_errors=True)


def _read(folder: Path) -> Parcel | None:
    try:
        data = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return Parcel(**{**data, "names": tuple(data["names"])})


def _names(given: Sequence[str]) -> tuple[str, ...]:
    """Return names that are safe as names of files, and no two alike."""
    found: list[str] = []
    for place, name in enumerate(given, start=1):
        safe = _UNSAFE.sub("_", name.replace("\\", "/").rpartition("/")[2]).strip("._")[-_LONGEST_NAME:] or "文件"
        # A file system counts bytes, of which a Chinese sign has three.
        found.append(f"{place}-{safe}" if safe.lower() in map(str.lower, found) else safe)
    return tuple(found)
