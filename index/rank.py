"""Ranker: a small network over signals; the same for every group, so it serves any corpus.

Each group gets a score, outside gets one of its own, and a softmax over all of them gives probabilities.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from index.lexical import Scores

HIDDEN = 16
SEEDS = (0, 1, 2)
EPOCHS = 30
BATCH = 512
RATE = 1e-2


@dataclass(frozen=True)
class Head:
    """One hidden layer of tanh and one output; the features' scaling is folded into its weights."""

    weights: Scores
    bias: Scores
    output: Scores
    constant: float

    def score(self, features: Scores) -> Scores:
        """Return one score per row of `features`."""
        result: Scores = np.tanh(features @ self.weights + self.bias) @ self.output + self.constant
        return result


@dataclass(frozen=True)
class Ranker:
    """Turns features into probabilities."""

    group: Head
    null: Head

    NAMES: ClassVar[tuple[str, ...]] = tuple(
        f"{head} {part}" for head in ("group", "null") for part in ("weights", "bias", "output", "constant")
    )

    def rank(self, groups: Scores, null: Scores) -> Scores:
        """Return the probability of outside (first) and of each group; `groups` [..., n, 28], `null` [..., 32]."""
        scores = np.concatenate([self.null.score(null[..., None, :]), self.group.score(groups)], axis=-1)
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        result: Scores = weights / weights.sum(axis=-1, keepdims=True)
        return result

    def arrays(self) -> dict[str, NDArray[np.float32]]:
        """Return the weights by name, to be saved."""
        return {
            name: np.asarray(getattr(getattr(self, head), part), dtype=np.float32)
            for name in self.NAMES
            for head, part in [name.split()]
        }

    @classmethod
    def of(cls, arrays: dict[str, NDArray[np.float32]]) -> Ranker:
        """Return the ranker of saved weights."""
        heads = [
            Head(arrays[f"{name} weights"], arrays[f"{name} bias"], arrays[f"{name} output"],
                 float(arrays[f"{name} constant"]))
            for name in ("group", "null")
        ]  # fmt: skip
        return cls(*heads)


def fit(groups: Scores, null: Scores, labels: NDArray[np.int64], seeds: Sequence[int] = SEEDS) -> Ranker:
    """Return a ranker for `labels` (0 outside, g for group g) from features [n, groups, 28] and [n, 32]."""
    import torch  # to build only

    torch.set_num_threads(1)  # see tune

    def scaled(features: Scores) -> tuple[torch.Tensor, Scores, Scores]:
        flat = features.reshape(-1, features.shape[-1])
        mean, deviation = flat.mean(axis=0), flat.std(axis=0) + 1e-6
        return torch.from_numpy((features - mean) / deviation), mean, deviation

    x, x_mean, x_deviation = scaled(groups)
    z, z_mean, z_deviation = scaled(null)
    target = torch.from_numpy(labels)
    heads: tuple[list[Head], list[Head]] = ([], [])
    for seed in seeds:
        torch.manual_seed(seed)
        nets = [_net(x.shape[-1]), _net(z.shape[-1])]
        optimiser = torch.optim.AdamW([p for net in nets for p in net.parameters()], lr=RATE, weight_decay=1e-3)
        steps = EPOCHS * math.ceil(len(target) / BATCH)
        decay = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.02, steps)
        for _ in range(EPOCHS):
            for batch in torch.split(torch.randperm(len(target)), BATCH):
                optimiser.zero_grad()
                scores = torch.cat([nets[1](z[batch]), nets[0](x[batch])[..., 0]], dim=1)
                torch.nn.functional.cross_entropy(scores, target[batch]).backward()  # type: ignore[no-untyped-call]
                optimiser.step()
                decay.step()
        for net, kept, mean, deviation in zip(nets, heads, (x_mean, z_mean), (x_deviation, z_deviation), strict=True):
            kept.append(_head(net, mean, deviation))
    return Ranker(_together(heads[0]), _together(heads[1]))


def _net(width: int) -> "torch.nn.Sequential":  # type: ignore[name-defined]  # noqa: F821, UP037
    from torch import nn  # to build only

    return nn.Sequential(nn.Linear(width, HIDDEN), nn.Tanh(), nn.Linear(HIDDEN, 1))


def _head(net: "torch.nn.Sequential", mean: Scores, deviation: Scores) -> Head:  # type: ignore[name-defined]  # noqa: F821, UP037
    first, _, last = net
    weights = first.weight.detach().numpy().T / deviation[:, None]
    bias = first.bias.detach().numpy() - mean @ weights
    output: Scores = last.weight.detach().numpy()[0]
    return Head(weights.astype(np.float32), bias.astype(np.float32), output, float(last.bias.detach()))


def _together(heads: list[Head]) -> Head:
    """Return one head whose score is the mean of those of `heads`."""
    return Head(
        np.concatenate([head.weights for head in heads], axis=1),
        np.concatenate([head.bias for head in heads]),
        (np.concatenate([head.output for head in heads]) / len(heads)).astype(np.float32),
        sum(head.constant for head in heads) / len(heads),
    )
