"""Questions: what the load asks, in an order that is the same every time."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np

from bot.reply import MAX_QUESTION
from corpus.entries import load_corpus
from index.segment import Segmenter
from tests.bench.texts import recombined

CASES = Path(__file__).parent.parent / "cases" / "questions.tsv"


def held_out() -> list[str]:
    """Return the distinct held-out wordings."""
    lines = CASES.read_text(encoding="utf-8").splitlines()
    cells = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return list(dict.fromkeys(row[-1] for row in cells))


def mixed(count: int = 300) -> list[str]:
    """Return `count` varied questions: every standard question, and held-out wordings."""
    standard = [entry.question for entry in load_corpus().entries if entry.active]
    random = np.random.default_rng(0)
    others = random.permutation(held_out())[: max(count - len(standard), 0)]
    return [str(text) for text in random.permutation([*standard, *others])[:count]]


def fresh(count: int, seed: int = 0) -> list[str]:
    """Return `count` questions of which no two are the same, so that none has been answered before."""
    texts = ("".join(reading.words)[:MAX_QUESTION] for reading in recombined(2 * count, Segmenter(), seed))
    return list(islice(dict.fromkeys(texts), count))
