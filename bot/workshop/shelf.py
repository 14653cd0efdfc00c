"""Shelf: what several machines share of the workshop, in the tables of their database."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select, text

from bot.database.database import add_unless_there
from bot.database.tables import shelf, shelf_pieces
from bot.workshop.crate import pack, unpack

# The number of our lock in PostgreSQL, another than that of the migrations.
_LOCK = 20_240_816
# Whoever pushes a whole index has the lock for some seconds.
_WAIT = "20s"


@dataclass(frozen=True)
class ShelfItem:
    """A thing on the shelf: the stamp of its bytes, and a few words about it."""

    stamp: str
    about: str = ""


def lock(connection: Connection) -> None:
    """Let one machine at a time change the shelf, until the end of the transaction."""
    connection.execute(text(f"SET LOCAL lock_timeout = '{_WAIT}'"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})


def hold_still(connection: Connection) -> None:
    """Let all that is read in this transaction be as it is now, whatever others change meanwhile."""
    connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))


def items(connection: Connection) -> dict[str, ShelfItem]:
    """Return all that is on the shelf, by name."""
    return {name: ShelfItem(stamp, about) for name, stamp, about in connection.execute(select(shelf)).all()}


def put(connection: Connection, things: Mapping[str, Path]) -> str:
    """Put files and folders on the shelf; return the stamp by which they get a name."""
    stamp, place = secrets.token_hex(16), 0

    def add(piece: bytes) -> None:
        nonlocal place
        connection.execute(insert(shelf_pieces), {"stamp": stamp, "place": place, "bytes": piece})
        place += 1

    pack(things, add)
    return stamp


def take(connection: Connection, stamp: str, folder: Path) -> None:
    """Unpack what has a stamp into a fresh folder; raise CrateError where it is not whole, or is there no more."""
    unpack(_pieces(connection, stamp), folder)


def arrange(connection: Connection, wanted: Mapping[str, ShelfItem]) -> None:
    """Let these be all the things on the shelf; bytes that belong to none of them go."""
    found = items(connection)
    changed = {name for name, item in found.items() if wanted.get(name) != item}
    connection.execute(delete(shelf).where(shelf.c.name.in_(changed)))
    rows = [{"name": name, **vars(item)} for name, item in wanted.items() if found.get(name) != item]
    add_unless_there(connection, shelf, rows)
    connection.execute(delete(shelf_pieces).where(shelf_pieces.c.stamp.not_in(select(shelf.c.stamp))))


def _pieces(connection: Connection, stamp: str) -> Iterator[bytes]:
    place = 0
    while True:
        one = (shelf_pieces.c.stamp == stamp) & (shelf_pieces.c.place == place)
        piece = connection.scalar(select(shelf_pieces.c.bytes).where(one))
        if piece is None:
            return
        yield bytes(piece)
        place += 1
