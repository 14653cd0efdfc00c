"""Train: the weights of the reader, learned from annotated sentences in seconds and the same on every run."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
from scipy.linalg import solve_triangular
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from bot.calculator.reader import ALL_LABELS, HEADS, LABELS, ROLES
from bot.calculator.tokens import Lexicon, head_features, role_features, tokens_of
from bot.teaching.annotations import Annotation

Array = np.ndarray[Any, np.dtype[Any]]
# How far weights are kept small, how often the search steps, and from which size a weight is worth storing.
HEAD_PENALTY, ROLE_PENALTY, HEAD_STEPS, ROLE_STEPS, SMALLEST = 0.33, 0.5, 90, 90, 0.03
_SEEN = 2  # a feature that occurs once teaches that one sentence
_NEVER, _TINY = -1e9, 1e-6


def train(sentences: Sequence[Annotation], known: Mapping[Decimal, str], lexicon: Lexicon) -> dict[str, Any]:
    """Return the weights learned from sentences."""
    tokens = [tokens_of(one.text, one.spans, known, lexicon) for one in sentences]
    heads, names = _head_weights(sentences, tokens)
    roles, role_names, steps = _role_weights(sentences, tokens)
    return {"heads": _packed(heads, names), "roles": _packed(roles, role_names), "steps": np.round(steps, 3).tolist()}


def save(weights: Mapping[str, Any], digest: str, path: Path) -> None:
    """Write weights to a file, the same bytes for the same weights."""
    data = json.dumps({**weights, "digest": digest}, ensure_ascii=False, separators=(",", ":"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(data.encode(), mtime=0))


def _matrix(rows: Iterable[Iterable[str]]) -> tuple[csr_matrix, list[str]]:
    """Return which row has which feature, and the features' names."""
    listed = [sorted(set(row)) for row in rows]
    counts = Counter(feature for row in listed for feature in row)
    names = sorted(feature for feature, count in counts.items() if count >= _SEEN)
    place = {name: at for at, name in enumerate(names)}
    columns = [[place[feature] for feature in row if feature in place] for row in listed]
    starts = np.cumsum([0, *map(len, columns)])
    flat = np.fromiter((at for row in columns for at in row), dtype=np.int32, count=int(starts[-1]))
    return csr_matrix((np.ones(len(flat)), flat, starts), shape=(len(listed), len(names))), names


def _packed(weights: Array, names: Sequence[str]) -> dict[str, list[int]]:
    """Return the weights worth storing: feature -> column, weight in hundredths, column, weight ..."""
    packed = {}
    for name, row in zip(names, weights, strict=True):
        kept = np.nonzero(np.abs(row) >= SMALLEST)[0]
        if len(kept):
            packed[name] = [number for at in kept for number in (int(at), round(float(row[at]) * 100))]
    return packed


def _head_weights(sentences: Sequence[Annotation], tokens: Sequence[Any]) -> tuple[Array, list[str]]:
    seen, names = _matrix(head_features(one, sentence.asked) for one, sentence in zip(tokens, sentences, strict=True))
    blocks, first = [], 0
    truth = np.zeros((len(sentences), sum(map(len, HEADS.values()))))
    for head, values in HEADS.items():
        blocks.append(slice(first, first + len(values)))
        for row, sentence in enumerate(sentences):
            truth[row, first + values.index(sentence.heads[head])] = 1
        first += len(values)
    # There are far fewer sentences than features: learned on a square root of how alike the sentences are, it is the
    # same search in a tenth of the room.
    root = np.linalg.cholesky((seen @ seen.T).toarray() + _TINY * np.eye(len(sentences)))

    def loss(flat: Array) -> tuple[float, Array]:
        weights = flat.reshape(len(sentences), first)
        scores = root @ weights
        missed = 0.0
        for block in blocks:
            part = scores[:, block]
            part -= part.max(axis=1, keepdims=True)
            part -= np.log(np.exp(part).sum(axis=1, keepdims=True))
            missed -= float((part * truth[:, block]).sum())
        slope = root.T @ (np.exp(scores) - truth) + HEAD_PENALTY * weights
        return missed + HEAD_PENALTY / 2 * float(flat @ flat), slope.ravel()

    start = np.zeros(len(sentences) * first)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": HEAD_STEPS, "maxcor": 5}).x
    return seen.T @ solve_triangular(root.T, found.reshape(len(sentences), first)), names


