"""Ailing: what a slow store does to those who ask, and to whoever watches the service."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.bench.client import HOST, Connection
from tests.bench.questions import mixed
from tests.bench.results import Part, spread, verdict
from tests.bench.service import Service
from tests.support.slow_line import SlowLine
from tests.support.store_fixtures import RedisServer

_DELAYS = (0.0, 0.005, 0.1)
_USERS, _RATE, _SECONDS = 20, 40, 15
_LOOK = 0.02
_MOST_HEALTH = 0.1
_HEAD = ("每次 Redis 的答复迟到", "答复 p50", "p99", "最长", "没答上", "/api/health 最长", "目标 < 100 毫秒")


@dataclass
class _Seen:
    """Seconds of the answers and of the health checks beside them, and how many answers did not come."""

    answers: list[float] = field(default_factory=list)
    healths: list[float] = field(default_factory=list)
    errors: int = 0


def ailing(say: Callable[[str], None]) -> Part:
    """Ask known questions at a steady rate while Redis answers late, then see how soon it is used again."""
    try:
        with ExitStack() as stack:
            return _measure(stack, say)
    except pytest.skip.Exception as missing:
        return Part("存储慢了", _HEAD, [], {}, (str(missing),))


def _measure(stack: ExitStack, say: Callable[[str], None]) -> Part:
    redis = RedisServer(Path(stack.enter_context(TemporaryDirectory())))
    stack.callback(redis.kill)
    line = SlowLine(redis.port)
    stack.callback(line.close)
    service = stack.enter_context(Service(FAQ_REDIS_URL=f"redis://{HOST}:{line.port}/0", FAQ_RATE_LIMIT="1000000"))
    asyncio.run(_ask(service.port, seconds=_SECONDS / 3))  # warm up
    rows: list[tuple[str, ...]] = []
    figures: dict[str, float] = {}
    for delay in _DELAYS:
        say(f"存储慢了：每次 {delay * 1e3:.0f} 毫秒，{_SECONDS} 秒")
        line.seconds = delay
        seen = asyncio.run(_ask(service.port, _SECONDS))
        (p50, p99), health = spread(seen.answers), max(seen.healths)
        times = [f"{seconds * 1e3:.0f} 毫秒" for seconds in (p50, p99, max(seen.answers))]
        rows.append((f"{delay * 1e3:.0f} 毫秒", *times, str(seen.errors), f"{health * 1e3:.0f} 毫秒",
                     verdict(health < _MOST_HEALTH)))  # fmt: skip
        name = f"ailing_{delay * 1e3:.0f}ms"
        figures |= {f"{name}_p99_s": p99, f"{name}_errors": float(seen.errors), f"{name}_health_s": health}
    line.seconds = 0.0
    figures["ailing_back_s"] = asyncio.run(_back(service.port, redis))
    failures = service.metrics()["faq_store_failures"]
    remark = (
        f"{_USERS} 个会话轮流，每秒 {_RATE} 句问过的，限速和会话都在 Redis 里；旁边每 {_LOOK * 1e3:.0f} 毫秒看一次"
        f" /api/health。慢的时候算作断了 {failures:.0f} 次，好了以后 {figures['ailing_back_s']:.1f} 秒又用上。"
    )
    return Part("存储慢了", _HEAD, rows, figures, (remark,))


async def _ask(port: int, seconds: float) -> _Seen:
    """Ask by the clock, and look at the health of the service all the time."""
    seen, questions, start = _Seen(), mixed(), time.perf_counter()
    watching = asyncio.create_task(_watch(port, seen))

    async def user(number: int) -> None:
        connection, due = Connection(port), start + number / _RATE
        turn = number
        while due - start < seconds:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            reply = await connection.post(_request(port, questions[turn % len(questions)], number))
            seen.answers.append(time.perf_counter() - due)
            seen.errors += reply is None
            turn, due = turn + _USERS, due + _USERS / _RATE
        connection.close()

    await asyncio.gather(*map(user, range(_USERS)))
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    return seen


async def _watch(port: int, seen: _Seen) -> None:
    connection, look = Connection(port), f"GET /api/health HTTP/1.1\r\nHost: {HOST}:{port}\r\n\r\n".encode()
    while True:
        before = time.perf_counter()
        if await connection.post(look) is None:
            raise RuntimeError("/api/health 没有答复")
        seen.healths.append(time.perf_counter() - before)
        await asyncio.sleep(_LOOK)


async def _back(port: int, redis: RedisServer) -> float:
    """Return the seconds until a session is kept in Redis again."""
    redis.command("FLUSHALL")
    start, connection = time.perf_counter(), Connection(port)
    while b"session" not in redis.command("KEYS faq:session*"):
        await connection.post(_request(port, "异地看病", 0))
        await asyncio.sleep(_LOOK)
        if time.perf_counter() - start > 30:
            raise RuntimeError("存储好了，却没有再用")
    connection.close()
    return time.perf_counter() - start


def _request(port: int, question: str, user: int) -> bytes:
    data = json.dumps({"question": question, "session_id": f"bench-{user:04}"}).encode()
    head = f"POST /api/chat HTTP/1.1\r\nHost: {HOST}:{port}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data
