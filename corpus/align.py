"""Align: two extractions of one text laid side by side, sign by sign; what one lost is taken from the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

LOST = "\ufffd"
_NARROW = str.maketrans("，：；？！（）％．／", ",:;?!()%./")
_BEFORE = 8
_GAP = 2
_OTHER = 3
_WILD = 1


@dataclass(frozen=True)
class Difference:
    """A place where two extractions do not say the same."""

    before: str
    one: str
    other: str
    taken: str


@dataclass(frozen=True)
class Merged:
    """The text of one extraction, its lost signs filled from the other, and where the two differ."""

    text: str
    differences: tuple[Difference, ...]


def merge(one: str, other: str) -> Merged:
    """Return the text of `one` with its lost signs taken from `other`; where none stands there, they stay lost.

    Whether a sign of punctuation is wide or narrow, and spaces, make no difference.
    """
    text, at, there = "", 0, 0
    differences: list[Difference] = []
    for same, left, right in _pieces(one.translate(_NARROW), other.translate(_NARROW)):
        own, others = one[at : at + len(left)], other[there : there + len(right)]
        at, there = at + len(left), there + len(right)
        taken = own if same else _filled(own, others)
        if own.strip() != others.strip() and not same:
            differences.append(Difference(text[-_BEFORE:], own, others, taken))
        text += taken
    return Merged(text, tuple(differences))


def _filled(left: str, right: str) -> str:
    lost, right = left.count(LOST), right.strip()
    if not lost:
        return left
    if lost == len(left):
        # Nothing of it is readable, so all that stands there in the other is what was lost.
        return right or left
    fills = iter(right)
    if len(right) == len(left):
        return "".join(there if here == LOST else here for here, there in zip(left, right, strict=True))
    return "".join(next(fills) if here == LOST else here for here in left) if len(right) == lost else left


def _pieces(one: str, other: str) -> Iterator[tuple[bool, str, str]]:
    """Yield runs of the two texts that go together: the same in both, or not."""
    run: list[tuple[str, str]] = []
    same = True
    for left, right in _pairs(one, other):
        if (left == right) != same and run:
            yield same, "".join(a for a, _ in run), "".join(b for _, b in run)
            run = []
        same = left == right
        run.append((left, right))
    if run:
        yield same, "".join(a for a, _ in run), "".join(b for _, b in run)


def _pairs(one: str, other: str) -> Iterator[tuple[str, str]]:
    """Yield the signs that stand beside each other in the cheapest alignment; an empty one where none does."""
    costs = _costs(one, other)
    row, column = len(one), len(other)
    found: list[tuple[str, str]] = []
    while row or column:
        here = costs[row][column]
        if row and column and here == costs[row - 1][column - 1] + _cost(one[row - 1], other[column - 1]):
            row, column = row - 1, column - 1
            found.append((one[row], other[column]))
        elif column and here == costs[row][column - 1] + _GAP:
            column -= 1
            found.append(("", other[column]))
        else:
            row -= 1
            found.append((one[row], ""))
    return reversed(found)


def _costs(one: str, other: str) -> list[list[int]]:
    costs = [[place * _GAP for place in range(len(other) + 1)]]
    for left in one:
        above, line = costs[-1], [costs[-1][0] + _GAP]
        for place, right in enumerate(other):
            line.append(min(above[place] + _cost(left, right), above[place + 1] + _GAP, line[-1] + _GAP))
        costs.append(line)
    return costs


def _cost(left: str, right: str) -> int:
    if left == right:
        return 0
    return _WILD if LOST in (left, right) else _OTHER
