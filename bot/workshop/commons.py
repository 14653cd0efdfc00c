"""Commons: the work folder of one machine, made like what is on the shelf for all, and the shelf like the folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection

from bot.place import DRAFT, HISTORY, KEY, PROOF, STAMP, live_number, make_live, version_folder
from bot.workshop.files import swap, write_whole
from bot.workshop.report import read_report
from bot.workshop.shelf import Item, put, take
from bot.workshop.versions import ABOUT, Versions

_LIVE = "live"
_VERSION = "version "
_SHARED = ".shared"


class Commons:
    """A work folder whose draft, proof and versions are known by the stamps that they have on the shelf."""

    def __init__(self, work: Path) -> None:
        """Name the folder; whoever changes something in it holds its lock."""
        self.work = work
        self._draft, self._proof = work / DRAFT, work / PROOF

    @property
    def strange(self) -> bool:
        """Whether there is a draft in a folder that never had to do with a shelf."""
        return self._draft.is_dir() and not (self.work / _SHARED).exists()

    @property
    def has_more(self) -> bool:
        """Whether a proof was made while nobody could be told."""
        return not _stamp(self._proof) and read_report(self._proof) is not None

    def is_like(self, found: Mapping[str, Item]) -> bool:
        """Tell whether the folder holds what was found on the shelf; it is cheap to ask."""
        return (
            _stamp(self._draft) == _stamp_in(found, DRAFT)
            and self._numbers() == set(_versions(found))
            and all(_stamp(self._version(number)) == item.stamp for number, item in _versions(found).items())
            and live_number(self.work) == _live(found)
            and (not self._follows or _stamp(self._proof) == _stamp_in(found, PROOF))
        )

    def bring(self, connection: Connection, found: Mapping[str, Item]) -> None:
        """Make the folder like the shelf, unless that is empty; what is in use comes first."""
        if not found:
            return
        (self.work / _SHARED).touch()
        live, versions = _live(found), _versions(found)
        for number in sorted(versions, key=lambda number: (number != live, -number)):
            self._bring_version(connection, number, versions[number])
            if number == live and live_number(self.work) != live:
                make_live(self.work, number)
        if DRAFT in found and _stamp(self._draft) != found[DRAFT].stamp:
            self._bring_draft(connection, found[DRAFT].stamp)
        if self._follows and _stamp(self._proof) != _stamp_in(found, PROOF):
            shutil.rmtree(self._proof, ignore_errors=True)
            if PROOF in found:
                self._take(connection, found[PROOF].stamp, self._proof)
        for number in self._numbers() - set(versions):
            shutil.rmtree(self._version(number), ignore_errors=True)

    def keep(self, connection: Connection, found: Mapping[str, Item]) -> dict[str, Item]:
        """Put on the shelf what is new in the folder; return what is to be on it from now on."""
        known = {item.stamp for item in found.values() if item.stamp}
        wanted = {}
        for version in Versions(self.work).all():
            folder = self._version(version.number)
            about = (folder / ABOUT).read_text(encoding="utf-8")
            wanted[f"{_VERSION}{version.number}"] = Item(self._put(connection, folder, known), about)
        if read_report(self._proof):
            wanted[PROOF] = Item(self._put(connection, self._proof, known))
        if self._draft.is_dir():
            things = {name: self.work / name for name in (HISTORY, KEY)}
            wanted[DRAFT] = Item(put(connection, {**things, **_inside(self._draft, f"{DRAFT}/")}))
        if (live := live_number(self.work)) is not None:
            wanted[_LIVE] = Item("", str(live))
        return wanted

    def begin(self) -> None:
        """Note that the draft is being changed; until `end`, the one on the shelf is the one that counts."""
        (self.work / _SHARED).touch()
        (self._draft / STAMP).unlink(missing_ok=True)

    def end(self, stamp: str) -> None:
        """Note under which stamp the draft is on the shelf."""
        write_whole(self._draft / STAMP, stamp)

    @property
    def _follows(self) -> bool:
        # Never is one replaced that is being made here, or has been made and is not on the shelf yet.
        return not self._proof.exists() or bool(_stamp(self._proof))

    def _bring_version(self, connection: Connection, number: int, item: Item) -> None:
        folder = self._version(number)
        if _stamp(folder) == item.stamp:
            return
        if _stamp(self._proof) == item.stamp:
            # It was proved, and brought here, before it was published.
            shutil.rmtree(folder, ignore_errors=True)
            folder.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self._proof / ABOUT, item.about)
            os.replace(self._proof, folder)
        else:
            self._take(connection, item.stamp, folder, item.about)

    def _bring_draft(self, connection: Connection, stamp: str) -> None:
        fresh = self._fresh()
        take(connection, stamp, fresh)
        for name in (HISTORY, KEY):
            if (fresh / name).exists():
                os.replace(fresh / name, self.work / name)
        write_whole(fresh / DRAFT / STAMP, stamp)
        swap(fresh / DRAFT, self._draft)
        shutil.rmtree(fresh, ignore_errors=True)

    def _take(self, connection: Connection, stamp: str, folder: Path, about: str = "") -> None:
        fresh = self._fresh()
        take(connection, stamp, fresh)
        if about:
            write_whole(fresh / ABOUT, about)
        write_whole(fresh / STAMP, stamp)
        folder.parent.mkdir(parents=True, exist_ok=True)
        swap(fresh, folder)

    def _put(self, connection: Connection, folder: Path, known: set[str]) -> str:
        stamp = _stamp(folder)
        if stamp not in known:
            stamp = put(connection, _inside(folder))
            write_whole(folder / STAMP, stamp)
        return stamp

    def _fresh(self) -> Path:
        fresh = self.work / ".taken"
        shutil.rmtree(fresh, ignore_errors=True)
        return fresh

    def _version(self, number: int) -> Path:
        return version_folder(self.work, number)

    def _numbers(self) -> set[int]:
        return {int(path.name) for path in (self.work / "versions").glob("[0-9]*") if path.name.isdecimal()}


def _inside(folder: Path, before: str = "") -> dict[str, Path]:
    return {f"{before}{path.name}": path for path in sorted(folder.iterdir()) if path.name not in (STAMP, ABOUT)}


def _versions(found: Mapping[str, Item]) -> dict[int, Item]:
    return {int(name.removeprefix(_VERSION)): item for name, item in found.items() if name.startswith(_VERSION)}


def _live(found: Mapping[str, Item]) -> int | None:
    return int(found[_LIVE].about) if _LIVE in found else None


def _stamp_in(found: Mapping[str, Item], name: str) -> str:
    return found[name].stamp if name in found else ""


def _stamp(folder: Path) -> str:
    try:
        return (folder / STAMP).read_text(encoding="utf-8")
    except OSError:
        return ""
