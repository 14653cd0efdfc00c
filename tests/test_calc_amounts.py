"""No amount is passed over: what has no role is asked for, and what is clear is not asked for twice."""

from __future__ import annotations

import pytest

from tests.support.calculator_cases import outcome, told


@pytest.mark.parametrize(
    "said",
    [
        "这个月去社康看了三回，一次130一次75，又来个210，限额还剩多少",
        "社康两次，一次88一次46，报多少",
    ],
)
def test_a_bill_more_is_never_passed_over(said: str) -> None:
    assert outcome(told(said)).startswith("ask:")


def test_outpatient_costs_in_a_row_are_added_up() -> None:
    # (180 + 95 + 125) x 75%
    assert outcome(told("社康门诊换药三天，分别是180 95 125，加起来报多少")) == "=300.00元"


def test_a_guess_gives_way_to_the_amount_behind_it() -> None:
    assert outcome(told("三级医院看门诊花了六百多，大概640吧，报多少")) == "=352.00元"
    assert outcome(told("三级医院看门诊花了六百多，报多少")) == "=330.00元"
    assert outcome(told("三级医院看门诊花了好几百，报多少")).startswith("ask:")


def test_a_correction_takes_the_place_of_the_only_amount() -> None:
    first = "门诊额度已经用了470，还剩多少"
    assert outcome(told(first)) == "=2001.31元"
    assert outcome(told(first, "不对 我看了下是四百七十六块三")) == "=1995.01元"


def test_a_percentage_among_two_is_no_amount() -> None:
    assert outcome(told("社康报销比例是多少，是百分之60还是75")) == "=75%"


def test_what_is_said_outright_of_filing_is_not_asked_again() -> None:
    assert outcome(told("已办异地备案，成都三级医院住院，费用30000，报销多少")) == "=27000.00元"
    reply = told("在成都三级医院住院，没办备案，费用30000，报销多少")
    assert outcome(reply) in ("=21600.00元", "ask:out_of_city_kind") and "办过长期异地就医备案" not in reply.text
