"""Numbers: every spelling of a number has its value, and what is no single number has none."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings

from bot.calculator.numbers import read_number, settle
from tests.support.claim_rows import rows
from tests.support.spellings import written


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
万二 | 12000
"""


@pytest.mark.parametrize(("text", "value"), rows(VALUES))
def test_values(text: str, value: str) -> None:
    assert read_number(settle(text)) == (None if value == "?" else Decimal(value))
