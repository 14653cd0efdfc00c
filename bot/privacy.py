"""Privacy: numbers and addresses that point to a person are masked before anything is stored or logged."""

from __future__ import annotations

import re

ID_NUMBER = "〔证件号〕"
MOBILE = "〔手机号〕"
CARD = "〔银行卡号〕"
EMAIL = "〔邮箱〕"
NUMBER = "〔号码〕"

# What people put between the groups of a number. A dot is none of it: 2471.31 is an amount.
_GAP = r"[ \t\u00a0\u2002-\u200a\u3000_\-\u2010-\u2015\u2212－·]{0,2}"
# \d takes full-width digits too. Fifteen and more in a row are no amount and no year.
_LONG = re.compile(rf"\d(?:{_GAP}\d){{13,}}(?:{_GAP}(?:\d|[XxＸｘ](?![A-Za-z])))")
_MOBILE = re.compile(
    rf"(?<!\d)(?:(?:[+＋]|[0０]{{2}})?[8８][6６]{_GAP})?[0０]?[1１]{_GAP}[3-9３-９](?:{_GAP}\d){{9}}(?!\d)"
)
# Several in a row, or one with 0086 before it, are as long as a card number.
_MOBILES = re.compile(rf"(?:{_MOBILE.pattern}{_GAP})+")
_WORD = r"[A-Za-z0-9Ａ-Ｚａ-ｚ０-９]"
# It may only start where a run of such signs does, or a long run without "@" would take quadratic time.
_NAME = r"[A-Za-z0-9Ａ-Ｚａ-ｚ０-９._%+\-]"
_EMAIL = re.compile(rf"(?<!{_NAME}){_NAME}+[ \t]?[@＠][ \t]?(?:{_WORD}|-)+(?:[ \t]?[.．][ \t]?{_WORD}{{2,}})+")
_ID_LENGTHS = (15, 18)
# Bank cards have 16 to 19 digits: ISO/IEC 7812.
_CARD_LENGTHS = (16, 17, 19)


def mask(text: str) -> str:
    """Return `text` with ID, mobile and card numbers and email addresses replaced."""
    text = _LONG.sub(_long, _EMAIL.sub(EMAIL, text))
    return _MOBILE.sub(MOBILE, text)


def _long(match: re.Match[str]) -> str:
    signs = [sign for sign in match[0] if sign.isdigit() or sign in "XxＸｘ"]
    if _MOBILES.fullmatch(match[0]):
        return MOBILE
    if len(signs) in _ID_LENGTHS:
        return ID_NUMBER
    return CARD if len(signs) in _CARD_LENGTHS else NUMBER
