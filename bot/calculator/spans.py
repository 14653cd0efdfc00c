"""Spans: the months and years of a sentence as slots of a fee, a benefit or a limit."""

from __future__ import annotations

import re

from bot.calculator.mentions import Mention
from bot.calculator.numbers import read_number
from bot.calculator.reading import Reading, Slots
from corpus.policy import Month, Policy

# Only from the month of application, although the birth month would be possible.
ONLY_APPLY = re.compile(r"不想补|不补前面|不从出生|只从.{0,6}(?:起|开始)")
_EITHER = re.compile(r"月(?:份)?(?:或者?|还是)(?:\d|[一二三四五六七八九十])|月之间")
# 给小的参保, 每个多少: one child's fee, whatever the number of children.
_ONE_OF = re.compile(
    r"(?:(?:[给帮]|,)(?:小的|大的|老[大二三]|小儿子|小女儿)|最小的)(?!都)[^,。;]{0,8}(?:参保|办|交)|每人|每个(?!月)(?:孩子|娃)?|只有一个"
    r"|一个(?:孩子|娃|人)?(?:要|得|交|是)?(?:交)?(?:多少|几)"
)
_ONE = re.compile(r"一个(?!月)")
_ONLY_SOME = re.compile(r"不用管|只问|问的是|不算|只算")
_PAID = re.compile(r"没定|没想好|未定|交过|交了|已经|已收|扣了|收过")
# 大的上学，小的刚出生: only one of them is a newborn.
_ELDER = re.compile(r"一个[^,。;]{0,6}(?:上|读|刚|出生)|大的|老大|大宝|上学|上幼儿园|读书")
# 一个已经交了，另一个12月办.
_ANOTHER = re.compile(
    r"另一个|另外一个|一个[^,。;]{0,4}(?:已经|交了|交过)|其中一个|一个\d{1,2}月[^。]{0,4}一个\d{1,2}月"
)
_ONE_MORE = re.compile(r"(?:再加|再来|再多|多|还有)[一1]个(?!月)")
_PAIR = 2
_STILL = re.compile(r"还要|还得")
_GAP_ONLY = re.compile(r"差多少|差几|相差|差好多")
_FROM_ALL = re.compile(r"不管谁出|筹资|加政府|加财政|全额|连政府|连财政")
_NOW = re.compile(r"现在|如今|目前")
_MONTHLY_WAGE = re.compile(r"月工资|(?:每个?月|一个月)[^,。;]{0,4}工资|(?:折|换)算?成月")
_MONTHS = re.compile(r"(\d{1,2}|[两三四五六七八九十]{1,2})个月")


def fee_slots(topic: str, reading: Reading, policy: Policy, asked: str = "", known: Slots | None = None) -> Slots:
    """Return the slots that months and years fill; `bad_month` is one that there is not.

    `asked` is the month that the bot asked for, `known` holds the slots of the messages before.
    """
    for mention in reading.dates.months:
        if not mention.possible:
            return {"bad_month": f"{mention.number}月" + (f"{mention.day}日" if mention.day else "")}
    if _EITHER.search(reading.text) and not reading.has("difference", "total"):
        # 10月或11月: which?
        return {"midway": "true"}
    if _in_several_months(reading):
        return {"children": "several"}
    births, others = _births_and_others(topic, reading, asked)
    slots = _flags(reading, births, others, policy)
    if births:
        birth, day = _birth_month(births[0], policy, others[:1]), births[0].day
        slots["birth_month"] = f"{birth}-{day:02}" if day else str(birth)
    _put_apply(slots, others, slots.get("birth_month") or (known or {}).get("birth_month", ""), policy)
    _put_years(slots, reading)
    return slots


def _in_several_months(reading: Reading) -> bool:
    """Whether more children than two are spoken of, and more months than one: who joins when, nobody can tell."""
    children = reading.slots.get("children", "")
    months = {mention.number for mention in reading.dates.months if mention.role != "birth"}
    return children.isdigit() and int(children) > _PAIR and len(months) > 1 and not reading.has("difference")


def month_of(mention: Mention, policy: Policy) -> Month:
    """Return the month; without a year it is the one of the school year."""
    if mention.year is not None:
        return Month(mention.year, mention.number)
    return next(month for month in policy.fee.months if month.number == mention.number)


def _births_and_others(topic: str, reading: Reading, asked: str) -> tuple[list[Mention], list[Mention]]:
    births = [mention for mention in reading.dates.months if mention.role == "birth"]
    others = [mention for mention in reading.dates.months if mention.role != "birth"]
    applied = [mention for mention in others if mention.role == "apply"]
    each = "各" in reading.text and reading.slots.get("children") == str(len(others))
    if applied and not each and not reading.has("difference", "sibling"):
        # 3月打过电话，明年2月去办: the month of the application counts.
        others = applied
    if births:
        return births, others
    unnamed = topic == "newborn" and len(others) > 1 and reading.has("from_birth", "newborn")
    if asked == "birth_month" or unnamed:
        # 新生儿11月份的, 12月办: the earlier month can only be the birth.
        return others[:1], others[1:]
    return births, others


