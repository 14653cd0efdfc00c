"""The HTTP API under limits: too many questions, not ready yet, faults of ours."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

from bot.channels.app import create_app
from bot.channels.workers import Workers
from bot.ids import new_reply_id
from bot.settings import Settings
from index.hit import Hit
from tests.support.library import FakeEngine, is_error

JSON = {"Content-Type": "application/json"}


def test_rate_limit(settings: Settings) -> None:
    client = TestClient(create_app(settings.model_copy(update={"rate_limit": 3}), FakeEngine()))
    statuses = [client.post("/api/chat", json={"question": "你好"}).status_code for _ in range(3)]
    assert statuses == [200, 200, 200]
    refused = client.post("/api/chat", json={"question": "你好"})
    assert is_error(refused, 429, "rate_limited") and 1 <= int(refused.headers["retry-after"]) <= 60
    page = client.get("/", params={"q": "你好"})
    assert page.status_code == 429 and 1 <= int(page.headers["retry-after"]) <= 60
    assert client.get("/api/health").status_code == 200
    assert client.post("/api/feedback", json={"reply_id": new_reply_id(), "helpful": True}).status_code == 204


def test_suggestions_have_a_generous_limit_of_their_own(settings: Settings) -> None:
    client = TestClient(create_app(settings.model_copy(update={"rate_limit": 1}), FakeEngine()))
    typed = [client.get("/api/suggest", params={"q": "收费"}) for _ in range(11)]
    assert [one.status_code for one in typed] == [200] * 10 + [429] and is_error(typed[-1], 429, "rate_limited")
    assert "每分钟最多 10 次" in typed[-1].text
    assert client.post("/api/chat", json={"question": "你好"}).status_code == 200


PROXIED = [
    ("no proxy: the header is not believed", 0, "127.0.0.1", ["1.1.1.1", "2.2.2.2"], True),
    ("two clients behind the proxy", 1, "127.0.0.1", ["1.1.1.1", "2.2.2.2"], False),
    ("what the client wrote itself is not believed", 1, "127.0.0.1", ["9.9.9.9, 1.1.1.1", "8.8.8.8, 1.1.1.1"], True),
    ("not from this machine", 1, "10.0.0.1", ["1.1.1.1", "2.2.2.2"], True),
    ("one IPv6 network is one client", 1, "::1", ["2001:db8::1", "2001:db8::2"], True),
    ("two IPv6 networks", 1, "::1", ["2001:db8:0:1::1", "2001:db8:0:2::1"], False),
    ("mapped IPv4 is IPv4", 1, "127.0.0.1", ["::ffff:1.1.1.1", "1.1.1.1"], True),
    ("this machine, listening for both families", 1, "::ffff:127.0.0.1", ["1.1.1.1", "2.2.2.2"], False),
    ("a port says nothing", 1, "127.0.0.1", ["1.1.1.1:50001", "1.1.1.1:50002"], True),
    ("a port behind IPv6", 1, "127.0.0.1", ["[2001:db8::1]:50001", "[2001:db8::2]:50002"], True),
    ("brackets without a port", 1, "127.0.0.1", ["[2001:db8::1]", "2001:db8::1"], True),
    ("two clients with ports", 1, "127.0.0.1", ["1.1.1.1:50001", "2.2.2.2:50001"], False),
    ("two proxies: the outer one saw the client", 2, "127.0.0.1", ["1.1.1.1, 9.9.9.9", "2.2.2.2, 9.9.9.9"], False),
    ("two proxies, a made-up header", 2, "127.0.0.1", ["8.8.8.8, 1.1.1.1, 9.9.9.9", "1.1.1.1, 9.9.9.9"], True),
    ("two proxies, one of them gone round", 2, "127.0.0.1", ["1.1.1.1", "1.1.1.1"], True),
]


@pytest.mark.parametrize(
    ("proxy", "peer", "forwarded", "same"), [row[1:] for row in PROXIED], ids=[row[0] for row in PROXIED]
)
def test_clients_are_told_apart(settings: Settings, proxy: int, peer: str, forwarded: list[str], same: bool) -> None:
    app = create_app(settings.model_copy(update={"rate_limit": 1, "proxy": proxy}), FakeEngine())
    client = TestClient(app, client=(peer, 1234))
    statuses = [
        client.post("/api/chat", json={"question": "a"}, headers={"X-Forwarded-For": seen}).status_code
        for seen in forwarded
    ]
    assert statuses == [200, 429 if same else 200]


def test_processes_share_the_limit_and_the_store_holds_no_address(settings: Settings, tmp_path: Path) -> None:
    shared = settings.model_copy(update={"rate_limit": 3, "proxy": 1, "store": tmp_path / "store.sqlite"})
    clients = [TestClient(create_app(shared, FakeEngine()), client=("127.0.0.1", 1)) for _ in range(2)]
    seen = {"X-Forwarded-For": "203.0.113.9"}
    posts = [clients[turn % 2].post("/api/chat", json={"question": "a"}, headers=seen) for turn in range(5)]
    assert [post.status_code for post in posts] == [200, 200, 200, 429, 429]
    assert not any(b"203.0.113.9" in file.read_bytes() for file in tmp_path.glob("store*"))


def test_serves_before_it_is_ready(settings: Settings) -> None:
    gate = threading.Event()

    def load(given: Settings) -> FakeEngine:
        assert given is settings
        gate.wait(10)
        return FakeEngine()

    with TestClient(create_app(settings, load=load)) as client:
        assert client.get("/api/health").json() == {"status": "ok"}
        for response in (client.get("/api/ready"), client.post("/api/chat", json={"question": "a"})):
            assert is_error(response, 503, "not_ready") and response.headers["retry-after"]
        assert client.get("/api/entries").status_code == client.get("/").status_code == 503
        assert "faq_ready 0.0" in client.get("/metrics").text
        gate.set()
        _wait_until_ready(client)
        assert client.get("/api/ready").json() == {
            "status": "ready",
            "index_version": "test-1",
            "entries": 6,
            "model": "characters",
        }


def _wait_until_ready(client: TestClient) -> None:
    for _ in range(500):
        if client.get("/api/ready").status_code == 200:
            return
        time.sleep(0.01)
    raise AssertionError("never ready")


def test_a_broken_index_is_not_told_outside(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    def load(given: Settings) -> FakeEngine:
        raise RuntimeError(f"索引已过时：{given.index}。请运行：make index")

    with TestClient(create_app(settings, load=load)) as client:
        for _ in range(500):
            response = client.get("/api/ready")
            if response.json()["error"]["code"] != "not_ready":
                break
            time.sleep(0.01)
        assert is_error(response, 503, "index_unavailable") and str(settings.index) not in response.text
        assert client.get("/api/health").status_code == 200
    assert "make index" in caplog.text


class BrokenEngine(FakeEngine):
    def search(self, text: str, k: int = 5) -> list[Hit]:
        raise ValueError(text)


def test_a_fault_of_ours(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    client = TestClient(create_app(settings.model_copy(update={"cors": ("http://a.cn",)}), BrokenEngine()))
    headers = {"Origin": "http://a.cn"}
    response = client.post("/api/chat", json={"question": "我的电话13800138000"}, headers=headers)
    assert is_error(response, 500, "internal")
    # Or the browser would show the widget a failed network instead of our sentence.
    assert response.headers["access-control-allow-origin"] == "http://a.cn"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "ValueError" in caplog.text and "13800138000" not in caplog.text


class SlowEngine(FakeEngine):
    def search(self, text: str, k: int = 5) -> list[Hit]:
        time.sleep(0.3)
        return super().search(text, k)


class HeldEngine(FakeEngine):
    go = threading.Event()

    def search(self, text: str, k: int = 5) -> list[Hit]:
        assert self.go.wait(10)
        return super().search(text, k)


def test_health_does_not_wait_for_answers(settings: Settings) -> None:
    async def ask() -> None:
        transport = httpx.ASGITransport(create_app(settings, HeldEngine()))
        async with httpx.AsyncClient(transport=transport, base_url="http://library") as client:
            asked = [asyncio.create_task(client.post("/api/chat", json={"question": f"第{n}问"})) for n in range(8)]
            for _ in range(20):
                assert (await client.get("/api/health")).status_code == 200
            assert not any(task.done() for task in asked)
            HeldEngine.go.set()
            assert [answer.status_code for answer in await asyncio.gather(*asked)] == [200] * 8

    asyncio.run(ask())


def test_more_than_can_be_worked_out_is_refused(settings: Settings) -> None:
    app = create_app(settings, SlowEngine())
    app.state.desk.workers = Workers(1, 2)

    async def ask() -> list[httpx.Response]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://library") as client:
            return list(await asyncio.gather(*(client.post("/api/chat", json={"question": "a"}) for _ in range(4))))

    answers = asyncio.run(ask())
    assert sorted(answer.status_code for answer in answers) == [200, 200, 503, 503]
    refused = next(answer for answer in answers if answer.status_code == 503)
    assert is_error(refused, 503, "busy") and refused.headers["retry-after"]


@pytest.mark.parametrize("path", ["/api/health", "/api/ready", "/api/entries", "/metrics", "/", "/answers/T1", "/x"])
def test_head_is_get_without_the_body(client: TestClient, path: str) -> None:
    got, head = client.get(path), client.head(path)
    assert head.status_code == got.status_code and head.content == b""
    assert head.headers["content-type"] == got.headers["content-type"]


def test_an_origin_that_may_not_ask(settings: Settings) -> None:
    client = TestClient(create_app(settings.model_copy(update={"cors": ("http://a.cn",)}), FakeEngine()))
    asks = {"Access-Control-Request-Method": "POST"}
    assert is_error(client.options("/api/chat", headers={**asks, "Origin": "http://evil.cn"}), 400, "cors_refused")
    assert client.options("/api/chat", headers={**asks, "Origin": "http://a.cn"}).status_code == 200
