"""The server: how it listens, and what it does for a long life."""

from __future__ import annotations

import gc
import socket

import httpx
import pytest
import uvicorn

from bot import server
from bot.channels.app import create_app
from bot.settings import Settings
from tests.support.library import FakeEngine


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    ("host", "answering"), [("127.0.0.1", ["127.0.0.1"]), ("::1", ["[::1]"]), ("::", ["127.0.0.1", "[::1]"])]
)
def test_it_listens_where_it_should(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, host: str, answering: list[str]
) -> None:
    seen: list[object] = []

    class Once(uvicorn.Server):
        """Ends as soon as it has answered once."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            async with httpx.AsyncClient() as client:
                for address in answering:
                    seen.append((await client.get(f"http://{address}:{self.config.port}/api/health")).json())
            seen.append(self.config.proxy_headers)
            self.should_exit = True

    monkeypatch.setattr(server.uvicorn, "Server", Once)
    port = free_port()
    app = create_app(settings, FakeEngine())
    assert server.serve(app, settings.model_copy(update={"host": host, "port": port})) == 0
    assert seen == [*[{"status": "ok"}] * len(answering), False]


def test_a_taken_address_ends_with_1_and_says_what_to_do(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert server.serve(create_app(settings, FakeEngine()), settings.model_copy(update={"port": port})) == 1
    assert f"不能在 127.0.0.1:{port} 上服务" in caplog.text and "PORT=" in caplog.text


def test_what_stays_is_not_looked_through_again(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    engine = FakeEngine()
    monkeypatch.setattr(server, "open_engine", lambda settings: engine)
    try:
        assert server.open_to_stay(settings) is engine and gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
