"""Enduring: what a question costs after many clients, and the memory after many sessions."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.client import HOST, closed_loop
from tests.bench.questions import fresh, mixed
from tests.bench.results import Part, verdict
from tests.bench.service import Service

_CLIENTS = (0, 10_000, 100_000)
_DISTINCT, _LONGEST = 100_000, 12
_ASKED = 2_000
_CONNECTIONS = 16
# The limit counts by the minute, so whoever came before it is to cost nothing.
_QUIET = 61.0
_MOST_DEARER, _MOST_GROWTH = 1.2, 60.0
_Row = tuple[str, ...]


def enduring(say: Callable[[str], None]) -> Part:
    """Ask from ever more addresses, each in a session of its own, with the limit and the shared file as shipped."""
    with _service() as service:
        known = mixed()
        _ask(service, [_request(service.port, text, "192.0.2.1") for text in known])
        start = service.memory()[0]
        rows, costs = _clients(service, known, say)
        end = service.memory()[0]
    dearer = costs[-1] / costs[0]
    rows += [
        ("最后比最初", f"{dearer:.2f} 倍", f"≤ {_MOST_DEARER} 倍", verdict(dearer <= _MOST_DEARER)),
        ("问过几百句时内存 VmRSS", f"{start:.0f} MB", "", ""),
        (f"来过 {_CLIENTS[-1]} 个客户端、{_CLIENTS[-1]} 个会话以后", f"{end:.0f} MB", *_growth(end - start)),
    ]
    figures = {f"clients_{count}_cpu_s": cost for count, cost in zip(_CLIENTS, costs, strict=True)}
    figures |= {"clients_start_rss_mb": start, "clients_rss_mb": end}
    remark = "会话和限速记在默认的那种文件里；每句用的处理器时间是问过的问题的。"
    return Part("用久了", ("项目", "数值", "目标", ""), rows, figures, (remark,))


def varied(say: Callable[[str], None]) -> Part:
    """Ask ever other questions, of which the engine remembers the latest only."""
    rows: list[_Row] = []
    with _service() as service:
        questions, seen = fresh(_DISTINCT, 1, _LONGEST), 0
        found: list[float] = []
        for count in (_DISTINCT // 20, _DISTINCT // 4, _DISTINCT):
            say(f"问得杂：{count} 句不同的话")
            _ask(service, [_request(service.port, text, "192.0.2.3") for text in questions[seen:count]])
            seen = count
            found.append(service.memory()[0])
            rows.append((f"问过 {count} 句不同的话，内存 VmRSS", f"{found[-1]:.0f} MB", "", ""))
    growth = found[-1] - found[0]
    rows.append(("最后比最初", f"多 {growth:.0f} MB", *_growth(growth)))
    figures = {"distinct_first_rss_mb": found[0], "distinct_rss_mb": found[-1]}
    remark = f"各不超过 {_LONGEST} 个字，没有两句一样。"
    return Part("问得杂", ("项目", "数值", "目标", ""), rows, figures, (remark,))


@contextmanager
def _service() -> Iterator[Service]:
    with TemporaryDirectory() as folder:
        store = Path(folder) / "store.sqlite"
        with Service(FAQ_PROXY="1", FAQ_RATE_LIMIT="1000000", FAQ_STORE=str(store)) as service:
            yield service


def _growth(megabytes: float) -> tuple[str, str]:
    return f"多 ≤ {_MOST_GROWTH:.0f} MB", verdict(megabytes <= _MOST_GROWTH)


def _clients(service: Service, known: Sequence[str], say: Callable[[str], None]) -> tuple[list[_Row], list[float]]:
    rows: list[_Row] = []
    costs: list[float] = []
    seen = 0
    for count in _CLIENTS:
        say(f"用久了：{count} 个客户端")
        _ask(service, [_stranger(service.port, known, number) for number in range(seen, count)])
        time.sleep(_QUIET if count > seen else 0.0)
        seen = count
        asked = [_request(service.port, known[i % len(known)], "192.0.2.1") for i in range(_ASKED)]
        before = service.processor()
        _ask(service, asked)
        costs.append((service.processor() - before) / _ASKED)
        rows.append((f"来过 {count} 个客户端，一分钟以后每句用处理器", f"{costs[-1] * 1e3:.2f} 毫秒", "", ""))
    return rows, costs


def _stranger(port: int, known: Sequence[str], number: int) -> bytes:
    return _request(port, known[number % len(known)], _address(number), f"bench-{number:08}")


def _ask(service: Service, requests: Sequence[bytes]) -> None:
    if requests:
        done = asyncio.run(closed_loop(service.port, requests, _CONNECTIONS, count=len(requests)))
        if done.errors:
            raise RuntimeError(f"{done.errors} 句没有答")


def _address(number: int) -> str:
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def _request(port: int, question: str, client: str, session: str = "") -> bytes:
    data = json.dumps({"question": question} | ({"session_id": session} if session else {})).encode()
    head = f"POST /api/chat HTTP/1.1\r\nHost: {HOST}:{port}\r\nContent-Type: application/json\r\n"
    return f"{head}X-Forwarded-For: {client}\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data
