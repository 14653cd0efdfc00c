"""Reader: what a sentence asks and what each of its spans means, with probabilities, out of two learned linear models.

The first gives every head (the task, the visit ...) one of its values; the second is a chain over the spans that gives
each its role.
"""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import numpy as np

from bot.calculator.spans import AMOUNT, LEVEL, MONTH, PLACE, Span
from bot.calculator.tokens import Lexicon, Token, head_features, role_features, tokens_of

_SAID = ("", "+", "-", "?")
# What is read of a whole sentence; the first value means that nothing is said, but for the task.
HEADS = {
    "task": (
        *("none", "absent", "claim", "fee", "newborn", "diff", "subsidy", "total", "gap", "monthly", "reverse"),
        *("income", "wage", "cap", "remaining", "spent", "capcost", "bstart", "bend", "blen", "binforce", "window"),
        *("more", "unknown", "cancel"),
    ),
    "want": ("", "fund", "self", "ratio", "selfratio", "cost", "owncost", "months", "month"),
    "visit": ("", "in", "out", "both"),
    "place": ("", "here", "in", "out", "away"),
    "filed": _SAID, "referral": _SAID, "emergency": _SAID, "temporary": _SAID, "selected": _SAID, "hukou": _SAID,
    "scope": _SAID, "consult": _SAID, "midway": _SAID,
    "many": ("", "sum", "each", "cmp", "one"),
    "part": ("", "sub", "all"),
}  # fmt: skip
# What a span may mean, by its kind; the usual role is not written in the sentences.
ROLES = {AMOUNT: "NTSIADCOULEFBX", MONTH: "oabx", LEVEL: "tx", PLACE: "tx"}
USUAL = {AMOUNT: "N", MONTH: "o", LEVEL: "t", PLACE: "t"}
ALL_LABELS = tuple(f"{kind}:{role}" for kind, roles in ROLES.items() for role in roles)
LABELS = {kind: [ALL_LABELS.index(f"{kind}:{role}") for role in roles] for kind, roles in ROLES.items()}
# By which list of words the amount right behind is named; with what was read it leaves no doubt, alone it says nothing.
_NAMED = {"S": "in_scope", "D": "deductible", "O": "outside", "U": "used", "L": "left", "C": "consult"}
_FILLERS = "是为有:约共的 "
# The roles of a cost that differ only in what is said with the result.
_COSTS = "TSI"
# What may have been asked, or computed, right before.
SLOTS = (
    *("visit", "hospital_level", "location", "out_of_city_kind", "selected", "amount", "consult_fee", "deductible"),
    *("used_cap", "apply_month", "birth_month", "hukou"),
)
ASKED = (*SLOTS, *HEADS["task"][1:-3])


@dataclass(frozen=True)
class Reading:
    """What was read, and how sure each part of it is."""

    heads: Mapping[str, Mapping[str, float]]
    roles: tuple[tuple[str, float], ...]

    def __getitem__(self, head: str) -> str:
        """Return the likeliest value of a head."""
        shares = self.heads[head]
        return max(shares, key=shares.__getitem__)

    def sure(self, head: str, *values: str) -> float:
        """Return the probability of the likeliest value of a head, or of these together."""
        shares = self.heads[head]
        return sum(shares[value] for value in values) if values else max(shares.values())


