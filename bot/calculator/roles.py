"""Roles: which line of a bill each amount of a sentence is, told by the words around it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from bot.calculator.money import Amount
from bot.calculator.vocabulary import Words

_REACH, _NEAR = 14, 8  # signs
_CLAUSE = re.compile(r"[,。;!?]")
_LINE = r"(?:起付线?|起付标准|门槛费?)"
_NEXT_LINE = re.compile(
    rf".{{0,3}}{_LINE}(?:人家|医院|他们|单子上?)?(?:说|写着?|显示|讲)?(?:的)?(?:是|为|要|:|有|就|大概|约)?"
)
_THE_LINE = re.compile(r"(?:的|是|为|就是|算)?(?:医院)?(?:起付|门槛)(?!.{0,5}(?:以上|以外|之上))")
_OVER_LINE = re.compile(r"(?:的|都|全)?是?(?:起付线|门槛费?)(?:以上|之上|以外|后)")
# 起付线800以上部分1万, 起付线600已经扣了还有2万: what stands behind the line and leads to the next amount.
_BEYOND = re.compile(
    r"(?:元|块)?(?:我)?(?:已经|已)?(?:付|扣|减|交|给)?(?:除|掉|完|了|过)*,? ?"
    r"(?:以上|之上|以外|之外|外|后|之后|以后|超过|超出|高出|多出)?(?:的)?(?:部分|那部分)?(?:还|就)?"
    r"(?:剩下|剩余|剩|余下|有|是|又?花了|费用|总共|一共|大概)?(?:的)?"
)
_LEFT = re.compile(r"上|外|后|超|剩|余|还|扣|减")
_TAKEN = re.compile(r"[扣减除去刨]")
_OVERSTEPS = re.compile(r"[超过高]")
_PART = re.compile(r"(?:元|块)?(?:的部分|以上)")
# 花了1万不含起付线600: the cost is what is above the line.
_NOT_IN = re.compile(rf"(?:不含|不包括|不算){_LINE}$")
_NOT_CONSULT = re.compile(r"(?:不含|除了?|不包括|不算|扣除|减去|不计)$")
_OVER = re.compile(r"(?:超|过|高)[^,。;]{0,3}$")
_OFF = re.compile(r"(?:扣|减|除|去|刨|抛|剔)[^,。;]{0,3}$")
_LEFT_OVER = re.compile(r"还|剩|后|外|部分|余|有")
_CAN = re.compile(r"(?:能|可以|会|该|应|可|得|给)$")
_DONE = re.compile(r"(?:给|得)(?:报销?|付)(?:了|过|咗)$")
_GUESS = re.compile(r"(?:就是|等于|算出来是?)$")
_GUESSED = re.compile(r"(?:元|块)?(?:了)?(?:对吧|对不对|是吧|对吗|没错吧|是不是)")
_OF_CAP = re.compile(r"(?:元|块|蚊)?(?:的)?(?:额度|限额)")
_USED_UP = re.compile(r"(?:元|块)?(?:的)?(?:额度|限额)?(?:已经|都|早就|全部|全)*(?:用|报)(?:完|光|晒|满|掉|了|咗|尽)")
_FILLER = re.compile(r"^(?:都|全|全部|的|是|为|在|均|元|块)+")
_AGAIN = re.compile(r"[这那]$")
_LEADING = ("left", "deductible", "consult", "used", "outside", "not_cost", "in_scope", "registration", "item")


def with_roles(text: str, amounts: list[Amount], roles: Mapping[str, Words]) -> list[Amount]:
    """Return the amounts with what each is of; an amount that is only spoken of again is left out."""
    done: list[Amount] = []
    spent = 0
    for place, amount in enumerate(amounts):
        if _AGAIN.search(text[: amount.start]) and any(amount.value == other.value for other in done):
            continue
        start = max(amounts[place - 1].end if place else 0, spent)
        stop = amounts[place + 1].start if place + 1 < len(amounts) else len(text)
        before = text[max(start, amount.start - _REACH) : amount.start]
        after = text[amount.end : min(stop, amount.end + _REACH)]
        last = stop == len(text)
        role = _line(before, after, done[-1].role if done else "", roles, last) or _led(before, roles)
        if not role and (named := _named(after, roles)):
            # 30块诊查费200块药费: the word belongs to the amount before it.
            role, length = named
            spent = amount.end + length
        done.append(replace(amount, role=role or _followed(before, after, roles)))
    return done


def _line(before: str, after: str, previous: str, roles: Mapping[str, Words], last: bool) -> str:
    """Return deductible or above for an amount that has to do with the deductible."""
    clause, tail = _CLAUSE.split(before)[-1], _CLAUSE.split(after)[0]
    if (last or not _NEXT_LINE.fullmatch(after)) and _THE_LINE.match(tail):
        return "deductible"
    if previous == "deductible" and _BEYOND.fullmatch(before) and _LEFT.search(before):
        return "above"
    if _NOT_IN.search(clause):
        return "line_apart"
    if _OVER_LINE.match(tail):
        return "above"
    if word := roles["above"].last(clause):
        return _off(word[0], clause[word.end() :], after)
    line = roles["deductible"].last(clause)
    if line is None:
        return ""
    led, between = clause[: line.start()], clause[line.end() :]
    if _OVER.search(led):
        return "deductible" if _PART.match(after) else "above"
    return "above" if _OFF.search(led) and _LEFT_OVER.search(between) else ""


def _off(word: str, between: str, after: str) -> str:
    """Tell 扣除起付线600 (the line) from 扣除起付线还有8000 and 起付线以上8000 (what is above it)."""
    if _TAKEN.search(word):
        return "above" if _LEFT_OVER.search(between) else "deductible"
    return "deductible" if _OVERSTEPS.search(word) and _PART.match(after) else "above"


def _led(before: str, roles: Mapping[str, Words]) -> str:
    """Return the role whose word stands nearest before the amount."""
    clause = _CLAUSE.split(before)[-1]
    nearest, found = 0, ""
    for role in _LEADING:
        match = roles[role].last(clause)
        if match is None or len(clause) - match.end() > _NEAR or match.end() <= nearest:
            continue
        if found == "deductible" and role in ("not_cost", "outside"):
            # 起付线自己付了600: still the deductible.
            continue
        if role == "consult" and _NOT_CONSULT.search(clause[: match.start()]):
            continue
        if role == "used" and "商" in clause:
            role = "not_cost"
        # 能报2000 is a hope, 报了2000 and 给报了2000 are facts.
        if role != "used" or not _CAN.search(clause[: match.start()]) or _DONE.search(clause[: match.end()]):
            nearest, found = match.end(), role
    return found


def _named(after: str, roles: Mapping[str, Words]) -> tuple[str, int] | None:
    """Return the role that stands right behind an amount, and where its word ends."""
    skipped = len(after) - len(_FILLER.sub("", after))
    for role in ("consult", "outside", "not_cost", "registration", "item"):
        if word := roles[role].leading(after[skipped:]):
            return role, skipped + word.end()
    return None


def _followed(before: str, after: str, roles: Mapping[str, Words]) -> str:
    """Return the role that the words behind the amount give it."""
    clause, tail = _CLAUSE.split(before)[-1], _CLAUSE.split(after)[0]
    if _GUESS.search(clause) and _GUESSED.match(tail):
        return "not_cost"
    if (_OF_CAP.match(tail) and "用" in clause) or _USED_UP.match(tail):
        return "used"
    body = _FILLER.sub("", tail)
    return next((role for role in ("consult", "outside", "in_scope") if roles[role].leading(body)), "total")
