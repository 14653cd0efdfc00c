"""Formulas: the arithmetic of the rules; pure, exact until the last step, every number from the policy."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from bot.calculator.outcome import Result, Step, Unknown, cents, plain, yuan
from bot.calculator.record import Record
from corpus.policy import Month, Policy

ZERO = Decimal(0)
FULL = Decimal(1)


def percent(ratio: Decimal) -> str:
    """Write a fraction as a percentage: 0.9 is 90%."""
    return f"{plain(ratio * 100)}%"


def monthly_fee(policy: Policy) -> Decimal:
    """Return the fee of one month."""
    return policy.number("fee.personal") / policy.number("fee.months")


def months_from(policy: Policy, month: Month) -> int:
    """Return how many months are left of the school year, the given one included."""
    return policy.fee.last - month + 1


def fee(policy: Policy, month: Month, children: int = 1) -> tuple[Decimal, Step]:
    """Return the fee for joining in a month, and how it is worked out."""
    months = months_from(policy, month)
    value = monthly_fee(policy) * months * children
    left = _money(policy.number("fee.personal")) if months == policy.number("fee.months") else _by_month(policy, months)
    return value, Step(left + _times(children), _money(value))


def school_year_of(policy: Policy, month: Month) -> str:
    """Return the school year that a month belongs to."""
    first = month.year - (month.number < policy.fee.first.number)
    return f"{first}-{first + 1}"


def month_outside(policy: Policy, month: Month, children: int = 1) -> Unknown | None:
    """Say which school year a month is of if its fee is not known, and what that month costs in the known one."""
    if policy.fee.contains(month):
        return None
    same = next(known for known in policy.fee.months if known.number == month.number)
    values = {
        "other": f"{school_year_of(policy, month)}学年度",
        "month": same.chinese,
        "fee": str(cents(fee(policy, same, children)[0])),
    }
    return Unknown("calc_other_month", values)


def other_year(policy: Policy, years: str, children: int = 1) -> Unknown:
    """Say that only one school year's fee is known, and which it is."""
    value, _ = several(policy.number("fee.personal"), children)
    return Unknown("calc_other_year", {"other": f"{years}学年度", "fee": str(cents(value))})


def several(value: Decimal, children: int) -> tuple[Decimal, Step]:
    """Return an amount for several children."""
    return value * children, Step(_money(value) + _times(children), _money(value * children))


def based(policy: Policy, rate: str, base: Decimal, times: int) -> tuple[Decimal, Step]:
    """Return the share of an income or a wage that somebody names; its printed share is a figure of the policy."""
    value = base * policy.ratio(rate) * times
    left = f"{_money(base)} × {percent(policy.ratio(rate))}" + (f" × {times}" if times > 1 else "")
    return value, Step(left, _money(value))


def income_base(policy: Policy) -> tuple[Decimal, Step]:
    """Return the monthly income that the fee follows from; the documents do not print it."""
    own, months = policy.number("fee.personal"), policy.number("fee.months")
    rate = policy.ratio("fee.rate.personal")
    value = own / rate / months
    return value, Step(f"{_money(own)} ÷ {percent(rate)} ÷ {plain(months)}", _money(value))


def wage_base(policy: Policy) -> tuple[Decimal, Step]:
    """Return the yearly wage that the cap follows from; the documents do not print it."""
    cap, rate = policy.number("cap.amount"), policy.ratio("cap.rate")
    return cap / rate, Step(f"{_money(cap)} ÷ {percent(rate)}", _money(cap / rate))


def cap_cost(policy: Policy, level: str, used: Decimal = ZERO) -> tuple[Decimal, Step]:
    """Return the outpatient cost at which the cap is reached, or what is left of it."""
    cap, ratio = policy.number("cap.amount"), policy.ratio(f"outpatient.{level}")
    left = f"({_money(cap)} - {_money(used)})" if used else _money(cap)
    value = (cap - used) / ratio
    return value, Step(f"{left} ÷ {percent(ratio)}", _money(value))


@dataclass(frozen=True)
class Claim:
    """What is claimed: costs in scope, the consultation fee apart from the rest.

    `deductible` is None where it is already off; `capped` is False where the year's limit is not known;
    `away` names the share of care out of the city; `ratio` other ratios than those of the visit.
    """

    visit: str
    level: str
    cost: Decimal = ZERO
    consult: Decimal = ZERO
    used: Decimal = ZERO
    capped: bool = True
    deductible: Decimal | None = None
    away: str = ""
    ratio: str = ""

    @property
    def kind(self) -> str:
        """The name of the ratios that the policy has for it."""
        return self.ratio or self.visit


@dataclass(frozen=True)
class Payment:
    """What the fund and the family pay of a claim; the steps end in the fund's part."""

    fund: Decimal
    own: Decimal
    steps: tuple[Step, ...]
    at_cap: bool = False


def ratio_of(policy: Policy, claim: Claim) -> tuple[Decimal, Step | None]:
    """Return the part that the fund pays, and how it follows from the local one where it does."""
    local = policy.ratio(f"{claim.kind}.{claim.level}")
    if not claim.away:
        return local, None
    share = policy.ratio(f"away.{claim.away}")
    return local * share, Step(f"{percent(local)} × {percent(share)}", percent(local * share))


