"""Spellings: a number in every way that people write it."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

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
