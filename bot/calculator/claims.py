"""Claims: from the slots of a claim to what the fund pays, to a question, or to what the documents do not say."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from bot.calculator.away import away_kind, location_of, share_of, two_readings
from bot.calculator.bill import impossible
from bot.calculator.formulas import ZERO, Claim, pay
from bot.calculator.outcome import LEVEL_NAMES, LEVELS, Missing, Outcome, Result, Step, Unknown, Wrong, cents, yuan
from bot.calculator.payments import inputs_of, nothing_paid, number, paid_result, ratio_result
from bot.calculator.places import AWAY, LOCAL, SEVERAL, UNCOVERED
from bot.calculator.reading import Slots
from corpus.policy import Policy

_VISITS = ("outpatient", "inpatient")
# The question that mends an amount that could not be told apart.
_ASKED_AS = {"above": "amount", "left_cap": "used_cap"}


def claim(slots: Slots, policy: Policy) -> Outcome:
    """Work out a claim, or say what is missing; `slots` holds what the user has said so far."""
    if refused := _refused(slots, policy):
        return refused
    if "compare" in slots:
        return _compared(slots, policy)
    visit = slots.get("visit", "")
    if visit not in _VISITS:
        return Missing("visit", "calc_ask_visit_both" if visit == "both" else "")
    location = location_of(slots)
    if "each" in slots:
        return _times(slots, policy)
    if location == UNCOVERED:
        return Unknown("calc_uncovered")
    if location == SEVERAL:
        return Missing("location")
    if visit == "outpatient":
        return _outpatient(slots, policy) if location == LOCAL else _outpatient_away(slots, policy, location)
    return _inpatient(slots, policy) if location == LOCAL else _inpatient_away(slots, policy, location)


def _refused(slots: Slots, policy: Policy) -> Outcome | None:
    if phrase := impossible(slots):
        return Wrong(phrase)
    if year := slots.get("other_year"):
        return Unknown("calc_other_ratio", {"year": year})
    filed = "true" in (slots.get("filed"), "true" if slots.get("out_of_city_kind") == "filed" else "")
    if slots.get("uninsured") == "true":
        return Unknown("calc_uninsured")
    if filed and slots.get("elsewhere") == "true":
        return Unknown("calc_filed_elsewhere")
    if filed and slots.get("hukou") == "other":
        return Unknown("calc_filed_not_here")
    return Unknown("calc_one_by_one") if slots.get("many") == "true" else None


def _compared(slots: Slots, policy: Policy) -> Outcome:
    """Say how much more the fund pays at one of two levels."""
    levels = [level for level in slots["compare"].split("/") if level]
    rest = {name: value for name, value in slots.items() if name not in ("compare", "want")}
    if len(levels) != 2:
        return Unknown("calc_one_by_one")
    outcomes = [claim({**rest, "hospital_level": level}, policy) for level in levels]
    results = [one for one in outcomes if isinstance(one, Result) and one.figures[0].unit == "元"]
    if len(results) < len(levels):
        return next((one for one in outcomes if isinstance(one, Missing)), Unknown("calc_one_by_one"))
    paid = [Decimal(result.figures[0].value) for result in results]
    apart = yuan("医保支付相差", max(paid) - min(paid))
    each = [yuan(LEVEL_NAMES[level], value) for level, value in zip(levels, paid, strict=True)]
    steps = [step for result in results for step in result.steps]
    steps.append(Step(f"{max(paid)} - {min(paid)}", apart.value))
    return replace(results[0], figures=(apart, *each), steps=tuple(steps))


def _times(slots: Slots, policy: Policy) -> Outcome:
    """Work out one child's claim and multiply it; limit and deductible are each child's own."""
    children = int(slots["each"])
    outcome = claim({name: value for name, value in slots.items() if name != "each"}, policy)
    if not isinstance(outcome, Result) or outcome.figures[0].unit != "元":
        return outcome
    figures = tuple(replace(one, value=str(cents(Decimal(one.value) * children))) for one in outcome.figures)
    step = Step(f"{outcome.figures[0].value} × {children}", figures[0].value)
    return replace(outcome, figures=figures, steps=(*outcome.steps, step))


def _inpatient(slots: Slots, policy: Policy, away: str = "") -> Outcome:
    if missing := _unclear(slots):
        return missing
    above, cost, deductible = number(slots, "above"), number(slots, "amount"), number(slots, "deductible")
    if above is not None:
        cost, deductible = above, None
    if cost is None and deductible is not None:
        return Missing("amount")
    level = slots.get("hospital_level", "")
    asked = Claim("inpatient", level, cost or ZERO, deductible=deductible, away=away)
    if not level:
        return _level_missing(slots, policy, asked, cost is not None)
    if cost is None or slots.get("want") == "ratio":
        return ratio_result(slots, policy, asked, "calc_ratio_inpatient")
    notes = ["calc_assume_deductible"] if above is None and deductible is None else []
    return paid_result(slots, policy, asked, notes)


def _inpatient_away(slots: Slots, policy: Policy, location: str) -> Outcome:
    kind = away_kind(slots)
    if location == AWAY and kind in ("", "temporary"):
        return Missing("location")
    if not kind:
        return Missing("out_of_city_kind")
    return _inpatient(slots, policy, share_of(kind, location))


def _outpatient(slots: Slots, policy: Policy) -> Outcome:
    selected, sent = slots.get("selected"), slots.get("referral") == "true"
    emergency = slots.get("emergency") == "true"
    if selected in ("false", "unsure") and (sent or (emergency and selected == "false")):
        return Unknown("calc_not_selected_referred")
    if selected == "false":
        if "consult_fee" in slots or ("amount" not in slots and slots.get("consult_asked") == "true"):
            return Unknown("calc_consult_elsewhere")
        return nothing_paid(slots, policy, away=False)
    if selected == "unsure" or (selected is None and emergency):
        return Missing("selected")
    return _outpatient_paid(slots, policy, "", [] if selected == "true" else ["calc_assume_selected"])


def _outpatient_away(slots: Slots, policy: Policy, location: str) -> Outcome:
    kind, selected = away_kind(slots), slots.get("selected")
    if slots.get("emergency") == "true" or kind == "emergency":
        return Unknown("calc_away_emergency")
    if selected == "false":
        return nothing_paid(slots, policy, away=True)
    if selected == "unsure":
        return Missing("selected")
    if not kind:
        known = location != AWAY or "filed" in slots or slots.get("hukou")
        return Missing("out_of_city_kind" if known else "location")
    if kind == "temporary":
        return two_readings(slots, policy, location)
    # Only a primary institution can be chosen there, and those are of the first level.
    if slots.get("hospital_level") in LEVELS[1:]:
        return Missing("selected") if selected is None else Unknown("calc_away_primary")
    if selected == "true":
        slots = {"hospital_level": LEVELS[0], **slots}
    return _outpatient_paid(slots, policy, kind, [] if selected == "true" else ["calc_assume_selected_away"])


def _outpatient_paid(slots: Slots, policy: Policy, away: str, notes: list[str]) -> Outcome:
    if missing := _unclear(slots) or _consult_unclear(slots):
        return missing
    cost, consult = number(slots, "amount"), number(slots, "consult_fee")
    if cost is not None and consult is not None and slots.get("consult_in") == "true":
        cost -= consult
    used, capped, refused = _used(slots, policy)
    if refused:
        return refused
    level = slots.get("hospital_level", "")
    asked = Claim("outpatient", level, cost or ZERO, consult or ZERO, used, capped, away=away)
    nothing = cost is None and consult is None
    if not level:
        return _level_missing(slots, policy, asked, not nothing)
    if nothing and slots.get("consult_asked") == "true":
        return ratio_result(slots, policy, replace(asked, ratio="consult"), "calc_ratio_consult")
    if nothing or slots.get("want") == "ratio":
        return ratio_result(slots, policy, asked, "calc_ratio_outpatient")
    if cost:
        notes = notes if consult is not None else [*notes, "calc_assume_no_consult"]
        told = {"used_cap", "left_cap", "exhausted"} & slots.keys()
        notes = notes if told else [*notes, "calc_assume_unused" if capped else "calc_cap_unknown"]
    return paid_result(slots, policy, asked, notes)


def _used(slots: Slots, policy: Policy) -> tuple[Decimal, bool, Outcome | None]:
    """Return how much of the cap is used, whether that year's cap is known, and what forbids to go on."""
    cap, year = policy.number("cap.amount"), slots.get("cap_year", str(policy.cap_year))
    known = year == str(policy.cap_year)
    used, left = number(slots, "used_cap"), number(slots, "left_cap")
    if used is None and left is not None:
        used = cap - left
    elif used is None and slots.get("exhausted") == "true":
        # Whatever that year's limit is, nothing is left of it.
        return cap, True, None
    if used is None:
        return ZERO, known, None
    if used < 0:
        return ZERO, known, Wrong("calc_over_cap")
    return used, known, None if known else Unknown("calc_other_cap", {"year": year})


