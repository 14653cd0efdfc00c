"""Training data: the public text and pairs, segmented once and kept as arrays of word ids."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.errors import DataMissing
from index.segment import Segmenter, with_characters

# What is frequent in questions should weigh little; what is frequent in laws and manuals says nothing of that.
QUESTION_SOURCES = {"kbqa_tmpl": 1.0, "nlpcc_kbqa": 1.0, "ms_chitchat": 1.0, "crosswoz": 1.0, "tatoeba": 1.0,
                    "android": 1.0, "kdconv_qa": 1.0, "synth_faq": 0.5}  # fmt: skip
# Big sources are capped so that they do not drown the others; small good ones are repeated.
CAPS = {"synth_faq": 60_000, "kbqa_tmpl": 30_000, "cow_synset": 20_000, "nlpcc_kbqa": 8_000, "law_adj": 5_000,
        "ms_dyn_head": 7_000, "kdconv_qa": 3_000}  # fmt: skip
REPEATS = {"tatoeba": 6, "ha_intents": 4, "android_align": 3, "bitcoin_align": 3,
           "ms_alchemy_head": 2, "ms_alchemy_title": 2}  # fmt: skip
POSITIVE = 0.8


@dataclass(frozen=True)
class Pair:
    """Two texts as tokens (words and characters), how alike they are (0 to 1), and where they come from."""

    left: tuple[str, ...]
    right: tuple[str, ...]
    label: float
    source: str


@dataclass(frozen=True)
class TrainingData:
    """All lines as words, and the labelled pairs."""

    lines: list[list[str]]
    pairs: list[Pair]
    question_counts: Counter[str]


def _rows(path: Path) -> Iterator[list[str]]:
    if not path.is_file():
        raise DataMissing(path)
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        for line in stream:
            yield line.rstrip("\n").split("\t")


def read(folder: Path, segmenter: Segmenter) -> TrainingData:
    """Read and segment `folder/train`; about two minutes for a million lines."""
    lines = [segmenter.words(text) for text, _ in _rows(folder / "train" / "raw_text.tsv.gz")]
    pairs: list[Pair] = []
    counts: Counter[str] = Counter()
    for left, right, label, source in _rows(folder / "train" / "pairs.tsv.gz"):
        words = segmenter.words(left), segmenter.words(right)
        lines.extend(words)
        tokens = tuple(with_characters(words[0])), tuple(with_characters(words[1]))
        if all(tokens):
            pairs.append(Pair(tokens[0], tokens[1], float(label), source))
        weight = QUESTION_SOURCES.get(source, 0.0)
        for side in tokens if weight else ():
            for token in side:
                counts[token] += weight  # type: ignore[assignment]  # weighted counts
    return TrainingData(lines, pairs, counts)


def split(pairs: list[Pair], seed: int) -> tuple[list[Pair], list[Pair]]:
    """Return (training, development) pairs: two in a hundred of each source are kept for choosing settings."""
    random = np.random.default_rng(seed)
    held = random.random(len(pairs)) < 0.02
    train = [pair for pair, out in zip(pairs, held, strict=True) if not out]
    return train, [pair for pair, out in zip(pairs, held, strict=True) if out]


def balance(pairs: list[Pair], seed: int) -> list[Pair]:
    """Return the positive pairs with big sources capped and small ones repeated, grouped by source."""
    random = np.random.default_rng(seed)
    by_source: dict[str, list[Pair]] = {}
    for pair in pairs:
        if pair.label >= POSITIVE and pair.left != pair.right:
            by_source.setdefault(pair.source, []).append(pair)
    chosen: list[Pair] = []
    for source, group in by_source.items():
        cap = CAPS.get(source, len(group))
        if cap < len(group):
            group = [group[i] for i in random.choice(len(group), cap, replace=False)]
        chosen.extend(group * REPEATS.get(source, 1))
    return chosen
