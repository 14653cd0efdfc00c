"""Recording: what records cost the answers, and how soon a clerk sees what was missed among many."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from sqlalchemy import delete, insert

from bot.channels.admin.unanswered import AT_ONCE, UNKNOWN
from bot.database.database import Database, sqlite
from bot.database.tables import inbox_groups, inbox_questions, replies, vectors
from bot.inbox.inbox import Inbox
from index import disk
from index.engine import Engine
from tests.bench.client import closed_loop, request
from tests.bench.questions import fresh, mixed
from tests.bench.results import Part, verdict
from tests.bench.service import Service

_CONNECTIONS, _SECONDS, _ROUNDS = 16, 8, 3
_RECORDS, _MISSED, _MORE = 50_000, 10_000, 100
_LEAST, _MOST_OPENING, _MOST_GROUPING = 0.9, 2.0, 30.0
_START = 1_790_000_000_000


def recording(say: Callable[[str], None]) -> Part:
    """Ask as fast as it goes without records and with them, in turns; then open the inbox of a busy month."""
    rates: dict[bool, list[float]] = {False: [], True: []}
    cost: dict[bool, list[float]] = {False: [], True: []}
    lost = 0.0
    for number in range(_ROUNDS):
        for kept in (False, True):
            say(f"记录：第 {number + 1}/{_ROUNDS} 次，{'开' if kept else '关'}着")
            rate, used, dropped = _ask(kept)
            rates[kept].append(rate)
            cost[kept].append(used)
            lost += dropped
    share = median(rates[True]) / median(rates[False])
    rows = [
        ("关着", f"{median(rates[False]):.0f} 次/秒", "", ""),
        ("开着", f"{median(rates[True]):.0f} 次/秒", "", ""),
        ("开着是关着的", f"{share:.0%}", f"≥ {_LEAST:.0%}", verdict(share >= _LEAST)),
        ("丢了的记录", f"{lost:.0f} 条", "0", verdict(not lost)),
        ("每句多用处理器", f"{(median(cost[True]) - median(cost[False])) * 1e6:.0f} 微秒", "", ""),
    ]
    figures = {"records_share": share, "records_lost": lost, "records_cpu_off_s": median(cost[False]),
               "records_cpu_on_s": median(cost[True])}  # fmt: skip
    opened, more = _inbox(say)
    figures |= more
    remark = f"问过的问题轮流，{_CONNECTIONS} 个连接，各 {_ROUNDS} 次、每次 {_SECONDS} 秒，取中间的。"
    head = ("问答记录和收件箱", "数值", "目标", "")
    return Part("问答记录和收件箱", head, [*rows, *opened], figures, (remark,))


def _ask(kept: bool) -> tuple[float, float, float]:
    """Return replies a second, processor seconds a reply, and records lost."""
    with tempfile.TemporaryDirectory() as folder:
        settings = {"FAQ_RECORDS": str(Path(folder) / "records.sqlite")} if kept else {}
        with Service(**settings) as service:
            known = [request("/api/chat", question, service.port) for question in mixed()]
            asyncio.run(closed_loop(service.port, known, 4, count=2 * len(known)))  # warm up
            before = service.processor()
            seen = asyncio.run(closed_loop(service.port, known, _CONNECTIONS, seconds=_SECONDS))
            used = (service.processor() - before) / max(len(seen.seconds), 1)
            return seen.rate, used, service.metrics()["faq_records_dropped"]


def _inbox(say: Callable[[str], None]) -> tuple[list[tuple[str, ...]], dict[str, float]]:
    say(f"收件箱：{_RECORDS} 条记录，其中 {_MISSED} 句没答好")
    engine = disk.load(disk.default_index())
    questions = fresh(_MISSED + _MORE)
    seconds: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder, _full(Path(folder), questions[:_MISSED], engine, say) as database:
        inbox = Inbox(database)
        for key, work in (
            ("grouping", lambda: inbox.refresh(engine)),
            ("opening", lambda: inbox.page(engine)),
            ("again", lambda: inbox.refresh(engine)),
        ):
            started = time.perf_counter()
            work()
            seconds[key] = time.perf_counter() - started
        _add(database, questions[_MISSED:], _RECORDS)
        started = time.perf_counter()
        inbox.refresh(engine)
        seconds["more"] = time.perf_counter() - started
        groups = inbox.page(engine).total
        with database.write() as connection:
            for table in (vectors, inbox_questions, inbox_groups):
                connection.execute(delete(table))
        started = time.perf_counter()
        inbox.refresh(engine, AT_ONCE, UNKNOWN)
        inbox.page(engine)
        seconds["first"] = time.perf_counter() - started
    rows = [
        (f"收件箱打开（{groups} 组）", f"{seconds['opening']:.2f} 秒", "≤ 2 秒",
         verdict(seconds["opening"] <= _MOST_OPENING)),
        (f"头一次打开，{_MISSED} 句都还没有向量", f"{seconds['first']:.2f} 秒", "≤ 2 秒",
         verdict(seconds["first"] <= _MOST_OPENING)),
        (f"{_MISSED} 句归组", f"{seconds['grouping']:.1f} 秒", "≤ 30 秒",
         verdict(seconds["grouping"] <= _MOST_GROUPING)),
        ("没有新的，再归一次", f"{seconds['again']:.2f} 秒", "", ""),
        (f"又来 {_MORE} 句，还没有向量", f"{seconds['more']:.1f} 秒", "", ""),
    ]  # fmt: skip
    return rows, {f"inbox_{key}_s": value for key, value in seconds.items()}


@contextmanager
def _full(folder: Path, questions: list[str], engine: Engine, say: Callable[[str], None]) -> Iterator[Database]:
    database = sqlite(folder / "records.sqlite")
    _add(database, questions, 0)
    answered = [_row(len(questions) + number, "怎么交", "answer") for number in range(_RECORDS - len(questions))]
    # As the service does when it answers.
    say("收件箱：先做一遍答复时留下的向量")
    made = engine.encoder.encode([engine.segmenter.read(question) for question in questions])
    kept = [
        {"question": question, "encoder": engine.model_name, "vector": row.astype("float16").tobytes()}
        for question, row in zip(questions, made, strict=True)
    ]
    with database.write() as connection:
        connection.execute(insert(replies), answered)
        connection.execute(insert(vectors), kept)
    yield database
    database.close()


def _add(database: Database, questions: list[str], start: int) -> None:
    kinds = ("abstain", "clarify")
    rows = [_row(start + number, text, kinds[number % 2]) for number, text in enumerate(questions)]
    with database.write() as connection:
        connection.execute(insert(replies), rows)


def _row(number: int, question: str, kind: str) -> dict[str, object]:
    return {"id": f"{number:026}", "time": _START + number * 1000, "channel": "api", "session": f"s{number // 3}",
            "question": question, "kind": kind, "confidence": 0.1, "candidates": " P1 P2 "}  # fmt: skip
