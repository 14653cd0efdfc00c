"""Spans: numbers, amounts, months, levels, places and counts in every form, and what only looks like one."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.calculator.finder import Finder
from bot.calculator.loading import load_finder
from bot.calculator.numbers import settle
from bot.calculator.spans import AMOUNT, CHILDREN, LEVEL, MONTH, PLACE, SCHOOL, TIMES, Span
from corpus.entries import corpus_path
from tests.support.claim_rows import rows
from tests.support.spellings import written

TODAY = date(2024, 10, 15)


@cache
def finder() -> Finder:
    return load_finder(corpus_path())


def find(text: str, kind: str, asked: str = "") -> list[Span]:
    return [span for span in finder().find(settle(text), TODAY, asked) if span.kind == kind]


@settings(max_examples=200, deadline=None)
@given(written(), st.sampled_from(["住院花了{}块,能报多少", "一次性交{}元,能报多少", "药费{}元。", "三级医院{}元"]))
def test_an_amount_is_found_whole_in_a_sentence(drawn: tuple[int, str], sentence: str) -> None:
    assert [span.value for span in find(sentence.format(drawn[1]), AMOUNT)] == [drawn[0]]


SENTENCES = ["三级医院住院花了{}，能报多少", "社康看病用了{}报几多", "门诊花费{}自己要出多少"]

# An amount = its value; ~ about, ? an amount that nobody can compute with
AMOUNTS = """
两万三=23000 一万二=12000 1.5万=15000 3千8=3800 2w=20000 5k=5000 12,000元=12000 １２０００=12000 ５百块=500
2.5萬=25000 五百块=500 八百来块=~800 一百零五块六毛=105.60 一百零五块六=105.60 105块6=105.60 105块6毛5=105.65
两千零五=2005 三百五=350 三百五十块=350 一千零二十=1020 1万200=10200 12块5毛3分=12.53 12元5角=12.50
三块六毛二=3.62 一千二百三十四块五毛六分=1234.56 三百五十六元七角八分=356.78 五毛=0.50 8毛钱=0.80 五分钱=0.05
0.01元=0.01 187个半=187.50 五十七个半=57.50 ¥500=500 ￥５００=500 人民币500=500 500RMB=500 500大元=500
一千蚊=1000 12000圆=12000 1，234.56元=1234.56 15,000.00元=15000 2万块钱=20000 十块=10 一块钱=1 3块=3
12345元=12345 1000万=10000000 45=45 128.5=128.50 九十六块三=96.30 0元=0 零元=0 负500=-500 -500元=-500
一万左右=~10000 差不多3000=~3000 大概两千=~2000 约500元=~500 5000上下=~5000 一百来块=~100 两万多=? 一万多块=?
1800多=? 几百块=? 几千=? 上万=? 好几千=? 两三千=? 三五百块=? 七八千=? 三百八十几块=? 一千出头=? 不到一千=?
近2万=? 至少5000=? 万把块=? 百来块=? 壹万贰仟叁佰元整=12300 万二=12000 万八块=18000
2050.80元=2050.80 十块零五分=10.05 一百块零五毛=100.50 两毛五=0.25 九角五分=0.95 三块半=3.50 两三块=? 五六块=?
"""


def amounts(text: str) -> str:
    """Return the amounts of a sentence, ? where one is only hinted at, - where there is none."""
    shown = ["?" if one.value is None else f"{'~' if one.about else ''}{one.value:.2f}" for one in find(text, AMOUNT)]
    return " ".join(shown) or "-"


def two_decimals(value: str) -> str:
    return re.sub(r"[\d.]+", lambda match: f"{Decimal(match[0]):.2f}", value)


@pytest.mark.parametrize("case", AMOUNTS.split())
def test_an_amount_in_a_sentence(case: str) -> None:
    amount, _, value = case.partition("=")
    assert {amounts(sentence.format(amount)) for sentence in SENTENCES} == {two_decimals(value)}


# What people and machines type | the amounts; these are kinds that other projects have stumbled on
TYPED = """
三级医院住院花了三零零零元，能报多少 | 3000
八八八八元 | 8888
二〇〇〇元 | 2000
一〇〇〇〇元 | 10000
2〇〇〇元 | 2000
三级医院住院花了12点5万，能报多少 | 125000
十一点五万 | 115000
一百点五元 | 100.5
花了12点5元 | 12.5
三级医院住院花了.5万，能报多少 | 5000
社康门诊花了.5元 | 0.5
邮编518000，三级住院能报多少 | -
三级住院能报多少，验证码884213 | -
三级住院能报多少，我住3306房 | -
三级住院能报多少，床位号3306 | -
三级住院能报多少，医保号：3306 | -
三级住院能报多少，#3306 | -
体温38.5，三级住院能报多少 | -
三级住院能报多少，http://hsa.example.cn/zwgk/content/post_11520.html | -
三级住院能报多少，http://a.example/s?__biz=MzA3&mid=2650&idx=1 | -
<p style="font-size:16px;color:#333333">三级住院能报多少</p> | -
三级住院能报多少&nbsp;&#160; | -
2024-10-15 09:12:33 参保后什么时候能用 | -
三级住院花了1、2万 | ?
三级住院花了1，2万 | ?
三级住院花了一、二万 | ?
三级住院花了2-3万 | ?
花了2 3000元 | ?
花了2'3000元 | ?
花了 2 万 3 | 23000
1,0000元 | 10000
2，000.00元 | 2000
2'000元 | 2000
1 0000 元 | 10000
药费100，200是检查费 | 100 200
花了5wan | 50000
花了5 wan | 50000
花了百万 | 1000000
花了十来万 | ?
花了小一万 | ?
花了卅万 | 300000
花了半万 | ?
花了俩万 | 20000
花了仨万 | 30000
花了一个亿 | 100000000
花了1e5 | 100000
花了2OOO元 | 2000
花了三四千 | ?
花了万把块 | ?
花了1.2.万 | ?
三次门诊：65、120、48 | 65 120 48
起付线以上8000 | 8000
八千两个一起 | 8000
住院8000三级 | 8000
"""


@pytest.mark.parametrize(("text", "expected"), rows(TYPED))
def test_what_is_typed(text: str, expected: str) -> None:
    assert amounts(text) == two_decimals(expected)


# What is said | the months, each with what happens in it where that is said; "or" where both are right
MONTHS = """
下个月去办 | 2024-11
下月办 | 2024-11
下个月底办 | 2024-11
下个月5号去办 | 2024-11-05
下下个月办 | 2024-12
这个月办 | 2024-10
本月参保 | 2024-10
上个月办的 | 2024-09
现在去办 | 2024-10
今天去办参保 | 2024-10-15
明天去办 | 2024-10
后天去办 | 2024-10 or -
下周去办 | 2024-10 or -
月底去办 | 2024-10 or -
两个月后去办 | 2024-12 or -
12月才办要交多少 | ?-12
十二月份办 | ?-12
十一月办 | ?-11
十月份才去办 | ?-10
元月办 | ?-01
最迟11月办 | ?-11
11月底去申请 | ?-11
9月20号交 | ?-09-20
9月20办 | ?-09-20
24年11月底办 | 2024-11
24年11月25号才去办 | 2024-11-25
2024年11月办 | 2024-11
２０２５年７月办 | 2025-07
2025年07办 | 2025-07
2025/07办 | 2025-07
2025-07办 | 2025-07
2025.7办 | 2025-07 or -
2025-1-8办 | 2025-01-08
12/2024办 | 2024-12 or -
202412办 | 2024-12 or -
二零二五年三月办 | 2025-03
二〇二五年三月办 | 2025-03
二五年三月办 | 2025-03
Dec办 | ?-12
Dec 2024办 | 2024-12
国庆去办 | ?-10
元旦办 | ?-01
去年12月办的 | 2023-12
今年9月交 | 2024-09
明年3月办 | 2025-03
来年三月办 | 2025-03
后年1月办 | 2026-01
9月办和12月办差多少 | ?-09, ?-12
12月，不对，是1月办 | ?-12, ?-01
11月办，哦不，12月办 | ?-11, ?-12
9月没赶上，11月去办 | ?-09, ?-11
错过了9月，12月去办 | ?-09, ?-12
邻居12月办的，我1月办 | ?-12, ?-01
13月办 | ?-13!
14月份办 | ?-14!
0月办 | ?-00!
2025年13月办 | 2025-13!
2025-13办 | 2025-13!
2月30号办 | ?-02-30!
11月32号办 | ?-11-32!
4月31号出生 | ?-04-31!
2025年2月29号出生 | 2025-02-29!
2024年2月29号出生 | 2024-02-29
昨天生的 | 2024-10-14
今天刚出生 | 2024-10-15
今早生的 | 2024-10-15
前天出生的宝宝 | 2024-10-13
上个月生的 | 2024-09
上个月20号出生 | 2024-09-20
去年12月出生的 | 2023-12
预产期明年1月 | 2025-01
国庆生的 | ?-10
国庆那天生的，12月办 | ?-10, ?-12
10.12刚生 | ?-10-12
生日是2024年11月20日 | 2024-11-20
出生日期2024-11-20 | 2024-11-20
2024/11/20出生 | 2024-11-20
宝宝10月8号生的，12月去办 | ?-10-08, ?-12
2024年11月20号出生，25年2月去办医保 | 2024-11-20, 2025-02
24年12月31号晚上生的，25年1月份去交 | 2024-12-31, 2025-01
12月生的，当月就办 | ?-12, 2024-10
新生儿9月落地，11月参保 | ?-09, ?-11
今年8月生的宝宝10月办 | 2024-08, ?-10
11月才去办，宝宝9月生的 | ?-11, ?-09
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
十三月办 | ?-13! or -
二十月办 | ?-20! or -
"""


def shown(month: Span) -> str:
    """Return a month as 2024-11-20; ? is a year that nobody said, ! a month or day that there is not."""
    day = f"-{month.day:02}" if month.day else ""
    return f"{month.year or '?'}-{month.number:02}{day}{'' if month.possible else '!'}"


@pytest.mark.parametrize(("text", "expected"), rows(MONTHS))
def test_months(text: str, expected: str) -> None:
    assert (", ".join(shown(span) for span in find(text, MONTH)) or "-") in expected.split(" or ")


# A sentence | hospital levels | groups of places | children | times | school year
OTHERS = """
在贵阳三级住院 | 3 | 广东省外 | | |
社康看病，L3医院 | 1 3 | | | |
一级护理，三级手术 | | | | |
四级医院 | 4 | | | |
社康的结算医院是三甲 | 3 | | | |
从东莞去香港 | | 广东省内 港澳台 | | |
三个娃，俩孩子 | | | 3 2 | |
双胞胎做了5次雾化住了3天 | | | 2 | 5 3 |
我家老大老二 | | | 2 | |
二孩刚出生 | | | | |
24-25学年 | | | | | 2024-2025
11、12月办 | | | | |
"""


@pytest.mark.parametrize("row", OTHERS.strip().splitlines())
def test_other_spans(row: str) -> None:
    text, *expected = (cell.strip() for cell in row.split("|"))
    kinds = (LEVEL, PLACE, CHILDREN, TIMES, SCHOOL)
    named = [
        " ".join(str(span.value) if span.value is not None else span.name for span in find(text, kind))
        for kind in kinds
    ]
    assert named == expected


def test_a_bare_number_is_a_month_only_where_a_month_was_asked_for() -> None:
    assert [span.number for span in find("12", MONTH, "apply_month")] == [12]
    assert find("12", MONTH) == find("3天", LEVEL, "hospital_level") == []


ANYTHING = st.one_of(
    st.text(max_size=60),
    st.text("0123456789.,零〇一二两三四五六七八九十廿百千万亿点wk负-个天级甲月年号 ", max_size=60),
    st.sampled_from(
        ["9" * 500, "九" * 500, "十" * 500, "万" * 500, "1," * 250, "1.1" * 160, "一万" * 250, "1e999", "<" * 500]
    ),
)


@settings(max_examples=200, deadline=None)
@given(ANYTHING)
def test_no_text_breaks_it_and_spans_stand_in_order_and_apart(text: str) -> None:
    settled = settle(text)
    assert settle(settled) == settled or len(settle(settled)) <= len(settled)
    last = 0
    for span in finder().find(settled, TODAY):
        assert last <= span.start < span.end <= len(settled)
        last = span.end
