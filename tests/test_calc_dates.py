"""Months, days and years of a sentence on 15 October 2024, and what each month is of."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.calculator.dates import Dates, find_dates
from bot.calculator.mentions import Mention, find_mentions, full_year, year_of
from corpus.text import fold
from tests.test_calc_formulas import rows
from tests.test_calc_numbers import SIGNS, WIDE, spoken
from tests.test_calc_words import TODAY, words

ROLES = {"apply": " apply", "birth": " birth"}


def dates(text: str, today: date = TODAY) -> Dates:
    """Return the dates of a text as it is typed."""
    return find_dates(fold(text), today, words().cues["birth"])


def show(month: Mention) -> str:
    """Return a month as 2024-11-20 birth; ? is a year that nobody said, ! a month or day that there is not."""
    day = f"-{month.day:02}" if month.day else ""
    impossible = "" if month.possible else "!"
    return f"{month.year or '?'}-{month.number:02}{day}{impossible}{ROLES.get(month.role, '')}"


def heard(text: str) -> str:
    return ", ".join(map(show, dates(text).months)) or "-"


# What is said | the months, each with what happens in it where that is said; "or" where both are right
MONTHS = """
下个月去办 | 2024-11 apply
下月办 | 2024-11 apply
下个月底办 | 2024-11 apply
下个月5号去办 | 2024-11-05 apply
下下个月办 | 2024-12 apply
这个月办 | 2024-10 apply
本月参保 | 2024-10 apply
上个月办的 | 2024-09 apply
现在去办 | 2024-10 apply
今天去办参保 | 2024-10-15 apply
明天去办 | 2024-10 apply
后天去办 | 2024-10 apply or -
下周去办 | 2024-10 apply or -
月底去办 | 2024-10 apply or -
两个月后去办 | 2024-12 apply or -
12月才办要交多少 | ?-12 apply
十二月份办 | ?-12 apply
十一月办 | ?-11 apply
十月份才去办 | ?-10 apply
元月办 | ?-01 apply
最迟11月办 | ?-11 apply
11月底去申请 | ?-11 apply
9月20号交 | ?-09-20
9月20办 | ?-09-20 apply
24年11月底办 | 2024-11 apply
24年11月25号才去办 | 2024-11-25 apply
2024年11月办 | 2024-11 apply
２０２５年７月办 | 2025-07 apply
2025年07办 | 2025-07 apply
2025/07办 | 2025-07 apply
2025-07办 | 2025-07 apply
2025.7办 | 2025-07 apply or -
2025-1-8办 | 2025-01-08 apply
12/2024办 | 2024-12 apply or -
202412办 | 2024-12 apply or -
二零二五年三月办 | 2025-03 apply
二〇二五年三月办 | 2025-03 apply
二五年三月办 | 2025-03 apply
Dec办 | ?-12 apply
Dec 2024办 | 2024-12 apply
国庆去办 | ?-10 apply
元旦办 | ?-01 apply
去年12月办的 | 2023-12 apply
今年9月交 | 2024-09
明年3月办 | 2025-03 apply
来年三月办 | 2025-03 apply
后年1月办 | 2026-01 apply
9月办和12月办差多少 | ?-09 apply, ?-12 apply
12月，不对，是1月办 | ?-01 apply
11月办，哦不，12月办 | ?-12 apply
9月没赶上，11月去办 | ?-11 apply
错过了9月，12月去办 | ?-12 apply
邻居12月办的，我1月办 | ?-01 apply
13月办 | ?-13! apply
14月份办 | ?-14! apply
0月办 | ?-00! apply
2025年13月办 | 2025-13! apply
2025-13办 | 2025-13! apply
2月30号办 | ?-02-30! apply
11月32号办 | ?-11-32! apply
4月31号出生 | ?-04-31! birth
2025年2月29号出生 | 2025-02-29! birth
2024年2月29号出生 | 2024-02-29 birth
昨天生的 | 2024-10-14 birth
今天刚出生 | 2024-10-15 birth
今早生的 | 2024-10-15 birth
前天出生的宝宝 | 2024-10-13 birth
上个月生的 | 2024-09 birth
上个月20号出生 | 2024-09-20 birth
去年12月出生的 | 2023-12 birth
预产期明年1月 | 2025-01 birth
国庆生的 | ?-10 birth
国庆那天生的，12月办 | ?-10 birth, ?-12 apply
10.12刚生 | ?-10-12 birth
生日是2024年11月20日 | 2024-11-20 birth
出生日期2024-11-20 | 2024-11-20 birth
2024/11/20出生 | 2024-11-20 birth
宝宝10月8号生的，12月去办 | ?-10-08 birth, ?-12 apply
2024年11月20号出生，25年2月去办医保 | 2024-11-20 birth, 2025-02 apply
24年12月31号晚上生的，25年1月份去交 | 2024-12-31 birth, 2025-01
12月生的，当月就办 | ?-12 birth, ?-12 apply
新生儿9月落地，11月参保 | ?-09 birth, ?-11 apply
今年8月生的宝宝10月办 | 2024-08 birth, ?-10 apply
11月才去办，宝宝9月生的 | ?-11 apply, ?-09 birth
12月生病住院 | ?-12
满6个月了 | -
出生6个月内 | -
住了2个月院 | -
3月龄宝宝 | -
坐月子 | -
每个月交多少 | -
一个月多少钱 | -
月薪8000 | -
正月里 | -
十三月办 | ?-13! apply or -
二十月办 | ?-20! apply or -
"""


@pytest.mark.parametrize(("said", "expected"), [*rows(MONTHS), ("大前天生的", "2024-10-12 birth")])
def test_months(said: str, expected: str) -> None:
    assert heard(said) in expected.split(" or ")


# What is said | the years that stand alone | the school year
YEARS = """
2025年的门诊限额是多少 | 2025 | -
2025门诊限额 | 2025 | -
二零二五年的限额 | 2025 | -
24年度限额 | 2024 | -
今年限额多少 | 2024 | -
去年的标准 | 2023 | -
前年交多少 | 2022 | -
明年交多少 | 2025 | -
去年9月交的 | - | -
2024-2025学年交多少 | - | 2024-2025
２０２４－２０２５学年 | - | 2024-2025
2024—2025学年 | - | 2024-2025
2024～2025学年 | - | 2024-2025
2024/2025学年 | - | 2024-2025
2024至2025学年度 | - | 2024-2025
24-25学年 | - | 2024-2025
24到25这学年 | - | 2024-2025
2024年到2025年这一年 | - | 2024-2025
2025学年 | - | 2025-2026
23-24那学年 | - | 2023-2024
上学年 | - | 2023-2024
上一学年 | - | 2023-2024
下学年 | - | 2025-2026
下个学年 | - | 2025-2026
2024-12-05办 | - | -
12-13岁 | - | -
20到21块钱 | - | -
3年级 | - | -
住了2年 | - | -
24小时 | - | -
10年前 | - | -
"""


@pytest.mark.parametrize(("said", "years", "school_year"), [*rows(YEARS), ("2022-2024学年", "-", "-")])
def test_years_and_school_years(said: str, years: str, school_year: str) -> None:
    found = dates(said)
    assert (" ".join(map(str, found.years)) or "-") == years
    assert ("-".join(map(str, found.school_year)) if found.school_year else "-") == school_year


@pytest.mark.parametrize(("said", "near", "year"), [("24", None, 2024), ("二零二五", None, 2025), (None, "明年", 2025)])
def test_a_year_in_short(said: str | None, near: str | None, year: int) -> None:
    assert year_of(said, near, TODAY) == year
    assert full_year(year % 100) == full_year(year) == year


def writings(day: date) -> dict[str, bool]:
    """Return ways to write a month or a day, and whether the day is in it."""
    year, month = day.year, day.month
    row = "".join(SIGNS[int(sign)] for sign in str(year))
    short = spoken(month).removeprefix("一") if month > 9 else spoken(month)
    return {
        f"{year}年{month}月": False,
        f"{year % 100}年{month}月份": False,
        f"{year}-{month:02}": False,
        f"{year}/{month}": False,
        f"{year}.{month:02}.{day.day:02}": True,
        f"{row}年{short}月": False,
        f"{year}年{month}月底".translate(WIDE): False,
        f"{year}年{month}月{day.day}号": True,
        f"{year % 100}年{month}月{day.day}日": True,
        f"{year}-{month}-{day.day}": True,
        f"{year}/{month:02}/{day.day:02}": True,
        f"{row}年{short}月{spoken(day.day)}号": True,
    }


DAYS = st.dates(date(2021, 1, 1), date(2028, 12, 31))


@settings(max_examples=80, deadline=None)
@given(DAYS, st.data(), st.sampled_from(["{}去办参保要交多少", "孩子{}办理少儿医保", "打算{}才去申请"]))
def test_a_month_in_any_writing(day: date, data: st.DataObject, sentence: str) -> None:
    written, with_day = data.draw(st.sampled_from(list(writings(day).items())))
    (found,) = dates(sentence.format(written)).months
    assert (found.year, found.number, found.day) == (day.year, day.month, day.day if with_day else None)
    assert found.possible and found.role == "apply"


@settings(max_examples=40, deadline=None)
@given(DAYS)
def test_what_is_said_from_today(today: date) -> None:
    next_month = (today.replace(day=1) + timedelta(days=31)).replace(day=1)
    (found,) = dates("下个月去办", today).months
    assert (found.year, found.number) == (next_month.year, next_month.month)
    (found,) = dates("昨天生的", today).months
    assert date(found.year or 0, found.number, found.day or 0) == today - timedelta(days=1)
    assert dates("去年的标准", today).years == (today.year - 1,)
    first = today.year if today.month >= 9 else today.year - 1
    assert dates("下学年交多少", today).school_year == (first + 1, first + 2)


@settings(max_examples=30, deadline=None)
@given(st.integers(2015, 2034), st.sampled_from(["{}-{}学年", "{}至{}学年度", "{}年到{}年这学年", "{}/{}学年"]))
def test_a_school_year_in_any_writing(first: int, writing: str) -> None:
    for years in ((first, first + 1), (first % 100, first % 100 + 1)):
        assert dates(f"{writing.format(*years)}交多少").school_year == (first, first + 1)


TYPED = st.one_of(
    st.text(max_size=60),
    st.text(
        "0123456789零一二三十年月日号份底元去今明后前下上个本学度到至-/.生出办不对错当现在国庆decjan ", max_size=50
    ),
    st.sampled_from(
        ["9" * 500, "12月" * 160, "2024年" * 100, "24到" * 160, "下" * 500, "99999年99月99日", "0000年00月00日"]
    ),
)


@settings(max_examples=60, deadline=None)
@given(TYPED, DAYS)
def test_no_text_breaks_a_reader(text: str, today: date) -> None:
    for said in (text, fold(text)):
        found = find_dates(said, today, words().cues["birth"])
        for month in (*find_mentions(said, today), *found.months):
            assert 0 <= month.start < month.end <= len(said)
            assert not month.possible or 1 <= month.number <= 12
        assert all(0 <= start < end <= len(said) for start, end in found.spans)
        assert found.school_year is None or found.school_year[1] == found.school_year[0] + 1
