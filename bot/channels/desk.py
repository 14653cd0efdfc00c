"""Desk: what all ways in share, from the rate limit to the chat itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime

from starlette.requests import Request

from bot.channels.errors import empty_question, failed, long_question, not_ready
from bot.channels.guard import RateLimiter, client_of
from bot.channels.line import Line
from bot.channels.metrics import Metrics
from bot.chat import Calculator, Chat, Engine, china_now
from bot.records import Records
from bot.reply import MAX_QUESTION, Feedback, Query, Reply, trim
from bot.settings import Settings


class Desk:
    """Takes questions as soon as it has an engine."""

    def __init__(
        self, settings: Settings, calculator: Calculator | None = None, clock: Callable[[], datetime] = china_now
    ) -> None:
        """Make a desk without an engine; `open` gives it one."""
        self.settings = settings
        self.records = Records(settings.records) if settings.records else None
        self.metrics = Metrics(self._dropped, self._is_open)
        self._limiter = RateLimiter(settings.rate_limit)
        self._calculator = calculator
        self._clock = clock
        self._chat: Chat | None = None
        self._line = Line(self._prepare, self._reply)
        self._failed = False

    @property
    def chat(self) -> Chat:
        """The chat; before there is one, the 503 error is raised."""
        if self._chat is None:
            raise failed() if self._failed else not_ready()
        return self._chat

    def open(self, engine: Engine) -> None:
        """Start taking questions."""
        self._chat = Chat(engine, self.settings, records=self.records, calculator=self._calculator, clock=self._clock)

    def fail(self) -> None:
        """Note that there will be no engine."""
        self._failed = True

    async def ask(self, request: Request, query: Query) -> Reply:
        """Reply to `query`, within the client's limit."""
        self._limiter.check("chat", client_of(request, self.settings.proxy))
        started = time.perf_counter()
        reply = await self._line.ask(query)
        self.metrics.count_reply(reply.kind, time.perf_counter() - started)
        return reply

    def take_feedback(self, request: Request, feedback: Feedback) -> None:
        """Note whether a reply helped, within the client's limit."""
        self._limiter.check("feedback", client_of(request, self.settings.proxy))
        if self.records is not None:
            self.records.add_feedback(feedback)

    def close(self) -> None:
        """Write what is still to be written."""
        if self.records is not None:
            self.records.close()

    def _prepare(self, queries: Sequence[Query]) -> None:
        # The engine remembers what it finds.
        self.chat.engine.search_many([query.text for query in queries])

    def _reply(self, query: Query) -> Reply:
        return self.chat.reply(query)

    def _dropped(self) -> int:
        return self.records.dropped if self.records else 0

    def _is_open(self) -> bool:
        return self._chat is not None


def checked_question(text: str, field: str = "question") -> str:
    """Return the trimmed question; raise the 400 error if it is empty or too long."""
    question = trim(text)
    if not question:
        raise empty_question(field)
    if len(question) > MAX_QUESTION:
        raise long_question(field, len(question))
    return question
