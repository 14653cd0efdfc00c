"""An ordeal for a cluster: a crowd asks on while a service dies, Redis and PostgreSQL restart, and a clerk works."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import httpx
import psycopg

from bot.database.archive import session_hash
from tests.support.cluster import Asked, Cluster, Crowd, Member, Question, until
from tests.support.pool_office import NAMES, Clerk

# A connection may be found dead a little after what killed it, on a busy machine.
_ABOUT = 1.5


@dataclass(frozen=True)
class Outcome:
    """What came of it."""

    asked: list[Asked]
    wrong: list[Asked]
    doubled: list[str]
    """Replies that two were given."""
    cut: list[Asked]
    """Questions without an answer, all of them."""
    cut_alive: list[Asked]
    """Those whose connection nobody had killed."""
    lost: list[Asked]
    """Answers that were not recorded and should be: not those of the killed one's last second."""
    recorded: int
    draft_seen: bool
    reached: float
    """Seconds from the click on publish until all services answered with the new version."""
    back: float


def ordeal(running: Cluster, questions: Sequence[Question], wording: Question, rate: float, seconds: float) -> Outcome:
    """Let it happen within about so many seconds, or longer where the proof takes longer; `wording` is published."""
    first, second, third = running.members
    crowd = Crowd(running.port, questions, rate)
    crowd.start()
    with ExitStack() as stack:
        stack.callback(crowd.end)
        at = _clock(seconds)
        here, there = (stack.enter_context(_clerk(*one)) for one in zip((first, second), NAMES, strict=True))
        here.post("/similar", text=wording.text, entry=str(wording.entry))
        seen = wording.text in there.get(f"/entries/{wording.entry}")
        at(0.1)
        killed = time.monotonic()
        third.kill()
        at(0.25)
        running.redis.kill()
        at(0.35)
        running.redis.start()
        third.start()
        at(0.5)
        running.postgres.stop()
        at(0.6)
        running.postgres.start()
        until(lambda: third.version)
        reached, back = _published(running, here, there)
        at(1.0)
    for member in running.members:
        member.stop()
    return _judged(running, crowd.asked, third, killed, (seen, reached, back))


def _clock(seconds: float) -> Callable[[float], None]:
    start = time.monotonic()
    return lambda share: time.sleep(max(0.0, start + share * seconds - time.monotonic()))


@contextmanager
def _clerk(member: Member, name: str) -> Iterator[Clerk]:
    with httpx.Client(base_url=member.url, follow_redirects=True, timeout=60, trust_env=False) as client:
        clerk = Clerk(client)  # type: ignore[arg-type]
        assert clerk.sign_in(name).status_code == 303
        yield clerk


def _published(running: Cluster, here: Clerk, there: Clerk) -> tuple[float, float]:
    """Prove on one service, publish on another, take it back on the first; return how long both took to reach all."""
    before = running.members[0].version
    there.post("/prove")
    until(lambda: 'id="report"' in here.get("/publish"), 300)
    start = time.monotonic()
    here.post("/publish", sure="1")
    until(lambda: all(member.version not in ("", before) for member in running.members))
    published = time.monotonic()
    there.post("/back", number="1")
    until(lambda: all(member.version == before for member in running.members))
    return published - start, time.monotonic() - published


def _judged(
    running: Cluster, asked: list[Asked], dead: Member, killed: float, seen: tuple[bool, float, float]
) -> Outcome:
    def near(one: Asked) -> bool:
        return one.sent - _ABOUT <= killed <= one.done + _ABOUT

    with psycopg.connect(running.database) as connection:
        key = connection.execute("SELECT value FROM facts WHERE name = 'session_key'").fetchone()
        assert key
        rows = connection.execute("SELECT id, session FROM replies").fetchall()
    kept = Counter(str(id_) for id_, _ in rows)
    of_session = Counter(str(session) for _, session in rows)
    answered = [one for one in asked if not one.error]
    twice = [
        one.reply
        for one in answered
        if of_session[session_hash(key[0].encode(), "api", one.session)] > 1 and not near(one)
    ]
    given = Counter(one.reply for one in answered)
    cut = [one for one in asked if one.error]
    return Outcome(
        asked=asked,
        wrong=[one for one in answered if one.entry != one.question.entry],
        doubled=[reply for reply, count in given.items() if count > 1] + twice,
        cut=cut,
        cut_alive=[one for one in cut if not near(one)],
        lost=[one for one in answered if not kept[one.reply] and not (dead.address in one.member and near(one))],
        recorded=len(rows),
        draft_seen=seen[0],
        reached=seen[1],
        back=seen[2],
    )
