"""Bill: which of the amounts in a sentence is which line of the hospital's bill."""

from __future__ import annotations

import re
from decimal import Decimal

from bot.calculator.money import Amount
from bot.calculator.numbers import read_number
from bot.calculator.reading import Reading, Slots
from bot.calculator.vocabulary import Vocabulary

# Nobody's bill is larger; more digits are a slip or a joke.
LARGEST = Decimal(100_000_000)
# Slots that hold money.
MONEY = ("amount", "above", "deductible", "consult_fee", "used_cap", "left_cap")
_EACH = re.compile(r"(?:每|一)(?:次|天|日|回|趟)[^,。;!?\d]{0,6}$|日均[^,。;!?\d]{0,4}$")
_TIMES = re.compile(r"(\d{1,2}|[一两二三四五六七八九十]{1,2})\s*(?:次|回|趟|天|日(?!元))")
_NO_MIXED = re.compile(
    r"(?:没有?|无|不含|冇|不包括|除去|除开|扣除|扣掉|去掉|不算|除了|剔除|刨去|刨掉|减去|排除)[^,。;!?]{0,4}$"
)


def read_bill(reading: Reading, words: Vocabulary) -> Slots:
    """Return the money slots of a sentence; `unclear` names what cannot be told apart or computed with."""
    slots: Slots = {}
    for role, slot in (("deductible", "deductible"), ("above", "above"), ("used", "used_cap"), ("left", "left_cap")):
        _put(slots, slot, reading.of(role))
    _put(slots, "consult_fee", reading.of("consult"), summed=True)
    _put_cost(slots, reading)
    outside = [amount.value for amount in reading.of("outside") if amount.value is not None]
    if len(outside) == 1 and "amount" in slots and slots.get("scoped") != "true" and reading.of("total"):
        # 总费用15000, 其中自费2200: the rest is taken to be in scope, and that is said.
        slots["amount"] = str(Decimal(slots["amount"]) - outside[0])
        slots["rest"] = "true"
    if any(amount.about for amount in reading.amounts):
        slots["about"] = "true"
    if _is_mixed(reading, words) and not reading.of("in_scope") and not {"above", "rest"} & slots.keys():
        slots["mixed"] = "true"
    if "consult_fee" in slots:
        slots["consult_in"] = _included(reading, words)
    if reading.slots.get("visit") == "inpatient":
        # What was paid for outpatient care has nothing to do with a stay.
        slots.pop("used_cap", None)
    if (
        "诊查费" in reading.text
        and "consult_fee" not in slots
        and re.search(r"(?:含|包括|里面|其中|有)[^,。;]{0,3}诊查费", reading.text)
        and not _NO_MIXED.search(reading.text[: reading.text.index("诊查费")])
    ):
        slots["consult_hidden"] = "true"
    costs = [amount for amount in reading.amounts if amount.role in ("total", "in_scope", "item", "above", "consult")]
    if (reading.has("several") and len(costs) > 1) or (
        len(reading.levels) > 1 and len({amount.value for amount in costs}) > 1
    ):
        slots["many"] = "true"
    if reading.has("difference"):
        slots["compare"] = "/".join(reading.levels)
    if reading.has("cap_spent") and costs and (reading.has("cap") or "2471" in reading.text):
        slots["exhausted"] = "true"
    if any(Decimal(percent) > 100 for percent in reading.percents):
        slots["impossible"] = "calc_percent"
    return slots


def impossible(slots: Slots) -> str:
    """Return the phrase that refuses an impossible amount, an empty string if all are possible."""
    if phrase := slots.get("impossible"):
        return phrase
    values = [Decimal(slots[slot]) for slot in MONEY if slot in slots]
    if any(value < 0 for value in values):
        return "calc_negative"
    if any(value > LARGEST for value in values):
        return "calc_absurd"
    cost, fee = slots.get("amount"), slots.get("consult_fee")
    if cost and fee and slots.get("consult_in") == "true" and Decimal(fee) > Decimal(cost):
        return "calc_consult_over"
    return "calc_zero" if any(slots.get(slot) and Decimal(slots[slot]) == 0 for slot in ("amount", "above")) else ""


