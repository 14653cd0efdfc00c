"""The ranker: probabilities out of signals."""

from __future__ import annotations

import numpy as np
import pytest

from index.lexical import Scores
from index.rank import Ranker, fit
from tests.index_fixtures import one_thread

GROUPS, WIDTH, NULL = 4, 28, 32


def draw(seed: int, count: int) -> tuple[Scores, Scores, np.ndarray]:
    """Return questions whose right group stands out in one signal; of outside, no group does."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, GROUPS + 1, size=count)
    groups = np.zeros((count, GROUPS, WIDTH), dtype=np.float32)
    null = np.zeros((count, NULL), dtype=np.float32)
    groups[..., :6] = random.normal(scale=0.3, size=(count, GROUPS, 6))
    null[:, :6] = random.normal(scale=0.3, size=(count, 6))
    inside = np.flatnonzero(labels)
    groups[inside, labels[inside] - 1, 3] += 3
    null[labels == 0, 5] += 3
    return groups, null, labels


@pytest.fixture(scope="module")
def ranker() -> Ranker:
    one_thread()
    return fit(*draw(0, 150), seeds=(0, 1))


def test_separates_what_it_never_saw(ranker: Ranker) -> None:
    groups, null, labels = draw(1, 200)
    best = [ranker.rank(g, n).argmax() for g, n in zip(groups, null, strict=True)]
    assert np.mean(np.array(best) == labels) >= 0.97


def test_probabilities_sum_to_one(ranker: Ranker) -> None:
    groups, null, _ = draw(2, 20)
    for scale in (0, 1, 1e4):
        for g, n in zip(groups, null, strict=True):
            probability = ranker.rank(g * np.float32(scale), n * np.float32(scale))
            assert probability.shape == (GROUPS + 1,)
            assert probability.sum() == pytest.approx(1, abs=1e-5)
            assert (probability >= 0).all() and np.isfinite(probability).all()


def test_serves_any_number_of_groups_in_any_order(ranker: Ranker) -> None:
    groups, null, _ = draw(3, 1)
    order = np.array([2, 0, 3, 1])
    assert np.allclose(ranker.rank(groups[0][order], null[0])[1:], ranker.rank(groups[0], null[0])[1:][order])
    assert ranker.rank(groups[0][:1], null[0]).shape == (2,)


def test_arrays_and_back(ranker: Ranker) -> None:
    arrays = ranker.arrays()
    assert all(array.dtype == np.float32 for array in arrays.values())
    again = Ranker.of(arrays)
    assert again.arrays().keys() == arrays.keys()
    assert all(np.array_equal(again.arrays()[name], array) for name, array in arrays.items())
    groups, null, _ = draw(4, 5)
    for g, n in zip(groups, null, strict=True):
        assert np.allclose(again.rank(g, n), ranker.rank(g, n), atol=1e-6)


def test_several_seeds_are_their_mean() -> None:
    data = draw(0, 30)
    one, other, both = fit(*data, seeds=(0,)), fit(*data, seeds=(1,)), fit(*data, seeds=(0, 1))
    groups = data[0][0]
    mean = (one.group.score(groups) + other.group.score(groups)) / 2
    assert np.allclose(both.group.score(groups), mean, atol=1e-4)


def test_the_same_every_time(ranker: Ranker) -> None:
    again = fit(*draw(0, 150), seeds=(0, 1)).arrays()
    assert all(np.array_equal(again[name], array) for name, array in ranker.arrays().items())
