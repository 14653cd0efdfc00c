"""What the family pays itself: its share, and what is out of scope or below the line."""

from __future__ import annotations

import pytest

from tests.support.calculator_cases import told


def figures(*turns: str) -> dict[str, str]:
    reply = told(*turns)
    assert reply.estimate is not None, reply.text
    return {figure.label: figure.value for figure in reply.estimate.results}


def test_the_own_part_holds_what_is_out_of_scope() -> None:
    # (12000 - 2000) x 10% = 1000, and 2000 that nobody pays back.
    paid = figures("三级医院住院总费用12000，其中自费2000，自己付多少")
    assert list(paid.items()) == [("个人负担", "3000.00"), ("其中范围外自费", "2000.00"), ("医保支付", "9000.00")]


def test_it_does_so_where_the_fund_was_asked_for_and_where_it_is_said_later() -> None:
    paid = figures("社康看门诊花了500，其中自费100，报多少")
    assert list(paid.items()) == [("医保支付", "300.00"), ("个人负担", "200.00"), ("其中范围外自费", "100.00")]
    paid = figures("三级医院住院总费用12000，自己付多少", "其中自费2000")
    assert paid["个人负担"] == "3000.00"


def test_the_deductible_is_part_of_it() -> None:
    # 12000 - (12000 - 2000 - 600) x 90%
    assert figures("三级医院住院总费用12000，其中自费2000，起付线600，自己付多少")["个人负担"] == "3540.00"
    # 12000 - 9000 x 90%
    assert figures("三级医院住院总费用12000，起付线以上9000，自己付多少")["个人负担"] == "3900.00"


def test_several_bills_add_up_with_it() -> None:
    paid = figures("两次住院都在三级医院，第一次总费用10000其中自费1000，第二次总费用8000其中自费500，一共自己付多少")
    # 18000 - (9000 + 7500) x 90%
    assert list(paid.items()) == [
        ("个人负担合计", "3150.00"),
        ("其中范围外自费", "1500.00"),
        ("医保支付合计", "14850.00"),
        ("第1笔个人负担", "1900.00"),
        ("第2笔个人负担", "1250.00"),
    ]


def test_the_table_of_levels_holds_it_and_says_its_premises() -> None:
    reply = told("市儿童医院住院一共12000，其中自费2000，自己付多少")
    assert reply.ask is not None and reply.ask.estimate is not None
    assert [one.value for one in reply.ask.estimate.results] == ["2800.00", "2900.00", "3000.00"]
    assert "起付线不在资料中" in reply.text


@pytest.mark.parametrize("said", ["看门诊花了1100，报多少", "门诊1100，自己付多少"])
def test_the_table_says_that_the_institution_is_taken_for_chosen(said: str) -> None:
    reply = told(said)
    assert reply.ask is not None and reply.ask.estimate is not None
    for premise in ("选定", "医保范围内", "诊查费", "限额"):
        assert premise in reply.text and any(premise in one for one in reply.ask.estimate.assumptions)
