"""The ranker: probabilities out of signals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.calibrate import Tried
from index.rank import Questions, Ranker, fit, mix, probabilities
from index.shared import load_shared, save_shared
from index.signals import GROUP_FEATURES, NULL_FEATURES
from tests.support.drawn import GROUPS, draw


@pytest.fixture(scope="module")
def ranker() -> Ranker:
    return fit([draw(0, 300)])


def right(ranker: Ranker, asked: Questions) -> float:
    return float(np.mean(ranker.rank(asked.groups, asked.null).argmax(axis=1) == asked.labels))


def test_separates_what_it_never_saw(ranker: Ranker) -> None:
    assert right(ranker, draw(1, 400)) >= 0.97


def test_learns_from_corpora_of_different_sizes_at_once() -> None:
    ranker = fit([draw(0, 120, groups=2), draw(1, 120, groups=7), draw(2, 120, groups=1)])
    assert right(ranker, draw(3, 200, groups=7)) >= 0.97 and right(ranker, draw(4, 200, groups=2)) >= 0.97


def test_a_weight_of_nothing_teaches_nothing() -> None:
    asked, wrong = draw(0, 200), draw(1, 200)
    turned = Questions(wrong.groups, wrong.null, (wrong.labels + 1) % (GROUPS + 1), np.zeros(200, dtype=np.float32))
    assert right(fit([asked, turned]), draw(2, 300)) >= 0.97


def test_probabilities_sum_to_one(ranker: Ranker) -> None:
    asked = draw(2, 20)
    for scale in (0, 1, 1e4):
        probability = ranker.rank(asked.groups * np.float32(scale), asked.null * np.float32(scale))
        assert probability.shape == (20, GROUPS + 1)
        assert probability.sum(axis=1) == pytest.approx(1, abs=1e-5)
        assert (probability >= 0).all() and np.isfinite(probability).all()


def test_serves_any_number_of_groups_in_any_order(ranker: Ranker) -> None:
    asked = draw(3, 1)
    groups, null = asked.groups[0], asked.null[0]
    order = np.array([2, 0, 3, 1])
    assert np.allclose(ranker.rank(groups[order], null)[1:], ranker.rank(groups, null)[1:][order])
    assert ranker.rank(groups[:1], null).shape == (2,)


def test_arrays_and_back(ranker: Ranker) -> None:
    arrays = ranker.arrays()
    assert all(array.dtype == np.float32 for array in arrays.values())
    again = Ranker.of(arrays)
    assert again.arrays().keys() == arrays.keys() == set(Ranker.NAMES)
    assert all(np.array_equal(again.arrays()[name], array) for name, array in arrays.items())
    asked = draw(4, 5)
    assert np.allclose(again.rank(asked.groups, asked.null), ranker.rank(asked.groups, asked.null), atol=1e-6)


def test_a_file_and_back(ranker: Ranker, tmp_path: Path) -> None:
    tried = Tried(*(np.array(some) for some in ([0.5, 0.25], [True, False], [False, True], [[1, 2, 3], [4, 5, 6]])))
    save_shared(ranker, tried, tmp_path / "ranker.safetensors")
    again, kept = load_shared(tmp_path / "ranker.safetensors")
    asked = draw(4, 50)
    scores = ranker.score(asked.groups, asked.null)
    assert np.allclose(again.score(asked.groups, asked.null), scores, atol=1e-5)
    assert all(np.array_equal(getattr(kept, name), getattr(tried, name)) for name in vars(tried))


def test_several_seeds_are_their_mean() -> None:
    asked = draw(0, 60)
    one, other, both = (fit([asked], seeds=seeds) for seeds in ((0,), (1,), (0, 1)))
    mean = (one.score(asked.groups, asked.null) + other.score(asked.groups, asked.null)) / 2
    assert np.allclose(both.score(asked.groups, asked.null), mean, atol=1e-4)


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_a_mixture_scores_between_the_two(ranker: Ranker, share: float) -> None:
    asked, other = draw(5, 20), fit([draw(6, 60)])
    mixed = mix([other, ranker], [share, 1 - share])
    scores = share * other.score(asked.groups, asked.null) + (1 - share) * ranker.score(asked.groups, asked.null)
    assert np.allclose(mixed.score(asked.groups, asked.null), scores, atol=1e-4)


def test_the_same_every_time(ranker: Ranker) -> None:
    again = fit([draw(0, 300)]).arrays()
    assert all(np.array_equal(again[name], array) for name, array in ranker.arrays().items())


def test_probabilities_of_far_scores() -> None:
    assert probabilities(np.array([[1e9, 0.0, -1e9]], dtype=np.float32)).tolist() == [[1, 0, 0]]


def test_the_shipped_one_reads_what_is_measured() -> None:
    ranker, tried = load_shared()
    assert ranker.group.weights.shape[0] == GROUP_FEATURES and ranker.null.weights.shape[0] == NULL_FEATURES
    assert len(tried.best) == len(tried.right) == len(tried.outside) == len(tried.sizes) > 1000
    assert tried.outside.any() and not (tried.right & tried.outside).any()
