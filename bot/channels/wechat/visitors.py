"""Visitors: what the next short message of each follower may refer to, for ten minutes."""

from __future__ import annotations

import json
from asyncio import Lock
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar
from weakref import WeakValueDictionary

from bot.channels.desk import Desk
from bot.channels.wechat.card import Card
from bot.ids import keyed_name

KEPT_SECONDS = 600.0
# More than anybody asks in ten minutes by hand; what falls off is forgotten by its own time.
_MOST_WAITING = 5

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
    """The followers who wrote lately, known by a keyed hash."""

    def __init__(self, desk: Desk, token: str) -> None:
        """Keep them in the desk's store; nobody without the token can tell who they are."""
        self._store = desk.store
        self._reach = desk.reach
        self._key = token
        self._locks: WeakValueDictionary[str, Lock] = WeakValueDictionary()

    def name(self, *identity: str) -> str:
        """Return the keyed hash of an openid, or of a message's identity; it is a valid session id."""
        return keyed_name(self._key, *identity)

    async def change(self, name: str, work: Callable[[Visitor], _Result]) -> _Result:
        """Lend a visitor's state to `work` and keep it. One at a time in this process."""
        lock = self._locks.setdefault(name, Lock())
        async with lock:
            return await self._reach(self._changed, name, work)

    async def erase(self, name: str) -> None:
        """Forget a visitor and all messages."""
        lock = self._locks.setdefault(name, Lock())
        async with lock:
            await self._reach(self._store.forget, prefix(name))

    def _changed(self, name: str, work: Callable[[Visitor], _Result]) -> _Result:
        key = f"{prefix(name)}state"
        visitor = _read(self._store.get(key))
        before = _write(visitor)
        result = work(visitor)
        if (text := _write(visitor)) != before:
            self._store.put(key, text, KEPT_SECONDS)
        return result


def prefix(name: str) -> str:
    """Return what all keys of a visitor begin with."""
    return f"wechat/{name}/"


def _write(visitor: Visitor) -> str:
    return json.dumps(vars(visitor), ensure_ascii=False)


def _read(kept: str | None) -> Visitor:
    try:
        return Visitor(**json.loads(kept)) if kept else Visitor()
    except (ValueError, TypeError):
        # What another version has written is not guessed at.
        return Visitor()
