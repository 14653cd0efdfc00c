"""Amounts: what each amount of a sentence is of; one that cannot be told is asked for and never passed over."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

from bot.calculator.months import ROLE_FLOOR
from bot.calculator.numbers import read_number
from bot.calculator.reader import Sentence
from bot.calculator.record import COSTS, Record
from bot.calculator.spans import AMOUNT, Span
from corpus.policy import Policy

_FIELDS = {
    "T": "total", "S": "scoped", "A": "above", "D": "deductible", "O": "outside", "L": "left", "E": "each",
    "F": "paid", "B": "base",
}  # fmt: skip
_SUMS = {"I": "items", "C": "consult", "U": "used"}
# The slot to ask for where an amount of this role cannot be used.
_SLOTS = {"D": "deductible", "C": "consult_fee", "U": "used_cap", "L": "used_cap"}
BILLS = "TSIA"
# The only amount of a bill is taken for its cost sooner: it stands with the result.
LONE_FLOOR = 0.4
# How far behind a guess its exact amount may stand.
_NEAR = 5
# Beside other bills an amount that is surer than this to be of nothing is passed over.
_NOTHING_FLOOR = 0.8
_ONE_MORE = re.compile(r"(?:又|再|还有|另外|加上|一[次趟回笔])[^,。;\d]{0,4}$")
# What was paid by now, of other bills.
_BEFORE = re.compile("今年|本年|年度|之前|以前|前面|上次|上回|累计|已经?")
_COUNTED = re.compile(r"第[一二三四五12345][次回趟笔张][^,。;\d]{0,4}$")
_BETWEEN = re.compile(r"[ 、,和跟与加+及]+")
Meant = tuple[Span, str, float]


def without_guesses(sentence: Sentence) -> Sentence:
    """Leave out each vague amount that is said exactly right behind: 七百多，大概730."""
    amounts = [span for span, *_ in sentence.of(AMOUNT)]
    guesses = [one for one, after in pairwise(amounts) if _is_guess(one, after, sentence.text)]
    if not guesses:
        return sentence
    kept = [one for one in zip(sentence.spans, sentence.reading.roles, strict=True) if one[0] not in guesses]
    roles = tuple(role for _, role in kept)
    return replace(sentence, spans=[span for span, _ in kept], reading=replace(sentence.reading, roles=roles))


def counted_out(sentence: Sentence) -> Sentence:
    """Return a sentence in which all amounts that are counted out are costs where one is: 第一次8000，第二次6000."""
    roles = list(sentence.reading.roles)
    framed = [
        at
        for at, span in enumerate(sentence.spans)
        if span.kind == AMOUNT and _COUNTED.search(sentence.text[: span.start])
    ]
    costs = [roles[at] for at in framed if roles[at][0] in "TSI" and roles[at][1] >= ROLE_FLOOR]
    if not costs or any(roles[at][0] not in "TSIN" for at in framed):
        return sentence
    for at in framed:
        roles[at] = costs[0] if roles[at][0] == "N" else roles[at]
    return replace(sentence, reading=replace(sentence.reading, roles=tuple(roles)))


def _is_guess(first: Span, second: Span, text: str) -> bool:
    if first.value is not None or second.value is None or second.start - first.end > _NEAR:
        return False
    whole = text[first.start : first.end]
    least = read_number(re.sub("[多几余来块钱元]", "", whole))
    return least is not None and least <= second.value < least + max(least / 2, Decimal(1))


def _is_one_more(one: Meant, sentence: Sentence) -> bool:
    """Tell whether an amount of no role looks like one bill more: 一次98, 又来个320."""
    span, role, sure = one
    doubtful = role == "N" and sure < _NOTHING_FLOOR and span.value not in sentence.known
    return doubtful and _ONE_MORE.search(sentence.text[: span.start]) is not None


def listed_total(record: Record, sentence: Sentence) -> Decimal | None:
    """Return the sum of outpatient costs that are told in a row and nothing else: 分别是230 185 210."""
    spans = [span for span, *_ in sentence.of(AMOUNT)]
    values = [span.value for span in spans if span.value is not None]
    between = [sentence.text[first.end : second.start] for first, second in pairwise(spans)]
    plain = record.visit == "outpatient" and not {"consult", "mixed", "deductible", "used"} & sentence.words
    in_a_row = len(values) == len(spans) > 1 and all(map(_BETWEEN.fullmatch, between))
    return sum(values, Decimal(0)) if plain and in_a_row else None


def with_amounts(
    record: Record, amounts: Sequence[tuple[Span, str, float]], sentence: Sentence, policy: Policy
) -> Record:
    """Add the amounts by their roles; what cannot be told apart, or is only hinted at, is marked as unclear."""
    cap = policy.number("cap.amount")
    # 额度2471.31都用完了: the printed limit is only named.
    named = {cap} if record.exhausted else set()
    meant = [
        (span, role, sure)
        for span, role, sure in amounts
        if role != "X" and span.value not in named and not (role == "N" and span.value == cap)
    ]
    said: dict[str, Any] = {}
    unclear = ""
    for role in dict.fromkeys(role for _, role, _ in meant if role != "N"):
        spans = [span for span, other, sure in meant if other == role]
        values = [span.value for span in spans if span.value is not None]
        floor = LONE_FLOOR if len(meant) == 1 and role in BILLS else ROLE_FLOOR
        doubtful = len(values) < len(spans) or any(sure < floor for _, other, sure in meant if other == role)
        if doubtful and role == "F" and record.want not in ("cost", "owncost"):
            continue  # what was paid is only needed to find the cost
        if len(spans) == 1 and spans[0].ends and role in "TS":
            said[_FIELDS[role]], said["upto"] = spans[0].ends
            continue
        if doubtful or (role in _FIELDS and len(set(values)) > 1):
            unclear = unclear or _SLOTS.get(role, "amount")
            continue
        if role == "C":
            values = list(dict.fromkeys(values))  # 诊查费十五块，这十五块: said twice
        if role == "I" and len(values) > 2 and values[-1] == sum(values[:-1], Decimal(0)):
            values = values[:-1]  # what they come to is said behind them, and counts once
        said[_FIELDS.get(role) or _SUMS[role]] = sum(values, Decimal(0)) if role in _SUMS else values[0]
    if any(role == "N" and sure < ROLE_FLOOR for _, role, sure in meant):
        unclear = unclear or "amount"
    if said.keys() & set(COSTS) and any(_is_one_more(one, sentence) for one in meant):
        record = replace(record, many="sum")
    unexplained = not said and any(role == "N" for _, role, _ in meant) and not any(role != "N" for _, role, _ in meant)
    if unexplained and record.task in ("claim", "more"):
        # A number that nothing is made of: the ratio alone would be no answer.
        unclear = unclear or "amount"
    if "items" in said and "total" in said and said["items"] != said["total"]:
        if said["items"] > said["total"]:
            unclear = unclear or "amount"
        said.pop("items")
    if record.visit == "inpatient":
        # What was paid for outpatient care has nothing to do with a stay.
        fund, total = said.pop("used", None), said.get("total")
        said.pop("left", None)
        if fund is not None and total is not None and fund < total <= 2 * fund and not _BEFORE.search(sentence.text):
            said["paid"] = total - fund  # 账单15600，报销了10920: what the fund paid of this bill
    about = any(span.about for span, role, _ in meant if role in BILLS + "E")
    return replace(record, **said, unclear=unclear, about=about, apart=_apart(meant, sentence, bool(unclear)))


def _apart(meant: Sequence[Meant], sentence: Sentence, unclear: bool) -> str:
    """Return the amounts that have no place in the bill, or are not clear: what is passed over is not hidden."""
    spans = [
        span
        for span, role, sure in meant
        if (role == "N" and span.value not in sentence.known) or (unclear and (sure < ROLE_FLOOR or span.value is None))
    ]
    return "、".join(dict.fromkeys(sentence.text[span.start : span.end] for span in spans))
