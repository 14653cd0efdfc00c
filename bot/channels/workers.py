"""Workers: the threads for whatever may take long, so that the event loop never waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from bot.channels.errors import Busy

# Enough for a few that wait for a store or a model; Python computes in one at a time anyway.
THREADS = 8
# Those in the last place would wait too long if answers took half a second.
MOST = 256
# Whoever asked has gone by then.
SECONDS = 15.0

_Result = TypeVar("_Result")


class Workers:
    """A few threads, with a limit to what waits for them and for how long."""

    def __init__(self, threads: int = THREADS, most: int = MOST) -> None:
        """Let `most` calls wait or run at a time."""
        self._pool = ThreadPoolExecutor(threads, "worker")
        self._free = most

    async def run(self, work: Callable[..., _Result], *arguments: object, seconds: float = SECONDS) -> _Result:
        """Return what `work` returns; raise Busy at once if too many wait already, or when the time is over."""
        if self._free <= 0:
            raise Busy()
        self._free -= 1
        call = self._pool.submit(work, *arguments)
        job = asyncio.wrap_future(call)
        # A call that takes too long has its thread, and its place, until it ends.
        job.add_done_callback(self._ended)
        await asyncio.wait({job}, timeout=seconds)
        if not job.done():
            call.cancel()
            raise Busy()
        return job.result()

    def close(self) -> None:
        """Let the threads end with what they are doing now."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _ended(self, job: asyncio.Future[_Result]) -> None:
        self._free += 1
        # Nobody may be left to hear of its fault.
        if not job.cancelled():
            job.exception()
