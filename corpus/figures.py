"""Figures: every amount, percentage and date in the answers, compared both ways with the policy files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from corpus.entry import Entry
from corpus.policy import Day, Figure, Month, Policy, Printed

_MENTION = re.compile(
    r"""
      (?P<years> \d{4} [-—–－～~至] \d{4} \s* (?:学年度?|年度) )
    | (?P<date> \d{4} \s* 年 (?: \s* 度 | \s* \d{1,2} \s* 月 (?: \s* \d{1,2} \s* 日 )? )? )
    | (?P<month> (?: (?:每年|当年|本年|次年) \s* )? \d{1,2} \s* 月 (?: \s* \d{1,2} \s* 日 )? )
    | (?P<number> (?: \d{1,3} (?:,\d{3})+ | \d+ ) (?: [.．] \d+ )? ) [\s*]* (?P<unit> 万?元 | [%％] | 个月 )
    """,
    re.VERBOSE,
)
# How few signs before a number tell a clerk which one is meant.
_BEFORE = 8
_WHOLE = Decimal(100)


@dataclass(frozen=True)
class Mention:
    """A number with its unit, or a date (without value and unit), as it stands in a text."""

    text: str
    start: int
    end: int
    value: Decimal | None = None
    unit: str = ""


@dataclass(frozen=True)
class Discrepancy:
    """A place where answers and policy do not say the same; the message names the way out."""

    path: Path
    line: int
    message: str


def mentions(text: str) -> Iterator[Mention]:
    """Yield every amount, percentage, count of months and date in `text`."""
    for match in _MENTION.finditer(text):
        value = unit = None
        if match["number"]:
            value = Decimal(match["number"].replace(",", "").replace("．", "."))
            unit = match["unit"].replace("％", "%")
            if unit == "万元":
                value, unit = value * 10_000, "元"
        yield Mention(match[0], match.start(), match.end(), value, unit or "")


def discrepancies(entries: tuple[Entry, ...], policies: tuple[Policy, ...]) -> Iterator[Discrepancy]:
    """Yield what stands in an answer and in no policy file, and the other way round."""
    by_id = {entry.id: entry for entry in entries}
    for policy in policies:
        for item in policy.printed:
            message = _unfounded(item, by_id.get(item.entry), policy)
            if message:
                yield Discrepancy(policy.path, item.line, f"“{item.name}”：{message}")
        for entry in entries:
            if entry.active and entry.years == policy.years:
                yield from _unheld(entry, policy)


def _unheld(entry: Entry, policy: Policy) -> Iterator[Discrepancy]:
    """Find the numbers and dates of an answer that the policy does not hold at this place."""
    for kind, text in (("答案", entry.answer), ("短答案", entry.short_answer)):
        held = [span for item in policy.printed for span in _spans(item, entry, text)]
        for mention in mentions(text):
            if (mention.start, mention.end) not in held:
                around = text[max(0, mention.start - _BEFORE) : mention.end].split("\n")[-1]
                file = f"{policy.path.parent.name}/{policy.path.name}"
                message = f"{kind}里的“{mention.text}”（“…{around}”）在 {file} 里没有。"
                way_out = "请照官方原文核对；答案没有错，就在那个文件里改好或者添上这个数字。"
                yield Discrepancy(entry.path, 0, message + way_out)


def _spans(item: Printed, entry: Entry, text: str) -> Iterator[tuple[int, int]]:
    """Yield where in `text` the number or date of `item` stands."""
    if item.entry == entry.id:
        for found in re.finditer(re.escape(item.words), text):
            for mention in mentions(item.words):
                if _states(mention, item):
                    yield found.start() + mention.start, found.start() + mention.end


def _states(mention: Mention, item: Printed) -> bool:
    if isinstance(item, Figure):
        return (mention.value, mention.unit) == (item.value, item.unit)
    return mention.value is None


def _unfounded(item: Printed, entry: Entry | None, policy: Policy) -> str:
    """Return why the answer does not bear `item` out, or nothing where it does."""
    if entry is None:
        return f"没有编号是 {item.entry} 的问答。请把 entry 改成写着这个数字的那一条。"
    if entry.years > policy.years:
        # The entry has gone on to a newer year; the old numbers are kept for those who ask of them.
        return ""
    if entry.years != policy.years:
        years = f"年度是 {entry.years}" if entry.years else "没有写年度"
        return f"问答 {entry.id} {years}，这个文件是 {policy.years} 学年的。请照新文件改好那条问答和它的年度。"
    if item.words not in entry.answer:
        return f"{entry.id} 的答案里没有“{item.words}”这句话。请把 words 改成答案的原话，一字不差。"
    return _wrong_value(item) if isinstance(item, Figure) else _wrong_day(item, policy)


def _wrong_value(figure: Figure) -> str:
    found = list(mentions(figure.words))
    # A local ratio that is simply carried out needs no number: it is all of it.
    if not found and (figure.value, figure.unit) == (_WHOLE, "%"):
        return ""
    alike = [mention for mention in found if mention.unit == figure.unit]
    if len(alike) > 1:
        return f"“{figure.words}”里有 {len(alike)} 个带“{figure.unit}”的数。请把 words 抄短些，只留要的那一个。"
    if not alike or not _states(alike[0], figure):
        return f"值是 {figure.value}{figure.unit}，“{figure.words}”里却不是这个数。请照官方原文改对其中一处。"
    return ""


def _wrong_day(day: Day, policy: Policy) -> str:
    found = [mention.text for mention in mentions(day.words) if mention.value is None]
    if len(found) != 1:
        return f"“{day.words}”里应当正好有一个日期，例如“当年9月”。请改 words。"
    if not _fits(found[0], day.period, policy):
        where = f" [periods] 里的 {day.period} " if day.period else f"学年 {policy.years} "
        return f"“{found[0]}”和{where}对不上。请照官方原文改对其中一处。"
    return ""


def _fits(text: str, period: str, policy: Policy) -> bool:
    """Return whether a date begins or ends the period that it is said to."""
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    if "学年" in text or (len(numbers) == 2 and numbers[1] > 12):
        return numbers == [int(year) for year in policy.years.split("-")]
    if period == "cap":
        return numbers[0] == policy.cap_year
    if not period:
        return True
    span = policy.fee if period == "fee" else policy.benefit
    return any(_is(month, text, numbers, policy) for month in (span.first, span.last))


def _is(month: Month, text: str, numbers: list[int], policy: Policy) -> bool:
    year, first = month.year, int(policy.years[:4])
    if "次年" in text:
        year = first + 1
    elif "当年" in text or "本年" in text:
        year = first
    elif re.match(r"\d{4}", text):
        year, *numbers = numbers
    return [month.year, month.number] == [year, *numbers[:1]]
