"""What a number rests on stays in sight: an open comparison, things that the documents do not treat, earlier doubts."""

from __future__ import annotations

import pytest

from tests.support.calculator_cases import outcome, real_calculator, told


@pytest.mark.parametrize("said", ["备案和没备案，三级医院住院4万差多少钱", "办没办备案，三级医院住院4万，报销差多少"])
def test_filed_or_not_is_compared_where_it_matters_and_never_in_the_city(said: str) -> None:
    reply = told(said)
    assert outcome(reply) == "ask:location" and "在深圳、" not in reply.text
    # 40000 x 90% less 40000 x 90% x 80%
    assert outcome(told(said, "广东省外")) == "=7200.00元"
    assert outcome(told(said, "广东省内（市外）")) == "=3600.00元"


def test_one_side_of_a_comparison_is_no_answer() -> None:
    reply = told("备案和没备案，住院4万差多少钱", "广东省外")
    assert outcome(reply) == "ask:hospital_level" and reply.ask is not None and reply.ask.estimate is None


@pytest.mark.parametrize(
    "said",
    [
        "特需门诊看病花了600，能报多少",
        "办了门特，今年看门诊花了8000，报多少",
        "困难家庭的孩子一年要交多少",
        "二级医院验光花了90，门诊报多少",
    ],
)
def test_what_the_documents_do_not_treat_gets_no_number(said: str) -> None:
    reply = told(said)
    assert outcome(reply) == "absent" and "资料里没有" in reply.text


def test_that_benefits_may_not_have_begun_is_not_forgotten() -> None:
    first = "2月份才交的钱，现在能享受待遇吗"
    assert outcome(told(first)) == "absent"
    for turns in ((first, "三级医院看门诊花了300，能报多少"), (first, "看门诊花了300，能报多少", "三级")):
        assert "待遇从什么时候开始，资料没有写" in told(*turns).text
    # Paid in September: there is no doubt.
    assert "没有写" not in told("9月份交的钱，现在能享受待遇吗", "三级医院看门诊花了300，能报多少").text


def test_what_a_baby_cost_before_it_was_insured_gets_no_number() -> None:
    reply = told("宝宝11月5号出生，还没买保险，生下来就住院花了6000，能报多少")
    assert outcome(reply) == "absent" and "自出生之日起享受待遇" in reply.text


def test_half_a_year_is_half_of_the_months() -> None:
    # 436.32 / 12 x 6 x 2
    assert outcome(told("两个孩子，半年的医保费一共多少")) == "=436.32元"


def test_a_day_that_is_asked_for_is_no_fee() -> None:
    assert real_calculator().turn("少儿医保几号截止，是不是8月20号") is None


@pytest.mark.parametrize(
    "said",
    ["孩子今年6月毕业了，医保还能用到什么时候", "我9月停保了，医保到几月", "今年9月没交，之前的能用到什么时候"],
)
def test_until_when_is_not_told_to_who_stopped_paying(said: str) -> None:
    assert outcome(real_calculator().turn(said)) in ("none", "absent")
    assert outcome(real_calculator().turn("9月交的，医保能用到什么时候")) == "=9月"
