"""Fees, newborns, benefits and limits on tables; R1 to R8 name the rules of the booklet."""

from __future__ import annotations

import pytest

from bot.calculator.fees import work_out_fee
from bot.calculator.limits import CAPS, work_out_benefit, work_out_cap
from bot.calculator.outcome import LEVEL_NAMES, Missing, Outcome, Result, Unknown
from corpus.policy import Policy, parse_policy
from tests.support.claim_rows import record_of, rows, shown
from tests.support.policy_text import OURS, TEXT

BENEFITS = ("bstart", "bend", "blen", "binforce", "window")

# The topic and what was said | the figures, the slot that is asked for, or the sentence | the rule
FEES = """
fee | 436.32 | R1
fee school_year=2024-2025 | 436.32 | R1
fee children=2 | 872.64 | R1 one each
fee apply_month=2024-09 | 436.32 12 | R3
fee apply_month=2024-12 | 327.24 9 | R3
fee apply_month=2024-11 apply_day=25 | 363.60 10 | R3 the day does not matter
fee apply_month=2025-08 | 36.36 1 | R3
fee apply_month=2025-03 children=2 | 436.32 6 | R3
fee apply_month=2025-03 want=months | 6 218.16 | R3
fee midway=true | apply_month | R3
fee midway=true children=3 | apply_month | R3
fee apply_month=2024-09,2024-12 children=2 many=sum | 763.56 | R3 each his own
fee apply_month=2024-09,2024-12 children=2 | apply_month | R3 whose month is which?
fee apply_month=2024-09,2024-12 children=3 many=sum | calc_child_by_child | R3
fee apply_month=2024-09,2025-10 children=2 many=sum | calc_other_month | R3
fee apply_month=2024-08 | calc_other_month | R3 last year's rate
fee apply_month=2025-09 | calc_other_month | R3 next year's rate
fee school_year=2025-2026 | calc_other_year | 0: only one school year
fee school_year=2023-2024 apply_month=2024-01 | calc_other_year | 0: only one school year
fee children=0 | calc_children | cannot be
fee children=99999 | calc_children | cannot be
fee children=-1 | calc_child_by_child | one sum at a time
total | 1308.96 872.64 436.32 | R2
total want=ratio | 1308.96 33.33% 872.64 436.32 | R2 and whose share it is
fee want=half | 218.16 436.32 | R1 half of it paid by an employer
fee want=half children=2 apply_month=2025-03 | 218.16 436.32 6 | R3
total children=2 | 2617.92 1745.28 872.64 | R2
fee base=6500 | 468.00 | R2 of an income that is named
fee base=6500 apply_month=2025-08 | 39.00 | R2, R3
subsidy base=6060 | 872.64 | R2 as printed
total base=6060 children=2 | 2617.92 | R2 as printed
monthly base=7000 | 42.00 | R2
subsidy | 872.64 436.32 1308.96 | R1
subsidy children=3 | 2617.92 1308.96 3926.88 | R1
subsidy school_year=2025-2026 | calc_other_year | R1
gap | 436.32 872.64 436.32 1308.96 | R2
gap children=2 | 872.64 1745.28 872.64 2617.92 | R2
monthly | 36.36 436.32 | R3
monthly times=5 | 181.80 436.32 | R3
monthly children=2 | 72.72 872.64 | R3
monthly part=sub | 72.72 872.64 | R2 1.2% of 6060
monthly part=all | 109.08 1308.96 | R2 1.8% of 6060
monthly part=all times=12 | 1308.96 1308.96 | R2
income | 6060.00 | R2
wage | 164754.00 | R8
diff apply_month=2025-02 | 181.80 436.32 254.52 | R3 than in September
diff apply_month=2025-02 children=2 | 363.60 872.64 509.04 | R3
diff apply_month=2025-03,2024-11 | 145.44 363.60 218.16 | R3 the earlier first
diff apply_month=2024-11,2025-03 | 145.44 363.60 218.16 | R3
diff apply_month=2024-09 | apply_month | R3 and when else?
diff | apply_month | R3
diff apply_month=2025-09 | calc_other_month | R3
diff apply_month=2024-11,2024-08 | calc_other_month | R3
reverse paid=254.52 | 7 2 | R3
reverse paid=436.32 | 12 9 | R3
reverse paid=36.36 want=month | 8 1 | R3
reverse paid=300 | calc_not_months | R3 no number of months
reverse paid=872.64 | calc_not_months | R3 more than a year's
reverse used_cap=254.52 | amount | R3 an amount of another kind
"""

