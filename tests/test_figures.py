"""Answers and policy say the same: one digit changed on either side is found and named."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.check import ERROR, check
from corpus.entries import Corpus, corpus_path, load_corpus
from corpus.entry import RETIRED, Entry
from corpus.figures import Discrepancy, discrepancies, mentions
from corpus.policy import Policy, parse_policy

OURS = corpus_path() / "policy/2024-2025.toml"
TEXT = OURS.read_text(encoding="utf-8")
CORPUS = load_corpus()
POLICY = CORPUS.policies[0]
DIGITS = st.integers(0, 9).map(str)

# Every digit that an answer prints in an amount, a percentage or a date: entry and place.
PRINTED = [
    (entry, place)
    for entry in CORPUS.entries
    for mention in mentions(entry.answer)
    for place in range(mention.start, mention.end)
    if entry.answer[place].isdigit()
]


def found(entries: tuple[Entry, ...] = CORPUS.entries, *policies: Policy) -> list[Discrepancy]:
    return list(discrepancies(entries, policies or CORPUS.policies))


def with_answer(entry_id: str, answer: str) -> tuple[Entry, ...]:
    return tuple(replace(e, body=answer, short_answer="") if e.id == entry_id else e for e in CORPUS.entries)


def answer(entry_id: str) -> str:
    return next(entry.answer for entry in CORPUS.entries if entry.id == entry_id)


def test_answers_and_policy_say_the_same() -> None:
    assert found() == []


def test_all_the_numbers_are_read() -> None:
    counts = {entry.id: len(list(mentions(entry.answer))) for entry in CORPUS.entries}
    assert {id: count for id, count in counts.items() if count} == {
        "P1": 1, "P3": 10, "B2": 5, "B4": 9, "B5": 3, "B6": 2, "B7": 3,
    }  # fmt: skip
    assert sum(counts.values()) + 2 == len(POLICY.figures) + len(POLICY.days)  # 2 ratios are said without a number


# text: what is read in it
READ: dict[str, list[str | tuple[str, str]]] = {
    "个人缴费436.32元/年，财政补贴 872.64 元": [("436.32", "元"), ("872.64", "元")],
    "最高1,200.50元、3万元": [("1200.50", "元"), ("30000", "元")],
    "75%、６５％和**55**%": [("75", "%"), ("65", "%"), ("55", "%")],
    "×1.8%×12个月": [("1.8", "%"), ("12", "个月")],
    "2024-2025学年度个人缴费": ["2024-2025学年度"],
    "2024—2025年度": ["2024—2025年度"],
    "公众号2024年7月10日推文": ["2024年7月10日"],
    "2024年9月起，2024年度": ["2024年9月", "2024年度"],
    "每年9月办理，当年9月至次年8月": ["每年9月", "当年9月", "次年8月"],
    "3月15日前": ["3月15日"],
    "14周岁以下、1-2个工作日、12345热线、选定1家、上上年度、半年": [],
}


@pytest.mark.parametrize(("text", "expected"), READ.items(), ids=READ.keys())
def test_read(text: str, expected: list[str | tuple[str, str]]) -> None:
    read = [mention.text if mention.value is None else (mention.value, mention.unit) for mention in mentions(text)]
    assert read == [item if isinstance(item, str) else (Decimal(item[0]), item[1]) for item in expected]


@given(st.text())
def test_mentions_stand_where_they_say(text: str) -> None:
    end = 0
    for mention in mentions(text):
        assert text[mention.start : mention.end] == mention.text and mention.start >= end
        end = mention.end


@pytest.mark.parametrize(("entry", "place"), PRINTED, ids=lambda item: getattr(item, "id", str(item)))
def test_one_digit_changed_in_an_answer_is_named(entry: Entry, place: int) -> None:
    for digit in set("0123456789") - {entry.answer[place]}:
        changed = entry.answer[:place] + digit + entry.answer[place + 1 :]
        wrong = next(m.text for m in mentions(changed) if m.start <= place < m.end)
        told = found(with_answer(entry.id, changed))
        assert any(d.path == entry.path and f"“{wrong}”" in d.message for d in told)
        assert any(d.path == OURS and f"{entry.id} 的答案里没有" in d.message and d.line for d in told)


@pytest.mark.parametrize("name", [figure.name for figure in POLICY.figures])
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_one_digit_changed_in_a_figure_is_named(name: str, data: st.DataObject) -> None:
    figure = POLICY.figure(name)
    text = str(figure.value)
    place = data.draw(st.sampled_from([i for i, sign in enumerate(text) if sign.isdigit()]))
    digit = data.draw(DIGITS.filter(lambda digit: digit != text[place]))
    value = Decimal(text[:place] + digit + text[place + 1 :])
    figures = tuple(replace(f, value=value) if f.name == name else f for f in POLICY.figures)
    told = found(CORPUS.entries, replace(POLICY, figures=figures))
    assert any(d.message.startswith(f"“{name}”：值是 {value}") and d.line == figure.line for d in told)


# name: (what to replace in the policy file, by what, what the message must say)
CHANGES: dict[str, tuple[str, str, str]] = {
    "words": ('"个人缴费436.32元/年"', '"个人交费436.32元/年"', "“fee.personal”：P3 的答案里没有“个人交费436.32元/年”"),
    "unit": ('value = "12"\nunit = "个月"', 'value = "12"\nunit = "%"', "“fee.months”：值是 12%"),
    "entry": ('entry = "B5"', 'entry = "B4"', "“inpatient.1”：B4 的答案里没有"),
    "no such entry": ('entry = "B5"', 'entry = "B55"', "“inpatient.1”：没有编号是 B55 的问答"),
    "not all of it": ('value = "100"', 'value = "90"', "“away.filed”：值是 90%"),
    "two numbers": ('"二级医院65%"', '"二级医院65%、三级医院55%"', "有 2 个带“%”的数"),
    "a date": ('"2024年7月10日"', '"2024年7月11日"', "“post”：P1 的答案里没有"),
    "no date": (
        '"自当年10月"',
        '"享受居民基本医疗保险待遇"',
        "“benefit.first”：“享受居民基本医疗保险待遇”里应当正好有",
    ),
    "the wrong period": (
        '"自当年10月"\nperiod = "benefit"',
        '"自当年10月"\nperiod = "fee"',
        "“当年10月”和 [periods] 里的 fee",
    ),
    "fee starts later": ('fee = ["2024-09"', 'fee = ["2024-10"', "“fee.first”：“当年9月”和 [periods] 里的 fee"),
    "fee ends earlier": ('"2025-08"]', '"2025-07"]', "“fee.last”：“次年8月”和 [periods] 里的 fee"),
    "benefit starts later": ('["2024-10"', '["2024-11"', "“benefit.first”：“当年10月”和"),
    "benefit ends later": ('"2025-09"]', '"2025-10"]', "“benefit.last”：“次年9月”和"),
    "the cap of another year": ('cap = "2024"', 'cap = "2025"', "“cap.year”：“2024年度”和 [periods] 里的 cap"),
}


@pytest.mark.parametrize(("old", "new", "message"), CHANGES.values(), ids=CHANGES.keys())
def test_a_change_of_the_policy_is_named(old: str, new: str, message: str) -> None:
    assert old in TEXT
    told = found(CORPUS.entries, parse_policy(TEXT.replace(old, new, 1), OURS))
    assert any(message in difference.message and difference.path == OURS for difference in told), told


@pytest.mark.parametrize("name", [item.name for item in POLICY.printed if any(mentions(item.words))])
def test_a_number_left_out_of_the_policy_is_missed(name: str) -> None:
    item = next(item for item in POLICY.printed if item.name == name)
    figures = tuple(f for f in POLICY.figures if f.name != name)
    told = found(CORPUS.entries, replace(POLICY, figures=figures, days=tuple(d for d in POLICY.days if d.name != name)))
    assert told and all(d.path.stem == item.entry and "在 policy/2024-2025.toml 里没有" in d.message for d in told)


def test_the_same_number_in_another_place_is_found() -> None:
    told = found(with_answer("B5", answer("B5") + "另付90%。"))
    assert len(told) == 1 and "另付90%" in told[0].message


def test_a_short_answer_is_read_too() -> None:
    entries = tuple(replace(e, short_answer="按91%付。") if e.id == "B5" else e for e in CORPUS.entries)
    assert [d.message[:11] for d in found(entries)] == ["短答案里的“91%”（"]


def moved(years: str, **more: str) -> tuple[Entry, ...]:
    return tuple(replace(e, years=years, body="改成99%。", **more) if e.id == "B5" else e for e in CORPUS.entries)


def test_an_entry_of_a_newer_year_leaves_the_old_numbers_in_peace() -> None:
    assert found(moved("2025-2026")) == []


@pytest.mark.parametrize("years", ["", "2023-2024"])
def test_an_entry_without_this_year_does_not_bear_its_numbers_out(years: str) -> None:
    told = found(moved(years))
    assert [d.message[:13] for d in told] == [f"“inpatient.{n}”" for n in (1, 2, 3)]
    assert all("请照新文件改好那条问答和它的年度" in d.message for d in told)


def test_a_retired_entry_need_not_be_held_but_may_hold() -> None:
    retired = tuple(replace(e, status=RETIRED) if e.id == "B5" else e for e in CORPUS.entries)
    assert found(retired) == []
    without = tuple(f for f in POLICY.figures if f.entry != "B5")
    assert found(retired, replace(POLICY, figures=without)) == []


def test_no_policy_no_check() -> None:
    assert list(discrepancies(moved("2024-2025"), ())) == []


def test_the_linter_tells_it_as_an_error() -> None:
    wrong = with_answer("P3", answer("P3").replace("436.32", "436.33"))
    # Which questions are alike is another check, and a slow one.
    bare = tuple(replace(entry, similar=()) for entry in wrong)
    corpus = Corpus(bare, (), {}, (), CORPUS.phrases, "", policies=CORPUS.policies)
    errors = [p for p in check(corpus, date(2025, 3, 1)) if p.severity == ERROR]
    told = {p.path.name: p.message for p in errors if "436.3" in p.message}
    assert told.keys() == {"P3.md", "2024-2025.toml"} and "436.33元" in told["P3.md"]
