"""Spans: the months and years of a sentence as slots of a fee, a benefit or a limit."""

from __future__ import annotations

import re

from bot.calculator.mentions import Mention
from bot.calculator.numbers import read_number
from bot.calculator.reading import Reading, Slots
from corpus.policy import Month, Policy

_EITHER = re.compile(r"月(?:份)?(?:或者?|还是)(?:\d|[一二三四五六七八九十])|月之间")
# 给小的参保, 每个多少: one child's fee, whatever the number of children.
_ONE_OF = re.compile(
    r"[给帮](?:小的|最小的|大的|老[大二三]|小儿子|小女儿)[^,。;]{0,6}(?:参保|办|交)"
    r"|(?:每个|每人|一个)(?:孩子|娃|人)?(?:要|得|交|是)?(?:交)?(?:多少|几)"
)


def fee_slots(topic: str, reading: Reading, policy: Policy, asked: str = "", known: Slots | None = None) -> Slots:
    """Return the slots that months and years fill; `bad_month` is one that there is not.

    `asked` is the month that the bot asked for, `known` holds the slots of the messages before.
    """
    slots: Slots = {}
    for mention in reading.dates.months:
        if not mention.possible:
            slots["bad_month"] = f"{mention.number}月" + (f"{mention.day}日" if mention.day else "")
    if "bad_month" in slots:
        return slots
    births = [mention for mention in reading.dates.months if mention.role == "birth"]
    others = [mention for mention in reading.dates.months if mention.role != "birth"]
    if _EITHER.search(reading.text) and not reading.has("difference", "total"):
        # 10月或11月: which?
        return {**slots, "midway": "true"}
    applied = [mention for mention in others if mention.role == "apply"]
    if len(others) > len(applied) > 0 and not reading.has("difference", "sibling"):
        # 3月打过电话，明年2月去办: the month of the application counts.
        others = applied
    if births and reading.has("sibling") and reading.slots.get("children", "1") != "1":
        slots["births"] = "several"
    if len({(mention.year, mention.number) for mention in births}) > 1:
        slots["births"] = "several"
    if topic == "newborn" and not births and others and reading.has("from_birth", "newborn"):
        # 新生儿11月份的, 12月办: the earlier month can only be the birth.
        births, others = (others[:1], others[1:]) if len(others) > 1 else (births, others)
    if asked == "birth_month" and not births:
        births, others = others[:1], others[1:]
    if births:
        birth = _month(births[0], policy, others[:1])
        day = births[0].day
        slots["birth_month"] = f"{birth}-{day:02}" if day else str(birth)
    _put_apply(slots, others, (slots.get("birth_month") or (known or {}).get("birth_month", "")), policy)
    _put_years(slots, reading, policy)
    if len(others) > 1:
        slots["months"] = ",".join(str(month_of(other, policy)) for other in others)
    if reading.has("total") and not re.search(r"不用管|只问|问的是|不算|只算", reading.text):
        slots["summed"] = "true"
    if (reading.has("sibling") and re.search(r"没定|没想好|未定|交过|交了|已经|已收|扣了|收过", reading.text)) or (
        reading.has("sibling") and len(others) > 1
    ):
        slots["siblings"] = "true"
    if births and others and births[0].year is None and others[0].year is None:
        slots["years_guessed"] = "true"
    if len(re.findall(r"一个(?!月)", reading.text)) > 1 and reading.has("difference"):
        slots["one_each"] = "true"
    if re.search(r"差多少|差几|相差|差好多", reading.text):
        slots["gap_only"] = "true"
    if re.search(r"还要|还得", reading.text) or slots.get("months", "").count(",") > 1:
        slots["still"] = "true"
    if reading.has("difference"):
        slots["gap_asked"] = "true"
    if reading.has("difference") and births:
        slots["gap"] = "true"
    if (
        births
        and re.search(r"不想补|不补前面|不从出生|只从.{0,6}(?:起|开始)", reading.text)
        and not reading.has("difference")
    ):
        slots["only_apply"] = "true"
    if reading.has("sibling"):
        slots["sibling_named"] = "true"
    if _ONE_OF.search(reading.text) and not reading.has("total"):
        slots["one_each"] = "true"
    if reading.has("subsidy"):
        slots["part"] = "subsidy"
    if reading.has("subsidy") and reading.has("own_part"):
        slots["part"] = "total"
    if reading.has("subsidy", "total") and re.search(r"不管谁出|筹资|加政府|加财政|全额|连政府|连财政", reading.text):
        slots["part"] = "total"
    if reading.has("monthly") and (match := re.search(r"(\d{1,2}|[两三四五六七八九十]{1,2})个月", reading.text)):
        count = read_number(match[1])
        if count is not None and 1 < count <= policy.number("fee.months"):
            slots["month_count"] = str(count)
    if reading.has("midway"):
        slots["midway"] = "true"
    return slots


def month_of(mention: Mention, policy: Policy) -> Month:
    """Return the month; without a year it is the one of the school year."""
    if mention.year is not None:
        return Month(mention.year, mention.number)
    return next(month for month in policy.fee.months if month.number == mention.number)


def _month(mention: Mention, policy: Policy, later: list[Mention]) -> Month:
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
            second = month.plus((other.number - month.number) % 12)
        if str(second) != slots["apply_month"]:
            slots["compare_month"] = str(second)
    if len(others) > 1 and "compare_month" not in slots:
        slots["same_month"] = "true"


def _put_years(slots: Slots, reading: Reading, policy: Policy) -> None:
    if reading.dates.school_year:
        first, last = reading.dates.school_year
        slots["school_year"] = f"{first}-{last}"
    years = {*reading.dates.years, *(mention.year for mention in reading.dates.months if mention.year)}
    if years:
        slots["cap_year"] = str(max(years))
    alone = reading.dates.years
    if alone and "school_year" not in slots and "apply_month" not in slots:
        # A bare year is the one in which the school year begins.
        slots["school_year"] = f"{alone[0]}-{alone[0] + 1}"
