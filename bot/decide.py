"""Decide: from ranked hits to answering, asking back or abstaining. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

SMALLTALK = "smalltalk/"
MOST_OPTIONS = 3
# More likely right than wrong: too little to answer, too much to say that there is nothing.
LIKELY = 0.5
# Less than this for all entries with numbers together: hardly one that can be computed.
NUMERIC = 0.08


class Hit(Protocol):
    """What a decision needs to know of a hit of the index."""

    @property
    def entry_id(self) -> str:
        """The entry, or "smalltalk/" and a name."""

    @property
    def score(self) -> float:
        """The probability, 0 to 1, that this entry is right."""

    @property
    def passage(self) -> str:
        """The name of the part asked for, or an empty string."""


class Thresholds(Protocol):
    """The three numbers that a decision turns on."""

    @property
    def answer(self) -> float:
        """The lowest score that is answered directly."""

    @property
    def suggest(self) -> float:
        """The lowest score that is offered when asking back."""

    @property
    def margin(self) -> float:
        """The gap under which two good hits are too close to choose for the user."""


@dataclass(frozen=True)
class Answer:
    """Answer with this hit."""

    hit: Hit


@dataclass(frozen=True)
class Clarify:
    """Ask which of these two or three is meant, best first."""

    hits: tuple[Hit, ...]


@dataclass(frozen=True)
class Abstain:
    """Do not answer; at most offer the nearest entries."""

    nearest: tuple[Hit, ...]


Decision = Answer | Clarify | Abstain


def decide(hits: Sequence[Hit], thresholds: Thresholds) -> Decision:
    """Decide what to do with `hits`, best first."""
    entries = tuple([hit for hit in hits if not is_smalltalk(hit)])
    if hits and is_smalltalk(hits[0]) and _chats(hits[0], entries, thresholds):
        return Answer(hits[0])
    close = _close(entries, thresholds)
    if len(close) > 1:
        return Clarify(close)
    if entries and entries[0].score >= thresholds.answer:
        return Answer(entries[0])
    if len(entries) > 1 and entries[0].score >= max(LIKELY, thresholds.suggest):
        return Clarify(entries[:2])
    return Abstain(entries[:MOST_OPTIONS])


def is_numeric(hits: Sequence[Hit], computed: Collection[str]) -> bool:
    """Tell whether one of the entries `computed` with is likely enough for a number to be worked out."""
    return sum([hit.score for hit in hits if hit.entry_id in computed]) >= NUMERIC


def is_smalltalk(hit: Hit) -> bool:
    """Tell whether `hit` is small talk, not an entry."""
    return hit.entry_id.startswith(SMALLTALK)


def _chats(smalltalk: Hit, entries: tuple[Hit, ...], thresholds: Thresholds) -> bool:
    """Small talk it is, unless a real question comes with it ("你好，少儿医保每年交多少钱")."""
    if smalltalk.score < thresholds.answer:
        return False
    return (
        not entries or entries[0].score < thresholds.answer or smalltalk.score - entries[0].score >= thresholds.margin
    )


def _close(entries: tuple[Hit, ...], thresholds: Thresholds) -> tuple[Hit, ...]:
    """Return the hits worth asking about: none reaches the answer, or several do and are nearly level."""
    able = entries[:MOST_OPTIONS]
    if entries and entries[0].score >= thresholds.answer:
        least, gap = max(thresholds.answer, thresholds.suggest), thresholds.margin
        return tuple(hit for hit in able if hit.score >= least and (hit is able[0] or able[0].score - hit.score < gap))
    return tuple(hit for hit in able if hit.score >= thresholds.suggest)
