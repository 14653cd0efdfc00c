"""Claims on tables: what was said, and what a clerk with the booklet would answer; R6 to R12 name its rules."""

from __future__ import annotations

import pytest

from bot.calculator.claims import claim
from bot.calculator.outcome import LEVEL_NAMES, Missing, Result, Unknown
from corpus.policy import Policy, parse_policy
from tests.support.claim_rows import record_of, rows, shown
from tests.support.policy_text import OURS, TEXT

# What was said | what the fund pays and what the family pays, or the ratio | the rule
PAID = """
O hospital_level=1 amount=100 | 75.00 25.00 | R7
O hospital_level=3 amount=800 selected=true | 440.00 360.00 | R7
O hospital_level=3 amount=500 | 275.00 225.00 | R6 taken as chosen, and said
O hospital_level=3 consult_fee=30 | 18.00 12.00 | R7
O hospital_level=2 amount=200 consult_fee=25 consult_in=apart | 147.50 77.50 | R7
O hospital_level=2 amount=225 consult_fee=25 consult_in=in | 147.50 77.50 | R7 C is without the fee
O hospital_level=1 amount=128.50 want=self | 32.12 96.38 | R7 the family's part first
O hospital_level=1 amount=200 used_cap=2400 | 71.31 128.69 | R8
O hospital_level=1 amount=200 left_cap=71.31 | 71.31 128.69 | R8
O hospital_level=1 amount=200 exhausted=true | 0.00 200.00 | R8
O hospital_level=1 amount=200 cap_year=2025 exhausted=true | 0.00 200.00 | R8 in any year
O hospital_level=1 amount=200 used_cap=3000 | 0.00 200.00 | R8 max(0, cap - used)
O hospital_level=1 amount=4000 | 2471.31 1528.69 | R8
O hospital_level=1 amount=200 consult_fee=30 consult_in=apart used_cap=2471.31 | 24.00 206.00 | R7, R8
O hospital_level=1 amount=4000 cap_year=2025 | 3000.00 1000.00 | R8 that year's cap is not known
O hospital_level=1 amount=100 location=local referral=true | 75.00 25.00 | R6 referred to the chosen one
O hospital_level=1 amount=100 emergency=true selected=true | 75.00 25.00 | R6
O hospital_level=1 amount=100 emergency=false | 75.00 25.00 | R6
O amount=300 selected=false | 0.00 300.00 | R6, no level is needed
O hospital_level=3 amount=300 selected=false referral=false emergency=false | 0.00 300.00 | R6
O amount=300 selected=false want=self | 300.00 0.00 | R6
O hospital_level=1 amount=1000 compared=level=1/level=3 many=cmp | 200.00 750.00 550.00 | R7
I amount=10000 compared=level=2/level=3 many=cmp | 100.00 9100.00 9000.00 | R9
O amount=6000 compared=level=1/level=2 many=cmp | 0.00 2471.31 2471.31 | R8
O selected=false | 0.00 | R6
O hospital_level=2 | 65% | R7
O hospital_level=2 want=ratio amount=300 | 65% | R7
O hospital_level=2 want=selfratio | 35% | R7
O hospital_level=3 consult_in=only | 60% | R7
I hospital_level=3 amount=20000 deductible=600 | 17460.00 2540.00 | R9
I hospital_level=3 amount=20000 deductible=600 want=self | 2540.00 17460.00 | R9
I hospital_level=2 above=8000 | 7280.00 720.00 | R9
I hospital_level=1 above=3000 want=self | 240.00 2760.00 | R9
I hospital_level=3 amount=12000 | 10800.00 1200.00 | Decisions: above the deductible
I hospital_level=3 amount=500 deductible=600 | 0.00 500.00 | R9 max(0, C - D)
I hospital_level=3 amount=600 deductible=600 | 0.00 600.00 | R9
I hospital_level=1 amount=1000 deductible=0 | 920.00 80.00 | R9
I hospital_level=3 | 90% | Decisions: the ratio is the answer
I hospital_level=1 want=selfratio | 8% | R9
I hospital_level=3 amount=1000 selected=false | 900.00 100.00 | R6 is of outpatient care only
I hospital_level=3 want=cost deductible=600 paid=9000 | 10600.00 9000.00 1600.00 | R9 turned round
I hospital_level=3 want=owncost deductible=600 paid=1860 | 13200.00 11340.00 1860.00 | R9 turned round
I hospital_level=2 want=cost paid=910 | 1000.00 910.00 90.00 | R9 above the deductible
O hospital_level=1 want=cost paid=75 | 100.00 75.00 25.00 | R7 turned round
O hospital_level=3 want=owncost paid=45 | 100.00 55.00 45.00 | R7 turned round
"""

