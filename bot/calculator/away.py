"""Away: which case of care out of the city it is, and what the documents say of it."""

from __future__ import annotations

from bot.calculator.formulas import percent
from bot.calculator.outcome import Unknown, cents
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
    if said["filed"] == "unsure":
        return ""
    yes = [name for name, value in said.items() if value == "true"]
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
    cost = number(slots, "amount")
    base = policy.ratio(f"outpatient.{slots.get('hospital_level', '1')}")
    low, high = policy.ratio("away.out_province"), policy.ratio("away.in_province")
    if cost is None or slots.get("mixed"):
        values = {"high": percent(base * high), "low": percent(base * low)}
    else:
        values = {"high": f"{cents(cost * base * high)} 元", "low": f"{cents(cost * base * low)} 元"}
    return Unknown("calc_away_far" if location == OUT_PROVINCE else "calc_away_two", values)
