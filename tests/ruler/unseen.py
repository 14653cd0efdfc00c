"""Unseen: two offices that nothing was learnt from, and what is left of a corpus that has few similar questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from corpus.entries import Corpus, Phrases, load_corpus
from corpus.entry import Entry, parse_entry
from tests.ruler.cases import Case, read_asked

FOLDER = Path(__file__).parents[1] / "cases" / "offices"
_T = TypeVar("_T")


@dataclass(frozen=True)
class UnseenOffice:
    """An office's corpus, whose lists stand in the order in which a clerk wrote them, and what others asked."""

    name: str
    corpus: Corpus
    cases: list[Case]


def unseen_offices(folder: Path = FOLDER) -> list[UnseenOffice]:
    """Return the offices in `folder`; the bot chats there as it does here."""
    phrases = load_corpus().phrases
    return [_read(path, phrases) for path in sorted(folder.iterdir()) if path.is_dir()]


def _read(folder: Path, phrases: Phrases) -> UnseenOffice:
    paths = sorted((folder / "entries").glob("*.md"))
    entries = tuple(parse_entry(path.read_text(encoding="utf-8"), path) for path in paths)
    lines = (folder / "outside.txt").read_text(encoding="utf-8").splitlines()
    outside = tuple(line for line in lines if line and not line.startswith("#"))
    corpus = Corpus(entries, (), {}, outside, phrases, folder.name)
    # A few short ones were thought of by both writers: what stands in the corpus word for word shows nothing.
    known = {*outside, *(text for entry in entries for text in (entry.question, *(s.text for s in entry.similar)))}
    cases = [case for case in read_asked(folder / "asked.tsv") if case.text not in known]
    return UnseenOffice(folder.name, corpus, cases)


def begun(corpus: Corpus, count: int) -> Corpus:
    """Return the corpus of a clerk who has written only the first `count` similar questions of each entry."""
    return replace(corpus, entries=tuple(replace(entry, similar=entry.similar[:count]) for entry in corpus.entries))


def thinned(corpus: Corpus, count: int) -> Corpus:
    """Return the corpus with `count` similar questions an entry, and as small a part of what it does not answer."""
    entries = tuple(replace(entry, similar=spread(entry.similar, count)) for entry in corpus.entries)
    share = count / mean_similar(corpus.entries)
    return replace(corpus, entries=entries, outside=spread(corpus.outside, round(share * len(corpus.outside))))


def mean_similar(entries: Sequence[Entry]) -> float:
    """Return how many similar questions an entry has."""
    return sum(len(entry.similar) for entry in entries) / len(entries)


def spread(items: Sequence[_T], count: int) -> tuple[_T, ...]:
    """Return `count` of the items, evenly from the first to the last."""
    if count >= len(items):
        return tuple(items)
    return tuple(items[place * len(items) // count] for place in range(count))