# The same out of the city
AWAY = """
I location=in_province temporary=true hospital_level=3 above=10000 | 8100.00 1900.00 | R10
I location=out_province temporary=true hospital_level=3 above=10000 | 7200.00 2800.00 | R10
I location=out_province temporary=true hospital_level=2 above=4000 | 2912.00 1088.00 | R10
I location=out_province filed=false hospital_level=3 above=10000 | 7200.00 2800.00 | R10 nothing else is said
I location=out_province referral=false hospital_level=3 above=10000 | 7200.00 2800.00 | R10 nothing else is said
I location=out_province emergency=true hospital_level=2 above=6000 | 4914.00 1086.00 | R10
I location=in_province emergency=true hospital_level=2 above=6000 | 4914.00 1086.00 | R12 90% once
I location=out_province filed=true hospital_level=3 amount=50000 deductible=1000 | 44100.00 5900.00 | R10
I location=in_province referral=true hospital_level=2 above=12000 | 10920.00 1080.00 | R10
I location=out_province filed=true referral=true hospital_level=3 above=10000 | 9000.00 1000.00 | R10 both 100%
I location=away filed=true hospital_level=3 above=10000 | 9000.00 1000.00 | R10 the same everywhere
I location=away referral=true hospital_level=1 above=10000 | 9200.00 800.00 | R10 the same everywhere
I location=away emergency=true hospital_level=1 above=10000 | 8280.00 1720.00 | R10 the same everywhere
I location=in_province temporary=true hospital_level=3 | 81% | R10 90% of 90%
I location=out_province temporary=true hospital_level=1 | 73.6% | R10
I location=out_province emergency=true hospital_level=1 want=selfratio | 17.2% | R10
I filed=true hospital_level=3 above=10000 | 9000.00 1000.00 | R10 filed: out of the city
I location=out_province referral=true hukou=other hospital_level=3 above=10000 | 9000.00 1000.00 | R12
I location=out_province temporary=true hospital_level=3 amount=500 deductible=800 | 0.00 500.00 | R10
I many=cmp compared=location=local/location=out_province temporary=true level=3 above=800 | 144.00 720.00 576.00 | R10
I many=cmp compared=case=filed/case=temporary location=in_province level=3 above=10000 | 900.00 9000.00 8100.00 | R10
I location=out_province temporary=true want=cost level=3 paid=7200 | 10000.00 7200.00 2800.00 | R10
O location=in_province filed=true selected=true hospital_level=1 amount=200 | 150.00 50.00 | R11
O location=in_province filed=true selected=true amount=200 | 150.00 50.00 | R11 a primary institution
O location=out_province referral=true selected=true hospital_level=1 amount=200 | 150.00 50.00 | R11
O location=out_province filed=true selected=true hospital_level=1 amount=4000 | 2471.31 1528.69 | R11, R8
O location=in_province temporary=true selected=false amount=260 | 0.00 260.00 | R11
O location=out_province filed=true selected=false amount=260 | 0.00 260.00 | R11 filed or not
O location=away selected=false amount=260 | 0.00 260.00 | R11
O location=in_province selected=false amount=100 consult_fee=30 consult_in=apart | 0.00 130.00 | R11
"""

