"""Desk: what all ways in share, from the rate limit to the chat itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from starlette.requests import Request

from bot.channels.errors import ApiError, empty_question, failed, long_question, not_ready
from bot.channels.guard import RateLimiter, client_of
from bot.channels.metrics import Metrics
from bot.channels.presenter import Presenter
from bot.channels.workers import Workers
from bot.chat import Calculator, Chat, china_now
from bot.opening import open_calculator, open_records, open_store
from bot.reply import MAX_QUESTION, Feedback, Language, Option, Query, Reply, trim
from bot.sessions import SessionStore
from bot.settings import Settings
from bot.stores.safe import SafeStore
from corpus.entries import corpus_path
from index.engine import Engine

# A message in hand has several things to keep, and all of them must be kept.
MOST_KEPT = 10_000
STORE_SECONDS = 60.0

# While one question is typed, the window asks for suggestions about so many times at most.
TYPED = 10
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Live:
    """All that answers with one index and goes with it: taken and let go of as a whole."""

    chat: Chat
    trial: Chat
    """Answers like the chat, and leaves nothing in sessions and records."""
    presenter: Presenter
    corpus: Path


class Desk:
    """Takes questions as soon as it has an engine."""

    def __init__(
        self, settings: Settings, calculator: Calculator | None = None, clock: Callable[[], datetime] = china_now
    ) -> None:
        """Make a desk without an engine; `open` gives it one."""
        self.settings = settings
        self.records = open_records(settings)
        self.store = open_store(settings)
        self.workers = Workers()
        # Apart from the answers, or a slow one would hold up the word that it is slow.
        self._keepers = Workers(most=MOST_KEPT, lanes=1)
        self.metrics = Metrics(
            dropped=lambda: self.records.dropped if self.records else 0,
            noted=lambda: self.records.waiting if self.records else 0,
            asked=lambda: self.workers.busy,
            ready=lambda: self.ready,
            store_failures=lambda: self.store.failures if isinstance(self.store, SafeStore) else 0,
            store_refused=lambda: self.store.refused,
        )
        self._limiter = RateLimiter(settings.rate_limit, self.store)
        self._calculator = calculator
        self._clock = clock
        self._live: Live | None = None
        self._failed = False

    @property
    def live(self) -> Live:
        """What answers now; before there is an engine, the 503 error is raised."""
        if self._live is None:
            raise self._closed()
        return self._live

    @property
    def chat(self) -> Chat:
        """The chat; before there is one, the 503 error is raised."""
        return self.live.chat

    @property
    def presenter(self) -> Presenter:
        """What puts replies into the reader's words; before there is an engine, the 503 error is raised."""
        return self.live.presenter

    @property
    def ready(self) -> bool:
        """Whether there is an engine to ask."""
        return self._live is not None

    def say(self, key: str) -> str:
        """Return a sentence of the bot; nothing while there is no engine."""
        return self._live.chat.engine.phrases.text(key) if self._live else ""

    def find(self, key: str) -> str:
        """Return a sentence that an office may leave out, then an empty one."""
        return self._live.chat.engine.phrases.find(key) if self._live else ""

    def bar(self, language: Language = "zh-Hans") -> str | None:
        """Return the one sentence that says that the year of all answers is over."""
        years = self._live.chat.years_over() if self._live else ""
        return self.presenter.say(language)("expired_bar").replace("{years}", years) if years else None

    def prepare(self, engine: Engine, folder: Path | None = None) -> Live:
        """Return all that answers with an engine, ready to take questions; `folder` is its corpus."""
        calculator = self._calculator or open_calculator(engine, self._clock, folder)
        chat = Chat(engine, self.settings, SessionStore(self.store), self.records, calculator, self._clock)
        trial = Chat(engine, self.settings, calculator=calculator, clock=self._clock)
        return Live(chat, trial, Presenter(engine.phrases, engine.entries), folder or corpus_path())

    def open(self, engine: Engine, folder: Path | None = None) -> None:
        """Start taking questions."""
        self.take(self.prepare(engine, folder))

    def take(self, live: Live) -> None:
        """Answer with `live` from now on; what is being answered ends with what it began with."""
        self._live = live
        engine = live.chat.engine
        self.metrics.show_index(engine.version, len(engine.entries))

    def fail(self) -> None:
        """Note that there will be no engine."""
        self._failed = True

    async def ask(self, request: Request, query: Query) -> Reply:
        """Reply to `query`, within the client's limit."""
        if self._live is None:
            raise self._closed()
        return await self.workers.run(self.reply, client_of(request, self.settings.proxy), query)

    def reply(self, client: str, query: Query) -> Reply:
        """Reply to `query` of a client known by name, within its limit; for a thread that may wait."""
        self._limiter.check("chat", client)
        started = time.perf_counter()
        reply = self.chat.reply(query)
        self.metrics.count_reply(reply.kind, reply.confidence, time.perf_counter() - started)
        return reply

    async def reach(self, work: Callable[..., _Result], *arguments: object) -> _Result:
        """Return what `work` on the store returns."""
        return await self._keepers.run(work, *arguments, seconds=STORE_SECONDS)

    async def take_feedback(self, request: Request, feedback: Feedback) -> None:
        """Note whether a reply helped, within the client's limit."""
        await self.workers.run(self._note, client_of(request, self.settings.proxy), feedback)

    async def suggest(self, request: Request, prefix: str, most: int) -> list[Option]:
        """Return the entries that what is being typed may become, within the client's limit."""
        return await self.workers.run(self._suggest, client_of(request, self.settings.proxy), prefix, most)

    def now(self) -> float:
        """Return the time, in seconds since 1970."""
        return self._clock().timestamp()

    def forget(self, channel: str, session_id: str) -> None:
        """Forget a conversation: what it refers to, and what was recorded of it."""
        if self._live is not None:
            self._live.chat.forget(channel, session_id)
        if self.records is not None:
            self.records.erase(channel, session_id)

    def close(self) -> None:
        """Write what is still to be written and close the store."""
        self.workers.close()
        self._keepers.close()
        if self.records is not None:
            self.records.close()
        self.store.close()

    def _closed(self) -> ApiError:
        return failed() if self._failed else not_ready()

    def _suggest(self, client: str, prefix: str, most: int) -> list[Option]:
        self._limiter.check("suggest", client, TYPED)
        chat = self.chat  # the one that found an entry knows it, whatever is published meanwhile
        return [chat.option(entry_id) for entry_id in chat.engine.suggest(prefix, most)]

    def _note(self, client: str, feedback: Feedback) -> None:
        self._limiter.check("feedback", client)
        if self.records is not None:
            self.records.add_feedback(feedback)


def checked_question(text: str, field: str = "question") -> str:
    """Return the trimmed question; raise the 400 error if it is empty or too long."""
    question = trim(text)
    if not question:
        raise empty_question(field)
    if len(question) > MAX_QUESTION:
        raise long_question(field, len(question))
    return question
