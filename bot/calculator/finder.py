"""Finder: all spans of a sentence; what is not surely something else is an amount, and what it is of is learned."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property

from bot.calculator.numbers import NUMBER, read_number
from bot.calculator.spans import (
    AMOUNT,
    BARE_MONTH,
    LEVEL,
    MONTH,
    NOWHERE,
    OTHER,
    PLACE,
    Span,
    counts,
    levels_in,
    months_in,
    percents,
    school_years,
    years_in,
)  # fmt: skip

_S = "零一二两三四五六七八九十"
# What follows or leads a number that is no amount.
_OTHER_AFTER = re.compile(
    r"\s*(?:号|日|岁|周岁|级|甲|乙|个(?!人)|家(?!庭|里|长)|楼|床|点|分(?:钟|诊)|小时|钟|周(?!转)|胎|口|折|条|项|种|方式|倍|位|公里|房|届"
    r"|层|班|型|度|℃|斤|公斤|cm|粒|片|盒|瓶|支|针|毫升|ml|mg|路|栋|室|单元|学年|年|月|晚|样|下(?!来|半|个|次|午)|直|些|般|百分|院"
    r"|门(?!槛|诊)|边|宝|姐|哥|弟|妹|礼拜|星期|代|档|期|段|线|旦|切|时|c|:\d|共|米|克|多?公分)"
)
_NAMED_BEFORE = re.compile(
    r"(?:[号码编证案温]\s*(?:是|为)?\s*[:#]?|#|电话|手机|热线|邮编|拨|打|微信|qq|百分之|\d度|\d:)\s*$"
)
_ORDER_BEFORE = re.compile(r"(?:第|初|星期|周|礼拜|[今去明]年)\s*$")
_COUNTABLE = 100
_JOINED_BEFORE = re.compile(r"[大小老幼统唯同之万]$")
_HOTLINES = ("12345", "12333", "12366")
_SMALLEST, _PERSONAL, _LONGEST = 5, 7, 18
_UNIT = re.compile(
    r"\s*(?P<how>来|左右|上下|多|余|几|出头|挂零|往上|不到|以内|有余|有零|把|\+(?![^,。;\d]{0,6}\d))?\s*"
    r"(?P<unit>块钱|元|块(?!儿)|圆|蚊|文|rmb|人民币|yuan|大洋|毛钱|毛|毫子?|角|分钱|刀|美元|美金|港币|港元|欧元|日元)?"
    r"(?P<later>来|左右|上下|多|出头|以上(?!的?部分|费用|的?费)|以内|以下)?"
)
_ABOUT, _AND_MORE = ("左右", "上下", "来"), {"多", "余"}
_FOREIGN = ("刀", "美元", "美金", "港币", "港元", "欧元", "日元")
_VAGUE_BEFORE = re.compile(
    r"(?:不到|将近|(?<!最)近|超过|(?<![正最只友])好|(?<![以线之往至身赶加])上|几|数|(?<![大中])小|不止|至少|起码|快|不足|低于|少于|高于|多于|差点|接近|(?<![一上下大])半)$"
)
_ABOUT_BEFORE = re.compile(r"(?:大概|大约|约|差不多|估计)[是有花了]{0,2}$")
_VAGUE_ALONE = re.compile(
    r"(?:好?几|数|上|小|大几|半个?)[十百千万亿]+|[十百千万](?:把|来)[百千万]?|[十百千]?多[百千万]"
)
# The 6 of 105块6, 三毛二, 零五分, and 半.
_CHANGE = re.compile(
    rf"(?P<tenth>[\d一二三四五六七八九])(?:(?:毛|角|毫)子?(?:(?P<cent>[\d{_S}])分?)?|(?![级甲乙个岁月天号次年周%成折点人家十百千万亿\d.]))|零(?P<only>[\d{_S}])(?P<part>[毛角])?分?|(?P<half>半)(?![年月天个岁日夜小])"
)
_CENT = re.compile(r"([\d一二三四五六七八九])(?:分|(?![级甲乙个岁月天号次年\d.]))")
_HALF = re.compile(r"个半(?!小时|钟|月|天|年|学)(?P<scale>[w万千k])?|(?<=[万千百])半(?![年月天个岁日夜小])")
_RANGE = re.compile(r"\s*(?:-|~|～|—|到|至|、|'|\s)\s*")
# 七八百: the two ends have one scale.
_SCALES = "十百千万wk"
_TWO = re.compile(r"([一两二三四五六七八九])([两二三四五六七八九])([十百千万])")
# 晚上11点50 is a time of the day.
_CLOCK = re.compile(r"(?:[上下中]午|[早晚]上?|凌晨|夜里?)$")
_MINUS = re.compile(r"(?:负|(?<![\d年月.级])-)\s*$")
# 一、二万 and 1-2万: the first of two guesses.
_FIRST_OF_TWO = re.compile(r"(?<![\d.])([\d一二两三四五六七八九])\s*(?:-|~|～|—|到|至|、|'|\s)\s*$")
# 八千两个一起 is 八千 and 两个.
_COUNTED = re.compile(r"[百千万][一二三四五六七八九]?[一两二三四五六七八九][个次天张笔人家趟晚]$")
_CUE = re.compile(r"[花费用钱付缴交收报共额线:=是了过掉出总价单剩计外]\s*$")


class Finder:
    """Finds the spans of settled texts."""

    def __init__(self, levels: Mapping[str, Iterable[str]], places: Mapping[str, Iterable[str]]) -> None:
        """Take the words for each hospital level and the names of each group of places."""
        self._names = {word: (LEVEL, level) for level, words in levels.items() for word in words}
        self._names |= {word: (PLACE, group) for group, words in places.items() for word in words}

    @cached_property
    def _heads(self) -> dict[str, list[str]]:
        """The words by their first two signs, longest first."""
        heads: dict[str, list[str]] = {}
        for word in sorted(self._names, key=len, reverse=True):
            heads.setdefault(word[:2], []).append(word)
        return heads

    def find(self, text: str, today: date, asked: str = "") -> list[Span]:
        """Return the spans of a settled text in order; where two readings overlap, the surer form stands."""
        if asked in ("apply_month", "birth_month") and (bare := BARE_MONTH.fullmatch(text)):
            return [Span(MONTH, *bare.span(1), value=read_number(bare[1]))]
        found: list[Span] = []
        taken = bytearray(len(text))
        for span in self._candidates(text, today):
            if not any(taken[span.start : span.end]):
                taken[span.start : span.end] = b"\1" * (span.end - span.start)
                found.append(span)
        amounts = [span for span in _amounts_of(text, taken) if not any(taken[span.start : span.end])]
        return sorted((span for span in [*found, *amounts] if span.name != NOWHERE), key=lambda span: span.start)

    def _candidates(self, text: str, today: date) -> Iterator[Span]:
        yield from school_years(text, today)
        yield from months_in(text, today)
        yield from percents(text)
        yield from levels_in(text)
        yield from self._named(text)
        yield from counts(text)
        yield from years_in(text, today)

    def _named(self, text: str) -> Iterator[Span]:
        start = 0
        while start < len(text) - 1:
            words = self._heads.get(text[start : start + 2], ())
            word = next((word for word in words if text.startswith(word, start)), "")
            if word:
                kind, name = self._names[word]
                yield Span(kind, start, start + len(word), name=name)
            start += len(word) or 1


def _amounts_of(text: str, taken: bytearray) -> list[Span]:
    """Return what is not surely something else as amounts, and the numbers that are something else."""
    found: list[Span] = []
    for match in NUMBER.finditer(text):
        start, end = match.span()
        if found and start < found[-1].end:
            continue
        # 八百三级医院 is 八百 and 三级.
        while end > start and taken[start]:
            start += 1
        while end > start and any(taken[start:end]):
            end -= 1
        if _COUNTED.search(text[start : end + 1]) or (end > start and text[end - 1] == "点"):
            end -= 1
        span = _amount(text, start, end) if end > start else None
        if span is None:
            continue
        before = found[-1] if found else None
        if before and span.kind == AMOUNT and _is_range(before, span, text):
            found[-1] = Span(
                AMOUNT,
                before.start,
                span.end,
                ends=span.ends or _between(text[before.start : before.end], text[span.start : span.end]),
            )
        else:
            found.append(span)
    for match in _VAGUE_ALONE.finditer(text):
        if not any(taken[match.start() : match.end()]) and not any(
            one.start < match.end() and match.start() < one.end for one in found
        ):
            found.append(Span(AMOUNT, *match.span()))
    return found


def _amount(text: str, start: int, end: int) -> Span | None:
    said, before, after = text[start:end], text[max(0, start - 8) : start], text[end:]
    value = read_number(said)
    if half := _HALF.match(text, end):
        scale = {"w": 10_000, "万": 10_000, "千": 1000, "k": 1000, "百": 100}.get(half["scale"] or said[-1], 1)
        extra = Decimal("0.5") * scale
        value = None if value is None else value * scale + extra if half["scale"] else value + extra
        return Span(AMOUNT, start, half.end(), value=value)
    unit = _UNIT.match(text, end)
    assert unit is not None, "every part of the unit is optional"
    kind = _kind_of(said, value, before, after[len(unit["how"] or "") :] if unit["how"] else after, unit)
    if kind != AMOUNT:
        return Span(OTHER, start, end, value=value) if kind else None
    how = {unit["how"], unit["later"]} - {None, ""}
    end = unit.end() if unit["unit"] or unit["how"] else end
    scaled = unit["how"] == "来" and (said[0] in "百千万" or text[unit.end("how") :][:1] in tuple("百千万亿"))
    listed = _FIRST_OF_TWO.search(text[:start]) if value is not None and value >= _COUNTABLE else None
    vague = (
        value is None
        or scaled
        or listed
        or how - set(_ABOUT)
        or _VAGUE_BEFORE.search(before)
        or unit["unit"] in _FOREIGN
    )
    if vague or value is None:
        if listed:
            return Span(AMOUNT, start, end, ends=_between(listed[1], said))
        more = value is not None and how <= _AND_MORE and not (scaled or _VAGUE_BEFORE.search(before))
        return Span(AMOUNT, start, end, ends=_and_more(value) if value and more else _two(said))
    if unit["unit"]:
        value, end = _in_yuan(value, unit["unit"], text, end)
    value = -value if _MINUS.search(before) else value
    return Span(AMOUNT, start, end, value=value, about=bool(how or _ABOUT_BEFORE.search(before)))


def _kind_of(said: str, value: Decimal | None, before: str, after: str, unit: re.Match[str]) -> str:
    """Return AMOUNT, OTHER for a number that names or counts something, or nothing for a mere word (一共, 千万)."""
    scaled = said[-1] in "百千万亿wk" or any(sign in said for sign in "百千万亿wk点.")
    if unit["unit"]:
        together = said == "一" and (re.search(r"[加在合到凑放埋这那]$", before) or re.match(r"块[办交算去]", after))
        return "" if together or re.match(r"分[之钟]", after) else AMOUNT
    if said[0] not in "0123456789." and len(said) == 1:
        return ""
    digits = sum(sign.isdigit() for sign in said)
    named = said in _HOTLINES or (
        _PERSONAL <= digits <= _LONGEST and not scaled and "," not in said and len(set(said)) > 2
    )
    if said == "千万":
        return ""
    joined = not scaled and value is not None and value < _COUNTABLE and _JOINED_BEFORE.search(before)
    large = value is not None and value >= _COUNTABLE
    # 三级 5200 级别未写: a gap behind a large number ends what is said of it.
    counted = _OTHER_AFTER.match(after) and not (large and after[0].isspace())
    if named or joined or counted or _NAMED_BEFORE.search(before) or (not large and _ORDER_BEFORE.search(before)):
        return OTHER
    clock = "点" in said and (after[:1] == "分" or _CLOCK.search(before))
    if clock or re.search(r"[a-z_]$", before) or re.match(r"[a-z_]", after):
        return OTHER
    if said[0].isascii() or scaled or value is None:
        return AMOUNT if scaled or value is None or value >= _SMALLEST or said == "0" or _CUE.search(before) else OTHER
    return AMOUNT if value >= _SMALLEST and said != "十一" else ""


def _in_yuan(value: Decimal, unit: str, text: str, end: int) -> tuple[Decimal, int]:
    """Return an amount with what is said behind its unit: 105块6毛5, 两毛五, 十块零五分, 三块半."""
    if unit[0] in "毛角毫分":
        part = 100 if unit[0] == "分" else 10
        cent = _CENT.match(text, end) if part == 10 else None
        if cent is None:
            return value / part, end
        return value / part + Decimal(read_number(cent[1]) or 0) / 100, cent.end()
    change = _CHANGE.match(text, end)
    if change is None:
        return value, end
    if change["half"]:
        return value + Decimal("0.5"), change.end()
    tenths = read_number(change["tenth"] or (change["only"] if change["part"] else "") or "") or 0
    cents = read_number(change["cent"] or ("" if change["part"] else change["only"]) or "") or 0
    return value + Decimal(tenths) / 10 + Decimal(cents) / 100, change.end()


def _two(said: str) -> tuple[Decimal, ...]:
    """Return the ends of 七八百."""
    few = _TWO.fullmatch(said)
    return _between(few[1], few[2] + few[3]) if few else ()


def _and_more(value: Decimal) -> tuple[Decimal, ...]:
    """Return between what 八千三百多 lies: up to one more of the last digit that is said."""
    digits = str(int(value))
    step = 10 ** (len(digits) - len(digits.rstrip("0")))
    return (value, value + step) if step >= _COUNTABLE and value == int(value) else ()


def _between(first: str, second: str) -> tuple[Decimal, ...]:
    """Return the ends of 8到10万; the scale of the second is that of a bare first."""
    first, second = first.rstrip("块元钱"), second.rstrip("块元钱")
    scale = second[-1] if second[-1] in _SCALES and not any(sign in first for sign in _SCALES) else ""
    low, high = read_number(first + scale), read_number(second)
    return (low, high) if low and high and low < high <= 10 * low else ()


def _is_range(first: Span, second: Span, text: str) -> bool:
    """Tell whether two numbers are the ends of one guess: 2-3万, 1、2万, 2 3000元."""
    between = _RANGE.fullmatch(text[first.end : second.start])
    if between is None or text[first.end - 1] in "元块":
        return False
    joint = between[0].strip()
    digit = (
        text[first.start : first.end] in ("1", "2", "3", "4", "5", "6", "7", "8", "9") or first.end - first.start == 1
    )
    return joint in ("-", "~", "～", "—", "到", "至") or (digit and (second.value is None or second.value >= 100))