# What was said | the slot that is asked for | the rule
ASKED = """
 | visit | Decisions
hospital_level=3 amount=500 | visit | Decisions
visit=both amount=500 | visit | Decisions
location=out_province filed=true hospital_level=3 amount=500 | visit | Decisions
O amount=500 | hospital_level | Decisions
I amount=500 | hospital_level | Decisions
I | hospital_level | Decisions
O selected=true | hospital_level | Decisions
O hospital_level=1 amount=100 selected=unsure | selected | R6
O hospital_level=3 amount=1000 emergency=true | selected | R6
O hospital_level=2 amount=600 scope=part | amount | Decisions: part is out of scope
I hospital_level=2 amount=600 scope=part | amount | Decisions
I hospital_level=2 deductible=600 | amount | R9
O hospital_level=2 amount=600 consult_in=in | consult_fee | R7
O hospital_level=2 amount=600 consult_fee=25 | amount | R7 is it in or not
O hospital_level=2 unclear=amount | amount | 0: never fill in a number
O hospital_level=2 amount=100 unclear=used_cap | used_cap | R8
O hospital_level=2 amount=100 unclear=used_cap | used_cap | R8
I hospital_level=2 amount=100 unclear=deductible | deductible | R9
I hospital_level=2 unclear=amount | amount | R9
I location=out_province hospital_level=3 above=10000 | out_of_city_kind | R10
I location=in_province hospital_level=3 above=10000 | out_of_city_kind | R10
I location=out_province filed=true emergency=true hospital_level=3 above=10000 | out_of_city_kind | R10 100% or 90%
I location=out_province hukou=other hospital_level=3 above=10000 | out_of_city_kind | R12 may have been referred
I location=out_province filed=unsure hospital_level=3 above=10000 | out_of_city_kind | R10
I location=away hospital_level=3 above=5000 | location | R10
I location=away temporary=true hospital_level=3 above=5000 | location | R10 省内 90%, 省外 80%
I location=several hospital_level=3 above=5000 | location | R10
I temporary=true hospital_level=3 above=5000 | location | R10
I location=out_province filed=true above=5000 | hospital_level | R10 of the local ratio
O location=away hospital_level=1 amount=100 | location | 6: the order of the questions
O location=out_province hospital_level=1 amount=100 | out_of_city_kind | R11
O location=in_province filed=true selected=unsure amount=200 | selected | R11
O want=cost paid=75 | hospital_level | R7 turned round
I hospital_level=3 want=cost | amount | 0: never fill in a number
O location=in_province filed=true hospital_level=3 amount=200 | selected | R11 only a primary one is chosen
"""

# What was said | the sentence | the rule that the booklet lacks
UNKNOWN = """
O hospital_level=3 amount=1000 selected=false emergency=true | calc_not_selected_referred | R6
O hospital_level=3 amount=1000 selected=false referral=true | calc_not_selected_referred | R6
O hospital_level=3 consult_fee=30 selected=false | calc_consult_elsewhere | R7 without 选定
O selected=false hospital_level=1 consult_in=only | calc_consult_elsewhere | R7
O hospital_level=3 amount=300 consult_fee=30 consult_in=apart selected=false | calc_consult_elsewhere | R7
I location=out_province filed=true hukou=other hospital_level=3 above=100 | calc_filed_not_here | R10
I location=out_province filed=true hukou=other hospital_level=3 above=100 | calc_filed_not_here | R10
O hospital_level=1 amount=100 location=uncovered | calc_uncovered | R12
I hospital_level=3 amount=100 location=uncovered | calc_uncovered | R12
I hospital_level=3 amount=100 location=uncovered filed=true | calc_uncovered | R10 filing excludes it
O location=out_province emergency=true selected=false amount=100 | calc_away_emergency | R11
O location=out_province emergency=true hospital_level=1 amount=100 | calc_away_emergency | R11
O location=in_province emergency=true hospital_level=1 amount=100 | calc_away_emergency | R11
I hospital_level=3 amount=100 year=2027 | calc_other_ratio | 7
O hospital_level=1 amount=100 cap_year=2025 used_cap=500 | calc_other_cap | R8
O hospital_level=1 amount=100 cap_year=2025 left_cap=500 | calc_other_cap | R8
"""

