"""Spans: months, years, hospital levels, percentages and counts, found by form; what each means is learned."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from bot.calculator.numbers import read_number
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
_YEAR = (
    rf"(?:(?P<year>\d{{4}}|(?<!\d)\d{{2}}|二[{_S}]{{3}}|二[{_S}])\s*年"
    rf"|(?P<near>{'|'.join(_NEAR)}|次年|翌年|过完年|开年)(?!级))"
)
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# 24年11月底, 十二月份, 9月20号, 9月20 (but not 9月20块); 现在是1月 is one month and not two; 农历八月 is none of these.
_PRESENT = r"(?:现在|今天|而家|依家)[都已经是就,]{0,3}"
_WORDED = re.compile(
    rf"(?:(?P<now>{_PRESENT})|(?P<lunar>[农阴旧老][历曆]的?))?"
    rf"(?:{_YEAR}\s*(?:\(\d{{4}}\))?(?:的|年)?\s*)?(?<![满每])(?<![\d.])(?P<month>\d{{1,2}}|元|[腊正冬](?=月)|(?<![{_S}老])[{_S}]{{1,3}}|(?<=老[{_S}])[{_S}]{{1,2}})\s*月"
    rf"(?!\s*(?:子|嫂|经|饼|票|薪|均|龄|大))(?:份)?(?:的)?\s*(?:初(?=[{_S}\d]))?"
    rf"(?:(?P<day>\d{{1,2}}|[{_S}]{{1,3}})\s*(?:号|日)|(?P<bare>\d{{1,2}})(?![\d.,]|\s*[个元块天月级岁万千百%次种倍wk]))?"
)
# What a month may be called when it is asked for.
BARE_MONTH = re.compile(rf"(?:就|是|大概|应该|可能|选)*(1[0-2]|[1-9]|十?[{_S}])(?:吧|的|啊|去|办)*")
# The 11 of 11、12月.
_ENUMERATED = re.compile(
    rf"(?<![\d.{_S}])(\d{{1,2}}|[{_S}]{{1,2}})(?=(?:[、,和跟及或到/](?:\d{{1,2}}|[{_S}]{{1,3}}))+月)"
)
# 2024-12-05, 2025/07, 2025.1.1, 20241205; with two digits of the year only as a whole date.
_WRITTEN = re.compile(
    r"(?<![\d.])(?:(?P<year>20\d{2})(?P<sep>[-/.年])(?P<month>1\d|0?[1-9]|[2-9]\d|00)(?:(?P=sep)(?P<day>\d{1,2}))?(?!\d|月|学年|%|元)"
    r"|(?P<year2>2\d)(?P<sep2>[-/.])(?P<month2>1[0-2]|0?[1-9])(?P=sep2)(?P<day2>\d{1,2})(?![\d.])"
    r"|(?P<year3>20[12]\d)(?P<month3>0[1-9]|1[0-2])(?P<day3>[0-3]\d)(?!\d)"
    r"|(?P<year4>2\d)年(?P<month4>1[0-2]|0?[1-9])(?![\d.月年]))"
)
# 10.12刚生: a day of birth without its year.
_SHORT = re.compile(r"(?<![\d.])(?P<month>1[0-2]|[1-9])[./](?P<day>\d{1,2})(?=\s*(?:刚|才|号)?(?:生|出生|出世|落地))")
_ENGLISH = re.compile(rf"(?<![a-z])(?P<name>{'|'.join(_NAMES)})[a-z]{{0,6}}(?![a-z])\.?\s*(?P<year>20\d{{2}})?")
_FESTIVALS = {"元旦": 1, "五一": 5, "六一": 6, "国庆": 10, "双十一": 11, "圣诞": 12}
_FESTIVAL = re.compile(rf"(?P<name>{'|'.join(_FESTIVALS)})(?!.{{0,3}}前)")
_AGO = {"昨天": 1, "昨晚": 1, "寻日": 1, "前天": 2, "大前天": 3}
_SHIFTS = {"下下": 2, "上上": -2, "下": 1, "上": -1}
_RELATIVE = re.compile(
    r"(?P<shift>下下|上上|(?<![剩余])下|上|这|本|今|呢|嗰)个?月(?:份)?(?:(?P<day>\d{1,2})\s*(?:号|日))?|(?P<soon>[这本]周)"
    rf"|(?P<later>\d{{1,2}}|[{_S}])个(?:多)?月(?:后|以后|之后)|(?P<now>今天|今日|今早|而家|依家|现在|马上|明天)|(?P<ago>大前天|前天|昨天|昨晚|寻日)|(?P<same>当月)"
)
# 出生20天, 小的才四十天, 40天大: how long ago a baby was born; 住了5天 is no age.
_AGE = re.compile(
    rf"(?:出生|出世|生下来?|落地|[宝娃仔女婴]|孩子|bb|婴儿|小的|[弟妹]{{2}})(?:今天|已经|刚刚?|才|有|到|满){{0,2}}(?P<days>\d{{1,3}}|[{_S}]{{1,4}})(?:天|日)(?![前后内之])"
    r"|(?:[宝娃仔女婴]|bb|婴儿|小的|[弟妹]{2})(?:今天|已经|刚刚?|才|有|到|满){0,2}"
    rf"(?P<long>\d{{1,2}}|[{_S}]{{1,3}})(?P<unit>周|个星期|个礼拜)(?=大|了|[,。;!?]|$)"
    rf"|(?P<old>\d{{1,3}}|[{_S}]{{1,4}})(?:天|日)(?:大|的?(?:[宝娃仔婴]|bb|新生))|(?:刚刚?|才)(?P<moon>满月(?!酒))"
)
_MOON = 30  # days to 满月
_SCHOOL = re.compile(
    r"(?<!\d)(?P<first>20\d{2}|\d{2})\s*年?\s*(?:-|到|至|~|—|–|/|、)\s*(?P<last>20\d{2}|\d{2})(?!\d|-|/|\.|、|\s*[月号日])\s*(?:年|学年)?"
    r"|(?<![-到至~—\d])(?P<only>20\d{2}|\d{2})(?:年)?(?:学年|年度学年)|(?P<before>上一?个?学年|往年|历年)|(?P<next>下一?个?学年)"
)
_BARE_YEAR = re.compile(rf"{_YEAR}(?!前)(?:度)?|(?<![\d.])(?P<only>20[123]\d)(?=度|的?(?:门诊|限额|额度|学年))")
# Who is counted by kin belongs to a group of its own: 两个外甥一个侄女 are three.
_KIN = "侄[子女儿]?|外?甥女?|外?孙[子女]?|[表堂][弟妹哥姐]|弟弟|妹妹|哥哥|姐姐|儿子|女儿|闺女"
_NOUN = (
    rf"{_KIN}|娃|孩|小孩|宝宝?|小朋友|仔|崽|细路|细佬|bb|小鬼|小家伙|学生|插班生|女|囡|囝|kids?|妞|丫头|小子"
    r"|子女|细蚊|名(?!字)|人(?![民家]|工)|个(?=一共|总共|一起|都|加|合|埋|总|$|,|呢|一齐|[是要]?多少)"
)
_CHILDREN = re.compile(
    rf"(?<![第老高初\d.{_S}百千万])(?P<count>-?\d{{1,4}}|[{_S}百]{{1,4}}|俩|仨)\s*(?:个|位|名|只|条)?(?:的|小)?\s*(?:{_NOUN})"
    rf"|(?:孩子|娃|小孩|宝宝|家)(?:一共|总共|共)?(?:有)?(?P<behind>[两三四五2-5]个|俩|仨)(?![月半])"
    r"|(?P<three>三胞胎|(?:老大|大的)[^。;]{0,14}(?:老二|二的|中间的)[^。;]{0,14}(?:老三|小的)|仨(?!个?(?:礼拜|星期|月|天|周|小时)))"
    r"|(?P<two>龙凤胎|双胞胎|双胎|孖|twins|一儿一女|一男一女|一仔一女|哥俩|姐俩|兄弟俩?|姐妹俩?|兄妹|姐弟|老大[^。;]{0,14}老二(?![^。;]{0,14}(?:老三|小的))|大[宝娃仔女][^。;]{0,16}[二小细][宝娃仔女]|[哥姐]{2}[^。;]{0,14}[弟妹]{2}|大的(?:(?!老二|二的|中间的)[^。;]){0,16}小的|俩(?![月天百千万]))"
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


@dataclass(frozen=True)
class Span:
    """Something of a sentence that has a value, and where it stands.

    `value` is None for an amount that is only hinted at, `ends` are those between which it was said to lie; `name` is a
    level, a group of places, a school year, a kin, or what a month is to today.
    """

    kind: str
    start: int
    end: int
    value: Decimal | None = None
    name: str = ""
    year: int | None = None
    day: int | None = None
    about: bool = False
    ends: tuple[Decimal, ...] = ()

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


def near_year(said: str | None, near: str | None, today: date) -> int | None:
    """Return the year that is written (24, 2024, 二零二四) or meant (明年)."""
    if near:
        return today.year + _NEAR[near] if near in _NEAR else today.year + 1
    number = read_number(said) if said else None
    return None if number is None else full_year(int(number))


def full_year(year: int) -> int:
    """Return 24 as 2024."""
    return year + 2000 if year < 100 else year


def school_years(text: str, today: date) -> Iterator[Span]:
    """Yield the school years of a settled text."""
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


def months_in(text: str, today: date) -> Iterator[Span]:
    """Yield the months of a settled text; today says what 下个月 is."""
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
            if match["lunar"] or match["month"] in "腊正冬":
                yield Span(OTHER, *match.span())  # 腊月生的: which month that is nobody can tell
                continue
            number = 1 if match["month"] == "元" else int(read_number(match["month"]) or 0)
            span = _month(match, number, near_year(match["year"], match["near"], today), match["day"] or match["bare"])
            yield replace(span, name="present" if match["now"] else "")
        for match in _ENUMERATED.finditer(text):
            yield _month(match, int(read_number(match[1]) or 0), None, None)
    for match in _RELATIVE.finditer(text):
        shift = _SHIFTS.get(match["shift"] or "", 0) or int(read_number(match["later"] or "") or 0)
        month = Month(today.year, today.month).plus(shift)
        day = match["day"] or (str(today.day) if (match["now"] or "")[:1] == "今" else None)
        if match["ago"]:
            born = today - timedelta(days=_AGO[match["ago"]])
            month, day = Month(born.year, born.month), str(born.day)
        span = _month(match, month.number, month.year, day)
        yield replace(span, name="now" if match["now"] or match["ago"] else "same" if match["same"] else "")
    for match in _AGE.finditer(text):
        yield _born(match, today)
    for match in _ENGLISH.finditer(text):
        yield _month(match, _NAMES.index(match["name"]) + 1, int(match["year"]) if match["year"] else None, None)
    for match in _FESTIVAL.finditer(text):
        yield _month(match, _FESTIVALS[match["name"]], None, None)


def _born(match: re.Match[str], today: date) -> Span:
    """Return the birth that an age says: 40天, 六周, 刚满月; of one in months nobody can tell the month."""
    group = next(name for name in ("days", "long", "old", "moon") if match[name])
    count = 1 if group == "moon" else int(read_number(match[group]) or 0)
    end = match.end("unit" if group == "long" else group) + (group in ("days", "old"))
    born = today - timedelta(days=count * {"moon": _MOON, "long": 7}.get(group, 1))
    return Span(MONTH, match.start(group), end, Decimal(born.month), "born", born.year, born.day)


def _month(match: re.Match[str], number: int, year: int | None, day: str | None) -> Span:
    said = int(read_number(day) or 0) if day else None
    return Span(MONTH, *match.span(), value=Decimal(number), year=year, day=said)


# 百分之70还是80: the second is one too.
_SECOND_PERCENT = re.compile(r"(?:还是|或者?|或是)(\d{1,2})(?![\d.万千百元块年月岁])")


def percents(text: str) -> Iterator[Span]:
    """Yield the percentages of a settled text."""
    for match in _PERCENT.finditer(text):
        value = read_number(match["digits"] or match["words"] or match["tenths"] or "")
        if match["tenths"] and value is not None:
            value = value * 10
        yield Span(PERCENT, *match.span(), value=value)
        if second := _SECOND_PERCENT.match(text, match.end()):
            yield Span(PERCENT, *second.span(1), value=Decimal(second[1]))


def levels_in(text: str) -> Iterator[Span]:
    """Yield the hospital levels that are said by their number."""
    for match in _SETTLING.finditer(text):
        yield Span(OTHER, *match.span())
    for match in _LEVEL_WORD.finditer(text):
        sign = match["level"] or match["star"] or match["letter"] or match["word"]
        yield Span(LEVEL, *match.span(), name=str(read_number(sign)))


def counts(text: str) -> Iterator[Span]:
    """Yield how many children, and how many visits or days."""
    for match in _CHILDREN.finditer(text):
        if _SECOND.match(text, match.start()) or " 个人" in match[0]:
            continue  # 二宝 is one child, and 88 个人付 none
        said = match["count"] or (match["behind"] or "").rstrip("个")
        known = {"俩": 2, "仨": 3}.get(said) or (3 if match["three"] else 2 if match["two"] else None)
        value = Decimal(known) if known else -1 if said.startswith(("-", "负")) else read_number(said)
        if value is not None and value >= 100 and match["count"] and not match["count"].isdigit():
            continue
        # 大的10月办, 小的12月: the months between are spans of their own.
        start = max(match.start(), match.end() - 2) if known and not match["count"] else match.start()
        end = match.end("count") if match["count"] else match.end()
        kin = re.search(f"(?:{_KIN})$", match[0])
        name = (kin[0] if kin else "") if match["count"] else "word"
        yield Span(CHILDREN, start, end, value=None if value is None else Decimal(value), name=name)
    for match in _TIMES.finditer(text):
        yield Span(TIMES, *match.span(), value=read_number(match["count"]))


def years_in(text: str, today: date) -> Iterator[Span]:
    """Yield the years that stand alone."""
    for match in _BARE_YEAR.finditer(text):
        year = int(match["only"]) if match["only"] else near_year(match["year"], match["near"], today)
        yield Span(YEAR, *match.span(), year=year)
