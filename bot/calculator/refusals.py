"""Refusals: what people ask a number of that the documents do not give."""

from __future__ import annotations

import re

from bot.calculator.bill import MONEY
from bot.calculator.reading import Reading, Slots
from bot.calculator.topics import CLAIM
from bot.calculator.vocabulary import GAP, Places, Vocabulary, Words
from corpus.policy import Policy

# The deductible itself is asked for, it is not only mentioned.
_DEDUCTIBLE = re.compile(
    r"(?:起付(?:线|标准)|门槛费?)[^,。;以后外上]{0,6}(?:多少|几)|(?:多少|几)[^,。;]{0,5}起付|起付线?(?:是不是|是否|都是)"
)


# In a long story such a word is only mentioned.
_STORY = 40


class Refusals:
    """Knows by which words the missing numbers are called."""

    def __init__(self, policy: Policy, words: Vocabulary) -> None:
        """Prepare the words; those that may also be a line of a bill refuse only where nothing can be computed."""
        known: list[Words | Places] = [*words.roles.values(), words.places]
        self._weak: list[tuple[str, Words]] = []
        self._strong: list[tuple[str, Words]] = []
        for absent in policy.absent:
            on_bill = any(names.said_in(word) for word in absent.words if GAP not in word for names in known)
            (self._weak if on_bill else self._strong).append((absent.name, Words(list(absent.words))))

    @property
    def patterns(self) -> list[str]:
        """The regular expression of each missing thing."""
        return [words.pattern for _, words in (*self._weak, *self._strong)]

    def asked(self, reading: Reading, bill: Slots, topic: str) -> str:
        """Return the name of the missing thing whose number is asked for, an empty string if there is none."""
        numbers = {slot for slot in MONEY if slot in bill}
        if topic == CLAIM and numbers <= {"deductible"} and (name := self.deductible(reading)):
            return name
        if not reading.has("quantity") or reading.has("how"):
            return ""
        if name := _named(reading.text, self._strong):
            return name
        nothing = not (numbers or reading.amounts or "hospital_level" in reading.slots)
        if len(reading.text) > _STORY:
            return ""
        return (
            _named(reading.text, self._weak)
            if (topic in ("", CLAIM) and nothing) or (not topic and not numbers)
            else ""
        )

    def deductible(self, reading: Reading) -> str:
        """Return the name of the deductible where that is what is asked for."""
        return _named(reading.text, self._weak) if _DEDUCTIBLE.search(reading.text) else ""


def _named(text: str, things: list[tuple[str, Words]]) -> str:
    return next((name for name, words in things if words.said(text) is not None), "")
