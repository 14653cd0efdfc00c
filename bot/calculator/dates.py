"""Dates: the months, days and years in a sentence, and what each month is of."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from bot.calculator.numbers import read_number
from bot.calculator.vocabulary import Words
from corpus.policy import Month

_N = r"[\d零〇一二两三四五六七八九十]"
_YEAR = rf"(?:(?P<year>\d{{4}}|\d{{2}}|[零〇一二]{{1,2}}[零〇一二三四五六七八九]{{1,2}}|二[零〇][零〇一二三四五六七八九]{{2}})\s*年|(?P<near>今年|去年|前年|明年|后年|上一年|下一年|当年|本年))"
_WORDED = re.compile(
    rf"(?:{_YEAR}\s*(?:的|年)?\s*)?(?P<month>\d{{1,2}}|十[一二]?|[一二两三四五六七八九])\s*月"
    rf"(?!\s*(?:子|嫂|经|饼|票|薪|均|龄))(?:份)?(?:的)?\s*(?:(?P<day>\d{{1,2}}|{_N}{{1,3}})\s*(?:号|日)|(?P<bare>\d{{1,2}})(?![\d.]|\s*[个元块天月级岁万千百%次种倍])|(?P<part>底|初|中|末|尾))?"
)
# 10.12刚生: a day of birth without its year.
_SHORT = re.compile(r"(?<![\d.])(?P<month>1[0-2]|[1-9])[./](?P<day>\d{1,2})(?=\s*(?:刚|才|号)?(?:生|出生|出世|落地))")
_ENGLISH = re.compile(r"(?<![a-z])(?P<name>jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]{0,6}(?![a-z])\s*(?P<year>20\d{2})?")
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# Days that stand for their month when nothing else does.
_FESTIVAL = re.compile(r"(?P<name>元旦|五一|六一|国庆|双十一|圣诞)(?!.{0,3}(?:之前|前|后|过后))")
_FESTIVALS = {"元旦": 1, "五一": 5, "六一": 6, "国庆": 10, "双十一": 11, "圣诞": 12}
_WRITTEN = re.compile(r"(?<![\d.])(?P<year>20\d{2}|2\d)(?P<sep>[-/.年])(?P<month>1[0-2]|0?[1-9]|1[3-9]|[2-9]\d|00)(?:(?P=sep)(?P<day>\d{1,2}))?(?![\d.%])")
_RELATIVE = re.compile(r"(?P<word>下下个?月|(?<![剩余])下个?月|上上个?月|上个?月|这个?月|本月|当月|这周|本周|而家|呢个月|依家|现在|今天|今日|这两天|明天)")
_SHIFT = {"下下": 2, "上上": -2, "下": 1, "上": -1}
_SCHOOL_YEAR = re.compile(r"(?<!\d)(20\d{2}|\d{2})\s*年?\s*(?:-|到|至|~|—|–|/|、)\s*(20\d{2}|\d{2})\s*(?:年|学年|这学年|那学年|的|这一年|年度|那年|$|,|。|\?|这|少|孩|一)")
_BARE_YEAR = re.compile(rf"{_YEAR}(?:度|的|里|内|全年|整年)?|(?P<only>20\d{{2}})(?=的|度|门诊|,|$|\s|报|限|额)")
_NEAR = {"今年": 0, "当年": 0, "本年": 0, "去年": -1, "上一年": -1, "前年": -2, "明年": 1, "下一年": 1, "后年": 2}
_OTHER_YEAR = re.compile(r"(?P<word>上学年|上一学年|上个学年|下学年|下一学年|下个学年|以前|往年|历年|明后年)")


@dataclass(frozen=True)
class Mention:
    """A month as it was said; `year` is None where none was said; `number` may be impossible (13)."""

    year: int | None
    number: int
    day: int | None
    role: str
    start: int
    end: int

    @property
    def possible(self) -> bool:
        """Whether there is such a month and day."""
        return 1 <= self.number <= 12 and (self.day is None or _is_day(self.year, self.number, self.day))


@dataclass(frozen=True)
class Dates:
    """The months of a sentence, the years that stand alone, the school year, and the spans of all of them."""

    months: tuple[Mention, ...]
    years: tuple[int, ...]
    school_year: tuple[int, int] | None
    spans: tuple[tuple[int, int], ...]


def find_dates(text: str, today: date, birth: Words) -> Dates:
    """Return the dates of a folded text."""
    school, spans = _school_year(text, today)
    months = sorted(_months(text, today, spans), key=lambda mention: mention.start)
    kept: list[Mention] = []
    for mention in months:
        if not kept or mention.start >= kept[-1].end:
            year = mention.year
            # 24年10月生的，12月去办: a later month without a year is of the same year, or of the next.
            kept.append(Mention(year, mention.number, mention.day, _role(text, mention, months, birth), mention.start, mention.end))
    kept = _corrected(text, kept)
    spans = [*spans, *((mention.start, mention.end) for mention in kept)]
    years, alone = _years(text, today, spans)
    return Dates(tuple(kept), tuple(years), school, (*spans, *alone))


def to_month(mention: Mention, year: int) -> Month:
    """Return the month of a mention, in `year` unless one was said."""
    return Month(mention.year or year, mention.number)


def _months(text: str, today: date, spans: list[tuple[int, int]]) -> list[Mention]:
    found = []
    for match in _WRITTEN.finditer(text):
        if match["sep"] == "." and not (len(match["year"]) == 4 or re.search(r"[在于是]$|^", text[: match.start()][-1:])):
            continue
        if match["sep"] == "年" and re.match(r"\s*(?:月|-)", text[match.end() :]):
            continue
        if match["sep"] in ".-/" and len(match["year"]) == 2:
            continue
        if any(start <= match.start() < end for start, end in spans):
            continue
        year, month, day = _full(int(match["year"])), int(match["month"]), int(match["day"]) if match["day"] else None
        found.append(Mention(year, month, day, "", match.start(), match.end()))
    for match in _WORDED.finditer(text):
        if any(other.start <= match.start("month") < other.end for other in found) or _is_duration(text, match):
            continue
        number = read_number(match["month"])
        said = match["day"] or match["bare"]
        day = read_number(said) if said else None
        year = _year(match["year"], match["near"], today)
        found.append(Mention(year, int(number or 0), int(day) if day is not None else None, "", match.start(), match.end()))
    for match in _SHORT.finditer(text):
        found.append(Mention(None, int(match["month"]), int(match["day"]), "", match.start(), match.end()))
    for match in _ENGLISH.finditer(text):
        year = int(match["year"]) if match["year"] else None
        found.append(Mention(year, _NAMES.index(match["name"][:3]) + 1, None, "", match.start(), match.end()))
    if not found and (festival := _FESTIVAL.search(text)):
        found.append(Mention(None, _FESTIVALS[festival["name"]], None, "", festival.start(), festival.end()))
    for match in _RELATIVE.finditer(text):
        if match["word"] == "当月" and found:
            # 12月生的, 当月就办: the month that was just said.
            before = found[-1]
            found.append(Mention(before.year, before.number, None, "", match.start(), match.end()))
            continue
        shift = next((n for word, n in _SHIFT.items() if match["word"].startswith(word)), 0)
        if match["word"] in ("现在", "今天", "今日", "这两天", "明天", "而家", "依家") and not re.match(r"[^,。;]{0,12}?(?:办|参保|补|交|缴|买|入|申请)", text[match.end() :]):
            continue
        month = Month(today.year, today.month).plus(shift)
        found.append(Mention(month.year, month.number, None, "", match.start(), match.end()))
    return found


def _corrected(text: str, mentions: list[Mention]) -> list[Mention]:
    """Drop a month that the next one corrects: 12月 不对 是1月."""
    kept: list[Mention] = []
    for mention in mentions:
        if kept and re.search(r"不对|错了|打错|说错|讲错|哦不|应该是|更正|,不,|唉不|啊不", text[kept[-1].end : mention.start]):
            mention = replace(mention, role=kept[-1].role) if mention.role == "other" else mention
            kept.pop()
        kept.append(mention)
    return kept


def _is_duration(text: str, match: re.Match[str]) -> bool:
    # 三个月 has a 个 between and never matches; 满三月 is a baby's age.
    return re.search(r"(?:满|每)$", text[: match.start("month")]) is not None


def _school_year(text: str, today: date) -> tuple[tuple[int, int] | None, list[tuple[int, int]]]:
    for match in _SCHOOL_YEAR.finditer(text):
        first, last = _full(int(match[1])), _full(int(match[2]))
        if last == first + 1:
            return (first, last), [(match.start(), match.end(2))]
    if match := re.search(r"(20\d{2}|\d{2})(?:年)?学年", text):
        first = _full(int(match[1]))
        return (first, first + 1), [match.span()]
    if match := _OTHER_YEAR.search(text):
        shift = 1 if "下" in match[0] or "后" in match[0] else -1
        first = today.year - (today.month < 9) + shift
        return (first, first + 1), [match.span()]
    return None, []


def _years(text: str, today: date, spans: list[tuple[int, int]]) -> tuple[list[int], list[tuple[int, int]]]:
    years, found = [], []
    for match in _BARE_YEAR.finditer(text):
        if any(start < match.end() and match.start() < end for start, end in spans):
            continue
        year = int(match["only"]) if match["only"] else _year(match["year"], match["near"], today)
        if year is not None:
            years.append(year)
            found.append(match.span())
    return years, found


def _year(said: str | None, near: str | None, today: date) -> int | None:
    if near:
        return today.year + _NEAR[near]
    if said is None:
        return None
    number = read_number(said)
    return None if number is None else _full(int(number))


def _full(year: int) -> int:
    return year + 2000 if year < 100 else year


def _role(text: str, mention: Mention, others: list[Mention], birth: Words) -> str:
    """A month is of a birth if a word of birth stands right behind it, or right before it."""
    next_start = min((other.start for other in others if other.start >= mention.end), default=len(text))
    after = re.split(r"[,。;!?]|办|申请|参保|交|缴|补|去", text[mention.end : min(next_start, mention.end + 8)])[0]
    if re.match(r"生(?!育|病|效|活)", after):
        return "birth"
    last_end = max((other.end for other in others if other.end <= mention.start), default=0)
    before = text[max(last_end, mention.start - 8) : mention.start]
    if any(not found.denied and found.start <= 6 for found in birth.find(after)):
        return "birth"
    led = birth.last(before)
    if led and re.fullmatch(r"(?:于|在|日期|时间|日子|是|为|的|日|:|,|\s|那天|年月)*", before[led.end() :]):
        return "birth"
    return "other"


def _is_day(year: int | None, month: int, day: int) -> bool:
    try:
        date(year or 2024, month, day)
    except ValueError:
        return False
    return True
