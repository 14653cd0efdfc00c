"""Fees: what is paid for the insurance, by the month of application or from birth on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from bot.calculator.formulas import (
    ZERO,
    against,
    based,
    fee,
    fee_inputs,
    fee_result,
    halved,
    income_base,
    month_outside,
    monthly_fee,
    months_from,
    other_year,
    school_year_of,
    several,
    wage_base,
)  # fmt: skip
from bot.calculator.outcome import (
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
from bot.calculator.record import SEVERAL_CHILDREN, Record
from corpus.policy import Month, Policy

# More children than any school enters at once: a slip or a joke.
_MOST_CHILDREN = 1000


def work_out_fee(record: Record, policy: Policy) -> Outcome:
    """Work out a question of fees."""
    children = 1 if record.children is None else record.children
    if children == SEVERAL_CHILDREN:
        return Unknown("calc_child_by_child")
    if not 1 <= children <= _MOST_CHILDREN:
        return Wrong("calc_children")
    if record.task != "wage" and record.school_year and record.school_year != policy.years:
        return other_year(policy, record.school_year, children)
    if wrong := out_of_bounds((record.base,)):
        return wrong
    if record.base is not None and record.task in _RATES:
        return _based(record, policy, children)
    outcome = _TASKS[record.task](record, policy, children)
    if record.assumed_now:
        outcome = assuming(outcome, "calc_assume_now")
    if record.task != "fee" or not isinstance(outcome, Result):
        return outcome
    half = halved(outcome) if record.want == "half" else outcome
    return half if record.paid is None else against(half, record.paid)


def _based(record: Record, policy: Policy, children: int) -> Outcome:
    """Work out a fee from the monthly income that is named, by the printed share of it."""
    assert record.base is not None, "only called with a base"
    month = record.apply[0] if record.apply else policy.fee.first
    if outside := month_outside(policy, month):
        return outside
    months = 1 if record.task == "monthly" else months_from(policy, month)
    label, rate = _RATES[record.task]
    value, step = based(policy, f"fee.rate.{rate}", record.base, months * children)
    return fee_result(label, value, (step,), policy, record, ("calc_note_base",))


def fee_by_month(record: Record, policy: Policy, children: int) -> Outcome:
    """Work out the fee of children who join in one month, or each in his own."""
    if record.birth and record.apply and 0 <= record.apply[0] - record.birth[0] < int(policy.number("newborn.window")):
        return _newborn(record, policy, children)
    months = tuple(dict.fromkeys(record.apply))
    if not months:
        return Missing("apply_month") if record.midway else _whole_year(record, policy, children)
    if outside := next(filter(None, (month_outside(policy, month, children) for month in months)), None):
        return outside
    if len(months) > 1:
        return _added(record, policy, months, children)
    if children > 1 and record.many in ("one", "sum"):
        return Missing("apply_month", "calc_ask_sibling")
    month = months[0]
    if month == policy.fee.first:
        result = _whole_year(record, policy, children)
    else:
        value, step = fee(policy, month, children)
        result = fee_result("个人缴费", value, (step,), policy, record, ("calc_note_months",))
    if record.assumed_year:
        result = replace(result, assumptions=("calc_assume_school_year", *result.assumptions))
    return _with_months(result, policy, month, record)


def _with_months(result: Result, policy: Policy, month: Month, record: Record) -> Result:
    """Return a fee with the number of months that are paid, which comes first where it was asked for."""
    months = Figure("缴费月数", str(months_from(policy, month)), "个月")
    figures = (months, *result.figures) if record.want == "months" else (*result.figures, months)
    return replace(result, figures=figures)


def _whole_year(record: Record, policy: Policy, children: int) -> Result:
    value, step = several(policy.number("fee.personal"), children)
    return fee_result("个人缴费", value, (step,) if children > 1 else (), policy, record, ("calc_note_year",))


def _added(record: Record, policy: Policy, months: tuple[Month, ...], children: int) -> Outcome:
    """Add up the fees of children who join in different months; without a sum nobody knows which month is meant."""
    if record.many != "sum":
        return Missing("apply_month", "calc_ask_sibling" if children > 1 else "calc_ask_which_month")
    if record.children not in (None, len(record.apply)):
        return Unknown("calc_child_by_child")
    worked = [fee(policy, month) for month in record.apply]
    value = sum((one for one, _ in worked), Decimal(0))
    step = Step(" + ".join(str(cents(one)) for one, _ in worked), str(cents(value)))
    steps = tuple(dict.fromkeys(one for _, one in worked if str(one.left) != one.right))
    return fee_result("个人缴费合计", value, (*steps, step), policy, record, ("calc_note_months",))


def _difference(record: Record, policy: Policy, children: int) -> Outcome:
    """Say how much less is paid by joining later; later than September unless two months were said."""
    months = sorted(set(record.apply))
    if not months or months == [policy.fee.first] or len(months) < len(record.apply):
        return Missing("apply_month")
    if len(months) > 2:
        return Unknown("calc_child_by_child")
    if outside := next(filter(None, (month_outside(policy, month, children) for month in months)), None):
        return outside
    early, late = policy.fee.first if len(months) == 1 else months[0], months[-1]
    (more, first), (less, second) = fee(policy, early, children), fee(policy, late, children)
    step = Step(f"{cents(more)} - {cents(less)}", str(cents(more - less)))
    steps = tuple(one for one in (first, second) if one.left != one.right)
    result = fee_result("相差", more - less, (*steps, step), policy, record, ("calc_note_gap",))
    each = (yuan(f"{early.chinese}办理", more), yuan(f"{late.chinese}办理", less))
    return replace(result, figures=(*result.figures, *each))


def _newborn(record: Record, policy: Policy, children: int) -> Outcome:
    """Work out the fee of a newborn who is to be insured from birth."""
    window = int(policy.number("newborn.window"))
    if record.hukou == "other":
        return Unknown("calc_newborn_other_hukou")
    if len(set(record.birth)) > 1 or len(set(record.apply)) > 1:
        return Unknown("calc_child_by_child")
    plain = record.birth and record.apply and not (record.hukou or record.assumed_year)
    if plain and _in_time(record, window) is False:
        # Too late whoever the child is, so nobody needs to be asked.
        return _late(record, policy, children)
    for slot, said in (("hukou", record.hukou), ("birth_month", record.birth), ("apply_month", record.apply)):
        if not said:
            return Missing(slot)
    birth, applied = record.birth[0], record.apply[0]
    if applied < birth:
        return Wrong("calc_before_birth")
    if record.assumed_year and applied - birth > window + 2:
        # Without years such a gap is more likely another year than a late enrolment.
        return Missing("apply_month")
    known = policy.fee.contains(birth) and policy.fee.contains(applied)
    in_time = _in_time(record, window)
    if in_time is None:
        return _edge(policy, birth, applied, children) if known else Unknown("calc_newborn_edge_year")
    return _from_birth(record, policy, birth, applied, children) if in_time else _late(record, policy, children)


def _late(record: Record, policy: Policy, children: int) -> Outcome:
    return assuming(fee_by_month(replace(record, assumed_year=False), policy, children), "calc_note_late")


def _from_birth(record: Record, policy: Policy, birth: Month, applied: Month, children: int) -> Outcome:
    if applied > policy.fee.last:
        return other_year(policy, school_year_of(policy, applied))
    if birth < policy.fee.first:
        value, _ = fee(policy, policy.fee.first, children)
        values = {"from": birth.chinese, "to": policy.fee.first.plus(-1).chinese, "fee": str(cents(value))}
        return Unknown("calc_newborn_before", values)
    value, step = fee(policy, birth, children)
    result = fee_result(
        "个人缴费", value, (step,) * (step.left != step.right), policy, record, ("calc_note_from_birth",)
    )
    rule = policy.figure("newborn.window").entry
    return _with_months(replace(result, entry=rule, basis=(rule, result.entry)), policy, birth, record)


def _in_time(record: Record, window: int) -> bool | None:
    """Whether the enrolment is within the window; None on its edge, where the days decide or the office does."""
    passed = record.apply[0] - record.birth[0]
    if passed != window:
        return passed < window
    born, came = record.birth_day, record.apply_day
    return came < born if born and came and born != came else None


def _edge(policy: Policy, birth: Month, applied: Month, children: int) -> Unknown:
    early, late = fee(policy, birth, children)[0], fee(policy, applied, children)[0]
    return Unknown("calc_newborn_edge", {"early": str(cents(early)), "late": str(cents(late))})


def _shares(record: Record, policy: Policy, children: int) -> Outcome:
    """Return the government's part, both parts together, or how much more the one is than the other; and all parts."""
    own, subsidy = policy.number("fee.personal"), policy.number("fee.subsidy")
    parts = {
        "subsidy": ("财政补贴", subsidy, f"{subsidy}"),
        "own": ("个人缴费", own, f"{own}"),
        "total": ("个人缴费加财政补贴", own + subsidy, f"({own} + {subsidy})"),
        "gap": ("财政补贴比个人缴费多", subsidy - own, f"({subsidy} - {own})"),
    }
    label, value, left = parts[record.task]
    step = Step(f"{left} × {children}" if children > 1 else left.strip("()"), str(cents(value * children)))
    steps = (step,) * (step.left != step.right)
    notes = ("calc_note_subsidy",) if record.task == "subsidy" else ()
    result = fee_result(label, value * children, steps, policy, record, notes)
    others = tuple(
        yuan(name, one * children) for part, (name, one, _) in parts.items() if part not in (record.task, "gap")
    )
    if record.want == "ratio":
        share = own / (own + subsidy)
        others = (Figure("个人缴费占", plain(cents(share * 100)), "%"), *others)
    return replace(result, figures=(*result.figures, *others))


