"""Amounts: what each amount of a sentence is of; one that cannot be told is asked for and never passed over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from bot.calculator.months import ROLE_FLOOR
from bot.calculator.reader import Sentence
from bot.calculator.record import Record
from bot.calculator.spans import Span
from corpus.policy import Policy

_FIELDS = {
    "T": "total", "S": "scoped", "A": "above", "D": "deductible", "O": "outside", "L": "left", "E": "each",
    "F": "paid", "B": "base",
}  # fmt: skip
_SUMS = {"I": "items", "C": "consult", "U": "used"}
# The slot to ask for where an amount of this role cannot be used.
_SLOTS = {"D": "deductible", "C": "consult_fee", "U": "used_cap", "L": "used_cap"}
BILLS = "TSIA"


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
        doubtful = len(values) < len(spans) or any(sure < ROLE_FLOOR for _, other, sure in meant if other == role)
        if doubtful or (role in _FIELDS and len(set(values)) > 1):
            unclear = unclear or _SLOTS.get(role, "amount")
            continue
        if role == "C":
            values = list(dict.fromkeys(values))  # 诊查费十五块，这十五块: said twice
        said[_FIELDS.get(role) or _SUMS[role]] = sum(values, Decimal(0)) if role in _SUMS else values[0]
    if any(role == "N" and sure < ROLE_FLOOR for _, role, sure in meant):
        unclear = unclear or "amount"
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
        said.pop("used", None)
        said.pop("left", None)
    about = any(span.about for span, role, _ in meant if role in BILLS + "E")
    return replace(record, **said, unclear=unclear, about=about)
