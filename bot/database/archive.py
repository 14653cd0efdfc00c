"""Archive: how records are found again: erased by session, deleted by age, handed out."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Sequence
from hashlib import sha256

from sqlalchemy import Connection, Select, delete, exists, func, select

from bot.database.tables import facts, feedback, inbox_groups, inbox_questions, replies, vectors
from bot.sessions import room_of

SESSION_KEY = "session_key"
_HASH_LENGTH = 32
_AT_ONCE = 500


def session_key(connection: Connection) -> bytes:
    """Return the key of the session hashes, which was made with the tables."""
    return str(connection.scalar(select(facts.c.value).where(facts.c.name == SESSION_KEY))).encode()


def session_hash(key: bytes, channel: str, session_id: str) -> str:
    """Return what stands in the records for a session; nobody can tell the session from it."""
    return hmac.digest(key, f"{room_of(channel)}\0{session_id}".encode(), sha256).hex()[:_HASH_LENGTH]


def erase(connection: Connection, sessions: Sequence[str]) -> int:
    """Delete all that is recorded of sessions, given by their hashes; return how many replies that were."""
    ids = select(replies.c.id).where(replies.c.session.in_(sessions))
    connection.execute(delete(feedback).where(feedback.c.reply_id.in_(ids)))
    erased = connection.execute(delete(replies).where(replies.c.session.in_(sessions))).rowcount
    if erased:
        _tidy_inbox(connection)
    return erased


def prune(connection: Connection, before: int) -> int:
    """Delete all that was recorded before a time; return how many replies that were."""
    connection.execute(delete(feedback).where(feedback.c.time < before))
    pruned = connection.execute(delete(replies).where(replies.c.time < before)).rowcount
    if pruned:
        _tidy_inbox(connection)
    return pruned


def _tidy_inbox(connection: Connection) -> None:
    """Let the inbox go of wordings that nobody has asked any more, and of groups without a wording."""
    for table in (inbox_questions, vectors):
        asked = exists().where(replies.c.question == table.c.question)
        connection.execute(delete(table).where(~asked))
    filled = exists().where(inbox_questions.c.group_id == inbox_groups.c.id)
    connection.execute(delete(inbox_groups).where(~filled))


def last_feedback() -> Select[tuple[int]]:
    """Return the ids of the judgements that count: of several on one reply the last."""
    return select(func.max(feedback.c.id)).group_by(feedback.c.reply_id)


def exported(connection: Connection, since: int = 0) -> Iterator[Sequence[object]]:
    """Yield all replies since a time with their feedback, the oldest first."""
    judged = select(feedback).where(feedback.c.id.in_(last_feedback())).subquery()
    found = (
        select(
            replies.c.time, replies.c.channel, replies.c.question, replies.c.kind, replies.c.entry_id,
            replies.c.confidence, replies.c.candidates, judged.c.helpful, judged.c.comment, replies.c.index_version,
            replies.c.language, replies.c.session, replies.c.id,
        )
        .outerjoin(judged, judged.c.reply_id == replies.c.id)
        .where(replies.c.time >= since)
        .order_by(replies.c.time, replies.c.id)
    )  # fmt: skip
    yield from connection.execution_options(yield_per=_AT_ONCE).execute(found)
