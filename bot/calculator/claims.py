"""Claims: from the slots of a claim to what the fund pays, to a question, or to what the documents do not say."""

from __future__ import annotations

from decimal import Decimal

from bot.calculator.bill import impossible
from bot.calculator.formulas import Claim, pay, percent, ratio_of
from bot.calculator.outcome import Figure, Missing, Outcome, Result, Step, Unknown, Wrong, plain, yuan
from bot.calculator.places import AWAY, IN_PROVINCE, LOCAL, OUT_PROVINCE, UNCOVERED
from bot.calculator.reading import Slots
from corpus.policy import Policy

LEVELS = ("1", "2", "3")
LEVEL_NAMES = {"1": "一级及以下（含社康）", "2": "二级", "3": "三级"}
_ENTRY = {"outpatient": "B4", "inpatient": "B5"}
_SAME_EVERYWHERE = ("filed", "referral", "emergency")


def claim(slots: Slots, policy: Policy) -> Outcome:
    """Work out a claim, or say what is missing; `slots` holds what the user has said so far."""
    if phrase := impossible(slots):
        return Wrong(phrase)
    if years := slots.get("other_year"):
        return Unknown("calc_other_ratio", {"year": years, "known": policy.years})
    if slots.get("filed") == "true" and slots.get("elsewhere") == "true":
        return Unknown("calc_filed_elsewhere")
    if slots.get("many") == "true":
        return Unknown("calc_one_by_one")
    if "compare" in slots:
        return _compared(slots, policy)
    visit = slots.get("visit", "")
    if visit not in _ENTRY:
        return Missing("visit", "calc_ask_visit_both" if visit == "both" else "")
    location = _location(slots)
    if slots.get("trip") == "far" and location == LOCAL and "location" not in slots:
        location = AWAY
    if location == UNCOVERED:
        return Unknown("calc_uncovered")
    if location == "several":
        return Missing("location")
    if location != LOCAL:
        return _away(slots, policy, location)
    return _inpatient(slots, policy, "") if visit == "inpatient" else _outpatient(slots, policy)


def _compared(slots: Slots, policy: Policy) -> Outcome:
    """Say how much more the fund pays at one of two levels."""
    levels = [level for level in slots["compare"].split("/") if level]
    rest = {name: value for name, value in slots.items() if name not in ("compare", "want")}
    if len(levels) != 2:
        return Unknown("calc_one_by_one")
    results = [claim({**rest, "hospital_level": level}, policy) for level in levels]
    if not all(isinstance(result, Result) and result.figures[0].unit == "元" for result in results):
        return next((result for result in results if isinstance(result, Missing)), Unknown("calc_one_by_one"))
    first, second = (result for result in results if isinstance(result, Result))
    more, less = sorted((Decimal(first.figures[0].value), Decimal(second.figures[0].value)), reverse=True)
    figures = (yuan("医保支付相差", more - less), *(yuan(LEVEL_NAMES[level], Decimal(result.figures[0].value)) for level, result in zip(levels, (first, second), strict=True)))
    step = Step(f"{more} - {less}", str(more - less))
    return Result(figures, (*first.steps, *second.steps, step), first.entry, first.inputs, first.assumptions, first.basis)


def _location(slots: Slots) -> str:
    location = slots.get("location", "")
    away = slots.get("out_of_city_kind") or "filed" in slots
    return location or (AWAY if away else LOCAL)


def away_kind(slots: Slots) -> str:
    """Return which out-of-city case was said, an empty string if none was."""
    if kind := slots.get("out_of_city_kind"):
        return kind
    said = {name: slots.get(name) for name in ("filed", "referral", "emergency")}
    if said["filed"] == "unsure":
        return ""
    yes = [name for name, value in said.items() if value == "true"]
    if len(yes) == 1:
        return "" if yes == ["filed"] and slots.get("hukou") == "other" else yes[0]
    if yes:
        return ""
    if slots.get("temporary") == "true" or said["filed"] == "false" and "false" in (said["referral"], said["emergency"]):
        return "temporary"
    unfiled = said["filed"] == "false" or slots.get("hukou") == "other"
    if unfiled and said["referral"] == said["emergency"] == "false":
        return "temporary"
    if slots.get("hukou") == "other" and slots.get("visit") == "outpatient" and "false" in said.values():
        return "temporary"
    trip = slots.get("trip") in ("true", "far") or slots.get("location") == IN_PROVINCE
    return "temporary" if said["filed"] == "false" and trip else ""


def _away(slots: Slots, policy: Policy, location: str) -> Outcome:
    kind = away_kind(slots)
    if slots["visit"] == "outpatient":
        return _away_outpatient(slots, policy, location, kind)
    if not kind:
        return Missing("location") if location == AWAY else Missing("out_of_city_kind")
    if kind == "temporary" and location == AWAY:
        return Missing("location")
    return _inpatient(slots, policy, _share(kind, location))


def _share(kind: str, location: str) -> str:
    if kind in _SAME_EVERYWHERE:
        return kind
    return "in_province" if location == IN_PROVINCE else "out_province"


