"""Visitors: what the next short message of each follower may refer to, for ten minutes, and what each was told."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import TypeVar

from bot.channels.wechat.card import Card
from bot.ids import keyed_name
from bot.store import Store

KEPT_SECONDS = 600.0
# Whoever answers renews the claim; when a process dies, another still has time to answer WeChat's next try.
CLAIM_SECONDS = 3.0
# More than anybody asks in ten minutes by hand; what falls off is forgotten by its own time.
_MOST_WAITING = 5
# One visitor at a time in this process; two that share a lock wait for each other, which does no harm.
_LOCKS = 64

_Result = TypeVar("_Result")


@dataclass
class Visitor:
    """What is on the table between the account and one follower."""

    # Whether anything is known of the follower: not of one who has unsubscribed.
    known: bool = False
    # Messages whose answer was late and not yet fetched.
    waiting: list[str] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    asks: bool = False

    def postpone(self, turn_id: str) -> None:
        """Note that the answer to a message is to be fetched."""
        if turn_id not in self.waiting:
            self.waiting = [*self.waiting[-_MOST_WAITING + 1 :], turn_id]
        # From here on "1" and "继续" mean this answer, not an option or the next page of an earlier one.
        self.rest, self.options, self.asks = [], [], False

    def drop(self, turn_id: str) -> None:
        """Note that there is nothing to fetch any more."""
        if turn_id in self.waiting:
            self.waiting.remove(turn_id)

    def show(self, turn_id: str, card: Card) -> None:
        """Note what has been said."""
        self.drop(turn_id)
        if not card.passing:
            self.rest, self.options, self.asks = list(card.rest), list(card.options), card.asks


class Visitors:
    """The followers who wrote lately, known by a keyed hash; all but their names is for threads that may wait."""

    def __init__(self, store: Store, token: str) -> None:
        """Keep them in `store`; nobody without the token can tell who they are."""
        self._store = store
        self._key = token
        self._locks = [Lock() for _ in range(_LOCKS)]

    def name(self, *identity: str) -> str:
        """Return the keyed hash of an openid, or of a message's identity; it is a valid session id."""
        return keyed_name(self._key, *identity)

    def claim(self, name: str, turn_id: str) -> Visitor | None:
        """Return the visitor's state if the message is ours to answer, for a while."""

        def work(visitor: Visitor) -> Visitor | None:
            if not self._store.add(_turn(name, turn_id), "", CLAIM_SECONDS):
                return None
            visitor.known = True
            return visitor

        return self.change(name, work)

    def renew(self, name: str, turn_id: str) -> None:
        """Claim for a while more what is ours already."""
        self._store.put(_turn(name, turn_id), "", CLAIM_SECONDS)

    def settle(self, name: str, turn_id: str, card: Card) -> bool:
        """Keep what is said to a message; return False if the visitor has unsubscribed meanwhile."""
        turn = _turn(name, turn_id)
        with self._lock(name):
            visitor = _read(self._store.get(_state(name)))
            if not visitor.known:
                self._store.delete(turn)
                return False
            if turn_id not in visitor.waiting:
                visitor.show(turn_id, card)
            self._store.put_all({turn: card.dump(), _state(name): _write(visitor)}, KEPT_SECONDS)
            return True

    def outcome(self, name: str, turn_id: str) -> str | None:
        """Return the card that settled a message, an empty text while it is worked at, None if nobody has it."""
        return self._store.get(_turn(name, turn_id))

    def change(self, name: str, work: Callable[[Visitor], _Result]) -> _Result:
        """Lend a visitor's state to `work` and keep it."""
        with self._lock(name):
            visitor = _read(self._store.get(_state(name)))
            before = _write(visitor)
            result = work(visitor)
            if (text := _write(visitor)) != before:
                self._store.put(_state(name), text, KEPT_SECONDS)
            return result

    def erase(self, name: str) -> None:
        """Forget a visitor and all messages."""
        with self._lock(name):
            self._store.forget(_prefix(name))

    def _lock(self, name: str) -> Lock:
        return self._locks[hash(name) % _LOCKS]


def _prefix(name: str) -> str:
    return f"wechat/{name}/"


def _state(name: str) -> str:
    return f"{_prefix(name)}state"


def _turn(name: str, turn_id: str) -> str:
    return f"{_prefix(name)}turn/{turn_id}"


def _write(visitor: Visitor) -> str:
    return json.dumps(vars(visitor), ensure_ascii=False)


def _read(kept: str | None) -> Visitor:
    try:
        return Visitor(**json.loads(kept)) if kept else Visitor()
    except (ValueError, TypeError):
        # What another version has written is not guessed at.
        return Visitor()