def _put(slots: Slots, slot: str, amounts: list[Amount], summed: bool = False) -> None:
    if not amounts:
        return
    values = {amount.value for amount in amounts}
    if None in values:
        slots["unclear"] = slot
    elif summed:
        slots[slot] = str(sum((amount.value or Decimal(0) for amount in amounts), Decimal(0)))
    elif len(values) > 1:
        slots["unclear"] = slot
    else:
        slots[slot] = str(amounts[0].value)


def _put_cost(slots: Slots, reading: Reading) -> None:
    scope, totals, items = reading.of("in_scope"), reading.of("total"), reading.of("item")
    chosen = scope or totals or items
    if not chosen:
        if reading.vague and "above" not in slots:
            slots["unclear"] = "amount"
        return
    if items and totals and not scope and not _covers(reading, totals, items):
        slots["unclear"] = "amount"
        return
    if scope and totals and len({amount.value for amount in scope}) == 1:
        # 总共2万, 范围内1万8: only what is in scope counts.
        _put(slots, "amount", scope)
        slots["scoped"] = "true"
        if all(
            total.value is not None and scope[0].value is not None and total.value < scope[0].value for total in totals
        ):
            slots["impossible"] = "calc_scope_over"
        return
    _put(slots, "amount", chosen, summed=not scope and not totals)
    if scope:
        slots["scoped"] = "true"
    if "amount" in slots and len(chosen) == 1:
        _put_times(slots, reading, chosen[0])
        _put_each(slots, reading)


def _covers(reading: Reading, totals: list[Amount], items: list[Amount]) -> bool:
    """Whether an amount is the sum that the items are part of: 一共500, 其中药费300."""
    if len(totals) > 1 or totals[0].value is None or any(item.value is None for item in items):
        return False
    led = reading.text[max(0, totals[0].start - 8) : totals[0].start]
    named = re.search(r"总|共|合计|花|账单|单子|费用|看了|用了|使咗|洗咗", led) is not None
    return named and totals[0].value >= sum((item.value or Decimal(0) for item in items), Decimal(0))


def _put_times(slots: Slots, reading: Reading, amount: Amount) -> None:
    """每次58块, 做了六次: the amount of all of them."""
    if not _EACH.search(reading.text[: amount.start]):
        return
    counts = {read_number(match[1]) for match in _TIMES.finditer(reading.text) if match[1] != "一"}
    counts -= {None, Decimal(1)}
    if len(counts) == 1:
        slots["amount"] = str(Decimal(slots["amount"]) * (counts.pop() or 1))
    elif counts:
        slots["unclear"] = "amount"


def _put_each(slots: Slots, reading: Reading) -> None:
    """双胞胎各花145块: the amount of all children, where a sum is asked for."""
    said = reading.slots.get("children", "1")
    children = int(said) if said.isdigit() else 1
    if children > 1 and reading.has("each") and reading.has("total"):
        slots["amount"] = str(Decimal(slots["amount"]) * children)
    elif children > 1 and reading.has("total"):
        slots["many"] = "true"


def _is_mixed(reading: Reading, words: Vocabulary) -> bool:
    if reading.of("outside"):
        return not (reading.of("item") or False) or not reading.of("in_scope")
    for found in words.cues["mixed"].find(reading.text):
        if not found.denied and not _NO_MIXED.search(reading.text[: found.start]):
            return True
    return False


def _included(reading: Reading, words: Vocabulary) -> str:
    """Whether the consultation fee is part of the amount; an empty string where nobody said."""
    consult = reading.of("consult")[0]
    between = reading.text[: consult.start][-12:]
    if reading.of("item") and not reading.of("total") and not reading.of("in_scope"):
        return "false"
    if words.roles["apart"].last(between) or reading.text[consult.end : consult.end + 6].find("另") >= 0:
        return "false"
    if words.roles["within"].last(between):
        return "true"
    others = [amount for amount in reading.amounts if amount.role in ("total", "in_scope")]
    if others and re.search(r"(?:总共|一共|合计|总额|加起来|加埋|共)[^,。;]{0,6}$", reading.text[: others[0].start]):
        return "true"
    return (
        "false"
        if any(
            re.search(
                r"(?:药|检查|化验|治疗|不含诊|除诊|除了诊)", reading.text[max(0, amount.start - 10) : amount.start]
            )
            for amount in others
        )
        else ""
    )
