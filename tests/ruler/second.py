"""A second corpus, not about insurance: questions that people marked as meaning the same, grouped into entries."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np

from corpus.entries import Corpus, Phrases
from corpus.entry import Entry, Similar
from tests.ruler.cases import Case

ENTRIES = 60
LEAST = 3
OUTSIDE = 1200


def second_corpus(path: Path, seed: int = 0) -> tuple[Corpus, list[Case]]:
    """Cut a corpus and its cases out of a file of pairs (text, text, label): half of each cluster is asked."""
    clusters, loners = _clusters(path)
    random = np.random.default_rng(seed)
    chosen = sorted((c for c in clusters if len(c) >= LEAST), key=len, reverse=True)[:ENTRIES]
    entries, cases = [], []
    for number, cluster in enumerate(chosen, start=1):
        texts = [cluster[i] for i in random.permutation(len(cluster))]
        half = (len(texts) + 1) // 2
        similar = tuple(Similar(text) for text in texts[1:half])
        entries.append(Entry(f"Q{number}", "第二份资料", texts[0], similar, f"第{number}条的答案。"))
        cases += [Case(text, "second", (f"Q{number}",)) for text in texts[half:]]
    strangers = [loners[i] for i in random.permutation(len(loners))[: 2 * OUTSIDE]]
    cases += [Case(text, "second") for text in strangers[OUTSIDE : OUTSIDE + len(cases)]]
    corpus = Corpus(tuple(entries), (), {}, tuple(strangers[:OUTSIDE]), Phrases((), ()), f"second {seed}")
    return corpus, cases


def _clusters(path: Path) -> tuple[list[list[str]], list[str]]:
    """Return the clusters that positive pairs make, and the texts that are in none."""
    parent: dict[str, str] = {}

    def root(text: str) -> str:
        while parent.setdefault(text, text) != text:
            text = parent[text]
        return text

    with gzip.open(path, "rt", encoding="utf-8") as stream:
        for line in stream:
            left, right, label = line.rstrip("\n").split("\t")
            a, b = root(left), root(right)
            if float(label) >= 0.5 and a != b:
                parent[b] = a
    groups: dict[str, list[str]] = {}
    for text in list(parent):
        groups.setdefault(root(text), []).append(text)
    return [g for g in groups.values() if len(g) > 1], [g[0] for g in groups.values() if len(g) == 1]
