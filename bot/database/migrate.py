"""Migrate: brings a database to the shape that this program knows, once, whoever comes first."""

from __future__ import annotations

import logging
from importlib import resources
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from bot.database.faults import TooNew

log = logging.getLogger(__name__)

# The number of our lock in PostgreSQL; any would do, as long as all processes know the same.
_LOCK = 20_240_815
_VERSIONS = "versions"


def latest() -> str:
    """Return the last step that this program knows: steps are files r0001_….py, r0002_….py and so on."""
    names = [path.name for path in (_folder() / _VERSIONS).iterdir() if path.name.startswith("r")]
    return max(names).removeprefix("r").split("_")[0]


def is_current(connection: Connection, where: str) -> bool:
    """Tell whether nothing is to be done; raise TooNew where a later program was here."""
    found = _found(connection)
    if found is not None and found > latest():
        raise TooNew(where, found, latest())
    return found == latest()


def migrate(connection: Connection, where: str) -> None:
    """Take all the steps that are missing, in the transaction of `connection`."""
    # SQLite lets nobody else write from the beginning of the transaction.
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
    if is_current(connection, where):
        return
    logging.getLogger("alembic").setLevel(logging.WARNING)
    # Needed a few times in the life of a database, they take a quarter of a second to import.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_folder()).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    before = _found(connection)
    command.upgrade(config, "head")
    log.info("%s的表已经%s（%s）。", where, "升级" if before else "建好", latest())


def _found(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.scalar(text("SELECT max(version_num) FROM alembic_version"))
    return None if found is None else str(found)


def _folder() -> Path:
    return Path(str(resources.files("bot.database"))) / "migrations"
