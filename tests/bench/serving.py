"""Serving: the bot as it is started: how soon it is ready, what memory it takes, and stated loads on its chat."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import cycle, islice
from statistics import median

from tests.bench.client import Outcome, closed_loop, open_loop, request
from tests.bench.questions import fresh, mixed
from tests.bench.results import Part, spread, verdict
from tests.bench.service import Service

_CONNECTIONS = 64
_SECONDS = 20
_NEW, _KNOWN = 100, 500  # questions a second
_STARTS = 3
_ASKED = 2_000
_MOST_READY, _MOST_MEMORY = 3.0, 380.0


def serving(say: Callable[[str], None]) -> Part:
    """Ask new questions and known ones at a stated rate; each is timed from when it should have been sent."""
    rows, figures = [], {}
    with Service() as service:
        known = [request("/api/chat", question, service.port) for question in mixed()]
        asyncio.run(closed_loop(service.port, known, 4, count=2 * len(known)))  # warm up
        never = [request("/api/chat", question, service.port) for question in fresh(_NEW * _SECONDS)]
        loads = (
            ("new", f"每秒 {_NEW} 句没问过的", never, _NEW),
            ("known", f"每秒 {_KNOWN} 句问过的", known, _KNOWN),
        )
        for key, name, requests, rate in loads:
            if key == "known":  # so many new ones have put them out of what is remembered
                asyncio.run(closed_loop(service.port, known, 4, count=len(known)))
            say(f"服务：{name}，{_SECONDS} 秒")
            before = service.processor()
            seen = asyncio.run(open_loop(service.port, requests, rate, _SECONDS, _CONNECTIONS))
            used = (service.processor() - before) / (rate * _SECONDS)
            rows.append(_row(name, seen, used))
            p50, p99 = spread(seen.seconds)
            figures |= {f"{key}_p50_s": p50, f"{key}_p99_s": p99, f"{key}_errors": float(seen.errors),
                        f"{key}_cpu_s": used}  # fmt: skip
    remark = f"一个进程，{_CONNECTIONS} 个连接，提问的程序在同一台机器上；问过的是 {len(mixed())} 个问题轮流。"
    head = ("/api/chat", "答复", "p50（毫秒）", "p99（毫秒）", "出错", "每句用处理器（毫秒）")
    return Part("服务", head, rows, figures, (remark,))


def _row(name: str, seen: Outcome, used: float) -> tuple[str, ...]:
    p50, p99 = spread(seen.seconds)
    return (name, f"{seen.rate:.0f} 次/秒", f"{p50 * 1e3:.1f}", f"{p99 * 1e3:.1f}", str(seen.errors),
            f"{used * 1e3:.2f}")  # fmt: skip


def starting(say: Callable[[str], None]) -> Part:
    """Measure the shipped command from its start until it is ready, and the memory it then takes."""
    seconds: list[float] = []
    for number in range(_STARTS):
        say(f"启动：第 {number + 1}/{_STARTS} 次")
        with Service() as service:
            seconds.append(service.seconds_to_ready)
            if number < _STARTS - 1:
                continue
            ready_memory = service.memory()
            chats = [request("/api/chat", question, service.port) for question in mixed()]
            asked = asyncio.run(closed_loop(service.port, list(islice(cycle(chats), _ASKED)), 16, count=_ASKED))
            used_memory = service.memory()
    ready = median(seconds)
    rows = [("启动到就绪", f"{ready:.2f} 秒", "≤ 3 秒", verdict(ready <= _MOST_READY))]
    for name, (resident, shared) in (("就绪时", ready_memory), (f"{_ASKED} 问后", used_memory)):
        rows.append((f"{name}内存 VmRSS", f"{resident:.0f} MB", "≤ 380 MB", verdict(resident <= _MOST_MEMORY)))
        rows.append((f"{name}内存 Pss", f"{shared:.0f} MB", "", ""))
    figures = {"ready_s": ready, "ready_rss_mb": ready_memory[0], "asked_rss_mb": used_memory[0],
               "asked_errors": float(asked.errors)}  # fmt: skip
    remark = "`python -m bot serve` 到 /api/ready 返回 200，各次：" + "、".join(f"{s:.2f}" for s in seconds) + " 秒。"
    return Part("启动和内存", ("项目", "数值", "目标", ""), rows, figures, (remark,))
