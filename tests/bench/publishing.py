"""Publishing: from the click to the new answers in use, and back, while people go on asking."""

from __future__ import annotations

import asyncio
import re
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from bot.channels.admin.accounts import line_for
from corpus.entries import load_corpus
from tests.bench.client import HOST, Outcome, open_loop, request
from tests.bench.questions import fresh, mixed
from tests.bench.results import Part, spread, verdict
from tests.bench.service import Service

_NAME, _PASSWORD = "bench", "correct horse battery"
_RATE, _CONNECTIONS, _SLICE = 20, 16, 5.0
_WORDINGS = 20
_MOST, _PATIENCE = 60.0, 600.0


def publishing(say: Callable[[str], None]) -> Part:
    """Publish some new wordings of one entry under load, and take them back."""
    say(f"发布：{_WORDINGS} 个新问法，同时每秒 {_RATE} 句")
    with tempfile.TemporaryDirectory() as folder:
        people = Path(folder) / "people.txt"
        people.write_text(line_for(_NAME, _PASSWORD) + "\n", encoding="utf-8")
        with Service(FAQ_ADMIN=str(people), FAQ_WORK=f"{folder}/work") as service, _load(service.port) as seen:
            clerk = _Clerk(service.port)
            entry = next(entry.id for entry in load_corpus().entries if entry.active)
            for text in fresh(_WORDINGS, seed=7):
                clerk.post("/similar", text=text, entry=entry)
            before, started = clerk.version(), time.perf_counter()
            clerk.post("/prove")
            _until(lambda: 'id="report"' in clerk.get("/publish"))
            proved = time.perf_counter() - started
            clerk.post("/publish", sure="1")
            _until(lambda: clerk.version() != before)
            live = time.perf_counter() - started
            clerk.post("/back", number="1")
            began = time.perf_counter()
            _until(lambda: clerk.version() == before)
            back = time.perf_counter() - began
    p50, p99 = spread(seen.seconds)
    rows = [
        ("检验", f"{proved:.0f} 秒", "", ""),
        ("从点“检验”到新的答案在用", f"{live:.0f} 秒", "< 60 秒", verdict(live < _MOST)),
        ("退回到生效", f"{back:.1f} 秒", "< 5 秒", verdict(back < 5)),
        (f"其间问了 {len(seen.seconds)} 句，出错", str(seen.errors), "0", verdict(seen.errors == 0)),
        ("其间答复 p50、p99", f"{p50 * 1e3:.0f}、{p99 * 1e3:.0f} 毫秒", "", ""),
    ]
    figures = {"publish_s": live, "back_s": back, "publish_errors": float(seen.errors), "publish_p99_s": p99}
    return Part("发布", ("项目", "数值", "目标", ""), rows, figures, (f"{_WORDINGS} 个新问法，一个进程。",))


class _Clerk:
    """Somebody who uses the console by its forms."""

    def __init__(self, port: int) -> None:
        self._client = httpx.Client(base_url=f"http://{HOST}:{port}", timeout=60, follow_redirects=True)
        self._client.post("/admin/in", data={"name": _NAME, "password": _PASSWORD})
        found = re.search(r'name="token" value="(\w+)"', self.get("/history"))
        assert found
        self._token = found[1]

    def get(self, path: str) -> str:
        return self._client.get(f"/admin{path}").text

    def post(self, path: str, **fields: str) -> None:
        self._client.post(f"/admin{path}", data={"token": self._token, **fields}).raise_for_status()

    def version(self) -> str:
        return str(self._client.get("/api/ready").json()["index_version"])


@contextmanager
def _load(port: int) -> Iterator[Outcome]:
    """Ask at a steady rate until the end of the block; give what came of it."""
    requests = [request("/api/chat", question, port) for question in mixed()]
    total, done = Outcome(), threading.Event()

    def ask() -> None:
        while not done.is_set():
            seen = asyncio.run(open_loop(port, requests, _RATE, _SLICE, _CONNECTIONS))
            total.seconds += seen.seconds
            total.errors += seen.errors

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield total
    finally:
        done.set()
        thread.join()


def _until(there: Callable[[], bool]) -> None:
    end = time.perf_counter() + _PATIENCE
    while not there():
        if time.perf_counter() > end:
            raise RuntimeError("等了十分钟还没有结果")
        time.sleep(0.2)