# What was said | the readings of B7 and of B6, each as written | the rule
READINGS = """
O location=in_province temporary=true selected=true hospital_level=1 amount=100 | 67.50 元 60.00 元 | R11
O location=in_province temporary=true hospital_level=2 amount=100 | 58.50 元 52.00 元 | R11
O location=in_province temporary=true hospital_level=3 amount=100 | 49.50 元 44.00 元 | R11
O location=in_province temporary=true amount=100 | 67.50 元 60.00 元 | R11 a primary one
O location=in_province filed=false referral=false hospital_level=1 | 67.5% 60% | R11
O location=away temporary=true hospital_level=1 amount=1.01 | 0.68 元 0.61 元 | R11 half up
O location=in_province temporary=true hospital_level=1 amount=10000 | 2471.31 元 2471.31 元 | R11, R8
O location=in_province temporary=true hospital_level=1 consult_fee=30 | 21.60 元 19.20 元 | R11
O location=out_province temporary=true hospital_level=1 amount=100 | 67.50 元 60.00 元 | R11
O location=in_province temporary=true amount=200 used_cap=2400 | 71.31 元 71.31 元 | R11, R8
O location=in_province temporary=true amount=200 exhausted=true | 0.00 元 0.00 元 | R11, R8
O location=in_province temporary=true amount=10000 cap_year=2025 | 6750.00 元 6000.00 元 | R8 that year's is not known
"""

# What was said | what the fund would pay at each level, the lowest first | the rule
TABLES = """
O amount=500 | 375.00 325.00 275.00 | R7
O amount=500 want=self | 125.00 175.00 225.00 | R7
O consult_fee=30 | 24.00 21.00 18.00 | R7
O amount=200 consult_fee=25 consult_in=apart | 170.00 147.50 125.00 | R7
O amount=4000 | 2471.31 2471.31 2200.00 | R8
O amount=200 used_cap=2350 | 121.31 121.31 110.00 | R8
I amount=20000 deductible=600 | 17848.00 17654.00 17460.00 | R9
I amount=500 deductible=600 | 0.00 0.00 0.00 | R9
I above=1000 want=self | 80.00 90.00 100.00 | R9
I location=out_province temporary=true above=10000 | 7360.00 7280.00 7200.00 | R10
I location=in_province temporary=true above=10000 | 8280.00 8190.00 8100.00 | R10
I location=out_province referral=true above=10000 | 9200.00 9100.00 9000.00 | R10
O | | no cost, no table
I | | no cost, no table
"""

# What was said | what is assumed or added, in any order | the rule
NOTED = """
O hospital_level=1 amount=100 | scope selected no_consult unused local | Decisions
O hospital_level=1 scoped=100 selected=true location=local used_cap=5 | no_consult | Decisions
O hospital_level=1 amount=100 cap_year=2025 | scope selected no_consult local calc_cap_unknown | R8
O hospital_level=1 amount=4000 selected=true | scope no_consult unused local calc_at_cap | R8
O hospital_level=1 consult_fee=30 | scope selected local | R7 the cap is of the rest
O hospital_level=1 amount=200 cap_year=2025 exhausted=true | scope selected no_consult local calc_exhausted | R8
I hospital_level=1 amount=100 | scope local deductible | Decisions
I hospital_level=1 amount=100 deductible=10 | scope local | R9
I hospital_level=1 above=100 location=local | | R9
I hospital_level=1 above=100 location=out_province temporary=true | | R10
I hospital_level=1 above=100 location=out_province filed=false | calc_assume_temporary | R10
I hospital_level=1 above=100 location=out_province filed=false referral=false emergency=false | | R10
O amount=200 filed=true selected=true | scope no_consult unused | R11
O hospital_level=1 amount=200 filed=true | scope selected_away no_consult unused | R11
"""

