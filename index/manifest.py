"""Manifest: what an index on disk was made of, and the atomic change from one index to the next.

The folder of an index holds `manifest.json` and, in a folder of its own that the manifest names, the files of each
build. Replacing the manifest, in one step, is what makes a new build the index; the one before stays until the next
build begins, for those who are just reading it.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from corpus.entries import corpus_path, shipped_path
from corpus.files import is_litter
from index.errors import FOLDER, IndexDamaged, IndexFault, IndexMissing, IndexStale, IndexUnreadable, IndexUnwritable

FORMAT = 7
NAME = "manifest.json"
_BUILD = "build-"
_LOCK = ".lock"


def default_index() -> Path:
    """Return the folder of the index in use: FAQ_INDEX, else beside another office's entries, else index/built."""
    if given := os.environ.get("FAQ_INDEX", "").strip():
        return Path(given).expanduser()
    corpus = corpus_path()
    return (Path(__file__).parent if corpus == shipped_path() else corpus) / "built"


@dataclass(frozen=True)
class Manifest:
    """What went in, what came out, and the digest of every file."""

    format: int
    version: str
    corpus: str
    model: str
    model_digest: str
    entries: int
    rows: int
    files: dict[str, str]
    folder: str = ""
    learned: str = ""
    """The digest of what ranker and thresholds were learned from; those of earlier versions lack it."""
    drifted: float = 0.0
    """How many wordings of small talk came or went since, as a share of all wordings."""


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, or of a folder: of all its files with their names, but for a computer's litter."""
    digest = hashlib.sha256()
    inside = (p for p in path.rglob("*") if p.is_file() and not any(map(is_litter, p.relative_to(path).parts)))
    for file in sorted(inside) if path.is_dir() else [path]:
        if path.is_dir():
            digest.update(str(file.relative_to(path)).encode())
        with file.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest with the digests of all files that lie in `folder`."""
    files = {path.name: digest_of(path) for path in _own_files(folder)}
    data = asdict(manifest) | {"files": files}
    (folder / NAME).write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a built index; raise what is wrong with it."""
    path = folder / NAME
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        data["files"].items()  # a manifest without them is no manifest
        if data["format"] != FORMAT:
            raise IndexStale(folder, f"格式是 {data['format']}，程序要的是 {FORMAT}")
        return Manifest(**data)
    except (FileNotFoundError, NotADirectoryError):
        raise IndexMissing(path if folder.is_dir() else folder) from None
    except IsADirectoryError:
        raise IndexDamaged(path, FOLDER) from None
    except OSError as error:
        raise IndexUnreadable(path, error.strerror or "") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexDamaged(path, f"读不懂：{error}") from None


def verify(folder: Path, manifest: Manifest) -> None:
    """Raise IndexDamaged if a file is missing, differs from its digest, or is not named in the manifest."""
    home = folder / manifest.folder
    try:
        for name, digest in manifest.files.items():
            if not (home / name).is_file():
                raise IndexDamaged(home / name, "文件不见了")
            if digest_of(home / name) != digest:
                raise IndexDamaged(home / name, "内容和建索引时不一样")
        for path in _own_files(home):
            if path.name not in manifest.files and path.is_file():
                raise IndexDamaged(path, "建索引时没有这个文件")
    except OSError as error:
        raise IndexUnreadable(Path(error.filename or home), error.strerror or "") from None


@contextmanager
def alone(folder: Path, say: Callable[[str], None]) -> Iterator[bool]:
    """Let one build work in `folder` at a time; tell whether another had to be waited for.

    Whatever an interrupted build has left there is removed.
    """
    with _unwritable(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / _LOCK).open("a")
    with lock:
        waited = False
        # Some network drives know no locks; there, two builds at once only do the work twice.
        with suppress(OSError):
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("另一个程序正在建同一个索引，等它结束……")
                waited = True
                fcntl.flock(lock, fcntl.LOCK_EX)
        _sweep(folder)
        yield waited


@contextmanager
def written_whole(folder: Path) -> Iterator[Path]:
    """Give a new folder to write into; make it the index in one step when all went well, else leave the old one."""
    with _unwritable(folder):
        folder.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=_BUILD, dir=folder))
        try:
            yield fresh
            fresh.chmod(0o755)
            data = json.loads((fresh / NAME).read_text(encoding="utf-8")) | {"folder": fresh.name}
            (fresh / NAME).write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")
            _to_disk(fresh)
            os.replace(fresh / NAME, folder / NAME)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise


@contextmanager
def _unwritable(folder: Path) -> Iterator[None]:
    before = os.path.isfile(folder / NAME)  # unlike that of a Path, False where nobody may look
    try:
        yield
    except OSError as error:
        raise IndexUnwritable(folder, error, before) from error


def _own_files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if path.name != NAME and not is_litter(path.name)]


def _to_disk(folder: Path) -> None:
    # A manifest that outlives a power cut must not name files that do not.
    for path in folder.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())


def _sweep(folder: Path) -> None:
    """Remove the builds in `folder` that are not the index, and what earlier versions left in it and beside it."""
    try:
        manifest = read_manifest(folder)
        keep, flat = manifest.folder, manifest.folder == ""
    except IndexUnreadable:
        return  # another user's, whose service may well read it
    except IndexFault:
        # No process can use it, so nothing of it is to be kept but what a flat index may be.
        keep, flat = "", True
    left = [path for path in folder.iterdir() if path.name.startswith(_BUILD) and path.name != keep]
    if not flat:
        left += [path for path in folder.iterdir() if path.suffix in (".npy", ".faiss", ".json", ".cache")]
        left.remove(folder / NAME)
    old = re.compile(rf"\.{re.escape(folder.name)}-[a-z0-9_]{{8}}(?:-old)?")
    with suppress(OSError):
        left += [path for path in folder.parent.iterdir() if old.fullmatch(path.name)]
    for path in left:
        with suppress(OSError):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
