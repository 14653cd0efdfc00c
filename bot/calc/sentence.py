"""Sentence: a settled text with its spans, what was read of them, and the words of the lexicon that stand in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.calc.reader import Lexicon, Reading
from bot.calc.spans import Span


@dataclass(frozen=True)
class Sentence:
    """A settled text, its spans and what was read of them."""

    text: str
    spans: Sequence[Span]
    reading: Reading
    lexicon: Lexicon

    def of(self, kind: str, roles: str = "") -> list[tuple[Span, str, float]]:
        """Return the spans of a kind with role and probability; those with one of `roles` where they are given."""
        pairs = zip(self.spans, self.reading.roles, strict=True)
        return [
            (span, role, sure) for span, (role, sure) in pairs if span.kind == kind and (not roles or role in roles)
        ]

    @cached_property
    def words(self) -> frozenset[str]:
        """The lists of the lexicon of which a word stands in the text."""
        return self.lexicon.lists_in(self.text)

    def names(self, name: str) -> tuple[str, ...]:
        """Return the words of one list."""
        return self.lexicon.lists[name]
