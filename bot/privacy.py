"""Privacy: numbers and addresses that point to a person are masked before anything is stored or logged.

What is searched has its full-width signs made plain, one for one, so that a place found there is the place in the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

ID_NUMBER = "〔证件号〕"
MOBILE = "〔手机号〕"
PHONE = "〔电话号〕"
CARD = "〔银行卡号〕"
EMAIL = "〔邮箱〕"
ACCOUNT = "〔账号〕"
NUMBER = "〔号码〕"

_PLAIN = str.maketrans(
    {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if chr(code) != "，"} | {"\u3000": " ", "。": "."}
)
_UNSEEN = r"\u00ad\u200b-\u200f\u2060\ufeff"
_BLANK = rf"\s{_UNSEEN}"
_DASH = r"_\-\u2010-\u2015\u2212·"
_GAP = rf"[{_BLANK}{_DASH}]{{0,2}}"
# What people put between the signs of a number, a line's end too. Between those of a phone number stand brackets, but
# not the marks of a list, which amounts have.
_ANY = rf"[{_BLANK}{_DASH}.,，、/\\:;|*]{{0,4}}"
_PHONE_GAP = rf"[{_BLANK}{_DASH}.,/\\:;|*()\[\]]{{0,4}}"
_OPEN, _SHUT = rf"[(\[]?{_GAP}", rf"[{_BLANK}{_DASH})\]]{{0,3}}"
_START, _END = r"(?<![0-9])", r"(?![0-9])"


def _spaced(pattern: str) -> str:
    """Return the pattern of a number whose signs, separated by blanks here, may stand apart."""
    return _ANY.join(pattern.split())


_MONTH, _DAY = rf"(?:0{_ANY}[1-9]|1{_ANY}[0-2])", rf"(?:0{_ANY}[1-9]|[12]{_ANY}[0-9]|3{_ANY}[01])"
_YEAR = rf"(?:1{_ANY}[89]|2{_ANY}0){_ANY}[0-9]{_ANY}[0-9]"
# A district, a date of birth, a running number and a check sign: no amounts look like this, whatever stands between.
_ID_18 = _spaced(f"[1-9] [0-9] [0-9] [0-9] [0-9] [0-9] {_YEAR} {_MONTH} {_DAY} [0-9] [0-9] [0-9] [0-9Xx]")
# Travel permits, passports and birth certificates begin with one or two letters; Hong Kong ends in brackets.
_DOCUMENT = rf"(?<![A-Za-z0-9])[A-Za-z]{{1,2}}(?:{_GAP}[0-9]){{7,10}}"
_HONG_KONG = rf"(?<![A-Za-z0-9])[A-Za-z]{{1,2}}{_GAP}[0-9]{{6}}{_GAP}\({_GAP}[0-9Aa]{_GAP}\)"
_MACAU = rf"{_START}[157][0-9]{{6}}{_GAP}\([0-9]\)"
_IS = r"[^\w]{0,4}[是为]?[^\w]{0,4}"
# The same with its date of birth in words; only where it is called one, for an amount may stand beside any other date.
_BORN = rf"{_IS}(?:生日|出生日期|出生于?|生于){_IS}(?:19|20)[0-9]{{2}}[年./-][0-9]{{1,2}}[月./-][0-9]{{1,2}}日?{_IS}"
_ID_TOLD = rf"{_START}[1-9][0-9]{{5}}{_BORN}(?:尾号|[后末]四位)?{_IS}[0-9]{{3}}[0-9Xx]{_END}(?!{_GAP}[元块万])"
_NAMES = (
    r"(?:证件|身份证|护照|通行证|台胞证|回乡证|居住证|出生证|出生证明|出生医学证明|医学证明|社会保障卡?|[社医]保卡?|"
    r"医疗保险|电脑|[参投]保|住院|病历|就诊卡?)"
)
_NAMED = rf"{_NAMES}(?:的?号码?|编号|卡号)?{_IS}(?P<number>[A-Za-z]{{0,2}}(?:{_GAP}[0-9]){{7,}})"
# Fifteen and more in a row are no amount and no year; neither are twelve without anything between them.
_LONG = rf"{_START}[0-9](?:{_PHONE_GAP}[0-9]){{13,}}(?:{_GAP}(?:[0-9]|[Xx](?![A-Za-z])))?"
_ROW = rf"{_START}[0-9]{{12,}}{_END}"
_COUNTRY = rf"(?:(?:\(?\+|00){_GAP})?86{_SHUT}"
_MOBILE = rf"{_START}{_OPEN}(?P<whole>(?:{_COUNTRY})?0?(?P<mobile>1{_ANY}[3-9](?:{_PHONE_GAP}[0-9]){{9}})){_END}"
_HAN = "[〇零一二三四五六七八九幺]"
_SPOKEN = rf"(?<!{_HAN})[一幺][三四五六七八九]{_HAN}{{9}}(?!{_HAN})"
_AREA = r"(?:10|2[0-9]|[3-9][0-9]{2})"
_LANDLINE = rf"{_START}(?:{_OPEN}{_COUNTRY}0?|{_OPEN}0){_AREA}{_SHUT}[1-9][0-9]{{2,3}}{_GAP}[0-9]{{4}}{_END}"
_QQ = rf"(?:[Qq]{{2}}|扣扣|企鹅)(?:账?号码?)?{_IS}(?P<qq>[1-9](?:{_GAP}[0-9]){{4,11}}){_END}"
_WECHAT = rf"(?:微信|[Ww]ei[Xx]in|[Ww]e[Cc]hat|(?<![A-Za-z])[VvWw][Xx])号?{_IS}(?P<wechat>[A-Za-z][\w-]{{5,19}})"
_WXID = r"(?<![A-Za-z0-9])wxid_\w+"
_WORD = r"[A-Za-z0-9\u3400-\u9fff]"
# It may only start where a run of such signs does, or a long run without "@" would take quadratic time.
_NAME = r"[A-Za-z0-9._%+\-]"
_DOMAIN = (
    r"(?:(?:[A-Za-z0-9]|-)+(?:[ \t]?\.[ \t]?[A-Za-z0-9]{2,})+"
    rf"|(?:{_WORD}|-)+\.(?:中国|公司|网络|网址|政务|公益|[A-Za-z]{{2,}}))"
)
# A name may be of Han signs; how many of those before it are a name cannot be told, and few names have more than four.
_OWNER = rf"(?<!{_NAME})(?:{_NAME}+|{_NAME}*[\u3400-\u9fff]{{1,4}})"
_EMAIL = rf"{_OWNER}[ \t]?@[ \t]?{_DOMAIN}"
_KNOWN = r"(?:com|cn|net|org|edu|gov|hk|tw|mo)(?![A-Za-z])"
_HIDDEN = rf"{_OWNER}(?:[ \t]?[#＃]|[ \t]?[(\[]at[)\]][ \t]?|[ \t]at[ \t])(?:[A-Za-z0-9-]+\.)+{_KNOWN}"

_IDS = (15, 18)
# Bank cards have 16 to 19 digits: ISO/IEC 7812.
_CARDS = range(16, 20)
# How a phone number is grouped where commas, dots or line ends stand between; four and three more are two amounts.
_PHONE_GROUPS = ((11,), (3, 4, 4), (3, 8))
_MONEY = ("元", "块", "万")

_Label = Callable[[re.Match[str]], str | None]


def mask(text: str) -> str:
    """Return `text` with what points to a person replaced: numbers of documents, phones, cards and accounts, emails."""
    plain = text.translate(_PLAIN)
    done, place = [], 0
    for start, end, label in _settled(plain):
        done += [text[place:start], label]
        place = end
    return "".join([*done, text[place:]])


def _settled(plain: str) -> Iterator[tuple[int, int, str]]:
    """Yield what is to be replaced, in order; where two meet, the first and longest."""
    place = 0
    for start, end, label in sorted(_found(plain), key=lambda found: (found[0], -found[1])):
        if start >= place:
            place = end
            yield start, end, label


def _found(plain: str) -> Iterator[tuple[int, int, str]]:
    for pattern, group, label in _RULES:
        for match in pattern.finditer(plain):
            name = label(match) if callable(label) else label
            if name is not None:
                yield match.start(group), match.end(group), name


def _long(match: re.Match[str]) -> str | None:
    found = match[0]
    digits = [sign for sign in found if sign.isalnum()]
    groups = _groups(found)
    if _PHONES.fullmatch(found):
        return MOBILE
    if _PHONES_APART.fullmatch(found) or _is_money(match, groups):
        return None
    if 2 < max(groups) < 8 and not _looks_like_card(digits, groups):
        # 20000 18000 30000: amounts, one beside the other.
        return None
    if len(digits) in _IDS:
        return ID_NUMBER
    return CARD if len(digits) in _CARDS else NUMBER


def _looks_like_card(digits: list[str], groups: tuple[int, ...]) -> bool:
    return len(digits) in _CARDS and (digits[:2] == ["6", "2"] or _luhn(digits)) and set(groups[:-1]) == {4}


def _luhn(digits: list[str]) -> bool:
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(digits), 1) if digit.isdigit()]
    return len(doubled) == len(digits) and sum(value - 9 * (value > 9) for value in doubled) % 10 == 0


def _mobile(match: re.Match[str]) -> str | None:
    found = match["mobile"]
    groups = _groups(found)
    if _is_money(match, groups):
        return None
    dashed = re.fullmatch(rf"[0-9{_DASH}]+", found)
    return MOBILE if dashed or groups in _PHONE_GROUPS or max(groups) <= 2 else None


def _is_money(match: re.Match[str], groups: tuple[int, ...]) -> bool:
    """Tell whether several numbers stand before the word for money: 130 2000 3000元."""
    return len(groups) > 1 and match.string.startswith(_MONEY, match.end())


def _groups(found: str) -> tuple[int, ...]:
    return tuple(map(len, re.findall(r"[0-9Xx]+", re.sub(f"[{_UNSEEN}]", "", found))))


_ONE_PHONE = re.sub(r"\?P<\w+>", "?:", _MOBILE)
_PHONES, _PHONES_APART = (re.compile(rf"(?:{_ONE_PHONE}{between})+") for between in (_GAP, _ANY))
# Pattern, the part of it to replace, and what to put there; a function may say that it is something else.
_RULES: tuple[tuple[re.Pattern[str], int | str, str | _Label], ...] = (
    (re.compile(_EMAIL), 0, EMAIL),
    (re.compile(_HIDDEN), 0, EMAIL),
    (re.compile(rf"{_START}{_ID_18}(?![0-9])"), 0, ID_NUMBER),
    (re.compile(_ID_TOLD), 0, ID_NUMBER),
    (re.compile(_HONG_KONG), 0, ID_NUMBER),
    (re.compile(_MACAU), 0, ID_NUMBER),
    (re.compile(_DOCUMENT), 0, ID_NUMBER),
    (re.compile(_NAMED), "number", ID_NUMBER),
    (re.compile(_MOBILE), "whole", _mobile),
    (re.compile(_SPOKEN), 0, MOBILE),
    (re.compile(_LANDLINE), 0, PHONE),
    (re.compile(_QQ), "qq", ACCOUNT),
    (re.compile(_WECHAT), "wechat", ACCOUNT),
    (re.compile(_WXID), 0, ACCOUNT),
    (re.compile(_LONG), 0, _long),
    (re.compile(_ROW), 0, NUMBER),
)
