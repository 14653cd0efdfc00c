"""Versions: what was published, by number; each is a corpus with the index that was built from it."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.place import corpus_of, index_of, live_number, make_live, version_folder
from bot.workshop.errors import NotNow, NotThere
from bot.workshop.folders import copy_corpus, write_whole
from corpus.entries import load_corpus
from index.manifest import NAME, read_manifest

KEPT = 5
ABOUT = "about.json"


@dataclass(frozen=True)
class Version:
    """A published version: when (UTC), by whom, in whose words, and how much changed since the last measuring."""

    number: int
    time: str
    who: str
    note: str
    drifted: float = 0.0

    @property
    def when(self) -> datetime:
        """The time as a moment."""
        return datetime.fromisoformat(self.time)


class Versions:
    """The versions in a work folder; whoever changes something holds its lock."""

    def __init__(self, work: Path) -> None:
        """Name the folder."""
        self.work = work

    @property
    def live(self) -> int | None:
        """The number of the version in use."""
        return live_number(self.work)

    def all(self) -> list[Version]:
        """Return all that are kept, the newest first."""
        found = []
        for path in sorted((self.work / "versions").glob("[0-9]*"), reverse=True):
            try:
                found.append(Version(**json.loads((path / ABOUT).read_text(encoding="utf-8"))))
            except (OSError, ValueError, TypeError):
                continue  # one that is just being made, or was left half made
        return found

    def get(self, number: int) -> Version:
        """Return a version; raise NotThere where it is not kept."""
        for version in self.all():
            if version.number == number:
                return version
        raise NotThere(f"没有第 {number} 版，可能已经清理掉了。留着的有最近 {KEPT} 版。")

    def corpus(self, number: int) -> Path:
        """Return the corpus of a version."""
        return corpus_of(version_folder(self.work, number))

    def index(self, number: int) -> Path:
        """Return the index of a version."""
        return index_of(version_folder(self.work, number))

    def found(self, corpus: Path, index: Path, who: str) -> None:
        """Make what is installed the first version, and the one in use."""
        manifest = read_manifest(index)
        if manifest.corpus != load_corpus(corpus).digest:
            raise NotNow("装好的资料在建索引以后改过。请先在服务器上运行：make index，再来管理。")
        folder = version_folder(self.work, 1)
        folder.mkdir(parents=True, exist_ok=True)
        copy_corpus(corpus, corpus_of(folder))
        shutil.rmtree(index_of(folder), ignore_errors=True)
        shutil.copytree(index / manifest.folder, index_of(folder) / manifest.folder)
        shutil.copyfile(index / NAME, index_of(folder) / NAME)
        self._write(Version(1, _now(), who, "随程序安装的资料"))
        make_live(self.work, 1)

    def publish(self, proved: Path, who: str, note: str, drifted: float) -> Version:
        """Make what was proved a version, and the one in use; older ones than the last five go."""
        number = max((version.number for version in self.all()), default=0) + 1
        folder = version_folder(self.work, number)
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        os.replace(proved, folder)
        version = Version(number, _now(), who, note, drifted)
        self._write(version)
        make_live(self.work, number)
        self._let_go()
        return version

    def go_back(self, number: int) -> Version:
        """Let an older version be the one in use again."""
        version = self.get(number)
        if number == self.live:
            raise NotNow(f"正在用的就是第 {number} 版。")
        make_live(self.work, number)
        return version

    def _write(self, version: Version) -> None:
        path = version_folder(self.work, version.number) / ABOUT
        write_whole(path, json.dumps(asdict(version), ensure_ascii=False))

    def _let_go(self) -> None:
        # Those who still answer with one have its files open, which is all they need.
        kept = {version.number for version in self.all()[: KEPT + 1]} | {self.live}
        for path in (self.work / "versions").glob("[0-9]*"):
            if path.name.isdecimal() and int(path.name) not in kept:
                shutil.rmtree(path, ignore_errors=True)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
