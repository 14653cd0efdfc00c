"""Real bytes on a real port: clients that speak HTTP in their own way, and those that never finish a sentence."""

from __future__ import annotations

import json
import logging
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator

import pytest

from bot.channels import wire
from bot.channels.app import create_app
from bot.server import Seldom
from bot.settings import Settings
from tests.support.library import FakeEngine
from tests.support.web import HOST, serving

BODY = json.dumps({"question": "周末开门吗？"}).encode()
CHAT = b"POST /api/chat HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n" % len(BODY)
H2C = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"
HEALTH = b"GET /api/health HTTP/1.1\r\nHost: x\r\n\r\n"
SOON = 0.8


@pytest.fixture
def port(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(wire, "REQUEST_SECONDS", SOON)
    with serving(create_app(settings, FakeEngine())) as port:
        yield port


def knock(port: int) -> socket.socket:
    return socket.create_connection((HOST, port), timeout=5)


def answer_to(client: socket.socket) -> tuple[int, bytes]:
    """Read one response."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = client.recv(65536)
        assert more, data
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.startswith(b"content-length"))
    while len(body) < length:
        body += client.recv(65536)
    return int(head.split()[1]), body


def asked(port: int, data: bytes) -> tuple[int, bytes]:
    with knock(port) as client:
        client.sendall(data)
        return answer_to(client)


def test_a_client_that_offers_http_2_keeps_its_body(port: int) -> None:
    status, body = asked(port, CHAT + H2C + b"\r\n" + BODY)
    assert status == 200 and json.loads(body)["entry"]["id"] == "T5"


def test_curl_offers_http_2(port: int) -> None:
    if not shutil.which("curl"):
        pytest.skip("缺少 curl，这项测试没有运行。")
    address, kind = f"http://{HOST}:{port}/api/chat", "Content-Type: application/json"
    said = subprocess.run(["curl", "-s", "--http2", "-H", kind, "-d", BODY, address], capture_output=True, timeout=20)
    assert json.loads(said.stdout)["entry"]["id"] == "T5"


@pytest.mark.parametrize("path", ["/api/suggest?q=借书", "/?q=借书", "/answers/没有"])
def test_chinese_in_an_address_as_people_type_it(port: int, path: str) -> None:
    with knock(port) as client:
        for _ in range(2):
            client.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nReferer: http://例子/\r\n\r\n".encode())
            status, body = answer_to(client)
            assert status == (404 if "没有" in path else 200) and ("T1" in body.decode() or status == 404)


def test_a_request_in_many_pieces_and_the_next_on_the_same_connection(port: int) -> None:
    with knock(port) as client:
        for data in (CHAT + H2C + b"\r\n" + BODY, HEALTH, CHAT + b"\r\n" + BODY):
            for place in range(0, len(data), 7):
                client.sendall(data[place : place + 7])
            assert answer_to(client)[0] == 200


def test_two_requests_in_one_piece(port: int) -> None:
    with knock(port) as client:
        client.sendall(HEALTH + HEALTH)
        data = b""
        while data.count(b"HTTP/1.1 200 ") < 2:
            more = client.recv(65536)
            assert more, data
            data += more


BAD = [
    b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"POST /api/chat HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
]


@pytest.mark.parametrize("data", BAD, ids=["length", "tls", "long", "smuggling"])
def test_what_is_no_request_gets_the_one_error_shape(port: int, data: bytes) -> None:
    status, body = asked(port, data)
    error = json.loads(body)["error"]
    assert status in (400, 404) and error["message"].endswith("。") and list(error) == ["code", "message", "field"]


@pytest.mark.parametrize("data", [b"", CHAT, CHAT + b"\r\n", CHAT + b"\r\n" + BODY[:9]])
def test_nobody_keeps_a_connection_without_a_request(port: int, data: bytes) -> None:
    with knock(port) as client:
        client.sendall(data)
        started = time.monotonic()
        if data:
            status, body = answer_to(client)
            assert status == 408 and json.loads(body)["error"]["code"] == "request_timeout"
        assert client.recv(10) == b"" and SOON / 2 < time.monotonic() - started < 5 * SOON


def test_a_request_that_trickles_in_is_waited_for_only_so_long(port: int) -> None:
    with knock(port) as client:
        client.sendall(CHAT + b"\r\n")
        started = time.monotonic()
        with pytest.raises(OSError):
            for sign in BODY * 10:
                client.sendall(bytes([sign]))
                time.sleep(0.05)
        assert time.monotonic() - started < 5 * SOON


def test_an_answer_may_take_longer_than_a_request(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "REQUEST_SECONDS", 0.2)
    engine = FakeEngine()
    search = engine.search
    monkeypatch.setattr(engine, "search", lambda text, k=5: time.sleep(0.6) or search(text, k))
    with serving(create_app(settings, engine)) as port:
        assert asked(port, CHAT + b"\r\n" + BODY)[0] == 200


def test_a_client_that_has_said_all_still_gets_its_answer(port: int) -> None:
    with knock(port) as client:
        client.sendall(CHAT + b"\r\n" + BODY)
        client.shutdown(socket.SHUT_WR)
        assert answer_to(client)[0] == 200


def test_half_a_request_does_not_hold_up_the_end(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        with serving(create_app(settings, FakeEngine())) as port:
            clients = [knock(port) for _ in range(3)]
            for client, data in zip(clients, (b"", CHAT, CHAT + b"\r\n" + BODY[:5]), strict=True):
                client.sendall(data)
            time.sleep(0.2)
            started = time.monotonic()
        assert time.monotonic() - started < 4
    assert "CancelledError" not in caplog.text and "Traceback" not in caplog.text
    for client in clients:
        client.close()


def test_strangers_cannot_fill_the_log(port: int, caplog: pytest.LogCaptureFixture) -> None:
    seldom, uvicorn_log = Seldom(), logging.getLogger("uvicorn.error")
    uvicorn_log.addFilter(seldom)
    try:
        # Whoever started a server in this process before may have made its log quieter.
        with caplog.at_level(logging.WARNING, logger=uvicorn_log.name):
            for _ in range(5):
                asked(port, BAD[0])
                upgrade = b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n"
                asked(port, b"GET /api/health HTTP/1.1\r\nHost: x\r\n" + upgrade)
    finally:
        uvicorn_log.removeFilter(seldom)
    assert len([record for record in caplog.records if record.levelno >= logging.WARNING]) == 1
