"""Months: the month of application, of birth and of a visit, each with the year that it must be of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.calculator.reader import Sentence
from bot.calculator.record import (
    Record,
)  # fmt: skip
from bot.calculator.spans import (
    MONTH,
    Span,
)
from corpus.policy import Month, Policy

# A month whose meaning is less sure than this is asked for.
ROLE_FLOOR = 0.6
# Tasks that have only months of application.
_ANY_MONTH = ("diff", "bstart", "bend", "blen")


def with_months(record: Record, sentence: Sentence, policy: Policy, before: Record | None, task: str) -> Record:
    """Add the months of application, of birth and of a visit, each with the year that it must be of."""
    spans = _resolved([(span, role) for span, role, _ in sentence.of(MONTH)])
    if impossible := next((span for span, _ in spans if not span.possible), None):
        said = sentence.text[impossible.start : impossible.end]
        return replace(record, wrong="calc_no_month", name=said)
    if task not in _ANY_MONTH and any(sure < ROLE_FLOOR for *_, sure in sentence.of(MONTH)):
        # Nobody can tell what happens in which month: without any, it is asked for.
        return replace(record, midway=True)
    births = [span for span, role in spans if role == "b"]
    applied = [span for span, role in spans if role == "a" or (role == "o" and task in _ANY_MONTH)]
    # 现在1月去办: the month that is named is the one.
    if task != "diff":
        applied = [span for span in applied if span.name != "now"] or applied
    others = [span for span, role in spans if role == "o" and task == "binforce"]
    if task == "binforce" and not others:
        # 9月交的，9月底住院: the month that is said last is that of the visit.
        applied, others = applied[:1], applied[1:]
    apply_later = [_month(span, policy) for span in applied]
    birth = tuple(_birth_month(span, apply_later or list(before.apply if before else ()), policy) for span in births)
    born = birth or (before.birth if before else ())
    apply = tuple(_apply_month(span, born, apply_later, policy) for span in applied)
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


def _birth_month(span: Span, later: list[Month], policy: Policy) -> Month:
    """Return the month of a birth; without a year it is the last such month before the enrolment."""
    if span.year is not None or not later:
        return _month(span, policy)
    return later[0].plus(-((later[0].number - span.number) % 12))


def _apply_month(span: Span, born: Sequence[Month], others: list[Month], policy: Policy) -> Month:
    if span.year is None and born:
        return born[0].plus((span.number - born[0].number) % 12)
    return _month(span, policy)
