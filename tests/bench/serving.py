"""Serving: requests a second beside an ordinary endpoint, latency at half load, start to ready, memory."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from statistics import median

from tests.bench import wrk
from tests.bench.client import body, closed_loop, open_loop, request
from tests.bench.questions import fresh, mixed
from tests.bench.report import Part, spread, verdict
from tests.bench.server import Server

CONNECTIONS = 16
_RUNS, _SECONDS = 3, 5
_STEADY_SECONDS = 10
_FRESH = 12_000  # more than can be asked in one run
_NEW = "/api/chat （新问题）"
_STARTS = 5
_ASKED = 2_000
_LEAST_RATIO, _MOST_P99, _MOST_READY, _MOST_MEMORY = 1 / 3, 0.020, 3.0, 300.0


@dataclass(frozen=True)
class _Load:
    """What a run at full load gave: good replies a second, failures, seconds of processor time a reply."""

    rate: float
    errors: int
    processor: float


def serving(say: Callable[[str], None]) -> Part:
    """Measure /echo and /api/chat in one process, by turns, and the chat at half of its own most."""
    with Server(echo=True) as server:
        never = iter(fresh(_FRESH * _RUNS))
        found: dict[str, list[_Load]] = {"/echo": [], "/api/chat": [], _NEW: []}
        for path in ("/echo", "/api/chat"):
            _most(server, path, 1, mixed())  # warm up
        for number in range(_RUNS):
            # By turns, so that another job on the machine slows all.
            for path, loads in found.items():
                say(f"服务：{path} 第 {number + 1}/{_RUNS} 次")
                questions = list(islice(never, _FRESH)) if path == _NEW else mixed()
                loads.append(_most(server, path.split()[0], _SECONDS, questions))
        echo, chat, new = (median(load.rate for load in loads) for loads in found.values())
        echo_cpu, chat_cpu, new_cpu = (median(load.processor for load in loads) for loads in found.values())
        say("服务：半负载延迟")
        chats = [request("/api/chat", question, server.port) for question in fresh(_FRESH, seed=1)]
        steady = asyncio.run(open_loop(server.port, chats, new / 2, _STEADY_SECONDS, 4 * CONNECTIONS))
    p50, p99 = spread(steady.seconds)
    errors = steady.errors + sum(load.errors for loads in found.values() for load in loads)
    ratio, cpu_ratio = chat / echo, echo_cpu / chat_cpu
    rows = [
        ("普通 FastAPI 端点 /echo", f"{echo:.0f} 次/秒", "", ""),
        ("/api/chat", f"{chat:.0f} 次/秒", "", ""),
        ("两者之比", f"{ratio:.3f}", "≥ 0.333", verdict(ratio >= _LEAST_RATIO)),
        ("/api/chat，每一问都从没问过", f"{new:.0f} 次/秒", "", ""),
        ("与 /echo 之比", f"{new / echo:.3f}", "≥ 0.333", verdict(new / echo >= _LEAST_RATIO)),
        ("/api/chat，从没问过，每次用处理器", f"{new_cpu * 1e6:.0f} 微秒", "", ""),
        ("/echo 每次用处理器", f"{echo_cpu * 1e6:.0f} 微秒", "", ""),
        ("/api/chat 每次用处理器", f"{chat_cpu * 1e6:.0f} 微秒", "", ""),
        ("两者之比（处理器）", f"{cpu_ratio:.3f}", "", ""),
        ("/api/chat 半负载 p50", f"{p50 * 1e3:.2f} 毫秒", "", ""),
        ("/api/chat 半负载 p99", f"{p99 * 1e3:.2f} 毫秒", "< 20 毫秒", verdict(p99 < _MOST_P99)),
        ("出错", f"{errors} 次", "0", verdict(errors == 0)),
    ]
    figures = {"echo_rate": echo, "chat_rate": chat, "ratio": ratio, "new_rate": new,
               "new_ratio": new / echo, "new_cpu_s": new_cpu, "echo_cpu_s": echo_cpu, "chat_cpu_s": chat_cpu,
               "cpu_ratio": cpu_ratio, "half_load_p50_s": p50, "half_load_p99_s": p99,
               "errors": float(errors)}  # fmt: skip
    tool = "wrk" if wrk.installed() else "自带的 Python 客户端（没有装 wrk，吞吐受它限制）"
    remarks = (
        f"一个进程一个 worker（uvicorn、httptools），{CONNECTIONS} 个连接，{len(mixed())} 个不同的问题轮流问；"
        f"负载由{tool}产生，各 {_RUNS} 次、每次 {_SECONDS} 秒，取中位数。",
        f"半负载问的都是新问题，每秒 {new / 2:.0f} 问、按固定时刻表发 {_STEADY_SECONDS} 秒，延迟从预定的时刻算起。",
        "各次：" + "；".join(f"{path} {'、'.join(f'{load.rate:.0f}' for load in found[path])}" for path in found),
        "有别的任务抢处理器时，按处理器时间算的比值更可信。",
    )
    return Part("服务", ("项目", "数值", "目标", ""), rows, figures, remarks)


def starting(say: Callable[[str], None]) -> Part:
    """Measure the shipped command from its start until it is ready, and the memory it then takes."""
    seconds: list[float] = []
    for number in range(_STARTS):
        say(f"启动：第 {number + 1}/{_STARTS} 次")
        with Server() as server:
            seconds.append(server.seconds_to_ready)
            if number < _STARTS - 1:
                continue
            fresh, fresh_shared = server.memory()
            chats = [request("/api/chat", question, server.port) for question in mixed()]
            asked = asyncio.run(closed_loop(server.port, chats, CONNECTIONS, count=_ASKED))
            used, used_shared = server.memory()
    ready = median(seconds)
    rows = [
        ("启动到就绪", f"{ready:.2f} 秒", "≤ 3 秒", verdict(ready <= _MOST_READY)),
        ("就绪时内存 VmRSS", f"{fresh:.0f} MB", "≤ 300 MB", verdict(fresh <= _MOST_MEMORY)),
        ("就绪时内存 Pss", f"{fresh_shared:.0f} MB", "", ""),
        (f"{_ASKED} 问后 VmRSS", f"{used:.0f} MB", "≤ 300 MB", verdict(used <= _MOST_MEMORY)),
        (f"{_ASKED} 问后 Pss", f"{used_shared:.0f} MB", "", ""),
    ]
    figures = {"ready_s": ready, "ready_rss_mb": fresh, "ready_pss_mb": fresh_shared, "asked_rss_mb": used,
               "asked_pss_mb": used_shared, "asked_errors": float(asked.errors)}  # fmt: skip
    remark = "`python -m bot serve` 到 /api/ready 返回 200，各次：" + "、".join(f"{s:.2f}" for s in seconds) + " 秒。"
    return Part("启动和内存", ("项目", "数值", "目标", ""), rows, figures, (remark,))


def _most(server: Server, path: str, seconds: int, questions: list[str]) -> _Load:
    """Load `path` as far as it goes."""
    before, since = server.processor(), time.perf_counter()
    if wrk.installed():
        rate, errors = wrk.run(server.port, path, [body(text) for text in questions], CONNECTIONS, seconds)
    else:
        requests = [request(path, text, server.port) for text in questions]
        outcome = asyncio.run(closed_loop(server.port, requests, CONNECTIONS, seconds=seconds))
        rate, errors = outcome.rate, outcome.errors
    asked = max(rate * (time.perf_counter() - since), 1.0)
    return _Load(rate, errors, (server.processor() - before) / asked)
