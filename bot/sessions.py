"""Sessions: what the bot remembers of a conversation for ten idle minutes."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from bot.decide import Hit

CAPACITY = 10_000
IDLE_SECONDS = 600.0

Key = tuple[str, str]


@dataclass(frozen=True)
class Session:
    """The open ends of a conversation: entries offered to choose from, the calculator's own state."""

    options: tuple[Hit, ...] = ()
    calculation: object = None


EMPTY = Session()


class SessionStore:
    """Keeps sessions by channel and session id; the longest unused goes first."""

    def __init__(
        self,
        capacity: int = CAPACITY,
        idle_seconds: float = IDLE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make an empty store."""
        self._capacity = capacity
        self._idle = idle_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[Key, tuple[float, Session]] = OrderedDict()

    def get(self, key: Key) -> Session:
        """Return the session of `key`, an empty one if there is none or it has gone stale."""
        with self._lock:
            self._forget_idle()
            return self._kept.get(key, (0.0, EMPTY))[1]

    def put(self, key: Key, session: Session) -> None:
        """Remember `session`; an empty one is not worth a place."""
        with self._lock:
            self._kept.pop(key, None)
            if session != EMPTY:
                self._kept[key] = (self._clock(), session)
            while len(self._kept) > self._capacity:
                self._kept.popitem(last=False)

    def __len__(self) -> int:
        """Return how many sessions are kept."""
        return len(self._kept)

    def _forget_idle(self) -> None:
        # Sessions stand in the order of their last use, so the stale ones are all in front.
        oldest = self._clock() - self._idle
        while self._kept and next(iter(self._kept.values()))[0] < oldest:
            self._kept.popitem(last=False)
