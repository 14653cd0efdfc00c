"""Claims: one bill or several, added up, compared or each the same; and what cannot be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from bot.calculator.away import location_of
from bot.calculator.formulas import ZERO
from bot.calculator.outcome import (
    LEVEL_NAMES,
    LEVELS,
    Figure,
    Missing,
    Outcome,
    Result,
    Step,
    Unknown,
    Wrong,
    cents,
    plain,
    yuan,
)
from bot.calculator.payments import one_bill
from bot.calculator.record import (
    AMOUNTS,
    SEVERAL,
    SEVERAL_CHILDREN,
    UNCOVERED,
    YES,
    Record,
)
from corpus.policy import Policy

# Nobody's bill is larger; more digits are a slip or a joke. A consultation costs tens of yuan.
_LARGEST, _LARGEST_FEE, _MOST = Decimal(100_000_000), Decimal(1000), 100


def claim(records: Sequence[Record], policy: Policy) -> Outcome:
    """Work out a claim of one bill or of several, or say what is missing."""
    for record in records:
        if refused := impossible(record, policy):
            return refused
    first = records[0]
    if len(records) > 1:
        return _sum(records, policy)
    if first.many == "cmp" and len(first.levels) > 1:
        return _compared(first, policy)
    if first.many == "sum" and first.visit != "both":
        return Missing("amount", "calc_ask_bills")
    return _bill(first, policy)


def impossible(record: Record, policy: Policy) -> Outcome | None:
    """Return what cannot be in a record, or what the documents do not cover at all."""
    values = {name: getattr(record, name) for name in AMOUNTS if getattr(record, name) is not None}
    if record.wrong:
        return Wrong(record.wrong)
    if any(value < 0 for value in values.values()):
        return Wrong("calc_negative")
    if any(value > _LARGEST for value in values.values()):
        return Wrong("calc_absurd")
    if record.level and record.level not in LEVELS:
        return Missing("hospital_level", "calc_ask_no_level")
    if record.children == SEVERAL_CHILDREN and record.each is not None:
        return Unknown("calc_child_by_child")
    if not 1 <= (record.children or 1) <= _MOST or not 1 <= (record.times or 1) <= 366:
        return Wrong("calc_children") if record.each is not None else None
    return _contradiction(record, values) or _other_year(record, policy)


def _contradiction(record: Record, values: dict[str, Decimal]) -> Outcome | None:
    total, cost, fee = values.get("total"), record.cost, values.get("consult", ZERO)
    if 0 in (cost, values.get("above")) and not values.get("outside"):
        return Wrong("calc_zero")
    if total is not None and (values.get("scoped", ZERO) > total or values.get("outside", ZERO) >= total):
        return Wrong("calc_scope_over")
    if values.get("above") is not None and total is not None and values["above"] > total:
        return Wrong("calc_scope_over")
    if record.consult_in == "in" and cost is not None and fee > cost:
        return Wrong("calc_consult_over")
    return Missing("consult_fee", "calc_ask_which") if fee > _LARGEST_FEE else None


def _other_year(record: Record, policy: Policy) -> Outcome | None:
    if record.year and not policy.cap_year <= record.year <= policy.benefit.last.year:
        return Unknown("calc_other_ratio", {"year": str(record.year)})
    if record.filed == YES and record.hukou == "other":
        return Unknown("calc_filed_not_here")
    return None


def _bill(record: Record, policy: Policy) -> Outcome:
    """Work out one bill, also one that says what each visit or child cost."""
    known = record.visit in ("inpatient", "outpatient") and location_of(record) not in (UNCOVERED, SEVERAL)
    return _times(record, policy) if record.each is not None and known else one_bill(record, policy)


def _times(record: Record, policy: Policy) -> Outcome:
    """Multiply what each visit or each child cost; limit and deductible are each child's own."""
    times, children = (record.times or 1), (record.children or 1)
    if record.many == "one":
        times = children = 1
    elif times == children == 1 and record.many == "each":
        return Missing("amount", "calc_ask_which")
    if times > 1 and record.visit == "inpatient" and record.many == "each" and children == 1 and record.deductible:
        return Unknown("calc_one_by_one")
    assert record.each is not None, "only called with what each cost"
    outcome = claim([replace(record, each=None, many="", children=None, total=record.each * times)], policy)
    if not isinstance(outcome, Result) or outcome.figures[0].unit != "元":
        return outcome
    steps = outcome.steps
    if times > 1:
        steps = (Step(f"{cents(record.each)} × {times}", str(cents(record.each * times))), *steps)
    if children > 1:
        figures = tuple(replace(one, value=str(cents(Decimal(one.value) * children))) for one in outcome.figures)
        steps = (*steps, Step(f"{outcome.figures[0].value} × {children}", figures[0].value))
        outcome = replace(outcome, figures=figures, inputs={**outcome.inputs, "children": str(children)})
    return replace(outcome, steps=steps)


