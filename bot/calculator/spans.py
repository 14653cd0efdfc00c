"""Spans: the months and years of a sentence as slots of a fee, a benefit or a limit."""

from __future__ import annotations

import re

from bot.calculator.dates import Mention
from bot.calculator.reading import Reading, Slots
from corpus.policy import Month, Policy


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
    if reading.has("sibling"):
        slots["siblings"] = "true"
    if births and others and births[0].year is None and others[0].year is None:
        slots["years_guessed"] = "true"
    if reading.has("difference") and births:
        slots["gap"] = "true"
    if births and re.search(r"不想补|不补前面|不从出生|只从.{0,6}(?:起|开始)", reading.text) and not reading.has("difference"):
        slots["only_apply"] = "true"
    if reading.has("subsidy"):
        slots["part"] = "subsidy"
    if reading.has("subsidy", "total") and re.search(r"不管谁出|筹资|加政府|加财政|全额|连政府|连财政", reading.text):
        slots["part"] = "total"
    if reading.has("midway"):
        slots["midway"] = "true"
    return slots


def month_of(mention: Mention, policy: Policy) -> Month:
    """Return the month; without a year it is the one of the school year."""
    if mention.year is not None:
        return Month(mention.year, mention.number)
    return next(month for month in policy.fee.months if month.number == mention.number)


def _month(mention: Mention, policy: Policy, later: list[Mention]) -> Month:
    """A birth without a year is the last such month before the enrolment."""
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
    if len({(m.year, m.number) for m in others}) > 2:
        slots["many_months"] = "true"


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
