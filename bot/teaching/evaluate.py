"""Evaluate: how a reader does on sentences that it has not learned from, against what their annotations come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from bot.calculator.dialogue import TALK, Calculator
from bot.calculator.reader import HEADS, Reader, Reading, Sentence
from bot.calculator.tokens import Lexicon
from bot.reply import CalculatorReply
from bot.teaching.annotations import WRITTEN, Annotation

RIGHT, ASKED, SILENT, WRONG = "right", "asked", "silent", "wrong number"


@dataclass(frozen=True)
class Judged:
    """A sentence, what came of it, what should have come, and how that is judged."""

    sentence: Annotation
    got: str
    expected: str
    verdict: str


def judge(
    calculator: Calculator, reader: Reader, sentences: Iterable[Annotation], known: Mapping[Decimal, str]
) -> Iterator[Judged]:
    """Yield the verdict on each first message."""
    for sentence in sentences:
        if sentence.asked:
            continue
        reading = reader.read(sentence.text, sentence.spans, "", known)
        heard = Sentence(sentence.text, sentence.spans, reading, reader.lexicon, known, WRITTEN)
        got, expected = (_outcome(calculator.answer(one)) for one in (heard, gold(sentence, reader.lexicon, known)))
        yield Judged(sentence, got, expected, _verdict(got, expected))


def follow_ups(reader: Reader, sentences: Iterable[Annotation], known: Mapping[Decimal, str]) -> Counter[bool]:
    """Count the follow-ups that are read right in every part that matters."""
    counts: Counter[bool] = Counter()
    for sentence in sentences:
        if sentence.asked:
            reading = reader.read(sentence.text, sentence.spans, sentence.asked, known)
            heads = ("task",) if sentence.heads["task"] in TALK else tuple(HEADS)
            roles = tuple(role for role, _ in reading.roles)
            counts[all(reading[head] == sentence.heads[head] for head in heads) and roles == sentence.roles] += 1
    return counts


def gold(sentence: Annotation, lexicon: Lexicon, known: Mapping[Decimal, str]) -> Sentence:
    """Return a sentence as a reader without a doubt would read it."""
    heads = {name: {value: float(value == sentence.heads[name]) for value in values} for name, values in HEADS.items()}
    reading = Reading(heads, tuple((role, 1.0) for role in sentence.roles))
    return Sentence(sentence.text, sentence.spans, reading, lexicon, known, WRITTEN)


def _outcome(reply: CalculatorReply | None) -> str:
    if reply is None:
        return "none"
    if reply.estimate:
        return "=" + reply.estimate.results[0].value + reply.estimate.results[0].unit
    return f"ask:{reply.ask.slot}" if reply.ask else "absent"


def _verdict(got: str, expected: str) -> str:
    if got == expected or {got, expected} == {"none", "absent"}:
        return RIGHT
    if got.startswith("="):
        return WRONG
    return ASKED if got.startswith("ask:") else SILENT