# R4: H stands for a newborn whose residence is Shenzhen's.
NEWBORN = """
newborn | hukou | R4 the rule depends on it
newborn birth_month=2025-02 birth_day=10 apply_month=2025-04 | hukou | R4
newborn hukou=other birth_month=2025-01 apply_month=2025-02 | calc_newborn_other_hukou | R4
newborn hukou=other | calc_newborn_other_hukou | R4
H | birth_month | R4
H apply_month=2025-02 | birth_month | R4
H birth_month=2024-11 birth_day=20 | apply_month | R4
H birth_month=2024-11 birth_day=20 apply_month=2025-02 | 363.60 10 | R4 from the month of birth
H birth_month=2024-12 birth_day=31 apply_month=2025-01 | 327.24 9 | R4 the day does not matter
H birth_month=2025-08 apply_month=2025-08 | 36.36 1 | R4
H birth_month=2024-09 birth_day=1 apply_month=2024-10 | 436.32 12 | R4
H birth_month=2024-11 birth_day=20 apply_month=2025-02 children=2 | 727.20 10 | R4 twins
H birth_month=2024-11 birth_day=20 apply_month=2025-02 want=months | 10 363.60 | R4
H birth_month=2024-10 birth_day=8 apply_month=2025-03 | 399.96 11 | R4 five months
H birth_month=2024-10 birth_day=8 apply_month=2025-04 apply_day=7 | 399.96 11 | R4 a day before the edge
H birth_month=2024-10 birth_day=8 apply_month=2025-04 apply_day=8 | calc_newborn_edge | R4 the office decides
H birth_month=2024-10 birth_day=8 apply_month=2025-04 apply_day=9 | 181.80 5 | R4, R3 a day after
H birth_month=2024-10 birth_day=8 apply_month=2025-04 | calc_newborn_edge | R4 the days are not known
H birth_month=2024-10 birth_day=8 apply_month=2025-04 children=2 | calc_newborn_edge | R4 nor of twins
H birth_month=2024-10 apply_month=2025-04 apply_day=30 | calc_newborn_edge | R4 nor here
H birth_month=2024-10 birth_day=31 apply_month=2025-04 apply_day=30 | 399.96 11 | R4 April has no 31st
H birth_month=2024-10 birth_day=8 apply_month=2025-05 | 145.44 4 | R4, R3 too late
H birth_month=2024-10 birth_day=8 apply_month=2025-06 | 109.08 3 | R4, R3 too late
H birth_month=2024-02 apply_month=2024-10 | 399.96 11 | R4, R3 too late, birth does not matter
H birth_month=2024-07 apply_month=2024-10 | calc_newborn_before | R4 the months before are unknown
H birth_month=2024-08 birth_day=31 apply_month=2024-09 | calc_newborn_before | R4
H birth_month=2024-07 birth_day=10 apply_month=2025-01 apply_day=9 | calc_newborn_before | R4 in time
H birth_month=2024-07 birth_day=10 apply_month=2025-01 apply_day=12 | 290.88 8 | R4, R3 too late
H birth_month=2024-07 birth_day=10 apply_month=2025-01 | calc_newborn_edge_year | R4 and a rate is unknown
H birth_month=2025-06 apply_month=2025-09 | calc_other_year | R4 next year's rate
H birth_month=2025-01 apply_month=2025-10 | calc_other_month | R4, R3 too late, next year's rate
H birth_month=2025-01 apply_month=2024-12 | calc_before_birth | cannot be
H birth_month=2024-09 apply_month=2025-08 assumed_year=true | apply_month | 0: never fill in a number
H school_year=2025-2026 birth_month=2025-10 apply_month=2025-11 | calc_other_year | R4
"""

