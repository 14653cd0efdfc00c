"""Contrastive learning over bags of token rows: the parts that training and tuning share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

Bag = NDArray[np.int64]


class RowAdam:
    """Adam that keeps and moves only the rows a step has touched."""

    def __init__(self, weights: Tensor, betas: tuple[float, float] = (0.9, 0.99), epsilon: float = 1e-8) -> None:
        """Start with `weights` [rows, dimensions], changed in place by `step`."""
        self.weights = weights
        self._mean = torch.zeros_like(weights)
        self._square = torch.zeros(len(weights), 1)
        self._count = torch.zeros(len(weights), 1)
        self._betas, self._epsilon = betas, epsilon

    def step(self, rows: Tensor, gradient: Tensor, rate: float) -> None:
        """Move `rows` against `gradient` [len(rows), dimensions]."""
        first, second = self._betas
        self._count[rows] += 1
        mean = self._mean[rows] * first + gradient * (1 - first)
        square = self._square[rows] * second + gradient.square().mean(1, keepdim=True) * (1 - second)
        self._mean[rows], self._square[rows] = mean, square
        count = self._count[rows]
        scale = (1 - second**count).sqrt() / (1 - first**count)
        self.weights[rows] -= rate * scale * mean / (square.sqrt() + self._epsilon)


def encode(weights: Tensor, bags: Sequence[Bag]) -> tuple[Tensor, Tensor, Tensor]:
    """Return unit vectors of `bags`, the rows used, and these rows as the leaf that gets the gradient."""
    flat = np.concatenate(bags)
    used, local = np.unique(flat, return_inverse=True)
    rows = torch.from_numpy(used)
    leaf = weights[rows].clone().requires_grad_(True)
    offsets = torch.from_numpy(np.cumsum([0, *(len(bag) for bag in bags[:-1])]))
    pooled = functional.embedding_bag(torch.from_numpy(local), leaf, offsets, mode="mean")
    return functional.normalize(pooled, dim=1), rows, leaf


def drop(bags: Sequence[Bag], share: float, random: np.random.Generator) -> list[Bag]:
    """Return `bags` with each token left out at probability `share`, never all of a bag."""
    dropped = []
    for bag in bags:
        kept = bag[random.random(len(bag)) >= share]
        dropped.append(kept if len(kept) else bag)
    return dropped


def info_nce(left: Tensor, right: Tensor, groups: NDArray[np.int64], others: Tensor, scale: float) -> Tensor:
    """Return the symmetric in-batch loss; members of one group are not each other's negatives."""
    size = len(left)
    scores = scale * left @ right.T
    same = torch.from_numpy(groups[:, None] == groups[None, :])
    same.fill_diagonal_(False)
    scores = scores.masked_fill(same, float("-inf"))
    target = torch.arange(size)
    forward = torch.cat([scores, scale * left @ others.T], dim=1) if len(others) else scores
    return (functional.cross_entropy(forward, target) + functional.cross_entropy(scores.T, target)) / 2
