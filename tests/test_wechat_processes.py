"""Two real processes behind the callback, with one store: a message is answered once, whichever it reaches."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.store_fixtures import address_of, redis_server  # noqa: F401
from tests.support.web import HOST, free_port
from tests.support.wechat_fixtures import NOTHING, content_of, event, private_in, sealed, sent, xml
from tests.support.wechat_server import STUCK

ROOT = Path(__file__).parents[1]


class Servers:
    """The processes; each question that one of them is asked becomes a line in a file."""

    def __init__(self, folder: Path, place: dict[str, str]) -> None:
        self._asked, self._log = folder / "asked", folder / "log"
        environ = {**os.environ, **place, "FAQ_LOG_LEVEL": "debug"}
        ports = [free_port() for _ in range(2)]
        command = [sys.executable, "-m", "tests.support.wechat_server"]
        with self._log.open("ab") as log:
            self.processes = [
                subprocess.Popen([*command, str(port), str(self._asked)], cwd=ROOT, env=environ, stdout=log, stderr=log)
                for port in ports
            ]
        self.urls = [f"http://{HOST}:{port}/wechat" for port in ports]
        deadline = time.monotonic() + 30
        while not all(map(listens, ports)):
            assert time.monotonic() < deadline, "they did not start"
            time.sleep(0.05)

    async def post(self, client: httpx.AsyncClient, server: int, document: str) -> httpx.Response:
        return await client.post(self.urls[server], **sealed(document))

    @property
    def asked(self) -> list[str]:
        return self._asked.read_text(encoding="utf-8").splitlines() if self._asked.exists() else []

    def stop(self) -> str:
        """End them; return what they have logged."""
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(20)
        return self._log.read_text(encoding="utf-8")


@pytest.fixture(params=["sqlite", "redis"])
def servers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Servers]:
    address = address_of(request.param, request, tmp_path)
    place = {"FAQ_REDIS_URL": address} if request.param == "redis" else {"FAQ_STORE": address}
    sent.clear()
    servers = Servers(tmp_path, place)
    try:
        yield servers
    finally:
        log = servers.stop()
    # Item 58, for the whole log of both processes.
    assert log.count("Started server process") == 2 and private_in(log) == []


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_item_38_two_processes_of_which_one_is_killed(servers: Servers) -> None:
    async def run() -> float:
        async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
            await both_answer(servers, client)
            assert servers.asked == ["发到两处的话", "长的一段话"]
            return await one_is_killed(servers, client)

    assert asyncio.run(run()) < 4.5
    assert servers.asked[2:] == [STUCK] * 2


async def both_answer(servers: Servers, client: httpx.AsyncClient) -> None:
    """What was said to one is known to the other, and the same message is answered once."""
    first = xml("发到两处的话")
    both = await asyncio.gather(*(servers.post(client, server, first) for server in (0, 1, 0, 1)))
    assert [content_of(one) for one in both] == ["关于发到两处的话"] * 4
    assert "第 1/2 段" in content_of(await servers.post(client, 0, xml("长的一段话", number=2)))
    assert content_of(await servers.post(client, 1, xml("继续", number=3))).startswith("长")
    forged = sealed(xml("冒充的一句话"))
    forged["params"]["msg_signature"] = "0" * 40
    assert (await client.post(servers.urls[0], **forged)).status_code == 403
    assert (await servers.post(client, 1, event("unsubscribe"))).text == "success"
    assert content_of(await servers.post(client, 0, xml("继续", number=4))) == NOTHING


async def one_is_killed(servers: Servers, client: httpx.AsyncClient) -> float:
    """In the middle of an answer; return after how many seconds the other has given it."""
    stuck = xml(STUCK, number=5)
    first = asyncio.create_task(servers.post(client, 0, stuck))
    while servers.asked[-1] != STUCK:
        await asyncio.sleep(0.05)
    # It holds the message for longer than a claim lasts unless it is renewed.
    assert not (await asyncio.wait({first}, timeout=3.2))[0]
    servers.processes[0].kill()
    with pytest.raises(httpx.TransportError):
        await first
    before = time.monotonic()
    retry = content_of(await servers.post(client, 1, stuck))
    seconds = time.monotonic() - before
    assert retry == content_of(await servers.post(client, 1, stuck)) == f"关于{STUCK}"
    return seconds
