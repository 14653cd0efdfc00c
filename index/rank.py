"""Ranker: a small network over signals; the same for every group, so it serves any corpus.

Each group gets a score, outside gets one of its own, and a softmax over all of them gives probabilities. One ranker
that has seen many corpora is shipped; a corpus with enough questions of its own mixes in one that it taught itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from index.lexical import Scores

if TYPE_CHECKING:
    import torch
    from torch import nn

    Data = tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]
    Nets = tuple[nn.Sequential, nn.Sequential]

HIDDEN = 16
SEEDS = (0, 1)
EPOCHS = 20
BATCH = 512
RATE = 1e-2
# A feature that varies less is the same for all, as a corpus's size is in that corpus: it tells nothing there. It is
# scaled to nothing, for Adam moves a weight as far for a small gradient as for a large one.
_LEAST_DEVIATION = 0.02
_BOUNDLESS = 1e9
_ABSENT = -1e9


@dataclass(frozen=True)
class Questions:
    """Questions put to one corpus: what was measured, and what is right.

    `groups` is float32 [n, groups, GROUP_FEATURES], `null` float32 [n, NULL_FEATURES]; `labels` [n] are 0 for outside
    and g for group g; `weights` [n] tell how much each counts.
    """

    groups: Scores
    null: Scores
    labels: NDArray[np.int64]
    weights: Scores

    def take(self, places: NDArray[np.bool_] | NDArray[np.int64]) -> Questions:
        """Return these questions only."""
        return Questions(self.groups[places], self.null[places], self.labels[places], self.weights[places])


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

    def score(self, groups: Scores, null: Scores) -> Scores:
        """Return the scores of outside (first) and of each group: [..., groups + 1]."""
        return np.concatenate([self.null.score(null[..., None, :]), self.group.score(groups)], axis=-1)

    def rank(self, groups: Scores, null: Scores) -> Scores:
        """Return the probabilities of outside (first) and of each group."""
        return probabilities(self.score(groups, null))

    def arrays(self) -> dict[str, NDArray[np.float32]]:
        """Return the weights by name, to be saved."""
        # In memory's plain order: safetensors writes the bytes as they lie.
        return {
            name: np.ascontiguousarray(getattr(getattr(self, head), part), dtype=np.float32)
            for name in self.NAMES
            for head, part in [name.split()]
        }

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[np.float32]]) -> Ranker:
        """Return the ranker of saved weights."""
        heads = [
            Head(arrays[f"{name} weights"], arrays[f"{name} bias"], arrays[f"{name} output"],
                 float(arrays[f"{name} constant"].reshape(())))
            for name in ("group", "null")
        ]  # fmt: skip
        return cls(*heads)


def probabilities(scores: Scores) -> Scores:
    """Return the softmax of `scores` over their last axis."""
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    result: Scores = weights / weights.sum(axis=-1, keepdims=True)
    return result


def mix(rankers: Sequence[Ranker], weights: Sequence[float]) -> Ranker:
    """Return one ranker whose scores are the weighted sum of those of `rankers`."""
    return Ranker(_sum([one.group for one in rankers], weights), _sum([one.null for one in rankers], weights))


def fit(corpora: Sequence[Questions], seeds: Sequence[int] = SEEDS, epochs: int = EPOCHS) -> Ranker:
    """Return a ranker for the questions of one corpus or of many; the mean of one network a seed."""
    import torch  # to build only

    torch.set_num_threads(1)  # the steps are small: a second thread makes them slower
    wide = max(one.groups.shape[1] for one in corpora)
    scalings = [_scaling(one) for one in zip(*((each.groups, each.null) for each in corpora), strict=True)]
    group, null = (
        [torch.from_numpy((values - mean) / deviation) for values in some]
        for some, (mean, deviation) in zip(
            ([one.groups for one in corpora], [one.null for one in corpora]), scalings, strict=True
        )
    )
    x = torch.cat([torch.nn.functional.pad(some, (0, 0, 0, wide - some.shape[1])) for some in group])
    there = torch.cat([torch.arange(wide).expand(len(some), -1) < some.shape[1] for some in group])
    data = (x, torch.cat(null), there, torch.from_numpy(np.concatenate([one.labels for one in corpora])),
            torch.from_numpy(np.concatenate([one.weights for one in corpora])))  # fmt: skip
    nets = [_begun(data, seed) for seed in seeds]
    with ThreadPoolExecutor(len(seeds)) as pool:
        # Most of a step is spent outside of the interpreter: two threads are nearly twice as fast as one.
        list(pool.map(lambda one: _train(data, one[0], one[1], epochs), nets))
    heads = [[_head(pair[place], *scalings[place]) for pair, _ in nets] for place in (0, 1)]
    return Ranker(*(_sum(some, [1 / len(seeds)] * len(seeds)) for some in heads))


def _scaling(values: Sequence[Scores]) -> tuple[Scores, Scores]:
    flat = np.concatenate([some.reshape(-1, some.shape[-1]) for some in values])
    # In double precision: the sum of a million equal numbers is not exact, and would seem to vary.
    deviation = flat.std(axis=0, dtype=np.float64)
    deviation = np.where(deviation < _LEAST_DEVIATION, _BOUNDLESS, deviation)
    return flat.mean(axis=0, dtype=np.float64).astype(np.float32), deviation.astype(np.float32)


def _begun(data: Data, seed: int) -> tuple[Nets, torch.Generator]:
    """Return networks for the groups and for outside as they begin, and what draws their batches."""
    import torch  # to build only

    torch.manual_seed(seed)
    nets = _net(data[0].shape[-1]), _net(data[1].shape[-1])
    # One of its own, for that of the process is everybody's; it goes on from where the weights were drawn.
    chance = torch.Generator()
    chance.set_state(torch.get_rng_state())
    return nets, chance


def _train(data: Data, nets: Nets, chance: torch.Generator, epochs: int) -> None:
    """Train networks for the groups and for outside by cross entropy over all of them."""
    import torch  # to build only

    x, z, there, target, weight = data
    optimiser = torch.optim.AdamW([p for net in nets for p in net.parameters()], lr=RATE, weight_decay=1e-3)
    decay = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.02, epochs * math.ceil(len(target) / BATCH))
    for _ in range(epochs):
        for batch in torch.split(torch.randperm(len(target), generator=chance), BATCH):
            optimiser.zero_grad()
            groups = nets[0](x[batch])[..., 0].masked_fill(~there[batch], _ABSENT)
            scores = torch.cat([nets[1](z[batch]), groups], dim=1)
            loss = torch.nn.functional.cross_entropy(scores, target[batch], reduction="none")
            (loss * weight[batch]).mean().backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            decay.step()


def _net(width: int) -> nn.Sequential:
    from torch import nn  # to build only

    return nn.Sequential(nn.Linear(width, HIDDEN), nn.Tanh(), nn.Linear(HIDDEN, 1))


def _head(net: nn.Sequential, mean: Scores, deviation: Scores) -> Head:
    first, bias, last, constant = (part.detach().numpy() for part in net.parameters())
    weights = first.T / deviation[:, None]
    return Head(weights.astype(np.float32), (bias - mean @ weights).astype(np.float32), last[0], float(constant[0]))


def _sum(heads: Sequence[Head], weights: Sequence[float]) -> Head:
    """Return one head whose score is the weighted sum of those of `heads`."""
    return Head(
        np.concatenate([head.weights for head in heads], axis=1),
        np.concatenate([head.bias for head in heads]),
        np.concatenate([head.output * np.float32(weight) for head, weight in zip(heads, weights, strict=True)]),
        sum(head.constant * weight for head, weight in zip(heads, weights, strict=True)),
    )
