"""Ledger: writes notes of questions, replies and feedback, masked, with hashes in place of session ids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, insert

from bot.database.archive import erase, prune, session_hash, session_key
from bot.database.database import Database, add_unless_there
from bot.database.tables import feedback, replies, vectors
from bot.privacy import mask
from bot.records import Exchange, Forgotten, Note, Rating, now
from bot.reply import trim

_DAY = 86_400_000


class DatabaseLedger:
    """The records in a database."""

    def __init__(self, database: Database, days: int = 0) -> None:
        """Write into `database`; what is older than so many days is deleted, nothing if it is 0."""
        self.where = database.where
        self._database = database
        self._days = days

    def write(self, notes: Sequence[Note]) -> None:
        """Write notes in their order, all or none."""
        with self._database.write() as connection:
            # Another file or server may have taken the place of the one before, with another key.
            key = session_key(connection)
            for kind, some in groupby(notes, key=type):
                _WRITERS[kind](connection, key, some)
        if any(isinstance(note, Forgotten) for note in notes):
            self._database.scrub()

    def tidy(self) -> None:
        """Delete what has been kept for long enough."""
        if self._days:
            with self._database.write() as connection:
                prune(connection, now() - self._days * _DAY)
            self._database.scrub()

    def close(self) -> None:
        """Let go of files and connections."""
        self._database.close()


def _write_replies(connection: Connection, key: bytes, notes: Iterable[Exchange]) -> None:
    noted = list(notes)
    rows = [_row(note, key) for note in noted]
    # A connection may break after the transaction was kept and before anybody heard so; it is written once more then.
    add_unless_there(connection, replies, rows)
    found = [
        {"question": row["question"], "encoder": note.heard.encoder, "vector": note.heard.vector}
        for row, note in zip(rows, noted, strict=True)
        # A vector may tell what was masked.
        if note.heard.vector is not None and row["question"] == note.question
    ]
    add_unless_there(connection, vectors, found)


def _row(note: Exchange, key: bytes) -> dict[str, Any]:
    return {
        "id": note.reply_id,
        "time": note.time,
        "channel": note.channel,
        "session": session_hash(key, note.channel, note.session_id),
        "question": mask(trim(note.question)),
        "kind": note.kind,
        "entry_id": note.entry_id,
        "confidence": note.confidence,
        "index_version": note.heard.index_version,
        "language": note.language,
        "candidates": f" {' '.join(note.candidates)} " if note.candidates else None,
    }


def _write_feedback(connection: Connection, _: bytes, notes: Iterable[Rating]) -> None:
    rows = [
        {
            "reply_id": note.reply_id,
            "time": note.time,
            "helpful": note.helpful,
            "comment": mask(trim(note.comment)) if note.comment else None,
        }
        for note in notes
    ]
    connection.execute(insert(feedback), rows)


def _erase(connection: Connection, key: bytes, notes: Iterable[Forgotten]) -> None:
    erase(connection, [session_hash(key, note.channel, note.session_id) for note in notes])


_WRITERS: dict[type[Note], Any] = {Exchange: _write_replies, Rating: _write_feedback, Forgotten: _erase}
