"""Away: which case of care out of the city it is, and what the documents say of it."""

from __future__ import annotations

from bot.calculator.formulas import percent
from bot.calculator.outcome import LEVELS, Unknown, cents
from bot.calculator.payments import number
from bot.calculator.places import AWAY, IN_PROVINCE, LOCAL, OUT_PROVINCE
from bot.calculator.reading import Slots
from corpus.policy import Policy

# The share of these is the same inside the province and outside.
SAME_EVERYWHERE = ("filed", "referral", "emergency")


def location_of(slots: Slots) -> str:
    """Return where the hospital is; in the city unless something speaks against it."""
    if location := slots.get("location"):
        return location
    away = slots.get("out_of_city_kind") or "filed" in slots or slots.get("trip") == "far"
    return AWAY if away else LOCAL


def away_kind(slots: Slots) -> str:
    """Return which out-of-city case was said, an empty string if none was."""
    if kind := slots.get("out_of_city_kind"):
        return kind
    said = {name: slots.get(name) for name in ("filed", "referral", "emergency")}
    if "unsure" in said.values() or (said["filed"] == "true" and slots.get("temporary") == "true"):
        return ""
    yes = [name for name, value in said.items() if value == "true"]
    if set(yes) == {"filed", "referral"}:
        return "referral"
    if len(yes) == 1:
        return "" if yes == ["filed"] and slots.get("hukou") == "other" else yes[0]
    if yes:
        return ""
    if slots.get("temporary") == "true" or (
        said["filed"] == "false" and "false" in (said["referral"], said["emergency"])
    ):
        return "temporary"
    unfiled = said["filed"] == "false" or slots.get("hukou") == "other"
    if unfiled and said["referral"] == said["emergency"] == "false":
        return "temporary"
    if slots.get("hukou") == "other" and slots.get("visit") == "outpatient" and "false" in said.values():
        return "temporary"
    trip = slots.get("trip") in ("true", "far") or slots.get("location") == IN_PROVINCE
    return "temporary" if said["filed"] == "false" and trip else ""


def share_of(kind: str, location: str) -> str:
    """Return the name of the share that the policy has for a case."""
    if kind in SAME_EVERYWHERE:
        return kind
    return "in_province" if location == IN_PROVINCE else "out_province"


def two_readings(slots: Slots, policy: Policy, location: str) -> Unknown:
    """Say both readings of the one rule that the documents give in two ways."""
    cost, fee = number(slots, "amount"), number(slots, "consult_fee")
    kind = "consult" if cost is None and fee is not None else "outpatient"
    base = policy.ratio(f"{kind}.{slots.get('hospital_level', LEVELS[0])}")
    amount = fee if cost is None else cost
    values = {}
    for reading, name in (("high", "away.in_province"), ("low", "away.out_province")):
        ratio = base * policy.ratio(name)
        if amount is None or slots.get("mixed") or (cost is not None and fee is not None):
            values[reading] = percent(ratio)
        else:
            limit = amount if kind == "consult" else policy.number("cap.amount")
            values[reading] = f"{cents(min(amount * ratio, limit))} 元"
    return Unknown("calc_away_far" if location == OUT_PROVINCE else "calc_away_two", values)
