"""Questions: what the load asks, in an order that is the same every time."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bot.reply import MAX_QUESTION
from corpus.entries import load_corpus
from index.rows import rows_of
from tests.ruler.cases import read_cases

CASES = Path(__file__).parent.parent / "cases"


def held_out() -> list[str]:
    """Return the distinct held-out wordings, in scope and outside, mixed."""
    texts = list(dict.fromkeys(case.text for case in read_cases(CASES)))
    return [texts[place] for place in np.random.default_rng(0).permutation(len(texts))]


def mixed(count: int = 300) -> list[str]:
    """Return `count` varied questions: every standard question, and held-out wordings."""
    standard = [entry.question for entry in load_corpus().entries if entry.active]
    texts = [*standard, *held_out()][:count]
    return [texts[place] for place in np.random.default_rng(0).permutation(len(texts))]


def fresh(count: int, seed: int = 0, longest: int = MAX_QUESTION) -> list[str]:
    """Return `count` questions of which no two are the same: the beginning of one phrasing, the end of another."""
    phrasings = [row.text for row in rows_of(load_corpus()) if row.asked]
    random = np.random.default_rng(seed)
    texts: dict[str, None] = {}
    while len(texts) < count:
        first, second = (phrasings[place] for place in random.integers(len(phrasings), size=2))
        text = first[: (len(first) + 1) // 2] + second[len(second) // 2 :]
        texts.setdefault(text[:longest])
    return list(texts)
