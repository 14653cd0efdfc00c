"""What holds of every calculation, whatever is said: on slots and amounts that nobody thought of."""

from __future__ import annotations

import operator
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.calculator.arithmetic import read_expression
from bot.calculator.bill import MONEY
from bot.calculator.claims import claim
from bot.calculator.fees import work_out_fee
from bot.calculator.formulas import Claim, fee, pay
from bot.calculator.limits import work_out_cap
from bot.calculator.newborn import benefit
from bot.calculator.outcome import LEVELS, Missing, Outcome, Result, Step, Unknown, Wrong, cents
from bot.calculator.reading import Slots
from bot.calculator.topics import BENEFITS, CAPS, CLAIM
from bot.calculator.wording import OPTIONS
from corpus.policy import Month, parse_policy
from tests.test_policy import OURS, TEXT

MANY, SOME = settings(max_examples=400, deadline=None), settings(max_examples=150, deadline=None)
POLICY = parse_policy(TEXT, OURS)
CAP = POLICY.number("cap.amount")
FEE_TOPICS = (
    *("fee", "newborn", "difference", "monthly", "total", "subsidy", "subsidy_gap"),
    *("income_base", "wage_base", "reverse"),
)
# The slots that the contract allows to ask for.
ASKABLE = {*OPTIONS, "amount", "consult_fee", "deductible", "used_cap", "apply_month", "birth_month", "children"}

SUMS = st.decimals(0, 1_000_000, places=2)
ABSURD = st.sampled_from(("0", "0.01", "2471.31", "100000000", "100000001", "9" * 40, "1E+30", "-1"))
SAID_SUMS = st.one_of(SUMS.map(str), SUMS.map(str), SUMS.map(str), ABSURD)
FLAG, YES = st.sampled_from(("true", "false")), st.just("true")
OURS_MONTHS = st.sampled_from(POLICY.fee.months).map(str)
MONTHS = st.one_of(OURS_MONTHS, st.builds(Month, st.integers(2023, 2026), st.integers(1, 12)).map(str))
ANY_MONTHS = st.one_of(MONTHS, MONTHS, st.sampled_from(("0001-01", "1999-12", "2099-12", "9999-12")))
BIRTHS = st.one_of(ANY_MONTHS, st.builds("{}-{:02}".format, MONTHS, st.integers(1, 31)))
WANTS = st.sampled_from(("", "self", "ratio", "fund", "months", "month"))


def now_and_then(usual: st.SearchStrategy[Slots], rare: st.SearchStrategy[Slots]) -> st.SearchStrategy[Slots]:
    """Add to what is usual, one time in four, what would end most calculations at once."""
    none: st.SearchStrategy[Slots] = st.just({})
    return st.builds(operator.or_, usual, st.one_of(none, none, none, rare))


def both_months(slots: Slots) -> Slots:
    """Add the list of all months, which every message with two of them fills."""
    said = ",".join(slots[slot] for slot in ("apply_month", "compare_month") if slot in slots)
    return {"months": said, **slots} if "compare_month" in slots else slots


