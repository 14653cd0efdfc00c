"""Client: HTTP load on one loopback server, closed loop (as fast as it goes) or open loop (by the clock)."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

HOST = "127.0.0.1"
_TIMEOUT = 30.0


@dataclass
class Outcome:
    """What came of a run: seconds of each good reply, how many failed, how long it took."""

    seconds: list[float] = field(default_factory=list)
    errors: int = 0
    wall: float = 0.0

    @property
    def rate(self) -> float:
        """Good replies a second."""
        return len(self.seconds) / self.wall if self.wall else 0.0


def request(path: str, question: str, port: int) -> bytes:
    """Return a whole HTTP request."""
    data = json.dumps({"question": question}, ensure_ascii=False).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data


class Connection:
    """One kept-alive connection."""

    def __init__(self, port: int) -> None:
        """Connect at the first request."""
        self._port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def post(self, data: bytes) -> bytes | None:
        """Send one request, read the whole reply; return its body if it was a 200."""
        try:
            if self._reader is None or self._writer is None:
                self._reader, self._writer = await asyncio.open_connection(HOST, self._port)
            self._writer.write(data)
            return await self._reply(self._reader)
        except (OSError, ValueError, asyncio.IncompleteReadError):
            self.close()
            return None

    async def _reply(self, reader: asyncio.StreamReader) -> bytes | None:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        data = await reader.readexactly(length)
        return data if head.startswith(b"http/1.1 200") else None

    def close(self) -> None:
        """Hang up."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


async def closed_loop(
    port: int, requests: Sequence[bytes], connections: int, seconds: float = 0, count: int = 0
) -> Outcome:
    """Ask as fast as replies come, for some `seconds` or until `count` were asked."""
    outcome, asked = Outcome(), 0
    start = time.perf_counter()

    async def one() -> None:
        nonlocal asked
        connection = Connection(port)
        while asked < count if count else time.perf_counter() - start < seconds:
            data, sent = requests[asked % len(requests)], time.perf_counter()
            asked += 1
            _note(outcome, await connection.post(data) is not None, sent)
        connection.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    outcome.wall = time.perf_counter() - start
    return outcome


async def open_loop(port: int, requests: Sequence[bytes], rate: float, seconds: float, connections: int) -> Outcome:
    """Ask `rate` times a second whatever the replies do; each is timed from when it should have been sent.

    Where all connections are busy a request waits, and that counts too (no coordinated omission).
    """
    outcome = Outcome()
    due: deque[tuple[bytes, float]] = deque()
    # In turn, so that none lies idle for the five seconds after which the server hangs up.
    idle = deque(Connection(port) for _ in range(connections))
    running: set[asyncio.Task[None]] = set()

    async def work(connection: Connection) -> None:
        while due:
            data, planned = due.popleft()
            _note(outcome, await connection.post(data) is not None, planned)
        idle.append(connection)

    start = time.perf_counter()
    for number in range(int(rate * seconds)):
        planned = start + number / rate
        if (wait := planned - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        due.append((requests[number % len(requests)], planned))
        if idle:
            task = asyncio.create_task(work(idle.popleft()))
            running.add(task)
            task.add_done_callback(running.discard)
    if running:
        _, late = await asyncio.wait(running, timeout=_TIMEOUT)
        outcome.errors += len(late) + len(due)
    outcome.wall = time.perf_counter() - start
    for connection in idle:
        connection.close()
    return outcome


def _note(outcome: Outcome, good: bool, since: float) -> None:
    if good:
        outcome.seconds.append(time.perf_counter() - since)
    else:
        outcome.errors += 1