WRONG = """
O hospital_level=1 amount=-100 | calc_negative | cannot be
O hospital_level=1 amount=0 | calc_zero | cannot be
I hospital_level=1 above=0 | calc_zero | cannot be
I hospital_level=1 amount=1000 deductible=-5 | calc_negative | cannot be
O hospital_level=1 amount=100 used_cap=-1 | calc_negative | cannot be
O hospital_level=1 amount=100 left_cap=2500 | calc_over_cap | cannot be
I hospital_level=1 amount=100000001 | calc_absurd | cannot be
O hospital_level=1 amount=20 consult_fee=30 consult_in=in | calc_consult_over | cannot be
O hospital_level=1 want=cost paid=2500 | calc_over_limit | R8
I hospital_level=3 want=owncost deductible=600 paid=500 | calc_not_paid | R9
O hospital_level=1 amount=20 wrong=calc_percent | calc_percent | cannot be
"""


@pytest.fixture(scope="module")
def policy() -> Policy:
    return parse_policy(TEXT, OURS)


@pytest.mark.parametrize(("said", "expected", "rule"), rows(PAID + AWAY + ASKED + UNKNOWN + WRONG))
def test_what_a_clerk_would_answer(policy: Policy, said: str, expected: str, rule: str) -> None:
    assert shown(claim([record_of(said)], policy)) == expected


@pytest.mark.parametrize(("said", "expected", "rule"), rows(READINGS))
def test_both_readings_and_no_result(policy: Policy, said: str, expected: str, rule: str) -> None:
    outcome = claim([record_of(said)], policy)
    assert isinstance(outcome, Unknown)
    assert f"{outcome.values['high']} {outcome.values['low']}" == expected


@pytest.mark.parametrize(("said", "expected", "rule"), rows(TABLES))
def test_every_level_where_none_was_said(policy: Policy, said: str, expected: str, rule: str) -> None:
    outcome = claim([record_of(said)], policy)
    assert isinstance(outcome, Missing)
    assert outcome.slot == "hospital_level"
    assert " ".join(figure.value for figure in outcome.table) == expected
    if expected:
        part = "自己付" if "want=self" in said else ""
        assert [figure.label for figure in outcome.table] == [name + part for name in LEVEL_NAMES.values()]
        assert "hospital_level" not in outcome.inputs and outcome.inputs["visit"] in ("outpatient", "inpatient")


@pytest.mark.parametrize(("said", "notes", "rule"), rows(NOTED))
def test_what_is_assumed_is_said(policy: Policy, said: str, notes: str, rule: str) -> None:
    outcome = claim([record_of(said)], policy)
    assert isinstance(outcome, Result)
    expected = {note if note.startswith("calc_") else f"calc_assume_{note}" for note in notes.split()}
    assert set(outcome.assumptions) == expected
    assert len(outcome.assumptions) == len(expected)


@pytest.mark.parametrize(
    ("said", "entries"),
    [
        ("O hospital_level=1 amount=100", ("B4",)),
        ("O hospital_level=1", ("B4",)),
        ("I hospital_level=1 amount=100", ("B5",)),
        ("O amount=100 selected=false", ("B3",)),
        ("O amount=100 selected=false location=in_province", ("B7",)),
        ("O amount=100 selected=true filed=true", ("B7", "B4")),
        ("I hospital_level=1 above=100 location=out_province temporary=true", ("B7", "B5")),
    ],
)
def test_the_entry_that_the_rule_stands_in(policy: Policy, said: str, entries: tuple[str, ...]) -> None:
    outcome = claim([record_of(said)], policy)
    assert isinstance(outcome, Result)
    assert (outcome.entry, outcome.basis) == (entries[0], entries)