def _inpatient(slots: Slots, policy: Policy, away: str) -> Outcome:
    if missing := _unclear(slots):
        return missing
    cost, off = _number(slots, "amount"), _number(slots, "deductible")
    above = _number(slots, "above")
    if above is not None:
        cost, off = above, None
    entry = "B7" if away else "B5"
    level = slots.get("hospital_level")
    if level is None:
        return Missing("hospital_level", table=_table(slots, policy, Claim("inpatient", "1", cost or Decimal(0), deductible=off, away=away), cost))
    asked = Claim("inpatient", level, cost or Decimal(0), deductible=off, away=away)
    if cost is None or slots.get("want") == "ratio":
        return _ratio(slots, policy, asked, entry, "calc_ratio_inpatient")
    notes = [] if above is not None or off is not None else ["calc_assume_deductible"]
    return _paid(slots, policy, asked, entry, notes)


def _outpatient(slots: Slots, policy: Policy) -> Outcome:
    selected, away = slots.get("selected"), ""
    if selected == "unsure" and slots.get("referral") == "true":
        return Unknown("calc_not_selected_referred")
    if selected == "false":
        if slots.get("referral") == "true" or slots.get("emergency") == "true":
            return Unknown("calc_not_selected_referred")
        if "consult_fee" in slots and "amount" not in slots:
            return Unknown("calc_consult_elsewhere")
        return _nothing(slots, "B3", "calc_assume_not_referred")
    if selected == "unsure" or (selected is None and slots.get("emergency") == "true"):
        return Missing("selected")
    if missing := _unclear(slots):
        return missing
    notes = [] if selected == "true" else ["calc_assume_selected"]
    return _outpatient_paid(slots, policy, away, "B4", notes)


def _outpatient_paid(slots: Slots, policy: Policy, away: str, entry: str, notes: list[str]) -> Outcome:
    cost, consult = _number(slots, "amount"), _number(slots, "consult_fee")
    if cost is not None and consult is not None:
        if slots.get("consult_in") == "" and cost > consult:
            return Missing("amount", "calc_ask_consult_in")
        cost = cost - consult if slots.get("consult_in") == "true" and cost >= consult else cost
    used, capped, refused = _used(slots, policy)
    if refused:
        return refused
    level = slots.get("hospital_level")
    asked = Claim("outpatient", level or "1", cost or Decimal(0), consult or Decimal(0), used, capped, away=away)
    if level is None:
        return Missing("hospital_level", table=_table(slots, policy, asked, cost if cost is not None else consult))
    if slots.get("want") == "ratio" or (cost is None and consult is None):
        if cost is None and slots.get("consult_asked") == "true":
            slots = {**slots, "consult": "true"}
        return _ratio(slots, policy, asked, entry, "calc_ratio_consult" if slots.get("consult") else "calc_ratio_outpatient")
    if cost and consult is None and slots.get("no_consult") != "true":
        notes = [*notes, "calc_assume_no_consult"]
    if cost:
        notes = [*notes, "calc_assume_unused" if capped else "calc_cap_unknown"] if not {"used_cap", "left_cap", "exhausted"} & slots.keys() else notes
    return _paid(slots, policy, asked, entry, notes)


def _used(slots: Slots, policy: Policy) -> tuple[Decimal, bool, Outcome | None]:
    """Return how much of the cap is used and whether the cap of that year is known."""
    year = slots.get("cap_year")
    known = year is None or int(year) == policy.cap_year
    used, left = _number(slots, "used_cap"), _number(slots, "left_cap")
    if slots.get("exhausted") == "true" and used is None and known:
        used = policy.number("cap.amount")
    if left is not None:
        used = policy.number("cap.amount") - left
        if used < 0:
            return Decimal(0), known, Wrong("calc_over_cap")
    if used is not None and not known:
        return used, known, Unknown("calc_other_cap", {"year": str(year)})
    return used or Decimal(0), known, None


def _away_outpatient(slots: Slots, policy: Policy, location: str, kind: str) -> Outcome:
    emergency = slots.get("emergency") == "true" or kind == "emergency"
    if emergency:
        return Unknown("calc_away_emergency")
    if slots.get("selected") == "false":
        return _nothing(slots, "B7", "")
    if not kind:
        return Missing("location") if location == AWAY and "filed" not in slots and not slots.get("hukou") else Missing("out_of_city_kind")
    if kind == "temporary":
        return _two_readings(slots, policy, location)
    if missing := _unclear(slots):
        return missing
    if "selected" not in slots and slots.get("hospital_level") in ("2", "3"):
        return Missing("selected")
    if "hospital_level" not in slots and slots.get("selected") == "true":
        slots = {**slots, "hospital_level": "1"}
    return _outpatient_paid(slots, policy, kind, "B7", [] if slots.get("selected") == "true" else ["calc_assume_selected_away"])