def _monthly(record: Record, policy: Policy, children: int) -> Outcome:
    """Return what one month comes to, or as many as were asked for."""
    own, subsidy = policy.number("fee.personal"), policy.number("fee.subsidy")
    years = {"": ("个人缴费", own), "sub": ("财政补贴", subsidy), "all": ("两份合计", own + subsidy)}
    likeliest = record.part.rstrip("?")
    # Where it is not sure whose part is meant, each is said.
    parts = [likeliest, *(part for part in years if part != likeliest and record.part != likeliest)]
    months = policy.number("fee.months")
    wanted = record.times if record.times and record.times <= months else 1
    label = f"{wanted}个月" if wanted > 1 else "平均每月"
    named = len(parts) > 1 or parts[0]  # 平均每月 alone is the family's part
    worked = [(name if named else "", year * children) for name, year in map(years.__getitem__, parts)]
    figures = tuple(yuan(name + label, year / months * wanted) for name, year in worked)
    whole = tuple(yuan(f"{name}全年", year) for name, year in worked)
    lefts = (f"{cents(year)} ÷ {plain(months)}" + f" × {wanted}" * (wanted > 1) for _, year in worked)
    steps = tuple(Step(left, one.value) for left, one in zip(lefts, figures, strict=True))
    return replace(fee_result(label, ZERO, steps, policy, record, ("calc_note_monthly",)), figures=(*figures, *whole))


