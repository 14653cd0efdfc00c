"""Decide: from ranked hits to answering, asking back or abstaining. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from index.hit import Hit, Thresholds
from index.rows import SMALLTALK

MOST_OPTIONS = 3
# Nobody is sent away or misled by small talk: more likely than not is enough.
CHATTING = 0.5
# Less sure than this, an answer is called the nearest one: what is asked may be a detail that it does not have.
SURE = 0.9
# Of what is not in the documents, more than the nearest entry is shown only where it has something to do with it.
FAINT = 0.01

Doubt = Literal["one", "several", "both", "unsure"]


@dataclass(frozen=True)
class Answer:
    """Answer with this hit."""

    hit: Hit


@dataclass(frozen=True)
class Clarify:
    """Ask whether one of these is meant, best first.

    `why`: there is one likely entry, there are several, two things were asked, or nothing more than near was found.
    """

    hits: tuple[Hit, ...]
    why: Doubt


@dataclass(frozen=True)
class Abstain:
    """Say that it is not in the documents; at most show the nearest entries."""

    nearest: tuple[Hit, ...]


Decision = Answer | Clarify | Abstain


def decide(hits: Sequence[Hit], thresholds: Thresholds) -> Decision:
    """Decide what to do with `hits`, best first."""
    entries = tuple(hit for hit in hits if not is_smalltalk(hit))[:MOST_OPTIONS]
    # Kinds of small talk lie close together; which of them it is matters less than that it is one.
    chat = sum(hit.score for hit in hits if is_smalltalk(hit))
    if hits and is_smalltalk(hits[0]) and chat >= min(CHATTING, thresholds.answer):
        return Answer(hits[0])
    best = entries[0].score if entries else 0.0
    if entries and best >= thresholds.answer:
        return Answer(entries[0])
    likely = tuple(hit for hit in entries if hit.score >= thresholds.offer)
    if likely:
        return Clarify(likely, "several" if len(likely) > 1 else "one")
    # What may well be there is never said not to be.
    if entries and best >= thresholds.near:
        return Clarify(entries, "unsure")
    return Abstain(entries[:1] + tuple(hit for hit in entries[1:] if hit.score >= FAINT))


def decide_both(questions: Sequence[Sequence[Hit]], thresholds: Thresholds) -> Clarify | None:
    """Return the entries of a message's several questions, if each is sure and they are not all the same."""
    sure = [found.hit for hits in questions if isinstance(found := decide(hits, thresholds), Answer)]
    asked = {hit.entry_id: hit for hit in sure if not is_smalltalk(hit)}
    return Clarify(tuple(asked.values()), "both") if len(asked) > 1 else None


def is_smalltalk(hit: Hit) -> bool:
    """Tell whether `hit` is small talk, not an entry."""
    return hit.entry_id.startswith(SMALLTALK)
