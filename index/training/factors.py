"""First vectors: co-occurrence counts, positive pointwise mutual information, singular vectors."""

from __future__ import annotations

from collections import Counter

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.utils.extmath import randomized_svd

CONTEXTS = 25_000
WINDOW = 5
SMOOTHING = 0.75  # Levy, Goldberg and Dagan 2015: contexts' counts are raised to 0.75
SIF = 5e-3  # Arora, Liang and Ma 2017: a token's weight is a / (a + p)
_CHUNK = 4_000_000


def vocabulary(lines: list[list[str]], least_word: int, least_character: int) -> tuple[list[str], Counter[str]]:
    """Return the tokens that get a vector (frequent words, then characters) and the words' counts."""
    counts = Counter(word for line in lines for word in line)
    characters: Counter[str] = Counter()
    for word, count in counts.items():
        if "\u3400" <= word[0] <= "\u9fff":
            for sign in word:
                characters[sign] += count
    words = [word for word, n in counts.most_common() if n >= least_word and word not in characters]
    signs = [sign for sign, n in characters.most_common() if n >= least_character]
    return words + signs, counts


def cooccurrence(lines: list[list[str]], counts: Counter[str], least: int = 2) -> tuple[list[str], sp.csr_matrix]:
    """Return all words seen `least` times and their weighted counts with the most frequent context words."""
    targets = [word for word, n in counts.most_common() if n >= least]
    ids = {word: i for i, word in enumerate(targets)}
    flat = np.fromiter((ids.get(w, -1) for line in lines for w in line), dtype=np.int32)
    line_of = np.repeat(np.arange(len(lines), dtype=np.int32), [len(line) for line in lines])
    shape = (len(targets), min(CONTEXTS, len(targets)))
    total = sp.csr_matrix(shape, dtype=np.float32)
    for start in range(0, len(flat), _CHUNK):
        parts = [_window(flat, line_of, start, d, shape) for d in range(1, WINDOW + 1)]
        total = total + sum(parts[1:], parts[0])
    return targets, total


def _window(
    flat: NDArray[np.int32], line_of: NDArray[np.int32], start: int, distance: int, shape: tuple[int, int]
) -> sp.csr_matrix:
    end = min(start + _CHUNK, len(flat) - distance)
    left, right = flat[start:end], flat[start + distance : end + distance]
    inside = (line_of[start:end] == line_of[start + distance : end + distance]) & (left >= 0) & (right >= 0)
    left, right = left[inside], right[inside]
    rows, columns = np.concatenate([left, right]), np.concatenate([right, left])
    known = columns < shape[1]
    weights = np.full(int(known.sum()), 1 / (1 + 0.25 * (distance - 1)), dtype=np.float32)
    return sp.coo_matrix((weights, (rows[known], columns[known])), shape=shape).tocsr()


def token_rows(tokens: list[str], targets: list[str], counts: sp.csr_matrix) -> sp.csr_matrix:
    """Return a row of counts per token; a character's row is the sum over the words that contain it."""
    ids = {token: i for i, token in enumerate(tokens)}
    rows, columns = [], []
    for column, word in enumerate(targets):
        if word in ids:
            rows.append(ids[word])
            columns.append(column)
        for sign in set(word) if len(word) > 1 else ():
            if sign in ids:
                rows.append(ids[sign])
                columns.append(column)
    ones = np.ones(len(rows), dtype=np.float32)
    return sp.csr_matrix((ones, (rows, columns)), shape=(len(tokens), len(targets))) @ counts


def factorise(rows: sp.csr_matrix, dimensions: int, seed: int) -> NDArray[np.float32]:
    """Return unit vectors [tokens, dimensions] from PPMI and a randomised SVD."""
    row_sums = np.asarray(rows.sum(axis=1)).ravel()
    contexts = np.asarray(rows.sum(axis=0)).ravel() ** SMOOTHING
    contexts = contexts / contexts.sum()
    coo = rows.tocoo()
    values = np.log(np.maximum(coo.data * 1.0, 1e-9) / np.maximum(row_sums[coo.row] * contexts[coo.col], 1e-9))
    keep = values > 0
    ppmi = sp.csr_matrix((values[keep].astype(np.float32), (coo.row[keep], coo.col[keep])), shape=rows.shape)
    left, strength, _ = randomized_svd(ppmi, dimensions, n_iter=2, random_state=seed)
    vectors = (left * np.sqrt(strength)).astype(np.float32)
    norms: NDArray[np.float32] = np.linalg.norm(vectors, axis=1, keepdims=True)
    result: NDArray[np.float32] = vectors / np.maximum(norms, 1e-6)
    return result


def sif_weights(tokens: list[str], counts: Counter[str]) -> NDArray[np.float32]:
    """Return each token's weight a / (a + p), p its share of the question text."""
    total = sum(counts.values())
    p = np.array([counts.get(token, 0) / total for token in tokens], dtype=np.float32)
    return (SIF / (SIF + p)).astype(np.float32)
