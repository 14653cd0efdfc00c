"""Money: the amounts in a sentence and what each of them is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from bot.calculator.numbers import Number, find_numbers, read_number
from bot.calculator.vocabulary import Words

CENT = Decimal("0.01")
_ABOUT_AFTER = r"(?:来|左右|上下)"
# 两万多, 一千出头: more than that, nobody knows how much.
_VAGUE_AFTER = r"(?:多|余|几|出头|挂零|往上|以下)"
_UNIT = re.compile(
    rf"\s*(?P<how>{_ABOUT_AFTER}|{_VAGUE_AFTER})?\s*(?P<unit>元|块钱|块|圆|蚊|文|rmb|人民币|大元|大洋|毛钱|毛|毫子|角钱|角|分钱)?"
    rf"(?P<later>{_ABOUT_AFTER}|{_VAGUE_AFTER})?"
)
_CHANGE = re.compile(
    r"(?P<tenth>\d|[零一二三四五六七八九])(?:(?P<mark>毛子?|角|毫子?)(?:(?P<cent>\d|[一二三四五六七八九])分?)?|(?![级甲乙个岁月天号次年周%成折点人家十百千万亿\d.]))"
)
_VAGUE_BEFORE = re.compile(r"(?:不到|将近|近|超过|超|好|(?<!以)上|几|不止|至少|起码|最少)$")
_ABOUT_BEFORE = re.compile(r"(?:大概|大约|约|差不多|大致|估计|左右)$")
# Amounts that nobody can read: 几百块, 上万, 好几千, 万把块, 百来块, 小几万.
_NO_NUMBER = re.compile(
    r"(?:几|上|好几|小几|大几)(?:十|百|千|万)|[百千万]把|(?<![一二两三四五六七八九十\d零])[百千]来块"
)
_SIGN = re.compile(r"(?:¥|rmb|人民币)\s*$")
_MINUS = re.compile(r"(?:负|(?<![\d年月.-])-)\s*$")
# What follows or leads a number that is no amount.
_OTHER_AFTER = re.compile(
    r"\s*(?:月|号|日|年|岁|周岁|级|甲|乙|天|个|次|%|家|楼|床|点|分钟|小时|钟|周|孩|娃|胎|口|人|折|成|条|项|种|方式|倍|位|公里|"
    r"层|班|型|度|℃|斤|公斤|cm|粒|片|盒|瓶|支|针|毫升|ml|mg|路|栋|室|单元|学年|晚|夜|样|下|起(?!付)|共|直|些|般|定|百分|只|名|门|边|"
    r"楼|宝|姐|哥|弟|妹|兄|老|院|附院|医院|人民|周|礼拜|星期|回|趟|届|代|档|期|段|线|旦|切|千多度|时)"
)
_OTHER_BEFORE = re.compile(
    r"(?:工号|单号|病历号|票号|房号|车牌|第|初|星期|周|礼拜|电话|手机|号码|热线|身份证|尾号|编号|卡号|床号|打|拨|微信|qq|百分之|大|小|老|幼|十|万|统|唯|同|单|之)\s*$"
)
_CALLED = re.compile(r"(?:打|拨|热线|电话|叫|呼)(?:了|过|通|咗)?\s*$")
_HOTLINE = {"12345", "12333", "12366"}
# What an amount without a unit stands behind, or before.
_CUE_BEFORE = re.compile(
    r"(?:花|费|内|共|上|线|药|钱|用|额|单|报|付|总|账|款|收|价|计|外|剩|有|是|约|:|=|块|查|验|使|洗|咗|了|里|分|化|液|血|针|片|像|超|t|-|负|检|出|掉|趟|次|回|要|过|刷|开|后|到|给|垫|,|。|;|多|才|又|院|疗|诊|级|康|甲|乙|^|\s)\s*$"
)
_CUE_AFTER = re.compile(r"\s*(?:能|可|报|医保|自己|要|该|给|都|全|的|,|。|;|\?|!|$|在|算)")
_COINS = re.compile(
    r"([\d零一二两三四五六七八九十百千万]+)[块元]([\d一二三四五六七八九])[毛角](?:([\d一二三四五六七八九])分?)?"
)
_PERSONAL = 7  # digits: a phone or an identity number, no amount
_REACH = 14


@dataclass(frozen=True)
class Amount:
    """A sum of money in yuan; `value` is None where it is only vague; `role` says what it is."""

    value: Decimal | None
    role: str
    about: bool
    start: int
    end: int


def find_amounts(text: str, taken: list[tuple[int, int]], roles: Mapping[str, Words]) -> list[Amount]:
    """Return the amounts of a folded text; `taken` are the spans of numbers that mean something else."""
    plain: list[Amount] = []
    for number in find_numbers(text):
        # The 6 of 105块6 belongs to the amount before it.
        inside = plain and number.start < plain[-1].end
        if not inside and (amount := _amount(number, text, taken)):
            plain.append(amount)
    return _with_roles(text, plain, roles)


def is_vague(text: str) -> bool:
    """Tell whether an amount is hinted at that nobody can compute with (几百块, 上万)."""
    return _NO_NUMBER.search(text) is not None


def bare_amount(text: str) -> Decimal | None:
    """Return the amount if the text is nothing but one (600, 六百块, 大概两万)."""
    body = re.sub(
        r"^(?:是|就|就是|大概|大约|有|花了|一共|总共|约|那就|那|写的是|写着|上面写)+|(?:左右|吧|呢|啊|的|哦|呀|样子|,|。|\s)+$",
        "",
        text,
    )
    amounts = find_amounts(body, [], {})
    whole = len(amounts) == 1 and amounts[0].start == 0 and amounts[0].end == len(body)
    return amounts[0].value if whole else None


def with_coins(text: str) -> str:
    """Return a text with 三块六毛二 written as 3.62."""
    return _COINS.sub(_coin, text)


def _coin(match: re.Match[str]) -> str:
    whole = read_number(match[1])
    if whole is None:
        return match[0]
    return str(whole + _digit(match[2]) / 10 + (_digit(match[3]) / 100 if match[3] else 0))


def _amount(number: Number, text: str, taken: list[tuple[int, int]]) -> Amount | None:
    if any(start < number.end and number.start < end for start, end in taken):
        return None
    before, after = text[max(0, number.start - 6) : number.start], text[number.end :]
    unit = _UNIT.match(after)
    assert unit is not None
    how = (unit["how"] or "") + (unit["later"] or "")
    if (
        not unit["unit"]
        and not re.match(r"\s*个半", after)
        and not _SIGN.search(before)
        and not _is_money(number, before, after, unit)
    ):
        return None
    if unit["unit"] and re.match(r"\s*分(?:之|钟)", after):
        return None
    vague = number.value is None or re.search(_VAGUE_AFTER, how) or _VAGUE_BEFORE.search(before)
    about = bool(re.search(_ABOUT_AFTER, how) or _ABOUT_BEFORE.search(before))
    half = re.match(r"\s*个半", after)
    if half and number.value is not None:
        return Amount(number.value + Decimal("0.5"), "", False, number.start, number.end + half.end())
    end = number.end + (unit.end() if unit["unit"] or unit["how"] else 0)
    value = None if vague else number.value
    if value is not None and unit["unit"]:
        value, end = _in_yuan(value, unit["unit"], text, end)
    if value is not None and _MINUS.search(before):
        value = -value
    return Amount(value, "", about, number.start, end)


def _is_money(number: Number, before: str, after: str, unit: re.Match[str]) -> bool:
    """Whether a number without a unit may be an amount."""
    digits = re.sub(r"\D", "", number.text)
    if (
        _CALLED.search(before)
        or number.text in _HOTLINE
        or (len(digits) >= _PERSONAL and not number.scaled and "." not in number.text and "," not in number.text)
    ):
        return len(digits) > 18 or (len(digits) >= 8 and len(set(digits)) < 3)
    if _OTHER_AFTER.match(after[unit.end() :] if unit["how"] else after) or _OTHER_BEFORE.search(before):
        return False
    if re.search(r"[a-z]$", before) or re.match(r"[a-vx-z]", after):
        return False
    if number.value is None:
        return number.scaled
    if number.scaled:
        return True
    if not number.text[0].isdigit() and (len(number.text) == 1 or not _CUE_AFTER.match(after)):
        return False
    # A stray number counts as an amount, so that it is asked about and never passed over.
    if number.text[0].isdigit():
        return number.value >= 5 or "." in number.text or number.text == "0"
    return bool(_CUE_BEFORE.search(before))


def _in_yuan(value: Decimal, unit: str, text: str, end: int) -> tuple[Decimal, int]:
    if unit[0] in "毛角毫":
        return value / 10, end
    if unit[0] == "分":
        return value / 100, end
    change = _CHANGE.match(text, end)
    if change is None:
        return value, end
    value += _digit(change["tenth"]) / 10
    if change["cent"]:
        value += _digit(change["cent"]) / 100
    return value, change.end()


def _digit(sign: str) -> Decimal:
    return read_number(sign) or Decimal(0)


def _with_roles(text: str, amounts: list[Amount], roles: Mapping[str, Words]) -> list[Amount]:
    done: list[Amount] = []
    for place, amount in enumerate(amounts):
        if re.search(r"[这那]$", text[: amount.start]) and any(amount.value == other.value for other in done):
            # 收了十五块, 这十五块: spoken of twice.
            continue
        start = amounts[place - 1].end if place else 0
        stop = amounts[place + 1].start if place + 1 < len(amounts) else len(text)
        before = text[max(start, amount.start - _REACH) : amount.start]
        after = text[amount.end : min(stop, amount.end + _REACH)]
        last = done[-1].role if done else ""
        done.append(replace(amount, role=_role(before, after, last, roles, place + 1 < len(amounts)) if roles else ""))
    return done


_PART_END = re.compile(r"[,。;!?]")
_STILL = re.compile(
    r"^(?:元|块)?(?:的)?(?:以上|之上|以外|后|之后|以后|完|掉|了)?[,]?(?:的)?(?:部分|那部分)?(?:还)?(?:剩下|剩|有|是|花了|费用|总共|一共|大概)?(?:的)?$"
)


def _role(before: str, after: str, last: str, roles: Mapping[str, Words], nextone: bool) -> str:
    clause, tail = _PART_END.split(before)[-1], _PART_END.split(after)[0]
    named_next = nextone and re.fullmatch(r".{0,3}(?:起付线?|门槛费?|起付标准)(?:是|为|要|:|有|就|大概|约)?", after)
    if (
        not named_next
        and re.match(r"(?:的|是|为|就是|算)?(?:医院)?(?:起付|门槛)", tail)
        and not re.search(r"^.{0,6}(?:以上|以外|之上)", tail)
    ):
        return "deductible"
    if last == "deductible" and re.match(r"(?:元|块)?(?:以上|之上|以外|后|之后|以后)", before) and _STILL.match(before):
        return "above"
    if roles["above"].last(clause) or re.match(r"(?:的|都|全)?是?(?:起付线|门槛费?)(?:以上|之上|以外|后)", tail):
        return (
            "deductible"
            if re.search(
                r"(?:扣除|扣掉|扣了|扣完|减去|减掉|减了|除去|去掉|超过|过了|刨去|扣咗|减咗)(?:起付线|门槛费)$", clause
            )
            and re.match(r"(?:元|块)?(?:以?后|之后|[,]?(?:还)?剩|的部分)", after)
            else "above"
        )
    off = roles["deductible"].last(clause)
    if off and re.search(r"(?:超|过|高|扣|减|除|去|刨|抛|剔)[^,。;]{0,3}$", clause[: off.start()]):
        over = re.search(r"(?:超|过|高)[^,。;]{0,3}$", clause[: off.start()])
        between = clause[off.end() :]
        if over or re.search(r"还|剩|后|外|部分|余|是|有", between):
            return "above"
    nearest, found = 0, ""
    for role in ("left", "deductible", "consult", "used", "outside", "not_cost", "in_scope", "item"):
        match = roles[role].last(clause)
        if match is None or len(clause) - match.end() > 8 or (role == "used" and _can(clause, match.start())):
            continue
        if match.end() > nearest:
            nearest, found = match.end(), role
    if found:
        return found
    if re.search(r"(?:就是|等于|算出来是?)$", clause) and re.match(
        r"(?:元|块)?(?:了)?(?:对吧|对不对|是吧|对吗|没错吧|是不是)", tail
    ):
        return "not_cost"
    if re.match(r"(?:元|块|蚊)?(?:的)?(?:额度|限额)", tail) and "用" in clause:
        return "used"
    if re.match(r"(?:元|块)?(?:的)?(?:额度|限额)?(?:已经|都|早就|全)*(?:用|报)(?:完|光|晒|满|掉|了|咗|尽)", tail):
        return "used"
    for role in ("consult", "outside", "in_scope"):
        if roles[role].leads(re.sub(r"^(?:都|全|全部|的|是|为|在|均|元|块)+", "", tail)):
            return role
    return "total"


def _can(clause: str, start: int) -> bool:
    return re.search(r"(?:能|可以|会|该|应|可|得|给)$", clause[:start]) is not None
