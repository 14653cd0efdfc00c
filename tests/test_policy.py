"""The numbers of a school year: months, periods, and what the reader of a policy file refuses."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.entries import load_corpus, read_corpus
from corpus.errors import BadPolicy, CorpusError, LostCharacters
from corpus.policy import REQUIRED, Interval, Month, Policy, load_policies, parse_policy
from tests.support.booklet_corpus import FILES, write
from tests.support.policy_text import OURS, TEXT, next_year

MONTHS = st.builds(Month, st.integers(1000, 9000), st.integers(1, 12))
STEPS = st.integers(-5000, 5000)

# Each number as the law has it, written down a second time.
LAW = {
    "fee.personal": "436.32", "fee.subsidy": "872.64", "fee.months": "12", "newborn.window": "6",
    "fee.rate.personal": "0.6", "fee.rate.subsidy": "1.2", "fee.rate.total": "1.8",
    "outpatient.1": "75", "outpatient.2": "65", "outpatient.3": "55",
    "consult.1": "80", "consult.2": "70", "consult.3": "60", "cap.amount": "2471.31", "cap.rate": "1.5",
    "inpatient.1": "92", "inpatient.2": "91", "inpatient.3": "90",
    "away.filed": "100", "away.referral": "100", "away.emergency": "90",
    "away.in_province": "90", "away.out_province": "80",
}  # fmt: skip


@pytest.fixture(scope="module")
def policy() -> Policy:
    return parse_policy(TEXT, OURS)


def test_every_number_of_the_law(policy: Policy) -> None:
    assert {name: policy.number(name) for name in REQUIRED} == {name: Decimal(text) for name, text in LAW.items()}


def test_the_three_years(policy: Policy) -> None:
    assert policy.years == "2024-2025"
    assert policy.fee == Interval(Month(2024, 9), Month(2025, 8))
    assert policy.benefit == Interval(Month(2024, 10), Month(2025, 9))
    assert policy.cap_year == 2024
    assert len(policy.fee.months) == len(policy.benefit.months) == policy.number("fee.months")


def test_the_numbers_agree_with_each_other(policy: Policy) -> None:
    income = policy.number("fee.personal") / policy.ratio("fee.rate.personal") / policy.number("fee.months")
    assert income == 6060
    assert income * policy.ratio("fee.rate.subsidy") * policy.number("fee.months") == policy.number("fee.subsidy")
    assert policy.ratio("fee.rate.personal") + policy.ratio("fee.rate.subsidy") == policy.ratio("fee.rate.total")
    assert policy.number("cap.amount") / policy.ratio("cap.rate") == 164754


def test_a_ratio_is_exact_and_only_of_a_percentage(policy: Policy) -> None:
    assert str(policy.ratio("inpatient.3")) == "0.90"
    assert str(policy.ratio("fee.rate.personal")) == "0.006"
    with pytest.raises(BadPolicy, match="单位应当是 %，不是 元"):
        policy.ratio("fee.personal")
    with pytest.raises(BadPolicy, match=r"没有叫“fee\.other”的数字"):
        policy.number("fee.other")


def test_a_figure_knows_its_words_and_cannot_change(policy: Policy) -> None:
    figure = policy.figure("cap.amount")
    assert (figure.entry, figure.words, figure.unit, figure.period) == ("B4", "2024年度限额为2471.31元", "元", "cap")
    assert TEXT.split("\n")[figure.line - 1] == 'name = "cap.amount"'
    with pytest.raises(FrozenInstanceError):
        figure.value = Decimal(1)  # type: ignore[misc]


def test_what_the_booklet_does_not_say_has_names(policy: Policy) -> None:
    deductible = next(absent for absent in policy.absent if "起付线" in absent.words)
    assert deductible.name == "住院起付线的金额"
    words = [word for absent in policy.absent for word in absent.words]
    assert len(set(words)) == len(words)


# Months and periods


@given(MONTHS, STEPS)
def test_plus_undoes_minus(month: Month, step: int) -> None:
    later = month.plus(step)
    assert later - month == step
    assert later.plus(-step) == month
    assert (later > month) == (step > 0)


@given(MONTHS)
def test_a_month_is_read_as_it_is_written(month: Month) -> None:
    assert Month.parse(str(month)) == month
    assert month.chinese == f"{month.year}年{month.number}月"


@given(MONTHS, MONTHS)
def test_months_sort_as_their_text_does(one: Month, other: Month) -> None:
    assert (one < other) == (str(one) < str(other)) == (other - one > 0)


@given(MONTHS, st.integers(0, 40), STEPS)
def test_a_period_contains_its_months_and_no_other(first: Month, more: int, step: int) -> None:
    period, month = Interval(first, first.plus(more)), first.plus(step)
    assert len(period.months) == more + 1
    assert period.contains(month) == (month in period.months) == (0 <= step <= more)


@pytest.mark.parametrize(
    "text", ["2024-9", "2024-13", "2024-00", "2024/09", "2024-09-01", "2024年9月", "", "２０２４-09"]
)
def test_not_a_month(text: str) -> None:
    with pytest.raises(ValueError):
        Month.parse(text)


def test_no_thirteenth_month_and_no_backward_period() -> None:
    with pytest.raises(ValueError):
        Month(2024, 13)
    with pytest.raises(ValueError):
        Interval(Month(2024, 9), Month(2024, 8))


# The reader

# name: (what to replace, by what, the line named, what the message must say)
REFUSED: dict[str, tuple[str, str, str, str]] = {
    "broken TOML": ('value = "436.32"', "value = “436.32”", "", "英文双引号"),
    "a comma for the point": ('"436.32"', '"436,32"', "fee.personal", "“436,32”不是数"),
    "a full-width digit": ('"436.32"', '"４36.32"', "fee.personal", "不是数"),
    "a unit in the value": ('"436.32"', '"436.32元"', "fee.personal", "单位写在 unit"),
    "a negative number": ('"436.32"', '"-436.32"', "fee.personal", "不是数"),
    "an exponent": ('"436.32"', '"4e2"', "fee.personal", "不是数"),
    "no number at all": ('"436.32"', '"NaN"', "fee.personal", "不是数"),
    "a bare number": ('value = "436.32"', "value = 436.32", "fee.personal", "缺 value"),
    "more than all": ('value = "75"', 'value = "175"', "outpatient.1", "超过了 100%"),
    "unknown unit": ('unit = "元"', 'unit = "块"', "fee.personal", "可用的有：元、%、个月"),
    "unknown period": ('period = "fee"', 'period = "pay"', "fee.personal", "fee、benefit、cap"),
    "unknown key": ('period = "fee"', 'periode = "fee"', "fee.personal", "“periode”不认识"),
    "unknown table": ("[[absent]]", "[[absents]]", "", "“absents”不认识"),
    "single brackets": ('[[date]]\nname = "post"', '[date]\nname = "post"', "", "格式不对"),
    "no words": ('words = "个人缴交0.6%"', "", "fee.rate.personal", "缺 words"),
    "empty words": ('words = "个人缴交0.6%"', 'words = " "', "fee.rate.personal", "缺 words"),
    "no name": ('name = "fee.subsidy"', "", "", "有一个 [[figure]] 缺 name"),
    "duplicate name": ('"fee.subsidy"', '"fee.personal"', "fee.personal", "“fee.personal”用了 2 次"),
    "a date with the name of a figure": ('"post"', '"fee.personal"', "fee.personal", "用了 2 次"),
    "missing name": ('"fee.subsidy"', '"fee.subsidie"', "", "缺这些数字：fee.subsidy。"),
    "no other words": ('any = ["滞纳金", "罚款"]', "any = []", "滞纳金的金额", "any 应当是"),
    "no years": ('years = "2024-2025"', "", "", "第一行应当是学年"),
    "two years": ('years = "2024-2025"', 'years = "2024-2026"', "", "第一行应当是学年"),
    "years of another file": ('years = "2024-2025"', 'years = "2025-2026"', "", "文件名是 2024-2025.toml"),
    "no periods": ("[periods]", "[period]", "", "“period”不认识"),
    "no such month": ('"2025-08"', '"2025-13"', "", "fee 应当是"),
    "a backward period": ('["2024-10", "2025-09"]', '["2024-10", "2024-09"]', "", "benefit 应当是"),
    "the period of last year": ('["2024-09", "2025-08"]', '["2023-09", "2024-08"]', "", "fee 应当是"),
    "one month": ('["2024-09", "2025-08"]', '["2024-09"]', "", "fee 应当是"),
    "the cap of last year": ('cap = "2024"', 'cap = "2023"', "", "cap 应当是"),
    "a bare cap": ('cap = "2024"', "cap = 2024", "", "cap 应当是"),
}


@pytest.mark.parametrize(("old", "new", "name", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_refused(old: str, new: str, name: str, message: str) -> None:
    assert old in TEXT
    changed = TEXT.replace(old, new, 1)
    with pytest.raises(BadPolicy) as caught:
        parse_policy(changed, OURS)
    assert message in caught.value.message and caught.value.path == OURS
    assert caught.value.line == (changed[: changed.index(f'name = "{name}"')].count("\n") + 1 if name else 0)


def test_lost_characters_are_not_guessed() -> None:
    with pytest.raises(LostCharacters):
        parse_policy(TEXT.replace("436.32元", "���.32元"), OURS)


@pytest.mark.parametrize("name", REQUIRED)
def test_each_required_figure_is_missed(name: str) -> None:
    without = re.sub(rf'\[\[figure\]\]\nname = "{re.escape(name)}"\n(?:\w+ = .*\n)+', "", TEXT)
    with pytest.raises(BadPolicy, match=f"缺这些数字：{re.escape(name)}。"):
        parse_policy(without, OURS)


@given(st.text(alphabet='[]="\n.0123456789年元%ab', max_size=60))
def test_any_text_is_a_policy_or_refused(text: str) -> None:
    with pytest.raises(CorpusError):
        parse_policy(text, OURS)


# The folder


def test_several_years_come_newest_first(tmp_path: Path) -> None:
    (tmp_path / "2024-2025.toml").write_text(TEXT, encoding="utf-8")
    (tmp_path / "2025-2026.toml").write_text(next_year(), encoding="utf-8")
    policies = load_policies(tmp_path)
    assert [policy.years for policy in policies] == ["2025-2026", "2024-2025"]
    assert [policy.fee.first for policy in policies] == [Month(2025, 9), Month(2024, 9)]


def test_no_policy_is_no_error(tmp_path: Path) -> None:
    assert load_policies(tmp_path / "nowhere") == ()
    assert load_corpus(write(tmp_path)).policies == ()


def test_the_corpus_holds_the_policy_and_its_digest(tmp_path: Path, policy: Policy) -> None:
    bare = load_corpus(write(tmp_path / "a"))
    name = "policy/2024-2025.toml"
    with_policy = load_corpus(write(tmp_path / "b", **{name: TEXT}))
    another = load_corpus(write(tmp_path / "c", **{name: TEXT.replace('"436.32"', '"436.33"')}))
    assert with_policy.policies == (policy,)
    assert len({bare.digest, with_policy.digest, another.digest}) == 3


def test_a_bad_policy_is_told_with_the_other_errors(tmp_path: Path) -> None:
    folder = write(tmp_path, **{"policy/2024-2025.toml": "oops", "words/terms.txt": None})
    corpus, errors = read_corpus(folder)
    assert {error.path.name for error in errors} == {"terms.txt", "2024-2025.toml"}
    assert corpus.policies == () and len(corpus.entries) == len([name for name in FILES if "entries" in name])


def test_our_corpus_has_this_policy(policy: Policy) -> None:
    assert load_corpus().policies == (policy,)
