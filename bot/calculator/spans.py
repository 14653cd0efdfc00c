"""Spans: every number, month, year, hospital level, place and count of a sentence, found by form; what each means is learned."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property

from bot.calculator.numbers import NUMBER, read_number
from corpus.policy import Month

# Kinds of spans; a role is learned for the first four.
AMOUNT, MONTH, LEVEL, PLACE = "amount", "month", "level", "place"
YEAR, SCHOOL, PERCENT, CHILDREN, TIMES, OTHER = "year", "school", "percent", "children", "times", "other"
HERE, PROVINCE, COUNTRY, ABROAD, NOWHERE = "深圳", "广东省内", "广东省外", "港澳台", "不是地名"

_S = "零一二两三四五六七八九十"
_NEAR = {
    "今年": 0,
    "当年": 0,
    "本年": 0,
    "去年": -1,
    "上一年": -1,
    "前年": -2,
    "明年": 1,
    "来年": 1,
    "下一年": 1,
    "出年": 1,
    "后年": 2,
}
_YEAR = rf"(?:(?P<year>\d{{4}}|(?<!\d)\d{{2}}|二[{_S}]{{3}}|二[{_S}])\s*年|(?P<near>{'|'.join(_NEAR)}|次年|翌年|过完年|开年)(?!级))"
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# 24年11月底, 十二月份, 9月20号, 9月20 (but not 9月20块).
_WORDED = re.compile(
    rf"(?:{_YEAR}\s*(?:\(\d{{4}}\))?(?:的|年)?\s*)?(?<![满每])(?<![\d.])(?P<month>\d{{1,2}}|元|腊|(?<![{_S}])[{_S}]{{1,3}})\s*月"
    rf"(?!\s*(?:子|嫂|经|饼|票|薪|均|龄|大))(?:份)?(?:的)?\s*(?:初(?=[{_S}\d]))?"
    rf"(?:(?P<day>\d{{1,2}}|[{_S}]{{1,3}})\s*(?:号|日)|(?P<bare>\d{{1,2}})(?![\d.,]|\s*[个元块天月级岁万千百%次种倍wk]))?"
)
# What a month may be called when it is asked for.
_BARE_MONTH = re.compile(rf"(?:就|是|大概|应该|可能|选)*(1[0-2]|[1-9]|十?[{_S}])(?:吧|的|啊|去|办)*")
# The 11 of 11、12月.
_ENUMERATED = re.compile(rf"(?<![\d.{_S}])(\d{{1,2}}|[{_S}]{{1,2}})(?=[、,和跟及或到/](?:\d{{1,2}}|[{_S}]{{1,3}})月)")
# 2024-12-05, 2025/07, 2025.1.1, 20241205; with two digits of the year only as a whole date.
_WRITTEN = re.compile(
    r"(?<![\d.])(?:(?P<year>20\d{2})(?P<sep>[-/.年])(?P<month>1[0-2]|0?[1-9]|[2-9]\d|00)(?:(?P=sep)(?P<day>\d{1,2}))?(?!\d|月|学年|%|元)"
    r"|(?P<year2>2\d)(?P<sep2>[-/.])(?P<month2>1[0-2]|0?[1-9])(?P=sep2)(?P<day2>\d{1,2})(?![\d.])"
    r"|(?P<year3>20[12]\d)(?P<month3>0[1-9]|1[0-2])(?P<day3>[0-3]\d)(?!\d)"
    r"|(?P<year4>2\d)年(?P<month4>1[0-2]|0?[1-9])(?![\d.月年]))"
)
# 10.12刚生: a day of birth without its year.
_SHORT = re.compile(r"(?<![\d.])(?P<month>1[0-2]|[1-9])[./](?P<day>\d{1,2})(?=\s*(?:刚|才|号)?(?:生|出生|出世|落地))")
_ENGLISH = re.compile(rf"(?<![a-z])(?P<name>{'|'.join(_NAMES)})[a-z]{{0,6}}(?![a-z])\.?\s*(?P<year>20\d{{2}})?")
_FESTIVALS = {"元旦": 1, "五一": 5, "六一": 6, "国庆": 10, "双十一": 11, "圣诞": 12}
_FESTIVAL = re.compile(rf"(?P<name>{'|'.join(_FESTIVALS)})(?!.{{0,3}}前)")
_SHIFTS = {"下下": 2, "上上": -2, "下": 1, "上": -1}
_RELATIVE = re.compile(
    r"(?P<shift>下下|上上|(?<![剩余])下|上|这|本|今|呢|嗰)个?月(?:份)?(?:(?P<day>\d{1,2})\s*(?:号|日))?|(?P<soon>[这本]周)"
    rf"|(?P<later>\d{{1,2}}|[{_S}])个(?:多)?月(?:后|以后|之后)|(?P<now>今天|今日|今早|而家|依家|现在|马上|明天)|(?P<same>当月)"
)
_SCHOOL = re.compile(
    r"(?<!\d)(?P<first>20\d{2}|\d{2})\s*年?\s*(?:-|到|至|~|—|–|/|、)\s*(?P<last>20\d{2}|\d{2})(?!\d|-|/|\.|\s*[月号日])\s*(?:年|学年)?"
    r"|(?<![-到至~—\d])(?P<only>20\d{2}|\d{2})(?:年)?(?:学年|年度学年)|(?P<before>上一?个?学年|往年|历年)|(?P<next>下一?个?学年)"
)
_BARE_YEAR = re.compile(rf"{_YEAR}(?!前)(?:度)?|(?<![\d.])(?P<only>20[123]\d)(?=度|的?(?:门诊|限额|额度|学年))")
_NOUN = r"娃|孩|小孩|宝宝?|小朋友|仔|崽|细路|细佬|bb|儿子|女儿|闺女|小鬼|小家伙|学生|插班生|女|囡|囝|kids?|孙|外孙|妞|丫头|小子|子女|细蚊|名(?!字)|人(?![民家]|工)|个(?=一共|总共|一起|都|加|合|埋|总|$|,|呢|一齐)"
_CHILDREN = re.compile(
    rf"(?<![第老\d.{_S}百千万])(?P<count>-?\d{{1,4}}|[{_S}百]{{1,4}}|俩|仨)\s*(?:个|位|名|只|条)?(?:的|小)?\s*(?:{_NOUN})"
    rf"|(?:孩子|娃|小孩|宝宝|家)(?:一共|总共|共)?(?:有)?(?P<behind>[两三四五2-5]个|俩|仨)(?![月半])"
    r"|(?P<three>三胞胎|老大[^。;]{0,12}老二[^。;]{0,14}老三|仨)"
    r"|(?P<two>龙凤胎|双胞胎|双胎|孖|twins|一儿一女|一男一女|一仔一女|哥俩|姐俩|兄弟俩?|姐妹俩?|兄妹|姐弟|老大[^。;]{0,14}老二|大[宝娃仔女][^。;]{0,16}[二小细][宝娃仔女]|[哥姐]{2}[^。;]{0,14}[弟妹]{2}|大的[^。;]{0,16}小的|俩(?![月天百千万]))"
)
_SECOND = re.compile(r"[二三四](?:孩|娃|宝|胎)")
_TIMES = re.compile(
    rf"(?<![第\d.{_S}])(?P<count>\d{{1,3}}|[{_S}]{{1,3}})\s*(?:次|回(?!来)|趟|天|晚|日(?!元)|夜|节课?|张|笔)"
)
_PERCENT = re.compile(
    rf"(?P<digits>\d+(?:\.\d+)?)\s*(?:%|percent|个百分点|个点)|百分之(?P<words>[\d.点{_S}百]+)|(?P<tenths>[\d.点{_S}]+)\s*成(?!年|人|本|功|都|为)|千分之[\d.{_S}]+"
)
_LEVEL_WORD = re.compile(
    r"(?<!\d)(?<![^以镇县市区街村路][上高下低更])(?<!^上)(?P<level>[一二三两123四五六七八九零04-9])\s?级(?!护理|手术|残疾|保护|台阶|电梯|预警|风|伤残|地震|跳|心理|教师|厨师|烧伤|烫伤|肥胖|高血压|证|学生)(?:[以及和或]*[以之]?下(?!面|来))?|(?P<star>[四五])甲|l(?P<letter>[1-3])(?!\d)|level\s?(?P<word>[1-3])"
)
# The level of 社康的结算医院 is said elsewhere.
_SETTLING = re.compile(r"社康(?:中心)?(?:它|那边|上头|上面|上级|所属|嘅|的)*结算医院")
# What follows or leads a number that is no amount.
_OTHER_AFTER = re.compile(
    r"\s*(?:号|日|岁|周岁|级|甲|乙|个(?!人)|家(?!庭|里|长)|楼|床|点|分(?:钟|诊)|小时|钟|周(?!转)|胎|口|折|条|项|种|方式|倍|位|公里|房|届"
    r"|层|班|型|度|℃|斤|公斤|cm|粒|片|盒|瓶|支|针|毫升|ml|mg|路|栋|室|单元|学年|年|月|晚|样|下(?!来|半|个|次)|直|些|般|百分|院"
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
    r"\s*(?P<how>来|左右|上下|多|余|几|出头|挂零|往上|不到|以内|有余|有零|把|\+)?\s*"
    r"(?P<unit>块钱|元|块(?!儿)|圆|蚊|文|rmb|人民币|yuan|大洋|毛钱|毛|毫子?|角|分钱|刀|美元|美金|港币|港元|欧元|日元)?"
    r"(?P<later>来|左右|上下|多|出头|以上(?!的?部分|费用|的?费)|以内|以下)?"
)
_ABOUT = ("左右", "上下")
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
    rf"(?P<tenth>[\d一二三四五六七八九])(?:(?:毛|角|毫)子?(?:(?P<cent>[\d{_S}])分?)?|(?![级甲乙个岁月天号次年周%成折点人家十百千万亿\d.]))|零(?P<only>[\d{_S}])分?|(?P<half>半)(?![年月天个岁日夜小])"
)
_HALF = re.compile(r"个半(?!小时|钟|月|天|年|学)(?P<scale>[w万千k])?|(?<=[万千百])半(?![年月天个岁日夜小])")
_RANGE = re.compile(r"\s*(?:-|~|～|—|到|至|、|'|\s)\s*")
_MINUS = re.compile(r"(?:负|(?<![\d年月.级])-)\s*$")
# 八千两个一起 is 八千 and 两个.
_COUNTED = re.compile(r"[百千万][一二三四五六七八九]?[一两二三四五六七八九][个次天张笔人家趟晚]$")
_CUE = re.compile(r"[花费用钱付缴交收报共额线:=是了过掉出总价单剩计外]\s*$")


@dataclass(frozen=True)
class Span:
    """Something of a sentence that has a value, and where it stands.

    `value` is None for an amount that is only hinted at; `name` is a level, a group of places or a school year.
    """

    kind: str
    start: int
    end: int
    value: Decimal | None = None
    name: str = ""
    year: int | None = None
    day: int | None = None
    about: bool = False

    @property
    def number(self) -> int:
        """The value as a whole number."""
        return int(self.value or 0)

    @property
    def month(self) -> Month:
        """The month of a month whose year was said; ValueError where there is no such month."""
        return Month(self.year or 0, self.number)

    @property
    def possible(self) -> bool:
        """Whether there is such a month and day."""
        try:
            date(self.year or 2024, self.number, self.day or 1)
        except ValueError:
            return False
        return self.year is None or 1900 <= self.year <= 2100


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
        if asked in ("apply_month", "birth_month") and (bare := _BARE_MONTH.fullmatch(text)):
            return [Span(MONTH, *bare.span(1), value=read_number(bare[1]))]
        found: list[Span] = []
        taken = bytearray(len(text))
        for span in self._candidates(text, today):
            if not any(taken[span.start : span.end]):
                taken[span.start : span.end] = b"\1" * (span.end - span.start)
                found.append(span)
        amounts = [span for span in _amounts(text, taken) if not any(taken[span.start : span.end])]
        return sorted((span for span in [*found, *amounts] if span.name != NOWHERE), key=lambda span: span.start)

    def _candidates(self, text: str, today: date) -> Iterator[Span]:
        yield from _school_years(text, today)
        yield from _months(text, today)
        yield from _percents(text)
        yield from _levels(text)
        yield from self._named(text)
        yield from _counts(text)
        yield from _years(text, today)

    def _named(self, text: str) -> Iterator[Span]:
        start = 0
        while start < len(text) - 1:
            words = self._heads.get(text[start : start + 2], ())
            word = next((word for word in words if text.startswith(word, start)), "")
            if word:
                kind, name = self._names[word]
                yield Span(kind, start, start + len(word), name=name)
            start += len(word) or 1


def near_year(said: str | None, near: str | None, today: date) -> int | None:
    """Return the year that is written (24, 2024, 二零二四) or meant (明年)."""
    if near:
        return today.year + _NEAR[near] if near in _NEAR else today.year + 1
    number = read_number(said) if said else None
    return None if number is None else full_year(int(number))


def full_year(year: int) -> int:
    """Return 24 as 2024."""
    return year + 2000 if year < 100 else year


def _school_years(text: str, today: date) -> Iterator[Span]:
    for match in _SCHOOL.finditer(text):
        if match["before"] or match["next"]:
            first = today.year - (today.month < 9) + (-1 if match["before"] else 1)
        elif match["only"]:
            first = full_year(int(match["only"]))
        else:
            first = full_year(int(match["first"]))
            if full_year(int(match["last"])) != first + 1 or first < 2000:
                continue
        yield Span(SCHOOL, *match.span(), name=f"{first}-{first + 1}")


def _months(text: str, today: date) -> Iterator[Span]:
    if any("0" <= sign <= "9" for sign in text):
        for match in _WRITTEN.finditer(text):
            year, month, day = next(
                (y, m, d)
                for y, m, d in (
                    (match["year"], match["month"], match["day"]),
                    (match["year2"], match["month2"], match["day2"]),
                    (match["year3"], match["month3"], match["day3"]),
                    (match["year4"], match["month4"], None),
                )
                if y
            )
            yield _month(match, int(month), full_year(int(year)), day)
        for match in _SHORT.finditer(text):
            yield _month(match, int(match["month"]), None, match["day"])
    if "月" in text:
        for match in _WORDED.finditer(text):
            number = {"元": 1, "腊": 12}.get(match["month"]) or int(read_number(match["month"]) or 0)
            yield _month(match, number, near_year(match["year"], match["near"], today), match["day"] or match["bare"])
        for match in _ENUMERATED.finditer(text):
            yield _month(match, int(read_number(match[1]) or 0), None, None)
    for match in _RELATIVE.finditer(text):
        shift = _SHIFTS.get(match["shift"] or "", 0) or int(read_number(match["later"] or "") or 0)
        month = Month(today.year, today.month).plus(shift)
        span = _month(match, month.number, month.year, match["day"])
        yield replace(span, name="now" if match["now"] else "same" if match["same"] else "")
    for match in _ENGLISH.finditer(text):
        yield _month(match, _NAMES.index(match["name"]) + 1, int(match["year"]) if match["year"] else None, None)
    for match in _FESTIVAL.finditer(text):
        yield _month(match, _FESTIVALS[match["name"]], None, None)


def _month(match: re.Match[str], number: int, year: int | None, day: str | None) -> Span:
    said = int(read_number(day) or 0) if day else None
    return Span(MONTH, *match.span(), value=Decimal(number), year=year, day=said)


def _percents(text: str) -> Iterator[Span]:
    for match in _PERCENT.finditer(text):
        value = read_number(match["digits"] or match["words"] or match["tenths"] or "")
        if match["tenths"] and value is not None:
            value = value * 10
        yield Span(PERCENT, *match.span(), value=value)


def _levels(text: str) -> Iterator[Span]:
    for match in _SETTLING.finditer(text):
        yield Span(OTHER, *match.span())
    for match in _LEVEL_WORD.finditer(text):
        sign = match["level"] or match["star"] or match["letter"] or match["word"]
        yield Span(LEVEL, *match.span(), name=str(read_number(sign)))


def _counts(text: str) -> Iterator[Span]:
    for match in _CHILDREN.finditer(text):
        if _SECOND.match(text, match.start()):
            continue
        said = match["count"] or (match["behind"] or "").rstrip("个")
        known = {"俩": 2, "仨": 3}.get(said) or (3 if match["three"] else 2 if match["two"] else None)
        value = Decimal(known) if known else -1 if said.startswith(("-", "负")) else read_number(said)
        if value is not None and value >= 100 and match["count"] and not match["count"].isdigit():
            continue
        # 大的10月办, 小的12月: the months between are spans of their own.
        start = max(match.start(), match.end() - 2) if known and not match["count"] else match.start()
        end = match.end("count") if match["count"] else match.end()
        yield Span(
            CHILDREN, start, end, value=None if value is None else Decimal(value), name="" if match["count"] else "word"
        )
    for match in _TIMES.finditer(text):
        yield Span(TIMES, *match.span(), value=read_number(match["count"]))


def _years(text: str, today: date) -> Iterator[Span]:
    for match in _BARE_YEAR.finditer(text):
        year = int(match["only"]) if match["only"] else near_year(match["year"], match["near"], today)
        yield Span(YEAR, *match.span(), year=year)


def _amounts(text: str, taken: bytearray) -> list[Span]:
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
        if _COUNTED.search(text[start : end + 1]):
            end -= 1
        span = _amount(text, start, end) if end > start else None
        if span is None:
            continue
        before = found[-1] if found else None
        if before and span.kind == AMOUNT and _is_range(before, span, text):
            found[-1] = Span(AMOUNT, before.start, span.end)
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
    vague = value is None or how - set(_ABOUT) or _VAGUE_BEFORE.search(before) or unit["unit"] in _FOREIGN
    if vague or value is None:
        return Span(AMOUNT, start, end)
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
    if re.search(r"[a-z_]$", before) or re.match(r"[a-z_]", after):
        return OTHER
    if said[0].isascii() or scaled or value is None:
        return AMOUNT if scaled or value is None or value >= _SMALLEST or said == "0" or _CUE.search(before) else OTHER
    return AMOUNT if value >= _SMALLEST and said != "十一" else ""


def _in_yuan(value: Decimal, unit: str, text: str, end: int) -> tuple[Decimal, int]:
    if unit[0] in "毛角毫分":
        part = 100 if unit[0] == "分" else 10
        cent = re.compile(r"[\d一二三四五六七八九](?=分)分").match(text, end) if part == 10 else None
        return value / part + (read_number(cent[0][0]) or 0) / Decimal(
            100
        ) if cent else value / part, cent.end() if cent else end
    change = _CHANGE.match(text, end)
    if change is None:
        return value, end
    if change["half"]:
        return value + Decimal("0.5"), change.end()
    tenth, cent_ = read_number(change["tenth"] or "") or 0, read_number(change["cent"] or change["only"] or "") or 0
    return value + Decimal(tenth) / 10 + Decimal(cent_) / 100, change.end()


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
