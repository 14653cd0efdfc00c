"""Make the shipped embedder: read, count, factorise, contrast, measure, export."""

from __future__ import annotations

import gzip
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from index.segment import Segmenter, with_characters
from index.training import contrast, data, export, factors
from index.training.card import card

# 256 dimensions ranked no better once tuned, and cost twice the time at every question.
DIMENSIONS = 128
LEAST_WORD = 12
LEAST_CHARACTER = 3
SOUP = 0.5


def make(source: Path, folder: Path, recipe: contrast.Recipe | None = None) -> dict[str, float]:
    """Train on `source` and write the model to `folder`; return what was measured."""
    recipe = recipe or contrast.Recipe()
    clock = time.perf_counter()

    def say(step: str) -> None:
        print(f"[{time.perf_counter() - clock:5.0f} s] {step}", flush=True)

    segmenter = Segmenter()
    say("reading and segmenting")
    training = data.read(source, segmenter)
    say(f"counting {len(training.lines)} lines")
    tokens, counts = factors.vocabulary(training.lines, LEAST_WORD, LEAST_CHARACTER)
    targets, counted = factors.cooccurrence(training.lines, counts)
    rows = factors.token_rows(tokens, targets, counted)
    say(f"factorising {rows.shape[0]} tokens")
    vectors = factors.factorise(rows, DIMENSIONS, recipe.seed)
    start = vectors * factors.sif_weights(tokens, training.question_counts)[:, None] * 1.2
    ids = {token: i for i, token in enumerate(tokens)}
    train, held = data.split(training.pairs, recipe.seed)
    say(f"training on {len(train)} pairs")
    trained = contrast.train(start, ids, data.balance(train, recipe.seed), train, recipe)
    final = trained + SOUP * start
    figures = {f"dev {name}": _dev_score(matrix, ids, held) for name, matrix in (("start", start), ("final", final))}
    figures |= measure(final, ids, source, segmenter)
    for name, value in figures.items():
        print(f"  {name}: {value:.3f}", flush=True)
    say("writing")
    export.export(final, tokens, folder, card(len(tokens), DIMENSIONS, figures))
    say("done")
    return figures


def encode(matrix: NDArray[np.float32], ids: dict[str, int], tokens: list[list[str]]) -> NDArray[np.float32]:
    """Return unit rows for token lists; a row of zeros where nothing is known."""
    vectors = np.zeros((len(tokens), matrix.shape[1]), dtype=np.float32)
    for i, line in enumerate(tokens):
        known = [ids[token] for token in line if token in ids]
        if known:
            vectors[i] = matrix[known].mean(axis=0)
    norms: NDArray[np.float32] = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.maximum(norms, 1e-9)).astype(np.float32, copy=False)


def _dev_score(matrix: NDArray[np.float32], ids: dict[str, int], held: list[data.Pair]) -> float:
    left = encode(matrix, ids, [list(pair.left) for pair in held])
    right = encode(matrix, ids, [list(pair.right) for pair in held])
    return float(spearmanr((left * right).sum(1), [pair.label for pair in held]).statistic)


def measure(matrix: NDArray[np.float32], ids: dict[str, int], source: Path, segmenter: Segmenter) -> dict[str, float]:
    """Return Spearman's rank correlation on the public test sets, which are never trained on."""
    figures = {}
    for path in sorted((source / "eval").glob("*.tsv.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as stream:
            rows = [line.rstrip("\n").split("\t") for line in stream]
        sides = [encode(matrix, ids, [with_characters(segmenter.words(row[i])) for row in rows]) for i in (0, 1)]
        cosine = (sides[0] * sides[1]).sum(1)
        figures[path.name.split(".")[0]] = float(spearmanr(cosine, [float(row[2]) for row in rows]).statistic)
    return figures
