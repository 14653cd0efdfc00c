"""Usage: what people asked in the last weeks, counted in the records."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from bot.chat import CHINA
from bot.database.database import Database
from bot.database.tables import feedback, replies

DAYS = 30
_MOST = 8
_DAY = 86_400_000
_HERE = int(CHINA.utcoffset(None).total_seconds()) * 1000
# What the kinds of replies are to a clerk: answered, asked back, refused. Small talk is none of these.
KINDS = {"answer": 0, "calculation": 0, "clarify": 1, "ask": 1, "abstain": 2}
_CHANNELS = {"api": "网页和接口", "web": "网页（没有脚本）", "wechat": "公众号", "cli": "命令行"}


@dataclass(frozen=True)
class Day:
    """How many questions of a day were answered, asked back and refused."""

    day: date
    counts: tuple[int, int, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts)


@dataclass(frozen=True)
class Count:
    """A name and how often it came."""

    name: str
    count: int


@dataclass(frozen=True)
class Usage:
    """What was asked in the last weeks."""

    days: tuple[Day, ...]
    helpful: int
    judged: int
    entries: tuple[Count, ...]
    missed: tuple[Count, ...]
    channels: tuple[Count, ...]

    @property
    def totals(self) -> tuple[int, int, int]:
        """All days together."""
        answered, asked, refused = (sum(day.counts[kind] for day in self.days) for kind in range(3))
        return answered, asked, refused

    @property
    def total(self) -> int:
        """All questions."""
        return sum(self.totals)


def usage(database: Database, now: datetime) -> Usage:
    """Return what was asked in the last weeks up to `now`."""
    today = now.astimezone(CHINA).date()
    first = today - timedelta(days=DAYS - 1)
    since = int(datetime(first.year, first.month, first.day, tzinfo=CHINA).timestamp() * 1000)
    with database.read() as connection:
        return Usage(
            _days(connection, since, first),
            *_helpful(connection, since),
            _counts(connection, since, replies.c.entry_id, replies.c.kind == "answer"),
            _counts(connection, since, replies.c.question, replies.c.kind == "abstain"),
            tuple(
                Count(_CHANNELS.get(one.name, one.name), one.count)
                for one in _counts(connection, since, replies.c.channel, replies.c.kind.in_(KINDS))
            ),
        )


def _days(connection: Connection, since: int, first: date) -> tuple[Day, ...]:
    number = (replies.c.time + _HERE) // _DAY
    rows = connection.execute(
        select(number, replies.c.kind, func.count())
        .where(replies.c.time >= since, replies.c.kind.in_(KINDS))
        .group_by(number, replies.c.kind)
    )
    found: Counter[tuple[date, int]] = Counter()
    epoch = datetime(1970, 1, 1, tzinfo=UTC).date()
    for day, kind, count in rows:
        found[epoch + timedelta(days=int(day)), KINDS[kind]] += count
    days = [first + timedelta(days=step) for step in range(DAYS)]
    return tuple(Day(day, (found[day, 0], found[day, 1], found[day, 2])) for day in days)


def _helpful(connection: Connection, since: int) -> tuple[int, int]:
    # Of several judgements of one reply the last one counts.
    last = select(func.max(feedback.c.id)).where(feedback.c.time >= since).group_by(feedback.c.reply_id)
    rows = connection.execute(
        select(feedback.c.helpful, func.count()).where(feedback.c.id.in_(last)).group_by(feedback.c.helpful)
    )
    counts = {bool(helpful): int(count) for helpful, count in rows}
    return counts.get(True, 0), sum(counts.values())


def _counts(connection: Connection, since: int, column: Any, which: Any) -> tuple[Count, ...]:
    rows = connection.execute(
        select(column, func.count().label("times"))
        .where(replies.c.time >= since, which, column.is_not(None))
        .group_by(column).order_by(func.count().desc(), column).limit(_MOST)
    )  # fmt: skip
    return tuple(Count(str(name), int(count)) for name, count in rows)
