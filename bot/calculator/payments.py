"""Payments: from what was said of one bill to what the fund pays, to a question, or to what is not known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from bot.calculator.formulas import ZERO, Claim, pay, percent, ratio_of
from bot.calculator.inputs import inputs_of
from bot.calculator.outcome import (
    LEVEL_NAMES,
    LEVELS,
    OWN,
    Figure,
    Missing,
    Outcome,
    Result,
    Step,
    Unknown,
    Wrong,
    assuming,
    cents,
    plain,
    yuan,
)
from bot.calculator.record import (
    AWAY,
    CASES,
    IN_PROVINCE,
    LOCAL,
    NO,
    OUT_PROVINCE,
    SEVERAL,
    UNCOVERED,
    UNSURE,
    YES,
    Record,
)
from corpus.policy import Policy

# The rule that only a chosen institution is paid for prints no number, so the policy does not name its entry.
NOT_CHOSEN = "B3"


def one_bill(record: Record, policy: Policy) -> Outcome:
    """Work out one bill, or say what is missing."""
    location = record.where
    if location == UNCOVERED:
        return Unknown("calc_uncovered")
    if record.visit not in ("inpatient", "outpatient"):
        return Missing("visit", "calc_ask_visit_both" if record.visit == "both" else "")
    if location == SEVERAL:
        return Missing("location")
    if record.visit == "outpatient":
        return _outpatient(record, policy) if location == LOCAL else _outpatient_away(record, policy, location)
    return _inpatient(record, policy, "") if location == LOCAL else _inpatient_away(record, policy, location)


def _inpatient(record: Record, policy: Policy, away: str) -> Outcome:
    if missing := _unclear(record):
        return missing
    above = record.above
    cost, deductible = (record.cost, record.deductible) if above is None else (above, None)
    if cost is None and deductible is not None and record.want not in ("ratio", "selfratio"):
        return Missing("amount")
    asked = Claim("inpatient", record.level, cost or ZERO, deductible=deductible, away=away)
    notes = ["calc_assume_stay"] if record.surgery else []
    notes += ["calc_assume_deductible"] if above is None and deductible is None else []
    if not record.level:
        return _level_missing(record, policy, asked, cost is not None, notes)
    if cost is None or record.want in ("ratio", "selfratio"):
        return _ratio(record, policy, asked, "calc_ratio_inpatient")
    return _paid(record, policy, asked, notes)


def _inpatient_away(record: Record, policy: Policy, location: str) -> Outcome:
    kind = record.case
    if location == AWAY and kind in ("", "temporary"):
        return Missing("location")
    if not kind:
        return Missing("out_of_city_kind")
    outcome = _inpatient(record, policy, _share_of(kind, location))
    said = record.temporary == YES or all(getattr(record, name) == NO for name in CASES)
    return outcome if said or kind != "temporary" else assuming(outcome, "calc_assume_temporary")


def _share_of(case: str, location: str) -> str:
    """Return the name of the share that the policy has for a case."""
    return case if case in CASES else "in_province" if location == IN_PROVINCE else "out_province"


def _outpatient(record: Record, policy: Policy) -> Outcome:
    emergency = record.emergency == YES
    if record.selected == NO and {record.referral, record.emergency} & {YES, UNSURE}:
        return Unknown("calc_not_selected_referred")
    if record.selected == NO:
        if record.consult is not None or (record.cost is None and record.consult_in == "only"):
            return Unknown("calc_consult_elsewhere")
        return _nothing(record, policy, away=False)
    if record.selected == UNSURE or (not record.selected and (emergency or record.referral in (NO, UNSURE))):
        return Missing("selected")
    return _outpatient_paid(record, policy, "", [] if record.selected == YES else ["calc_assume_selected"])


def _outpatient_away(record: Record, policy: Policy, location: str) -> Outcome:
    kind = record.case
    if record.emergency == YES or kind == "emergency":
        return Unknown("calc_away_emergency")
    if record.selected == NO:
        return _nothing(record, policy, away=True)
    if record.selected == UNSURE:
        return Missing("selected")
    if not kind:
        return Missing("out_of_city_kind" if location != AWAY or record.filed or record.hukou else "location")
    if kind == "temporary":
        return _two_readings(record, policy, location)
    # Only a primary institution can be chosen there, and those are of the first level.
    if record.level in LEVELS[1:]:
        return Missing("selected") if not record.selected else Unknown("calc_away_primary")
    record = replace(record, level=LEVELS[0])
    return _outpatient_paid(record, policy, kind, [] if record.selected == YES else ["calc_assume_selected_away"])


def _outpatient_paid(record: Record, policy: Policy, away: str, notes: list[str]) -> Outcome:
    if missing := _unclear(record) or _consult_unclear(record):
        return missing
    cost, consult = record.cost, record.consult
    if cost is not None and consult is not None and record.consult_in in ("in", "maybe"):
        cost -= consult
    used, capped, refused = _used(record, policy)
    if refused:
        return refused
    asked = Claim("outpatient", record.level, cost or ZERO, consult or ZERO, used, capped, away=away)
    nothing = cost is None and consult is None
    if nothing and (record.used is not None or record.left is not None) and record.want not in ("ratio", "selfratio"):
        # Something of the limit is used, and a cost is what it matters for.
        return Missing("amount")
    if cost:
        of_consult = {"": ["calc_assume_no_consult"], "maybe": ["calc_assume_registration"]}
        notes = [*notes, *(of_consult.get(record.consult_in, ()) if consult is None else ())]
        told = record.used is not None or record.left is not None or record.exhausted
        notes = notes if told else [*notes, "calc_assume_unused" if capped else "calc_cap_unknown"]
    if not record.level:
        return _level_missing(record, policy, asked, not nothing, notes)
    if nothing and record.consult_in == "only":
        return _ratio(record, policy, replace(asked, ratio="consult"), "calc_ratio_consult")
    if nothing or record.want in ("ratio", "selfratio"):
        return _ratio(record, policy, asked, "calc_ratio_outpatient")
    return _paid(record, policy, asked, notes)


def _used(record: Record, policy: Policy) -> tuple[Decimal, bool, Outcome | None]:
    """Return how much of the cap is used, whether that year's cap is known, and what forbids to go on."""
    cap, year = policy.number("cap.amount"), record.year or policy.cap_year
    known = year == policy.cap_year
    used = cap - record.left if record.used is None and record.left is not None else record.used
    if used is None:
        return (cap, True, None) if record.exhausted else (ZERO, known, None)
    if used < 0:
        return ZERO, known, Wrong("calc_over_cap")
    return used, known, None if known else Unknown("calc_other_cap", {"year": str(year)})


