"""Numbers: a text as people type it put into one form, and the value of a number in digits or in characters."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from corpus.text import fold

_SMALL = "零一二两三四五六七八九"
_VALUE = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"两": 2}
_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?!\d|,\d)|\d+)(?:\.\d+)*(?:\.(?=[百千万]))?|\.\d+"
# 12点5万, 三零零零, 2万3, 1e5, and 万二 (12000, but 万一 is "in case"); "w" and "k" count only behind a digit.
_LONE = r"(?<![几数亿])万(?=[二两三四五六七八九](?![十百千万级甲乙]))"
NUMBER = re.compile(
    rf"(?:{_DIGITS}|[{_SMALL}十百千]|{_LONE})"
    rf"(?:点(?=[\d{_SMALL}])|(?<=\d)e(?=\d)|(?<=\d)(?:wan|[wk])(?![a-z])"
    rf"|(?<!\d)[{_SMALL}]|[零十百千万亿]|(?<!\d)\d+(?:\.\d+)?)*"
)
_LONGEST = 40
_LARGEST_POWER = 12
_PLAIN = re.compile(r"\d+(?:\.\d+)?|\.\d+")
_POWER = re.compile(r"(\d+(?:\.\d+)?)e(\d{1,2})")
_POINT = re.compile(rf"(.+)点([\d{_SMALL}]+)([十百千万亿]?)")
_PARTS = re.compile(rf"\d+(?:\.\d+)?|\.\d+|[{_SMALL}十百千万亿]")
# 两三百: a few; 五六: five or six. Three digits or a zero make a row, as it is dictated: 三零零零.
_FEW = re.compile(r"(?<![十百千万零])[一二两三四五六七八九]{2}(?=[十百千万])|[十百千万][一二三四五六七八九]{2}$")

# What a page, a link or a letter brings along, and no parent typed: tags, entities, addresses, time stamps.
_PASTED = re.compile(
    r"</?[a-z!][^<>]{0,400}>|&#?\w{2,8};|(?:https?://|www\.)[!-~]+"
    r"|^\s*\d{4}-\d{1,2}-\d{1,2}[ t]\d{1,2}:\d{2}(?::\d{2})?",
    re.I,
)
# 100，200 are two amounts, 2，000.00 is one.
_COMMA = re.compile(r"(?<=\d)[，、](?=\d)(?![0０]{3}(?!\d)|\d{3}\.\d)")
# 600 家里: closing this gap would join what belongs apart; folding drops it, so it becomes a pause.
_PAUSE = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
# 2 万, 1 0000, 2'000, 1,0000: one number, however it is set.
_SET = re.compile(
    r"(?<=\d)\s+(?=[万千百亿]|wan(?![a-z])|0{3,4}(?!\d))|(?<=\d[万千])\s+(?=\d(?![\d.级]))|(?<=\d)'(?=\d{3}(?!\d))|(?<=\d),(?=0{4}(?!\d))"
)
_OH = re.compile(r"(?<=\d)[oOｏＯ]+(?![a-zA-Z])")
_MEASURED = re.compile(rf"(?<=[\d{_SMALL}])个(?=[万亿])")
_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟〇", "一二三四五六七八九十百千零")
_JOINED = (("俩千", "两千"), ("俩万", "两万"), ("俩百", "两百"), ("仨万", "三万"), ("仨千", "三千"), ("仨百", "三百"))
_OLD = (("廿", "二十"), ("卅", "三十"), ("卌", "四十"))


def settle(text: str) -> str:
    """Return a text in the one form that spans are looked for in."""
    text = _OH.sub(lambda match: "0" * len(match[0]), _PASTED.sub(" ", text))
    text = _PAUSE.sub(",", _COMMA.sub("、", text))
    text = fold(text).translate(_FORMAL)
    text = _SET.sub("", _SET.sub("", text))
    for old, new in (*_JOINED, *_OLD):
        text = text.replace(old, new)
    return _MEASURED.sub("", text)


@lru_cache(maxsize=4096)
def read_number(text: str) -> Decimal | None:
    """Return the value of a number such as 12,000, 3千8, 两万三, 三零零零 or 2w; None if it is no single number."""
    text = text.replace(",", "").replace("wan", "万").replace("w", "万").replace("k", "千")
    if not text or len(text) > _LONGEST:
        return None
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    if match := _POWER.fullmatch(text):
        return Decimal(match[1]).scaleb(int(match[2])) if int(match[2]) <= _LARGEST_POWER else None
    if match := _POINT.fullmatch(text):
        whole, part = read_number(match[1]), "".join(str(_VALUE.get(sign, sign)) for sign in match[2])
        if whole is None or whole != int(whole):
            return None
        return Decimal(f"{int(whole)}.{part}") * _SCALES.get(match[3], 1)
    if not any(sign in _SCALES for sign in text):
        return _row(text)
    return None if _FEW.search(text) else _scaled(_PARTS.findall(text), text)


def _row(text: str) -> Decimal | None:
    """Read digits one by one: 三零零零, 2零零0; 五六 means five or six."""
    signs = [str(_VALUE.get(sign, sign)) for sign in text]
    if not "".join(signs).isdecimal():
        return None
    if len(text) == 2 and not text.isdigit() and 0 < int(signs[1]) - int(signs[0]) <= 2 and "零" not in text:
        return None
    return Decimal("".join(signs))


def _scaled(parts: list[str], text: str) -> Decimal | None:
    if "".join(parts) != text:
        return None
    total = section = Decimal(0)
    number: Decimal | None = None
    last, zero = 1, False  # the scale before, and whether 零 came behind it
    for part in parts:
        if part in _SCALES:
            scale = _SCALES[part]
            if scale >= 10_000:
                section = (section + (number or 0)) if section or number is not None else Decimal(1)
                total, section = (
                    (total + section) * scale if total and total < scale else total + section * scale,
                    Decimal(0),
                )
            else:
                if section and scale >= last:
                    return None
                section += (Decimal(1) if number is None else number) * scale
            number, last, zero = None, scale, False
        elif part == "零":
            number, zero = None, True
        elif number is not None:
            return None
        else:
            number = Decimal(_VALUE.get(part, part))
    if number is None:
        return total + section
    # 两万三 is 23000, 两万零三 is 20003.
    short = not zero and last >= 100 and number == int(number) and 1 <= number <= 9
    return total + section + (number * last / 10 if short else number)