def pay(policy: Policy, claim: Claim) -> Payment:
    """Return who pays what of a claim."""
    if claim.visit == "inpatient":
        return _inpatient(policy, claim)
    return _outpatient(policy, claim)


def _inpatient(policy: Policy, claim: Claim) -> Payment:
    ratio, _ = ratio_of(policy, claim)
    off = claim.deductible or ZERO
    fund = cents(max(ZERO, claim.cost - off) * ratio)
    base = _money(claim.cost) if claim.deductible is None else f"({_money(claim.cost)} - {_money(off)})"
    if claim.cost <= off and claim.deductible is not None:
        return Payment(ZERO, claim.cost, (Step(f"{_money(claim.cost)} × {percent(ZERO)}", _money(ZERO)),))
    return Payment(fund, claim.cost - fund, (Step(f"{base} × {_factors(policy, claim)}", _money(fund)),))


def _outpatient(policy: Policy, claim: Claim) -> Payment:
    left = max(ZERO, policy.number("cap.amount") - claim.used)
    general = claim.cost * ratio_of(policy, claim)[0]
    at_cap = claim.capped and general > left
    fees = claim.consult * _consult_ratio(policy, claim)
    fund = cents((left if at_cap else general) + fees)
    parts, steps = [], []
    if claim.cost or not claim.consult:
        whole = f"{_money(claim.cost)} × {_factors(policy, claim)}"
        if at_cap:
            # What the ratio gives is over the limit, so the limit is what is left to pay.
            steps = [Step(whole, _money(general)), *_limit(policy, claim, left)]
            whole = _money(left)
        parts.append(whole)
    if claim.consult:
        parts.append(f"{_money(claim.consult)} × {_consult_factors(policy, claim)}")
    if not at_cap or claim.consult:
        steps.append(Step(" + ".join(parts), _money(fund)))
    return Payment(fund, claim.cost + claim.consult - fund, tuple(steps), at_cap)


def _limit(policy: Policy, claim: Claim, left: Decimal) -> list[Step]:
    cap = policy.number("cap.amount")
    if claim.used > cap:
        return [Step(f"{_money(cap)} × {percent(ZERO)}", _money(ZERO))]
    return [Step(f"{_money(cap)} - {_money(claim.used)}", _money(left))]


def _factors(policy: Policy, claim: Claim) -> str:
    local = percent(policy.ratio(f"{claim.visit}.{claim.level}"))
    return f"{local} × {percent(policy.ratio(f'away.{claim.away}'))}" if claim.away else local


def _consult_ratio(policy: Policy, claim: Claim) -> Decimal:
    share = policy.ratio(f"away.{claim.away}") if claim.away else FULL
    return policy.ratio(f"consult.{claim.level}") * share


def _consult_factors(policy: Policy, claim: Claim) -> str:
    local = percent(policy.ratio(f"consult.{claim.level}"))
    return f"{local} × {percent(policy.ratio(f'away.{claim.away}'))}" if claim.away else local


def _by_month(policy: Policy, months: int) -> str:
    monthly = monthly_fee(policy)
    if monthly == cents(monthly):
        return f"{_money(monthly)} × {months}"
    # A fee that its months do not divide to the cent is not printed rounded, or the line would not be true.
    return f"{_money(policy.number('fee.personal'))} ÷ {plain(policy.number('fee.months'))} × {months}"


def _times(children: int) -> str:
    return f" × {children}" if children > 1 else ""


def _money(value: Decimal) -> str:
    return str(cents(value))


def fee_result(
    label: str, value: Decimal, steps: tuple[Step, ...], policy: Policy, record: Record, notes: tuple[str, ...] = ()
) -> Result:
    """Return a fee with the entry that it stands in."""
    entry = policy.figure("fee.personal").entry
    return Result((yuan(label, value),), steps, entry, fee_inputs(record, policy), notes, (entry,))


def fee_inputs(record: Record, policy: Policy) -> dict[str, str]:
    """Return what was read of a fee as the wire shows it."""
    sent = {"school_year": policy.years, "children": str(record.children or ""), "hukou": record.hukou}
    sent["apply_month"] = ",".join(map(str, record.apply))
    sent["birth_month"] = ",".join(map(str, record.birth))
    return {name: value for name, value in sent.items() if value}


def against(result: Result, paid: Decimal) -> Result:
    """Return a fee with how much more or less it is than an amount that was named."""
    value = Decimal(next(one.value for one in result.figures if one.unit == "元"))
    more, less = max(value, paid), min(value, paid)
    apart = yuan(f"比您说的 {cents(paid)} 元{'多' if value > paid else '少'}", more - less)
    step = Step(f"{cents(more)} - {cents(less)}", str(cents(more - less)))
    return replace(result, figures=(*result.figures, apart), steps=(*result.steps, step))


def halved(result: Result) -> Result:
    """Return a fee with the half of it that somebody else pays."""
    whole = result.figures[0]
    half = yuan("一半", Decimal(whole.value) / 2)
    return replace(
        result, figures=(half, *result.figures), steps=(*result.steps, Step(f"{whole.value} ÷ 2", half.value))
    )
