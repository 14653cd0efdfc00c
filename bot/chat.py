"""Chat: one question in, one reply out; knows no channel and no matching."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Literal, Protocol

from bot.decide import SMALLTALK, Abstain, Answer, Clarify, Hit, Thresholds, decide, is_smalltalk
from bot.ids import new_reply_id, new_session_id
from bot.records import Records
from bot.reply import (
    CalculatorReply,
    EntryInfo,
    Option,
    Query,
    Reply,
    trim,
)
from bot.sessions import EMPTY, Session, SessionStore
from bot.settings import Settings
from corpus.entries import Phrases
from corpus.entry import Entry
from corpus.text import fold

RELATED = 3
# China has one time zone and no summer time, so no time zone database is needed.
_CHINA = timezone(timedelta(hours=8))
_PICK = re.compile(r"[(\[]?(?:我?要?选择?|就)?第?([1-9一二三])(?:个|条|项|种|号|题)?(?:问题)?吧?[)\].。、!]?")
_NUMBERS = {"一": 1, "二": 2, "三": 3}


class Engine(Protocol):
    """What the chat needs of the index."""

    @property
    def entries(self) -> Mapping[str, Entry]:
        """The published entries by id, in order."""

    @property
    def phrases(self) -> Phrases:
        """Small talk and fixed sentences."""

    @property
    def version(self) -> str:
        """The version of the index."""

    @property
    def model_name(self) -> str:
        """The name of the model that the index was built with."""

    @property
    def quick(self) -> bool:
        """Whether a search takes less than a few thousandths of a second."""

    def search(self, text: str, k: int = 5) -> Sequence[Hit]:
        """Return the best hit of each of the `k` best entries, best first."""

    def search_many(self, texts: Sequence[str], k: int = 5) -> Sequence[Sequence[Hit]]:
        """Return what `search` does for each of `texts`, and remember it for a while."""

    def explain(self, text: str) -> object:
        """Return what speaks for each candidate, printable."""

    def thresholds(self, precision: float) -> Thresholds:
        """Return the thresholds that keep direct answers right with this probability."""

    def related(self, entry_id: str, k: int = 3) -> Sequence[str]:
        """Return the ids of the entries nearest to an entry."""

    def suggest(self, prefix: str, k: int = 5) -> Sequence[str]:
        """Return the ids of the entries whose question fits a half-typed one."""


class Calculator(Protocol):
    """The one door to the calculator."""

    def turn(self, text: str, state: str | None, hits: Sequence[Hit] | None) -> CalculatorReply | None:
        """Answer a message that asks for a number, or None if it is none; `state` is what the last reply left."""


def china_now() -> datetime:
    """Return the present time in China."""
    return datetime.now(_CHINA)


class Chat:
    """Answers questions out of one engine."""

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        sessions: SessionStore | None = None,
        records: Records | None = None,
        calculator: Calculator | None = None,
        clock: Callable[[], datetime] = china_now,
    ) -> None:
        """Join the parts; `clock` says what day it is, for answers whose school year is over."""
        self.engine = engine
        self._thresholds = engine.thresholds(settings.precision)
        self._sessions = SessionStore() if sessions is None else sessions
        self._records = records
        self._calculator = calculator
        self._clock = clock
        self._related: dict[str, list[Option]] = {}
        # What is the same in every reply is put together once.
        self._info = {id_: entry_info(entry) for id_, entry in engine.entries.items()}
        self._options = {id_: Option(entry_id=id_, question=e.question) for id_, e in engine.entries.items()}
        self._last_day = {id_: entry.valid_until for id_, entry in engine.entries.items()}
        self._smalltalk = {SMALLTALK + item.name: item.reply for item in engine.phrases.smalltalk}

    def reply(self, query: Query) -> Reply:
        """Reply to `query`, remember what the session needs and note the exchange."""
        text = trim(query.text)
        session_id = query.session_id or new_session_id()
        key = (query.channel, session_id)
        before = self._recall(key) if query.session_id else EMPTY
        reply, session = self._turn(text, before)
        if session != EMPTY or before != EMPTY:
            self._sessions.put(key, session)
        # Nobody else has this reply yet, and a copy takes longer than making it.
        reply.reply_id, reply.session_id = new_reply_id(), session_id
        if self._records is not None:
            self._records.add_reply(Query(text, query.channel), reply)
        return reply

    def prepare(self, queries: Sequence[Query]) -> None:
        """Search for several queries together, which takes less time; the engine remembers what it finds."""
        self.engine.search_many([trim(query.text) for query in queries])

    def forget(self, channel: str, session_id: str) -> None:
        """Forget what was said in a session."""
        self._sessions.forget((channel, session_id))

    def option(self, entry_id: str) -> Option:
        """Return an entry as a question to choose."""
        return self._options[entry_id]

    def related(self, entry_id: str) -> list[Option]:
        """Return up to three questions that go with an entry."""
        # Neighbours do not change while an engine lives, and looking for them costs as much as a search.
        if entry_id not in self._related:
            ids = self.engine.related(entry_id, RELATED)
            self._related[entry_id] = [self.option(other) for other in ids if other != entry_id]
        return self._related[entry_id]

    def notice(self, entry: Entry) -> str | None:
        """Return the reminder that an entry's school year is over, once it is."""
        last_day = self._last_day[entry.id]
        if last_day is None or self._clock().date() <= last_day:
            return None
        return self._say("expired").replace("{years}", entry.years)

    def _recall(self, key: tuple[str, str]) -> Session:
        session = self._sessions.get(key)
        # Sessions outlive the process: what it offered may be retired by now.
        known = all(hit.entry_id in self.engine.entries for hit in session.options)
        return session if known else EMPTY

    def _turn(self, text: str, session: Session) -> tuple[Reply, Session]:
        if not any(map(str.isalnum, text)):
            return Reply(kind="abstain", text=self._say("empty")), session
        if session.options and (place := picked(text)):
            return self._picked(place, session.options), session
        hits = self.engine.search(text)
        said = self._calculator.turn(text, session.calculation, hits) if self._calculator else None
        return self._calculated(said) if said else self._matched(hits, session)

    def _picked(self, place: int, options: tuple[Hit, ...]) -> Reply:
        if place > len(options):
            return self._offer("clarify", options, "clarify_again")
        # The user named the entry, so there is no doubt left. The list stays open for another pick.
        return self._answer(options[place - 1], confidence=1.0)

    def _calculated(self, said: CalculatorReply) -> tuple[Reply, Session]:
        entry = self.engine.entries.get(said.entry_id) if said.entry_id else None
        reply = Reply(
            kind=said.kind,
            text=said.text,
            entry=self._info[entry.id] if entry else None,
            estimate=said.estimate,
            ask=said.ask,
            confidence=0.0 if said.kind == "abstain" else 1.0,
            notice=self.notice(entry) if entry else None,
        )
        return reply, Session(calculation=said.state)

    def _matched(self, hits: Sequence[Hit], session: Session) -> tuple[Reply, Session]:
        # A question in between is answered, and the calculation stays where it was.
        goes_on = Session(calculation=session.calculation)
        match decide(hits, self._thresholds):
            case Answer(hit) if is_smalltalk(hit):
                return Reply(kind="smalltalk", text=self._smalltalk[hit.entry_id], confidence=_round(hit)), goes_on
            case Answer(hit):
                return self._answer(hit, _round(hit)), goes_on
            case Clarify(close):
                again = _ids(close) == _ids(session.options)
                offered = replace(goes_on, options=close)
                return self._offer("clarify", close, "clarify_again" if again else "clarify"), offered
            case Abstain(nearest):
                return self._offer("abstain", nearest, "abstain"), goes_on

    def _answer(self, hit: Hit, confidence: float) -> Reply:
        entry = self.engine.entries[hit.entry_id]
        passage = entry.passage(hit.passage) if hit.passage else None
        return Reply(
            kind="answer",
            text=entry.answer,
            entry=self._info[entry.id],
            passage=passage.text if passage else None,
            options=self.related(entry.id),
            confidence=confidence,
            notice=self.notice(entry),
        )

    def _offer(self, kind: Literal["clarify", "abstain"], hits: tuple[Hit, ...], phrase: str) -> Reply:
        return Reply(
            kind=kind,
            text=self._say(phrase),
            options=[self.option(hit.entry_id) for hit in hits],
            confidence=_round(hits[0]) if hits else 0.0,
        )

    def _say(self, key: str) -> str:
        return self.engine.phrases.text(key)


def picked(text: str) -> int | None:
    """Return the place in a list that `text` names and nothing else, such as "2" or "第二个"; None otherwise."""
    match = _PICK.fullmatch(fold(text))
    return (_NUMBERS.get(match[1]) or int(match[1])) if match else None


def entry_info(entry: Entry) -> EntryInfo:
    """Return where an answer comes from, as the wire shows it."""
    return EntryInfo(
        id=entry.id,
        question=entry.question,
        category=entry.category,
        basis=entry.basis or None,
        valid=f"{entry.years}学年度" if entry.years else None,
        url=f"/answers/{entry.id}",
    )


def _ids(hits: tuple[Hit, ...]) -> set[str]:
    return {hit.entry_id for hit in hits}


def _round(hit: Hit) -> float:
    return round(min(max(hit.score, 0.0), 1.0), 4)
