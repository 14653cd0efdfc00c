"""Turns: each message is answered once and in time, however often WeChat sends it."""

from __future__ import annotations

import asyncio

from bot.channels.desk import Desk
from bot.channels.errors import Busy
from bot.channels.metrics import WechatMetrics
from bot.channels.wechat.card import Card
from bot.channels.wechat.scribe import numbers
from bot.channels.wechat.speaker import Speaker
from bot.channels.wechat.visitors import KEPT_SECONDS, Visitor, Visitors, prefix
from bot.picks import picked
from corpus.text import fold

# Whoever answers renews the claim; when a process dies, another still has time to answer WeChat's next try.
CLAIM_SECONDS = 3.0
_RENEW_SECONDS = 1.0
# WeChat tries three times within 15 seconds; after this nobody wants the answer any more.
PATIENCE_SECONDS = 60.0
FETCH = ("查看答案", "查看", "答案", "看答案", "点这里查看", "好了吗", "好了没", "答案呢")
GO_ON = ("继续", "下一段", "下一页", "继续看", "更多", "看更多", "往下", "后面呢", "点这里")
_LOOK_AGAIN = 0.1
# A late answer that is asked for may still come while we hold that request, but the reply must be on its way too.
_IN_HAND = 0.3
_ENDS = " 。.!！~"
_LONGEST_WORD = 20


