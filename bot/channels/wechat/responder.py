"""Responder: asks the desk, and says its reply the way a phone shows it."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable

from bot.channels.desk import Desk, checked_question
from bot.channels.errors import ApiError, broken
from bot.channels.wechat.card import Card
from bot.channels.wechat.scribe import Scribe
from bot.reply import Query

log = logging.getLogger(__name__)

CHANNEL = "wechat"


class Responder:
    """Turns questions into cards; whatever goes wrong becomes a sentence too."""

    def __init__(self, desk: Desk) -> None:
        """Speak for `desk`, as soon as it is open."""
        self._desk = desk

    def answer(self, visitor: str, question: str) -> Card:
        """Return what to say to a visitor's question; for a thread that may wait."""
        try:
            query = Query(checked_question(question), CHANNEL, visitor)
            reply = self._desk.reply(visitor, query)
            card = self._scribe().card(reply)
            return card if card.text.strip() else self.hint("trouble")
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
