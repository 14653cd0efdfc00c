"""Ids: the names of replies and of sessions, which nobody can guess."""

from __future__ import annotations

import base64
import os
import threading
import time

_BLOCK = 4096  # bytes
# Crockford's alphabet in ascending order, so ids sort as their times do: https://github.com/ulid/spec
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]


class RandomBytes:
    """Random bytes of the system, fetched in blocks: going there takes longer than all else about an id."""

    def __init__(self) -> None:
        """Start with none."""
        self._lock = threading.Lock()
        self._left = memoryview(b"")
        # Two processes must not go on with the same block.
        os.register_at_fork(after_in_child=self._forget)

    def take(self, count: int) -> bytes:
        """Return `count` bytes that nobody else gets."""
        with self._lock:
            if len(self._left) < count:
                self._left = memoryview(os.urandom(_BLOCK))
            taken, self._left = self._left[:count], self._left[count:]
            return bytes(taken)

    def _forget(self) -> None:
        self._left = memoryview(b"")


_random = RandomBytes()


def new_reply_id() -> str:
    """Return a new id that sorts by time: 48 bits of milliseconds, 80 random bits."""
    number = (time.time_ns() // 1_000_000 << 80) | int.from_bytes(_random.take(10), "big")
    return "".join([_PAIRS[(number >> shift) & 1023] for shift in range(120, -1, -10)])


def new_session_id() -> str:
    """Return a new session id."""
    return base64.urlsafe_b64encode(_random.take(16))[:22].decode()
