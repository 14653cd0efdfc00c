"""Folders: the texts of a corpus folder, written whole and by one writer at a time."""

from __future__ import annotations

import difflib
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from corpus.files import is_litter

# The original documents and the sentences for the reader of numbers are nobody's to edit here.
_NOT_COPIED = ("sources", "readings", "template", "built", "__pycache__")
_TEXTS = {".md", ".txt", ".toml", ".tsv"}
_NAME_OF_NO_FILE = ""


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Let one process at a time write in `folder`."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def is_held(path: Path) -> bool:
    """Tell whether a process that works holds the lock of a file."""
    try:
        with path.open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def texts_of(corpus: Path) -> dict[str, str]:
    """Return every text of a corpus folder by its name, such as entries/P3.md."""
    return {name: (corpus / name).read_text(encoding="utf-8", errors="replace") for name in names_of(corpus)}


def names_of(corpus: Path) -> list[str]:
    """Return the names of the texts in a corpus folder."""
    found = []
    for path in sorted(corpus.rglob("*")):
        name = path.relative_to(corpus)
        out = name.parts[0] in _NOT_COPIED or any(map(is_litter, name.parts)) or name == Path("README.md")
        if path.is_file() and path.suffix in _TEXTS and not out:
            found.append(name.as_posix())
    return found


def copy_corpus(source: Path, target: Path) -> None:
    """Copy the texts of a corpus to a folder, which is there in whole or not at all."""
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    shutil.rmtree(fresh, ignore_errors=True)
    for name in names_of(source):
        (fresh / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, fresh / name)
    swap(fresh, target)


def swap(fresh: Path, target: Path) -> None:
    """Let a folder take the place of another; whoever reads it meets neither half of it."""
    old = target.with_name(f".{target.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    with suppress(FileNotFoundError):
        os.replace(target, old)
    os.replace(fresh, target)
    shutil.rmtree(old, ignore_errors=True)


def write_whole(path: Path, text: str) -> None:
    """Write a file so that whoever reads it sees the old text or the new one, a power cut notwithstanding."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with fresh.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)


def text_digest(text: str | None) -> str:
    """Return what tells one text from another; that of a file which is not there is empty."""
    return _NAME_OF_NO_FILE if text is None else hashlib.sha256(text.encode()).hexdigest()[:16]


def difference(before: str | None, after: str | None) -> str:
    """Return the lines that went and came, with one line around."""
    old, new = ((text or "").splitlines() for text in (before, after))
    return "\n".join(list(difflib.unified_diff(old, new, lineterm="", n=1))[2:])
