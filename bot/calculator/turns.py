"""Turns: how a message that answers no question goes on with a calculation: 那要是住院呢, 起付线600, 不对是二级."""

from __future__ import annotations

import re

from bot.calculator.answers import asks_otherwise
from bot.calculator.numbers import read_number
from bot.calculator.places import AWAY, LOCAL
from bot.calculator.reading import Reading, Slots
from bot.calculator.topics import BENEFITS, CAPS, CLAIM

_LONGEST, _SHORT, _PLACE = 24, 12, 6  # signs
_TREATED = re.compile(r"在|到|去|回|喺|转|住|看|院|呢[?。!]?$|报|^(?:那|要是|如果|换|改|不对|错了|说错)")
_CARE = (CLAIM, *CAPS)
_YEARLY = ("subsidy", "subsidy_gap", "total", "monthly")
_COSTS = {"amount", "above", "consult_fee"}
_TURN = re.compile(
    r"^(?:那|要是|如果|换成|换做|改成|假如|还有|咁|如|若)|呢[?。!]?$"
    r"|^(?:不对|错了|说错|讲错|噢|哦|啊|不不|搞错|记错|看错|更正|应该)"
)
# 就两个, 是三个: the number of children.
_CHILDREN = re.compile(r"(?:就|是|共|只有|改成|算|^)(?P<n>[两三四五六七八九2-9一1])个(?:人|娃|孩子)?[。!吧呢啊]*$")
# What depends on the place, and what on the kind of visit.
_CASE = ("out_of_city_kind", "filed", "referral", "emergency", "temporary", "trip")
_OF_VISIT = ("consult_fee", "consult_in", "used_cap", "left_cap", "selected", "deductible", "above")
# What was true of one sentence only.
_PASSING = ("unclear", "same_month", "many", "siblings", "weak_visit", "compare")

_RATIO = re.compile(r"百分|几成|几个点|%多少|几个百|几%")
_WHICH_MONTH = re.compile(r"几月(?:份)?(?:办|开始|入)|哪个月(?:办|开始)")
_HOW_MANY_MONTHS = re.compile(r"几个月的(?:钱|保?费|医保)|(?:交|缴|补|收|剩)(?:够|纳)?几个月|几个月(?:要|的费|才|的$)")
# 12月能用吗, 9月入学的: a month, but not the one of the application.
_OTHER_THAN_FEE = re.compile(r"(?:吗|嘛|么)[?。!]?$|入学|开学")
_YEARS_LIMIT = re.compile(r"(?:一年|每年|年度|全年)[^,。;]{0,6}(?:最多|最高|封顶|限额|额度)[^,。;]{0,6}(?:多少|几)")
_FUND_ASKED = re.compile(r"报销?多少")
_FUND_PAYS = re.compile(r"(?:医保|统筹|基金|公家)[^,。;]{0,4}出")


def is_follow_up(topic: str, slots: Slots, reading: Reading, bill: Slots, new_topic: str) -> bool:
    """Tell whether a message changes or adds to the calculation instead of beginning another."""
    text = reading.text
    if len(text) > _LONGEST or asks_otherwise(text) or (new_topic and (new_topic in _CARE) != (topic in _CARE)):
        return False
    if topic == "newborn" and reading.has("sibling") and not reading.has("newborn", "baby"):
        # 那幼儿园的大宝11月参保呢: another child, with a fee of his own.
        return False
    if topic in CAPS and reading.slots.get("visit") == "inpatient":
        return False
    if topic in BENEFITS and new_topic and new_topic not in BENEFITS:
        # 12月办几时能用 - 那12月办要交多少: the fee is another question.
        return False
    turns = _TURN.search(text) is not None
    if topic in CAPS and new_topic == CLAIM:
        # 今年报了2400，还剩多少 - 社康花100报多少: what was used counts here too.
        return True
    if topic in _CARE:
        if _COSTS & slots.keys() and not _COSTS & bill.keys() and "unclear" not in bill:
            # Without a cost of its own the message can only speak of the one that was named.
            return _tells_care(topic, reading, bill)
        named = {"visit", "hospital_level"} <= reading.slots.keys()
        complete = named and bool({"amount", "above"} & bill.keys())
        told = _tells_care(topic, reading, bill)
    else:
        turns = turns or (topic in _YEARLY and ("补" in text or reading.has("own_part")))
        complete = bool(new_topic) and reading.has("pay")
        told = _tells_fee(reading, turns)
    return told and (turns or (not complete and (len(text) <= _SHORT or not new_topic)))


def _tells_care(topic: str, reading: Reading, bill: Slots) -> bool:
    told = reading.slots.keys() - {"children"}
    if told == {"location"} and len(reading.text) > _PLACE and not (_TREATED.search(reading.text) or bill):
        # 明天深圳下不下雨: nobody was treated there.
        told = set()
    if told or bill or reading.has("self") or reading.levels:
        return True
    return topic in CAPS and reading.has("cap", "remaining")


def _tells_fee(reading: Reading, turns: bool) -> bool:
    if reading.has("benefit") or (_OTHER_THAN_FEE.search(reading.text) and not reading.has("quantity")):
        return False
    told = reading.dates.months or {"children", "hukou"} & reading.slots.keys() or _CHILDREN.search(reading.text)
    asks = reading.has("begin", "finish") or "几个月" in reading.text or (turns and reading.has("quantity"))
    return bool(told) or asks


