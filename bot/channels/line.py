"""Line: questions that come in at the same moment are answered together, which takes less time than one by one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.reply import Query, Reply

log = logging.getLogger(__name__)

_MOST = 32  # more would let the first wait too long


@dataclass(eq=False)
class _Group:
    """Those who are called in together."""

    loop: asyncio.AbstractEventLoop
    places: list[tuple[Query, asyncio.Future[Reply]]] = field(default_factory=list)
    seen: int = 0


class Line:
    """Where queries wait until the event loop has read all that has come in: no longer than that takes."""

    def __init__(self, prepare: Callable[[Sequence[Query]], object], reply: Callable[[Query], Reply]) -> None:
        """Answer by `reply`; where there are several, `prepare` gets all of them first."""
        self._prepare = prepare
        self._reply = reply
        self._group: _Group | None = None

    async def ask(self, query: Query) -> Reply:
        """Return the reply to a query."""
        group = self._group
        if group is None or len(group.places) == _MOST:
            # Asking for the loop is a system call, so it is done once for all.
            group = self._group = _Group(asyncio.get_running_loop())
            group.loop.call_soon(self._call, group)
        future: asyncio.Future[Reply] = group.loop.create_future()
        group.places.append((query, future))
        return await future

    def _call(self, group: _Group) -> None:
        # As long as more are coming, the group stays open.
        if group.seen < len(group.places) < _MOST:
            group.seen = len(group.places)
            group.loop.call_soon(self._call, group)
            return
        if self._group is group:
            self._group = None
        self._answer([place for place in group.places if not place[1].done()])

    def _answer(self, places: Sequence[tuple[Query, asyncio.Future[Reply]]]) -> None:
        if len(places) > 1:
            try:
                self._prepare([query for query, _ in places])
            except Exception as error:
                # Each query finds out for itself; the error's own text may hold what somebody typed.
                log.warning("同一刻的 %d 问没能一起检索，改为逐句：%s", len(places), type(error).__name__)
        for query, future in places:
            try:
                future.set_result(self._reply(query))
            except Exception as error:
                future.set_exception(error)
