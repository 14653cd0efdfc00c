"""Database: transactions on the SQLite file or the PostgreSQL server that the settings name."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, QueuePool, Table, create_engine, event
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from bot.database.faults import DatabaseFault, WriteRefused, reason_of
from bot.database.migrate import is_current, migrate
from bot.settings import Settings
from bot.sqlitefile import Identity, identity, open_private

log = logging.getLogger(__name__)

# Nobody who waits for an answer waits for this.
_BUSY_SECONDS = 5.0
# A server that went away without a word is given up after so long.
_LINK = {"connect_timeout": 5, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 2}
_SILENT_MILLISECONDS = 15_000
_READING = "faq_reading"
# Not the database is to blame for these, but what it was given.
_REFUSED = (DataError, IntegrityError, UnicodeError)


class Database:
    """Transactions, on tables that are made or brought up to date on first use."""

    def __init__(self, engine: Engine, where: str, path: Path | None = None) -> None:
        """Wrap an engine; `where` names it in messages, `path` is its file if it is one."""
        self.where = where
        self._engine = engine
        self._reading = engine.execution_options(**{_READING: True})
        self._path = path
        self._file: Identity = (0, 0)
        self._ready = False
        self._lock = threading.Lock()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Lend a connection in a transaction that is kept at the end, or not at all; raise DatabaseFault."""
        with self._connected(self._engine) as connection, connection.begin():
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Lend a connection that sees one state of things and holds up nobody; raise DatabaseFault."""
        with self._connected(self._reading) as connection, connection.begin():
            yield connection

    def scrub(self) -> None:
        """See to it that nothing of what was deleted is left beside the file."""
        if self._path is not None:
            with self._connected(self._engine) as connection:
                connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Let go of files and connections."""
        self._engine.dispose()

    @contextmanager
    def _connected(self, engine: Engine) -> Iterator[Connection]:
        with self._faults(OSError):
            self._prepare()
            connection = engine.connect()
        with self._faults(), connection:
            yield connection

    def _prepare(self) -> None:
        """Bring the tables up to date, again where the file has been taken away."""
        if self._is_ready():
            return
        with self._lock:
            if self._is_ready():
                return
            if self._ready:
                log.warning("%s被移走或者删除了，从现在起写到新的文件里。", self.where)
                self._ready = False
                self._engine.dispose()
            with self._reading.connect() as connection:
                current = is_current(connection, self.where)
            if not current:
                with self._engine.begin() as connection:
                    migrate(connection, self.where)
            self._file = self._identity()
            self._ready = True

    def _is_ready(self) -> bool:
        return self._ready and self._file == self._identity()

    def _identity(self) -> Identity:
        return (0, 0) if self._path is None else identity(self._path)

    @contextmanager
    def _faults(self, *more: type[Exception]) -> Iterator[None]:
        kinds: tuple[type[Exception], ...] = (SQLAlchemyError, sqlite3.Error, UnicodeError, *more)
        try:
            yield
        except kinds as error:
            # Whatever was open may be of no use any more, and what is there may be another database.
            self._ready = False
            self._engine.dispose()
            kind = WriteRefused if isinstance(error, _REFUSED) else DatabaseFault
            raise kind(self.where, reason_of(error)) from None


def open_database(settings: Settings) -> Database | None:
    """Return the database that the settings name, or None; it is looked at on first use."""
    if settings.database_url is not None:
        return postgres(settings.database_url.get_secret_value())
    return sqlite(settings.records) if settings.records is not None else None


def add_unless_there(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows, but for those whose key is there already."""
    if rows:
        add = pg_insert if connection.dialect.name == "postgresql" else sqlite_insert
        connection.execute(add(table).on_conflict_do_nothing(), rows)


def postgres(url: str) -> Database:
    """Return the database at the address of a PostgreSQL server."""
    address = f"postgresql+psycopg://{url.partition('://')[2]}"
    link = {**_LINK, "tcp_user_timeout": _SILENT_MILLISECONDS}
    engine = create_engine(address, pool_pre_ping=True, hide_parameters=True, connect_args=link)
    return Database(engine, "FAQ_DATABASE_URL 的数据库")


def sqlite(path: Path) -> Database:
    """Return the database in a file of this machine."""
    engine = create_engine("sqlite://", creator=_creator(path), poolclass=QueuePool, hide_parameters=True)
    event.listen(engine, "begin", _begin)
    return Database(engine, f"记录文件 {path} ", path)


def _creator(path: Path) -> Callable[[], sqlite3.Connection]:
    def connect() -> sqlite3.Connection:
        connection = open_private(path, _BUSY_SECONDS)
        try:
            _set_up(connection)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    return connect


def _set_up(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    # What is deleted is not to be found in the file any more.
    connection.execute("PRAGMA secure_delete = ON").fetchall()
    deadline = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchall()
            return
        except sqlite3.OperationalError as error:
            # SQLite itself does not wait where two processes make or recover one file at once.
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _begin(connection: Connection) -> None:
    # Python's module begins too late: two that read first and write then would fail instead of waiting.
    options: dict[str, Any] = dict(connection.get_execution_options())
    connection.exec_driver_sql("BEGIN" if options.get(_READING) else "BEGIN IMMEDIATE")