def _two_readings(slots: Slots, policy: Policy, location: str) -> Unknown:
    cost = _number(slots, "amount")
    base = policy.ratio(f"outpatient.{slots.get('hospital_level', '1')}")
    low, high = policy.ratio("away.out_province"), policy.ratio("away.in_province")
    if cost is None or slots.get("mixed"):
        values = {"high": percent(base * high), "low": percent(base * low)}
    else:
        values = {"high": f"{yuan('', cost * base * high).value} 元", "low": f"{yuan('', cost * base * low).value} 元"}
    return Unknown("calc_away_far" if location == OUT_PROVINCE else "calc_away_two", values)


def _nothing(slots: Slots, entry: str, note: str) -> Result:
    """The fund pays nothing for an institution that was not chosen."""
    cost = _number(slots, "amount") if not slots.get("mixed") else None
    figures = [yuan("医保支付", Decimal(0))]
    steps = ()
    if cost is not None:
        figures.append(yuan("个人负担", cost))
        steps = (Step(f"{yuan('', cost).value} × 0%", "0.00"),)
    if slots.get("want") == "self" and len(figures) > 1:
        figures.reverse()
    return Result(tuple(figures), steps, entry, _inputs(slots), (note,) if note else (), (entry, "B7") if entry != "B7" else ("B7",))


def _unclear(slots: Slots) -> Missing | None:
    if slots.get("mixed") == "true" and slots.get("scoped") != "true":
        return Missing("amount", "calc_ask_scope")
    unclear = slots.get("unclear")
    if unclear and unclear not in slots:
        names = {"above": "amount", "left_cap": "used_cap"}
        return Missing(names.get(unclear, unclear), "calc_ask_which")
    return None


def _table(slots: Slots, policy: Policy, asked: Claim, cost: Decimal | None) -> tuple[Figure, ...]:
    if cost is None:
        return ()
    rows = []
    for level in LEVELS:
        payment = pay(policy, Claim(asked.visit, level, asked.cost, asked.consult, asked.used, asked.capped, asked.deductible, asked.away))
        rows.append(yuan(LEVEL_NAMES[level], payment.own if slots.get("want") == "self" else payment.fund))
    return tuple(rows)


def _ratio(slots: Slots, policy: Policy, asked: Claim, entry: str, label: str) -> Result:
    kind = "consult" if label == "calc_ratio_consult" else asked.visit
    ratio, step = ratio_of(policy, Claim(kind, asked.level, away=asked.away))
    own = slots.get("self") == "true"
    value = 1 - ratio if own else ratio
    figure = Figure("个人支付比例" if own else "医保支付比例", plain(value * 100), "%")
    steps = [step] if step else []
    if own:
        steps.append(Step(f"100% - {percent(ratio)}", percent(value)))
    return Result((figure,), tuple(steps), entry, _inputs(slots), (label,), _basis(entry, asked))


def _paid(slots: Slots, policy: Policy, asked: Claim, entry: str, notes: list[str]) -> Result:
    payment = pay(policy, asked)
    figures = [yuan("医保支付", payment.fund), yuan("个人负担", payment.own)]
    steps = list(payment.steps)
    whole = asked.cost + asked.consult
    own = Step(f"{yuan('', whole).value} - {yuan('', payment.fund).value}", yuan("", payment.own).value)
    if slots.get("want") == "self":
        figures.reverse()
        steps.append(own)
    if slots.get("scoped") != "true" and "above" not in slots:
        notes = ["calc_assume_scope", *notes]
    if slots.get("about") == "true":
        notes = ["calc_assume_about", *notes]
    if "location" not in slots and not asked.away:
        notes = [*notes, "calc_assume_local"]
    if payment.at_cap:
        notes = [*notes, "calc_at_cap"]
    return Result(tuple(figures), tuple(steps), entry, _inputs(slots, asked), tuple(notes), _basis(entry, asked))


def _basis(entry: str, asked: Claim) -> tuple[str, ...]:
    local = _ENTRY["inpatient" if asked.visit == "inpatient" else "outpatient"]
    return (entry,) if entry == local else (entry, local)


_WIRE = {"amount": "in_scope_cost", "above": "cost_above_deductible"}
_SENT = ("visit", "hospital_level", "amount", "above", "consult_fee", "deductible", "used_cap", "location", "out_of_city_kind", "selected", "hukou")


def _inputs(slots: Slots, asked: Claim | None = None) -> dict[str, str]:
    """Return the slots as the wire shows them; money with two decimals."""
    sent = {name: slots[name] for name in _SENT if name in slots}
    if asked is not None and asked.visit == "outpatient" and "amount" in sent:
        sent["amount"] = str(asked.cost)
    if sent.get("location") in (AWAY, "several"):
        del sent["location"]
    if asked is not None and not asked.away:
        sent.setdefault("location", LOCAL)
    if asked is not None and asked.away and "out_of_city_kind" not in sent:
        sent["out_of_city_kind"] = asked.away if asked.away in _SAME_EVERYWHERE else "temporary"
    money = {"amount", "above", "consult_fee", "deductible", "used_cap"}
    return {_WIRE.get(name, name): yuan("", Decimal(value)).value if name in money else value for name, value in sent.items()}


def _number(slots: Slots, name: str) -> Decimal | None:
    return Decimal(slots[name]) if name in slots else None
