"""Workers: the threads for whatever may take long, so that the event loop never waits."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from typing import Any, TypeVar

from bot.channels.errors import Busy

# Enough for a few that wait for a store or a model.
THREADS = 16
# Python computes in one thread at a time, and more that want to only get in each other's way: 200 followers at once
# waited for 5 s with eight of them, for 0.5 s with two. One that takes so long is waiting, so another may begin.
LANES = 2
_SLOW_SECONDS = 0.05
# Those in the last place would wait too long if answers took half a second.
MOST = 256
# Whoever asked has gone by then.
SECONDS = 15.0

_Result = TypeVar("_Result")


class _Job:
    """One call: what it is, who waits for it and until when."""

    def __init__(self, work: Callable[[], Any], loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        self.loop = loop
        self.future: asyncio.Future[Any] = loop.create_future()
        self.until = time.monotonic() + seconds
        self.begun = 0.0
        # It has given up its lane.
        self.slow = False
        self._work = work
        self._result: Any = None
        self._error: BaseException | None = None

    def do(self) -> None:
        """Work in this thread."""
        try:
            self._result = self._work()
        except BaseException as error:
            self._error = error

    def tell(self, outcome: Callable[[], object]) -> None:
        """Let the event loop say how it came out."""
        # The loop may be closed by now, with nobody left to hear of it.
        with suppress(RuntimeError):
            self.loop.call_soon_threadsafe(outcome)

    def pass_on(self) -> None:
        """Say what came of the work to whoever still waits for it."""
        if self.future.done():
            return
        if self._error is None:
            self.future.set_result(self._result)
        else:
            self.future.set_exception(self._error)


class Workers:
    """A few threads, with a limit to what waits for them and for how long."""

    def __init__(self, threads: int = THREADS, most: int = MOST, lanes: int = LANES) -> None:
        """Let `most` calls wait or run at a time, and so many lanes of them compute."""
        self._pool = ThreadPoolExecutor(threads, "worker")
        self._most = most
        self._lanes = lanes
        self._open = 0
        self._lock = threading.Lock()
        self._waiting: deque[_Job] = deque()
        self._running: set[_Job] = set()
        # The event loop that looks after them, while there is something to look after.
        self._watching: asyncio.AbstractEventLoop | None = None

    @property
    def busy(self) -> int:
        """How many calls run or wait."""
        return len(self._waiting) + len(self._running)

    async def run(self, work: Callable[..., _Result], *arguments: object, seconds: float = SECONDS) -> _Result:
        """Return what `work` returns; raise Busy at once if too many wait already, or when the time is over."""
        if self.busy >= self._most:
            raise Busy()
        loop = asyncio.get_running_loop()
        job = _Job(partial(copy_context().run, work, *arguments), loop, seconds)
        with self._lock:
            self._waiting.append(job)
            self._fill_lanes()
        if self._watching is not loop:
            self._watching = loop
            loop.call_later(_SLOW_SECONDS, self._watch, loop)
        try:
            result: _Result = await job.future
            return result
        except asyncio.CancelledError:
            self._drop(job)
            raise

    def close(self) -> None:
        """Let the threads end with what they are doing now."""
        with self._lock:
            waiting = list(self._waiting)
            self._waiting.clear()
        for job in waiting:
            job.tell(job.future.cancel)
        self._pool.shutdown(wait=False)

    def _fill_lanes(self) -> None:
        for _ in range(min(self._lanes - self._open, len(self._waiting))):
            self._pool.submit(self._lane)
            self._open += 1

    def _lane(self) -> None:
        """Do one call after another. To wake a thread takes as long as a reply, so it does not sleep between them."""
        while (job := self._next()) is not None:
            job.do()
            with self._lock:
                self._running.discard(job)
            job.tell(job.pass_on)
            if job.slow:
                return

    def _next(self) -> _Job | None:
        with self._lock:
            if not self._waiting:
                self._open -= 1
                return None
            job = self._waiting.popleft()
            job.begun = time.monotonic()
            self._running.add(job)
            return job

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Give the lane of a slow call to another, and tell those who have waited too long."""
        now = time.monotonic()
        with self._lock:
            for job in self._running:
                if not job.slow and now - job.begun > _SLOW_SECONDS:
                    job.slow = True
                    self._open -= 1
            self._fill_lanes()
            late = [job for job in (*self._waiting, *self._running) if job.until <= now and job.loop is loop]
        for job in late:
            self._drop(job)
            if not job.future.done():
                job.future.set_exception(Busy())
        if self._watching is loop:
            self._watching = loop if self.busy else None
            if self.busy:
                loop.call_later(_SLOW_SECONDS, self._watch, loop)

    def _drop(self, job: _Job) -> None:
        """Let go of a call that nobody waits for; one that has begun has its thread, and its place, until it ends."""
        with self._lock, suppress(ValueError):
            self._waiting.remove(job)
