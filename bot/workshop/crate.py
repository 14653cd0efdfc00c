"""Crate: files and folders as one stream of bytes in pieces, and back into a folder."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

# So much of it is in memory at a time.
PIECE = 1 << 20
# The arrays of an index hardly shrink further, and this is ten times as fast as the usual level.
_LEVEL = 1


class CrateError(Exception):
    """The bytes are not what was packed, or would be written where they must not."""


def pack(things: Mapping[str, Path], put: Callable[[bytes], None]) -> None:
    """Pack what is there of these files and folders under their names; `put` takes the pieces in order."""
    sink = _Sink(put)
    squeezed = gzip.GzipFile(fileobj=sink, mode="wb", compresslevel=_LEVEL, mtime=0)
    with squeezed, tarfile.open(fileobj=squeezed, mode="w|") as archive:
        for name, path in things.items():
            if path.exists():
                archive.add(path, name, filter=_shown)
    sink.close()


def unpack(pieces: Iterable[bytes], folder: Path) -> None:
    """Unpack into a fresh folder, outside of which nothing is written; raise CrateError, then it may be half full."""
    folder.mkdir(mode=0o700, parents=True)
    try:
        with gzip.GzipFile(fileobj=io.BufferedReader(_Source(pieces))) as plain:
            with tarfile.open(fileobj=plain, mode="r|") as archive:
                archive.extractall(folder, filter=_harmless)
            while plain.read(PIECE):  # its checksum stands at the end
                pass
    except (EOFError, gzip.BadGzipFile, tarfile.TarError) as error:
        raise CrateError(f"取来的内容不完整或者不对：{error}") from None
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())


class _Sink(io.RawIOBase):
    """Cuts what is written into pieces."""

    def __init__(self, put: Callable[[bytes], None]) -> None:
        self._put = put
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        view = memoryview(data)  # type: ignore[arg-type]
        self._held += view
        while len(self._held) >= PIECE:
            self._put(bytes(self._held[:PIECE]))
            del self._held[:PIECE]
        return view.nbytes

    def close(self) -> None:
        if self._held:
            self._put(bytes(self._held))
            self._held.clear()
        super().close()


class _Source(io.RawIOBase):
    """Joins pieces again."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._held = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        while not self._held:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._held = memoryview(piece)
        count = min(len(view), len(self._held))
        view[:count] = self._held[:count]
        self._held = self._held[count:]
        return count


def _shown(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    # Locks and what is just being written belong to the machine they are on.
    return None if Path(member.name).name.startswith(".") else member


def _harmless(member: tarfile.TarInfo, folder: str) -> tarfile.TarInfo:
    if not (member.isreg() or member.isdir()):
        raise tarfile.SpecialFileError(member)
    # Files are as old as their being here, for what was read of them before is known by their age.
    return tarfile.data_filter(member, folder).replace(mtime=None, deep=False)  # type: ignore[arg-type]
