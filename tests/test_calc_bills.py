"""Several bills in one sentence, costs that are said as about, and months that are said from today on."""

from __future__ import annotations

import pytest

from tests.support.calculator_cases import outcome, told


def figures(*turns: str) -> dict[str, str]:
    reply = told(*turns)
    assert reply.estimate is not None, reply.text
    return {one.label: one.value for one in reply.estimate.results}


def test_each_bill_keeps_its_own_kind_level_and_own_part() -> None:
    paid = figures("摔伤先在社康换药花了160，后来在三级医院住院花了9000，里面自费1000，一共能报多少")
    assert paid["医保支付合计"] == "7320.00"  # 160 x 75% + (9000 - 1000) x 90%
    assert (paid["第1笔医保支付"], paid["第2笔医保支付"]) == ("120.00", "7200.00")
    assert paid["个人负担合计"] == "1840.00"


def test_two_hospitals_with_a_bill_each_need_no_word_for_together() -> None:
    paid = figures("方案一：三级住院总费用12000，自费2000；方案二：二级住院总费用9000，自费400，各自己掏多少")
    assert sorted((paid["第1笔个人负担"], paid["第2笔个人负担"])) == ["1174.00", "3000.00"]


def test_a_bill_that_cannot_be_told_from_the_other_is_asked_for() -> None:
    assert outcome(told("住院两次，三级8000、二级、一级6000，一共报多少")).startswith("ask:")


@pytest.mark.parametrize(
    ("said", "low", "high"),
    [
        ("三级医院住院花了七八千，能报多少", "6300.00", "7200.00"),
        ("三级医院住院大概2到3万，能报多少", "18000.00", "27000.00"),
        ("三级医院住院八千三百多，能报多少", "7470.00", "7560.00"),
    ],
)
def test_of_a_cost_between_two_both_ends_are_worked_out(said: str, low: str, high: str) -> None:
    paid = [value for label, value in figures(said).items() if label.startswith("医保支付")]
    assert paid == [low, high]


def test_a_clear_cost_takes_the_place_of_one_that_was_about() -> None:
    assert figures("三级医院住院花了七八千，能报多少", "确切是7650")["医保支付"] == "6885.00"


def test_of_two_about_costs_none_is_computed() -> None:
    assert outcome(told("两次三级住院，一次七八千，一次两三千，一共报多少")).startswith("ask:")


@pytest.mark.parametrize(
    ("said", "fee"),
    [
        ("现在是2月3号，去给孩子参保要交多少医保费", "254.52"),
        ("9月断了没接上，现在1月，补医保要多少钱", "290.88"),
        ("孩子的医保从3月补到8月，合计多少钱", "218.16"),
        ("从9月到明年8月，少儿医保一共扣多少钱", "436.32"),
    ],
)
def test_a_month_is_counted_from_when_it_is_paid(said: str, fee: str) -> None:
    assert fee in figures(said).values()


def test_a_lunar_month_is_none_of_the_calendar() -> None:
    read = told("深户宝宝农历八月十五生的，下个月去参保，要交多少医保费")
    assert outcome(read) == "ask:birth_month"


def test_a_registration_may_have_a_consultation_in_it() -> None:
    said = "三级医院看门诊挂号费50，药费300，一共350，报多少"
    assert "挂号费" in told(said).text
    # (350 - 20) x 55% + 20 x 60%
    assert figures(said, "诊查费是20")["医保支付"] == "193.50"


def test_what_a_bill_says_was_paid_is_added_up() -> None:
    paid = figures("住院结算单总费用12000，个人自付1900，自费800，我一共自己掏了多少")
    assert (paid["个人负担"], paid["医保支付"], paid["医保支付占总费用"]) == ("2700.00", "9300.00", "77.5")


def test_each_child_has_a_limit_of_its_own() -> None:
    assert set(figures("两个孩子门诊各报了300和700，额度各自还剩多少").values()) == {"2171.31", "1771.31"}


def test_the_limit_of_stays_is_not_that_of_visits() -> None:
    assert outcome(told("今年住院已经报了8万，还能报多少")) == "absent"
    assert outcome(told("住院已经报了1500，今年还剩多少额度")) == "absent"