def _role_weights(sentences: Sequence[Annotation], tokens: Sequence[Any]) -> tuple[Array, list[str], Array]:
    """Learn the chain: each role by what stands around its span and by the role before."""
    rows, kinds, truth, owner = [], [], [], []
    for number, (one, sentence) in enumerate(zip(tokens, sentences, strict=True)):
        roles = [
            (span.kind, role) for span, role in zip(sentence.spans, sentence.roles, strict=True) if span.kind in ROLES
        ]
        for (kind, features), (_, role) in zip(role_features(one, sentence.asked), roles, strict=True):
            rows.append(features)
            kinds.append(kind)
            truth.append(ALL_LABELS.index(f"{kind}:{role}"))
            owner.append(number)
    seen, names = _matrix(rows)
    count, labels = len(rows), len(ALL_LABELS)
    closed = np.full((count, labels), _NEVER)
    for row, kind in enumerate(kinds):
        closed[row, LABELS[kind]] = 0
    right = np.zeros((count, labels))
    right[np.arange(count), truth] = 1
    depth = _depths(owner)
    turned, follows = seen.T.tocsr(), np.zeros((labels, labels))
    for row in range(1, count):
        if depth[row]:
            follows[truth[row - 1], truth[row]] += 1

    def loss(flat: Array) -> tuple[float, Array]:
        weights, steps = (
            flat[: len(names) * labels].reshape(len(names), labels),
            flat[len(names) * labels :].reshape(labels, labels),
        )
        scores = seen @ weights + closed
        whole, shares, pairs = _forward_backward(scores, steps, depth)
        missed = whole - float((scores * right).sum()) - float((steps * follows).sum())
        slope = np.concatenate([(turned @ (shares - right)).ravel(), (pairs - follows).ravel()]) + ROLE_PENALTY * flat
        return missed + ROLE_PENALTY / 2 * float(flat @ flat), slope

    start = np.zeros(len(names) * labels + labels * labels)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": ROLE_STEPS, "maxcor": 5}).x
    return (
        found[: len(names) * labels].reshape(len(names), labels),
        names,
        found[len(names) * labels :].reshape(labels, labels),
    )


def _depths(owner: Sequence[int]) -> Array:
    """Return how many spans of the same sentence stand before each."""
    depths = [0] * len(owner)
    for row in range(1, len(owner)):
        depths[row] = depths[row - 1] + 1 if owner[row] == owner[row - 1] else 0
    return np.array(depths)


def _forward_backward(scores: Array, steps: Array, depth: Array) -> tuple[float, Array, Array]:
    """Return the log of the sum over all readings, and the share of each role and pair; all sentences at once."""
    ahead, back = scores.copy(), np.zeros_like(scores)
    levels = [np.nonzero(depth == level)[0] for level in range(int(depth.max()) + 1)] if len(depth) else []
    for rows in levels[1:]:
        ahead[rows] += _log_sum(ahead[rows - 1][:, :, None] + steps[None], 1)
    for rows in reversed(levels[1:]):
        back[rows - 1] = _log_sum(steps[None] + (scores[rows] + back[rows])[:, None, :], 2)
    last = np.append(depth[1:] == 0, True)
    totals = _log_sum(ahead + back, 1)
    shares = np.exp(ahead + back - totals[:, None])
    pairs = np.zeros_like(steps)
    for rows in levels[1:]:
        joint = ahead[rows - 1][:, :, None] + steps[None] + (scores[rows] + back[rows])[:, None, :]
        pairs += np.exp(joint - totals[rows][:, None, None]).sum(axis=0)
    return float(totals[last].sum()), shares, pairs


def _log_sum(values: Array, axis: int) -> Array:
    top = values.max(axis=axis, keepdims=True)
    found: Array = np.squeeze(top, axis) + np.log(np.exp(values - top).sum(axis=axis))
    return found
