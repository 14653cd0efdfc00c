"""Records in a file of a test, and what is found in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.database.database import Database, sqlite
from bot.database.ledger import DatabaseLedger
from bot.database.tables import feedback, replies
from bot.ids import new_reply_id
from bot.records import Heard, Records
from bot.reply import EntryInfo, Option, Query, Reply

# Nobody waits in a test for the next look at what is to be written.
PAUSE = 0.01


def records_in(database: Database | Path, days: int = 0, most: int = 10_000) -> Records:
    """Return records that are written into a database, or a file."""
    place = sqlite(database) if isinstance(database, Path) else database
    return Records(DatabaseLedger(place, days), most, PAUSE)


def make_reply(
    kind: str = "abstain", entry_id: str = "", offered: tuple[str, ...] = (), session: str = "session-0"
) -> Reply:
    entry = EntryInfo(id=entry_id, question="问", category="类", url=f"/answers/{entry_id}") if entry_id else None
    options = [Option(entry_id=other, question="问") for other in offered]
    return Reply(kind=kind, text="…", reply_id=new_reply_id(), session_id=session, entry=entry,
                 options=options, confidence=0.25)  # fmt: skip


def ask(records: Records, text: str, reply: Reply, channel: str = "api") -> Reply:
    records.add_reply(Query(text, channel, language="zh-Hant"), reply, Heard("v1"))
    return reply


def kept(path: Path | Database, table: str = "replies") -> list[Any]:
    """Return the rows of a table, the first written first."""
    database = sqlite(path) if isinstance(path, Path) else path
    with database.read() as connection:
        rows = list(connection.execute(select({"replies": replies, "feedback": feedback}[table])).all())
    if database is not path:
        database.close()
    return rows
