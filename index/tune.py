"""Tune the static embedder to a corpus: phrasings of one entry together, other entries and outside questions apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.embed import Embedder, StaticEmbedder, TunedEmbedder, Vectors
from index.rows import OUTSIDE, Table
from index.segment import Reading


@dataclass(frozen=True)
class TuneRecipe:
    """The settings of a tuning; the rate is for rows of root mean square 0.05.

    400 steps at 6e-3 put 92 % of held-out phrasings nearest to their own entry instead of 89 % (80 % untuned), but
    fused with the other signals they answered no more, and took half as long again.
    """

    steps: int = 150
    pairs: int = 4
    outside: int = 192
    scale: float = 20.0
    dropout: float = 0.3
    rate: float = 1e-3
    seed: int = 0


def first_table(base: StaticEmbedder, readings: Sequence[Reading]) -> tuple[list[str], Vectors]:
    """Return the readings' tokens and their rows; a word the model never saw starts as the mean of its characters."""
    tokens = sorted({token for reading in readings for token in reading.tokens})
    table = np.zeros((len(tokens), base.dimensions), dtype=np.float32)
    for i, token in enumerate(tokens):
        known = base.vectors_of([token] if token in base.rows else list(token))
        if len(known):
            table[i] = known.mean(axis=0)
    return tokens, table


def tune(
    base: StaticEmbedder, readings: Sequence[Reading], groups: NDArray[np.int64], recipe: TuneRecipe | None = None
) -> TunedEmbedder:
    """Return `base` tuned so that readings of one group lie together; what is outside only repels."""
    import torch  # heavy, and needed to build only

    from index.contrast import RowAdam, drop, encode, info_nce

    recipe = recipe or TuneRecipe()
    torch.set_num_threads(1)  # the steps are small: on a busy machine a second thread makes them five times slower
    random = np.random.default_rng(recipe.seed)
    tokens, table = first_table(base, readings)
    ids = {token: i for i, token in enumerate(tokens)}
    bags = [np.array([ids[token] for token in reading.tokens], dtype=np.int64) for reading in readings]
    usable = np.array([len(bag) > 0 for bag in bags])
    members = {g: np.flatnonzero((groups == g) & usable) for g in np.unique(groups)}
    strangers = members.pop(OUTSIDE, np.array([], dtype=np.int64))
    members = {g: rows for g, rows in members.items() if len(rows) > 1}
    if not members:
        return TunedEmbedder(base, tokens, table)
    weights = torch.from_numpy(table)
    optimiser = RowAdam(weights)
    rate = recipe.rate * float(np.sqrt((table**2).mean())) / 0.05
    torch.manual_seed(recipe.seed)
    for step in range(recipe.steps):
        left, right, labels = _draw(members, recipe.pairs, random)
        others = random.choice(strangers, min(recipe.outside, len(strangers)), replace=False)
        texts = drop([bags[i] for i in (*left, *right, *others)], recipe.dropout, random)
        vectors, rows, leaf = encode(weights, texts)
        n = len(left)
        loss = info_nce(vectors[:n], vectors[n : 2 * n], labels, vectors[2 * n :], recipe.scale)
        loss.backward()  # type: ignore[no-untyped-call]
        assert leaf.grad is not None
        with torch.no_grad():
            optimiser.step(rows, leaf.grad, rate * (1 - step / recipe.steps))
    return TunedEmbedder(base, tokens, weights.numpy())


def helps(base: StaticEmbedder, table: Table, recipe: TuneRecipe | None = None) -> bool:
    """Return whether tuning finds as many of a held-out sixth of the phrasings as the vectors do as they are."""
    held = (table.blocks(6) == 0) & (table.group != OUTSIDE) & np.array([row.asked for row in table.rows])
    asked, kept = table.take(np.flatnonzero(held)), table.take(np.flatnonzero(~held))
    if not len(asked.rows) or not len(kept.rows):
        return False
    tuned = tune(base, kept.readings, kept.group, recipe)
    before, after = (_found(embedder, asked, kept) for embedder in (base, tuned))
    return after >= before


def _found(embedder: Embedder, asked: Table, kept: Table) -> int:
    """Return how many of `asked` are nearest to a row of their own group, not of another and not to an outside one."""
    nearest = (embedder.encode(asked.readings) @ embedder.encode(kept.readings).T).argmax(axis=1)
    return int((kept.group[nearest] == asked.group).sum())


def _draw(
    members: dict[int, NDArray[np.int64]], pairs: int, random: np.random.Generator
) -> tuple[list[int], list[int], NDArray[np.int64]]:
    """Draw `pairs` pairs of two different phrasings from each group."""
    left, right, labels = [], [], []
    for group, rows in members.items():
        for _ in range(pairs):
            a, b = random.choice(rows, 2, replace=False)
            left.append(int(a))
            right.append(int(b))
            labels.append(group)
    return left, right, np.array(labels)
