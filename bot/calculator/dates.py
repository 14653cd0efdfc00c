"""Dates: the months and years of a sentence, and what each month is of."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from bot.calculator.mentions import YEAR, Mention, find_mentions, full_year, year_of
from bot.calculator.vocabulary import Words

Span = tuple[int, int]

_SCHOOL_YEAR = re.compile(
    r"(?<!\d)(?P<first>20\d{2}|\d{2})\s*年?\s*(?:-|到|至|~|—|–|/|、)\s*(?P<last>20\d{2}|\d{2})\s*"
    r"(?:年|学年|这学年|那学年|那一|这一|的|这一年|年度|那年|$|,|。|\?|这|少|孩|一)"
)
_FIRST_YEAR = re.compile(r"(?<![-到至~—\d])(?P<first>20\d{2}|\d{2})(?:年)?学年")
# 以前没买过 is of the child, 以前要交多少 of the fee.
_OTHER_YEAR = re.compile(
    r"(?P<last>上一?个?学年|以前(?:每年|一年|都)?(?:是|要|交|缴)(?![了过的])[^,。;]{0,4}(?:多少|几)|往年|历年)|下一?个?学年|明后年"
)
_BARE_YEAR = re.compile(
    rf"{YEAR}(?!前)(?:度|的|里|内|全年|整年)?|(?<!\d)(?P<only>20[123]\d)(?=度|的?(?:门诊|限额|额度))"
)
_FIRST_MONTH = 9

_DOING = "办|申请|参保|登记|去窗口|到窗口|递|入保|补办|插班"
_CORRECTED = re.compile(r"不对|错了|打错|说错|讲错|哦不|应该是|更正|,不,|唉不|啊不")
_JOINED = re.compile(r"(?:于|在|日期|时间|日子|是|为|的|日|:|那天|年月)*")
_CLAUSE = re.compile(rf"[,。;!?]|{_DOING}|交|缴|补|去(?!年)")
_BORN = re.compile(r"(?:份)?(?:的)?宝宝|(?:那天|当天|当日|刚|才|夜里|晚上|早上|凌晨)*生(?!育|病|效|活)")
_MISSED_AFTER = re.compile(r"(?:份|那次|那趟|统一)?[^,。;]{0,4}(?:没赶上|错过|没交|没办|漏|忘|冇)")
_MISSED_BEFORE = re.compile(r"(?:错过|没赶上|漏)[^,。;]{0,6}$")
_DONE_THEN = re.compile(rf"[^,。;!?没未]{{0,8}}?(?:{_DOING})(?!过|不了)")
_OTHERS = re.compile(r"(?:邻居|同事|朋友|人家|同学|闺蜜|隔壁|别人|亲戚)[^,。;]{0,4}$")


@dataclass(frozen=True)
class Dates:
    """The months of a sentence, the years that stand alone, the school year, and the spans of all of them."""

    months: tuple[Mention, ...]
    years: tuple[int, ...]
    school_year: tuple[int, int] | None
    spans: tuple[Span, ...]


def find_dates(text: str, today: date, birth: Words) -> Dates:
    """Return the dates of a folded text."""
    school_year, spans = _school_year(text, today)
    said = [one for one in find_mentions(text, today) if not _inside(one.start, one.end, spans)]
    months = [one if one.role else replace(one, role=_role(text, one, said, birth)) for one in said]
    spans += [(month.start, month.end) for month in months]
    years, alone = _years(text, today, spans)
    ours = [month for month in _corrected(text, months) if month.role != "theirs"]
    return Dates(tuple(ours), tuple(years), school_year, (*spans, *alone))


def _inside(start: int, end: int, spans: list[Span]) -> bool:
    return any(first < end and start < last for first, last in spans)


def _school_year(text: str, today: date) -> tuple[tuple[int, int] | None, list[Span]]:
    for match in _SCHOOL_YEAR.finditer(text):
        first, last = full_year(int(match["first"])), full_year(int(match["last"]))
        if last == first + 1:
            return (first, last), [(match.start(), match.end("last"))]
    if match_first := _FIRST_YEAR.search(text):
        first = full_year(int(match_first["first"]))
        return (first, first + 1), [match_first.span()]
    if other := _OTHER_YEAR.search(text):
        first = today.year - (today.month < _FIRST_MONTH) + (-1 if other["last"] else 1)
        return (first, first + 1), [other.span()]
    return None, []


def _years(text: str, today: date, spans: list[Span]) -> tuple[list[int], list[Span]]:
    years, found = [], []
    for match in _BARE_YEAR.finditer(text):
        if _inside(*match.span(), spans):
            continue
        year = int(match["only"]) if match["only"] else year_of(match["year"], match["near"], today)
        if year is not None:
            years.append(year)
            found.append(match.span())
    return years, found


def _corrected(text: str, months: list[Mention]) -> list[Mention]:
    """Drop a month that the next one corrects: 12月 不对 是1月."""
    kept: list[Mention] = []
    for month in months:
        if kept and _CORRECTED.search(text, kept[-1].end, month.start):
            month = replace(month, role=kept[-1].role) if month.role == "other" else month
            kept.pop()
        kept.append(month)
    return kept


def _role(text: str, month: Mention, months: list[Mention], birth: Words) -> str:
    """Tell what happens in a month: birth, apply, other, or theirs where it is not the user's own."""
    next_start = min((other.start for other in months if other.start >= month.end), default=len(text))
    last_end = max((other.end for other in months if other.end <= month.start), default=0)
    after = _CLAUSE.split(text[month.end : min(next_start, month.end + 14)])[0]
    before = text[max(last_end, month.start - 8) : month.start]
    if _BORN.match(after) or any(not found.denied for found in birth.find(after)) or _led(before, month, birth):
        return "birth"
    if _MISSED_AFTER.match(text, month.end) or _MISSED_BEFORE.search(text[: month.start]):
        return "theirs"
    if _DONE_THEN.match(text[month.end : next_start]) or before.endswith("拖到"):
        # 邻居12月办的: not our month.
        return "theirs" if _OTHERS.search(before) else "apply"
    return "other"


def _led(before: str, month: Mention, birth: Words) -> bool:
    """Whether a word of birth stands right before a month: 生日是2024年11月20日."""
    led = birth.last(before)
    if led is None:
        return False
    joined = before[led.end() :]
    sure = joined or month.year or led[0] in ("预产期", "生于")
    return bool(sure) and _JOINED.fullmatch(joined) is not None
