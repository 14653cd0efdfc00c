"""A real Redis server for the tests of a session, the kinds of store made alike, and what a safe one must do."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.store import CAPACITY, MemoryStore, Store, StoreFault
from bot.stores.redis import RedisStore
from bot.stores.safe import SafeStore
from bot.stores.sqlite import SqliteStore
from tests.support.system import program

KINDS = ("memory", "sqlite", "redis")
HOST = "127.0.0.1"
PAUSE = 0.05
# What a request may wait, and something for the busy machine that the tests run on.
PATIENCE = 0.3 + 0.3


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


class RedisServer:
    """One server on a port of its own, to be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self._command = [program("redis-server"), "--bind", HOST, "--dir", str(folder), "--save", ""]
        self.port = free_port()
        self.url = f"redis://{HOST}:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen([*self._command, "--port", str(self.port)], **quiet)
        deadline = time.monotonic() + 10
        while not self._answers():
            assert time.monotonic() < deadline and self.process.poll() is None, "redis-server did not start"
            time.sleep(0.02)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def command(self, line: str) -> bytes:
        with socket.create_connection((HOST, self.port), timeout=2) as connection:
            connection.sendall(line.encode() + b"\r\n")
            return connection.recv(4096)

    def _answers(self) -> bool:
        try:
            return self.command("PING").startswith(b"+PONG")
        except OSError:
            return False


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    yield server
    server.kill()


def address_of(kind: str, request: pytest.FixtureRequest, folder: Path) -> str:
    """Return where the store of a kind lies: a path, the address of an emptied server, or nothing."""
    if kind == "redis":
        server = request.getfixturevalue("redis_server")
        server.command("FLUSHALL")
        return str(server.url)
    return str(folder / "store.sqlite") if kind == "sqlite" else ""


def make_store(kind: str, address: str, capacity: int = CAPACITY) -> Store:
    if kind == "redis":
        return RedisStore(address, capacity)
    return SqliteStore(Path(address), capacity) if kind == "sqlite" else MemoryStore(capacity)


@contextmanager
def safe(store: Store) -> Iterator[SafeStore]:
    safe = SafeStore(store, "存储 ", pause=PAUSE)
    yield safe
    safe.close()


def until(condition: Callable[[], bool], seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come back"
        time.sleep(0.01)


def works(store: SafeStore, key: str) -> bool:
    """Use a store in every way; say whether it did what stores do, and did not keep anybody waiting."""
    started = time.monotonic()
    store.delete(key)
    did = [store.add(key, "1", 9), store.add(key, "2", 9), store.get(key), store.put(key, "3", 9), store.get(key)]
    store.delete(key)
    return did == [True, False, "1", None, "3"] and store.get(key) is None and time.monotonic() - started < PATIENCE


USES = ("get", "put", "add", "count", "delete", "forget", "tidy")


class Switch(MemoryStore):
    """A store that can be switched off."""

    off = False

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        return self._unless_off(found) if name in USES else found

    def _unless_off(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def use(*arguments: Any) -> Any:
            if self.off:
                raise StoreFault("OFF")
            return method(*arguments)

        return use
