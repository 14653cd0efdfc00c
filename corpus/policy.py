"""Policy: the numbers of one school year as data, each with the words of the answer that it stands in."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from corpus.errors import BadPolicy
from corpus.files import listed, read_text, whole
from corpus.interval import Interval as Interval
from corpus.interval import Month as Month

UNITS = ("元", "%", "个月")
PERIODS = ("fee", "benefit", "cap")
TABLES = ("years", "periods", "figure", "date", "absent")
# The calculators ask for these by name.
REQUIRED = (
    *("fee.personal", "fee.subsidy", "fee.rate.personal", "fee.rate.subsidy", "fee.rate.total", "fee.months"),
    *("newborn.window", "cap.amount", "cap.rate"),
    *(f"{kind}.{level}" for kind in ("outpatient", "consult", "inpatient") for level in (1, 2, 3)),
    *("away.filed", "away.referral", "away.emergency", "away.in_province", "away.out_province"),
)
_YEARS = re.compile(r"([0-9]{4})-([0-9]{4})")
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True)
class Figure:
    """A number of the law: its value and unit, and where the answers print it."""

    name: str
    value: Decimal
    unit: str
    entry: str
    words: str
    period: str = ""
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Day:
    """A date or month that an answer prints; `period` names the period that it begins or ends."""

    name: str
    entry: str
    words: str
    period: str = ""
    line: int = field(default=0, compare=False)


Printed = Figure | Day


@dataclass(frozen=True)
class Absent:
    """Something that people ask for and the documents do not say; `words` are what people call it."""

    name: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Policy:
    """The numbers of one school year, by name."""

    years: str
    fee: Interval
    benefit: Interval
    cap_year: int
    figures: tuple[Figure, ...]
    absent: tuple[Absent, ...] = ()
    days: tuple[Day, ...] = ()
    path: Path = field(default=Path(), compare=False)

    def figure(self, name: str) -> Figure:
        """Return the figure called `name`."""
        if name not in self._by_name:
            raise BadPolicy(self.path, 0, f"没有叫“{name}”的数字。请添一个 [[figure]]。")
        return self._by_name[name]

    def number(self, name: str) -> Decimal:
        """Return the value of the figure called `name`."""
        return self.figure(name).value

    def ratio(self, name: str) -> Decimal:
        """Return the percentage called `name` as a fraction: 90% is 0.9."""
        figure = self.figure(name)
        if figure.unit != "%":
            raise BadPolicy(self.path, figure.line, f"“{name}”的单位应当是 %，不是 {figure.unit}。")
        return figure.value.scaleb(-2)

    @property
    def printed(self) -> tuple[Printed, ...]:
        """All that an answer prints: the figures, then the dates."""
        return (*self.figures, *self.days)

    @cached_property
    def _by_name(self) -> dict[str, Figure]:
        return {figure.name: figure for figure in self.figures}


def load_policies(path: Path) -> tuple[Policy, ...]:
    """Read every policy file in the folder `path`, newest first; raise the first CorpusError met."""
    return newest_first(parse_policy(read_text(file), file) for file in policy_files(path))


def policy_files(path: Path) -> list[Path]:
    """Return the policy files in the folder `path`; none where there is no such folder."""
    return [file for file in listed(path, ".toml") if isinstance(file, Path)]


def newest_first(policies: Iterator[Policy]) -> tuple[Policy, ...]:
    """Return the policies, the newest school year first."""
    return tuple(sorted(policies, key=lambda policy: policy.years, reverse=True))


def parse_policy(text: str, path: Path) -> Policy:
    """Read the policy of one school year from the text of its file."""
    text = whole(text, path)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadPolicy(path, 0, f"格式不对（{error}）。值要放在英文双引号里，等号用英文的“=”。") from None
    reader = _Reader(text, path)
    years = reader.years(data)
    fee, benefit, cap_year = reader.periods(data, int(years[:4]))
    figures = tuple(reader.figure(item) for item in reader.tables(data, "figure"))
    days = tuple(reader.day(item) for item in reader.tables(data, "date"))
    absent = tuple(reader.absent(item) for item in reader.tables(data, "absent"))
    reader.expect_names(figures, days)
    return Policy(years, fee, benefit, cap_year, figures, absent, days, path)


class _Reader:
    """Takes the parts of a policy out of its parsed file; each mistake is a BadPolicy with its line."""

    def __init__(self, text: str, path: Path) -> None:
        self.lines = text.split("\n")
        self.path = path

    def bad(self, message: str, name: str = "") -> BadPolicy:
        return BadPolicy(self.path, self.line(name), message)

    def line(self, name: str) -> int:
        """Return the line that gives `name`; 0 where none does."""
        given = re.compile(rf"\s*name\s*=\s*([\"']){re.escape(name)}\1")
        return next((n for n, line in enumerate(self.lines, start=1) if name and given.match(line)), 0)

    def years(self, data: dict[str, Any]) -> str:
        for key in data.keys() - set(TABLES):
            raise self.bad(f"“{key}”不认识。可用的有：{'、'.join(TABLES)}。")
        years = data.get("years")
        match = _YEARS.fullmatch(years) if isinstance(years, str) else None
        if match is None or int(match[2]) != int(match[1]) + 1:
            raise self.bad('第一行应当是学年，例如：years = "2024-2025"')
        if self.path.stem != match[0]:
            raise self.bad(f"文件名是 {self.path.name}，里面的学年却是 {years}。两者要一样。")
        return match[0]

    def periods(self, data: dict[str, Any], year: int) -> tuple[Interval, Interval, int]:
        periods = data.get("periods")
        if not isinstance(periods, dict):
            raise self.bad("缺 [periods]。下面写 fee（缴费管的月份）、benefit（待遇管的月份）、cap（限额的年份）。")
        cap = periods.get("cap")
        if not isinstance(cap, str) or cap not in (str(year), str(year + 1)):
            raise self.bad(f'[periods] 里的 cap 应当是这个学年里的年份，例如：cap = "{year}"')
        return self.period(periods, "fee", year), self.period(periods, "benefit", year), int(cap)

    def period(self, periods: dict[str, Any], name: str, year: int) -> Interval:
        try:
            first, last = periods[name]
            period = Interval(Month.parse(first), Month.parse(last))
        except (KeyError, TypeError, ValueError):
            period = None
        if period is None or period.first.year != year:
            example = f'{name} = ["{year}-09", "{year + 1}-08"]'
            raise self.bad(f"[periods] 里的 {name} 应当是这个学年的第一个月和最后一个月，例如：{example}")
        return period

    def tables(self, data: dict[str, Any], kind: str) -> list[dict[str, Any]]:
        tables = data.get(kind, [])
        if not isinstance(tables, list) or not all(isinstance(item, dict) for item in tables):
            raise self.bad(f"每个 {kind} 前面都要有单独一行 [[{kind}]]，两层方括号。")
        return tables

    def figure(self, item: dict[str, Any]) -> Figure:
        name, entry, words, period = self.place(item, "figure", ("value", "unit"))
        value, unit = self.text(item, "value", "figure"), self.text(item, "unit", "figure")
        if unit not in UNITS:
            raise self.bad(f"“{name}”的单位“{unit}”不认识。可用的有：{'、'.join(UNITS)}。", name)
        if not _NUMBER.fullmatch(value):
            raise self.bad(f"“{name}”的值“{value}”不是数。只写数字和小数点，例如 436.32，单位写在 unit。", name)
        if unit == "%" and Decimal(value) > 100:
            raise self.bad(f"“{name}”的值 {value}% 超过了 100%。请照原文核对。", name)
        return Figure(name, Decimal(value), unit, entry, words, period, self.line(name))

    def day(self, item: dict[str, Any]) -> Day:
        name, entry, words, period = self.place(item, "date")
        return Day(name, entry, words, period, self.line(name))

    def absent(self, item: dict[str, Any]) -> Absent:
        name, words = self.text(item, "name", "absent"), item.get("any")
        if not isinstance(words, list) or not words or not all(isinstance(word, str) and word for word in words):
            raise self.bad(f'“{name}”的 any 应当是市民的几种说法，例如：any = ["起付线", "门槛费"]', name)
        return Absent(name, tuple(words))

    def place(self, item: dict[str, Any], kind: str, more: tuple[str, ...] = ()) -> tuple[str, str, str, str]:
        """Return the name of an item, and the entry, words and period that it belongs to."""
        name = self.text(item, "name", kind)
        known = ("name", *more, "entry", "words", "period")
        for key in item.keys() - set(known):
            raise self.bad(f"“{name}”里的“{key}”不认识。可用的有：{'、'.join(known)}。", name)
        period = item.get("period", "")
        if period not in ("", *PERIODS):
            raise self.bad(f"“{name}”的 period“{period}”不认识。可用的有：{'、'.join(PERIODS)}，也可以不写。", name)
        return name, self.text(item, "entry", kind), self.text(item, "words", kind), period

    def text(self, item: dict[str, Any], key: str, kind: str) -> str:
        value, name = item.get(key), item.get("name", "")
        if not isinstance(value, str) or not value.strip():
            which = f"“{name}”" if name else f"有一个 [[{kind}]] "
            raise self.bad(f'{which}缺 {key}。请加一行：{key} = "……"，值放在英文双引号里。', str(name))
        return value

    def expect_names(self, figures: tuple[Figure, ...], days: tuple[Day, ...]) -> None:
        printed: tuple[Printed, ...] = (*figures, *days)
        names = Counter(item.name for item in printed)
        for name, count in names.items():
            if count > 1:
                raise self.bad(f"名字“{name}”用了 {count} 次。请只留一个，或者换一个名字。", name)
        missing = set(REQUIRED) - {figure.name for figure in figures}
        if missing:
            lacking = "、".join(name for name in REQUIRED if name in missing)
            raise self.bad(f"缺这些数字：{lacking}。请照上一学年的文件各添一个 [[figure]]。")
