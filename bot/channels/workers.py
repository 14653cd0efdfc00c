"""Workers: the threads for whatever may take long, so that the event loop never waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

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


class Workers:
    """A few threads, with a limit to what waits for them and for how long."""

    def __init__(self, threads: int = THREADS, most: int = MOST, lanes: int = LANES) -> None:
        """Let `most` calls wait or run at a time, and so many lanes of them compute."""
        self._pool = ThreadPoolExecutor(threads, "worker")
        self._lanes = asyncio.Semaphore(lanes)
        self._most = most
        self._free = most

    @property
    def busy(self) -> int:
        """How many calls run or wait."""
        return self._most - self._free

    async def run(self, work: Callable[..., _Result], *arguments: object, seconds: float = SECONDS) -> _Result:
        """Return what `work` returns; raise Busy at once if too many wait already, or when the time is over."""
        if self._free <= 0:
            raise Busy()
        self._free -= 1
        try:
            async with asyncio.timeout(seconds) as limit:
                return await self._run(work, arguments)
        except TimeoutError:
            if limit.expired():
                raise Busy() from None
            raise

    async def _run(self, work: Callable[..., _Result], arguments: tuple[object, ...]) -> _Result:
        try:
            await self._lanes.acquire()
        except BaseException:
            self._free += 1
            raise
        try:
            call = self._pool.submit(copy_context().run, work, *arguments)
            job = asyncio.wrap_future(call)
            # A call that takes too long has its thread, and its place, until it ends.
            job.add_done_callback(self._ended)
            await asyncio.wait({job}, timeout=_SLOW_SECONDS)
        finally:
            self._lanes.release()
        try:
            return await asyncio.shield(job)
        except asyncio.CancelledError:
            call.cancel()
            raise

    def close(self) -> None:
        """Let the threads end with what they are doing now."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _ended(self, job: asyncio.Future[_Result]) -> None:
        self._free += 1
        # Nobody may be left to hear of its fault.
        if not job.cancelled():
            job.exception()
