"""Numbers: every spelling of a number has its value, and what is no single number has none."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.calculator.numbers import read_number, settle
from tests.test_calc_formulas import rows

SIGNS = "零一二三四五六七八九"
WIDE = str.maketrans("0123456789.,", "０１２３４５６７８９．，")


def spoken(number: int) -> str:
    """Write a whole number below 10^8 as it is spoken: 一万零五十."""
    high, low = divmod(number, 10_000)
    if high:
        return f"{spoken(high)}万{'零' if 0 < low < 1000 else ''}{spoken(low)}"
    written = ""
    for unit, sign in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            written += SIGNS[digit] + sign
        elif written and number and written[-1] != "零":
            written += "零"
    return written


def spellings(number: int) -> list[str]:
    """Return the ways to write a whole number in characters, in digits and in both."""
    formal, digits = spoken(number), str(number)
    said = [formal, formal.replace("二千", "两千").replace("二万", "两万").replace("二百", "两百")]
    said += [formal[1:]] if formal.startswith("一十") else []
    said += [digits, f"{number:,}", digits.translate(WIDE)]
    rest = digits[2:]
    if 1 <= len(rest) <= 3 and set(rest) == {"0"} and "0" not in digits[:2]:
        # 两万三, 三百五, 3千8: the last unit is left out.
        unit = "百千万"[len(rest) - 1]
        said += [f"{digits[0]}{unit}{digits[1]}"]
        said += [f"{SIGNS[int(digits[0])].replace('二', '两')}{unit}{SIGNS[int(digits[1])]}"]
    for sign, scale in (("万", 10_000), ("w", 10_000), ("W", 10_000), ("k", 1000), ("K", 1000), ("千", 1000)):
        if number >= scale and number % (scale // 100) == 0:
            said.append(f"{Decimal(number) / scale:f}{sign}")
    return said


@st.composite
def written(draw: st.DrawFn) -> tuple[int, str]:
    """Draw a number, often a round one, and one of its spellings."""
    round_one = st.builds(lambda head, zeros: head * 10**zeros, st.integers(1, 99), st.integers(0, 6))
    number = draw(st.one_of(st.integers(100, 99_999_999), st.integers(100, 9999), round_one))
    return number, draw(st.sampled_from(spellings(number)))


@settings(max_examples=200, deadline=None)
@given(written())
def test_a_number_in_any_spelling_has_its_value(drawn: tuple[int, str]) -> None:
    assert read_number(settle(drawn[1])) == drawn[0]


# What is written | its value, ? where no single number is meant
VALUES = """
0 | 0
007 | 7
0.5 | 0.5
128.50 | 128.5
12,000 | 12000
1,234,567.89 | 1234567.89
１２０００ | 12000
１２，０００ | 12000
零 | 0
十 | 10
十二 | 12
二十 | 20
廿五 | 25
一百零五 | 105
一百一 | 110
一百一十 | 110
两百五 | 250
三百五 | 350
一千零五 | 1005
一千零五十 | 1050
一千二 | 1200
两千零五 | 2005
两千〇五 | 2005
一万二 | 12000
一万零五 | 10005
一万零五百 | 10500
一万五千六 | 15600
两万三 | 23000
十万零八百 | 100800
一百二十万 | 1200000
一千万 | 10000000
九百九十九万九千九百九十九 | 9999999
两亿三千万 | 230000000
1.5万 | 15000
2.5萬 | 25000
1.25w | 12500
2w | 20000
2W | 20000
1w5 | 15000
5k | 5000
3.5k | 3500
2k5 | 2500
3千8 | 3800
3千零50 | 3050
3百5 | 350
5百 | 500
1万2千 | 12000
1万2千5百 | 12500
1万200 | 10200
1万零200 | 10200
100万 | 1000000
三点五 | 3.5
零点五 | 0.5
一点二五 | 1.25
二点五万 | 25000
二零二四 | 2024
二〇二五 | 2025
两三百 | ?
三五千 | ?
七八十 | ?
一两万 | ?
十五六 | ?
二十三四 | ?
两万三四 | ?
两万四五千 | ?
十十 | ?
二十一百 | ?
一百廿 | 120
"""


@pytest.mark.parametrize(("text", "value"), rows(VALUES))
def test_values(text: str, value: str) -> None:
    assert read_number(settle(text)) == (None if value == "?" else Decimal(value))