def _flags(reading: Reading, births: list[Mention], others: list[Mention], policy: Policy) -> Slots:
    """Return what is told of the months beside which they are."""
    text, siblings, gap = reading.text, reading.has("sibling"), reading.has("difference")
    several = reading.slots.get("children", "1") != "1"
    no_years = bool(births and others) and births[0].year is None and others[0].year is None
    one_each = (gap and len(_ONE.findall(text)) > 1) or (_ONE_OF.search(text) and not reading.has("total"))
    flags = {
        "births": (bool(births) and siblings and several)
        or (several and reading.has("newborn", "baby") and _ELDER.search(text) is not None)
        or len({(one.year, one.number) for one in births}) > 1,
        "summed": reading.has("total") and not _ONLY_SOME.search(text),
        "siblings": _ANOTHER.search(text) is not None
        or (siblings and (len(others) > 1 or _PAID.search(text) is not None)),
        "sibling_named": siblings,
        "one_each": bool(one_each),
        "years_guessed": no_years,
        "gap_only": _GAP_ONLY.search(text) is not None,
        "gap_asked": gap,
        "gap": gap and bool(births),
        "still": _STILL.search(text) is not None or len(others) > 2,
        "only_apply": bool(births) and not gap and ONLY_APPLY.search(text) is not None,
        "midway": reading.has("midway"),
        "one_more": _ONE_MORE.search(text) is not None,
        "one_of": "其中一个" in text,
    }
    slots = {name: "true" for name, value in flags.items() if value}
    if flags["births"]:
        slots["births"] = "several"
    if len(others) > 1:
        slots["months"] = ",".join(str(month_of(other, policy)) for other in others)
    return slots | _of_part(reading, policy)


def _of_part(reading: Reading, policy: Policy) -> Slots:
    """Return whose part of the fee is meant, and of how many months."""
    slots: Slots = {"per_month": "true"} if _MONTHLY_WAGE.search(reading.text) else {}
    if reading.has("subsidy"):
        slots["part"] = "total" if reading.has("own_part") or _FROM_ALL.search(reading.text) else "subsidy"
    elif reading.has("total") and _FROM_ALL.search(reading.text):
        slots["part"] = "total"
    if reading.has("monthly") and (match := _MONTHS.search(reading.text)):
        count = read_number(match[1]) or 0
        if 1 < count <= policy.number("fee.months"):
            slots["month_count"] = str(count)
    return slots


def _birth_month(mention: Mention, policy: Policy, later: list[Mention]) -> Month:
    """Return the month of a birth; without a year it is the last such month before the enrolment."""
    if mention.year is not None or not later:
        return month_of(mention, policy)
    end = month_of(later[0], policy)
    return end.plus(-((end.number - mention.number) % 12))


def _put_apply(slots: Slots, others: list[Mention], birth_month: str, policy: Policy) -> None:
    if not others:
        return
    first = others[0]
    month = month_of(first, policy)
    if first.year is None and birth_month:
        birth = Month.parse(birth_month[:7])
        month = birth.plus((first.number - birth.number) % 12)
    elif first.year is None:
        slots["assumed_year"] = "true"
    slots["apply_month"] = str(month)
    if first.day:
        slots["apply_day"] = str(first.day)
    for other in others[1:]:
        second = month_of(other, policy)
        if other.year is None and first.year is not None:
            # 2025年6月办比9月办少多少: the September before.
            later = month.plus((other.number - month.number) % 12)
            second = later if policy.fee.contains(later) else second
        if second != month:
            slots["compare_month"] = str(second)
    if len(others) > 1 and "compare_month" not in slots:
        slots["same_month"] = "true"


def _put_years(slots: Slots, reading: Reading) -> None:
    if reading.dates.school_year:
        first, last = reading.dates.school_year
        slots["school_year"] = f"{first}-{last}"
    # 去年交了三百多，现在一年多少: what was is only told.
    alone = () if _NOW.search(reading.text) else reading.dates.years
    years = {*alone, *(mention.year for mention in reading.dates.months if mention.year)}
    if years:
        slots["cap_year"] = str(max(years))
    if alone and "school_year" not in slots and "apply_month" not in slots:
        # A bare year is the one in which the school year begins.
        slots["school_year"] = f"{alone[0]}-{alone[0] + 1}"
