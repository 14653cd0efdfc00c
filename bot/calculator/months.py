"""Months: the month of application, of birth and of a visit, each with the year that it must be of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.calculator.reader import Sentence
from bot.calculator.record import Record
from bot.calculator.spans import MONTH, TIMES, Span
from corpus.policy import Month, Policy

# A month whose meaning is less sure than this is asked for.
ROLE_FLOOR = 0.6
# 从3月补到6月, 4-8月: what is paid for ends with the second month; 拖到11月才办 is none of these.
_UNTIL = re.compile(r"(?<![拖等推留])(?:到|至|[-~—])$")
_FROM = re.compile(r"[份底初末起交补缴算]{0,2}(?:到|至|[-~—])")
# Nobody is born yet.
_EXPECTED = re.compile(r"预[产计]|待产|孕|[快要将]生|准备生|[没未](?:出生|生)|出生后|生下来?后|如果|假如|要是")
_WHOLE_YEAR = re.compile("(?:一个|[哥弟姐妹]|老[大二]|[大小]的)[^,。;]{0,6}[全整]年")
# Tasks that have only months of application.
_ANY_MONTH = ("diff", "bstart", "bend", "blen")


def with_months(record: Record, sentence: Sentence, policy: Policy, before: Record | None, task: str) -> Record:
    """Add the months of application, of birth and of a visit, each with the year that it must be of."""
    months = sentence.of(MONTH)
    if task in ("fee", "newborn"):
        months, count = _without_ends(months, sentence.text, policy)
        if count and not any(role == "b" for _, role, _ in months):
            return replace(record, task="monthly", times=count)
    spans = _resolved([(span, role) for span, role, _ in months])
    if impossible := next((span for span, _ in spans if not span.possible), None):
        said = sentence.text[impossible.start : impossible.end]
        return replace(record, wrong="calc_no_month", name=said)
    if task not in _ANY_MONTH and any(sure < ROLE_FLOOR for *_, sure in months):
        # Nobody can tell what happens in which month: without any, it is asked for.
        return replace(record, midway=True)
    # 出生20天 is a birth, whatever else it looks like.
    spans = [(span, "b" if span.name == "born" else role) for span, role in spans]
    if task == "fee" and any(span.name == "born" for span, _ in spans):
        record = replace(record, task="newborn")
    days = any(sentence.text[span.end - 1] == "天" for span, *_ in sentence.of(TIMES))
    # 到今天32天了: the day of birth is another.
    births = [span for span, role in spans if role == "b" and not (days and span.name == "now")]
    applied = [span for span, role in spans if role == "a"]
    if task == "diff" or (task in _ANY_MONTH and not applied):
        applied = [span for span, role in spans if role in "ao"]
    # 现在1月去办: the month that is named is the one.
    if task != "diff":
        applied = [span for span in applied if span.name != "now"] or applied
    others = [span for span, role in spans if role == "o" and task == "binforce"]
    if task == "binforce" and not others:
        # 9月交的，9月底住院: the month that is said last is that of the visit.
        applied, others = applied[:1], applied[1:]
    apply_later = [_month(span, policy) for span in applied]
    later = apply_later or list(before.apply if before else ())
    birth = tuple(_birth_month(span, later, sentence, policy) for span in births)
    if before and before.assumed_year and apply_later and not birth:
        # 5月生 was said without a year, and when it is enrolled tells which.
        birth = tuple(_last(one.number, apply_later[0]) for one in before.birth)
    born = birth or (before.birth if before else ())
    apply = tuple(_apply_month(span, born, apply_later, policy) for span in applied)
    if task == "fee" and len(apply) == 1 and record.children == 2 and _WHOLE_YEAR.search(sentence.text):
        apply = (policy.fee.first, *apply)  # 姐姐全年，妹妹2月才来
    yearless = [span.year is None for span in applied], [span.year is None for span in (*births, *applied)]
    return replace(
        record,
        apply=apply,
        birth=birth,
        birth_day=next((span.day for span in births if span.day), None),
        apply_day=next((span.day for span in applied if span.day), None),
        day_of=tuple(_visit_month(span, apply, policy) for span in others),
        assumed_year=all(yearless[1]) if births else any(yearless[0]),
    )


def _without_ends(
    months: list[tuple[Span, str, float]], text: str, policy: Policy
) -> tuple[list[tuple[Span, str, float]], int]:
    """Leave out the months with which what is paid for ends; how many it is for where that is not all that is left.

    A month that is now, or from which on it is paid, is that of the application.
    """
    found: list[tuple[Span, str, float]] = []
    for span, role, sure in months:
        before = found[-1][0] if found else None
        joined = before is not None and _FROM.fullmatch(text[before.end : span.start])
        last = span.number == policy.fee.last.number
        if role == "b" or span.name or not (joined or last) or not _UNTIL.search(text[: span.start]):
            found.append((span, role, sure))
            continue
        if before and joined and any(one[1] == "a" for one in found[:-1]):
            found.pop()  # 4月去办，补11到3月: when it is done was said
        elif before and joined and found[-1][1] != "b":
            found[-1] = (before, "a", 1.0)
            if not last:
                return found, (span.number - before.number) % 12 + 1
    for now in [span for span, *_ in found if span.name == "present"]:
        # 9月断了，现在1月: nobody joins in a month that is over.
        found = [one for one in found if one[1] != "a" or _place(one[0], policy) >= _place(now, policy)]
        if not any(role == "a" for span, role, _ in found if span is not now):
            found = [(one[0], "a", 1.0) if one[0] is now else one for one in found]
    return found, 0


def _place(span: Span, policy: Policy) -> int:
    """Return which month of the school year it is."""
    return (span.number - policy.fee.first.number) % 12


def _resolved(spans: list[tuple[Span, str]]) -> list[tuple[Span, str]]:
    """Put for 当月 the month that was said last."""
    found: list[tuple[Span, str]] = []
    for span, role in spans:
        if span.name == "same" and found:
            span = replace(found[-1][0], day=None)
        found.append((span, role))
    return found


def _month(span: Span, policy: Policy) -> Month:
    """Return the month; without a year it is the one of the school year."""
    if span.year is not None:
        return span.month
    return next(month for month in policy.fee.months if month.number == span.number)


def _visit_month(span: Span, applied: Sequence[Month], policy: Policy) -> Month:
    """Return the month of a visit; without a year it is one of the benefits, or that of the application."""
    if span.year is not None:
        return span.month
    if same := [month for month in applied if month.number == span.number]:
        return same[0]
    return next(month for month in policy.benefit.months if month.number == span.number)


def _birth_month(span: Span, later: list[Month], sentence: Sentence, policy: Policy) -> Month:
    """Return the month of a birth; without a year it is the last such month before the enrolment, or before today."""
    if span.year is not None or not span.possible or (not later and _EXPECTED.search(sentence.text)):
        return _month(span, policy)
    return _last(span.number, later[0] if later else Month(sentence.today.year, sentence.today.month))


def _last(number: int, end: Month) -> Month:
    """Return the last month of this number up to an end."""
    return end.plus(-((end.number - number) % 12))


def _apply_month(span: Span, born: Sequence[Month], others: list[Month], policy: Policy) -> Month:
    if span.year is None and born:
        return born[0].plus((span.number - born[0].number) % 12)
    return _month(span, policy)