def _sum(records: Sequence[Record], policy: Policy) -> Outcome:
    """Add up several bills; those of outpatient care of one child share the limit."""
    results: list[Result] = []
    used, shared = records[0].used or ZERO, (records[0].children or 1) == 1
    for record in records:
        outpatient = record.visit == "outpatient" and shared
        outcome = _bill(
            replace(record, used=used if outpatient and used else record.used, many="", want="", children=None), policy
        )
        if not isinstance(outcome, Result) or len(outcome.figures) < 2 or outcome.figures[0].unit != "元":
            return (
                Missing(outcome.slot, outcome.phrase)
                if isinstance(outcome, Missing)
                else outcome
                if isinstance(outcome, Unknown | Wrong)
                else Unknown("calc_one_by_one")
            )
        results.append(outcome)
        if outpatient:
            used += Decimal(outcome.figures[0].value)
    own = records[0].want == "self"
    sums = [sum((Decimal(result.figures[at].value) for result in results), ZERO) for at in (0, 1)]
    figures = [yuan("医保支付合计", sums[0]), yuan("个人负担合计", sums[1])]
    at = int(own)
    step = Step(" + ".join(result.figures[at].value for result in results), str(cents(sums[at])))
    notes = tuple(dict.fromkeys(note for result in results for note in result.assumptions))
    basis = tuple(dict.fromkeys(entry for result in results for entry in result.basis))
    inputs = {
        f"{name}{number}" if number > 1 else name: value
        for number, result in enumerate(results, 1)
        for name, value in result.inputs.items()
    }
    steps = tuple(step for result in results for step in result.steps)
    return Result(tuple(figures[::-1] if own else figures), (*steps, step), basis[0], inputs, notes, basis)


def _compared(record: Record, policy: Policy) -> Outcome:
    """Say how much more is paid at one of two levels."""
    if len(record.levels) != 2:
        return Unknown("calc_one_by_one")
    outcomes = [_bill(replace(record, level=level, levels=(), many=""), policy) for level in record.levels]
    results = [one for one in outcomes if isinstance(one, Result)]
    if len(results) < 2:
        return next(one for one in outcomes if not isinstance(one, Result))
    values = [Decimal(result.figures[0].value) for result in results]
    label, unit = f"{results[0].figures[0].label}相差", results[0].figures[0].unit
    apart = max(values) - min(values)
    shown = [str(cents(value)) if unit == "元" else plain(value) for value in (apart, *values)]
    figures = [
        Figure(name, value, unit)
        for name, value in zip((label, *(LEVEL_NAMES[level] for level in record.levels)), shown, strict=True)
    ]
    ends = [str(cents(value)) if unit == "元" else f"{plain(value)}%" for value in (max(values), min(values), apart)]
    steps = (*(step for result in results for step in result.steps), Step(f"{ends[0]} - {ends[1]}", ends[2]))
    return replace(results[0], figures=tuple(figures), steps=steps)