def merge(old: Slots, new: Slots) -> Slots:
    """Return the old slots with the new ones over them, and without what the new ones overrule."""
    slots = {name: value for name, value in old.items() if name not in _PASSING}
    new = dict(new)
    _merge_place(slots, new)
    _merge_months(slots, new)
    _merge_children(slots, new)
    if slots.get("visit") and new.get("weak_visit") and "amount" not in new:
        new.pop("visit", None)
    if new.get("unclear") == "amount":
        _drop(slots, ("amount", "above"))
    if (
        "selected" in new
        and not _COSTS & new.keys()
        and slots.get("hospital_level", "") not in ("", new.get("hospital_level", ""))
        and new.pop("hospital_level", "")
    ):
        # 三级门诊300 - 我绑的是社康: the level of the chosen one is not that of the hospital.
        new["selected"] = "unsure"
    if slots.get("visit") and new.get("visit", slots["visit"]) != slots["visit"]:
        if "above" in slots and "amount" not in new:
            new["unclear"] = "amount"
        _drop(slots, _OF_VISIT)
        if new["visit"] == "outpatient":
            # A stay's cost is nobody's outpatient bill.
            _drop(slots, ("amount",))
    if new.pop("line_off", "") and "above" not in new and "amount" in slots:
        # 那2万是扣掉起付线以后的: the cost that was named is the one above the line.
        slots["above"] = slots["amount"]
        _drop(slots, ("amount", "deductible"))
    if "above" in slots and "amount" in new and "above" not in new:
        # 说错了，是3万: the amount that was spoken of is the one above the deductible.
        new["above"] = new.pop("amount")
    if "above" in new:
        _drop(slots, ("amount", "deductible"))
    return {**slots, **new}


def _merge_place(slots: Slots, new: Slots) -> None:
    before, place = slots.get("location", LOCAL), new.get("location", "")
    if place == AWAY and before != LOCAL:
        del new["location"]
    elif place and place != before:
        papers = slots.get("out_of_city_kind") in ("filed", "referral") or "true" in (
            slots.get("filed"),
            slots.get("referral"),
        )
        # 那要是在惠州呢: whoever had no papers there has none here.
        if place == LOCAL or papers:
            _drop(slots, _CASE)
    if any(name in new for name in _CASE):
        _drop(slots, _CASE)


def _merge_children(slots: Slots, new: Slots) -> None:
    before, told = slots.get("children", "1"), new.get("children", "")
    if new.pop("one_of", ""):
        # 其中一个11月办: the other one is still there.
        new.pop("children", None)
    elif new.pop("one_more", "") and before.isdecimal() and told.isdecimal():
        new["children"] = str(int(before) + int(told))


def _merge_months(slots: Slots, new: Slots) -> None:
    if "apply_month" not in new:
        return
    if new.get("sibling_named") and "apply_month" in slots and slots.get("children", "1") != "1":
        new["siblings"] = "true"
    if "months" in slots:
        # Two children with two months, and now another month: whose?
        _drop(slots, ("months", "compare_month"))
        new["siblings"] = "true"
    if new.get("gap_asked") == "true" and "apply_month" in slots:
        new["compare_month"], new["apply_month"] = new["apply_month"], slots["apply_month"]


def _drop(slots: Slots, names: tuple[str, ...]) -> None:
    for name in names:
        slots.pop(name, None)


def children_said(reading: Reading) -> Slots:
    """Return the number of children that a short follow-up names without a noun."""
    match = _CHILDREN.search(reading.text)
    return {"children": str(read_number(match["n"])), "siblings": ""} if match else {}


def turned(old: str, new: str, reading: Reading) -> str:
    """Return the topic of a follow-up: the old one, unless the message turns it."""
    if old in BENEFITS and reading.has("begin", "finish"):
        return "benefit_end" if reading.has("finish") else "benefit_start"
    if old in CAPS and new == CLAIM:
        return CLAIM
    if old == CLAIM and reading.has("cap") and _YEARS_LIMIT.search(reading.text) and not reading.amounts:
        return "cap"
    if old in CAPS and reading.has("cap") and not reading.amounts and not reading.has("cap_spent", "remaining"):
        return "cap"
    if (
        old in _YEARLY
        and reading.has("total")
        and (reading.has("own_part") or (old == "subsidy" and "补" not in reading.text))
    ):
        return "total"
    if old in _YEARLY and (new in _YEARLY or reading.dates.months):
        return new or "fee"
    return "difference" if old == "fee" and reading.has("difference") and reading.dates.months else old


def wanted(slots: Slots, reading: Reading) -> str:
    """Return which of several figures is asked for; what was asked before holds on."""
    if reading.has("ratio") and _RATIO.search(reading.text):
        return "ratio"
    if _WHICH_MONTH.search(reading.text):
        return "month"
    if _HOW_MANY_MONTHS.search(reading.text):
        return "months"
    if reading.asks_own and not _FUND_PAYS.search(reading.text) and not _FUND_ASKED.search(reading.text):
        return "self"
    before = slots.get("want", "")
    # 社康呢, 75%; 花了2005呢: an amount asks for an amount.
    return (
        "fund" if reading.has("fund") or (before == "ratio" and reading.amounts) or "多少钱" in reading.text else before
    )
