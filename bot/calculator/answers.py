"""Answers: what a short message means to the calculation that is going on."""

from __future__ import annotations

import re

from bot.calculator.bill import MONEY
from bot.calculator.money import bare_amount
from bot.calculator.numbers import read_number
from bot.calculator.reading import Reading, Slots
from bot.calculator.topics import CAPS, CLAIM
from bot.calculator.vocabulary import Vocabulary
from bot.calculator.wording import OPTIONS

_LONGEST_ANSWER = 30
_LONGEST_FOLLOW_UP = 24
_PICK = re.compile(r"(?:选|我选|就|是)?第?([1-4一二三四])(?:个|项|种|号)?[.。)）]?")
_PLACES = {"一": 1, "二": 2, "三": 3, "四": 4}
_YES = re.compile(
    r"(?:是|对|嗯|系|有|恩|好|yes|ok|没错|当然|办了|绑了|选了|就是)(?:的|啊|呀|啦|咯|了|滴|嘅|呢|吧|,|。|!)*(?:$|[,。])"
)
_NO = re.compile(
    r"(?:不是|没有?|不|否|唔系|冇|无|未|都没有?|都冇|no|没绑|没选|都不是|啥都没|什么都没)(?:的|啊|呀|啦|咯|了|办|嘅|呢|吧|绑|选|有|过|定|,|。|!)*(?:$|[,。])"
)
_ASKS_SOMETHING_ELSE = re.compile(
    r"怎么(?!算|样)|如何|哪里|在哪|去哪|什么时候|为什么|为啥|咋办|啥材料|什么材料|多久|电话|流程|网址|怎样|可不可以|可以.{0,6}吗|能不能|要不要"
)
_TURN = re.compile(
    r"^(?:那|要是|如果|换成|换做|改成|假如|还有|咁|如|若)|呢[?。!]?$|^(?:不对|错了|说错|讲错|噢|哦|啊|不不|搞错|记错|看错|更正|应该)"
)
_CARE = (CLAIM, *CAPS)
# 就两个, 是三个: the number of children, in an answer.
_FEWER = re.compile(r"(?:就|是|共|只有|改成|算)(?P<n>[两三四五六七八九2-9一1])个(?:人|娃|孩子)?[。!吧呢啊]*$")
# Slots that describe the place; a new place makes the old case doubtful.
_CASE = ("out_of_city_kind", "filed", "referral", "emergency", "temporary", "trip")


def answer_slots(asked: str, slots: Slots, reading: Reading, bill: Slots, words: Vocabulary) -> Slots | None:
    """Return what a message answers to the question that was asked, None if it is no answer to it."""
    text = reading.text
    if len(text) > _LONGEST_ANSWER or _ASKS_SOMETHING_ELSE.search(text):
        return None
    if reading.has("unknown"):
        return {"unknown": asked}
    found = _READERS[asked](slots, reading, bill) if asked in _READERS else None
    if found is None and asked in OPTIONS and (match := _PICK.fullmatch(text)):
        place = _PLACES.get(match[1]) or int(match[1])
        if place <= len(OPTIONS[asked]):
            return _option(asked, place)
    if (
        found is None
        and asked in OPTIONS
        and re.match(r"(?:第?[1-4](?![\d.,万千百块元wk月号])|最后一?个|头一个)", text)
        and len(text) <= 8
    ):
        place = (
            len(OPTIONS[asked])
            if text.startswith("最后")
            else 1
            if text.startswith("头")
            else int(re.search(r"\d", text)[0])
        )  # type: ignore[index]
        return _option(asked, place) if place <= len(OPTIONS[asked]) else None
    if found is None and asked == "hospital_level" and reading.impossible:
        return {"bad_level": reading.impossible[0]}
    if found is None:
        return None
    # Whatever else the message says is taken along: 三级, 起付线600.
    return {**reading.slots, **{key: value for key, value in bill.items() if key != asked}, **found}


def is_follow_up(topic: str, slots: Slots, reading: Reading, bill: Slots, new_topic: str) -> bool:
    """Tell whether a message changes or adds to the calculation instead of beginning another."""
    text = reading.text
    if len(text) > _LONGEST_FOLLOW_UP or _ASKS_SOMETHING_ELSE.search(text):
        return False
    if new_topic and (new_topic in _CARE) != (topic in _CARE):
        return False
    if topic in _CARE:
        told = bool(reading.slots.keys() - {"children"}) or bool(bill) or reading.has("self") or bool(reading.levels)
        told = told or (topic in CAPS and reading.has("cap", "remaining"))
        complete = {"visit", "hospital_level"} <= reading.slots.keys() and ("amount" in bill or "above" in bill)
    else:
        told = bool(reading.dates.months) or {"children", "hukou"} & reading.slots.keys() or _FEWER.search(text)
        told = (
            bool(told)
            or reading.has("begin", "finish")
            or (bool(_TURN.search(text)) and reading.has("quantity"))
            or "几个月" in text
        )
        complete = (
            bool(new_topic)
            and reading.has("pay")
            and not _TURN.search(text)
            and not (topic == "subsidy" and "补" in text)
        )
    if not told or (complete and not _TURN.search(text)):
        return False
    costs = {"amount", "above", "consult_fee"}
    if topic in _CARE and costs & slots.keys() and not costs & bill.keys() and "unclear" not in bill:
        return True
    short = len(text) <= 12
    return short or bool(_TURN.search(text)) or not new_topic