def _reverse(record: Record, policy: Policy, children: int) -> Outcome:
    """Say of how many months a fee is, and from which month."""
    if record.paid is None:
        return Missing("amount", "calc_ask_which")
    paid, monthly = record.paid / children, monthly_fee(policy)
    months = int(paid / monthly)
    if months * monthly != paid or not 1 <= months <= policy.number("fee.months"):
        return Unknown("calc_not_months")
    first = policy.fee.last.plus(1 - months)
    figures = (Figure("缴费月数", str(months), "个月"), Figure(f"申请之月（{first.year}年）", str(first.number), "月"))
    step = Step(f"{cents(paid)} ÷ {cents(monthly)}", str(months))
    entry = policy.figure("fee.personal").entry
    ordered = figures[::-1] if record.want == "month" else figures
    return Result(ordered, (step,), entry, {"school_year": policy.years}, ("calc_note_months",), (entry,))


def _derived(record: Record, policy: Policy, children: int) -> Outcome:
    """Return the monthly income or the yearly wage that a printed number follows from."""
    wage, months = record.task == "wage", policy.number("fee.months")
    value, step = wage_base(policy) if wage else income_base(policy)
    label, steps = "倒推的年平均工资" if wage else "倒推的月可支配收入", [step]
    if record.want == ("month" if wage else "year"):
        value = value / months if wage else value * months
        label = "倒推的月平均工资" if wage else "倒推的年可支配收入"
        steps.append(Step(f"{step.right} {'÷' if wage else '×'} {plain(months)}", str(cents(value))))
    entry = policy.figure("cap.amount" if wage else "fee.personal").entry
    inputs = {} if wage else fee_inputs(record, policy)
    return Result((yuan(label, value),), tuple(steps), entry, inputs, ("calc_note_derived",), (entry,))


_TASKS: dict[str, Callable[[Record, Policy, int], Outcome]] = {
    "fee": fee_by_month,
    "newborn": _newborn,
    "diff": _difference,
    "subsidy": _shares,
    "total": _shares,
    "gap": _shares,
    "monthly": _monthly,
    "reverse": _reverse,
    "income": _derived,
    "wage": _derived,
}
_RATES = {
    "fee": ("个人缴费", "personal"), "monthly": ("个人每月缴费", "personal"),
    "subsidy": ("财政补贴", "subsidy"), "total": ("个人缴费加财政补贴", "total"),
}  # fmt: skip
FEES = tuple(_TASKS)
