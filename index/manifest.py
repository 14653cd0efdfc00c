"""Manifest: what an index on disk was made of, and atomic writes of its folder."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from index.errors import IndexDamaged, IndexMissing, IndexStale

FORMAT = 6
NAME = "manifest.json"


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


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, or of all files of a folder with their names."""
    digest = hashlib.sha256()
    for file in sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]:
        if path.is_dir():
            digest.update(str(file.relative_to(path)).encode())
        with file.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest with the digests of all files that lie in `folder`."""
    files = {path.name: digest_of(path) for path in sorted(folder.iterdir()) if path.name != NAME}
    data = asdict(manifest) | {"files": files}
    (folder / NAME).write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a built index; raise what is wrong with it."""
    if not folder.is_dir():
        raise IndexMissing(folder)
    path = folder / NAME
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        data["files"].items()  # a manifest without them is no manifest
        if data["format"] != FORMAT:
            raise IndexStale(folder, f"格式是 {data['format']}，程序要的是 {FORMAT}")
        return Manifest(**data)
    except FileNotFoundError:
        raise IndexMissing(path) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexDamaged(path, f"读不懂：{error}") from None


def verify(folder: Path, manifest: Manifest) -> None:
    """Raise IndexDamaged if a file is missing or differs from its digest."""
    for name, digest in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise IndexDamaged(path, "文件不见了")
        if digest_of(path) != digest:
            raise IndexDamaged(path, "内容和建索引时不一样")


@contextmanager
def written_whole(folder: Path) -> Iterator[Path]:
    """Give a new folder to write into; swap it in by one rename when all went well, else leave the old one."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        yield fresh
        fresh.chmod(0o755)
        _swap(fresh, folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _swap(fresh: Path, folder: Path) -> None:
    """Put `fresh` where `folder` is; a folder can't be replaced in one step, so the old one returns on a failure."""
    old = fresh.with_name(fresh.name + "-old")
    if folder.exists():
        os.replace(folder, old)
    try:
        os.replace(fresh, folder)
    except OSError:
        if old.exists():
            os.replace(old, folder)
        raise
    shutil.rmtree(old, ignore_errors=True)
