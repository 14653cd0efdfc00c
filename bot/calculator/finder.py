"""Finder: all spans of a sentence; where two readings overlap, the surer form stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property

from bot.calculator.amounts import amounts_of
from bot.calculator.numbers import read_number
from bot.calculator.spans import (
    BARE_MONTH,
    LEVEL,
    MONTH,
    NOWHERE,
    PLACE,
    Span,
    counts,
    levels_in,
    months_in,
    percents,
    school_years,
    years_in,
)  # fmt: skip


class Finder:
    """Finds the spans of settled texts."""

    def __init__(self, levels: Mapping[str, Iterable[str]], places: Mapping[str, Iterable[str]]) -> None:
        """Take the words for each hospital level and the names of each group of places."""
        self._names = {word: (LEVEL, level) for level, words in levels.items() for word in words}
        self._names |= {word: (PLACE, group) for group, words in places.items() for word in words}

    @cached_property
    def _heads(self) -> dict[str, list[str]]:
        """The words by their first two signs, longest first."""
        heads: dict[str, list[str]] = {}
        for word in sorted(self._names, key=len, reverse=True):
            heads.setdefault(word[:2], []).append(word)
        return heads

    def find(self, text: str, today: date, asked: str = "") -> list[Span]:
        """Return the spans of a settled text in order; where two readings overlap, the surer form stands."""
        if asked in ("apply_month", "birth_month") and (bare := BARE_MONTH.fullmatch(text)):
            return [Span(MONTH, *bare.span(1), value=read_number(bare[1]))]
        found: list[Span] = []
        taken = bytearray(len(text))
        for span in self._candidates(text, today):
            if not any(taken[span.start : span.end]):
                taken[span.start : span.end] = b"\1" * (span.end - span.start)
                found.append(span)
        amounts = [span for span in amounts_of(text, taken) if not any(taken[span.start : span.end])]
        return sorted((span for span in [*found, *amounts] if span.name != NOWHERE), key=lambda span: span.start)

    def _candidates(self, text: str, today: date) -> Iterator[Span]:
        yield from school_years(text, today)
        yield from months_in(text, today)
        yield from percents(text)
        yield from levels_in(text)
        yield from self._named(text)
        yield from counts(text)
        yield from years_in(text, today)

    def _named(self, text: str) -> Iterator[Span]:
        start = 0
        while start < len(text) - 1:
            words = self._heads.get(text[start : start + 2], ())
            word = next((word for word in words if text.startswith(word, start)), "")
            if word:
                kind, name = self._names[word]
                yield Span(kind, start, start + len(word), name=name)
            start += len(word) or 1