def _unclear(slots: Slots) -> Missing | None:
    if slots.get("mixed") == "true" and slots.get("scoped") != "true":
        return Missing("amount", "calc_ask_scope")
    unclear = slots.get("unclear", "")
    if unclear and unclear not in slots:
        return Missing(_ASKED_AS.get(unclear, unclear), "calc_ask_which")
    return None


def _consult_unclear(slots: Slots) -> Missing | None:
    if "amount" not in slots:
        return None
    if "consult_fee" not in slots:
        return Missing("consult_fee") if slots.get("consult_hidden") == "true" else None
    return Missing("amount", "calc_ask_consult_in") if not slots.get("consult_in") else None


def _level_missing(slots: Slots, policy: Policy, asked: Claim, worked: bool) -> Missing:
    """Ask for the level, and say what comes out at each where there is a cost."""
    own, entry = slots.get("want") == "self", policy.figure(f"{asked.kind}.{LEVELS[0]}").entry
    payments = [(level, pay(policy, replace(asked, level=level))) for level in LEVELS] if worked else []
    part = "自己付" if own else ""
    table = tuple(yuan(LEVEL_NAMES[level] + part, paid.own if own else paid.fund) for level, paid in payments)
    inputs = {name: value for name, value in inputs_of(slots, asked).items() if name != "hospital_level"}
    return Missing("hospital_level", table=table, entry=entry, inputs=inputs)
