"""Watch: notices that another index has been published, tries it, and lets it answer without a pause."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Callable

from bot.channels.desk import Desk, Live
from bot.channels.follower import Follower
from bot.place import Mark, corpus_beside, mark_of, pinned
from bot.reply import Query
from bot.settings import Settings
from corpus.check import PHRASES
from index.engine import Engine

log = logging.getLogger(__name__)

# A publish is to reach every worker within five seconds, of which loading takes the most.
LOOK_SECONDS = 1.0

Load = Callable[[Settings], Engine]


class Watch:
    """Opens the index in use at start, and again whenever another one takes its place."""

    seconds = LOOK_SECONDS

    def __init__(self, desk: Desk, load: Load, follow: Follower | None = None) -> None:
        """Open for `desk` with `load`; `follow` takes what other machines have published."""
        self._desk = desk
        self._load = load
        self._follow = follow
        self._seen: Mark = ()

    async def run(self) -> None:
        """Open the index, then look for another one until cancelled."""
        if self._follow:
            await self._follow.begin()
        await self.begin()
        while True:
            await asyncio.sleep(self.seconds)
            if self._follow:
                await self._follow.look()
            await self.look()

    async def begin(self) -> None:
        """Open the index for the first time; without one the process stays up and says so."""
        try:
            self._seen, live = await asyncio.to_thread(self._open)
        except Exception as error:
            # The process stays up, so that /api/ready can say 503 and a person can read this line.
            self._seen = await asyncio.to_thread(mark_of, self._desk.settings)
            log.error("索引没有装入，不能回答问题：%s", error, exc_info=log.isEnabledFor(logging.DEBUG))
            self._desk.fail()
        else:
            self._desk.take(live)
            log.info("索引已装入，可以回答 %d 条问答。", len(live.chat.engine.entries))

    async def look(self) -> bool:
        """Take another index if there is one and it answers; tell whether it was taken."""
        mark = await asyncio.to_thread(mark_of, self._desk.settings)
        if mark == self._seen:
            return False
        try:
            self._seen, live = await asyncio.to_thread(self._tried)
        except Exception as error:
            self._seen = mark
            log.error("新的索引不能用，继续用原来的回答：%s", error, exc_info=log.isEnabledFor(logging.DEBUG))
            return False
        self._desk.take(live)
        await asyncio.to_thread(_settle)
        engine = live.chat.engine
        log.info("换上了新的索引 %s，可以回答 %d 条问答；没有停。", engine.version, len(engine.entries))
        return True

    def _open(self) -> tuple[Mark, Live]:
        # What is written after this is seen the next time.
        mark = mark_of(self._desk.settings)
        settings = pinned(self._desk.settings)
        return mark, self._desk.prepare(self._load(settings), corpus_beside(settings.index))

    def _tried(self) -> tuple[Mark, Live]:
        mark, live = self._open()
        try_out(live)
        return mark, live


def try_out(live: Live) -> None:
    """Raise what is wrong with an index that cannot say what it must, or does not know its own questions."""
    engine = live.chat.engine
    for key in PHRASES:
        engine.phrases.text(key)
    for entry in engine.entries.values():
        hits = engine.search(entry.question)
        if not hits or hits[0].entry_id != entry.id:
            raise ValueError(f"问 {entry.id} 的标准问题，找到的不是它")
    first = next(iter(engine.entries.values()))
    live.presenter.reply(live.trial.reply(Query(first.question, "trial")))


def _settle() -> None:
    """Let the index before go, and keep the collector away from the new one."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
