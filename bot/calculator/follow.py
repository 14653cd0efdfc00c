"""Follow: what a message adds to the calculation that is going on, or changes of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from bot.calculator.claims import claim
from bot.calculator.outcome import Result
from bot.calculator.reader import Sentence
from bot.calculator.record import COSTS, Record
from bot.calculator.spans import AMOUNT
from corpus.policy import Policy

# Offered, not asked: 把起付线告诉我，可以再算一次.
OFFERED = "offered"
_OF_THE_YEAR = ("subsidy", "total", "gap", "monthly")
_MORE_CHILDREN = re.compile(r"(?:再加|还有|多[了添]?)[^,。;]{0,2}[一两二三\d俩]")


def merged(before: list[Record], told: list[Record], sentence: Sentence, asked: str) -> list[Record]:
    """Return what was said before with what a message adds or changes."""
    # 政府补多少, 12月才办呢: a month is one of the fee.
    task = "fee" if told[0].apply and before[0].task in _OF_THE_YEAR else before[0].task
    new = replace(told[0], task="")
    if len(before[0].apply) > 1 and len(new.apply) == 1:
        # 老二改11月呢: nobody can tell which of the months it takes the place of.
        new = replace(new, apply=(), midway=True)
        before = [replace(one, apply=(), many="sum") for one in before]
    if len(new.apply) > 1 and before[0].children == len(new.apply):
        new = replace(new, many="sum")
    if new.children and before[0].want in ("months", "month") and not new.want:
        before = [replace(one, want="") for one in before]  # for two it is the fee that differs
    if new.children and _MORE_CHILDREN.search(sentence.text):
        new = replace(new, children=(before[0].children or 1) + new.children)
    if new.consult is not None and not new.consult_in and "within" in sentence.words:
        new = replace(new, consult_in="in")
    if len(told) > 1:
        return [replace(one.over(before[-1]), task=task) for one in told]
    if new.many == "sum" and any(getattr(new, name) is not None for name in COSTS) and task == "claim":
        # 还有一次3000: one bill more, of the same kind; what came off or beside the bill before is not its own.
        like = replace(before[-1], deductible=None, consult=None, consult_in="")
        return [*(replace(one, many="sum") for one in before), replace(new.over(like), task=task, many="sum")]
    amounts = [span for span in sentence.spans if span.kind == AMOUNT]
    if asked == OFFERED and len(amounts) == 1 and amounts[0].end - amounts[0].start == len(sentence.text):
        # A bare amount behind the offer to count the deductible: it is that, where it is small enough to be one.
        value, cost = amounts[0].value, before[0].cost
        if value is not None and cost and 2 * value <= cost:
            new = Record(deductible=value)
    return [replace(new.over(one), task=task) for one in before]


def used_by(bills: Sequence[Record], policy: Policy) -> Decimal | None:
    """Return how much of the limit is used when outpatient bills are paid, None where nobody can tell."""
    outpatient = all(one.visit == "outpatient" and one.consult is one.left is one.upto is None for one in bills)
    outcome = claim(bills, policy) if bills[0].task == "claim" and outpatient else None
    if not isinstance(outcome, Result):
        return None
    paid = (one.value for one in outcome.figures if one.label.startswith("医保支付") and one.unit == "元")
    return (bills[0].used or Decimal(0)) + Decimal(next(paid, 0))
