"""Rows: every phrasing and passage of a corpus as one row, with the group it belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.entries import Corpus
from corpus.entry import Entry
from index.segment import Reading, Segmenter

SMALLTALK = "smalltalk/"
OUTSIDE = 0  # group 0: questions that must not be answered; entries and small talk start at 1


@dataclass(frozen=True)
class Row:
    """One indexed wording; `passage` names the part of the answer it asks for or is."""

    text: str
    group: str
    passage: str = ""
    asked: bool = True  # False for a passage's own text, which nobody would type


def rows_of(corpus: Corpus) -> list[Row]:
    """Return all rows of the active entries, the small talk and the outside questions, in the corpus's order."""
    rows = [row for entry in corpus.entries if entry.active for row in _entry_rows(entry)]
    for talk in corpus.phrases.smalltalk:
        rows.extend(Row(text, SMALLTALK + talk.name) for text in talk.questions)
    rows.extend(Row(text, "") for text in corpus.outside)
    return rows


def _entry_rows(entry: Entry) -> Iterator[Row]:
    yield Row(entry.question, entry.id)
    for similar in entry.similar:
        yield Row(similar.text, entry.id, similar.passage)
    for passage in entry.passages:
        yield Row(passage.text, entry.id, passage.name, asked=False)


@dataclass(frozen=True)
class Table:
    """Rows as the matching needs them: readings, and whole numbers for group and passage."""

    rows: tuple[Row, ...]
    readings: tuple[Reading, ...]
    groups: tuple[str, ...]  # groups[0] is "" (outside)
    group: NDArray[np.int64]
    passages: tuple[tuple[str, str], ...]  # (group, passage); passages[0] is ("", "")
    passage: NDArray[np.int64]

    @classmethod
    def of(cls, rows: list[Row], segmenter: Segmenter) -> Table:
        """Read all rows; those with nothing in them are left out."""
        readings = [segmenter.read(row.text) for row in rows]
        kept = [i for i, reading in enumerate(readings) if reading.words]
        chosen = tuple(rows[i] for i in kept)
        groups = tuple(dict.fromkeys(["", *(row.group for row in chosen)]))
        pairs = tuple(dict.fromkeys([("", ""), *((row.group, row.passage) for row in chosen if row.passage)]))
        number = {name: i for i, name in enumerate(groups)}
        place = {pair: i for i, pair in enumerate(pairs)}
        return cls(
            chosen,
            tuple(readings[i] for i in kept),
            groups,
            np.array([number[row.group] for row in chosen], dtype=np.int64),
            pairs,
            np.array([place[(row.group, row.passage)] if row.passage else 0 for row in chosen], dtype=np.int64),
        )

    def take(self, places: NDArray[np.int64]) -> Table:
        """Return the table of these rows only; groups and passages keep their numbers."""
        return Table(
            tuple(self.rows[i] for i in places),
            tuple(self.readings[i] for i in places),
            self.groups,
            self.group[places],
            self.passages,
            self.passage[places],
        )

    def blocks(self, count: int) -> NDArray[np.int64]:
        """Return each row's block: the rows of a group are cut into `count` runs of neighbours."""
        block = np.zeros(len(self.rows), dtype=np.int64)
        for group in range(len(self.groups)):
            places = np.flatnonzero(self.group == group)
            block[places] = np.arange(len(places)) * count // max(len(places), 1)
        return block
