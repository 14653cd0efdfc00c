"""Answers: what a short message says to the question that the bot has just asked."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from bot.calculator.money import bare_amount
from bot.calculator.places import AWAY, IN_PROVINCE, LOCAL, OUT_PROVINCE, SEVERAL
from bot.calculator.reading import Reading, Slots

_LONGEST = 30
# Not asked for, but offered: 把起付线告诉我，可以再算一次.
OFFERED = "deductible_offered"
_MONEY = ("amount", "consult_fee", "deductible", "used_cap")
# The values behind the buttons of each question, in their order.
_VALUES = {
    "visit": ("outpatient", "inpatient"),
    "hospital_level": ("1", "2", "3"),
    "location": (LOCAL, IN_PROVINCE, OUT_PROVINCE),
    "out_of_city_kind": ("filed", "referral", "emergency", "temporary"),
    "selected": ("true", "false"),
    "hukou": ("shenzhen", "other"),
}
_CASES = ("filed", "referral", "emergency", "temporary")
_PLACES = {"一": 1, "二": 2, "三": 3, "四": 4}
_PICK = re.compile(r"(?:选|我选|就|是)?第?([1-4一二三四])(?:个|项|种|号)?[.。)）]?")
# "2 手滑了" picks the second, "2万" does not.
_LOOSE_PICK = re.compile(
    r"第?([1-4])(?![\d.万千百块元wk月号]|,\d).{0,6}|(?P<last>最后一?个).{0,4}|(?P<first>头一个).{0,4}"
)
_TAIL = r"(?:的|啊|呀|啦|咯|了|滴|办|嘅|呢|吧|绑|选|有|过|定|,|。|!)*(?:$|[,。])"
_YES = re.compile(rf"(?:是|对|嗯|系|有|恩|好|yes|ok|没错|当然|办了|绑了|选了|就是){_TAIL}")
_NO = re.compile(rf"(?:不是|没有?|不|否|唔系|冇|无|未|都没有?|都冇|no|没绑|没选|都不是|啥都没|什么都没){_TAIL}")
_ASKS = re.compile(
    r"怎么(?!算|样)|如何|哪里|在哪|去哪|什么时候|为什么|为啥|咋办|啥材料|什么材料|多久|电话(?:是|多少)|什么电话|流程|网址|怎样|可不可以"
    r"|可以.{0,6}吗|能不能|要不要|是什么(?!意外)|什么意思|要求|一样吗|区别|必须|一定要"
)

_NAME = 16  # signs
# 就是市儿童医院: which level that is, the documents do not say.
_HOSPITAL = re.compile(r"医院|妇幼|中医|保健院|附[一二三属]|人医")

Reader = Callable[[str, Slots, Reading, Slots], Slots | None]


def asks_otherwise(text: str) -> bool:
    """Tell whether a message asks how, where or why, so that it is no answer and no follow-up."""
    return _ASKS.search(text) is not None


def answer_slots(asked: str, slots: Slots, reading: Reading, bill: Slots) -> Slots | None:
    """Return what a message answers to the question for `asked`, None if it is no answer to it."""
    text = reading.text
    if asked not in _READERS or len(text) > _LONGEST or asks_otherwise(text):
        return None
    if reading.has("unknown"):
        return {"unknown": asked}
    found = _READERS[asked](asked, slots, reading, bill)
    if found is None and (place := _picked(asked, text)):
        return {asked: _VALUES[asked][place - 1]}
    if found is None:
        return _no_level(reading) if asked == "hospital_level" else None
    if asked == OFFERED:
        return found
    # Whatever else the message says is taken along: 三级, 起付线600.
    return {**reading.slots, **{name: value for name, value in bill.items() if name != asked}, **found}


def _picked(asked: str, text: str) -> int:
    """Return the number of the button that is named, 0 if none is."""
    count = len(_VALUES.get(asked, ()))
    if match := _PICK.fullmatch(text):
        place = _PLACES.get(match[1]) or int(match[1])
    elif match := _LOOSE_PICK.fullmatch(text):
        place = count if match["last"] else 1 if match["first"] else int(match[1])
    else:
        return 0
    return place if place <= count else 0


def _visit(asked: str, slots: Slots, reading: Reading, bill: Slots) -> Slots | None:
    visit = reading.slots.get("visit")
    return {"visit": visit} if visit in _VALUES["visit"] else None


def _no_level(reading: Reading) -> Slots | None:
    """Return what an answer without a level tells: one that there is not, or only the hospital's name."""
    if reading.impossible:
        return {"bad_level": reading.impossible[0]}
    return {} if len(reading.text) <= _NAME and _HOSPITAL.search(reading.text) else None


def _level(asked: str, slots: Slots, reading: Reading, bill: Slots) -> Slots | None:
    return {"hospital_level": reading.levels[-1]} if reading.levels else None


def _location(asked: str, slots: Slots, reading: Reading, bill: Slots) -> Slots | None:
    place = reading.slots.get("location", AWAY)
    return None if place in (AWAY, SEVERAL) else {"location": place}


def _case(asked: str, slots: Slots, reading: Reading, bill: Slots) -> Slots | None:
    told = {str(name): reading.slots[name] for name in _CASES if name in reading.slots}
    yes = [name for name, value in told.items() if value == "true"]
    if len(yes) == 1:
        return {"out_of_city_kind": yes[0]}
    if not yes and (_NO.match(reading.text) or len(told) > 1):
        return {"out_of_city_kind": "temporary"}
    return told or None


def _yes_no(asked: str, slots: Slots, reading: Reading, bill: Slots) -> Slots | None:
    if asked in reading.slots:
        return {asked: reading.slots[asked]}
    yes, no = _VALUES[asked]
    if _NO.match(reading.text):
        return {asked: no}
    return {asked: yes} if _YES.match(reading.text) else None


def _money(asked: str, slots: Slots, reading: Reading, bill: Slots) -> Slots | None:
    value = bare_amount(reading.text)
    found = bill.get(asked) or (None if value is None else str(value)) or bill.get("amount")
    if found is None:
        return {"above": bill["above"]} if "above" in bill else None
    if asked != "amount":
        return {asked: found}
    scope = {"scoped": "true", "mixed": "false"} if slots.get("mixed") == "true" else {}
    apart = {"consult_in": "false"} if "consult_fee" in slots else {}
    return {asked: found, **scope, **apart}


def _offered(asked: str, slots: Slots, reading: Reading, bill: Slots) -> Slots | None:
    """Take a bare amount for the deductible that the last reply asked to be told."""
    value, cost = bare_amount(reading.text), slots.get("amount")
    return {"deductible": str(value)} if value is not None and cost and 2 * value <= Decimal(cost) else None


_READERS: dict[str, Reader] = {
    "visit": _visit,
    "hospital_level": _level,
    "location": _location,
    "out_of_city_kind": _case,
    "selected": _yes_no,
    "hukou": _yes_no,
    OFFERED: _offered,
    **{name: _money for name in _MONEY},
}