def merge(old: Slots, new: Slots) -> Slots:
    """Return the old slots with the new ones over them, and without what the new ones overrule."""
    slots = dict(old)
    if new.get("location") == "away" and old.get("location", "local") != "local":
        new = {name: value for name, value in new.items() if name != "location"}
    for name in ("unclear", "same_month", "many", "siblings"):
        slots.pop(name, None)
    if "months" in slots and "apply_month" in new:
        # Two children with two months, and now another month: whose?
        _drop(slots, ("months", "compare_month"))
        slots["siblings"] = "true"
    if new.get("gap_asked") == "true" and "apply_month" in new and "apply_month" in old:
        new = {**new, "compare_month": new["apply_month"], "apply_month": old["apply_month"]}
    if new.get("location") and new["location"] != old.get("location") and not _still_temporary(old, new):
        _drop(slots, _CASE)
    if any(name in new for name in _CASE):
        _drop(slots, _CASE)
    if new.get("visit") and new["visit"] != old.get("visit"):
        _drop(slots, ("consult_fee", "consult_in", "used_cap", "left_cap", "selected", "deductible", "above"))
        if "above" in old and "amount" not in old:
            new = {**new, "unclear": "amount"} if "amount" not in new else new
    if "above" in slots and "amount" in new and "above" not in new:
        # 说错了，是3万: the amount that was spoken of is the one above the deductible.
        new = {**{key: value for key, value in new.items() if key != "amount"}, "above": new["amount"]}
    if "above" in new:
        _drop(slots, ("amount", "deductible"))
    if "amount" in new and "mixed" not in new:
        _drop(slots, ("mixed",) if new.get("scoped") == "true" else ())
    return {**slots, **new}


def _still_temporary(old: Slots, new: Slots) -> bool:
    """那要是在惠州呢: whoever had no papers there has none here."""
    case = old.get("out_of_city_kind", "")
    papers = case in ("filed", "referral") or "true" in (old.get("filed"), old.get("referral"))
    return new["location"] != "local" and not papers


def fewer(reading: Reading) -> Slots:
    """Return the number of children in a short answer."""
    match = _FEWER.search(reading.text)
    return {"children": str(read_number(match["n"])), "siblings": ""} if match else {}


def _drop(slots: Slots, names: tuple[str, ...]) -> None:
    for name in names:
        slots.pop(name, None)


def _option(asked: str, place: int) -> Slots:
    values = {
        "visit": ("outpatient", "inpatient"),
        "hospital_level": ("1", "2", "3"),
        "location": ("local", "in_province", "out_province"),
        "out_of_city_kind": ("filed", "referral", "emergency", "temporary"),
        "selected": ("true", "false"),
        "hukou": ("shenzhen", "other"),
    }
    return {asked: values[asked][place - 1]}


def _visit(slots: Slots, reading: Reading, bill: Slots) -> Slots | None:
    visit = reading.slots.get("visit")
    return {"visit": visit} if visit in ("outpatient", "inpatient") else None


def _level(slots: Slots, reading: Reading, bill: Slots) -> Slots | None:
    return {"hospital_level": reading.levels[-1]} if reading.levels else None


def _location(slots: Slots, reading: Reading, bill: Slots) -> Slots | None:
    place = reading.slots.get("location")
    return {"location": place} if place and place not in ("away", "several") else None


def _kind(slots: Slots, reading: Reading, bill: Slots) -> Slots | None:
    told = {
        name: reading.slots[name] for name in ("filed", "referral", "emergency", "temporary") if name in reading.slots
    }
    yes = [name for name, value in told.items() if value == "true"]
    if len(yes) == 1:
        return {"out_of_city_kind": yes[0]}
    if not yes and (_NO.match(reading.text) or len(told) > 1):
        return {"out_of_city_kind": "temporary"}
    return told or None


def _yes_no(name: str, yes: str, no: str) -> object:
    def read(slots: Slots, reading: Reading, bill: Slots) -> Slots | None:
        if name in reading.slots:
            return {name: reading.slots[name]}
        if _NO.match(reading.text):
            return {name: no}
        return {name: yes} if _YES.match(reading.text) else None

    return read


def _money(name: str) -> object:
    def read(slots: Slots, reading: Reading, bill: Slots) -> Slots | None:
        value = bare_amount(reading.text)
        found = bill.get(name) or (str(value) if value is not None else None) or bill.get("amount")
        if found is None and bill.get("above"):
            return {"above": bill["above"]}
        if found is None:
            return None
        extra = {"scoped": "true", "mixed": "false"} if name == "amount" and slots.get("mixed") == "true" else {}
        if name == "amount" and "consult_fee" in slots:
            extra["consult_in"] = "false"
        return {name: found, **extra}

    return read


_READERS = {
    "visit": _visit,
    "hospital_level": _level,
    "location": _location,
    "out_of_city_kind": _kind,
    "selected": _yes_no("selected", "true", "false"),
    "hukou": _yes_no("hukou", "shenzhen", "other"),
    **{name: _money(name) for name in (*MONEY, "amount")},
}
