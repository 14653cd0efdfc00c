"""Numbers: the numbers in a Chinese sentence, in digits, in characters and in both."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

import cn2an

DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_SMALL = "零〇一二两三四五六七八九"
_TAIL = rf"(?:零?{DIGITS}|[{_SMALL}廿]+)?"
# "w" and "k" count only right after a digit: 2w, 5k.
# 百二十五, 千五: without 一, as in Cantonese; not 百分之, 百一十二 of 一百一十二.
_SHORT = rf"(?<![{_SMALL}十百千万几好上\d])[百千](?=[一二三四五六七八九](?![共起直次]))"
_NUMBER = re.compile(
    rf"(?:{DIGITS}|[{_SMALL}廿]+(?:点[{_SMALL}]+)?|十[{_SMALL}]*|{_SHORT})(?:[十百千万亿]+{_TAIL}|(?<=\d)[wk](?![a-z])\d*)*"
)
# 八百三级医院 is 八百 and 三级; 八百三天 may be either.
_LEVEL = "级甲乙"
_SCALE_SIGNS = "百千万亿wk"
_COUNTED = "个天次岁月年周人"
# 两三百, 一两千: a range, no number. 一二三 without a unit is a row of digits, as in a year.
_RANGE = re.compile(r"(?<![十百千万零])[一二两三四五六七八九]{2}(?=[十百千万])|[十百千万][一二三四五六七八九]{2}$")
_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
_SCALED = re.compile(rf"({DIGITS})([十百千万亿])")
_POINT = re.compile(rf"([{_SMALL}十百千万]+)点([{_SMALL}]+)([百千万亿]?)")
_ROW = re.compile(rf"[{_SMALL}]{{2,}}")
_ALONE = {"十": Decimal(10), "零": Decimal(0), "〇": Decimal(0)}
_LONGEST = 40


@dataclass(frozen=True)
class Number:
    """A number and where it stands; `value` is None where no single number is meant (两三百)."""

    value: Decimal | None
    text: str
    start: int
    end: int

    @property
    def scaled(self) -> bool:
        """Whether a word such as 万 or 百 stands in it, so that it is hardly a date or a name."""
        return any(sign in self.text for sign in _SCALE_SIGNS)


def find_numbers(text: str) -> Iterator[Number]:
    """Yield the numbers of a folded text, in order."""
    for match in _NUMBER.finditer(text):
        number, end = match[0], match.end()
        following = text[end : end + 1]
        scaled = any(sign in number for sign in _SCALE_SIGNS) and number[-1] not in _SCALE_SIGNS
        if scaled and following and following in _LEVEL:
            number, end = number[:-1], end - 1
        unclear = scaled and number[-2] in _SCALE_SIGNS and following and following in _COUNTED
        yield Number(None if unclear else read_number(number), number, match.start(), end)


@lru_cache(maxsize=1024)
def read_number(text: str) -> Decimal | None:
    """Return the value of a number such as 12,000, 3千8, 两万三 or 2w, None if it is no single number."""
    if text[:1] in ("百", "千"):
        text = f"一{text}"
    text = text.replace(",", "").replace("w", "万").replace("k", "千").replace("〇", "零").replace("廿", "二十")
    if len(text) > _LONGEST or _RANGE.search(text):
        return None
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return Decimal(text)
    if match := _SCALED.fullmatch(text):
        return Decimal(match[1]) * _SCALES[match[2]]
    if match := _POINT.fullmatch(text):
        whole, part = _whole(match[1]), _row(match[2])
        return None if whole is None else Decimal(f"{whole}.{part}") * _SCALES.get(match[3], 1)
    if _ROW.fullmatch(text):
        return Decimal(_row(text))
    return _whole(text)


def _whole(text: str) -> Decimal | None:
    try:
        return Decimal(str(cn2an.cn2an(text, "smart")))
    except (ValueError, TypeError, KeyError, IndexError):
        return None


def _row(text: str) -> str:
    return "".join(str("零一二三四五六七八九".index(sign.replace("两", "二"))) for sign in text)