BENEFIT = """
bstart apply_month=2024-09 | 10 9 | R5
bend apply_month=2024-09 | 9 10 | R5
blen apply_month=2024-09 | 12 10 9 | R5
bstart apply_month=2024-12 | calc_benefit_midway | R5 not in the booklet
bend apply_month=2025-08 | calc_benefit_midway | R5
bstart apply_month=2025-09 | calc_other_benefit | R5
bstart apply_month=2024-08 | calc_other_benefit | R5
bstart school_year=2025-2026 | calc_other_benefit | R5
bstart | apply_month | R5
bstart hukou=shenzhen birth_month=2024-11 birth_day=20 apply_month=2025-01 | 11 20 | R5 from the day of birth
bstart hukou=shenzhen birth_month=2024-11 apply_month=2025-01 | calc_newborn_benefit | R5 which day?
bstart hukou=shenzhen birth_month=2024-11 birth_day=20 | apply_month | R4
bstart hukou=shenzhen birth_month=2024-11 birth_day=20 apply_month=2025-07 | calc_benefit_midway | R4 too late
bstart hukou=shenzhen birth_month=2024-11 birth_day=20 apply_month=2025-05 | calc_benefit_midway | R4 the edge
bstart hukou=shenzhen birth_month=2024-11 birth_day=20 apply_month=2024-10 | calc_before_birth | cannot be
bstart birth_month=2024-11 birth_day=20 apply_month=2025-01 | hukou | R4 the rule depends on it
bend hukou=shenzhen birth_month=2024-11 birth_day=20 apply_month=2025-01 | calc_benefit_midway | R4 not in the booklet
"""

LIMITS = """
cap | 2471.31 | R8
cap cap_year=2024 | 2471.31 | R8
cap cap_year=2025 | calc_other_cap | R8
cap children=2 | 4942.62 | R8 one each
remaining used_cap=2400 | 71.31 | R8
spent left_cap=1000 | 1471.31 | R8: cap - left
spent left_cap=2471.31 | 0.00 | R8
spent left_cap=2471.32 | calc_over_cap | more than the cap
spent left_cap=-1 | calc_negative | cannot be
spent | used_cap | nobody said what is left
remaining used_cap=2471.31 | 0.00 | R8
remaining used_cap=9999 | calc_over_used | cannot be: the fund pays no more than the limit
remaining used_cap=0 | 2471.31 | R8
remaining amount=1000 hospital_level=1 | 1721.31 750.00 250.00 | R7, R8
remaining amount=1000 hospital_level=1 used_cap=2000 | 0.00 471.31 528.69 | R7, R8
remaining amount=1000 | hospital_level | R7
cap base=170000 | 2550.00 | R8 of a wage that is named
remaining used_cap=-1 | calc_negative | cannot be
remaining used_cap=100 cap_year=2025 | calc_other_cap | R8
capcost hospital_level=1 | 3295.08 | R8
capcost hospital_level=2 | 3802.02 | R8
capcost hospital_level=3 | 4493.29 | R8
capcost hospital_level=1 used_cap=2400 | 95.08 | R8
capcost hospital_level=1 used_cap=2471.31 | 0.00 | R8
capcost hospital_level=1 used_cap=2500 | calc_over_used | cannot be
capcost | hospital_level | R8
capcost hospital_level=3 cap_year=2026 | calc_other_cap | R8
"""


def worked_out(said: str, policy: Policy) -> Outcome:
    """Work out the task and the record of a row."""
    record = record_of(said)
    if record.task in CAPS:
        return work_out_cap(record, policy)
    return work_out_benefit(record, policy) if record.task in BENEFITS else work_out_fee(record, policy)


@pytest.fixture(scope="module")
def policy() -> Policy:
    return parse_policy(TEXT, OURS)


@pytest.mark.parametrize(("said", "expected", "rule"), rows(FEES + NEWBORN + BENEFIT + LIMITS))
def test_what_a_clerk_would_answer(policy: Policy, said: str, expected: str, rule: str) -> None:
    assert shown(worked_out(said, policy)) == expected


