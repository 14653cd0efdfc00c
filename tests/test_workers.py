"""The workers: the event loop never waits, too many are turned away, and so is who waits too long."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from bot.channels.errors import Busy
from bot.channels.workers import Workers


def test_they_do_what_they_are_given_and_pass_on_faults() -> None:
    async def use() -> None:
        workers = Workers(1, 1)
        for _ in range(3):
            assert await workers.run(str.__add__, "a", "b") == "ab"
        with pytest.raises(ValueError):
            await workers.run(int, "x")
        # A fault that means "too long" elsewhere means nothing here.
        with pytest.raises(TimeoutError):
            await workers.run(_raise, TimeoutError())

    asyncio.run(use())


def _raise(error: Exception) -> None:
    raise error


def test_one_too_many_is_turned_away_at_once() -> None:
    async def use() -> None:
        workers, gate = Workers(1, 2), threading.Event()
        running = [asyncio.create_task(workers.run(gate.wait, 10)) for _ in range(2)]
        await asyncio.sleep(0.02)
        before = time.monotonic()
        with pytest.raises(Busy):
            await workers.run(str)
        assert time.monotonic() - before < 0.2
        gate.set()
        await asyncio.gather(*running)
        assert await workers.run(str.__add__, "a", "b") == "ab"

    asyncio.run(use())


def test_who_waits_too_long_is_told_so_and_what_has_not_begun_never_begins() -> None:
    async def use() -> None:
        workers, gate, begun = Workers(1, 3), threading.Event(), list[int]()
        calls = [workers.run(gate.wait, 10, seconds=0.1), workers.run(begun.append, 1, seconds=0.1)]
        found = await asyncio.gather(*calls, return_exceptions=True)
        assert all(isinstance(one, Busy) for one in found)
        # The thread is still at work, and its place is still taken.
        assert workers.busy == 1
        gate.set()
        assert await workers.run(str.__add__, "a", "b") == "ab" and begun == [] and workers.busy == 0

    asyncio.run(use())


def test_a_slow_call_gives_its_lane_to_another() -> None:
    async def use() -> None:
        workers, gate = Workers(2, 9, lanes=1), threading.Event()
        slow = asyncio.create_task(workers.run(gate.wait, 10))
        assert await workers.run(str.__add__, "a", "b") == "ab" and not slow.done()
        gate.set()
        assert await slow
        assert [await workers.run(int, number) for number in range(3)] == [0, 1, 2]

    asyncio.run(use())


def test_in_a_lane_they_come_in_turn() -> None:
    async def use() -> None:
        workers, done = Workers(4, 99, lanes=1), list[int]()
        await asyncio.gather(*(workers.run(done.append, number) for number in range(50)))
        assert done == list(range(50)) and workers.busy == 0

    asyncio.run(use())


def test_who_waits_when_they_close_does_not_wait_for_ever() -> None:
    async def use() -> None:
        workers, gate = Workers(1, 9, lanes=1), threading.Event()
        calls = [asyncio.create_task(workers.run(work, 10)) for work in (gate.wait, int)]
        await asyncio.sleep(0.02)
        await asyncio.to_thread(workers.close)
        gate.set()
        found = await asyncio.gather(*calls, return_exceptions=True)
        assert found[0] is True and isinstance(found[1], asyncio.CancelledError)

    asyncio.run(use())
