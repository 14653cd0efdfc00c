"""Tables: everything that is kept in the database. A change here needs a step in migrations/versions."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()

# Times are milliseconds since 1970, the same in every database. A session is a keyed hash, never its id.
replies = Table(
    "replies",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("time", BigInteger, nullable=False),
    Column("channel", String(16), nullable=False),
    Column("session", String(32)),
    Column("question", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("entry_id", String(32)),
    Column("confidence", Float, nullable=False),
    Column("index_version", String(64)),
    Column("language", String(16)),
    # The ids of the entries that were offered to choose from, with a space before, between and behind.
    Column("candidates", Text),
    Index("replies_by_time", "time"),
    Index("replies_by_kind", "kind", "time"),
    Index("replies_by_session", "session", "time"),
    Index("replies_by_question", "question"),
)

# Of several judgements of one reply the last one counts.
feedback = Table(
    "feedback",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("reply_id", String(26), nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("helpful", Boolean, nullable=False),
    Column("comment", Text),
    Index("feedback_by_reply", "reply_id"),
    Index("feedback_by_time", "time"),
)

# Small things that all processes share, such as the key of the session hashes.
facts = Table(
    "facts",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

# Missed questions that mean the same, and what the clerk made of them.
inbox_groups = Table(
    "inbox_groups",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("state", String(16), nullable=False),
    Column("changed", BigInteger, nullable=False),
    # Which index answered when it was handled: what is missed by a later one comes back.
    Column("index_version", String(64)),
    Column("note", Text),
    Column("clerk", String(64)),
)

# The vectors of questions that were missed, float16, as an encoder gave them.
vectors = Table(
    "vectors",
    metadata,
    Column("question", Text, primary_key=True),
    Column("encoder", String(128), nullable=False),
    Column("vector", LargeBinary, nullable=False),
)

# Every wording of a missed question, what is read of it, and the group it is in.
inbox_questions = Table(
    "inbox_questions",
    metadata,
    Column("question", Text, primary_key=True),
    Column("folded", Text, nullable=False),
    Column("group_id", ForeignKey("inbox_groups.id"), nullable=False),
    Index("inbox_questions_by_folded", "folded"),
    Index("inbox_questions_by_group", "group_id"),
)

# What several machines share of the workshop: the draft, the proof, the versions, and which of them is in use.
shelf = Table(
    "shelf",
    metadata,
    Column("name", String(32), primary_key=True),
    # Names the bytes, which keep their stamp when they get another name; empty where there are none.
    Column("stamp", String(32), nullable=False),
    Column("about", Text, nullable=False),
)

# Their bytes, in pieces that never have to be in memory all at once.
shelf_pieces = Table(
    "shelf_pieces",
    metadata,
    Column("stamp", String(32), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("bytes", LargeBinary, nullable=False),
)
