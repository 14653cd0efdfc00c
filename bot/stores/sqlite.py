"""SQLite: one file for all processes of one machine."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bot.store import CAPACITY, TIDY_SECONDS, StoreFault, check, check_keys, spare

# With many threads on a busy processor, the one at work may itself wait for its turn to run; that is no fault.
_LOCK_SECONDS = 1.0
# The longest that a request waits for another process.
_BUSY_SECONDS = 0.25
# The row id counts writes, for each write makes a new row.
_PREPARE = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "CREATE TABLE IF NOT EXISTS kept (key TEXT PRIMARY KEY, dead REAL NOT NULL, value TEXT NOT NULL)",
    # Without it, looking for the dead would read every value of a full store.
    "CREATE INDEX IF NOT EXISTS kept_dead ON kept (dead)",
)
_GET = "SELECT value FROM kept WHERE key = ? AND dead > ?"
_PUT = "REPLACE INTO kept VALUES (?, ?, ?)"
_FREE = "DELETE FROM kept WHERE key = ? AND dead <= ?"
_ADD = "INSERT INTO kept VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
_BURY = "DELETE FROM kept WHERE dead <= ?"
_COUNT = "SELECT count(*) FROM kept"
_TRIM = "DELETE FROM kept WHERE rowid IN (SELECT rowid FROM kept ORDER BY rowid LIMIT ?)"


class SqliteStore:
    """Keeps everything in a SQLite file; a file that goes away is made anew."""

    near = True

    def __init__(self, path: Path, capacity: int = CAPACITY, clock: Callable[[], float] = time.time) -> None:
        """Name the file; it is made on first use. `clock` must be the same for all processes."""
        self._path = path
        self._capacity = capacity
        self._clock = clock
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._file = (0, 0)
        self._faults = 0
        self._writes = 0
        self._tidy_at = 0.0

    def get(self, key: str) -> str | None:
        """Return the value of `key` while it lives."""
        check_keys(key)
        with self._use() as connection:
            row = connection.execute(_GET, (key, self._clock())).fetchone()
        return row[0] if row else None

    def put(self, key: str, value: str, seconds: float) -> None:
        """Keep `value` for so many seconds, in place of what `key` had."""
        check(key, value, seconds)
        with self._use() as connection:
            connection.execute(_PUT, (key, self._clock() + seconds, value))
            self._tidy(connection)

    def add(self, key: str, value: str, seconds: float) -> bool:
        """Keep `value` if `key` is free."""
        check(key, value, seconds)
        with self._use() as connection:
            now = self._clock()
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute(_FREE, (key, now))
                added = connection.execute(_ADD, (key, now + seconds, value)).rowcount == 1
            if added:
                self._tidy(connection)
        return added

    def delete(self, *keys: str) -> None:
        """Forget `keys`."""
        check_keys(*keys)
        with self._use() as connection:
            connection.execute(f"DELETE FROM kept WHERE key IN ({', '.join('?' * len(keys))})", keys)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._disconnect()

    @contextmanager
    def _use(self) -> Iterator[sqlite3.Connection]:
        faults = self._faults
        if not self._lock.acquire(timeout=_LOCK_SECONDS):
            raise StoreFault("SQLITE_BUSY")
        try:
            # Whoever waited for a thread that failed would only fail after it, as slowly.
            if self._faults != faults:
                raise StoreFault("SQLITE_BUSY")
            yield self._connected()
        except (sqlite3.Error, OSError) as error:
            self._faults += 1
            self._disconnect()
            raise StoreFault(_reason(error)) from None
        finally:
            self._lock.release()

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None or self._file != _identity(self._path):
            self._disconnect()
            self._connection = _connect(self._path)
            self._file = _identity(self._path)
            self._tidy_at = 0.0
        return self._connection

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()

    def _tidy(self, connection: sqlite3.Connection) -> None:
        self._writes += 1
        now = self._clock()
        room = spare(self._capacity)
        if self._writes <= room and now < self._tidy_at:
            return
        self._writes, self._tidy_at = 0, now + TIDY_SECONDS
        connection.execute(_BURY, (now,))
        excess = connection.execute(_COUNT).fetchone()[0] - (self._capacity - room)
        if excess > 0:
            connection.execute(_TRIM, (excess,))


def _identity(path: Path) -> tuple[int, int]:
    # SQLite goes on writing into a file that was deleted or replaced, where nobody else would see it.
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return (0, 0)
    return (status.st_dev, status.st_ino)


def _connect(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # SQLite would make it readable for others; its companion files take over these permissions.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        _prepare(connection)
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_SECONDS * 1000:.0f}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    deadline = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            for statement in _PREPARE:
                connection.execute(statement)
            return
        except sqlite3.OperationalError as error:
            # SQLite itself does not wait where two processes make or recover one file at once.
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _reason(error: sqlite3.Error | OSError) -> str:
    # The sentence of an error may hold a value; its name does not.
    return getattr(error, "sqlite_errorname", None) or getattr(error, "strerror", None) or type(error).__name__
