"""What holds of every calculation, whatever is said: on slots and amounts that nobody thought of."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.calculator.arithmetic import read_expression
from bot.calculator.claims import claim
from bot.calculator.fees import FEES, work_out_fee
from bot.calculator.formulas import Claim, fee, pay
from bot.calculator.limits import CAPS, work_out_benefit, work_out_cap
from bot.calculator.outcome import LEVELS, Missing, Outcome, Result, Step, Unknown, Wrong, cents
from bot.calculator.reader import SLOTS
from bot.calculator.record import Record, Talk, dump, load
from corpus.policy import Month, parse_policy
from tests.support.policy_text import OURS, TEXT

MANY, SOME = settings(max_examples=200, deadline=None), settings(max_examples=100, deadline=None)
POLICY = parse_policy(TEXT, OURS)
CAP = POLICY.number("cap.amount")
SUMS = st.decimals(0, 1_000_000, places=2)
ABSURD = st.sampled_from(("0", "0.01", "2471.31", "100000000", "100000001", "9" * 40, "1E+30", "-1")).map(Decimal)
SAID = st.none() | SUMS | SUMS | ABSURD
PAPERS = st.sampled_from(("", "", "", "true", "false", "unsure"))
OURS_MONTHS = st.sampled_from(POLICY.fee.months)
ANY_MONTHS = st.one_of(
    OURS_MONTHS, st.builds(Month, st.sampled_from((1, 1999, 2023, 2024, 2025, 9999)), st.integers(1, 12))
)
PLACES = st.sampled_from(("", "", "local", "in_province", "out_province", "away", "uncovered", "several"))
CLAIMS = st.builds(
    Record, task=st.just("claim"),
    want=st.sampled_from(("", "fund", "self", "ratio", "selfratio", "cost", "owncost")),
    many=st.sampled_from(("", "", "", "sum", "each", "cmp", "one")),
    visit=st.sampled_from(("inpatient", "outpatient", "inpatient", "outpatient", "", "both")),
    level=st.sampled_from((*LEVELS, *LEVELS, "", "4")),
    compared=st.sampled_from(
        (
            *((), (), ("level=1", "level=3"), ("level=2", "level=2"), ("level=1", "level=2", "level=3")),
            *(("location=local", "location=out_province"), ("case=filed", "case=temporary")),
        )
    ),
    paid=st.none() | SAID,
    location=PLACES, filed=PAPERS, referral=PAPERS, emergency=PAPERS, selected=PAPERS,
    temporary=st.sampled_from(("", "", "true")),
    hukou=st.sampled_from(("", "shenzhen", "other")), scope=st.sampled_from(("", "", "all", "part")),
    consult_in=st.sampled_from(("", "in", "apart", "only", "maybe")), total=SAID, scoped=st.none() | SAID,
    items=st.none() | SAID,
    above=st.none() | SAID, each=st.none() | st.none() | SAID, deductible=SAID,
    consult=st.none() | st.decimals(0, 900, places=2) | SAID,
    outside=st.none() | SAID, used=st.none() | SAID, left=st.none() | SAID,
    children=st.sampled_from((None, None, 1, 2, 3, -1, 0, 9999)),
    times=st.sampled_from((None, None, 2, 6, 9999)), year=st.sampled_from((None, None, 2024, 2025, 2023, 9999)),
    unclear=st.sampled_from(("", "", "", "amount", "deductible", "used_cap")), exhausted=st.booleans(),
    about=st.booleans(), upto=st.none() | st.none() | SAID,
)  # fmt: skip

BENEFITS = ("bstart", "bend", "blen", "binforce", "window")
PLAIN_CLAIMS = st.builds(
    Record, task=st.just("claim"), visit=st.sampled_from(("inpatient", "outpatient")), level=st.sampled_from(LEVELS),
    want=st.sampled_from(("", "fund", "self")), total=st.none() | SUMS, above=st.none() | st.none() | SUMS,
    deductible=st.none() | SUMS, consult=st.none() | st.decimals(0, 900, places=2),
    consult_in=st.sampled_from(("in", "apart")),
    location=st.sampled_from(("local", "in_province", "out_province")), filed=st.sampled_from(("", "true")),
    selected=st.just("true"),
)  # fmt: skip
OTHERS = st.builds(
    Record, task=st.sampled_from((*FEES, *CAPS, *BENEFITS)), want=st.sampled_from(("", "months", "half", "ratio")),
    apply=st.lists(ANY_MONTHS, max_size=3).map(tuple), birth=st.lists(ANY_MONTHS, max_size=2).map(tuple),
    day_of=st.lists(OURS_MONTHS, max_size=1).map(tuple), apply_day=st.sampled_from((None, 1, 20, 31)),
    birth_day=st.sampled_from((None, 1, 20, 31)), hukou=st.sampled_from(("", "shenzhen", "other")),
    children=st.sampled_from((None, None, 1, 2, 3, 0, -1, 1001)), times=st.sampled_from((None, None, 2, 12, 400)),
    part=st.sampled_from(("", "", "sub", "all", "?")), many=st.sampled_from(("", "sum", "one")),
    midway=st.booleans(),
    assumed_year=st.booleans(), paid=SAID | st.integers(1, 13).map(lambda months: months * Decimal("36.36")),
    used=SAID, left=SAID, base=st.none() | SAID, total=st.none() | SAID,
    level=st.sampled_from((*LEVELS, "", "4")), year=st.sampled_from((None, None, 2024, 2025, 9999)),
    school_year=st.sampled_from(("", "", "2024-2025", "2025-2026", "9999-10000")),
    unclear=st.sampled_from(("", "", "used_cap")),
)  # fmt: skip
QUESTIONS = st.one_of(
    st.lists(CLAIMS, min_size=1, max_size=3),
    st.lists(PLAIN_CLAIMS, min_size=1, max_size=1),
    st.lists(OTHERS, min_size=1, max_size=1),
)
COSTS = st.builds(
    Claim,
    st.sampled_from(("outpatient", "inpatient")),
    st.sampled_from(LEVELS),
    cost=SUMS,
    consult=SUMS,
    used=SUMS,
    capped=st.booleans(),
    deductible=st.none() | SUMS,
    away=st.sampled_from(("", "filed", "referral", "emergency", "in_province", "out_province")),
).map(lambda one: replace(one, consult=Decimal(0)) if one.visit == "inpatient" else replace(one, deductible=None))


def work_out(records: list[Record]) -> Outcome:
    """Work out records as a conversation would."""
    task = records[0].task
    if task == "claim":
        return claim(records, POLICY)
    if task in CAPS:
        return work_out_cap(records[0], POLICY)
    return work_out_benefit(records[0], POLICY) if task in BENEFITS else work_out_fee(records[0], POLICY)


def comes_to(left: str) -> Decimal:
    """Return what the left side of a step comes to; a number alone is itself."""
    sums = read_expression(f"{left}=")  # without the sign 10 - 8 is a date
    # A fault has no value, and None is no number.
    return Decimal(left if sums is None else str(sums.value))


def is_true(step: Step) -> bool:
    """Tell whether the two sides of a step are equal, money to the cent."""
    if step.right.endswith("%"):
        return comes_to(step.left) == Decimal(step.right[:-1]) / 100
    return cents(comes_to(step.left)) == Decimal(step.right)


def half_up(value: Fraction) -> Decimal:
    """Round half up to the cent, in whole numbers."""
    return Decimal((value * 200 + 1) // 2).scaleb(-2)


def by_the_book(asked: Claim) -> Decimal:
    """Return what the fund pays, worked out in fractions: R7 to R11."""
    share = Fraction(POLICY.ratio(f"away.{asked.away}")) if asked.away else Fraction(1)
    general = Fraction(asked.cost) * Fraction(POLICY.ratio(f"{asked.visit}.{asked.level}")) * share
    if asked.visit == "inpatient":
        above = max(Fraction(0), Fraction(asked.cost) - Fraction(asked.deductible or 0))
        return half_up(above * Fraction(POLICY.ratio(f"inpatient.{asked.level}")) * share)
    if asked.capped:
        general = min(general, max(Fraction(0), Fraction(CAP) - Fraction(asked.used)))
    return half_up(general + Fraction(asked.consult) * Fraction(POLICY.ratio(f"consult.{asked.level}")) * share)


@SOME
@given(st.integers(0, 10), st.integers(1, 1000))
def test_the_fee_falls_month_by_month(place: int, children: int) -> None:
    earlier, later = (fee(POLICY, POLICY.fee.months[place + n], children)[0] for n in (0, 1))  # R3
    assert earlier - later == Decimal("36.36") * children
    assert fee(POLICY, POLICY.fee.first, children)[0] == POLICY.number("fee.personal") * children
    assert fee(POLICY, POLICY.fee.last, children)[0] > 0


@SOME
@given(COSTS)
def test_a_payment_is_that_of_the_book(asked: Claim) -> None:
    assert pay(POLICY, asked).fund == by_the_book(asked)


@SOME
@given(COSTS)
def test_a_payment_stays_within_its_bounds(asked: Claim) -> None:
    payment, cost = pay(POLICY, asked), asked.cost + asked.consult
    assert 0 <= payment.fund <= cost
    assert payment.fund + payment.own == cost
    assert payment.fund == payment.fund.quantize(Decimal("0.01"), ROUND_HALF_UP)
    if asked.visit == "outpatient" and asked.capped:
        alone = pay(POLICY, replace(asked, cost=Decimal(0))).fund
        assert payment.fund <= max(Decimal(0), CAP - asked.used) + alone
    assert all(is_true(step) for step in payment.steps)
    assert Decimal(payment.steps[-1].right) == payment.fund


@SOME
@given(COSTS, SUMS)
def test_more_cost_is_never_paid_less_and_more_used_never_more(asked: Claim, more: Decimal) -> None:
    paid = pay(POLICY, asked).fund
    assert pay(POLICY, replace(asked, cost=asked.cost + more)).fund >= paid
    assert pay(POLICY, replace(asked, used=asked.used + more)).fund <= paid
    assert pay(POLICY, replace(asked, level="3")).fund <= paid <= pay(POLICY, replace(asked, level="1")).fund


@MANY
@given(QUESTIONS)
def test_anything_has_an_outcome(records: list[Record]) -> None:
    outcome = work_out(records)
    assert isinstance(outcome, Result | Missing | Unknown | Wrong)
    assert work_out(records) == outcome
    if isinstance(outcome, Missing):
        assert outcome.slot in SLOTS


@MANY
@given(QUESTIONS)
def test_every_printed_step_is_true(records: list[Record]) -> None:
    outcome = work_out(records)
    if isinstance(outcome, Result) and records[0].task not in BENEFITS:
        assert [str(step) for step in outcome.steps if not is_true(step)] == []


@SOME
@given(PLAIN_CLAIMS)
def test_both_parts_of_a_result_are_the_cost(record: Record) -> None:
    outcome = claim([record], POLICY)
    if isinstance(outcome, Result) and outcome.figures[0].unit == "元":
        amount, consult = record.total or Decimal(0), record.consult or Decimal(0)
        cost = amount + (consult if record.consult_in == "apart" or record.total is None else 0)
        if record.visit == "inpatient":
            cost = max(amount, record.above or Decimal(0))
        # What is 其中 is in the family's part.
        assert sum(Decimal(one.value) for one in outcome.figures if not one.label.startswith("其中")) == cost
        assert all(Decimal(figure.value) >= 0 for figure in outcome.figures)


@SOME
@given(PLAIN_CLAIMS, st.sampled_from(("cost", "owncost")))
def test_a_cost_that_is_found_is_paid_as_was_said(record: Record, want: str) -> None:
    outcome = claim([replace(record, want=want, paid=record.total, total=None, above=None, consult=None)], POLICY)
    if isinstance(outcome, Result):
        cost, fund, own = (Decimal(figure.value) for figure in outcome.figures)
        line = record.deductible if record.visit == "inpatient" else None
        asked = Claim(record.visit, record.level, cost, away="filed" if record.filed else "", deductible=line)
        if not record.temporary and (record.location == "local" or record.filed):
            assert abs(pay(POLICY, asked).fund - fund) <= Decimal("0.01")
        assert record.total in (fund, own) and fund + own == cost


@SOME
@given(st.lists(PLAIN_CLAIMS, min_size=2, max_size=4))
def test_several_bills_come_to_the_sum_of_each_and_share_the_limit(records: list[Record]) -> None:
    outcome = claim([replace(record, want="") for record in records], POLICY)
    if isinstance(outcome, Result):
        alone = [claim([replace(record, want="")], POLICY) for record in records]
        parts = [Decimal(one.figures[0].value) for one in alone if isinstance(one, Result)]
        assert Decimal(outcome.figures[0].value) <= sum(parts)
        if all(record.visit == "inpatient" for record in records):
            assert Decimal(outcome.figures[0].value) == sum(parts)


@SOME
@given(QUESTIONS, QUESTIONS, st.sampled_from(("", *SLOTS)))
def test_a_session_brings_records_back_as_they_were(now: list[Record], before: list[Record], asked: str) -> None:
    talk = Talk(tuple(now), asked, (tuple(before),))
    assert load(dump(talk)) == talk


@SOME
@given(CLAIMS, st.data())
def test_what_was_answered_is_not_asked_again(record: Record, data: st.DataObject) -> None:
    values = {
        "visit": ("visit", ("outpatient", "inpatient")), "hospital_level": ("level", LEVELS),
        "selected": ("selected", ("true", "false")),
        "location": ("location", ("local", "in_province", "out_province")),
    }  # fmt: skip
    outcome = claim([record], POLICY)
    if isinstance(outcome, Missing) and outcome.slot in values:
        field, choices = values[outcome.slot]
        told = Record(**{field: data.draw(st.sampled_from(choices))})  # type: ignore[arg-type]
        again = claim([told.over(record)], POLICY)
        assert not isinstance(again, Missing) or again.slot != outcome.slot
