"""Fees: every question of what is paid for the insurance, by its topic."""

from __future__ import annotations

from decimal import Decimal

from bot.calculator.formulas import income_base, monthly_fee, several, total_funding, wage_base
from bot.calculator.joining import fee_by_month, fee_difference, fee_result, other_year
from bot.calculator.newborn import newborn_fee
from bot.calculator.outcome import Figure, Outcome, Result, Step, Unknown, Wrong, cents, plain, yuan
from bot.calculator.reading import Slots
from corpus.policy import Policy

# More children than any school enters at once: a slip or a joke.
_MOST_CHILDREN = 1000


def work_out_fee(topic: str, slots: Slots, policy: Policy) -> Outcome:
    """Work out a question of fees; `topic` says which."""
    if "several" in (slots.get("children"), slots.get("births")):
        return Unknown("calc_child_by_child")
    children = 1 if slots.get("one_each") == "true" else int(slots.get("children", "1"))
    if not 1 <= children <= _MOST_CHILDREN:
        return Wrong("calc_children")
    if "impossible" in slots:
        return Wrong(slots["impossible"])
    if (years := slots.get("school_year", policy.years)) != policy.years:
        return other_year(policy, years, children)
    match topic:
        case "newborn":
            return newborn_fee(slots, policy, children)
        case "difference":
            return fee_difference(slots, policy, children)
        case "fee":
            return fee_by_month(slots, policy, children)
        case "monthly":
            return _monthly(slots, policy, children)
        case "reverse":
            return _reverse(slots, policy)
        case "income_base" | "wage_base":
            return _base(topic, slots, policy)
    return _subsidy(topic, slots, policy, children)


def _subsidy(topic: str, slots: Slots, policy: Policy, children: int) -> Result:
    own, subsidy = policy.number("fee.personal"), policy.number("fee.subsidy")
    if topic == "total":
        value, step = total_funding(policy, children)
        return fee_result("个人缴费加财政补贴", value, (step,), policy, slots)
    if topic == "subsidy_gap":
        gap = (subsidy - own) * children
        left = f"({subsidy} - {own}) × {children}" if children > 1 else f"{subsidy} - {own}"
        return fee_result("财政补贴比个人缴费多", gap, (Step(left, str(cents(gap))),), policy, slots)
    value, step = several(subsidy, children)
    return fee_result("财政补贴", value, (step,) if children > 1 else (), policy, slots, ("calc_note_subsidy",))


def _monthly(slots: Slots, policy: Policy, children: int) -> Result:
    """Return what one month comes to, or as many as were asked for."""
    own, subsidy = policy.number("fee.personal"), policy.number("fee.subsidy")
    year = {"own": own, "subsidy": subsidy, "total": own + subsidy}[slots.get("part", "own")] * children
    months, wanted = policy.number("fee.months"), int(slots.get("month_count", "1"))
    value = year / months * wanted
    left = f"{cents(year)} ÷ {plain(months)}" + (f" × {wanted}" if wanted > 1 else "")
    label = f"{wanted}个月" if wanted > 1 else "平均每月"
    return fee_result(label, value, (Step(left, str(cents(value))),), policy, slots, ("calc_note_monthly",))


def _reverse(slots: Slots, policy: Policy) -> Outcome:
    """Say of how many months a fee is, and from which month."""
    paid, monthly = Decimal(slots.get("amount", "0")), monthly_fee(policy)
    months = int(paid / monthly)
    if months * monthly != paid or not 1 <= months <= policy.number("fee.months"):
        return Unknown("calc_not_months")
    first = policy.fee.last.plus(1 - months)
    figures = (Figure("缴费月数", str(months), "个月"), Figure(f"申请之月（{first.year}年）", str(first.number), "月"))
    step = Step(f"{cents(paid)} ÷ {cents(monthly)}", str(months))
    entry = policy.figure("fee.personal").entry
    ordered = figures[::-1] if slots.get("want") == "month" else figures
    return Result(ordered, (step,), entry, {"school_year": policy.years}, ("calc_note_months",), (entry,))


def _base(topic: str, slots: Slots, policy: Policy) -> Result:
    """Return the income or wage that a printed number follows from."""
    if topic == "income_base":
        value, step = income_base(policy)
        return fee_result("倒推的月可支配收入", value, (step,), policy, slots, ("calc_note_derived",))
    value, step = wage_base(policy)
    if slots.get("per_month") == "true":
        months = policy.number("fee.months")
        step, value = Step(f"{step.left} ÷ {plain(months)}", str(cents(value / months))), value / months
        slots = {**slots, "wage": "month"}
    label = "倒推的月平均工资" if "wage" in slots else "倒推的年平均工资"
    entry = policy.figure("cap.amount").entry
    return Result((yuan(label, value),), (step,), entry, {}, ("calc_note_derived",), (entry,))
