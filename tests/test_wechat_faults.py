"""Faults around the callback: a client that goes away, a wrong clock, a flood, a store that comes and goes."""

from __future__ import annotations

import logging
import re
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient

from bot.stores.redis import RedisStore
from bot.stores.sqlite import SqliteStore
from tests.support.store_fixtures import RedisServer, safe, until
from tests.support.web import HOST, memory, serving
from tests.support.wechat_fixtures import (
    NOW,
    FakeChat,
    about,
    account,
    content_of,
    metric,
    post,
    quiet,  # noqa: F401
    say,
    sealed,
    xml,
)

pytestmark = pytest.mark.usefixtures("quiet")

MEGABYTE = 1024 * 1024


def raw(request: dict[str, Any], *headers: str) -> bytes:
    """Return a whole HTTP request."""
    lines = [f"POST /wechat?{urlencode(request['params'])} HTTP/1.1", f"Host: {HOST}", *headers]
    length = [] if headers else [f"Content-Length: {len(request['content'])}"]
    return "\r\n".join([*lines, *length, "", ""]).encode() + request["content"]


def knock(port: int) -> socket.socket:
    return socket.create_connection((HOST, port), timeout=10)


def ours(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.name.startswith("bot.") and r.levelno >= logging.WARNING]


def test_a_client_that_leaves_before_its_message_is_there(caplog: pytest.LogCaptureFixture) -> None:
    chat = FakeChat(about)
    with serving(account(chat)) as port:
        for part in (1, 20, -40):
            with knock(port) as client:
                client.sendall(raw(sealed(xml("说到一半")))[:part])
        time.sleep(0.2)
    assert chat.asked == [] and ours(caplog) == []


def test_item_43_a_client_that_leaves_before_its_answer_is_there(caplog: pytest.LogCaptureFixture) -> None:
    chat = FakeChat(about, seconds=0.5)
    request = sealed(xml("断线的一句话"))
    with serving(account(chat)) as port:
        with knock(port) as client:
            client.sendall(raw(request))
            time.sleep(0.1)
        with knock(port) as client:
            client.sendall(raw(request))
            assert client.recv(100).startswith(b"HTTP/1.1 200 ")
    assert chat.texts == ["断线的一句话"] and ours(caplog) == []


def test_a_megabyte_is_not_read() -> None:
    head = f"POST /wechat HTTP/1.1\r\nHost: {HOST}\r\n"
    whole = f"{head}Content-Length: {MEGABYTE}\r\n\r\n".encode() + b"a" * MEGABYTE
    chunk = b"2000\r\n" + b"a" * 0x2000 + b"\r\n"
    pieces = f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + chunk * (MEGABYTE // 0x2000) + b"0\r\n\r\n"
    app = account(FakeChat())
    with serving(app) as port:
        before = memory()
        for data in [whole, pieces] * 10:
            with knock(port) as client:
                assert answer_to(client, data).startswith(b"HTTP/1.1 413 ")
        assert memory() - before < 10 * MEGABYTE
        with knock(port) as client:
            assert answer_to(client, raw(sealed(xml("还在不在")))).startswith(b"HTTP/1.1 200 ")
    assert 'rejects_total{code="too_large"} 20.0' in TestClient(app).get("/metrics").text


def answer_to(client: socket.socket, data: bytes) -> bytes:
    # The answer may be there before the whole of it was sent.
    with suppress(OSError):
        client.sendall(data)
    return client.recv(100)


@pytest.mark.parametrize(
    ("ahead", "words"), [(600, "本机的时间比请求晚 600 秒"), (-600, "本机的时间比请求早 600 秒")], ids=["fast", "slow"]
)
def test_a_clock_ten_minutes_off(ahead: int, words: str, caplog: pytest.LogCaptureFixture) -> None:
    chat = FakeChat()
    app = account(chat, now=NOW + ahead)
    for number in range(3):
        response = post(app, sealed(xml("钟不准的时候", number=number)))
        assert (response.status_code, response.text) == (403, "forbidden")
    (line,) = ours(caplog)
    assert line.startswith("公众号回调拒绝了请求（stale，到现在 1 次）：" + words) and "校准服务器的时钟" in line
    assert chat.asked == []
    assert 'faq_wechat_rejects_total{code="stale"} 3.0' in TestClient(app).get("/metrics").text


def test_refusals_are_logged_once_a_minute(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    passed = 1000.0
    monkeypatch.setattr("bot.channels.wechat.channel.time", SimpleNamespace(monotonic=lambda: passed))
    app = account(FakeChat(), now=NOW + 600)
    for _ in range(5):
        post(app, sealed(xml("钟不准的时候")))
    passed += 61
    post(app, sealed(xml("钟不准的时候")))
    assert [re.findall("到现在 ([0-9]+) 次", line) for line in ours(caplog)] == [["1"], ["6"]]


class Outage:
    """A store that can be taken away and given back."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "state"
        self.store: Any = SqliteStore(self._folder / "store.sqlite")

    def begin(self) -> None:
        for file in self._folder.iterdir():
            file.unlink()
        self._folder.rmdir()
        self._folder.write_text("in the way")

    def end(self) -> None:
        self._folder.unlink()

    def close(self) -> None:
        self.store.close()


class RedisOutage:
    def __init__(self, folder: Path) -> None:
        self._server = RedisServer(folder)
        self.store: Any = RedisStore(self._server.url)
        self.begin, self.end = self._server.kill, self._server.start

    def close(self) -> None:
        self._server.kill()


@pytest.fixture(params=[Outage, RedisOutage], ids=["sqlite", "redis"])
def outage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    outage = request.param(tmp_path)
    yield outage
    outage.close()


def test_the_store_goes_and_comes_back(outage: Any, caplog: pytest.LogCaptureFixture) -> None:
    chat = FakeChat(lambda text: "长" * 1000 if text.startswith("长") else about(text))
    with safe(outage.store) as store:
        app = account(chat, store)
        assert say(app, "先前的一句话") == "关于先前的一句话"
        outage.begin()
        assert "第 1/2 段" in say(app, "长的一段话", number=2)
        assert "第 1/2 段" in say(app, "长的一段话", number=2)
        assert chat.texts == ["先前的一句话", "长的一段话"] and metric(app, "faq_store_failures") > 0
        outage.end()
        until(lambda: not store.down)
        # What was said meanwhile is still known, and what comes now is kept in the store itself again.
        assert "第 1/2 段" in say(app, "长的一段话", number=2)
        assert say(app, "继续", number=3).startswith("长")
        assert say(app, "后来的一句话", number=4) == "关于后来的一句话"
        assert chat.texts == ["先前的一句话", "长的一段话", "后来的一句话"]
        other = account(chat, outage.store)
        assert content_of(post(other, sealed(xml("后来的一句话", number=4)))) == "关于后来的一句话"
        assert len(chat.asked) == 3
    assert len(ours(caplog)) == 2
