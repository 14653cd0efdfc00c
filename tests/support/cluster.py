"""A cluster for real: three services with folders of their own, a Redis, a PostgreSQL, an nginx; and a crowd."""

from __future__ import annotations

import asyncio
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from bot.place import KEY
from tests.support.postgres_fixtures import PostgresServer
from tests.support.site import ANSWERED_BY, site
from tests.support.store_fixtures import RedisServer
from tests.support.web import HOST, free_port

ROOT = Path(__file__).parents[2]
MEMBERS = 3
_PATIENCE = 60.0
# As many addresses as the site sends to one service or another.
_VISITORS = 24


@dataclass(frozen=True)
class Question:
    """What is asked, and of which entry it is; of none for what is not to be answered."""

    text: str
    entry: str | None


@dataclass(frozen=True)
class Asked:
    """A question that was sent: when (monotonic), in which session, and what came of it."""

    question: Question
    session: str
    sent: float
    done: float
    member: str = ""
    reply: str = ""
    entry: str | None = None
    error: str = ""


class Member:
    """One service with a work folder of its own."""

    def __init__(self, folder: Path, **settings: str) -> None:
        """Name the folder; `start` starts it."""
        self.port = free_port()
        self.url = f"http://{HOST}:{self.port}"
        self.address = f"{HOST}:{self.port}"
        self.work = folder / "work"
        self._log = folder / "log.txt"
        folder.mkdir()
        clean = {name: value for name, value in os.environ.items() if not name.startswith("FAQ_")}
        self._environment = clean | settings | {"FAQ_WORK": str(self.work), "FAQ_PORT": str(self.port)}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; it may take some seconds until it is ready."""
        with self._log.open("ab") as log:
            command = [sys.executable, "-m", "bot", "serve"]
            self._process = subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=log, stderr=log)

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process:
            self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        """End it as an operator would."""
        if self._process:
            self._process.terminate()
            self._process.wait(30)

    @property
    def said(self) -> str:
        """What it has written into its log."""
        return self._log.read_text(encoding="utf-8")

    @property
    def key(self) -> bytes:
        """By which it knows who is signed in."""
        return (self.work / KEY).read_bytes()

    @property
    def version(self) -> str:
        """The version of the index that answers; an empty string while none does."""
        try:
            response = httpx.get(f"{self.url}/api/ready", timeout=5, trust_env=False)
        except httpx.TransportError:
            return ""
        return str(response.json()["index_version"]) if response.status_code == 200 else ""


@dataclass(frozen=True)
class Cluster:
    """All of it."""

    members: Sequence[Member]
    redis: RedisServer
    postgres: PostgresServer
    database: str
    port: int


@contextmanager
def cluster(folder: Path, corpus: Path, index: Path, accounts: Path) -> Iterator[Cluster]:
    """Start everything, each service with this corpus and this index installed."""
    with ExitStack() as stack:
        redis = RedisServer(folder)
        stack.callback(redis.kill)
        postgres = PostgresServer()
        stack.callback(postgres.remove)
        database = postgres.new_database()
        settings = {
            "FAQ_CORPUS": str(corpus), "FAQ_INDEX": str(index), "FAQ_ADMIN": str(accounts),
            "FAQ_REDIS_URL": redis.url, "FAQ_DATABASE_URL": database, "FAQ_PROXY": "1", "FAQ_RATE_LIMIT": "0",
            "OMP_NUM_THREADS": "1",
        }  # fmt: skip
        members = [Member(folder / f"member{number}", **settings) for number in range(MEMBERS)]
        for member in members:
            stack.callback(member.stop)
            member.start()
        (folder / "nginx").mkdir()
        port = stack.enter_context(site(folder / "nginx", [member.port for member in members]))
        until(lambda: all(member.version for member in members))
        until(lambda: len({member.key for member in members}) == 1)
        yield Cluster(members, redis, postgres, database, port)


def until(there: Callable[[], object], seconds: float = _PATIENCE) -> float:
    """Wait for something; return how many seconds it took."""
    start = time.monotonic()
    while not there():
        assert time.monotonic() - start < seconds, "it did not come"
        time.sleep(0.05)
    return time.monotonic() - start


class Crowd:
    """Visitors at several addresses who ask at a steady rate, whatever becomes of the answers."""

    def __init__(self, port: int, questions: Sequence[Question], rate: float) -> None:
        """Ask the site on `port`."""
        self.asked: list[Asked] = []
        self._url = f"http://{HOST}:{port}/api/chat"
        self._questions, self._rate = questions, rate
        self._over = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))

    def start(self) -> None:
        """Begin to ask."""
        self._thread.start()

    def end(self) -> None:
        """Ask no more, and wait for what was asked."""
        self._over.set()
        self._thread.join()

    async def _run(self) -> None:
        async with _Visitors() as clients:
            tasks, start, number = [], time.monotonic(), 0
            while not self._over.is_set():
                question = self._questions[number % len(self._questions)]
                tasks.append(asyncio.create_task(self._ask(clients[number % len(clients)], question)))
                number += 1
                await asyncio.sleep(max(0.0, start + number / self._rate - time.monotonic()))
            await asyncio.gather(*tasks)

    async def _ask(self, client: httpx.AsyncClient, question: Question) -> None:
        session, sent = secrets.token_urlsafe(16), time.monotonic()
        try:
            response = await client.post(self._url, json={"question": question.text, "session_id": session})
        except httpx.TransportError as error:
            self.asked.append(Asked(question, session, sent, time.monotonic(), error=type(error).__name__))
            return
        done, member = time.monotonic(), response.headers.get(ANSWERED_BY, "")
        if response.status_code != 200:
            self.asked.append(Asked(question, session, sent, done, member, error=str(response.status_code)))
            return
        said = response.json()
        entry = said["entry"]["id"] if said["kind"] == "answer" else None
        self.asked.append(Asked(question, session, sent, done, member, said["reply_id"], entry))


class _Visitors:
    """A client for each visitor, at an address of its own, all closed at the end."""

    async def __aenter__(self) -> list[httpx.AsyncClient]:
        """Open them."""
        addresses = [f"127.0.0.{10 + number}" for number in range(_VISITORS)]
        ways = [httpx.AsyncHTTPTransport(local_address=address) for address in addresses]
        self._clients = [httpx.AsyncClient(transport=way, timeout=30, trust_env=False) for way in ways]
        return self._clients

    async def __aexit__(self, *_: object) -> None:
        """Close them."""
        for client in self._clients:
            await client.aclose()
