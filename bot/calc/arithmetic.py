"""Arithmetic: a message that is nothing but a sum, written in signs or said in words, computed exactly."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import accumulate

from bot.calc.numbers import read_number

LONGEST = 200  # signs
DEEPEST = 20  # brackets one in another
LARGEST = 10**15
# No number on the way to the result may be longer, so no power and no product takes long.
_BITS = 4096
_PLACES, _MOST_PLACES = 10, 30


class Fault(StrEnum):
    """Why a sum has no result to show."""

    ZERO, POWER, LARGE = "zero", "power", "large"
    LONG, DEEP, BRACKETS = "long", "deep", "brackets"


@dataclass(frozen=True)
class Expression:
    """A sum that was read: its words, the same in plain signs, and its value or the fault for which it has none."""

    text: str
    line: str
    value: Decimal | None = None
    exact: bool = True
    fault: Fault | None = None


class _NotASum(Exception): ...


_WORDS = {
    "加上": "+", "加": "+", "减去": "-", "减掉": "-", "减": "-", "扣掉": "-", "扣除": "-", "扣": "-",
    "乘以": "×", "乘上": "×", "乘": "×", "x": "×", "*": "×", "·": "×", "除以": "÷", "/": "÷", "**": "^",
    "然后再": "再", "然后": "再", "接着": "再", "最后": "再", "[": "(", "【": "(", "]": ")", "】": ")",
    "块钱": "元", "块": "元", "蚊": "元",
    "的": "的", "的平方": "平方", "的立方": "立方", "次方": "次方", "分之": "分之",
}  # fmt: skip
# How close the signs bind. 的 is a multiplication: 600÷5000的90% is 600÷(5000×90%).
_RANKS = {"+": 1, "-": 1, "×": 2, "÷": 2, "打": 2, "的": 3, "^": 4, "平方": 3, "立方": 3, "%": 5}
_WHOLE, _POWERS = 6, {"平方": Fraction(2), "立方": Fraction(3)}
_NUMERALS = "零〇一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟"
_TOKEN = re.compile(
    rf" ?(?:(?P<number>(?:[0-9.]|,(?=[0-9])|(?<=[0-9])[wk]|[点{_NUMERALS}])+)|(?:, ?(?=再|然后|接着|最后))?"
    rf"(?P<sign>{'|'.join(sorted(map(re.escape, _WORDS), key=len, reverse=True))}|-(?!-)|[+×÷^%()再打折元])) ?"
)
_ARABIC = re.compile(r"(?!0[0-9])(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?|\.[0-9]+")
_MIXED = re.compile(rf"(?!0[0-9])(?:[0-9]+\.[0-9]+[wk十百千万亿]|[0-9wk{_NUMERALS}]+)|[{_NUMERALS}]+点[{_NUMERALS}]+")
_TWO = re.compile("[0-9][零〇一二两三四五六七八九]|[一二两三四五六七八九][0-9]")  # 5一块: 5 and 一块, together
_ALONE = {"百": 100, "千": 1000, "万": 10_000}
_PLAIN = str.maketrans("➕➖➗✕✖•−‐–—∕減兩萬億點塊錢於", "+-÷×××----/减两万亿点块钱于", "\ufe0f\u200b\ufeff")
_RAISED = re.compile("[⁰¹²³⁴-⁹]+")
# What is said around a sum, most of it sign by sign: the rest must be a sum anyhow.
_BEFORE = ("作业", *" ,:。你您好请請问問麻烦煩帮幫忙给替我想要知道能不可以计計算看下那么", "一下", "算一算")
_AFTER = (
    "一下",
    "一共",
    "还剩",
    "多少元",
    "几多蚊",
    "系几多",
    *" ?!。~,呢啊呀吧吗嗎了几幾啥什么麼是=等于得出好多少钱谢謝结果总總共合计計帮幫我算看",
)
_LABEL = re.compile(
    r"(?:19|20)[0-9]{2}[-/](?:1[0-2]|[1-9])(?:[-/][0-9]+)*|[0-9]{1,2}[-/][0-9]{1,2}[-/](?:19|20)[0-9]{2}"
    r"|1[3-9][0-9]-[0-9]{4}-[0-9]{4}|[48]00-[0-9]{3,4}-[0-9]{3,4}|[0-9]{4}(?:-[0-9]{4}){2,}(?:-[0-9]{3})?"
)
_PAIR = re.compile(r"([0-9]+(?:\.[0-9]+)?)(%?) ?(?:元|块)?([-/]) ?([0-9]+(?:\.[0-9]+)?)\2 ?(?:元|块)?")


def read_expression(text: str) -> Expression | None:
    """Return the sum that the whole message is, None if the message is anything else."""
    core, asked = _unwrap(_plain(text))
    try:
        tokens = list(_tokens(core))
        if not _joins(tokens) or (not asked and _is_label(core)):
            return None
        if sum(map(len, tokens)) > LONGEST:
            return Expression(core, core, fault=Fault.LONG)
        if fault := _bracket_fault(tokens):
            _parse(token for token in tokens if token not in "()")
            return Expression(core, core, fault=fault)
        return _finished(core, _parse(tokens))
    except _NotASum:
        return None


def _finished(text: str, part: _Part) -> Expression:
    value = part.value
    if _bracket_fault(part.line):  # each 再 is a bracket that nobody typed
        value = Fault.DEEP
    elif not isinstance(value, Fault) and abs(value) >= LARGEST:
        value = Fault.LARGE
    if isinstance(value, Fault):
        return Expression(text, text, fault=value)
    exact, places = 10**_MOST_PLACES % value.denominator == 0, _MOST_PLACES
    if not exact:  # a result below one keeps ten digits after its leading zeros
        places = min(places, _PLACES + len(str(int(1 / abs(value)))) - 1)
    return Expression(text, part.line, _decimal(value, places), exact)


def _decimal(value: Fraction, places: int) -> Decimal:
    digits = round(value * 10**places)
    while places and digits % 10 == 0:
        digits, places = digits // 10, places - 1
    return Decimal(f"{digits}E-{places}")


def _plain(text: str) -> str:
    """Return `text` in half-width, lower-case, simplified signs; ① and ½ stay, or 3½ would become 31/2."""
    text = _RAISED.sub(lambda match: "^" + unicodedata.normalize("NFKC", match[0]), text)
    signs = (sign if unicodedata.category(sign) == "No" else unicodedata.normalize("NFKC", sign) for sign in text)
    return " ".join("".join(signs).translate(_PLAIN).lower().split())


def _unwrap(text: str) -> tuple[str, bool]:
    """Return `text` without the polite words around it, and whether they ask outright what it equals."""
    begin, end = 0, len(text)
    while word := next((word for word in _BEFORE if text.startswith(word, begin, end)), ""):
        begin += len(word)
    while word := next((word for word in _AFTER if text.endswith(word, begin, end)), ""):
        end -= len(word)
    return text[begin:end], any(word in text[end:] for word in ("=", "等于", "得"))


def _tokens(text: str) -> Iterator[str]:
    """Yield numbers as they stand and signs in their plain form."""
    place, before = 0, ""
    while place < len(text):
        match = _TOKEN.match(text, place)
        if not match:
            raise _NotASum
        token, place = match["number"] or _WORDS.get(match["sign"], match["sign"]), match.end()
        if token != "元":
            yield token
        elif not _is_number(before) and before != ")":
            raise _NotASum
        before = token


def _is_number(token: str) -> bool:
    return token[:1] in {*"0123456789.", *_NUMERALS}


def _joins(tokens: list[str]) -> bool:
    # Of 百分之九十 and 三分之一 the two numbers are one.
    numbers = sum(map(_is_number, tokens)) - tokens.count("分之")
    return numbers > 1 or not _POWERS.keys().isdisjoint(tokens)


def _bracket_fault(signs: Iterable[str]) -> Fault | None:
    depths = list(accumulate((sign == "(") - (sign == ")") for sign in signs))
    if min(depths) < 0 or depths[-1]:
        return Fault.BRACKETS
    return Fault.DEEP if max(depths) > DEEPEST else None


def _is_label(text: str) -> bool:
    """Whether it is rather a date, a range, a school year or a telephone number: 10-8, 24-25, 2024/10."""
    if pair := _PAIR.fullmatch(text):
        left, right, range_ = Fraction(pair[1]), Fraction(pair[4]), pair[3] == "-"
        if (range_ and left < right) or (0 < right <= 31 and left <= (31 if range_ else 12)):
            return True
    return bool(_LABEL.fullmatch(text))


def _number(said: str) -> Fraction:
    if _ARABIC.fullmatch(said):
        return Fraction(said.replace(",", ""))
    value = _ALONE.get(said) or (read_number(said) if _MIXED.fullmatch(said) and not _TWO.search(said) else None)
    if value is None:
        raise _NotASum
    return Fraction(value)


@dataclass(frozen=True)
class _Part:
    value: Fraction | Fault
    line: str
    rank: int = _WHOLE
    share: bool = False  # a percentage, or the whole that one is taken off

    def within(self, rank: int) -> str:
        return self.line if self.rank >= rank else f"({self.line})"


def _literal(value: Fraction) -> _Part:
    return _Part(value, format(_decimal(value, value.denominator.bit_length()), "f"), share=value == 1)


def _percent(part: _Part) -> _Part:
    return _Part(_apply("÷", part.value, Fraction(100)), f"{part.within(_WHOLE)}%", _RANKS["%"], share=True)


def _joined(left: _Part, sign: str, right: _Part) -> _Part:
    rank, power = _RANKS[sign], sign == "^"
    # What is 5000 + 10%, 5000.1 or 5500?
    if rank == 1 and right.rank == _RANKS["%"] and not left.share:
        raise _NotASum
    # 9 - (3 + 2) and (2^3)^2 need their brackets, 9 - 3 + 2 and 2^3^2 do not.
    first, second = left.within(rank + power), right.within(rank + (not power))
    line = f"{first}^{second}" if power else f"{first} {sign} {second}"
    return _Part(_apply(sign, left.value, right.value), line, rank, rank == 1 and left.share and right.share)


def _apply(sign: str, left: Fraction | Fault, right: Fraction | Fault) -> Fraction | Fault:
    if isinstance(left, Fault) or isinstance(right, Fault):
        return left if isinstance(left, Fault) else right
    value: Fraction | Fault = _OPERATIONS[sign](left, right)
    return Fault.LARGE if not isinstance(value, Fault) and _bits(value) > _BITS else value


def _raise(base: Fraction, exponent: Fraction) -> Fraction | Fault:
    if exponent.denominator != 1 or base == exponent == 0:
        return Fault.POWER
    if not base and exponent < 0:
        return Fault.ZERO
    if abs(exponent) * (_bits(base) - 1) > _BITS:
        return Fault.LARGE
    return Fraction(base**exponent.numerator)


def _bits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())


_OPERATIONS: dict[str, Callable[[Fraction, Fraction], Fraction | Fault]]
_OPERATIONS = {"+": Fraction.__add__, "-": Fraction.__sub__, "×": Fraction.__mul__, "^": _raise}
_OPERATIONS["÷"] = lambda left, right: left / right if right else Fault.ZERO


def _parse(tokens: Iterable[str]) -> _Part:
    rest = [*tokens, "end"][::-1]
    part = _sum(rest, 1)
    _drop(rest, "end")
    return part


def _drop(rest: list[str], token: str) -> None:
    if rest.pop() != token:
        raise _NotASum


def _sum(rest: list[str], rank: int) -> _Part:
    part = _operand(rest)
    while True:
        if rest[-1] == "再" and rank == 1 and rest[-2] in _RANKS:  # all that was said so far is one operand
            rest.pop()
        if _RANKS.get(rest[-1], 0) < rank:
            return part
        part = _extended(part, rest.pop(), rest)


def _operand(rest: list[str]) -> _Part:
    token = rest.pop()
    if token == "(":
        part = _sum(rest, 1)
        _drop(rest, ")")
        return part
    if token == "-":
        part = _sum(rest, _RANKS["^"])
        return _Part(_apply("-", Fraction(0), part.value), f"(-{part.within(_WHOLE)})")
    number = _number(token)
    if rest[-1] != "分之":
        return _literal(number)
    share = _literal(_number(rest[-2]))
    del rest[-2:]
    return _percent(share) if number == 100 else _joined(share, "÷", _literal(number))


def _extended(part: _Part, sign: str, rest: list[str]) -> _Part:
    if sign == "%":
        return _percent(part)
    if sign in _POWERS:
        return _joined(part, "^", _literal(_POWERS[sign]))
    if sign == "打":
        off = _number(rest.pop())
        _drop(rest, "折")
        return _joined(part, "×", _literal(off / (10 if off <= 10 else 100)))
    if sign == "的" and rest[-2:-1] == ["次方"]:
        power, _ = _number(rest.pop()), rest.pop()
        return _joined(part, "^", _literal(power))
    right = _sum(rest, _RANKS[sign] + (sign != "^"))
    if sign == "的" and right.rank not in (_RANKS["%"], _RANKS["÷"]):
        raise _NotASum
    return _joined(part, "×" if sign == "的" else sign, right)