class Weights:
    """What each feature speaks for, a row for a feature and a column for a value."""

    def __init__(self, packed: Mapping[str, Sequence[int]], columns: int) -> None:
        """Take the rows as they are stored: column, weight in hundredths, column, weight ..."""
        self._rows = {feature: row for row, feature in enumerate(packed)}
        self._table = np.zeros((len(packed), columns), dtype=np.int16)
        # All at once: tens of thousands of rows, one by one, take a third of a second of each start.
        stored = np.fromiter(chain.from_iterable(packed.values()), dtype=np.int64)
        rows = np.repeat(np.arange(len(packed)), [len(row) // 2 for row in packed.values()])
        self._table[rows, stored[::2]] = stored[1::2]

    def scores(self, features: Iterable[str]) -> list[float]:
        """Return what features speak for, all together; each counts once."""
        rows = [row for row in map(self._rows.get, set(features)) if row is not None]
        found: list[float] = (self._table[rows].sum(axis=0) / 100).tolist()
        return found


@dataclass(frozen=True)
class Learned:
    """The weights of both models, those of one role behind another, and from what they were learned."""

    heads: Weights
    roles: Weights
    steps: Sequence[Sequence[float]]
    digest: str

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Learned:
        """Take them as they are stored."""
        heads = Weights(stored["heads"], sum(map(len, HEADS.values())))
        return cls(heads, Weights(stored["roles"], len(ALL_LABELS)), stored["steps"], stored.get("digest", ""))


# One version of the answers after another is read with the same ones.
@lru_cache(maxsize=1)
def _unpacked(packed: bytes) -> Learned:
    return Learned.of(json.loads(gzip.decompress(packed)))


class Reader:
    """Reads sentences with learned weights."""

    def __init__(self, learned: Learned, lexicon: Lexicon) -> None:
        """Take the weights and the words."""
        self._learned = learned
        self.lexicon = lexicon

    @classmethod
    def load(cls, path: Path, lexicon: Lexicon) -> Reader:
        """Read the weights from a file."""
        return cls(_unpacked(path.read_bytes()), lexicon)

    @property
    def digest(self) -> str:
        """From what it was learned."""
        return self._learned.digest

    def read(self, text: str, spans: Sequence[Span], asked: str, known: Mapping[Decimal, str]) -> Reading:
        """Read a settled text with its spans; `known` names the amounts that the policy prints."""
        tokens = tokens_of(text, spans, known, self.lexicon)
        return Reading(self._read_heads(tokens, asked), self._read_roles(tokens, spans, asked))

    def _read_heads(self, tokens: Sequence[Token], asked: str) -> dict[str, dict[str, float]]:
        scores = self._learned.heads.scores(head_features(tokens, asked))
        found, first = {}, 0
        for name, values in HEADS.items():
            found[name] = dict(zip(values, _softmax(scores[first : first + len(values)]), strict=True))
            first += len(values)
        return found

    def _read_roles(self, tokens: Sequence[Token], spans: Sequence[Span], asked: str) -> tuple[tuple[str, float], ...]:
        """Return the likeliest role of each span, by the sum over all roles of the others."""
        rows = []
        for kind, features in role_features(tokens, asked):
            scores = self._learned.roles.scores(features)
            rows.append([(label, scores[label]) for label in LABELS[kind]])
        shares = self._marginals(rows)
        best = [max(one, key=one.__getitem__) for one in shares]
        if sum(role in _COSTS for role in best) == 1:
            # One cost comes to the same whichever way it is called.
            shares = [_joined(one) for one in shares]
        marginal = iter([(role, one[role]) for role, one in zip(best, shares, strict=True)])
        return tuple(next(marginal) if span.kind in ROLES else ("", 1.0) for span in spans)

    def _marginals(self, rows: list[list[tuple[int, float]]]) -> list[dict[str, float]]:
        """Return the probability of each role of each span."""
        if not rows:
            return []
        ahead = [[score for _, score in rows[0]]]
        for before, row in pairwise(rows):
            ahead.append(
                [
                    score
                    + _log_sum([a + self._learned.steps[n][m] for (n, _), a in zip(before, ahead[-1], strict=True)])
                    for m, score in row
                ]
            )
        back = [[0.0] * len(rows[-1])]
        for row, after in zip(rows[-2::-1], rows[:0:-1], strict=False):
            back.append(
                [
                    _log_sum(
                        [b + score + self._learned.steps[n][m] for (m, score), b in zip(after, back[-1], strict=True)]
                    )
                    for n, _ in row
                ]
            )
        found = []
        for row, a, b in zip(rows, ahead, reversed(back), strict=True):
            shares = _softmax([x + y for x, y in zip(a, b, strict=True)])
            found.append({ALL_LABELS[label][-1]: share for (label, _), share in zip(row, shares, strict=True)})
        return found


@dataclass(frozen=True)
class Sentence:
    """A settled text, its spans and what was read of them."""

    text: str
    spans: Sequence[Span]
    reading: Reading
    lexicon: Lexicon
    known: Mapping[Decimal, str]
    today: date

    def of(self, kind: str, roles: str = "") -> list[tuple[Span, str, float]]:
        """Return the spans of a kind with role and probability; those with one of `roles` where they are given."""
        pairs = zip(self.spans, self.reading.roles, strict=True)
        return [
            (span, role, self._sure(span, role, sure))
            for span, (role, sure) in pairs
            if span.kind == kind and (not roles or role in roles)
        ]

    def _sure(self, span: Span, role: str, sure: float) -> float:
        """Return how sure a role is: 目录内43250 says itself what it is of."""
        named = span.kind == AMOUNT and role in _NAMED
        return 1.0 if named and self.text[: span.start].rstrip(_FILLERS).endswith(self.names(_NAMED[role])) else sure

    @cached_property
    def words(self) -> frozenset[str]:
        """The lists of the lexicon of which a word stands in the text."""
        return self.lexicon.lists_in(self.text)

    def names(self, name: str) -> tuple[str, ...]:
        """Return the words of one list."""
        return self.lexicon.lists[name]


def _joined(shares: dict[str, float]) -> dict[str, float]:
    """Return the probabilities of roles with those of a cost put together."""
    whole = sum(shares.get(role, 0.0) for role in _COSTS)
    return {role: whole if role in _COSTS else share for role, share in shares.items()}


def _softmax(scores: Sequence[float]) -> list[float]:
    top = max(scores)
    shares = [math.exp(score - top) for score in scores]
    whole = sum(shares)
    return [share / whole for share in shares]


def _log_sum(values: Sequence[float]) -> float:
    top = max(values)
    return top + math.log(sum(math.exp(value - top) for value in values))
