"""The HTTP API under limits: too many questions, not ready yet, faults of ours."""

from __future__ import annotations

import threading
import time

import pytest
from conftest import FakeEngine, FakeHit, is_error
from fastapi.testclient import TestClient

from bot.channels.app import create_app
from bot.ids import new_reply_id
from bot.settings import Settings

JSON = {"Content-Type": "application/json"}


def test_rate_limit(settings: Settings) -> None:
    client = TestClient(create_app(settings.model_copy(update={"rate_limit": 3}), FakeEngine()))
    statuses = [client.post("/api/chat", json={"question": "你好"}).status_code for _ in range(3)]
    assert statuses == [200, 200, 200]
    refused = client.post("/api/chat", json={"question": "你好"})
    assert is_error(refused, 429, "rate_limited") and 1 <= int(refused.headers["retry-after"]) <= 60
    assert client.get("/", params={"q": "你好"}).status_code == 429
    assert client.get("/api/health").status_code == 200
    assert client.post("/api/feedback", json={"reply_id": new_reply_id(), "helpful": True}).status_code == 204


PROXIED = [
    ("no proxy: the header is not believed", False, "127.0.0.1", ["1.1.1.1", "2.2.2.2"], True),
    ("two clients behind the proxy", True, "127.0.0.1", ["1.1.1.1", "2.2.2.2"], False),
    ("what the client wrote itself is not believed", True, "127.0.0.1", ["9.9.9.9, 1.1.1.1", "8.8.8.8, 1.1.1.1"], True),
    ("not from this machine", True, "10.0.0.1", ["1.1.1.1", "2.2.2.2"], True),
    ("one IPv6 network is one client", True, "::1", ["2001:db8::1", "2001:db8::2"], True),
    ("two IPv6 networks", True, "::1", ["2001:db8:0:1::1", "2001:db8:0:2::1"], False),
    ("mapped IPv4 is IPv4", True, "127.0.0.1", ["::ffff:1.1.1.1", "1.1.1.1"], True),
]


@pytest.mark.parametrize(
    ("proxy", "peer", "forwarded", "same"), [row[1:] for row in PROXIED], ids=[row[0] for row in PROXIED]
)
def test_clients_are_told_apart(settings: Settings, proxy: bool, peer: str, forwarded: list[str], same: bool) -> None:
    app = create_app(settings.model_copy(update={"rate_limit": 1, "proxy": proxy}), FakeEngine())
    client = TestClient(app, client=(peer, 1234))
    statuses = [
        client.post("/api/chat", json={"question": "a"}, headers={"X-Forwarded-For": seen}).status_code
        for seen in forwarded
    ]
    assert statuses == [200, 429 if same else 200]


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
    def search(self, text: str, k: int = 5) -> list[FakeHit]:
        raise ValueError(text)


def test_a_fault_of_ours(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    client = TestClient(create_app(settings, BrokenEngine()))
    response = client.post("/api/chat", json={"question": "我的电话13800138000"})
    assert is_error(response, 500, "internal")
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "ValueError" in caplog.text and "13800138000" not in caplog.text
