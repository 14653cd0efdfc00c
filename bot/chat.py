"""Chat: one question in, one reply out; knows no channel and no matching."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Literal, Protocol

from bot.decide import SURE, Abstain, Answer, Clarify, Doubt, decide, decide_both, is_smalltalk
from bot.ids import new_reply_id, new_session_id
from bot.picks import Pick, picked
from bot.records import Heard, Records
from bot.reply import (
    CalculatorReply,
    EntryInfo,
    Option,
    Query,
    Reply,
    trim,
)
from bot.sessions import EMPTY, Session, SessionStore, room_of
from bot.settings import Settings
from corpus.entry import Entry
from index.hit import Hit
from index.rows import SMALLTALK

if TYPE_CHECKING:  # its libraries are heavy, and most of what uses a chat does without
    from index.engine import Engine

RELATED = 3
# Less than this for the entry answered last: the message goes on with something else.
_STILL_THERE = 0.01
# China has one time zone and no summer time, so no time zone database is needed.
CHINA = timezone(timedelta(hours=8))


class Calculator(Protocol):
    """The one door to the calculator."""

    def turn(self, text: str, state: str | None, hits: Sequence[Hit]) -> CalculatorReply | None:
        """Answer a message that asks for a number, or None if it is none; `state` is what the last reply left.

        That is the state of a calculation, or the id of the entry that was answered last.
        """


def china_now() -> datetime:
    """Return the present time in China."""
    return datetime.now(CHINA)


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
        """Join the parts; `clock` says what day it is, for answers whose year is over."""
        self.engine = engine
        self._thresholds = engine.thresholds(settings.precision, settings.strangers)
        self._sessions = SessionStore() if sessions is None else sessions
        self._records = records
        self._calculator = calculator
        self._clock = clock
        self._related: dict[str, list[Option]] = {}
        # What is the same in every reply is put together once.
        self._info = {id_: entry_info(entry) for id_, entry in engine.entries.items()}
        self._options = {id_: _option(e) for id_, e in engine.entries.items()}
        self._last_day = {id_: entry.valid_until for id_, entry in engine.entries.items()}
        self._smalltalk = {SMALLTALK + item.name: item.reply for item in engine.phrases.smalltalk}

    def reply(self, query: Query) -> Reply:
        """Reply to `query`, remember what the session needs and note the exchange."""
        text = trim(query.text)
        session_id = query.session_id or new_session_id()
        key = (room_of(query.channel), session_id)
        before = self._recall(key) if query.session_id else EMPTY
        reply, session = self._turn(text, before)
        if session != EMPTY or before != EMPTY:
            self._sessions.put(key, session)
        # Nobody else has this reply yet, and a copy takes longer than making it.
        reply.reply_id, reply.session_id = new_reply_id(), session_id
        if self._records is not None:
            self._records.add_reply(replace(query, text=text), reply, self._heard(text, reply))
        return reply

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
        """Return the reminder that an entry's year is over, once it is."""
        last_day = self._last_day[entry.id]
        if last_day is None or self._clock().date() <= last_day:
            return None
        return self._say("expired").replace("{years}", entry.years)

    def years_over(self) -> str:
        """Return the years of all the entries once they are all over, an empty string before."""
        dated = [entry for entry in self.engine.entries.values() if entry.years]
        over = dated and all(self.notice(entry) for entry in dated)
        return "、".join(dict.fromkeys(entry.years for entry in dated)) if over else ""

    def _heard(self, text: str, reply: Reply) -> Heard:
        # Such questions are put together later, and their vectors are at hand now.
        vector = self.engine.vector(text) if reply.kind in ("abstain", "clarify") else None
        packed = None if vector is None else vector.astype("float16").tobytes()
        return Heard(self.engine.version, self.engine.model_name, packed)

    def _recall(self, key: tuple[str, str]) -> Session:
        session = self._sessions.get(key)
        # Sessions outlive the process: what it offered or answered may be retired by now.
        named = [hit.entry_id for hit in session.options] + [session.last] * bool(session.last)
        return session if all(id_ in self.engine.entries for id_ in named) else EMPTY

    def _turn(self, text: str, session: Session) -> tuple[Reply, Session]:
        if not any(map(str.isalnum, text)):
            return Reply(kind="abstain", text=self._say("empty")), session
        if session.options and (pick := picked(text, len(session.options))) is not None:
            return self._picked(pick, session)
        hits = self.engine.search(text)
        # The question of an entry, typed or tapped, is answered by it word for word.
        asks = self._calculator if self.engine.named(text) is None else None
        said = asks.turn(text, session.calculation or session.last, hits) if asks else None
        return self._calculated(said) if said else self._matched(text, hits, session)

    def _picked(self, pick: Pick, session: Session) -> tuple[Reply, Session]:
        if pick == "none":
            return Reply(kind="abstain", text=self._say("none_fits")), replace(session, options=())
        if pick == "which" or pick > len(session.options):
            return self._offer("clarify", session.options, "clarify_again"), session
        # The user named the entry, so there is no doubt left. The list stays open for another pick.
        hit = session.options[pick - 1]
        return self._answer(hit, confidence=1.0), replace(session, last=hit.entry_id)

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

    def _matched(self, text: str, hits: Sequence[Hit], session: Session) -> tuple[Reply, Session]:
        both = decide_both([self.engine.search(one) for one in self.engine.questions(text)], self._thresholds)
        decision = both or self._in_context(text, hits, session.last) or decide(hits, self._thresholds)
        # A question in between is answered, and the calculation stays where it was.
        goes_on = replace(session, options=())
        match decision:
            case Answer(hit) if is_smalltalk(hit):
                return Reply(kind="smalltalk", text=self._smalltalk[hit.entry_id], confidence=_round(hit)), goes_on
            case Answer(hit):
                return self._answer(hit, _round(hit)), replace(goes_on, last=hit.entry_id)
            case Clarify(close, why):
                again = _ids(close) == _ids(session.options)
                phrase = "clarify_again" if again else _ASKING[why]
                return self._offer("clarify", close, phrase), replace(goes_on, options=close)
            case Abstain(nearest):
                return self._offer("abstain", nearest, "abstain"), replace(goes_on, options=nearest)

    def _in_context(self, text: str, hits: Sequence[Hit], last: str | None) -> Answer | None:
        """Return what a message that leans on the last answer asks of it: 那窗口办要拿什么."""
        alone = decide(hits, self._thresholds)
        if last is None or isinstance(alone, Answer) or not self.engine.leans(text):
            return None
        question = self.engine.entries[last].question.rstrip("？?")
        together = decide(self.engine.search(f"{question}，{text}"), self._thresholds)
        if not isinstance(together, Answer):
            return None
        there = any(hit.entry_id == together.hit.entry_id and hit.score >= _STILL_THERE for hit in hits)
        return together if there else None

    def _answer(self, hit: Hit, confidence: float) -> Reply:
        entry = self.engine.entries[hit.entry_id]
        passage = entry.passage(hit.passage) if hit.passage else None
        return Reply(
            kind="answer",
            lead=None if confidence >= SURE else self._say("nearest"),
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


def entry_info(entry: Entry) -> EntryInfo:
    """Return where an answer comes from, as the wire shows it."""
    return EntryInfo(
        id=entry.id,
        question=entry.question,
        category=entry.category,
        basis=entry.basis or None,
        valid=entry.valid or None,
        url=f"/answers/{entry.id}",
    )


def _option(entry: Entry) -> Option:
    return Option(entry_id=entry.id, question=entry.question, label=entry.label or None)


# How each kind of doubt is put into words.
_ASKING: dict[Doubt, str] = {
    "one": "clarify_one",
    "several": "clarify",
    "both": "clarify_both",
    "unsure": "unsure",
}


def _ids(hits: tuple[Hit, ...]) -> set[str]:
    return {hit.entry_id for hit in hits}


def _round(hit: Hit) -> float:
    return round(min(max(hit.score, 0.0), 1.0), 4)
