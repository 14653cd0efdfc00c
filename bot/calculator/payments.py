"""Payments: a claim that lacks nothing, as a result with its assumptions."""

from __future__ import annotations

from decimal import Decimal

from bot.calculator.formulas import ZERO, Claim, pay, percent, ratio_of
from bot.calculator.outcome import Figure, Result, Step, cents, plain, yuan
from bot.calculator.places import AWAY, LOCAL, SEVERAL
from bot.calculator.reading import Slots
from corpus.policy import Policy

# The names that money has on the wire.
_WIRE = {"amount": "in_scope_cost", "above": "cost_above_deductible"}
_MONEY = ("amount", "above", "consult_fee", "deductible", "used_cap")
_SENT = ("visit", "hospital_level", *_MONEY, "location", "out_of_city_kind", "selected", "hukou")
# The rule that only a chosen institution is paid for prints no number, so the policy does not name its entry.
NOT_CHOSEN = "B3"


def number(slots: Slots, name: str) -> Decimal | None:
    """Return a slot that holds a number, None where it is empty."""
    return Decimal(slots[name]) if slots.get(name) else None


def paid_result(slots: Slots, policy: Policy, claim: Claim, notes: list[str]) -> Result:
    """Return who pays what; the family's part comes first where it was asked for."""
    payment = pay(policy, claim)
    figures = [yuan("医保支付", payment.fund), yuan("个人负担", payment.own)]
    steps = list(payment.steps)
    if slots.get("want") == "self":
        figures.reverse()
        steps.append(Step(f"{cents(claim.cost + claim.consult)} - {payment.fund}", str(cents(payment.own))))
    notes = [*_scope_notes(slots), *notes]
    if "location" not in slots and not claim.away:
        notes.append("calc_assume_local")
    if payment.at_cap:
        known = slots.get("cap_year", str(policy.cap_year)) == str(policy.cap_year)
        notes.append("calc_at_cap" if known else "calc_exhausted")
    basis = _basis(policy, claim)
    return Result(tuple(figures), tuple(steps), basis[0], inputs_of(slots, claim), tuple(notes), basis)


def ratio_result(slots: Slots, policy: Policy, claim: Claim, note: str) -> Result:
    """Return the part that the fund pays as a percentage; the family's part where that was asked for."""
    ratio, step = ratio_of(policy, claim)
    steps = [step] if step else []
    own = slots.get("self") == "true"
    if own:
        steps.append(Step(f"100% - {percent(ratio)}", percent(1 - ratio)))
    value = 1 - ratio if own else ratio
    figure = Figure("个人支付比例" if own else "医保支付比例", plain(value * 100), "%")
    basis = _basis(policy, claim)
    return Result((figure,), tuple(steps), basis[0], inputs_of(slots), (note,), basis)


def nothing_paid(slots: Slots, policy: Policy, away: bool) -> Result:
    """Return that the fund pays nothing, for an institution that was not chosen."""
    cost = None if slots.get("mixed") else number(slots, "amount")
    if cost is not None and slots.get("consult_in") == "false":
        cost += number(slots, "consult_fee") or ZERO
    figures, steps = [yuan("医保支付", ZERO)], []
    if cost is not None:
        figures.append(yuan("个人负担", cost))
        steps.append(Step(f"{cents(cost)} × 0%", str(cents(ZERO))))
    if slots.get("want") == "self":
        figures.reverse()
    entry = policy.figure("away.out_province").entry if away else NOT_CHOSEN
    notes = () if away else ("calc_assume_not_referred",)
    return Result(tuple(figures), tuple(steps), entry, inputs_of(slots), notes, (entry,))


def _scope_notes(slots: Slots) -> list[str]:
    notes = ["calc_assume_about"] if slots.get("about") == "true" else []
    if slots.get("rest") == "true":
        return [*notes, "calc_assume_rest"]
    known = slots.get("scoped") == "true" or "above" in slots
    return notes if known else [*notes, "calc_assume_scope"]


def _basis(policy: Policy, claim: Claim) -> tuple[str, ...]:
    """Return the entries that the rules stand in, the one that decides first."""
    local = policy.figure(f"{claim.kind}.{claim.level}").entry
    return (policy.figure(f"away.{claim.away}").entry, local) if claim.away else (local,)


def inputs_of(slots: Slots, claim: Claim | None = None) -> dict[str, str]:
    """Return the slots as the wire shows them; money with two decimals."""
    sent = {name: slots[name] for name in _SENT if slots.get(name, "unsure") != "unsure"}
    if sent.get("location") in (AWAY, SEVERAL):
        del sent["location"]
    if claim is not None:
        if claim.visit == "outpatient" and "amount" in sent:
            sent["amount"] = str(claim.cost)
        if claim.away:
            sent["out_of_city_kind"] = "temporary" if claim.away.endswith("province") else claim.away
        else:
            sent.setdefault("location", LOCAL)
    return {
        _WIRE.get(name, name): str(cents(Decimal(value))) if name in _MONEY else value for name, value in sent.items()
    }
