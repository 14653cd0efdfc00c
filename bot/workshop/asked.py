"""Asked: what people asked most, for a proof to ask again."""

from __future__ import annotations

import logging

from sqlalchemy import func, select

from bot.database.database import open_database
from bot.database.faults import DatabaseFault
from bot.database.tables import replies
from bot.settings import Settings

log = logging.getLogger(__name__)
# With more, the clerk would wait longer than it is worth.
MOST = 300


def asked_most(settings: Settings) -> list[str]:
    """Return the questions that were recorded most; none where nothing is recorded, or the records cannot be read."""
    database = open_database(settings)
    if database is None:
        return []
    wanted = select(replies.c.question).where(replies.c.kind != "smalltalk").group_by(replies.c.question)
    try:
        with database.read() as connection:
            found = connection.scalars(wanted.order_by(func.count().desc(), replies.c.question).limit(MOST))
            return [text for text in found if text.strip()]
    except DatabaseFault as fault:
        log.warning("问答记录读不出来，检验时没有问：%s", fault)
        return []
    finally:
        database.close()
