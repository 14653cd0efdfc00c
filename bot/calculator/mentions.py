"""Mentions: the months that a sentence names, in every way that people write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bot.calculator.numbers import read_number
from corpus.policy import Month

_SMALL = "零〇一二两三四五六七八九十"
_NEAR = {
    "今年": 0,
    "当年": 0,
    "本年": 0,
    "去年": -1,
    "上一年": -1,
    "前年": -2,
    "明年": 1,
    "来年": 1,
    "下一年": 1,
    "后年": 2,
}
# Of the school year, whichever that is.
_NEXT = "次年|翌年"
YEAR = (
    rf"(?:(?P<year>\d{{4}}|\d{{2}}|二[零〇][{_SMALL}]{{2}}|[零〇一二][{_SMALL}])\s*年"
    rf"|(?P<near>{'|'.join(_NEAR)}|{_NEXT})(?!级))"
)
# 24年11月底, 十二月份, 9月20号, 9月20 (but not 9月20块).
_WORDED = re.compile(
    rf"(?:{YEAR}\s*(?:的|年)?\s*)?(?P<month>\d{{1,2}}|元|(?<![{_SMALL}])[一二两三四五六七八九十]{{1,3}})\s*月"
    rf"(?!\s*(?:子|嫂|经|饼|票|薪|均|龄))(?:份)?(?:的)?\s*"
    rf"(?:(?P<day>\d{{1,2}}|[{_SMALL}]{{1,3}})\s*(?:号|日)|(?P<bare>\d{{1,2}})(?![\d.]|\s*[个元块天月级岁万千百%次种倍]))?"
)
# 2024-12-05, 2025/07, 2025.1.1; a year of two digits only with 年: 24年12.
_WRITTEN = re.compile(
    r"(?<![\d.])(?:(?P<year>20\d{2})(?P<sep>[-/年])|(?P<short>2\d)年)(?P<month>1[0-9]|0?[1-9]|[2-9]\d|00)"
    r"(?:(?P=sep)(?P<day>\d{1,2}))?(?![\d.%月学年]|\s*月)"
)
# 2025.7住院: a year and a month where something was done then.
_POINTED = re.compile(
    r"(?<![\d.])(?P<year>20[12]\d)\.(?P<month>1[0-2]|0?[1-9])(?=\s*(?:月|住|办|生|出|参|入|去|看|交|的))(?!\d)"
)
# 10.12刚生: a day of birth without its year.
_SHORT = re.compile(r"(?<![\d.])(?P<month>1[0-2]|[1-9])[./](?P<day>\d{1,2})(?=\s*(?:刚|才|号)?(?:生|出生|出世|落地))")
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ENGLISH = re.compile(rf"(?<![a-z])(?P<name>{'|'.join(_NAMES)})[a-z]{{0,6}}(?![a-z])\s*(?P<year>20\d{{2}})?")
# Days that stand for their month when no other month is named, or when somebody was born then.
_FESTIVALS = {"元旦": 1, "五一": 5, "六一": 6, "国庆": 10, "双十一": 11, "圣诞": 12}
_FESTIVAL = re.compile(rf"(?P<name>{'|'.join(_FESTIVALS)})(?!.{{0,3}}(?:之前|前|后|过后))")
_BORN_THEN = re.compile(r"(?:节)?(?:那天|当天)?(?:刚)?(?:生|出生|出世)(?!病)")
_SHIFTS = {"下下": 2, "上上": -2, "下": 1, "上": -1}
_RELATIVE = re.compile(
    r"(?:下下个?月|(?<![剩余])下个?月|上上个?月|上个?月|这个?月|本月|这周|本周|呢个月)(?:(?P<day>\d{1,2})\s*(?:号|日))?"
)
_LATER = re.compile(r"(?P<n>\d{1,2}|[一两二三四五六])个(?:多)?月(?:后|以后|之后)")
# 24.10.3: with two digits of the year only as a whole date.
_DOTTED = re.compile(r"(?<![\d.])(?P<year>(?:20)?2\d)[./-](?P<month>1[0-2]|0?[1-9])[./-](?P<day>\d{1,2})(?![\d.])")
_DIGITS = re.compile(r"(?<!\d)(?P<year>20[12]\d)(?P<month>0[1-9]|1[0-2])(?P<day>[0-3]\d)(?!\d)")
_SAME = re.compile(r"当月")
_DIGIT = re.compile(r"\d")
# Today counts only where something is to be done: 今天去办, not 今天看病.
_NOW = re.compile(r"(?P<today>今天|今日)|现在|这会儿|这两天|明天|而家|依家")
_DONE_NOW = re.compile(
    r"(?![^,。;]{0,6}(?:打算|过阵子|以后|再说|想着))[^,。;]{0,20}?(?:办|参保|补|交|缴|买|入|申请|登记)"
)
_AGO = {"今天": 0, "今早": 0, "今日": 0, "昨天": 1, "昨晚": 1, "寻日": 1, "前天": 2, "大前天": 3}
_JUST_BORN = re.compile(
    rf"(?P<word>{'|'.join(sorted(_AGO, key=len, reverse=True))})(?=[^,。;\d月]{{0,6}}(?:生的?|出生|出世|落地)(?!病))"
)
_LED_YEAR = re.compile(rf"(?:(?P<year>20\d{{2}})|(?P<near>{'|'.join(_NEAR)}))[)年]?[^,。;!?\d月]{{0,4}}$")
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_AGE = re.compile(r"(?:满|每)$")


@dataclass(frozen=True)
class Mention:
    """A month as it was said; `year` is None where none was said; `number` may be impossible (13)."""

    year: int | None
    number: int
    day: int | None
    start: int
    end: int
    role: str = ""

    @property
    def month(self) -> Month:
        """The month, where it is possible and its year was said."""
        return Month(self.year or 0, self.number)

    @property
    def possible(self) -> bool:
        """Whether there is such a month and day."""
        if self.year is not None and not _FIRST_YEAR <= self.year <= _LAST_YEAR:
            return False
        try:
            date(self.year or 2024, self.number, self.day or 1)
        except ValueError:
            return False
        return True


def find_mentions(text: str, today: date) -> list[Mention]:
    """Return the months of a folded text, in order; where two readings overlap the first found stands."""
    kept: list[Mention] = []
    for mention in (
        *(_of_digits(text) if _DIGIT.search(text) else ()),
        *(_worded(text, today) if "月" in text else ()),
        *_relative(text, today),
        *_named(text),
    ):
        if not any(mention.start < other.end and other.start < mention.end for other in kept):
            kept.append(mention)
    for match in _FESTIVAL.finditer(text):
        if not kept or _BORN_THEN.match(text, match.end()):
            kept.append(Mention(None, _FESTIVALS[match["name"]], None, *match.span()))
    kept += [_same_month(match, kept) for match in _SAME.finditer(text) if kept]
    return sorted(kept, key=lambda mention: mention.start)


def year_of(said: str | None, near: str | None, today: date) -> int | None:
    """Return the year that is written (24, 2024, 二零二四) or meant (明年)."""
    if near:
        return today.year + _NEAR[near] if near in _NEAR else None
    number = read_number(said) if said else None
    return None if number is None else full_year(int(number))


def full_year(year: int) -> int:
    """Return 24 as 2024."""
    return year + 2000 if year < 100 else year


def _of_digits(text: str) -> Iterator[Mention]:
    yield from _run_together(text)
    yield from _written(text)
    yield from _pointed(text)


def _written(text: str) -> Iterator[Mention]:
    for match in _WRITTEN.finditer(text):
        day = int(match["day"]) if match["day"] else None
        yield Mention(full_year(int(match["year"] or match["short"])), int(match["month"]), day, *match.span())


def _run_together(text: str) -> Iterator[Mention]:
    for match in (*_DIGITS.finditer(text), *_DOTTED.finditer(text)):
        yield Mention(full_year(int(match["year"])), int(match["month"]), int(match["day"]), *match.span())


def _pointed(text: str) -> Iterator[Mention]:
    for match in _POINTED.finditer(text):
        yield Mention(int(match["year"]), int(match["month"]), None, *match.span())


def _worded(text: str, today: date) -> Iterator[Mention]:
    for match in _WORDED.finditer(text):
        if _AGE.search(text[: match.start("month")]):
            continue
        number = 1 if match["month"] == "元" else int(read_number(match["month"]) or 0)
        said = match["day"] or match["bare"]
        year = year_of(match["year"], match["near"], today) or _led_year(text[: match.start()], today)
        yield Mention(year, number, int(read_number(said) or 0) if said else None, *match.span())


def _led_year(before: str, today: date) -> int | None:
    """Return a year that stands a few signs before the month: 后年(2026)9月."""
    match = _LED_YEAR.search(before)
    return year_of(match["year"], match["near"], today) if match else None


def _relative(text: str, today: date) -> Iterator[Mention]:
    for match in _JUST_BORN.finditer(text):
        born = today - timedelta(days=_AGO[match["word"]])
        yield Mention(born.year, born.month, born.day, *match.span(), role="birth")
    for match in _RELATIVE.finditer(text):
        shift = next((months for word, months in _SHIFTS.items() if match[0].startswith(word)), 0)
        month = Month(today.year, today.month).plus(shift)
        yield Mention(month.year, month.number, int(match["day"]) if match["day"] else None, *match.span())
    for match in _LATER.finditer(text):
        month = Month(today.year, today.month).plus(int(read_number(match["n"]) or 0))
        yield Mention(month.year, month.number, None, *match.span())
    for match in _NOW.finditer(text):
        if _DONE_NOW.match(text, match.end()):
            yield Mention(today.year, today.month, today.day if match["today"] else None, *match.span())


def _named(text: str) -> Iterator[Mention]:
    for match in _SHORT.finditer(text):
        yield Mention(None, int(match["month"]), int(match["day"]), *match.span())
    for match in _ENGLISH.finditer(text):
        year = int(match["year"]) if match["year"] else None
        yield Mention(year, _NAMES.index(match["name"]) + 1, None, *match.span())


def _same_month(match: re.Match[str], mentions: list[Mention]) -> Mention:
    """12月生的, 当月就办: the month that was said last."""
    last = max((one for one in mentions if one.end <= match.start()), key=lambda one: one.end, default=mentions[0])
    return Mention(last.year, last.number, None, *match.span())
