"""Commons: the work folder of one machine, made like what is on the shelf for all, and the shelf like the folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection

from bot.place import DRAFT, HISTORY, KEY, PROOF, STAMP, live_number, make_live, version_folder
from bot.workshop.folders import swap, write_whole
from bot.workshop.parcel import CONTENTS, PARCELS
from bot.workshop.report import read_report
from bot.workshop.shelf import ShelfItem, put, take
from bot.workshop.versions import ABOUT, Versions

_LIVE = "live"
_VERSION = "version "
_PARCEL = "parcel "
_SHARED = ".shared"


class Commons:
    """A work folder whose draft, proof, versions and parcels are known by the stamps that they have on the shelf."""

    def __init__(self, work: Path) -> None:
        """Name the folder; whoever changes something in it holds its lock."""
        self.work = work
        self._draft, self._proof = work / DRAFT, work / PROOF

    def is_strange(self, found: Mapping[str, ShelfItem]) -> bool:
        """Tell whether there is a draft on the shelf, and another in a folder that never had to do with a shelf."""
        return DRAFT in found and self._draft.is_dir() and not (self.work / _SHARED).exists()

    def has_more(self, found: Mapping[str, ShelfItem]) -> bool:
        """Tell whether something is here that nobody has been given yet."""
        begun = _LIVE not in found and live_number(self.work) is not None
        proved = not _stamp(self._proof) and read_report(self._proof) is not None
        read = any(not _stamp(folder) for folder in self._parcels())
        return begun or proved or read or (KEY not in found and bool(self._key()))

    def is_like(self, found: Mapping[str, ShelfItem]) -> bool:
        """Tell whether the folder holds what was found on the shelf; it is cheap to ask."""
        if KEY in found and self._key() != found[KEY].about:
            return False
        return _LIVE not in found or (
            _stamp(self._draft) == _stamp_in(found, DRAFT)
            and self._numbers() == set(_versions(found))
            and all(_stamp(self._version(number)) == item.stamp for number, item in _versions(found).items())
            and live_number(self.work) == _live(found)
            and (not self._follows or _stamp(self._proof) == _stamp_in(found, PROOF))
            and self._shared_parcels() == {number: item.stamp for number, item in _numbered(found, _PARCEL).items()}
        )

    def bring(self, connection: Connection, found: Mapping[str, ShelfItem]) -> None:
        """Make the folder like the shelf, as far as that goes; what is in use comes first."""
        if KEY in found and self._key() != found[KEY].about:
            self._bring_key(bytes.fromhex(found[KEY].about))
        if _LIVE not in found:
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
        self._bring_parcels(connection, _numbered(found, _PARCEL))

    def keep(self, connection: Connection, found: Mapping[str, ShelfItem]) -> dict[str, ShelfItem]:
        """Put on the shelf what is new in the folder; return what is to be on it from now on."""
        known = {item.stamp for item in found.values() if item.stamp}
        wanted = {}
        for version in Versions(self.work).all():
            folder = self._version(version.number)
            about = (folder / ABOUT).read_text(encoding="utf-8")
            wanted[f"{_VERSION}{version.number}"] = ShelfItem(self._put(connection, folder, known), about)
        if read_report(self._proof):
            wanted[PROOF] = ShelfItem(self._put(connection, self._proof, known))
        for folder in self._parcels():
            about = (folder / ABOUT).read_text(encoding="utf-8")
            wanted[f"{_PARCEL}{folder.name}"] = ShelfItem(self._put(connection, folder, known), about)
        if self._draft.is_dir():
            things = {HISTORY: self.work / HISTORY, **_inside(self._draft, f"{DRAFT}/")}
            wanted[DRAFT] = ShelfItem(put(connection, things))
        if key := self._key():
            wanted[KEY] = ShelfItem("", key)
        if (live := live_number(self.work)) is not None:
            wanted[_LIVE] = ShelfItem("", str(live))
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

    def _bring_key(self, key: bytes) -> None:
        fresh = self.work / f".{KEY}.taken"
        fresh.unlink(missing_ok=True)
        with open(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(key)
        os.replace(fresh, self.work / KEY)

    def _bring_version(self, connection: Connection, number: int, item: ShelfItem) -> None:
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
        if (fresh / HISTORY).exists():
            os.replace(fresh / HISTORY, self.work / HISTORY)
        write_whole(fresh / DRAFT / STAMP, stamp)
        swap(fresh / DRAFT, self._draft)
        shutil.rmtree(fresh, ignore_errors=True)

    def _bring_parcels(self, connection: Connection, found: Mapping[str, ShelfItem]) -> None:
        here = self._shared_parcels()
        for number in here.keys() - found.keys():
            shutil.rmtree(self._parcel(number), ignore_errors=True)
        for number, item in found.items():
            # One without a stamp is just being read here, and shared as soon as that is done.
            if here.get(number) != item.stamp and (number in here or not self._parcel(number).exists()):
                self._take(connection, item.stamp, self._parcel(number), item.about)

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

    def _key(self) -> str:
        try:
            return (self.work / KEY).read_bytes().hex()
        except OSError:
            return ""

    def _parcel(self, number: str) -> Path:
        return self.work / PARCELS / number

    def _parcels(self) -> list[Path]:
        """Return the folders of parcels that have been read."""
        return sorted(
            path.parent for path in (self.work / PARCELS).glob(f"*/{CONTENTS}") if (path.parent / ABOUT).exists()
        )

    def _shared_parcels(self) -> dict[str, str]:
        return {folder.name: stamp for folder in (self.work / PARCELS).glob("[0-9a-f]*") if (stamp := _stamp(folder))}

    def _version(self, number: int) -> Path:
        return version_folder(self.work, number)

    def _numbers(self) -> set[int]:
        return {int(path.name) for path in (self.work / "versions").glob("[0-9]*") if path.name.isdecimal()}


def _inside(folder: Path, before: str = "") -> dict[str, Path]:
    return {f"{before}{path.name}": path for path in sorted(folder.iterdir()) if path.name not in (STAMP, ABOUT)}


def _versions(found: Mapping[str, ShelfItem]) -> dict[int, ShelfItem]:
    return {int(number): item for number, item in _numbered(found, _VERSION).items()}


def _numbered(found: Mapping[str, ShelfItem], kind: str) -> dict[str, ShelfItem]:
    return {name.removeprefix(kind): item for name, item in found.items() if name.startswith(kind)}


def _live(found: Mapping[str, ShelfItem]) -> int | None:
    return int(found[_LIVE].about) if _LIVE in found else None


def _stamp_in(found: Mapping[str, ShelfItem], name: str) -> str:
    return found[name].stamp if name in found else ""


def _stamp(folder: Path) -> str:
    try:
        return (folder / STAMP).read_text(encoding="utf-8")
    except OSError:
        return ""
