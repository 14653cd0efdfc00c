"""Drawn questions: made-up signals with a known truth."""

from __future__ import annotations

import numpy as np

from index.calibrate import BLOCKS, importance
from index.rank import Questions
from index.signals import GROUP_FEATURES, NULL_FEATURES

GROUPS = 4


def draw(seed: int, count: int, groups: int = GROUPS) -> Questions:
    """Return questions whose right group stands out in one signal; of outside, no group does."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, groups + 1, size=count)
    features = np.zeros((count, groups, GROUP_FEATURES), dtype=np.float32)
    null = np.zeros((count, NULL_FEATURES), dtype=np.float32)
    features[..., :6] = random.normal(scale=0.3, size=(count, groups, 6))
    null[:, :6] = random.normal(scale=0.3, size=(count, 6))
    inside = np.flatnonzero(labels)
    features[inside, labels[inside] - 1, 3] += 3
    null[labels == 0, 5] += 3
    return Questions(features, null, labels, np.ones(count, dtype=np.float32))


def hard(seed: int, count: int, noise: float = 1.6) -> Questions:
    """Return questions of which no signal tells surely whose they are; one in five is outside."""
    random = np.random.default_rng(seed)
    labels = np.where(random.random(count) < 0.2, 0, random.integers(1, GROUPS + 1, size=count))
    groups = np.zeros((count, GROUPS, GROUP_FEATURES), dtype=np.float32)
    null = np.zeros((count, NULL_FEATURES), dtype=np.float32)
    groups[..., 3] = random.normal(scale=noise / 2, size=(count, GROUPS))
    null[:, 5] = random.normal(scale=noise / 2, size=count)
    inside = np.flatnonzero(labels)
    groups[inside, labels[inside] - 1, 3] += 3
    null[labels == 0, 5] += 3
    return Questions(groups, null, labels, importance(labels))


def blocks(count: int) -> np.ndarray:
    """Return blocks of neighbours."""
    return np.arange(count) * BLOCKS // count
