"""Enduring: what a question costs after many clients, and the memory after many sessions."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.client import HOST, closed_loop
from tests.bench.questions import fresh, mixed
from tests.bench.report import Part, verdict
from tests.bench.server import Server

_CLIENTS = (0, 10_000, 100_000)
_SESSIONS, _DISTINCT = 100_000, 10_000
_ASKED = 2_000
_CONNECTIONS = 16
_MOST_DEARER = 1.2


def enduring(say: Callable[[str], None]) -> Part:
    """Ask from ever more addresses and in ever more sessions, with the limit and the shared file as shipped."""
    with TemporaryDirectory() as folder:
        store = Path(folder) / "store.sqlite"
        with Server(FAQ_PROXY="1", FAQ_RATE_LIMIT="1000000", FAQ_STORE=str(store)) as server:
            known = mixed()
            _ask(server, [_request(server.port, text, "192.0.2.1") for text in known])
            rows, costs = _clients(server, known, say)
            more, figures = _memory(server, known, say)
    dearer = costs[-1] / costs[0]
    rows.append(("最后比最初", f"{dearer:.2f} 倍", f"≤ {_MOST_DEARER} 倍", verdict(dearer <= _MOST_DEARER)))
    figures |= {f"clients_{count}_cpu_s": cost for count, cost in zip(_CLIENTS, costs, strict=True)}
    remark = "会话和限速记在默认的那种文件里；每句用的处理器时间是问过的问题的。"
    return Part("用久了", ("项目", "数值", "目标", ""), [*rows, *more], figures, (remark,))


def _clients(
    server: Server, known: Sequence[str], say: Callable[[str], None]
) -> tuple[list[tuple[str, ...]], list[float]]:
    rows: list[tuple[str, ...]] = []
    costs: list[float] = []
    seen = 0
    for count in _CLIENTS:
        say(f"用久了：{count} 个客户端")
        new = [_request(server.port, known[i % len(known)], _address(i)) for i in range(seen, count)]
        _ask(server, new)
        seen = count
        asked = [_request(server.port, known[i % len(known)], "192.0.2.1") for i in range(_ASKED)]
        before = server.processor()
        _ask(server, asked)
        costs.append((server.processor() - before) / _ASKED)
        rows.append((f"来过 {count} 个客户端，每句用处理器", f"{costs[-1] * 1e3:.2f} 毫秒", "", ""))
    return rows, costs


def _memory(
    server: Server, known: Sequence[str], say: Callable[[str], None]
) -> tuple[list[tuple[str, ...]], dict[str, float]]:
    rows: list[tuple[str, ...]] = []
    figures = {"start_rss_mb": server.memory()[0]}
    say(f"用久了：{_SESSIONS} 个会话")
    _ask(server, [_request(server.port, known[i % len(known)], "192.0.2.2", f"bench-{i:08}") for i in range(_SESSIONS)])
    figures["sessions_rss_mb"] = server.memory()[0]
    say(f"用久了：{_DISTINCT} 句不同的话")
    _ask(server, [_request(server.port, text, "192.0.2.3") for text in fresh(_DISTINCT, seed=1)])
    figures["distinct_rss_mb"] = server.memory()[0]
    names = ("测完客户端时内存 VmRSS", f"再有 {_SESSIONS} 个会话", f"再问 {_DISTINCT} 句不同的话")
    rows += [(name, f"{value:.0f} MB", "", "") for name, value in zip(names, figures.values(), strict=True)]
    return rows, figures


def _ask(server: Server, requests: Sequence[bytes]) -> None:
    if requests:
        done = asyncio.run(closed_loop(server.port, requests, _CONNECTIONS, count=len(requests)))
        if done.errors:
            raise RuntimeError(f"{done.errors} 句没有答")


def _address(number: int) -> str:
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def _request(port: int, question: str, client: str, session: str = "") -> bytes:
    data = json.dumps({"question": question} | ({"session_id": session} if session else {})).encode()
    head = f"POST /api/chat HTTP/1.1\r\nHost: {HOST}:{port}\r\nContent-Type: application/json\r\n"
    return f"{head}X-Forwarded-For: {client}\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data
