"""Store: short texts by key, each with a life of its own; the kind that lives in this process."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol, TypeVar

CAPACITY = 10_000
LONGEST_KEY = 200
LONGEST_VALUE = 16 * 1024
LONGEST_LIFE = 30 * 24 * 3600.0
# The dead take up room until somebody tidies; often enough is once a minute.
TIDY_SECONDS = 60.0

_NOTHING = (0.0, "")
_Result = TypeVar("_Result")


class StoreFault(Exception):
    """The store behind a key cannot be used now; the message names no key and no value."""


class Store(Protocol):
    """What the bot needs of a store; where there are too many keys, the one written longest ago goes first."""

    @property
    def near(self) -> bool:
        """Whether it is in this process or a file of this machine, so that nothing waits for a network."""

    def get(self, key: str) -> str | None:
        """Return the value of `key` while it lives."""

    def put(self, key: str, value: str, seconds: float) -> None:
        """Keep `value` for so many seconds, in place of what `key` had."""

    def add(self, key: str, value: str, seconds: float) -> bool:
        """Keep `value` if `key` is free; of all who try at once, in any process, one gets True."""

    def delete(self, *keys: str) -> None:
        """Forget `keys`; those that are not there do no harm."""

    def close(self) -> None:
        """Let go of files and connections."""


class MemoryStore:
    """Keeps everything in this process."""

    near = True

    def __init__(self, capacity: int = CAPACITY, clock: Callable[[], float] = time.monotonic) -> None:
        """Make an empty store of at most `capacity` keys."""
        self._capacity = capacity
        self._clock = clock
        self._tidy_at = 0.0
        self._lock = threading.Lock()
        # In the order of writing, the oldest in front: key -> (time of death, value).
        self._kept: OrderedDict[str, tuple[float, str]] = OrderedDict()

    def __len__(self) -> int:
        """Return how many keys are held, the dead among them."""
        return len(self._kept)

    def get(self, key: str) -> str | None:
        """Return the value of `key` while it lives."""
        check_keys(key)
        with self._lock:
            dead, value = self._kept.get(key, _NOTHING)
            return value if self._clock() < dead else None

    def put(self, key: str, value: str, seconds: float) -> None:
        """Keep `value` for so many seconds, in place of what `key` had."""
        check(key, value, seconds)
        with self._lock:
            self._write(key, value, seconds)

    def add(self, key: str, value: str, seconds: float) -> bool:
        """Keep `value` if `key` is free."""
        check(key, value, seconds)
        with self._lock:
            free = self._kept.get(key, _NOTHING)[0] <= self._clock()
            if free:
                self._write(key, value, seconds)
            return free

    def delete(self, *keys: str) -> None:
        """Forget `keys`."""
        check_keys(*keys)
        with self._lock:
            for key in keys:
                self._kept.pop(key, None)

    def close(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()

    def _write(self, key: str, value: str, seconds: float) -> None:
        now = self._clock()
        self._kept[key] = (now + seconds, value)
        self._kept.move_to_end(key)
        if len(self._kept) > self._capacity or now >= self._tidy_at:
            self._tidy(now)

    def _tidy(self, now: float) -> None:
        self._tidy_at = now + TIDY_SECONDS
        for key in [key for key, (dead, _) in self._kept.items() if dead <= now]:
            del self._kept[key]
        # Some room beyond the need, or a full store would be looked through on each write.
        room = spare(self._capacity) if len(self._kept) > self._capacity else 0
        while len(self._kept) > self._capacity - room:
            self._kept.popitem(last=False)


async def reach(store: Store, work: Callable[..., _Result], *arguments: object) -> _Result:
    """Return what `work` on a store returns; the event loop does not wait for one that is far.

    Where it is near, going to another thread and back would take longer than the work.
    """
    return work(*arguments) if store.near else await asyncio.to_thread(work, *arguments)


def spare(capacity: int) -> int:
    """Return how many of the oldest keys a full store gives up at a time, beyond the one too many."""
    return max(capacity // 100 - 1, 0)


def check(key: str, value: str, seconds: float) -> None:
    """Raise ValueError for what no store takes."""
    check_keys(key)
    if len(value.encode()) > LONGEST_VALUE:
        raise ValueError(f"a value may have {LONGEST_VALUE} bytes")
    if not 0 < seconds <= LONGEST_LIFE:
        raise ValueError(f"a life must be more than 0 and at most {LONGEST_LIFE:.0f} seconds")


def check_keys(*keys: str) -> None:
    """Raise ValueError for what cannot be a key."""
    for key in keys:
        # Halves of surrogate pairs do not encode, and that too is a ValueError.
        if not key.encode() or len(key) > LONGEST_KEY:
            raise ValueError(f"a key may have 1 to {LONGEST_KEY} characters")
