"""Speaker: asks the desk, and says its reply the way a phone shows it."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from bot.channels.desk import Desk, checked_question
from bot.channels.errors import ApiError, broken
from bot.channels.wechat.card import Card
from bot.channels.wechat.scribe import Scribe
from bot.reply import Query

log = logging.getLogger(__name__)

CHANNEL = "wechat"
THREADS = 16
# At 16 a time, those in the last place would wait too long if answers took half a second.
MOST_ANSWERS = 256
# Python runs one thread at a time, so more would only get in each other's way, unless one is slow.
_LANES = 2
_SLOW_SECONDS = 0.05
_T = TypeVar("_T")


class PoolFull(Exception):
    """As many answers are being worked out as there may be."""


class Pool:
    """A few threads for answers, so that no answer holds up the event loop."""

    def __init__(self, threads: int = THREADS, most: int = MOST_ANSWERS) -> None:
        """Let `most` wait or run at a time."""
        self._threads = ThreadPoolExecutor(threads, "wechat")
        self._lanes = asyncio.Semaphore(_LANES)
        self._free = most

    async def run(self, work: Callable[[str, Query], _T], visitor: str, query: Query) -> _T:
        """Return what `work` returns; raise PoolFull at once if too many wait already."""
        if not self._free:
            raise PoolFull
        self._free -= 1
        try:
            async with self._lanes:
                job = asyncio.get_running_loop().run_in_executor(self._threads, work, visitor, query)
                await asyncio.wait({job}, timeout=_SLOW_SECONDS)
            return await job
        finally:
            self._free += 1


class Speaker:
    """Turns questions into cards; whatever goes wrong becomes a sentence too."""

    def __init__(self, desk: Desk, pool: Pool) -> None:
        """Speak for `desk`, as soon as it is open; where it is not quick, its answers are worked out in `pool`."""
        self._desk = desk
        self._pool = pool

    async def answer(self, visitor: str, question: str) -> Card:
        """Return what to say to a visitor's question; raise PoolFull at once if too many wait already."""
        try:
            query = Query(checked_question(question), CHANNEL, visitor)
            if self._desk.quick:
                reply = await self._desk.converse(visitor, query)
            else:
                reply = await self._pool.run(self._desk.answer, visitor, query)
            card = self._scribe().card(reply)
            return card if card.text.strip() else self.hint("trouble")
        except PoolFull:
            raise
        except ApiError as error:
            self._desk.metrics.count_error(error.code)
            return Card(error.message, passing=True)
        except Exception as error:
            return self.trouble(error)

    def trouble(self, error: Exception) -> Card:
        """Return what to say instead of an answer after a fault of ours, and log where it was."""
        # The fault's own text may hold what somebody typed, so only its place is logged.
        place = "".join(traceback.format_tb(error.__traceback__))
        log.error("公众号的一次答复出错：%s\n%s", type(error).__name__, place)
        return self.hint("trouble")

    def hint(self, key: str, **values: str) -> Card:
        """Return one of the fixed sentences."""
        return self._said(lambda scribe: scribe.hint(key, **values))

    def welcome(self) -> Card:
        """Return what a new follower reads."""
        return self._said(Scribe.welcome)

    def question(self, entry_id: str) -> str:
        """Return the question of an entry that a link or button names, or an empty string."""
        try:
            entry = self._desk.chat.engine.entries.get(entry_id)
        except ApiError:
            return ""
        return entry.question if entry else ""

    def forget(self, visitor: str) -> None:
        """Forget the visitor's conversation."""
        self._desk.forget(CHANNEL, visitor)

    def _said(self, say: Callable[[Scribe], Card]) -> Card:
        try:
            return say(self._scribe())
        except ApiError as error:
            return Card(error.message, passing=True)
        except Exception as error:
            log.error("公众号少了一句话：%s", type(error).__name__)
            return Card(broken().message, passing=True)

    def _scribe(self) -> Scribe:
        engine, settings = self._desk.chat.engine, self._desk.settings
        return Scribe(engine.phrases, engine.entries, settings.public_url, settings.wechat_staff)