def _unclear(record: Record) -> Missing | None:
    partly = record.outside is None and record.scope == "part"
    # 药费500, 检查300, 自费100: of which of them nobody can tell.
    apart = record.outside is not None and record.total is None and record.above is None
    if record.scoped is None and record.cost is not None and (partly or apart):
        return Missing("amount", "calc_ask_scope")
    if not record.unclear:
        return None
    if record.apart and record.unclear != "deductible":
        return Missing(record.unclear, "calc_unclear", values={"amounts": record.apart})
    return Missing(record.unclear, "calc_ask_which" * (record.unclear != "deductible"))


def _consult_unclear(record: Record) -> Missing | None:
    if record.cost is None:
        return None
    if record.consult is None:
        return Missing("consult_fee") if record.consult_in == "in" else None
    return None if record.consult_in or record.items is not None else Missing("amount", "calc_ask_consult_in")


def _level_missing(record: Record, policy: Policy, asked: Claim, worked: bool, notes: Sequence[str] = ()) -> Missing:
    """Ask for the level, and say what comes out at each where there is a cost."""
    own, entry = record.want == "self", policy.figure(f"{asked.kind}.{LEVELS[0]}").entry
    payments = [(level, pay(policy, replace(asked, level=level))) for level in LEVELS] if worked else []
    table = tuple(
        yuan(LEVEL_NAMES[level] + OWN * own, paid.own + record.beyond if own else paid.fund) for level, paid in payments
    )
    inputs = {name: value for name, value in inputs_of(record, asked).items() if name != "hospital_level"}
    premises = _premises(record, asked, notes, all(paid.at_cap for _, paid in payments)) if table else ()
    return Missing("hospital_level", table=table, own=own, entry=entry, assumptions=premises, inputs=inputs)


