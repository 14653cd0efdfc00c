"""SQLite file: a database that only its owner may read, and that is noticed when it goes away."""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from pathlib import Path

Identity = tuple[int, int]


def open_private(path: Path, timeout: float) -> sqlite3.Connection:
    """Open the database at `path`, made if need be; nobody but its owner may read it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # SQLite would make it readable for others; its companion files take over these permissions.
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        # One that an earlier version left open to all; somebody else's file stays as it is.
        with suppress(OSError):
            for companion in ("", "-wal", "-shm"):
                os.chmod(f"{path}{companion}", 0o600)
    return sqlite3.connect(path, timeout=timeout, isolation_level=None, check_same_thread=False)


def identity(path: Path) -> Identity:
    """Return what tells a file from another that takes its place; zeros where there is none."""
    # SQLite goes on writing into a file that was deleted or replaced, where nobody else would see it.
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return (0, 0)
    return (status.st_dev, status.st_ino)
