"""Missed: which recorded questions went without a good answer, and why."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import Select, and_, case, exists, literal, or_, select

from bot.database.archive import last_feedback
from bot.database.tables import feedback, replies

Reason = Literal["refused", "unclear", "unhelpful"]

# Who chooses from a list does so while it is still on the table.
_CHOICE_MILLISECONDS = 600_000


def missed() -> Select[Any]:
    """Return question, time, reason and index version of each reply that was missed.

    Refused; asked back, and no answer on offer was taken; answered, and it did not help.
    """
    judged = select(feedback.c.reply_id).where(feedback.c.id.in_(last_feedback()), feedback.c.helpful.is_(False))
    unhelpful = replies.c.id.in_(judged)
    refused = replies.c.kind == "abstain"
    unclear = and_(replies.c.kind == "clarify", ~_chosen())
    reason = case((refused, "refused"), (replies.c.kind == "clarify", "unclear"), else_="unhelpful")
    return select(replies.c.question, replies.c.time, replies.c.index_version, reason.label("reason")).where(
        or_(refused, unclear, unhelpful)
    )


def _chosen() -> Any:
    later = replies.alias("later")
    return exists().where(
        later.c.session == replies.c.session,
        later.c.time.between(replies.c.time, replies.c.time + _CHOICE_MILLISECONDS),
        later.c.kind.in_(("answer", "calculation")),
        replies.c.candidates.contains(literal(" ") + later.c.entry_id + literal(" ")),
    )
