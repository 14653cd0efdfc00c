"""Calibration: held-out blocks, weights, lower bounds, and thresholds that keep their promise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.calibrate import (
    BLOCKS,
    STRANGERS,
    Calibration,
    Point,
    Tried,
    calibrate,
    hold_out,
    importance,
)
from index.engine import Engine
from index.hit import Thresholds
from index.lexical import Scores
from index.rank import Questions, Ranker, fit
from index.rows import Row, Table
from index.segment import Segmenter
from index.signals import GROUP_FEATURES, NULL_FEATURES
from tests.support.drawn import GROUPS, blocks, draw, hard

SIZES = np.array([1.5, 2.5, 3.5], dtype=np.float32)
NOTHING = Tried.of(np.zeros((0, 2), dtype=np.float32), np.zeros(0, dtype=np.int64), SIZES)
PRECISIONS = np.linspace(0.5, 0.999, 50)


@pytest.fixture(scope="module")
def shared() -> Ranker:
    return fit([hard(99, 2000)])


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter()


def got(ranker: Ranker, calibration: Calibration, precision: float, asked: Questions) -> tuple[float, float]:
    """Return the precision that direct answers to `asked` have, and the share of questions that get one."""
    probability = ranker.rank(asked.groups, asked.null)
    tried = Tried.of(np.column_stack([probability[:, 0], calibration.score(probability[:, 1:])]), asked.labels, SIZES)
    answered = tried.best >= calibration.thresholds(precision).answer
    return float(tried.right[answered].mean()), float(answered.mean())


@pytest.fixture(scope="module")
def offices(shared: Ranker) -> list[tuple[Ranker, Calibration]]:
    """Many small corpora, and some that are larger."""
    counts = [90] * 18 + [200] * 4
    nobody = np.zeros(200, dtype=bool)
    return [
        calibrate(hard(n, count), blocks(count), nobody[:count], SIZES, shared, NOTHING)
        for n, count in enumerate(counts)
    ]


@pytest.mark.parametrize("precision", [0.9, 0.95, 0.97, 0.98])
def test_the_promise_is_kept_on_questions_never_seen(
    offices: list[tuple[Ranker, Calibration]], precision: float
) -> None:
    asked = hard(1000, 5000)
    precisions, answered = np.array([got(*one, precision, asked) for one in offices]).T
    assert precisions.mean() >= precision - 0.002, precisions
    assert np.mean(precisions >= precision - 0.01) >= 0.8, np.sort(precisions)
    assert answered.mean() >= 0.5, "nor is it kept by saying nothing"


def test_without_the_lower_bound_the_promise_would_be_broken(shared: Ranker, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, nobody = hard(1000, 5000), np.zeros(40, dtype=bool)
    offices = [calibrate(hard(seed, 40), blocks(40), nobody, SIZES, shared, NOTHING) for seed in range(16)]

    def kept() -> float:
        return float(np.mean([got(*one, 0.98, asked)[0] >= 0.98 for one in offices]))

    assert kept() >= 0.75
    monkeypatch.setattr(Point, "shown", Point.precision)
    assert kept() <= 0.6, "of forty questions the first point that happens to fit is chance"


def test_a_score_is_a_probability(shared: Ranker) -> None:
    ranker, calibration = calibrate(hard(0, 1000), blocks(1000), np.zeros(1000, dtype=bool), SIZES, shared, NOTHING)
    asked = hard(1, 20000)
    probability = ranker.rank(asked.groups, asked.null)
    tried = Tried.of(np.column_stack([probability[:, 0], calibration.score(probability[:, 1:])]), asked.labels, SIZES)
    for low, high in ((0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 0.95)):
        those = (tried.best >= low) & (tried.best < high)
        assert those.sum() > 100
        assert tried.right[those].mean() == pytest.approx(tried.best[those].mean(), abs=0.12)


def test_a_corpus_that_knows_better_mixes_in_its_own(shared: Ranker) -> None:
    # Here the tell-tale signal is another one than those that the shared ranker knows.
    turned = [replace(one, groups=np.roll(one.groups, 4, axis=-1)) for one in (hard(5, 1500), hard(6, 2000))]
    none = np.zeros(1500, dtype=bool)
    ranker, calibration = calibrate(turned[0], blocks(1500), none, SIZES, shared, NOTHING)
    assert calibration.own == 1.0
    assert got(ranker, calibration, 0.9, turned[1])[0] >= 0.88
    ranker, calibration = calibrate(hard(5, 80), blocks(80), none[:80], SIZES, shared, NOTHING)
    assert calibration.own == 0.0 and ranker is shared


def test_what_others_showed_counts_where_a_corpus_is_small(shared: Ranker) -> None:
    held, asked = hard(3, 30), hard(4, 3000)
    prior = Tried.of(shared.rank(asked.groups, asked.null), asked.labels, SIZES)
    alone, helped = (
        calibrate(held, blocks(30), np.zeros(30, dtype=bool), SIZES, shared, one)[1] for one in (NOTHING, prior)
    )
    assert max(point.shown(STRANGERS) for point in alone.curve) < 0.98
    assert max(point.shown(STRANGERS) for point in helped.curve) >= 0.98


def test_corpora_of_the_same_size_count_the_most(shared: Ranker) -> None:
    held, asked = hard(3, 30), hard(4, 3000)
    probability, far = shared.rank(asked.groups, asked.null), SIZES + 4
    good, bad = Tried.of(probability, asked.labels, SIZES), Tried.of(probability[:, ::-1], asked.labels, far)
    both = Tried.join([good, bad])
    near_good, near_bad, alone = (
        calibrate(held, blocks(30), np.zeros(30, dtype=bool), sizes, shared, prior)[1].point(0.98).right
        for sizes, prior in ((SIZES, both), (far, both), (SIZES, good))
    )
    assert near_good == pytest.approx(alone, abs=0.01) and near_bad < near_good / 2
    # One that is unlike all of them goes by the nearest, which proves the less the farther it is.
    assert both.like(SIZES - 1)[: len(good.best)].sum() > 0.99 * both.like(SIZES - 1).sum()
    worth = [float(both.like(SIZES - step)[~both.outside].sum()) for step in (0, 1, 2)]
    assert worth[0] == pytest.approx(1.0, abs=0.01) and worth[0] > worth[1] > worth[2] > 0


def test_small_talk_counts_on_no_side(shared: Ranker) -> None:
    held = hard(3, 100)
    talk = np.arange(100) % 2 == 1
    wrong = replace(held, labels=np.where(talk, (held.labels + 1) % (GROUPS + 1), held.labels))
    curves = [calibrate(one, blocks(100), talk, SIZES, shared, NOTHING)[1].curve for one in (held, wrong)]
    assert curves[0] == curves[1]


def test_calibrated_the_same_every_time(shared: Ranker) -> None:
    held = draw(0, 300)
    one, other = (calibrate(held, blocks(300), np.zeros(300, dtype=bool), SIZES, shared, NOTHING) for _ in range(2))
    assert one[1] == other[1]
    assert all(np.array_equal(other[0].arrays()[name], array) for name, array in one[0].arrays().items())


unit = st.floats(0, 1)
counts = st.just(0.0) | st.floats(1, 1e5)


@st.composite
def points(draw: st.DrawFn, threshold: float | None = None) -> Point:
    right = draw(unit)
    wrong = draw(st.floats(0, 1 - right))
    at = draw(st.floats(0, 0.998)) if threshold is None else threshold
    return Point(at, right, wrong, draw(unit), draw(counts), draw(counts))


@given(points(), st.floats(0, 0.95))
def test_what_is_shown_is_a_lower_bound(point: Point, share: float) -> None:
    assert -1e-9 <= point.shown(share) <= point.precision(share) + 1e-9 <= 1 + 2e-9


@given(points(), st.floats(0, 0.95), st.floats(1, 100))
def test_more_questions_show_more(point: Point, share: float, times: float) -> None:
    more = replace(point, inside=point.inside * times, outside=point.outside * times)
    assert more.shown(share) >= point.shown(share) - 1e-9


def test_a_bound_comes_near_what_was_seen_only_with_many_questions() -> None:
    shown = [Point(0.5, 0.8, 0.0, 0.0, count, count).shown(STRANGERS) for count in (10, 100, 1000, 10000)]
    assert shown == sorted(shown) and shown[0] < 0.95 < shown[1] < 0.995 < shown[2] < shown[3] < 1
    assert shown[3] > 0.999


@pytest.mark.parametrize("point", [Point(0.9, 0.01, 0.0, 0.0, 1e4, 1e4), Point(0.9, 1.0, 0.0, 0.0, 0.0, 0.0)])
def test_no_mass_no_promise(point: Point) -> None:
    assert point.precision(STRANGERS) == 1 and point.shown(STRANGERS) == 0


def test_strangers_weigh_their_share() -> None:
    point = Point(0.5, 0.9, 0.0, 0.1, 1e4, 1e4)
    assert point.precision(0.0) == 1
    assert point.precision(0.5) == pytest.approx(0.9)
    assert [point.precision(share) for share in (0.9, 0.5, 0.2, 0.0)] == sorted(
        point.precision(share) for share in (0.9, 0.5, 0.2, 0.0)
    )


@given(st.lists(points(), min_size=1, max_size=20), unit, unit, unit, st.floats(0, 0.9))
def test_a_higher_precision_never_answers_more(
    curve: list[Point], one: float, other: float, near: float, share: float
) -> None:
    ordered = tuple(sorted(curve, key=lambda point: point.threshold))
    calibration = Calibration(1.0, 0.0, ordered, near)
    low, high = (calibration.thresholds(precision, share) for precision in sorted((one, other)))
    assert low.answer <= high.answer
    for some in (low, high):
        assert some.near <= some.offer <= some.answer


def test_where_a_precision_cannot_be_shown_the_best_that_can_is_used() -> None:
    curve = tuple(Point(t, r, w, 0.0, 500, 500) for t, r, w in ((0.2, 0.8, 0.2), (0.6, 0.6, 0.02), (0.9, 0.01, 0.0)))
    calibration = Calibration(1.0, 0.0, curve, 0.3)
    assert calibration.point(0.5) == curve[0]
    assert calibration.point(0.99) == curve[1], "not the one that is right by chance"


def test_a_curve_that_shows_nothing_answers_nothing() -> None:
    curve = tuple(Point(t, 0.01, 0.0, 0.0, 3, 3) for t in (0.1, 0.5, 0.9))
    assert Calibration(1.0, 0.0, curve, 0.3).thresholds(0.9).answer == 0.9


def test_the_thresholds_of_an_engine(pool_engine: Engine) -> None:
    some: list[Thresholds] = [pool_engine.thresholds(precision) for precision in PRECISIONS]
    assert [one.answer for one in some] == sorted(one.answer for one in some)
    assert pool_engine.thresholds(0.95, 0.0).answer <= pool_engine.thresholds(0.95, 0.5).answer
    curve = pool_engine.calibration.curve
    assert [point.threshold for point in curve] == sorted(point.threshold for point in curve)
    for name in ("right", "wrong", "strangers"):
        values = [getattr(point, name) for point in curve]
        assert values == sorted(values, reverse=True) and 0 <= values[-1] <= values[0] <= 1


@given(st.floats(0.1, 5), st.floats(-3, 3))
def test_scores_keep_the_order_and_lie_between_0_and_1(slope: float, shift: float) -> None:
    scores = Calibration(slope, shift, (), 0.0).score(np.linspace(0, 1, 101, dtype=np.float32))
    assert (np.diff(scores) >= 0).all() and scores[0] >= 0 and scores[-1] <= 1


def test_blocks_are_runs_of_neighbours_within_a_group(segmenter: Segmenter) -> None:
    rows = [Row(f"门票{number}", group) for group in ("A", "B") for number in range(14)] + [Row("天气", "")]
    table = Table.of(rows, segmenter)
    block = table.blocks(BLOCKS)
    for group in (1, 2):
        own = block[table.group == group]
        assert (np.diff(own) >= 0).all() and set(own) == set(range(BLOCKS))
        assert np.bincount(own).max() - np.bincount(own).min() <= 1
    assert block[-1] == 0


def test_each_question_is_held_out_once_and_a_passage_never(segmenter: Segmenter) -> None:
    rows = [Row(f"门票{sign}", group) for group in ("A", "smalltalk/B", "") for sign in "甲乙丙丁戊己庚辛壬癸"]
    rows += [Row("门票的说明", "A", "段", asked=False)]
    table = Table.of(rows, segmenter)
    seen: list[int] = []

    def measure(rest: np.ndarray, out: np.ndarray) -> tuple[Scores, Scores]:
        assert not set(rest) & set(out) and len(rest) + len(out) == len(rows) and len(rows) - 1 in rest
        seen.extend(out.tolist())
        return np.zeros((len(out), 2, GROUP_FEATURES)), out[:, None].repeat(NULL_FEATURES, axis=1)

    shares: list[float] = []
    held, block, talk = hold_out(table, measure, shares.append)
    assert sorted(seen) == list(range(len(rows) - 1)) and shares[-1] == 1
    order = held.null[:, 0].astype(np.int64)
    assert np.array_equal(held.labels, table.group[order]) and np.array_equal(block, table.blocks(BLOCKS)[order])
    assert talk.sum() == 10 and (held.labels[talk] == 2).all()


def test_the_only_question_of_an_entry_is_not_held_out(segmenter: Segmenter) -> None:
    table = Table.of([Row("门票多少钱", "A"), Row("几点开门", "B"), Row("几点关门", "B")], segmenter)
    asked: list[str] = []

    def measure(rest: np.ndarray, out: np.ndarray) -> tuple[Scores, Scores]:
        asked.extend(table.rows[row].text for row in out)
        return np.zeros((len(out), 2, GROUP_FEATURES)), np.zeros((len(out), NULL_FEATURES))

    assert len(hold_out(table, measure, lambda _: None)[0].labels) == 2
    assert sorted(asked) == ["几点关门", "几点开门"]
    held, _, _ = hold_out(table.take(np.array([0, 1])), measure, lambda _: None)
    assert held.groups.shape == (0, 2, GROUP_FEATURES) and held.null.shape == (0, NULL_FEATURES)


@pytest.mark.parametrize(("outside", "inside"), [(40, 10), (3, 97), (1, 1)])
def test_outside_weighs_its_share(outside: int, inside: int) -> None:
    labels = np.array([0] * outside + [2] * inside)
    weights = importance(labels)
    assert weights[labels == 0].sum() / weights.sum() == pytest.approx(0.2, abs=1e-5)
    assert (weights[labels != 0] == 1).all()


@pytest.mark.parametrize("labels", [[0, 0, 0], [1, 2, 1], []])
def test_one_kind_alone_weighs_one_each(labels: list[int]) -> None:
    assert (importance(np.array(labels, dtype=np.int64)) == 1).all()
