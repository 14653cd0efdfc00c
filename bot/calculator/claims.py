"""Claims: one bill or several, added up, compared or each the same; and what cannot be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from bot.calculator.formulas import FULL, ZERO, percent
from bot.calculator.outcome import (
    COMPARED,
    LEVELS,
    Figure,
    Missing,
    Outcome,
    Result,
    Step,
    Unknown,
    Wrong,
    assuming,
    cents,
    out_of_bounds,
    plain,
    yuan,
)
from bot.calculator.payments import one_bill
from bot.calculator.record import (
    AMOUNTS,
    CASES,
    LOCAL,
    NO,
    SEVERAL,
    SEVERAL_CHILDREN,
    UNCOVERED,
    YES,
    Record,
)
from corpus.policy import Policy

# A consultation costs tens of yuan.
_LARGEST_FEE, _MOST = Decimal(1000), 100


def claim(records: Sequence[Record], policy: Policy) -> Outcome:
    """Work out a claim of one bill or of several, or say what is missing."""
    outcome = _claim(records, policy)
    midway = records[0].birth or any(month != policy.fee.first for month in records[0].apply)
    # Whether benefits had begun by then decides, and for one who joined midway nobody can tell.
    note = "calc_newborn_uninsured" if records[0].birth else "calc_assume_benefit"
    return assuming(outcome, note) if midway else outcome


def _claim(records: Sequence[Record], policy: Policy) -> Outcome:
    for record in records:
        if refused := impossible(record, policy):
            return refused
    first = records[0]
    if first.upto is not None and len(records) == 1 and not first.many:
        return _between(first, policy)
    if any(record.upto is not None for record in records):
        return Missing("amount", "calc_ask_which")
    if len(records) > 1:
        return _sum(records, policy)
    if first.many == "cmp" and len(first.compared) > 1:
        return _compared(first, policy)
    if first.many == "sum" and first.visit != "both":
        return Missing("amount", "calc_ask_bills")
    return _bill(first, policy)


def impossible(record: Record, policy: Policy) -> Outcome | None:
    """Return what cannot be in a record, or what the documents do not cover at all."""
    values = {name: getattr(record, name) for name in AMOUNTS if getattr(record, name) is not None}
    if record.wrong:
        return Wrong(record.wrong)
    if wrong := out_of_bounds(values.values()):
        return wrong
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
    if record.want in ("cost", "owncost"):
        return _turned_round(record, policy)
    if record.paid is not None and record.total is not None and not record.unclear:
        return _settled(record, policy)
    known = record.visit in ("inpatient", "outpatient") and record.where not in (UNCOVERED, SEVERAL)
    return _times(record, policy) if record.each is not None and known else one_bill(record, policy)


def _between(record: Record, policy: Policy) -> Outcome:
    """Work out both ends of a cost that is said as lying between two."""
    name = "total" if record.scoped is None else "scoped"
    other: dict[str, Any] = {name: record.upto}
    costs = [getattr(record, name), record.upto]
    low, high = (_bill(replace(record, upto=None, **one), policy) for one in ({}, other))
    lows, highs = map(_in_yuan, (low, high))
    if not lows:
        return low  # a ratio, or a question, is that of both ends
    if len(lows) != len(highs):
        return Missing("amount", "calc_ask_which")
    figures = tuple(
        replace(one, label=f"{one.label}（按 {plain(cost)} 元）")
        for row in zip(lows, highs, strict=True)
        for one, cost in zip(row, costs, strict=True)
    )
    assert isinstance(low, Result | Missing), "only these have figures"
    notes = ("calc_assume_between", *low.assumptions)
    if isinstance(low, Missing):
        return replace(low, table=figures, assumptions=notes)
    steps = tuple(dict.fromkeys([*low.steps, *(high.steps if isinstance(high, Result) else ())]))
    return replace(low, figures=figures, steps=steps, assumptions=notes)


def _in_yuan(outcome: Outcome) -> tuple[Figure, ...]:
    """Return the amounts of a result or of a table."""
    if isinstance(outcome, Result):
        return outcome.figures if outcome.figures[0].unit == "元" else ()
    return outcome.table if isinstance(outcome, Missing) else ()


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
    names = ("个人负担", "医保支付") if own else ("医保支付", "个人负担")
    paid = [[Decimal(one.value) for result in results for one in result.figures if one.label == name] for name in names]
    figures = [yuan(f"{name}合计", sum(parts, ZERO)) for name, parts in zip(names, paid, strict=True)]
    if beyond := sum((record.beyond for record in records), ZERO):
        name = "其中起付线和范围外" if any(record.above is not None for record in records) else "其中范围外自费"
        figures.insert(1 if own else 2, yuan(name, beyond))
    if records[0].many == "cmp":
        figures.insert(0, yuan(f"{names[0]}相差", max(paid[0]) - min(paid[0])))
    step = Step(" + ".join(map(str, paid[0])), str(cents(sum(paid[0], ZERO))))
    figures += [yuan(f"第{number}笔{names[0]}", one) for number, one in enumerate(paid[0], 1)]
    notes = tuple(dict.fromkeys(note for result in results for note in result.assumptions))
    basis = tuple(dict.fromkeys(entry for result in results for entry in result.basis))
    inputs = {
        f"{name}{number}" if number > 1 else name: value
        for number, result in enumerate(results, 1)
        for name, value in result.inputs.items()
    }
    steps = tuple(step for result in results for step in result.steps)
    return Result(tuple(figures), (*steps, step), basis[0], inputs, notes, basis)


def _compared(record: Record, policy: Policy) -> Outcome:
    """Say how much more is paid at one of two levels or places, or in one of two cases."""
    if len(record.compared) != 2:
        return Unknown("calc_one_by_one")
    outcomes = [_bill(_taken(record, one), policy) for one in record.compared]
    results = [one for one in outcomes if isinstance(one, Result)]
    if len(results) < 2:
        open_ = [one for one in outcomes if not isinstance(one, Result)]
        missing = next((one for one in open_ if isinstance(one, Missing) and one.slot == "location"), open_[0])
        # What comes out on one side alone is no answer.
        return Missing(missing.slot, missing.phrase) if isinstance(missing, Missing) else missing
    values = [Decimal(result.figures[0].value) for result in results]
    label, unit = f"{results[0].figures[0].label}相差", results[0].figures[0].unit
    apart = max(values) - min(values)
    shown = [str(cents(value)) if unit == "元" else plain(value) for value in (apart, *values)]
    figures = [
        Figure(name, value, unit)
        for name, value in zip((label, *(COMPARED[one] for one in record.compared)), shown, strict=True)
    ]
    ends = [str(cents(value)) if unit == "元" else f"{plain(value)}%" for value in (max(values), min(values), apart)]
    steps = (*(step for result in results for step in result.steps), Step(f"{ends[0]} - {ends[1]}", ends[2]))
    return replace(results[0], figures=tuple(figures), steps=steps)


def _taken(record: Record, one: str) -> Record:
    """Return a record as it is on one side of a comparison."""
    field, _, value = one.partition("=")
    papers: dict[str, Any] = {**dict.fromkeys(CASES, NO), "temporary": ""} | ({value: YES} if value in CASES else {})
    if field == "location" and value == LOCAL:
        papers = dict.fromkeys((*CASES, "temporary"), "")
    said: dict[str, Any] = papers if field == "case" or value == LOCAL else {}
    return replace(record, compared=(), many="", **(said if field == "case" else {**said, field: value}))


def _settled(record: Record, policy: Policy) -> Outcome:
    """Say who paid what of a bill that says itself what the family paid of it."""
    assert record.total is not None and record.paid is not None, "only called with both"
    own, beyond = record.paid + (record.outside or ZERO), record.outside
    fund = record.total - own
    if fund < 0:
        return Wrong("calc_scope_over")
    share = Figure("医保支付占总费用", plain(cents(fund / record.total * 100)), "%")
    parts = [yuan("个人负担", own), yuan("医保支付", fund)]
    steps = [Step(f"{cents(record.paid)} + {cents(beyond)}", str(cents(own)))] if beyond else []
    steps.append(Step(f"{cents(record.total)} - {cents(own)}", str(cents(fund))))
    figures = (*(parts if record.want in ("self", "selfratio") else parts[::-1]), share)
    figures = (share, *parts) if record.want == "ratio" else figures
    entry = policy.figure(f"{'out' if record.visit == 'outpatient' else 'in'}patient.{LEVELS[0]}").entry
    return Result(figures, tuple(steps), entry, {}, ("calc_note_settled",), (entry,))


def _turned_round(record: Record, policy: Policy) -> Outcome:
    """Return the cost of which the fund, or the family, paid what is said."""
    paid, stay = record.paid, record.visit == "inpatient"
    if record.unclear or paid is None:
        return Missing("amount", "calc_ask_which")
    # What would be asked, or cannot be answered, of any such bill is so here too.
    known = one_bill(replace(record, want="ratio", total=None, paid=None, deductible=None), policy)
    if not isinstance(known, Result):
        return known
    if record.selected == NO and not stay:
        return Unknown("calc_one_by_one")
    ratio, line = Decimal(known.figures[0].value) / 100, (record.deductible or ZERO) if stay else ZERO
    if record.want == "owncost":
        if paid < line:
            return Wrong("calc_not_paid")
        above = (paid - line) / (FULL - ratio)
        left = f"({cents(paid)} - {cents(line)})" if line else f"{cents(paid)}"
        left += f" ÷ (100% - {percent(ratio)})"
    else:
        above, left = paid / ratio, f"{cents(paid)} ÷ {percent(ratio)}"
    fund, cost = cents(above * ratio), cents(above + line)
    if not stay and fund > max(ZERO, policy.number("cap.amount") - (record.used or ZERO)):
        # The fund pays no more than the limit, so nobody can tell from its part what the bill was.
        return Unknown("calc_one_by_one") if record.want == "owncost" else Wrong("calc_over_limit")
    step = Step(left + (f" + {cents(line)}" if line else ""), str(cost))
    whole = not stay or record.deductible is not None
    figures = (
        yuan("费用合计" if whole else "起付线以上的费用", cost),
        yuan("医保支付", fund),
        yuan("个人负担", cost - fund),
    )
    notes = ("calc_assume_scope",) if whole else ("calc_assume_scope", "calc_assume_deductible")
    inputs = {**known.inputs, "in_scope_cost": str(cost)} | ({"deductible": str(cents(line))} if line else {})
    return Result(figures, (*known.steps, step), known.entry, inputs, notes, known.basis)