@pytest.mark.parametrize(
    ("said", "values"),
    [
        ("fee school_year=2025-2026", {"other": "2025-2026学年度", "fee": "436.32"}),  # 0: so labelled
        ("fee apply_month=2024-08", {"other": "2023-2024学年度", "month": "2025年8月", "fee": "36.36"}),
        ("fee apply_month=2025-10", {"other": "2025-2026学年度", "month": "2024年10月", "fee": "399.96"}),
        ("fee apply_month=2025-10 children=2", {"other": "2025-2026学年度", "month": "2024年10月", "fee": "799.92"}),
        ("H birth_month=2024-07 apply_month=2024-10", {"from": "2024年7月", "to": "2024年8月", "fee": "436.32"}),  # R4
        ("H birth_month=2025-06 apply_month=2025-09", {"other": "2025-2026学年度", "fee": "436.32"}),  # R4
        ("H birth_month=2024-10 birth_day=8 apply_month=2025-04", {"early": "399.96", "late": "181.80"}),  # R4: both
        ("H birth_month=2024-10 birth_day=8 apply_month=2025-04 children=2", {"early": "799.92", "late": "363.60"}),
        ("bstart apply_month=2024-12", {"month": "2024年12月"}),  # R5
        ("cap cap_year=2025", {"year": "2025"}),  # R8
    ],
)
def test_what_is_named_where_no_number_is_known(policy: Policy, said: str, values: dict[str, str]) -> None:
    outcome = worked_out(said, policy)
    assert isinstance(outcome, Unknown)
    assert outcome.values == values


@pytest.mark.parametrize(
    ("said", "formula"),
    [
        ("fee apply_month=2024-12", "36.36 × 9 = 327.24"),
        ("fee apply_month=2025-03 children=2", "36.36 × 6 × 2 = 436.32"),
        ("fee", ""),
        ("total", "436.32 + 872.64 = 1308.96"),
        ("total children=2", "(436.32 + 872.64) × 2 = 2617.92"),
        ("fee base=6500", "6500.00 × 0.6% × 12 = 468.00"),
        ("monthly", "436.32 ÷ 12 = 36.36"),
        ("monthly times=5", "436.32 ÷ 12 × 5 = 181.80"),
        ("diff apply_month=2025-02", "36.36 × 7 = 254.52；436.32 - 254.52 = 181.80"),
        ("H birth_month=2024-11 birth_day=20 apply_month=2025-02", "36.36 × 10 = 363.60"),
        ("reverse paid=254.52", "254.52 ÷ 36.36 = 7"),
        ("remaining used_cap=2400", "2471.31 - 2400.00 = 71.31"),
        ("capcost hospital_level=1", "2471.31 ÷ 75% = 3295.08"),
    ],
)
def test_how_it_is_worked_out(policy: Policy, said: str, formula: str) -> None:
    outcome = worked_out(said, policy)
    assert isinstance(outcome, Result)
    assert "；".join(map(str, outcome.steps)) == formula


@pytest.mark.parametrize(
    ("said", "entry", "note"),
    [
        ("fee", "P3", "calc_note_year"),
        ("fee apply_month=2024-12", "P3", "calc_note_months"),  # R3: the tax office's bill decides
        ("fee apply_month=2024-12 assumed_year=true", "P3", "calc_assume_school_year"),  # 0: said in the answer
        ("H birth_month=2024-11 birth_day=20 apply_month=2025-02", "B2", "calc_note_from_birth"),  # R4
        ("H birth_month=2024-10 birth_day=8 apply_month=2025-06", "P3", "calc_note_late"),  # R4
        ("subsidy", "P3", "calc_note_subsidy"),  # R1: not paid to the family
        ("income", "P3", "calc_note_derived"),  # R2: not printed
        ("wage", "B4", "calc_note_derived"),  # R8: not printed
        ("bstart apply_month=2024-09", "B2", "calc_note_benefit"),  # R5
        ("cap", "B4", "calc_note_cap"),  # R8: on what is paid, not on costs
        ("remaining used_cap=1", "B4", "calc_note_remaining"),
    ],
)
def test_the_entry_and_what_is_said_with_it(policy: Policy, said: str, entry: str, note: str) -> None:
    outcome = worked_out(said, policy)
    assert isinstance(outcome, Result)
    assert outcome.entry == entry
    assert note in outcome.assumptions


def test_the_cost_that_uses_the_cap_up_at_each_level(policy: Policy) -> None:
    outcome = worked_out("capcost", policy)  # R8
    assert isinstance(outcome, Missing)
    assert [(one.label, one.value) for one in outcome.table] == list(
        zip(LEVEL_NAMES.values(), ("3295.08", "3802.02", "4493.29"), strict=True)
    )


def test_the_window_of_a_newborn(policy: Policy) -> None:
    outcome = worked_out("window", policy)  # R4
    assert isinstance(outcome, Result)
    assert (outcome.figures[0].value, outcome.figures[0].unit, outcome.entry) == ("6", "个月", "B2")
