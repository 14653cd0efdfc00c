"""Calibration: held-out blocks, weights, and thresholds that keep their promise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.calibrate import (
    BLOCKS,
    OUTSIDE_SHARE,
    Calibration,
    HeldOut,
    Point,
    calibrate,
    importance,
)
from index.engine import Engine
from index.rank import Ranker
from index.rows import Row, Table
from index.segment import Segmenter
from tests.index_fixtures import one_thread
from tests.test_rank import GROUPS, draw


@pytest.fixture(scope="module")
def calibrated() -> tuple[Ranker, Calibration]:
    one_thread()
    groups, null, labels = draw(0, 120)
    # Every tenth question is misread, so that no threshold is right without effort.
    labels[::10] = (labels[::10] + 1) % (GROUPS + 1)
    block = np.arange(120) * BLOCKS // 120
    return calibrate(HeldOut(groups, null, labels, block, np.zeros(120, dtype=bool)))


def test_blocks_are_runs_of_neighbours_within_a_group() -> None:
    rows = [Row(f"门票{number}", group) for group in ("A", "B") for number in range(14)] + [Row("天气", "")]
    table = Table.of(rows, Segmenter())
    block = table.blocks(BLOCKS)
    for group in (1, 2):
        own = block[table.group == group]
        assert (np.diff(own) >= 0).all() and set(own) == set(range(BLOCKS))
        assert np.bincount(own).max() - np.bincount(own).min() <= 1
    assert block[-1] == 0


@pytest.mark.parametrize(("outside", "inside"), [(40, 10), (3, 97), (1, 1)])
def test_outside_weighs_its_share(outside: int, inside: int) -> None:
    labels = np.array([0] * outside + [2] * inside)
    weights = importance(labels)
    assert weights[labels == 0].sum() / weights.sum() == pytest.approx(OUTSIDE_SHARE, abs=1e-5)
    assert (weights[labels != 0] == 1).all()


@pytest.mark.parametrize("labels", [[0, 0, 0], [1, 2, 1], []])
def test_one_kind_alone_weighs_one_each(labels: list[int]) -> None:
    assert (importance(np.array(labels, dtype=np.int64)) == 1).all()


PRECISIONS = st.floats(0, 1)
POINTS = st.lists(st.tuples(st.floats(0, 0.998), PRECISIONS), min_size=1, max_size=30)


@given(points=POINTS, one=PRECISIONS, other=PRECISIONS, suggest=st.floats(0, 1))
def test_a_higher_precision_never_answers_more(
    points: list[tuple[float, float]], one: float, other: float, suggest: float
) -> None:
    curve = tuple(Point(threshold, precision, 0.5, 0.5) for threshold, precision in sorted(points))
    calibration = Calibration(1.0, 0.0, curve, suggest)
    low, high = (calibration.thresholds(precision) for precision in sorted((one, other)))
    assert low.answer <= high.answer
    assert low.suggest <= low.answer and high.suggest <= high.answer


def test_the_curve_of_an_engine(pool_engine: Engine) -> None:
    answers = [pool_engine.thresholds(precision).answer for precision in np.linspace(0.5, 0.999, 50)]
    assert answers == sorted(answers)
    curve = pool_engine.calibration.curve
    assert [point.threshold for point in curve] == sorted(point.threshold for point in curve)
    for name in ("coverage", "outside_answered"):
        values = [getattr(point, name) for point in curve]
        assert values == sorted(values, reverse=True) and 0 <= values[-1] <= values[0] <= 1


def test_scores_keep_the_order_and_lie_between_0_and_1(pool_engine: Engine) -> None:
    scores = pool_engine.calibration.score(np.linspace(0, 1, 101, dtype=np.float32))
    assert (np.diff(scores) >= 0).all() and scores[0] >= 0 and scores[-1] <= 1


def test_scores_mean_something(calibrated: tuple[Ranker, Calibration]) -> None:
    _, calibration = calibrated
    scores = calibration.score(np.array([0.001, 0.2, 0.5, 0.9]))
    assert (np.diff(scores) > 0).all() and scores[0] < 0.1 and scores[-1] > 0.5


def test_the_promise_is_kept(calibrated: tuple[Ranker, Calibration]) -> None:
    _, calibration = calibrated
    for precision in (0.5, 0.8, 0.9):
        answer = calibration.thresholds(precision).answer
        point = next(point for point in calibration.curve if point.threshold == answer)
        assert point.precision >= precision


def test_calibrated_the_same_every_time(calibrated: tuple[Ranker, Calibration]) -> None:
    groups, null, labels = draw(0, 120)
    labels[::10] = (labels[::10] + 1) % (GROUPS + 1)
    again = calibrate(HeldOut(groups, null, labels, np.arange(120) * BLOCKS // 120, np.zeros(120, dtype=bool)))
    assert again[1] == calibrated[1]


def test_the_highest_precision_is_of_more_than_a_handful() -> None:
    points = tuple(Point(t, p, c, 0.0) for t, p, c in ((0.2, 0.8, 0.9), (0.6, 0.96, 0.5), (0.9, 1.0, 0.01)))
    assert Calibration(1.0, 0.0, points, 0.3).highest() == 0.96
