"""The arithmetic of the rules on tables; the rules are those of the booklet, named R1 to R11 as in its notes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.calculator.formulas import (
    Claim,
    cap_cost,
    fee,
    income_base,
    monthly_fee,
    months_from,
    pay,
    percent,
    ratio_of,
    several,
    wage_base,
)
from bot.calculator.outcome import LEVELS, Step, cents, plain
from corpus.policy import Month, Policy, parse_policy
from tests.support.claim_rows import rows
from tests.support.policy_text import OURS, TEXT

LOCAL = {"outpatient": ("75", "65", "55"), "consult": ("80", "70", "60"), "inpatient": ("92", "91", "90")}
# R10: the whole local ratio with papers, 90% in an emergency and inside the province, 80% outside.
SHARES = {"filed": "100", "referral": "100", "emergency": "90", "in_province": "90", "out_province": "80"}
CAP = Decimal("2471.31")

# R3: month of application | months left | fee | how it is written
JOINING = """
2024-09 | 12 | 436.32 | 436.32
2024-10 | 11 | 399.96 | 36.36 × 11
2024-11 | 10 | 363.60 | 36.36 × 10
2024-12 |  9 | 327.24 | 36.36 × 9
2025-01 |  8 | 290.88 | 36.36 × 8
2025-02 |  7 | 254.52 | 36.36 × 7
2025-03 |  6 | 218.16 | 36.36 × 6
2025-04 |  5 | 181.80 | 36.36 × 5
2025-05 |  4 | 145.44 | 36.36 × 4
2025-06 |  3 | 109.08 | 36.36 × 3
2025-07 |  2 |  72.72 | 36.36 × 2
2025-08 |  1 |  36.36 | 36.36 × 1
"""

# What is claimed | what the fund pays | the last step, which comes to it | the rule
OUTPATIENT = """
level=1 cost=1000 | 750.00 | 1000.00 × 75% | R7
level=2 cost=1000 | 650.00 | 1000.00 × 65% | R7
level=3 cost=1000 | 550.00 | 1000.00 × 55% | R7
level=1 consult=30 | 24.00 | 30.00 × 80% | R7
level=2 consult=30 | 21.00 | 30.00 × 70% | R7
level=3 consult=30 | 18.00 | 30.00 × 60% | R7
level=1 cost=200 consult=25 | 170.00 | 200.00 × 75% + 25.00 × 80% | R7
level=2 cost=200 consult=25 | 147.50 | 200.00 × 65% + 25.00 × 70% | R7
level=3 cost=200 consult=25 | 125.00 | 200.00 × 55% + 25.00 × 60% | R7
level=1 cost=128.50 | 96.38 | 128.50 × 75% | R7, half up
level=3 cost=0.01 | 0.01 | 0.01 × 55% | R7, half up
level=1 cost=0.02 | 0.02 | 0.02 × 75% | R7, half up
level=3 cost=0.04 consult=0.04 | 0.05 | 0.04 × 55% + 0.04 × 60% | added unrounded
level=2 cost=0.01 consult=0.01 | 0.01 | 0.01 × 65% + 0.01 × 70% | added unrounded
level=1 cost=3295.08 | 2471.31 | 3295.08 × 75% | R8, the cap to the cent
level=1 cost=94.95 used=2400 | 71.21 | 94.95 × 75% | R8, 10 cents left
level=1 cost=200 used=2400 | 71.31 | 2471.31 - 2400.00 | R8
level=1 cost=4000 | 2471.31 | 2471.31 - 0.00 | R8
level=3 cost=4493.29 | 2471.31 | 4493.29 × 55% | R8
level=3 cost=4493.30 | 2471.31 | 2471.31 - 0.00 | R8
level=1 cost=200 used=2471.31 | 0.00 | 2471.31 - 2471.31 | R8
level=1 cost=200 used=2471.30 | 0.01 | 2471.31 - 2471.30 | R8
level=1 cost=200 consult=30 used=2471.31 | 24.00 | 0.00 + 30.00 × 80% | R7, R8
level=1 cost=200 consult=30 used=2400 | 95.31 | 71.31 + 30.00 × 80% | R7, R8
level=1 consult=30 used=2471.31 | 24.00 | 30.00 × 80% | R7, the cap is of the rest
level=1 cost=4000 away=filed | 2471.31 | 2471.31 - 0.00 | R11, the same cap
level=1 cost=200 away=filed | 150.00 | 200.00 × 75% × 100% | R11
"""

INPATIENT = """
level=1 cost=1000 | 920.00 | 1000.00 × 92% | R9
level=2 cost=1000 | 910.00 | 1000.00 × 91% | R9
level=3 cost=1000 | 900.00 | 1000.00 × 90% | R9
level=3 cost=20000 deductible=600 | 17460.00 | (20000.00 - 600.00) × 90% | R9
level=1 cost=3000.50 deductible=0 | 2760.46 | (3000.50 - 0.00) × 92% | R9
level=2 cost=0.50 | 0.46 | 0.50 × 91% | R9, half up
level=3 cost=0.05 | 0.05 | 0.05 × 90% | R9, half up
level=2 cost=600.01 deductible=600 | 0.01 | (600.01 - 600.00) × 91% | R9, half up
level=2 cost=6000 away=emergency | 4914.00 | 6000.00 × 91% × 90% | R10
level=3 cost=50000 deductible=1000 away=filed | 44100.00 | (50000.00 - 1000.00) × 90% × 100% | R10
level=2 cost=12000 away=referral | 10920.00 | 12000.00 × 91% × 100% | R10
level=3 cost=10000 away=in_province | 8100.00 | 10000.00 × 90% × 90% | R10
level=3 cost=10000 away=out_province | 7200.00 | 10000.00 × 90% × 80% | R10
level=1 cost=12345.67 deductible=0.02 away=out_province | 9086.40 | (12345.67 - 0.02) × 92% × 80% | R10, half up
"""


def claimed(visit: str, said: str) -> Claim:
    """Return the claim that a row of a table describes."""
    told = dict(pair.split("=") for pair in said.split())
    names = {name: told.pop(name) for name in ("level", "away") if name in told}
    return Claim(visit, **names, **{name: Decimal(value) for name, value in told.items()})


@pytest.fixture(scope="module")
def policy() -> Policy:
    return parse_policy(TEXT, OURS)


@pytest.mark.parametrize(("month", "months", "value", "left"), rows(JOINING))
def test_the_fee_of_each_month(policy: Policy, month: str, months: str, value: str, left: str) -> None:
    assert months_from(policy, Month.parse(month)) == int(months)
    assert fee(policy, Month.parse(month)) == (Decimal(value), Step(left, value))


def test_fees_of_several_children(policy: Policy) -> None:
    assert fee(policy, Month(2025, 3), 2) == (Decimal("436.32"), Step("36.36 × 6 × 2", "436.32"))  # R3
    assert fee(policy, Month(2024, 9), 2) == (Decimal("872.64"), Step("436.32 × 2", "872.64"))  # R1
    assert several(Decimal("872.64"), 3) == (Decimal("2617.92"), Step("872.64 × 3", "2617.92"))  # R1


def test_what_follows_from_the_printed_numbers(policy: Policy) -> None:
    assert monthly_fee(policy) == Decimal("36.36")  # R3
    assert income_base(policy) == (Decimal(6060), Step("436.32 ÷ 0.6% ÷ 12", "6060.00"))  # R2
    assert wage_base(policy) == (Decimal(164754), Step("2471.31 ÷ 1.5%", "164754.00"))  # R8


@pytest.mark.parametrize(
    ("level", "used", "value", "left"),
    [
        ("1", "0", "3295.08", "2471.31 ÷ 75%"),  # R8
        ("2", "0", "3802.02", "2471.31 ÷ 65%"),  # R8
        ("3", "0", "4493.29", "2471.31 ÷ 55%"),  # R8
        ("1", "2400", "95.08", "(2471.31 - 2400.00) ÷ 75%"),  # R8
        ("3", "2471.31", "0.00", "(2471.31 - 2471.31) ÷ 55%"),  # R8
    ],
)
def test_the_cost_that_uses_the_cap_up(policy: Policy, level: str, used: str, value: str, left: str) -> None:
    cost, step = cap_cost(policy, level, Decimal(used))
    assert cents(cost) == Decimal(value)
    assert step == Step(left, value)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("kind", LOCAL)
def test_the_local_ratios(policy: Policy, kind: str, level: str) -> None:
    visit = "inpatient" if kind == "inpatient" else "outpatient"
    ratio, step = ratio_of(policy, Claim(visit, level, ratio=kind))  # R7, R9
    assert (percent(ratio), step) == (f"{LOCAL[kind][int(level) - 1]}%", None)


@pytest.mark.parametrize(
    ("away", "ratios"),
    [
        ("filed", ("92%", "91%", "90%")),
        ("referral", ("92%", "91%", "90%")),
        ("emergency", ("82.8%", "81.9%", "81%")),
        ("in_province", ("82.8%", "81.9%", "81%")),
        ("out_province", ("73.6%", "72.8%", "72%")),
    ],
)
def test_the_ratios_out_of_the_city(policy: Policy, away: str, ratios: tuple[str, ...]) -> None:
    for level, local, expected in zip(LEVELS, LOCAL["inpatient"], ratios, strict=True):
        ratio, step = ratio_of(policy, Claim("inpatient", level, away=away))  # R10: a share of the local ratio
        assert percent(ratio) == expected
        assert step == Step(f"{local}% × {SHARES[away]}%", expected)


@pytest.mark.parametrize(("said", "fund", "left", "rule"), rows(OUTPATIENT))
def test_outpatient_care(policy: Policy, said: str, fund: str, left: str, rule: str) -> None:
    expect_paid(policy, claimed("outpatient", said), fund, left)


@pytest.mark.parametrize(("said", "fund", "left", "rule"), rows(INPATIENT))
def test_inpatient_care(policy: Policy, said: str, fund: str, left: str, rule: str) -> None:
    expect_paid(policy, claimed("inpatient", said), fund, left)


def expect_paid(policy: Policy, asked: Claim, fund: str, left: str) -> None:
    payment = pay(policy, asked)
    assert str(payment.fund) == fund
    assert payment.own == asked.cost + asked.consult - payment.fund
    assert payment.steps[-1] == Step(left, fund)


@pytest.mark.parametrize(("cost", "deductible"), [("500", "600"), ("600", "600"), ("0.01", "100000000")])
def test_a_deductible_that_is_not_reached(policy: Policy, cost: str, deductible: str) -> None:
    payment = pay(policy, Claim("inpatient", "3", Decimal(cost), deductible=Decimal(deductible)))  # R9
    assert (payment.fund, payment.own) == (0, Decimal(cost))


def test_it_is_said_when_the_cap_is_reached(policy: Policy) -> None:
    at, below = Decimal("3295.09"), Decimal("3295.07")
    assert pay(policy, Claim("outpatient", "1", at)).at_cap  # R8
    assert not pay(policy, Claim("outpatient", "1", below)).at_cap
    assert [str(step) for step in pay(policy, Claim("outpatient", "1", Decimal(4000), used=Decimal(1000))).steps] == [
        "4000.00 × 75% = 3000.00",
        "2471.31 - 1000.00 = 1471.31",
    ]


def test_more_used_than_the_cap_leaves_nothing(policy: Policy) -> None:
    assert pay(policy, Claim("outpatient", "1", Decimal(100), used=CAP + 100)).fund == 0  # R8: max(0, cap - used)


def test_no_cap_where_that_of_the_year_is_not_known(policy: Policy) -> None:
    payment = pay(policy, Claim("outpatient", "1", Decimal(10000), capped=False))  # R8: the ratio result
    assert (payment.fund, payment.at_cap) == (Decimal("7500.00"), False)


@pytest.mark.parametrize(("value", "expected"), [("0.005", "0.01"), ("0.0049", "0.00"), ("96.375", "96.38")])
def test_half_up(value: str, expected: str) -> None:
    assert str(cents(Decimal(value))) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [("81.0", "81"), ("0.60", "0.6"), ("100", "100"), ("0", "0"), ("73.60", "73.6")]
)
def test_numbers_without_needless_zeros(value: str, expected: str) -> None:
    assert plain(Decimal(value)) == expected