class Turns:
    """Answers messages, each as a task of its own that no broken connection stops."""

    def __init__(self, desk: Desk, visitors: Visitors, speaker: Speaker, metrics: WechatMetrics) -> None:
        """Join the parts."""
        self._store = desk.store
        self._reach = desk.reach
        self._visitors = visitors
        self._speaker = speaker
        self._metrics = metrics
        self._running: dict[str, asyncio.Task[Card | None]] = {}

    async def take(self, visitor: str, turn_id: str, question: str, until: float) -> Card:
        """Return what to say to a message before the event loop's clock shows `until`."""
        task, again = self._running.get(turn_id), True
        if task is None:
            task, again = self._start(visitor, turn_id, question, until), False
        await asyncio.wait({task}, timeout=max(0.0, until - _now()))
        card = task.result() if task.done() else None
        if card is None:
            return await self._late(visitor, turn_id)
        if again:
            self._metrics.retries.inc()
            await self._hand_over(visitor, turn_id, card)
        return card

    async def forget(self, visitor: str) -> None:
        """Erase all that is known of a visitor."""
        await self._visitors.erase(visitor)
        await self._reach(self._speaker.forget, visitor)

    async def finish(self, seconds: float) -> None:
        """Wait for what is being answered; whoever has waited in vain reads that he may ask again."""
        if not self._running:
            return
        _, late = await asyncio.wait(self._running.values(), timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _start(self, visitor: str, turn_id: str, question: str, until: float) -> asyncio.Task[Card | None]:
        task = asyncio.create_task(self._work(visitor, turn_id, question, until))
        self._running[turn_id] = task
        task.add_done_callback(lambda _: self._running.pop(turn_id, None))
        return task

    async def _work(self, visitor: str, turn_id: str, question: str, until: float) -> Card | None:
        try:
            state = await self._claim(visitor, turn_id)
            if state is None:
                self._metrics.retries.inc()
            give_up = _now() + PATIENCE_SECONDS
            while state is None and _now() < give_up:
                # Another process has it, or this one had it at an earlier try.
                card = await self._outcome(visitor, turn_id, give_up)
                if card is not None:
                    await self._hand_over(visitor, turn_id, card)
                    return card
                # Whoever had it is gone.
                state = await self._claim(visitor, turn_id)
            return await self._answer(visitor, turn_id, question, state, until) if state else None
        except asyncio.CancelledError:
            await self._visitors.change(
                visitor, lambda state: self._keep(visitor, turn_id, self._speaker.hint("trouble"), state)
            )
            raise
        except Exception as error:
            return self._speaker.trouble(error)

    async def _claim(self, visitor: str, turn_id: str) -> Visitor | None:
        """Return the visitor's state if the message is ours to answer."""

        def work(state: Visitor) -> Visitor | None:
            if not self._store.add(_name(visitor, turn_id), "", CLAIM_SECONDS):
                return None
            state.known = True
            return state

        return await self._visitors.change(visitor, work)

    async def _answer(self, visitor: str, turn_id: str, question: str, state: Visitor, until: float) -> Card:
        give_up = _now() + PATIENCE_SECONDS
        saying = asyncio.ensure_future(self._say(visitor, state, question, until))
        while not (await asyncio.wait({saying}, timeout=_RENEW_SECONDS))[0] and _now() < give_up:
            await self._reach(self._store.put, _name(visitor, turn_id), "", CLAIM_SECONDS)
        card = await saying
        if not await self._visitors.change(visitor, lambda state: self._keep(visitor, turn_id, card, state)):
            await self._reach(self._speaker.forget, visitor)
        return card

    def _keep(self, visitor: str, turn_id: str, card: Card, state: Visitor) -> bool:
        """Keep the outcome of a turn; return False if the visitor has unsubscribed meanwhile."""
        if not state.known:
            self._store.delete(_name(visitor, turn_id))
            return False
        self._store.put(_name(visitor, turn_id), card.dump(), KEPT_SECONDS)
        if turn_id not in state.waiting:
            state.show(turn_id, card)
        return True

    async def _say(self, visitor: str, state: Visitor, question: str, until: float) -> Card:
        # Only a short text can be one of these, and folding a long one takes a while.
        short = question if len(question) <= _LONGEST_WORD else ""
        word, pick = fold(short).strip(_ENDS), picked(short, len(state.options))
        number = pick if isinstance(pick, int) else 0
        if word in GO_ON and state.rest:
            return Card(state.rest[0], tuple(state.rest[1:]))
        if state.waiting and (word in (*FETCH, *GO_ON) or (number == 1 and not state.options)):
            return await self._fetch(visitor, state.waiting[0], until - _IN_HAND)
        if word in (*FETCH, *GO_ON) or (number and not state.options and not state.asks):
            return self._speaker.hint("nothing_more")
        if number and number <= len(state.options):
            question = state.options[number - 1]
        elif number and not state.asks:
            return self._speaker.hint("pick_again", numbers=numbers(len(state.options)))
        try:
            return await self._speaker.answer(visitor, question, PATIENCE_SECONDS)
        except Busy:
            self._metrics.overruns.inc()
            return self._speaker.hint("busy")

    async def _fetch(self, visitor: str, turn_id: str, until: float) -> Card:
        """Return the answer to an earlier message, which was late."""
        card = await self._outcome(visitor, turn_id, until)
        if card is None and await self._reach(self._store.get, _name(visitor, turn_id)) is not None:
            return self._speaker.hint("waiting")
        await self._visitors.change(visitor, lambda state: state.drop(turn_id))
        # It was promised, but whoever worked on it has died.
        return card or self._speaker.hint("trouble")

    async def _outcome(self, visitor: str, turn_id: str, until: float) -> Card | None:
        """Wait for the outcome of a turn, wherever it runs; None if it does not come or is gone."""
        while True:
            kept = await self._reach(self._store.get, _name(visitor, turn_id))
            if kept:
                return Card.load(kept)
            if kept is None or _now() + _LOOK_AGAIN > until:
                return None
            await asyncio.sleep(_LOOK_AGAIN)

    async def _hand_over(self, visitor: str, turn_id: str, card: Card) -> None:
        """Note that an answer that was late has reached the visitor after all, with a later try."""

        def work(state: Visitor) -> None:
            if turn_id in state.waiting:
                state.show(turn_id, card)

        await self._visitors.change(visitor, work)

    async def _late(self, visitor: str, turn_id: str) -> Card:
        self._metrics.overruns.inc()

        def work(state: Visitor) -> None:
            # Nothing is noted of somebody who has unsubscribed meanwhile.
            if state.known:
                state.postpone(turn_id)

        await self._visitors.change(visitor, work)
        return self._speaker.hint("waiting")


def _name(visitor: str, turn_id: str) -> str:
    return f"{prefix(visitor)}turn/{turn_id}"


def _now() -> float:
    return asyncio.get_running_loop().time()
