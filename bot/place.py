"""Place: which index is in use, and where the corpus lies that it was built from.

Without a work folder it is the one that `make index` wrote. With one, the console publishes numbered versions there;
each holds its corpus beside its index, and one small file, replaced in one step, names the version in use.
"""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path

from bot.settings import Settings
from corpus.entries import corpus_path
from index.manifest import NAME

log = logging.getLogger(__name__)

Mark = tuple[tuple[int, int, int], ...]
# What lies in a work folder beside the versions; of several machines each has all of it.
DRAFT = "draft"
PROOF = "proof"
HISTORY = "history.jsonl"
KEY = "key"
# In the folder of a draft, proof or version: by what name the other machines have the same.
STAMP = "stamp"
_POINTER = "live.json"
_VERSIONS = "versions"
_CORPUS = "corpus"
_INDEX = "index"


def pinned(settings: Settings) -> Settings:
    """Return the settings with the index that is in use now, which may be a published version's."""
    number = live_number(settings.work) if settings.work else None
    if settings.work is None or number is None:
        return settings
    return settings.model_copy(update={"index": index_of(version_folder(settings.work, number))})


def corpus_beside(index: Path) -> Path:
    """Return the corpus of an index: the one beside it where it is a published version's, else the installed one."""
    beside = index.parent / _CORPUS
    return beside if index.name == _INDEX and beside.is_dir() else corpus_path()


def version_folder(work: Path, number: int) -> Path:
    """Return where a published version lies."""
    return work / _VERSIONS / f"{number:04}"


def corpus_of(version: Path) -> Path:
    """Return the corpus of a version or of a draft."""
    return version / _CORPUS


def index_of(version: Path) -> Path:
    """Return the index of a version."""
    return version / _INDEX


def live_number(work: Path) -> int | None:
    """Return the number of the version in use; None before the first was published."""
    try:
        number = json.loads((work / _POINTER).read_text(encoding="utf-8"))["version"]
        return int(number)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.error("读不出正在使用哪一版（%s：%s），先用 make index 建的索引。", work / _POINTER, error)
        return None


def make_live(work: Path, number: int) -> None:
    """Let a version be the one in use, in one step."""
    fresh = work / f".{_POINTER}.{os.getpid()}"
    with fresh.open("w", encoding="utf-8") as file:
        json.dump({"version": number}, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, work / _POINTER)


def mark_of(settings: Settings) -> Mark:
    """Return what changes as soon as another index is in use; it is cheap to ask."""
    files = [settings.work / _POINTER] if settings.work else []
    return tuple(_stamp(path) for path in (*files, pinned(settings).index / NAME))


def _stamp(path: Path) -> tuple[int, int, int]:
    try:
        status = path.stat()
    except OSError:
        return (0, 0, 0)
    return (status.st_mtime_ns, status.st_ino, status.st_size)
