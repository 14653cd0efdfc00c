"""Money: the amounts in a sentence, in every way that people write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.calculator.numbers import Number, find_numbers, read_number

Span = tuple[int, int]

_DIGIT = r"[\d零一二三四五六七八九]"
_ABOUT = r"(?:来|左右|上下)"
# 两万多, 一千出头: more than that, nobody knows how much.
# 2万以上, 1万以内: a bound; 1000美元: no yuan.
_VAGUE = (
    r"(?:多|余|几|出头|挂零|往上|以下|不到|以内|有余|有零|好几|大几|不足|\+|以上(?!的?部分|费用|的?费)"
    r"|美元|美金|港币|港元|港纸|欧元|日元)"
)
# 3-4万, 3到4万: the low end of a range.
_RANGE_BEFORE = re.compile(r"\d(?:\.\d+)?[万千百w]?(?:-|~|～|—|到|至|、)$")
# 五六块: five or six.
_FEW = re.compile(r"[一二两三四五六七八九]{2}")
_RANGE_AFTER = re.compile(r"[万千百w]?(?:-|~|～|—|到|至|、)\d+(?:\.\d+)?[万千百w块元]")
_UNIT = re.compile(
    rf"\s*(?P<how>{_ABOUT}|{_VAGUE})?\s*"
    rf"(?P<unit>元|块钱|块|圆|蚊|文|rmb|人民币|大元|大洋|毛钱|毛|毫子|角钱|角|分钱)?(?P<later>{_ABOUT}|{_VAGUE})?"
)
# The 6 of 105块6, or 6毛5; not the level of 500块三级医院.
_CHANGE = re.compile(
    rf"(?P<tenth>{_DIGIT})(?:(?:毛子?|角|毫子?)(?:(?P<cent>{_DIGIT})分?)?"
    r"|(?![级甲乙个岁月天号次年周%成折点人家十百千万亿\d.]))"
)
_COINS = re.compile(rf"([\d零一二两三四五六七八九十百千万]+)[块元]({_DIGIT})[毛角](?:({_DIGIT})分?)?")
# 十块零五分, 两毛五.
_ONLY_CENTS = re.compile(rf"零({_DIGIT})(分|毛|角)")
_CENT = re.compile(rf"({_DIGIT})(?:分|(?![级甲乙个岁月天号次年\d.]))")
_HALF = re.compile(r"\s*个半(?!小时|钟|月|天|年|学)(?P<scale>[w万千k])?")
# 一万半: and half of that unit; 三块半.
_AND_HALF = re.compile(r"半(?![年月天个岁日夜小])")
_SCALES = {"w": 10_000, "万": 10_000, "千": 1000, "k": 1000, "百": 100}
_PARTS = re.compile(r"\s*分(?:之|钟)")
# 加一块儿, 合在一块: together, not one yuan.
_TOGETHER = re.compile(r"(?:[加在合到凑放埋这那]一$)|一块(?:儿|办|交|算|去)")
_VAGUE_BEFORE = re.compile(
    r"(?:不到|将近|(?<!最)近|超过(?!起付线)|超(?!起付)|好|(?<!以)(?<!线)上|几|不止|至少|起码|最少|快|不足|低于|少于|高于|多于|差一点|差点|奔|接近)$"
)
_ABOUT_BEFORE = re.compile(r"(?:大概|大约|约|差不多|大致|估计|左右)$")
# Amounts that nobody can read: 几百块, 上万, 好几千, 万把块, 百来块.
_NO_NUMBER = re.compile(r"(?:几|上|好几|小几|大几)[十百千万]|[百千万]把|(?<![一二两三四五六七八九十\d零])[百千]来块")
_SIGN = re.compile(r"(?:¥|rmb|人民币)\s*$")
_MINUS = re.compile(r"(?:负|(?<![\d年月.-])-)\s*$")
# What follows or leads a number that is no amount.
_OTHER_AFTER = re.compile(
    r"\s*(?:月|号|日|年|岁|周岁|级|甲|乙|天|个(?!人)|次|%|家(?!庭)|楼|床(?!位费)|点|分钟|小时|钟|周|孩|娃|胎|口|人(?!民)|折|成|条|项|种|方式|倍|位|公里"
    r"|层|班|型|度|℃|斤|公斤|cm|粒|片|盒|瓶|支|针|毫升|ml|mg|路|栋|室|单元|学年|晚|夜|样|下|起(?!付)|共|直|些|般|定|百分|只|名"
    r"|门|边|宝|姐|哥|弟|妹|兄|礼拜|星期|回(?!来)|趟|届|代|档|期|段|线|旦|切|千多度|时|价|救护|c|:\d)"
)
_OTHER_BEFORE = re.compile(
    r"(?:工号|单号|病历号|票号|房号|车牌|第|初|星期|周|礼拜|电话|手机|号码|热线|身份证|尾号|编号|卡号|床号|打|拨|微信号?|qq|百分之|\d度|\d:|[今去明]年"
    r"|大|小|老|幼|十|万|统|唯|同|单|之)\s*$"
)
_CALLED = re.compile(r"(?:打|拨|热线|电话|叫|呼)(?:了|过|通|咗)?\s*$")
_HOTLINES = ("12345", "12333", "12366")
_PERSONAL = 7  # digits: a phone or an identity number, no amount
_LONGEST = 18  # digits of an identity number; more is a slip, and told so
# A number in characters without unit and without 百, 千, 万 (四十五) is an amount only behind words of cost.
_CUE_BEFORE = re.compile(
    r"[花费内共上线药钱用额单报付总账款收价计外剩有是约:=块查验使洗咗了里分化液血针片像超检出掉趟次回要过刷开后到给垫多才又院疗诊]\s*$"
)
_CUE_AFTER = re.compile(r"\s*(?:能|可|报|医保|自己|要|该|给|都|全|的|,|。|;|\?|!|$|在|算)")
_SMALLEST, _MANY = 5, 100
_CHILD = re.compile(r"孩|娃|宝|儿子|女儿")
_ONE_HALF = Decimal("0.5")
_AROUND_BARE = re.compile(
    r"^(?:是|就|就是|大概|大约|有|花了|一共|总共|约|那就|那|写的是|写着|上面写)+|(?:左右|吧|呢|啊|的|哦|呀|样子|,|。|\s)+$"
)


@dataclass(frozen=True)
class Amount:
    """A sum of money in yuan; `value` is None where it is only vague; `role` says what it is of."""

    value: Decimal | None
    start: int
    end: int
    about: bool = False
    role: str = ""


def find_amounts(text: str, taken: Sequence[Span] = ()) -> list[Amount]:
    """Return the amounts of a folded text; `taken` are the spans of numbers that mean something else."""
    found: list[Amount] = []
    for number in find_numbers(text):
        if any(start < number.end and number.start < end for start, end in taken):
            continue
        # The 6 of 105块6 belongs to the amount before it.
        inside = found and number.start < found[-1].end
        if not inside and (amount := _amount(number, text)):
            found.append(amount)
    return found


def is_vague(text: str) -> bool:
    """Tell whether an amount is hinted at that nobody can compute with (几百块, 上万)."""
    return _NO_NUMBER.search(text) is not None


def bare_amount(text: str) -> Decimal | None:
    """Return the amount if the text is nothing but one (600, 六百块, 大概两万)."""
    body = _AROUND_BARE.sub("", text)
    amounts = find_amounts(body)
    whole = len(amounts) == 1 and (amounts[0].start, amounts[0].end) == (0, len(body))
    return amounts[0].value if whole else None


def with_coins(text: str) -> str:
    """Return a text with 三块六毛二 written as 3.62."""
    return _COINS.sub(_coin, text)


def _coin(match: re.Match[str]) -> str:
    whole = read_number(match[1])
    if whole is None:
        return match[0]
    return str(whole + _value(match[2]) / 10 + (_value(match[3]) / 100 if match[3] else 0))


def _amount(number: Number, text: str) -> Amount | None:
    before, after = text[max(0, number.start - 6) : number.start], text[number.end :]
    if number.value is not None and (half := _HALF.match(after)):
        scale = _SCALES[half["scale"]] if half["scale"] else 1
        return Amount((number.value + _ONE_HALF) * scale, number.start, number.end + half.end())
    if number.value is not None and number.text[-1] in _SCALES and _AND_HALF.match(after):
        value = number.value + _SCALES[number.text[-1]] * _ONE_HALF
        return Amount(value, number.start, number.end + 1)
    unit = _UNIT.match(after)
    assert unit is not None, "every part of the unit is optional"
    if not _is_money(number, before, after, unit):
        return None
    how = f"{unit['how'] or ''}{unit['later'] or ''}"
    end = number.end + (unit.end() if unit["unit"] or unit["how"] else 0)
    ranged = _RANGE_BEFORE.search(before) or _RANGE_AFTER.match(after)
    ranged = ranged or _FEW.fullmatch(number.text)
    if number.value is None or ranged or re.search(_VAGUE, how) or _VAGUE_BEFORE.search(before):
        return Amount(None, number.start, end)
    value, end = _in_yuan(number.value, unit["unit"], text, end) if unit["unit"] else (number.value, end)
    about = bool(re.search(_ABOUT, how) or _ABOUT_BEFORE.search(before))
    return Amount(-value if _MINUS.search(before) else value, number.start, end, about)


def _is_money(number: Number, before: str, after: str, unit: re.Match[str]) -> bool:
    if unit["unit"]:
        together = _TOGETHER.search(f"{before}一") or _TOGETHER.match(f"一{after[:2]}")
        return not (_PARTS.match(after) or (number.text == "一" and together))
    if _SIGN.search(before):
        return True
    following = after[unit.end() :] if unit["how"] else after
    if _CHILD.match(following) and (number.value or 0) >= _MANY:
        # 三甲住院1万孩子能报多少: no family counts that many.
        return True
    if _is_name(number, before) or _OTHER_AFTER.match(following) or _OTHER_BEFORE.search(before):
        return False
    if re.search(r"[a-z]$", before) or re.match(r"[a-vx-z]", after):
        return False
    if number.scaled or number.value is None:
        return number.scaled
    if number.text[0].isdigit():
        # A stray number counts as an amount, so that it is asked about and never passed over.
        return number.value >= _SMALLEST or "." in number.text or number.text == "0"
    return len(number.text) > 1 and bool(_CUE_AFTER.match(after) and _CUE_BEFORE.search(before))


def _is_name(number: Number, before: str) -> bool:
    """Whether a row of digits is a hotline, a phone or an identity number; the longest rows are slips."""
    digits = sum(sign.isdigit() for sign in number.text)
    row = digits >= _PERSONAL and not number.scaled and not {".", ","} & set(number.text)
    if _CALLED.search(before) or number.text in _HOTLINES or row:
        return digits <= _LONGEST and not (row and len(set(number.text)) < 3)
    return False


def _in_yuan(value: Decimal, unit: str, text: str, end: int) -> tuple[Decimal, int]:
    if unit[0] in "毛角毫":
        cent = _CENT.match(text, end)
        return value / 10 + (_value(cent[1]) / 100 if cent else 0), cent.end() if cent else end
    if unit[0] == "分":
        return value / 100, end
    if half := _AND_HALF.match(text, end):
        return value + _ONE_HALF, half.end()
    if only_cents := _ONLY_CENTS.match(text, end):
        part = 10 if only_cents[2] in "毛角" else 100
        return value + _value(only_cents[1]) / part, only_cents.end()
    change = _CHANGE.match(text, end)
    if change is None:
        return value, end
    cents = _value(change["cent"]) / 100 if change["cent"] else Decimal(0)
    return value + _value(change["tenth"]) / 10 + cents, change.end()


def _value(sign: str) -> Decimal:
    return read_number(sign) or Decimal(0)
