"""Topics: whether a sentence is a numeric question, and of which kind."""

from __future__ import annotations

import re
from decimal import Decimal

from bot.calculator.reading import Reading, Slots
from corpus.policy import Policy

CLAIM = "claim"
CAPS = ("cap", "cap_cost", "remaining")
BENEFITS = ("benefit_start", "benefit_end", "window")


def topic_of(reading: Reading, bill: Slots, policy: Policy) -> str:
    """Return the kind of numeric question, an empty string if it is none."""
    if "账户" in reading.text and reading.has("selected") and not reading.of("in_scope"):
        return ""
    if bases := _of_bases(reading, policy):
        return bases
    if reading.has("adult", "reverse") or (reading.has("how") and not reading.has("quantity")):
        return ""
    return (
        _of_reverse(reading, policy)
        or _of_benefits(reading)
        or _of_caps(reading, bill)
        or _of_claims(reading, bill)
        or _of_fees(reading)
    )


def _of_reverse(reading: Reading, policy: Policy) -> str:
    """254.52是几个月的: an amount that some number of months comes to."""
    monthly = policy.number("fee.personal") / policy.number("fee.months")
    paid = [amount.value for amount in reading.amounts if amount.value]
    if (
        len(paid) != 1
        or reading.has("base", "difference", "total")
        or not re.search(r"几个月|几月|多少个月|哪个月", reading.text)
    ):
        return ""
    months = paid[0] / monthly
    return (
        "reverse"
        if months == int(months) and 1 <= months <= policy.number("fee.months") and not reading.dates.months
        else ""
    )


def _of_bases(reading: Reading, policy: Policy) -> str:
    if not reading.has("quantity", "ask"):
        return ""
    known = {str(policy.number(name)) for name in ("cap.amount", "cap.rate")}
    if reading.has("wage") and (any(number in reading.text for number in known) or reading.has("cap")):
        return "wage_base"
    rates = {policy.number(f"fee.rate.{part}") for part in ("personal", "subsidy", "total")}
    fees = {str(policy.number(name)) for name in ("fee.personal", "fee.subsidy")}
    told = any(fee in reading.text for fee in fees) or any(Decimal(percent) in rates for percent in reading.percents)
    return "income_base" if reading.has("base") and told else ""


def _of_benefits(reading: Reading) -> str:
    if reading.has("newborn", "from_birth") and reading.has("window") and not reading.dates.months:
        return "window"
    months = [month for month in reading.dates.months]
    if not (reading.has("benefit") and months) or _has_cost(reading) or reading.has("self", "ratio"):
        return ""
    if reading.has("finish") and not re.search(r"哪天生效|几时生效|从几月|开始用|起用", reading.text):
        return "benefit_end"
    return (
        "benefit_start"
        if reading.has("begin") or re.search(r"几月(?:份)?(?:能|可|起|开始|才)|哪(?:天|个月|一天)", reading.text)
        else ""
    )


def _of_caps(reading: Reading, bill: Slots) -> str:
    if not reading.has("quantity", "ask") or reading.slots.get("visit") == "inpatient":
        return ""
    cost = _has_cost(reading)
    if not cost and reading.has("cap_spent") and reading.has("cap", "outpatient"):
        if reading.has("remaining") and not re.search(r"(?:花|看|用|刷|使)[^,。;]{0,4}(?:多少|几)", reading.text):
            return "remaining" if "used_cap" in bill else ""

        return "cap_cost"
    if not cost and ("used_cap" in bill) and reading.has("remaining", "cap"):
        return "remaining"
    if (
        not cost
        and reading.has("cap")
        and reading.has("outpatient", "fund")
        and (reading.dates.years or reading.dates.school_year)
        and reading.has("quantity")
    ):
        return "cap"
    return ""


def _has_cost(reading: Reading) -> bool:
    return any(amount.role in ("total", "in_scope", "item", "above", "consult") for amount in reading.amounts)


def _of_claims(reading: Reading, bill: Slots) -> str:
    slots = reading.slots
    if reading.has("subsidy") and not {"visit", "hospital_level"} & slots.keys():
        return ""
    costs = any(name in bill for name in ("amount", "above", "consult_fee", "deductible")) or bill.get("unclear") in (
        "amount",
        "above",
        "consult_fee",
    )
    place = {"visit", "hospital_level", "selected", "emergency", "location"} & slots.keys()
    fees_asked = reading.has("pay") and reading.has("insured") and reading.dates.months and not place
    if costs and not fees_asked:
        if reading.has("fund", "ratio") or (reading.has("self") and (place or reading.has("medical"))):
            return CLAIM
        if {"visit", "hospital_level"} <= slots.keys() and not reading.has("how"):
            return CLAIM
        return ""
    asked = reading.has("fund", "self", "ratio") and reading.has("quantity")
    if asked and len(reading.levels) == 1 and not costs:
        return CLAIM
    sure = slots.get("visit") == "inpatient" and len(reading.levels) == 1
    if not costs and sure and reading.percents and reading.has("quantity"):
        return CLAIM
    if asked and slots.get("selected") == "false" and slots.get("visit") == "outpatient":
        return CLAIM
    return ""


def _of_fees(reading: Reading) -> str:
    slots, months, years = reading.slots, reading.dates.months, reading.dates.years
    asks = reading.has("quantity")
    born = any(month.role == "birth" for month in months)
    if reading.has("benefit") and not reading.has("from_birth"):
        return ""
    if (
        reading.has("newborn", "from_birth")
        and (born or reading.has("from_birth"))
        and reading.has("pay", "from_birth")
    ):
        return (
            "newborn"
            if (asks or reading.has("from_birth")) and (not reading.has("fund") or reading.has("from_birth"))
            else ""
        )
    if not asks or not reading.has("pay", "subsidy", "apply"):
        return ""
    if reading.has("ratio") or (reading.has("fund") and not re.search(r"报(?:名|医保|少儿|社保|个)", reading.text)):
        return ""
    if slots.get("visit") == "inpatient" or _has_hospital(reading):
        return ""
    if reading.has("monthly") and not months and reading.has("insured", "subsidy", "pay"):
        return "monthly"
    if re.search(r"应缴总额|全额|筹资总", reading.text) and not months:
        return "total"
    if reading.has("subsidy"):
        return _of_subsidy(reading)
    if reading.has("difference") and (months or reading.has("midway")):
        return "difference"
    several = slots.get("children", "1") != "1"
    if months or several or reading.dates.school_year or years or reading.has("midway"):
        return "fee"
    return ""


def _of_subsidy(reading: Reading) -> str:
    if not reading.has("own_part"):
        asked = re.search(r"(?:补|财政|政府|公家|国家)[^,。;]{0,10}(?:多少|几)", reading.text) or reading.has("total")
        return "subsidy" if asked else ""
    return "subsidy_gap" if reading.has("difference") else "total"


def _has_hospital(reading: Reading) -> bool:
    return bool({"hospital_level", "emergency"} & reading.slots.keys()) or "医院" in reading.text
