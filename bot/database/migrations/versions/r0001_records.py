"""Records: questions, replies and feedback; the inbox. A file that the version before wrote is taken over whole."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Times were text such as 2026-11-30T20:05:59.123+00:00.
_TIME = "CAST(round((coalesce(julianday(time), 2440587.5) - 2440587.5) * 86400000) AS INTEGER)"


def upgrade() -> None:
    """Make the tables and fill them with what was there before."""
    found = sa.inspect(op.get_bind()).get_table_names()
    old = [name for name in ("replies", "feedback") if name in found]
    for index in ("replies_by_kind", "feedback_by_reply"):
        op.execute(f"DROP INDEX IF EXISTS {index}")
    for name in old:
        op.rename_table(name, f"old_{name}")
    _make_records()
    _make_inbox()
    if "replies" in old:
        op.execute(
            "INSERT INTO replies (id, time, channel, question, kind, entry_id, confidence) "
            f"SELECT id, {_TIME}, channel, question, kind, entry_id, confidence FROM old_replies"
        )
    if "feedback" in old:
        op.execute(
            "INSERT INTO feedback (reply_id, time, helpful, comment) "
            f"SELECT reply_id, {_TIME}, helpful, comment FROM old_feedback ORDER BY rowid"
        )
    for name in old:
        op.drop_table(f"old_{name}")


def _make_records() -> None:
    op.create_table(
        "replies",
        sa.Column("id", sa.String(26), primary_key=True),
        sa.Column("time", sa.BigInteger, nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("session", sa.String(32)),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("entry_id", sa.String(32)),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("index_version", sa.String(64)),
        sa.Column("language", sa.String(16)),
        sa.Column("candidates", sa.Text),
        sa.Index("replies_by_time", "time"),
        sa.Index("replies_by_kind", "kind", "time"),
        sa.Index("replies_by_session", "session", "time"),
        sa.Index("replies_by_question", "question"),
    )
    op.create_table(
        "feedback",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reply_id", sa.String(26), nullable=False),
        sa.Column("time", sa.BigInteger, nullable=False),
        sa.Column("helpful", sa.Boolean, nullable=False),
        sa.Column("comment", sa.Text),
        sa.Index("feedback_by_reply", "reply_id"),
        sa.Index("feedback_by_time", "time"),
    )
    facts = op.create_table(
        "facts",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.bulk_insert(facts, [{"name": "session_key", "value": secrets.token_hex(32)}])


def _make_inbox() -> None:
    op.create_table(
        "vectors",
        sa.Column("question", sa.Text, primary_key=True),
        sa.Column("encoder", sa.String(128), nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "inbox_groups",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("changed", sa.BigInteger, nullable=False),
        sa.Column("index_version", sa.String(64)),
        sa.Column("note", sa.Text),
        sa.Column("clerk", sa.String(64)),
    )
    op.create_table(
        "inbox_questions",
        sa.Column("question", sa.Text, primary_key=True),
        sa.Column("folded", sa.Text, nullable=False),
        sa.Column("group_id", sa.Integer, sa.ForeignKey("inbox_groups.id"), nullable=False),
        sa.Index("inbox_questions_by_folded", "folded"),
        sa.Index("inbox_questions_by_group", "group_id"),
    )
