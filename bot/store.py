"""Store: short texts by key, each with a life of its own; the kind that lives in this process.

The part of a key before its first slash is its kind. Each kind has as many places as the store's capacity; where they
are taken, a new key finds none, and what was there before stays for as long as was promised.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Protocol

CAPACITY = 100_000
LONGEST_KEY = 200
LONGEST_VALUE = 64 * 1024
LONGEST_LIFE = 30 * 24 * 3600.0
# The dead take up room until somebody tidies; often enough is once a minute.
TIDY_SECONDS = 60.0
# Where all places are taken, the dead are looked for no more often than this.
FULL_SECONDS = 1.0

_NOTHING = (0.0, "")


class StoreFault(Exception):
    """The store behind a key cannot be used now; the message names no key and no value."""


class Store(Protocol):
    """What the bot needs of a store; any thread may call it, and each call may take a while."""

    @property
    def refused(self) -> int:
        """How many new keys found no place since the start."""

    def get(self, key: str) -> str | None:
        """Return the value of `key` while it lives."""

    def put(self, key: str, value: str, seconds: float) -> None:
        """Keep `value` for so many seconds, in place of what `key` had; a new key may find no place."""

    def put_all(self, values: Mapping[str, str], seconds: float) -> None:
        """Put several values at once; a store that writes to disk does it in one go."""

    def add(self, key: str, value: str, seconds: float) -> bool:
        """Keep `value` if `key` is free; of all who try at once, in any process, one gets True.

        Where there is no place, everybody gets True and nothing is kept.
        """

    def count(self, key: str, most: int, seconds: float) -> float:
        """Count one more for `key`; return 0, or for how long it has to wait if there were `most` already.

        The time of so many seconds begins with the first, and after it the count begins anew.
        """

    def delete(self, *keys: str) -> None:
        """Forget `keys`; those that are not there do no harm."""

    def forget(self, prefix: str) -> None:
        """Forget all keys that begin with `prefix`."""

    def tidy(self) -> None:
        """Let go of what has outlived its time."""

    def close(self) -> None:
        """Let go of files and connections."""


class MemoryStore:
    """Keeps everything in this process."""

    def __init__(self, capacity: int = CAPACITY, clock: Callable[[], float] = time.monotonic) -> None:
        """Make an empty store of at most `capacity` keys of each kind."""
        self.refused = 0
        self._capacity = capacity
        self._clock = clock
        self._tidied = clock()
        self._lock = threading.Lock()
        # By kind: key -> (time of death, value).
        self._kept: dict[str, dict[str, tuple[float, str]]] = {}

    def __len__(self) -> int:
        """Return how many keys are held, the dead among them."""
        return sum(map(len, self._kept.values()))

    def get(self, key: str) -> str | None:
        """Return the value of `key` while it lives."""
        check_keys(key)
        with self._lock:
            dead, value = self._found(key)
            return value if self._clock() < dead else None

    def put(self, key: str, value: str, seconds: float) -> None:
        """Keep `value` for so many seconds, in place of what `key` had."""
        check(key, value, seconds)
        with self._lock:
            self._write(key, value, self._clock() + seconds)

    def put_all(self, values: Mapping[str, str], seconds: float) -> None:
        """Put several values at once."""
        for key, value in values.items():
            self.put(key, value, seconds)

    def add(self, key: str, value: str, seconds: float) -> bool:
        """Keep `value` if `key` is free."""
        check(key, value, seconds)
        with self._lock:
            now = self._clock()
            free = self._found(key)[0] <= now
            if free:
                self._write(key, value, now + seconds)
            return free

    def count(self, key: str, most: int, seconds: float) -> float:
        """Count one more for `key`; return 0, or for how long it has to wait."""
        check(key, "", seconds)
        with self._lock:
            now = self._clock()
            end, value = self._found(key)
            number = int(value) if now < end else 0
            if number >= most:
                return end - now
            self._write(key, str(number + 1), end if number else now + seconds)
            return 0.0

    def delete(self, *keys: str) -> None:
        """Forget `keys`."""
        check_keys(*keys)
        with self._lock:
            for key in keys:
                self._kept.get(kind_of(key), {}).pop(key, None)

    def forget(self, prefix: str) -> None:
        """Forget all keys that begin with `prefix`."""
        check_keys(prefix)
        with self._lock:
            kept = self._kept.get(kind_of(prefix), {})
            for key in [key for key in kept if key.startswith(prefix)]:
                del kept[key]

    def tidy(self) -> None:
        """Let go of what has outlived its time."""
        with self._lock:
            self._bury(self._clock())

    def close(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()

    def _found(self, key: str) -> tuple[float, str]:
        return self._kept.get(kind_of(key), {}).get(key, _NOTHING)

    def _write(self, key: str, value: str, dead: float) -> None:
        now = self._clock()
        kept = self._kept.setdefault(kind_of(key), {})
        full = key not in kept and len(kept) >= self._capacity
        if now - self._tidied >= (FULL_SECONDS if full else TIDY_SECONDS):
            self._bury(now)
        if key in kept or len(kept) < self._capacity:
            kept[key] = (dead, value)
        else:
            self.refused += 1

    def _bury(self, now: float) -> None:
        self._tidied = now
        for kept in self._kept.values():
            for key in [key for key, (dead, _) in kept.items() if dead <= now]:
                del kept[key]


def kind_of(key: str) -> str:
    """Return the kind of a key."""
    kind, slash, _ = key.partition("/")
    return kind if slash else ""


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
