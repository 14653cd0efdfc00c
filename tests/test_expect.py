"""Expect: a true sentence about what a corpus can do."""

from __future__ import annotations

import pytest

from index.calibrate import Calibration, Point
from index.expect import expectation


def curve(right: float, count: float = 1e5, wrong: float = 0.0, strangers: float = 0.0) -> Calibration:
    return Calibration(1.0, 0.0, (Point(0.5, right, wrong, strangers, count, count),), 0.1)


@pytest.mark.parametrize(
    ("right", "says"), [(0.62, "约六成"), (0.98, "约全部"), (0.35, "约四成"), (0.93, "约九成"), (0.51, "约五成")]
)
def test_says_how_much_is_answered(right: float, says: str) -> None:
    assert says in expectation(curve(right))


def test_advises_more_questions_until_eight_in_ten_are_answered() -> None:
    assert "再添几个不一样的问法" in expectation(curve(0.7)) and "可以用了" not in expectation(curve(0.7))
    assert "可以用了" in expectation(curve(0.9)) and "再添" not in expectation(curve(0.9))


def test_says_which_precision_is_shown_instead() -> None:
    said = expectation(curve(0.6, wrong=0.05))
    assert "98% 在现有的问法上还看不出来" in said and "约 92%" in said and "再添一些不能答的问题" in said
    few = expectation(curve(0.9, count=20))
    assert "看不出来" in few and "约 100%" not in few, "right as it may be, of twenty questions nothing is shown"


def test_speaks_of_the_precision_and_the_strangers_that_are_set() -> None:
    one = curve(0.6, wrong=0.05, strangers=0.1)
    assert "看不出来" not in expectation(one, 0.8)
    assert "80%" in expectation(one, 0.8, strangers=0.9) and "看不出来" in expectation(one, 0.8, strangers=0.9)
