"""Errand: one message in the hands of this process, claimed once and settled once, by whichever thread is first."""

from __future__ import annotations

from threading import Lock

from bot.channels.wechat.card import Card
from bot.channels.wechat.visitors import Visitor, Visitors


class Errand:
    """A message that we may answer; everything here is for threads that may wait."""

    def __init__(self, visitors: Visitors, visitor: str, turn_id: str) -> None:
        """Name the message and who sent it."""
        self.visitor = visitor
        self.turn_id = turn_id
        self._visitors = visitors
        self._lock = Lock()
        self._held = False
        self._settled = False

    @property
    def held(self) -> bool:
        """Whether it is claimed by us and not settled yet."""
        return self._held

    def claim(self) -> Visitor | None:
        """Return the visitor's state if the message is ours to answer."""
        with self._lock:
            state = None if self._settled else self._visitors.claim(self.visitor, self.turn_id)
            self._held = self._held or state is not None
            return state

    def renew(self) -> None:
        """Keep our claim alive, unless it is settled by now: an answer must not be lost to a claim."""
        with self._lock:
            if self._held:
                self._visitors.renew(self.visitor, self.turn_id)

    def settle(self, card: Card) -> bool:
        """Keep what is said to it, if that is still open; return False if the visitor has unsubscribed meanwhile."""
        with self._lock:
            if not self._held:
                return True
            self._held, self._settled = False, True
            return self._visitors.settle(self.visitor, self.turn_id, card)