def _paid(record: Record, policy: Policy, asked: Claim, notes: Sequence[str]) -> Result:
    """Return who pays what; the family's part comes first where it was asked for."""
    payment, beyond = pay(policy, asked), record.beyond
    figures, steps = [yuan("个人负担", payment.own + beyond)], list(payment.steps)
    figures += [yuan(_beyond_name(record), beyond)] if beyond else []
    if record.outside and record.scoped is None and record.total is not None and record.above is None:
        steps.insert(
            0, Step(f"{cents(record.total)} - {cents(record.outside)}", str(cents(record.total - record.outside)))
        )
    if record.want == "self" or beyond:
        whole = asked.cost + asked.consult + beyond
        steps.append(Step(f"{cents(whole)} - {payment.fund}", figures[0].value))
    figures.insert(len(figures) if record.want == "self" else 0, yuan("医保支付", payment.fund))
    basis = _basis(policy, asked)
    premises = _premises(record, asked, notes, payment.at_cap)
    return Result(tuple(figures), tuple(steps), basis[0], inputs_of(record, asked), premises, basis)


def _beyond_name(record: Record) -> str:
    return "其中范围外自费" if record.above is None else "其中起付线和范围外"


def _premises(record: Record, asked: Claim, notes: Sequence[str], at_cap: bool) -> tuple[str, ...]:
    """Return what is taken for granted, for one figure or for a table of them."""
    known = record.scoped is not None or record.above is not None or record.scope == "all"
    scope = ["calc_assume_rest"] if record.outside and record.scoped is None else [] if known else ["calc_assume_scope"]
    said = [*(["calc_assume_about"] if record.about else []), *scope, *notes]
    if not record.location and not asked.away:
        said.append("calc_assume_local")
    if at_cap:
        said.append("calc_at_cap" if not record.exhausted else "calc_exhausted")
    return tuple(said)


def _ratio(record: Record, policy: Policy, asked: Claim, note: str) -> Result:
    """Return the part that the fund pays as a percentage; the family's part where that was asked for."""
    ratio, step = ratio_of(policy, asked)
    steps = [step] if step else []
    own = record.want in ("selfratio", "self")
    if own:
        steps.append(Step(f"100% - {percent(ratio)}", percent(1 - ratio)))
    figure = Figure("个人支付比例" if own else "医保支付比例", plain((1 - ratio if own else ratio) * 100), "%")
    basis = _basis(policy, asked)
    return Result((figure,), tuple(steps), basis[0], inputs_of(record, asked), (note,), basis)


def _nothing(record: Record, policy: Policy, away: bool) -> Outcome:
    """Return that the fund pays nothing, for an institution that was not chosen."""
    if missing := _unclear(record):
        return missing
    cost = record.cost
    if cost is not None and record.consult_in == "apart":
        cost += record.consult or ZERO
    figures, steps = [yuan("医保支付", ZERO)], []
    if cost is not None:
        figures.append(yuan("个人负担", cost))
        steps.append(Step(f"{cents(cost)} × 0%", str(cents(ZERO))))
    if record.want == "self":
        figures.reverse()
    entry = policy.figure("away.out_province").entry if away else NOT_CHOSEN
    return Result(
        tuple(figures), tuple(steps), entry, inputs_of(record), () if away else ("calc_assume_not_referred",), (entry,)
    )


def _two_readings(record: Record, policy: Policy, location: str) -> Unknown:
    """Say both readings of the one rule that the documents give in two ways."""
    cost, fee = record.cost, record.consult
    kind = "consult" if cost is None and fee is not None else "outpatient"
    base = policy.ratio(f"{kind}.{record.level or LEVELS[0]}")
    amount = fee if cost is None else cost
    unclear = amount is None or record.scope == "part" or record.unclear or (cost is not None and fee is not None)
    values = {}
    for reading, name in (("high", "away.in_province"), ("low", "away.out_province")):
        ratio = base * policy.ratio(name)
        paid = ZERO if amount is None else amount * ratio
        if kind == "outpatient" and not unclear and record.year in (None, policy.cap_year):
            left = ZERO if record.exhausted else max(ZERO, policy.number("cap.amount") - (record.used or ZERO))
            paid = min(paid, left)
        values[reading] = percent(ratio) if unclear else f"{cents(paid)} 元"
    return Unknown("calc_away_far" if location == OUT_PROVINCE else "calc_away_two", values)


def _basis(policy: Policy, asked: Claim) -> tuple[str, ...]:
    """Return the entries that the rules stand in, the one that decides first."""
    local = policy.figure(f"{asked.kind}.{asked.level}").entry
    return (policy.figure(f"away.{asked.away}").entry, local) if asked.away else (local,)