CLAIMS = now_and_then(
    st.fixed_dictionaries(
        {"visit": st.sampled_from(("outpatient", "inpatient"))},
        optional={
            **{slot: SAID_SUMS for slot in MONEY},
            **{slot: FLAG for slot in ("referral", "emergency", "scoped", "consult_in")},
            **{slot: YES for slot in ("consult_asked", "temporary", "self", "about", "rest")},
            "hospital_level": st.sampled_from(LEVELS),
            "location": st.sampled_from(("local", "in_province", "out_province", "away")),
            "out_of_city_kind": st.sampled_from(("filed", "referral", "emergency", "temporary")),
            "selected": st.sampled_from(("true", "false", "unsure")),
            "filed": st.sampled_from(("true", "false", "unsure")),
            "hukou": st.sampled_from(("shenzhen", "other")),
            "trip": st.sampled_from(("true", "far")),
            "want": WANTS,
        },
    ),
    st.fixed_dictionaries(
        {},
        optional={
            **{slot: YES for slot in ("mixed", "consult_hidden", "exhausted", "many", "elsewhere")},
            "visit": st.just("both"),
            "location": st.sampled_from(("uncovered", "several")),
            "unclear": st.sampled_from(MONEY),
            "compare": st.sampled_from(("", "3", "1/3", "2/2", "3/1", "1/2/3")),
            "cap_year": st.sampled_from(("2023", "2024", "2025", "9999")),
            "other_year": st.just("2027"),
            "impossible": st.sampled_from(("calc_percent", "calc_scope_over")),
        },
    ),
)
# The slots of a claim that can be computed: what is rare or ends it at once is left out.
PLAIN_CLAIMS = st.fixed_dictionaries(
    {"visit": st.sampled_from(("outpatient", "inpatient")), "hospital_level": st.sampled_from(LEVELS)},
    optional={
        **{slot: SUMS.map(str) for slot in ("amount", "above", "deductible", "consult_fee", "used_cap")},
        "consult_in": FLAG,
        "location": st.sampled_from(("local", "in_province", "out_province")),
        "out_of_city_kind": st.sampled_from(("filed", "referral", "emergency", "temporary")),
        "selected": YES,
        "want": WANTS,
    },
)
FEES = now_and_then(
    st.fixed_dictionaries(
        {},
        optional={
            **{slot: YES for slot in ("siblings", "summed", "same_month", "gap", "only_apply", "years_guessed")},
            "apply_month": ANY_MONTHS,
            "compare_month": ANY_MONTHS,
            "birth_month": BIRTHS,
            "apply_day": st.integers(1, 31).map(str),
            "months": st.lists(ANY_MONTHS, min_size=2, max_size=3).map(",".join),
            "hukou": st.just("shenzhen"),
            "children": st.sampled_from(("1", "2", "3", "1000")),
            "part": st.sampled_from(("own", "subsidy", "total")),
            "month_count": st.integers(2, 12).map(str),
            "amount": st.one_of(SAID_SUMS, st.integers(1, 13).map(lambda months: str(months * Decimal("36.36")))),
            "want": WANTS,
        },
    ),
    st.fixed_dictionaries(
        {},
        optional={
            **{slot: YES for slot in ("midway", "one_each", "assumed_year")},
            "hukou": st.just("other"),
            "children": st.sampled_from(("0", "1001", "9999", "several")),
            "births": st.just("several"),
            "school_year": st.sampled_from(("2024-2025", "2025-2026", "9999-10000")),
            "impossible": st.just("calc_percent"),
        },
    ),
).map(both_months)
LIMITS = st.fixed_dictionaries(
    {},
    optional={
        "used_cap": SAID_SUMS,
        "cap_year": st.sampled_from(("2024", "2025", "9999")),
        "hospital_level": st.sampled_from(LEVELS),
        "children": st.sampled_from(("1", "2", "0", "several")),
        "summed": YES,
    },
)
QUESTIONS = st.one_of(
    st.tuples(st.just(CLAIM), st.one_of(CLAIMS, PLAIN_CLAIMS)),
    st.tuples(st.sampled_from(FEE_TOPICS), FEES),
    st.tuples(st.sampled_from(BENEFITS), FEES),
    st.tuples(st.sampled_from(CAPS), LIMITS),
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


def work_out(topic: str, slots: Slots) -> Outcome:
    """Work out a topic as a conversation would."""
    if topic == CLAIM:
        return claim(slots, POLICY)
    if topic in CAPS:
        return work_out_cap(topic, slots, POLICY)
    return benefit(topic, slots, POLICY) if topic in BENEFITS else work_out_fee(topic, slots, POLICY)


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
def test_anything_has_an_outcome(question: tuple[str, Slots]) -> None:
    topic, slots = question
    before = dict(slots)
    outcome = work_out(topic, slots)
    assert isinstance(outcome, Result | Missing | Unknown | Wrong)
    assert slots == before
    assert work_out(topic, dict(slots)) == outcome
    if isinstance(outcome, Missing):
        assert outcome.slot in ASKABLE


@MANY
@given(QUESTIONS)
def test_every_printed_step_is_true(question: tuple[str, Slots]) -> None:
    outcome = work_out(*question)
    if isinstance(outcome, Result) and question[0] not in BENEFITS:
        assert [str(step) for step in outcome.steps if not is_true(step)] == []


@SOME
@given(PLAIN_CLAIMS)
def test_both_parts_of_a_result_are_the_cost(slots: Slots) -> None:
    outcome = claim(slots, POLICY)
    if isinstance(outcome, Result) and outcome.figures[0].unit == "元":
        amount, consult = Decimal(slots.get("amount", "0")), Decimal(slots.get("consult_fee", "0"))
        cost = amount + (consult if slots.get("consult_in") == "false" or "amount" not in slots else 0)
        if slots["visit"] == "inpatient":
            cost = Decimal(slots.get("above", slots.get("amount", "0")))
        assert sum(Decimal(figure.value) for figure in outcome.figures) == cost
        assert all(Decimal(figure.value) >= 0 for figure in outcome.figures)


@SOME
@given(QUESTIONS, st.data())
def test_what_was_answered_is_not_asked_again(question: tuple[str, Slots], data: st.DataObject) -> None:
    values = {
        "visit": ("outpatient", "inpatient"), "hospital_level": LEVELS, "selected": ("true", "false"),
        "location": ("local", "in_province", "out_province"), "hukou": ("shenzhen", "other"),
        "out_of_city_kind": ("filed", "referral", "emergency", "temporary"),
    }  # fmt: skip
    topic, slots = question
    outcome = work_out(topic, slots)
    if isinstance(outcome, Missing) and outcome.slot in values:
        answer = data.draw(st.sampled_from(values[outcome.slot]))
        again = work_out(topic, {**slots, outcome.slot: answer})
        assert not isinstance(again, Missing) or again.slot != outcome.slot
