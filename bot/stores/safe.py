"""Safe: a store that goes on in memory while the real one fails."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TypeVar

from bot.store import CAPACITY, MemoryStore, Store, StoreFault

log = logging.getLogger(__name__)

_PAUSE = 5.0
_QUIET = 60.0
_PROBE = "probe"
# More than anybody takes back while a store is down; each is a few hundred bytes.
_MOST_OWED = 100_000

_Result = TypeVar("_Result")
_Work = Callable[[], _Result]


class SafeStore:
    """Keeps everything in `store`, and in this process what comes while it fails; no fault gets out.

    What was to be deleted meanwhile is deleted before anything is read from the store again.
    """

    def __init__(self, store: Store, name: str, capacity: int = CAPACITY, pause: float = _PAUSE) -> None:
        """Try `store` once; `name` stands for it in the log, `pause` is the time between tries."""
        self._store = store
        self._name = name
        self._pause = pause
        self._memory = MemoryStore(capacity)
        self._lock = threading.Lock()
        self._owed: list[_Work[None]] = []
        self._failures = 0
        self._down = False
        self._told = False
        self._quiet_until = 0.0
        self._closed = False
        self._timer: threading.Timer | None = None
        self._try_again()

    @property
    def failures(self) -> int:
        """How often the real store has failed since the start."""
        return self._failures

    @property
    def refused(self) -> int:
        """How many new keys found no place since the start."""
        return self._store.refused + self._memory.refused

    @property
    def down(self) -> bool:
        """Whether it goes on in memory now."""
        return self._down

    def get(self, key: str) -> str | None:
        """Return the value of `key` while it lives."""
        # What was written while the store was down is newer than what the store has.
        kept = self._memory.get(key)
        return self._either(partial(self._store.get, key), lambda: None) if kept is None else kept

    def put(self, key: str, value: str, seconds: float) -> None:
        """Keep `value` for so many seconds, in place of what `key` had."""
        self._keep((key,), *(partial(store.put, key, value, seconds) for store in (self._store, self._memory)))

    def put_all(self, values: Mapping[str, str], seconds: float) -> None:
        """Put several values at once."""
        self._keep(values, *(partial(store.put_all, values, seconds) for store in (self._store, self._memory)))

    def add(self, key: str, value: str, seconds: float) -> bool:
        """Keep `value` if `key` is free; while the store is down, free in this process."""
        if self._memory.get(key) is not None:
            return False
        real, spare = (partial(store.add, key, value, seconds) for store in (self._store, self._memory))
        return self._either(real, spare)

    def count(self, key: str, most: int, seconds: float) -> float:
        """Count one more for `key`; while the store is down, what this process has seen."""
        real, spare = (partial(store.count, key, most, seconds) for store in (self._store, self._memory))
        return self._either(real, spare)

    def delete(self, *keys: str) -> None:
        """Forget `keys`."""
        self._memory.delete(*keys)
        self._certainly(partial(self._store.delete, *keys))

    def forget(self, prefix: str) -> None:
        """Forget all keys that begin with `prefix`."""
        self._memory.forget(prefix)
        self._certainly(partial(self._store.forget, prefix))

    def tidy(self) -> None:
        """Let go of what has outlived its time."""
        self._memory.tidy()
        self._either(self._store.tidy, lambda: None)

    def close(self) -> None:
        """Stop trying and close the real store."""
        with self._lock:
            self._closed = True
            timer = self._timer
        if timer is not None:
            timer.cancel()
            timer.join(1)
        self._store.close()

    def _keep(self, keys: Iterable[str], real: _Work[None], spare: _Work[None]) -> None:
        def work() -> None:
            real()
            self._memory.delete(*keys)

        self._either(work, spare)

    def _either(self, real: _Work[_Result], spare: _Work[_Result]) -> _Result:
        if not self._down:
            try:
                return real()
            except StoreFault as fault:
                self._fail(fault)
        return spare()

    def _certainly(self, work: _Work[None]) -> None:
        """Do `work` on the real store, now or as soon as it can be used."""
        while True:
            if not self._down:
                try:
                    return work()
                except StoreFault as fault:
                    self._fail(fault)
            with self._lock:
                # It may have come back just now.
                if self._down:
                    self._owed += [work] if len(self._owed) < _MOST_OWED else []
                    return None

    def _fail(self, fault: StoreFault) -> None:
        with self._lock:
            self._failures += 1
            self._down = True
            now = time.monotonic()
            # A nearly full disk fails and works by turns, which must not fill the log as well.
            if not self._told and now >= self._quiet_until:
                self._told, self._quiet_until = True, now + _QUIET
                log.error("%s用不了（%s），先记在本进程的内存里，隔几秒再试；答复不受影响。", self._name, fault)
            if self._timer is None and not self._closed:
                # A thread of its own tries again, so that no request waits for a store that is down.
                self._timer = threading.Timer(self._pause, self._try_again)
                self._timer.daemon = True
                self._timer.start()

    def _try_again(self) -> None:
        with self._lock:
            self._timer = None
        try:
            # A full disk can still be read, so only writing tells.
            self._store.put(_PROBE, "", self._pause)
            while not self._settled():
                self._owed[0]()
                del self._owed[0]
        except StoreFault as fault:
            self._fail(fault)

    def _settled(self) -> bool:
        """Go back to the real store, unless something is still owed to it."""
        with self._lock:
            if self._owed:
                return False
            self._down = False
            if self._told:
                self._told = False
                log.warning("%s又能用了。", self._name)
            return True
