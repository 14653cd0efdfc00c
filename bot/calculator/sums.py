"""Sums: a message that is nothing but plain arithmetic, such as 36.36*8 or 三块六毛加五毛."""

from __future__ import annotations

import re
from decimal import Decimal

from bot.calculator.arithmetic import Expression, read_expression
from bot.calculator.numbers import read_number

# Without one of each a message is no sum.
_SIGN = re.compile(r"[-+*/^×÷xX·✕✖➕➖➗−加減减乘除方折扣＋－＊／％%]|的\s*(?:[\d一二三四五六七八九百]|一半)|[²³]")
_NUMERAL = re.compile(r"[\d零〇一二两兩三四五六七八九十百千万萬½¼¾⅓⅔①-⑳]")
_DIGIT = r"[\d零一二三四五六七八九]"
_COINS = re.compile(rf"([\d零一二两三四五六七八九十百千万]+)[块元]({_DIGIT})[毛角](?:({_DIGIT})分?)?")


def read_sum(text: str) -> Expression | None:
    """Return the sum that a message is; most are seen at a glance to be none."""
    return read_expression(_COINS.sub(_coin, text)) if _SIGN.search(text) and _NUMERAL.search(text) else None


def _coin(match: re.Match[str]) -> str:
    """Write 三块六毛二 as 3.62."""
    whole, tenths, hundredths = (read_number(match[group] or "零") for group in (1, 2, 3))
    return match[0] if whole is None else str(whole + (tenths or 0) / Decimal(10) + (hundredths or 0) / Decimal(100))
