"""Turns: each message is answered once and in time, however often WeChat sends it."""

from __future__ import annotations

import asyncio

from bot.channels.desk import Desk
from bot.channels.errors import Busy
from bot.channels.metrics import WechatMetrics
from bot.channels.wechat.card import Card
from bot.channels.wechat.errand import Errand
from bot.channels.wechat.responder import Responder
from bot.channels.wechat.scribe import numbers
from bot.channels.wechat.visitors import Visitor, Visitors
from bot.picks import picked
from corpus.text import fold

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
# What a message asks for: a card is what to say, a text the id of a message whose late answer is to be fetched.
_Said = Card | str


class Turns:
    """Answers messages, each as a task of its own that no broken connection stops."""

    def __init__(self, desk: Desk, visitors: Visitors, responder: Responder, metrics: WechatMetrics) -> None:
        """Join the parts."""
        self._desk = desk
        self._reach = desk.reach
        self._visitors = visitors
        self._responder = responder
        self._metrics = metrics
        self._running: dict[str, asyncio.Task[Card | None]] = {}
        self._errands: set[Errand] = set()
        self._renewing: asyncio.Task[None] | None = None

    async def take(self, visitor: str, turn_id: str, question: str, until: float) -> Card:
        """Return what to say to a message before the event loop's clock shows `until`."""
        task, again = self._running.get(turn_id), True
        if task is None:
            task, again = self._start(Errand(self._visitors, visitor, turn_id), question, until), False
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
        await self._reach(self._visitors.erase, visitor)
        await self._reach(self._responder.forget, visitor)

    async def finish(self, seconds: float) -> None:
        """Wait for what is being answered; whoever has waited in vain reads that he may ask again."""
        if not self._running:
            return
        _, late = await asyncio.wait(self._running.values(), timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _start(self, errand: Errand, question: str, until: float) -> asyncio.Task[Card | None]:
        task = asyncio.create_task(self._work(errand, question, until))
        self._running[errand.turn_id] = task
        self._errands.add(errand)
        task.add_done_callback(lambda _: self._end(errand))
        if self._renewing is None or self._renewing.done():
            self._renewing = asyncio.create_task(self._renew())
        return task

    def _end(self, errand: Errand) -> None:
        self._running.pop(errand.turn_id, None)
        self._errands.discard(errand)

    async def _renew(self) -> None:
        """Keep the claims alive of what takes long."""
        while self._errands:
            await asyncio.sleep(_RENEW_SECONDS)
            for errand in [one for one in self._errands if one.held]:
                await self._reach(errand.renew)

    async def _work(self, errand: Errand, question: str, until: float) -> Card | None:
        give_up, again = _now() + PATIENCE_SECONDS, False
        try:
            while _now() < give_up:
                card = await self._answer(errand, question, until)
                if card is None:
                    # Another process has it, or this one had it at an earlier try.
                    self._metrics.retries.inc(not again)
                    again = True
                    card = await self._outcome(errand.visitor, errand.turn_id, give_up)
                    if card is not None:
                        await self._hand_over(errand.visitor, errand.turn_id, card)
                if card is not None:
                    return card
                # Whoever had it is gone.
            return None
        except asyncio.CancelledError:
            await self._reach(self._excuse, errand, self._responder.hint("trouble"))
            raise
        except Exception as error:
            return self._responder.trouble(error)

    async def _answer(self, errand: Errand, question: str, until: float) -> Card | None:
        """Return what is said to a message, or None if it is not ours to answer."""
        try:
            said = await self._desk.workers.run(self._serve, errand, question, seconds=PATIENCE_SECONDS)
        except Busy:
            busy = self._responder.hint("busy")
            if not await self._reach(self._excuse, errand, busy):
                return None
            self._metrics.overruns.inc()
            return busy
        if isinstance(said, str):
            said = await self._fetch(errand.visitor, said, until - _IN_HAND)
            await self._reach(self._settle, errand, said)
        return said

    def _serve(self, errand: Errand, question: str) -> _Said | None:
        """Claim a message, answer it and keep what is said, all in the one thread: to change it costs most of all."""
        state = errand.claim()
        if state is None:
            return None
        said = self._say(errand.visitor, state, question)
        if isinstance(said, Card):
            self._settle(errand, said)
        return said

    def _settle(self, errand: Errand, card: Card) -> None:
        if not errand.settle(card):
            self._responder.forget(errand.visitor)

    def _excuse(self, errand: Errand, card: Card) -> bool:
        """Settle what cannot be answered; return False if somebody else has it."""
        if not errand.held and errand.claim() is None:
            return False
        self._settle(errand, card)
        return True

    def _say(self, visitor: str, state: Visitor, question: str) -> _Said:
        # Only a short text can be one of these, and folding a long one takes a while.
        short = question if len(question) <= _LONGEST_WORD else ""
        word, pick = fold(short).strip(_ENDS), picked(short, len(state.options))
        number = pick if isinstance(pick, int) else 0
        if word in GO_ON and state.rest:
            return Card(state.rest[0], tuple(state.rest[1:]))
        if state.waiting and (word in (*FETCH, *GO_ON) or (number == 1 and not state.options)):
            return state.waiting[0]
        if word in (*FETCH, *GO_ON) or (number and not state.options and not state.asks):
            return self._responder.hint("nothing_more")
        if number and number <= len(state.options):
            question = state.options[number - 1]
        elif number and not state.asks:
            return self._responder.hint("pick_again", numbers=numbers(len(state.options)))
        return self._responder.answer(visitor, question)

    async def _fetch(self, visitor: str, turn_id: str, until: float) -> Card:
        """Return the answer to an earlier message, which was late."""
        card = await self._outcome(visitor, turn_id, until)
        if card is None and await self._reach(self._visitors.outcome, visitor, turn_id) is not None:
            return self._responder.hint("waiting")
        await self._reach(self._visitors.change, visitor, lambda state: state.drop(turn_id))
        # It was promised, but whoever worked on it has died.
        return card or self._responder.hint("trouble")

    async def _outcome(self, visitor: str, turn_id: str, until: float) -> Card | None:
        """Wait for the outcome of a turn, wherever it runs; None if it does not come or is gone."""
        while True:
            kept = await self._reach(self._visitors.outcome, visitor, turn_id)
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

        await self._reach(self._visitors.change, visitor, work)

    async def _late(self, visitor: str, turn_id: str) -> Card:
        self._metrics.overruns.inc()

        def work(state: Visitor) -> None:
            # Nothing is noted of somebody who has unsubscribed meanwhile.
            if state.known:
                state.postpone(turn_id)

        await self._reach(self._visitors.change, visitor, work)
        return self._responder.hint("waiting")


def _now() -> float:
    return asyncio.get_running_loop().time()
