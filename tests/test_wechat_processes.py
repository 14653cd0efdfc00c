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
from wechat_fixtures import NOTHING, content_of, event, sealed, xml

from tests.store_fixtures import address_of, redis_server  # noqa: F401

ROOT = Path(__file__).parents[1]


@pytest.fixture(params=["sqlite", "redis"])
def servers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[str]]:
    address = address_of(request.param, request, tmp_path)
    place = {"FAQ_REDIS_URL": address} if request.param == "redis" else {"FAQ_STORE": address}
    environ = {**os.environ, **place, "PYTHONPATH": "tests"}
    ports = [free_port() for _ in range(2)]
    command = [sys.executable, "-m", "tests.wechat_server"]
    asked = str(tmp_path / "asked")
    running = [subprocess.Popen([*command, str(port), asked], cwd=ROOT, env=environ) for port in ports]
    try:
        deadline = time.monotonic() + 30
        while not all(map(listens, ports)):
            assert time.monotonic() < deadline, "they did not start"
            time.sleep(0.05)
        yield [f"http://127.0.0.1:{port}" for port in ports]
    finally:
        for process in running:
            process.terminate()
            process.wait(10)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_item_38_two_processes(servers: list[str], tmp_path: Path) -> None:
    async def post(client: httpx.AsyncClient, server: int, document: str) -> httpx.Response:
        return await client.post(f"{servers[server]}/wechat", **sealed(document))

    async def run() -> None:
        async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
            both = await asyncio.gather(*(post(client, server, xml("发到两处的话")) for server in (0, 1, 0, 1)))
            assert [content_of(one) for one in both] == ["关于发到两处的话"] * 4
            assert "第 1/2 段" in content_of(await post(client, 0, xml("长的一段话", number=2)))
            assert content_of(await post(client, 1, xml("继续", number=3))).startswith("长")
            assert (await post(client, 1, event("unsubscribe"))).text == "success"
            assert content_of(await post(client, 0, xml("继续", number=4))) == NOTHING

    asyncio.run(run())
    assert (tmp_path / "asked").read_text(encoding="utf-8").splitlines() == ["发到两处的话", "长的一段话"]
