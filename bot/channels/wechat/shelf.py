"""Shelf: what the channel remembers for some minutes; while the store is down, in this process alone."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol, TypeVar

log = logging.getLogger(__name__)

_T = TypeVar("_T")
_MOST = 10_000


class Store(Protocol):
    """What the channel needs of a store that several processes may share."""

    def get(self, key: str) -> str | None:
        """Return the value of `key`, or None."""

    def put(self, key: str, value: str, seconds: float) -> None:
        """Keep `value` for so long."""

    def add(self, key: str, value: str, seconds: float) -> bool:
        """Claim a free key for one of all processes; False if it is taken."""

    def delete(self, *keys: str) -> None:
        """Forget `keys`."""


class Shelf:
    """A store that never fails and never makes the event loop wait."""

    def __init__(self, store: Store | None, failed: Callable[[], None]) -> None:
        """Keep things in `store`; `failed` is told whenever it could not."""
        self._store = store
        self._spare = _Memory()
        self._failed = failed

    async def get(self, key: str) -> str | None:
        """Return the value of `key`, or None."""
        return await self._try(lambda store: store.get(key))

    async def put(self, key: str, value: str, seconds: float) -> None:
        """Keep `value` for so long."""
        await self._try(lambda store: store.put(key, value, seconds))

    async def add(self, key: str, value: str, seconds: float) -> bool:
        """Claim a free key for one of all processes; False if it is taken."""
        return await self._try(lambda store: store.add(key, value, seconds))

    async def delete(self, *keys: str) -> None:
        """Forget `keys`."""
        await self._try(lambda store: store.delete(*keys))

    async def _try(self, work: Callable[[Store], _T]) -> _T:
        if self._store is not None:
            try:
                return await asyncio.to_thread(work, self._store)
            except Exception as error:
                # Whatever driver stands behind it; its message could hold what was to be written.
                log.error("微信的存储用不了（%s），这一次只记在本进程里。", type(error).__name__)
                self._failed()
        return work(self._spare)


class _Memory:
    """The store of one process; the oldest goes first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[float, str]] = OrderedDict()

    def get(self, key: str) -> str | None:
        until, value = self._kept.get(key, (0.0, None))
        return value if time.monotonic() < until else None

    def put(self, key: str, value: str, seconds: float) -> None:
        self._kept[key] = (time.monotonic() + seconds, value)
        self._kept.move_to_end(key)
        while len(self._kept) > _MOST:
            self._kept.popitem(last=False)

    def add(self, key: str, value: str, seconds: float) -> bool:
        free = self.get(key) is None
        if free:
            self.put(key, value, seconds)
        return free

    def delete(self, *keys: str) -> None:
        for key in keys:
            self._kept.pop(key, None)
