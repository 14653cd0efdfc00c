"""Understand: from spans and what the reader makes of them to records; what is doubtful becomes a question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from bot.calculator.amounts import BILLS, counted_out, listed_total, with_amounts, without_guesses
from bot.calculator.bills import GROUPS, bills_of
from bot.calculator.guards import guarded
from bot.calculator.months import ROLE_FLOOR, with_months
from bot.calculator.numbers import read_number
from bot.calculator.outcome import LEVELS
from bot.calculator.papers import is_only_chosen
from bot.calculator.reader import Reading, Sentence
from bot.calculator.record import (
    AMOUNTS,
    AWAY,
    CASES,
    IN_PROVINCE,
    LOCAL,
    NO,
    OUT_PROVINCE,
    SEVERAL,
    SEVERAL_CHILDREN,
    UNSURE,
    YES,
    Record,
)  # fmt: skip
from bot.calculator.spans import (
    AMOUNT,
    CHILDREN,
    HERE,
    LEVEL,
    MONTH,
    PERCENT,
    PLACE,
    SCHOOL,
    TIMES,
    YEAR,
)
from corpus.policy import Month, Policy

# Below these probabilities a part of a sentence is asked for and not taken.
HEAD_FLOOR, SILENT_FLOOR, HUKOU_FLOOR, YES_FLOOR, VISIT_FLOOR, LEVEL_FLOOR = 0.6, 0.7, 0.75, 0.75, 0.85, 0.8
# From these on it is taken that something is said which makes a plain answer wrong.
MIDWAY, PART = 0.2, 0.2
_VISITS = {"in": "inpatient", "out": "outpatient", "both": "both"}
_PLACES = {"here": LOCAL, "in": IN_PROVINCE, "out": OUT_PROVINCE, "away": AWAY}
_YES_NO = {"+": YES, "-": NO, "?": UNSURE}
SHARES = ("subsidy", "total", "gap", "monthly")
_MONTH_TASKS = ("fee", "newborn", "diff", "bstart", "bend", "blen", "binforce", "window")
_CONSULT = re.compile(r"诊查|诊察|诊金|挂号")
_EXHAUSTED = re.compile(
    r"(?:(?:额度|限额|上限|封顶|quota|统筹)[^,。;没未不快]{0,14}(?:[用报花使刷][^,。;没未不快]{0,3}[完光晒尽满爆]|到顶|见底|没了)"
    r"|(?:用完|用光|用晒|刷爆|报完|报光)[^,。;]{0,4}(?:额度|限额)|\d[^,。;没未不快]{0,4}[用报][^,。;没未不快]{0,2}[完光晒][了喇啦咯])"
    # 用完了没有: that is asked.
    r"(?![了咗]?(?:没|吗|么|嘛|未|冇))"
)
# 不在深圳, 不去广州: where the hospital is not.
_NOT_THERE = re.compile(r"(?:不在|没在|离开|不是在|唔喺|不去|没去|唔去)$")
# 还剩5个月，要交多少; but 交过, and 3个月大, say nothing of what is to be paid.
MONTH_COUNT = re.compile(
    r"(?P<left>(?:[剩余交缴补按]|只有)[^,。;过负\d一二两三四五六七八九十]{0,2})?(?P<count>\d{1,2}|[二两三四五六七八九十]{1,2})个月"
    r"|(?P<half>(?<![大上下过])半年(?![多前后以之内大龄就生]))"
)

_SOON = 3  # months until a birth that is expected
# It is not enrolled now.
_LATER = re.compile("打算|准备|计划|到时|以后|超过|满了?半年|才[去来]?[办交缴]")


def records_of(sentence: Sentence, policy: Policy, before: Record | None = None) -> list[Record]:
    """Return what a sentence says: a record, or one for each of several bills; `before` is the one that goes on."""
    sentence = counted_out(without_guesses(sentence))
    record = _base(sentence)
    record = _with_years(_with_counts(_with_hospital(record, sentence), sentence), sentence, policy)
    task = before.task if before and record.task in ("more", "unknown") else record.task
    used = sentence.of(AMOUNT, "U")
    if used and (record.task == "cap" or (record.task == "claim" and not sentence.of(AMOUNT, BILLS + "EC"))):
        record = replace(
            record, task="remaining" if record.task == "cap" or "remaining" in sentence.words else record.task
        )
    if record.task == "remaining" and record.children == len(used) > 1:
        return [replace(record, used=span.value) for span, *_ in used]
    months = MONTH_COUNT.search(sentence.text) if record.task in ("fee", "monthly") else None
    if months and (record.task == "monthly" or ((months["left"] or months["half"]) and not sentence.of(MONTH, "a"))):
        whole = int(policy.number("fee.months"))
        count = whole // 2 if months["half"] else int(read_number(months["count"]) or 1)
        if count < whole:  # 分12个月 is how it is shared out, not what is asked for
            record = replace(record, task="monthly", times=count)
    if task in _MONTH_TASKS or (before and task in SHARES):
        record = with_months(record, sentence, policy, before, task)
    if record.task == "fee" and record.birth and not (record.apply or before):
        record = replace(record, task="newborn")  # 5月生的，交多少: of a whole year nobody spoke
    if record.task == "newborn" and not before:
        record = _enrolled_now(record, sentence, policy)
    if record.many in ("sum", "cmp", "") and len(bills := bills_of(record, sentence, policy)) > 1:
        return [guarded(bill, sentence) for bill in bills]
    if record.many == "sum" and (total := listed_total(record, sentence)) is not None:
        return [guarded(replace(record, many="", total=total), sentence)]
    if before and (name := _corrected(sentence, before)):
        put: dict[str, Any] = {name: sentence.of(AMOUNT)[0][0].value}
        return [replace(record, **put)]
    return [guarded(with_amounts(record, sentence.of(AMOUNT), sentence, policy), sentence)]


def _enrolled_now(record: Record, sentence: Sentence, policy: Policy) -> Record:
    """Return a newborn of whom nobody says when it is enrolled as one who is now; that stands with the result."""
    now = Month(sentence.today.year, sentence.today.month)
    said = len(record.birth) != 1 or record.apply or record.midway or _LATER.search(sentence.text)
    if said or record.birth[0] > now or not policy.fee.contains(now):
        return record
    if record.assumed_year and record.birth[0].plus(12) - now <= _SOON:
        return record  # 11月生, said in October, is as likely next month as a year ago
    return replace(record, apply=(now,), assumed_now=True, assumed_year=False)


def _corrected(sentence: Sentence, before: Record) -> str:
    """Return the name of the only amount said before where a message puts another in its place: 不对，是568块2."""
    amounts = sentence.of(AMOUNT)
    said = [name for name in AMOUNTS if getattr(before, name) is not None]
    lone = len(amounts) == len(said) == 1 and amounts[0][0].value is not None and amounts[0][2] < ROLE_FLOOR
    return said[0] if lone and "corrected" in sentence.words else ""


def _base(sentence: Sentence) -> Record:
    """Return the record of the heads alone."""
    read = sentence.reading
    said: dict[str, Any] = {
        name: _yes_no(read, name) for name in ("filed", "referral", "emergency", "temporary", "selected")
    }
    hukou = {"+": "shenzhen", "-": "other"}.get(read["hukou"], "") if read.sure("hukou") >= HUKOU_FLOOR else ""
    consult = {"+": "in", "-": "apart"}.get(read["consult"], "") if read.sure("consult") >= HEAD_FLOOR else ""
    costs = sentence.of(AMOUNT, BILLS + "EC")
    if not costs and not consult and _CONSULT.search(sentence.text):
        consult = "only"
    doubtful = read.sure("many") < HEAD_FLOOR
    many = "sum" if doubtful and len(sentence.of(AMOUNT, "TS")) > 1 else read["many"]
    scope = "part" if read.sure("scope", "-", "?") >= PART else "all" if read["scope"] == "+" else ""
    return Record(
        task=read["task"], want=read["want"], **said, hukou=hukou,
        visit=_VISITS.get(read["visit"], "") if read.sure("visit") >= VISIT_FLOOR else "",
        scope=scope, consult_in=consult,
        many=many, part=read["part"] + ("?" if read.sure("part") < HEAD_FLOOR else ""),
        midway=read.sure("midway", "+") >= MIDWAY,
        exhausted=_EXHAUSTED.search(sentence.text) is not None,
        wrong="calc_percent" if any((span.value or 0) > 100 for span, *_ in sentence.of(PERCENT)) else "",
    )  # fmt: skip


def _yes_no(read: Reading, name: str) -> str:
    value, sure = read[name], read.sure(name)
    if name == "temporary":
        return YES if value == "+" and sure >= HEAD_FLOOR else ""
    if name == "selected" and read.sure(name, "", "+") >= SILENT_FLOOR:
        # A chosen institution is taken for granted where nothing is said of it.
        return YES if value == "+" else ""
    if name != "selected" and read.sure(name, "+", "?") < 1 - SILENT_FLOOR:
        # Not said, or denied: both mean that there is none.
        return NO if read.sure(name, "-") >= read.sure(name, "") else ""
    if not value:
        return "" if sure >= SILENT_FLOOR else UNSURE
    return _YES_NO[value] if sure >= (YES_FLOOR if value == "+" else HEAD_FLOOR) else UNSURE


def _with_hospital(record: Record, sentence: Sentence) -> Record:
    """Add level and place of the hospital."""
    visited = [(span, sure) for span, _, sure in sentence.of(LEVEL, "t") if not is_only_chosen(span, sentence)]
    levels = list(dict.fromkeys(span.name for span, sure in visited if sure >= LEVEL_FLOOR))
    doubtful = any(sure < LEVEL_FLOOR for *_, sure in sentence.of(LEVEL))
    # 社康和大医院: of the second nobody says the level, and the one that is said is not that of both.
    plain = len(levels) == 1 and not doubtful and (levels[0] == LEVELS[-1] or "大医院" not in sentence.text)
    level = levels[0] if plain else ""
    compared = _compared(levels, sentence) if record.many == "cmp" else ()
    place = compared[0].partition("=")[2] if compared and compared[0].startswith("location") else _location(sentence)
    if place == SEVERAL and record.filed == YES and record.many != "cmp":
        # Nobody files for the own city: 河南备了案，比例跟深圳一样吗.
        away = {GROUPS[span.name] for span, *_ in sentence.of(PLACE, "t")} - {LOCAL}
        place = away.pop() if len(away) == 1 else place
    return replace(record, level=level, compared=compared, location=place)


def _compared(levels: Sequence[str], sentence: Sentence) -> tuple[str, ...]:
    """Return what is compared: levels, places, or with and without a paper."""
    places = dict.fromkeys(GROUPS[span.name] for span, *_ in sentence.of(PLACE, "t"))
    cases = [case for case in CASES if case in sentence.words]
    if len(cases) > 1:  # 办了备案和没办，都不是抢救: what is denied is none of the two
        cases = [case for case in cases if sentence.reading[case] != "-"]
    for field, values in (("level", levels), ("location", [*places]), ("case", cases)):
        if len(values) > 1:
            return tuple(f"{field}={value}" for value in values)
    return (f"case={cases[0]}", "case=temporary") if cases else ()


def _location(sentence: Sentence) -> str:
    spans = sentence.of(PLACE)
    denied = [span for span, *_ in spans if _NOT_THERE.search(sentence.text[: span.start])]
    there = [span for span, role, sure in spans if role == "t" and sure >= ROLE_FLOOR and span not in denied]
    named = list(dict.fromkeys(GROUPS[span.name] for span in there))
    said, sure = sentence.reading["place"], sentence.reading.sure("place")
    if denied and (len(named) == 1 or any(span.name == HERE for span in denied)):
        return named[0] if len(named) == 1 else AWAY
    head = _PLACES.get(said, "") if sure >= HEAD_FLOOR else SEVERAL if said else ""
    if any(sure < ROLE_FLOOR and not (role == "x" and span.name == HERE) for span, role, sure in sentence.of(PLACE)):
        return head or SEVERAL
    if len(named) > 1 or _two_cities(sentence):
        return head if head in named and len(named) > 1 else SEVERAL
    if named and head in (AWAY, SEVERAL, ""):
        return SEVERAL if head == AWAY and named[0] == LOCAL else named[0]
    return head if not named or head == named[0] else SEVERAL


def _two_cities(sentence: Sentence) -> bool:
    """Tell whether two places are named of which neither lies in the other: filed in one, treated in the other."""
    spans = [span for span, *_ in sentence.of(PLACE, "t") if span.name != HERE]
    names = {sentence.text[span.start : span.end] for span in spans}
    apart = any(second.start - first.end > 2 for first, second in pairwise(spans))
    return apart and len(names) > 1 and sentence.reading["filed"] == "+"


def _with_counts(record: Record, sentence: Sentence) -> Record:
    """Add how many children, and how many visits."""
    spans = [span for span, *_ in sentence.of(CHILDREN)]
    kin = {span.name: span.number for span in spans if span.name != "word"}
    # 两个外甥一个侄女: groups of different kin, and no word for all of them, are added up.
    apart = len(kin) > 1 and not any(one in other for one in kin for other in kin if one != other)
    groups = [sum(kin.values())] if apart else []
    counts = groups or [span.number for span in spans if span.name != "word"] or [span.number for span in spans]
    children = 0 if any(count < 1 for count in counts) else _children(counts)
    times = {span.number for span, *_ in sentence.of(TIMES) if span.number > 1}
    return replace(record, children=children, times=times.pop() if len(times) == 1 else None)


def _children(counts: list[int]) -> int | None:
    """Return how many children are spoken of; SEVERAL_CHILDREN where the counts do not agree."""
    if not counts:
        return None
    largest = max(counts)
    if len(set(counts)) == 1:
        return largest if largest > 1 or len(counts) == 1 else len(counts)
    # 姐姐家两个我家两个，四个小孩: the largest is the sum of the others.
    agree = set(counts) == {1, largest} or 2 * largest == sum(counts)
    return largest if agree else SEVERAL_CHILDREN


def _with_years(record: Record, sentence: Sentence, policy: Policy) -> Record:
    """Add the school year or the year that is said."""
    school = next((span.name for span, *_ in sentence.of(SCHOOL)), "")
    years = [span.year for span, *_ in sentence.of(YEAR) if span.year]
    year = None
    if record.task in ("claim", "more", "cap", "remaining", "spent", "capcost"):
        months = [span.year for span, *_ in sentence.of(MONTH) if span.year and span.name != "now"]
        year = max([*years, *months], default=None)
    elif record.task == "fee" and (ahead := _school_year_ahead(sentence, policy)):
        school = ahead
    elif years and not school and policy.fee.first.year not in years and not sentence.of(MONTH, "ab"):
        # A bare year is the one in which the school year begins.
        school = f"{years[0]}-{years[0] + 1}"
    return replace(record, school_year=school, year=year)


def _school_year_ahead(sentence: Sentence, policy: Policy) -> str:
    """Return the later school year whose first month is named: 25年9月开始的那个学年."""
    first = policy.fee.first
    years = [span.year for span, *_ in sentence.of(MONTH, "o") if span.number == first.number and span.year]
    return next((f"{year}-{year + 1}" for year in years if year > first.year), "")
