"""Contrastive training of a bag of tokens: alike texts together, others apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from index.contrast import Bag, RowAdam, drop, encode, info_nce
from index.training.data import Pair


@dataclass(frozen=True)
class Recipe:
    """The settings of one training run."""

    epochs: int = 4
    batch: int = 512
    negatives: int = 256
    labelled: int = 512
    scale: float = 20.0
    dropout: float = 0.3
    rate: float = 3e-3
    warmup: int = 50
    graded: float = 0.05  # weight of the graded pairs: at 0.5 they cost ten points on LCQMC
    seed: int = 0


def cosent(left: Tensor, right: Tensor, labels: Tensor, scale: float) -> Tensor:
    """Return CoSENT's loss: a pair with the higher label should have the higher cosine."""
    cosine = scale * (left * right).sum(1)
    difference = cosine[:, None] - cosine[None, :]
    wrong_order = labels[:, None] < labels[None, :]
    return torch.logsumexp(torch.cat([torch.zeros(1), difference[wrong_order]]), dim=0)


def train(
    vectors: NDArray[np.float32], ids: dict[str, int], chosen: list[Pair], labelled: list[Pair], recipe: Recipe
) -> NDArray[np.float32]:
    """Return `vectors` after contrastive training on the `chosen` positives and all `labelled` pairs."""
    torch.manual_seed(recipe.seed)
    random = np.random.default_rng(recipe.seed)
    weights = torch.from_numpy(vectors.copy())
    optimiser = RowAdam(weights)
    positives = [_bags(pair, ids) for pair in chosen]
    graded = [(*_bags(pair, ids), pair.label) for pair in labelled]
    strangers = [bags for pair in labelled if pair.label < 0.5 for bags in [_bags(pair, ids)[1]] if len(bags)]
    sources = [pair.source for pair in chosen]
    batches = list(_batches(sources, recipe, random))
    for number, batch in enumerate(batches):
        pairs = [positives[i] for i in batch if len(positives[i][0]) and len(positives[i][1])]
        picked: Iterable[int] = random.choice(len(strangers), recipe.negatives) if strangers else []
        sample = [graded[i] for i in random.choice(len(graded), recipe.labelled)]
        sample = [row for row in sample if len(row[0]) and len(row[1])]
        loss = _step(weights, optimiser, pairs, [strangers[i] for i in picked], sample, recipe, random,
                     _rate(number, len(batches), recipe))  # fmt: skip
        if number % 200 == 0:
            print(f"  step {number}/{len(batches)}  loss {loss:.3f}", flush=True)
    return weights.numpy()


def _step(
    weights: Tensor,
    optimiser: RowAdam,
    pairs: list[tuple[Bag, Bag]],
    strangers: list[Bag],
    graded: list[tuple[Bag, Bag, float]],
    recipe: Recipe,
    random: np.random.Generator,
    rate: float,
) -> float:
    texts = [side for pair in pairs for side in pair] + strangers + [side for row in graded for side in row[:2]]
    bags = drop(texts, recipe.dropout, random)
    vectors, rows, leaf = encode(weights, bags)
    n, m = len(pairs), len(strangers)
    two = vectors[: 2 * n].view(n, 2, -1)
    groups = _text_groups([pair[1] for pair in pairs])
    loss = info_nce(two[:, 0], two[:, 1], groups, vectors[2 * n : 2 * n + m], recipe.scale)
    rest = vectors[2 * n + m :].view(len(graded), 2, -1)
    labels = torch.tensor([row[2] for row in graded])
    loss = loss + recipe.graded * cosent(rest[:, 0], rest[:, 1], labels, recipe.scale)
    loss.backward()  # type: ignore[no-untyped-call]
    assert leaf.grad is not None
    with torch.no_grad():
        optimiser.step(rows, leaf.grad, rate)
    return float(loss.detach())


def _bags(pair: Pair, ids: dict[str, int]) -> tuple[Bag, Bag]:
    left = np.array([ids[t] for t in pair.left if t in ids], dtype=np.int64)
    right = np.array([ids[t] for t in pair.right if t in ids], dtype=np.int64)
    return left, right


def _text_groups(bags: list[Bag]) -> NDArray[np.int64]:
    """Return one number per distinct bag, so that equal texts are not negatives of each other."""
    seen: dict[bytes, int] = {}
    return np.array([seen.setdefault(np.sort(bag).tobytes(), len(seen)) for bag in bags])


def _batches(sources: list[str], recipe: Recipe, random: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """Yield batches of positions; half of them from one source, so that negatives are hard."""
    names = np.array(sources)
    for _ in range(recipe.epochs):
        order = random.permutation(len(names))
        half = len(order) // 2
        mixed, single = order[:half], order[half:]
        single = single[np.argsort(names[single], kind="stable")]
        batches = [part[i : i + recipe.batch] for part in (mixed, single) for i in range(0, len(part), recipe.batch)]
        batches = [batch for batch in batches if len(batch) >= recipe.batch // 4]
        for position in random.permutation(len(batches)):
            yield batches[position]


def _rate(step: int, steps: int, recipe: Recipe) -> float:
    warm = min(1.0, (step + 1) / recipe.warmup)
    return recipe.rate * warm * (1 - 0.98 * step / steps)
