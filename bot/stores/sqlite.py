"""SQLite: one file for all processes of one machine."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from bot.sqlitefile import identity, open_private
from bot.store import CAPACITY, FULL_SECONDS, TIDY_SECONDS, StoreFault, check, check_keys, kind_of

# With many threads on a busy processor, the one at work may itself wait for its turn to run; that is no fault.
_LOCK_SECONDS = 1.0
# The longest that a request waits for another process.
_BUSY_SECONDS = 0.25
_PREPARE = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    # What is deleted is not to be found in the file any more.
    "PRAGMA secure_delete = ON",
    "CREATE TABLE IF NOT EXISTS kept (key TEXT PRIMARY KEY, dead REAL NOT NULL, value TEXT NOT NULL)",
    # Without it, looking for the dead would read every value of a full store.
    "CREATE INDEX IF NOT EXISTS kept_dead ON kept (dead)",
)
_GET = "SELECT value FROM kept WHERE key = ? AND dead > ?"
_PUT = "REPLACE INTO kept VALUES (?, ?, ?)"
# One statement is a transaction by itself: of all who try at once it changes a row for one.
_ADD = """
INSERT INTO kept VALUES (:key, :dead, :value) ON CONFLICT DO UPDATE SET dead = :dead, value = :value WHERE dead <= :now
"""
# A time that ends later than it could have begun is left from before somebody set the clock back.
_COUNT_ONE = """
INSERT INTO kept VALUES (:key, :now + :seconds, 1) ON CONFLICT DO UPDATE SET
    value = CASE WHEN dead > :now AND dead <= :now + :seconds THEN min(value + 1, :most + 1) ELSE 1 END,
    dead = CASE WHEN dead > :now AND dead <= :now + :seconds THEN dead ELSE :now + :seconds END
RETURNING value + 0, dead
"""
_DELETE = "DELETE FROM kept WHERE key = ?"
_FORGET = "DELETE FROM kept WHERE key >= ? AND key < ?"
_BURY = "DELETE FROM kept WHERE dead <= ?"
_HOW_MANY = "SELECT count(*) FROM kept WHERE key >= ? AND key < ?"
# Until it is copied into the file, the log beside it holds what has been deleted.
_COPY = "PRAGMA wal_checkpoint(TRUNCATE)"
_LAST = "\U0010ffff"


class SqliteStore:
    """Keeps everything in a SQLite file; a file that goes away is made anew."""

    def __init__(self, path: Path, capacity: int = CAPACITY, clock: Callable[[], float] = time.time) -> None:
        """Name the file; it is made on first use. `clock` must be the same for all processes."""
        self.refused = 0
        self._path = path
        self._capacity = capacity
        self._clock = clock
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._file = (0, 0)
        self._faults = 0
        self._tidied = 0.0
        # How many keys of a kind may be written before they are counted again; since when a kind has no room.
        self._room: dict[str, int] = {}
        self._full: dict[str, float] = {}

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
            self._put(connection, key, value, seconds)

    def put_all(self, values: Mapping[str, str], seconds: float) -> None:
        """Put several values in one transaction, which takes as long as one of them."""
        for key, value in values.items():
            check(key, value, seconds)
        with self._use() as connection:
            connection.execute("BEGIN IMMEDIATE")
            for key, value in values.items():
                self._put(connection, key, value, seconds)
            connection.execute("COMMIT")

    def add(self, key: str, value: str, seconds: float) -> bool:
        """Keep `value` if `key` is free."""
        check(key, value, seconds)
        with self._use() as connection:
            now = self._clock()
            if not self._has_place(connection, key, now):
                return True
            values = {"key": key, "now": now, "dead": now + seconds, "value": value}
            return connection.execute(_ADD, values).rowcount == 1

    def count(self, key: str, most: int, seconds: float) -> float:
        """Count one more for `key`; return 0, or for how long it has to wait."""
        check(key, "", seconds)
        with self._use() as connection:
            now = self._clock()
            if not self._has_place(connection, key, now):
                return 0.0
            values = {"key": key, "now": now, "seconds": seconds, "most": most}
            number, end = connection.execute(_COUNT_ONE, values).fetchone()
        return float(end) - now if number > most else 0.0

    def delete(self, *keys: str) -> None:
        """Forget `keys`."""
        check_keys(*keys)
        if keys:
            with self._use() as connection:
                connection.executemany(_DELETE, [(key,) for key in keys])
                self._full.clear()

    def forget(self, prefix: str) -> None:
        """Forget all keys that begin with `prefix`, so that nothing of them is left in the file."""
        check_keys(prefix)
        with self._use() as connection:
            connection.execute(_FORGET, (prefix, prefix + _LAST))
            connection.execute(_COPY).fetchall()
            self._full.clear()

    def tidy(self) -> None:
        """Let go of what has outlived its time."""
        with self._use() as connection:
            self._bury(connection, self._clock())
            connection.execute(_COPY).fetchall()

    def close(self) -> None:
        """Close the file."""
        with suppress(StoreFault):
            self.tidy()
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
        if self._connection is None or self._file != identity(self._path):
            self._disconnect()
            self._connection = _connect(self._path)
            self._file = identity(self._path)
            self._tidied = 0.0
            self._full.clear()
        return self._connection

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()

    def _put(self, connection: sqlite3.Connection, key: str, value: str, seconds: float) -> None:
        now = self._clock()
        if self._has_place(connection, key, now):
            connection.execute(_PUT, (key, now + seconds, value))

    def _has_place(self, connection: sqlite3.Connection, key: str, now: float) -> bool:
        """Tell whether `key` may be written: it is there already, or its kind has room."""
        if now - self._tidied >= TIDY_SECONDS:
            self._bury(connection, now)
        kind = kind_of(key)
        if self._room.get(kind, 0) > 0:
            self._room[kind] -= 1
            return True
        if connection.execute(_GET, (key, now)).fetchone():
            return True
        if now - self._full.get(kind, 0.0) >= FULL_SECONDS and self._count_room(connection, kind, now):
            return True
        self.refused += 1
        return False

    def _count_room(self, connection: sqlite3.Connection, kind: str, now: float) -> bool:
        """Count the living keys of a kind, which then need not be done for a while; return whether there is room."""
        self._bury(connection, now)
        limits = (f"{kind}/", f"{kind}/{_LAST}") if kind else ("", _LAST)
        free = self._capacity - int(connection.execute(_HOW_MANY, limits).fetchone()[0])
        if free <= 0:
            self._full[kind] = now
            return False
        # Other processes write too, so only a little of it is taken for sure.
        self._room[kind] = min(free, max(self._capacity // 100, 1)) - 1
        return True

    def _bury(self, connection: sqlite3.Connection, now: float) -> None:
        self._tidied = now
        connection.execute(_BURY, (now,))


def _connect(path: Path) -> sqlite3.Connection:
    connection = open_private(path, timeout=0)
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
                connection.execute(statement).fetchall()
            return
        except sqlite3.OperationalError as error:
            # SQLite itself does not wait where two processes make or recover one file at once.
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _reason(error: sqlite3.Error | OSError) -> str:
    # The sentence of an error may hold a value; its name does not.
    return getattr(error, "sqlite_errorname", None) or getattr(error, "strerror", None) or type(error).__name__
