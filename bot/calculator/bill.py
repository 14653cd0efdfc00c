"""Bill: the amounts of a sentence as the lines of a hospital's bill."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from bot.calculator.money import Amount
from bot.calculator.numbers import read_number
from bot.calculator.outcome import cents
from bot.calculator.reading import Reading, Slots
from bot.calculator.vocabulary import Vocabulary

# Slots that hold money.
MONEY = ("amount", "above", "deductible", "consult_fee", "used_cap", "left_cap")
# Nobody's bill is larger; more digits are a slip or a joke.
_LARGEST = Decimal(100_000_000)
# A consultation costs tens of yuan; more is two numbers run together (诊查费10,100元药费).
_LARGEST_FEE = Decimal(1000)
_WHOLE = Decimal(100)  # percent
_SINGLE = (("deductible", "deductible"), ("above", "above"), ("used", "used_cap"), ("left", "left_cap"))
_COSTS = ("total", "in_scope", "item", "above", "consult")
_EACH = re.compile(r"(?:每|一)(?:次|天|日|回|趟)[^,。;!?\d]{0,6}$|日均[^,。;!?\d]{0,4}$")
_PER = re.compile(r"(?:元|块)?(?:一|每|/)(?:次|天|回|趟)")
_MULTIPLIED = re.compile(r"\s*[*x×]\s*\d")
# 一盒35, 开了4盒: a price, of which the number is elsewhere.
_UNIT_PRICE = re.compile(
    r"(?:一|每)(?:盒|针|瓶|支|包|袋|副|疗程)[^,。;\d]{0,4}[\d一二两三四五六七八九]|\d(?:元|块)?(?:一|每|/)(?:盒|针|瓶|支|包|袋|副|疗程)"
)
_MONTHLY = re.compile(r"每个?月")
_EVERY = re.compile(r"[各每]")
_TIMES = re.compile(r"(\d{1,2}|[一两二三四五六七八九十]{1,2})\s*(?:次|回|趟|天|日(?!元))")
_SUM = re.compile(r"总|共|合计|花|账单|单子|费用|看了|用了|使咗|洗咗")
_ALL = re.compile(r"(?:总共|一共|合计|总额|加起来|加埋|共)[^,。;]{0,6}$")
_WITHOUT = re.compile(
    r"(?:没有?|无|不含|冇|不包括|除去|除开|扣除|扣掉|去掉|不算|除了|剔除|刨去|刨掉|减去|排除)[^,。;!?]{0,4}$"
)
_HIDDEN = re.compile(r"(?:含|包括|里面|其中|有)[^,。;]{0,3}$")
_LEFT_OVER = re.compile(r"(?:还有|还剩|剩下?|余下)[^,。;]{0,3}$")
_CLAUSE = re.compile(r"[,。;!?]")
_APART = re.compile(r"药|检查|化验|治疗|不含诊|除诊|除了诊")


def read_bill(reading: Reading, words: Vocabulary) -> Slots:
    """Return the money slots of a sentence; `unclear` names what cannot be told apart or computed with."""
    slots: Slots = {}
    for role, slot in _SINGLE:
        # 今年住院报了8000: not of the limit, which is for outpatient care.
        of_stay = role == "used"
        _put(slots, slot, [one for one in reading.of(role) if not (of_stay and _is_of_stay(one, reading, words))])
    _put(slots, "consult_fee", reading.of("consult"), summed=True)
    _put_cost(slots, reading)
    _put_outside(slots, reading, words)
    _put_consult(slots, reading, words)
    if reading.slots.get("visit") == "inpatient":
        # What was paid for outpatient care has nothing to do with a stay.
        slots.pop("used_cap", None)
    _put_doubts(slots, reading)
    _put_line(slots, reading)
    return slots


def _put_line(slots: Slots, reading: Reading) -> None:
    """Settle a cost that the deductible is already off of, and amounts that cannot both be meant."""
    apart = reading.of("line_apart")
    off = reading.has("line_off") and "deductible" not in slots
    if (apart or off) and "above" not in slots:
        if "amount" in slots:
            slots["above"] = slots.pop("amount")
        elif not apart:
            slots["line_off"] = "true"
    elif reading.has("no_line") and "deductible" not in slots and "unclear" not in slots:
        slots["deductible"] = "0"
    amount, above = slots.get("amount"), slots.get("above")
    if amount and above and not Decimal(amount) / 4 <= Decimal(above) <= Decimal(amount):
        # 1万, 起付线以上600: one of the two is read wrongly.
        del slots["above"], slots["amount"]
        slots["unclear"] = "amount"


def impossible(slots: Slots) -> str:
    """Return the phrase that refuses an impossible amount, an empty string if all are possible."""
    if phrase := slots.get("impossible"):
        return phrase
    values = {slot: Decimal(slots[slot]) for slot in MONEY if slot in slots}
    if any(value < 0 for value in values.values()):
        return "calc_negative"
    if any(value > _LARGEST for value in values.values()):
        return "calc_absurd"
    if slots.get("consult_in") == "true" and values.get("consult_fee", 0) > values.get("amount", _LARGEST):
        return "calc_consult_over"
    return "calc_zero" if 0 in (values.get("amount"), values.get("above")) else ""


def _is_of_stay(amount: Amount, reading: Reading, words: Vocabulary) -> bool:
    clause = _CLAUSE.split(reading.text[: amount.start])[-1]
    return bool(words.cues["inpatient_word"].said(clause)) and not words.cues["outpatient_word"].said(clause)


def _put(slots: Slots, slot: str, amounts: Sequence[Amount], summed: bool = False) -> None:
    values = [amount.value for amount in amounts]
    known = [cents(value) for value in values if value is not None]
    if len(known) < len(values) or (len(set(known)) > 1 and not summed):
        slots["unclear"] = slot
    elif known:
        slots[slot] = str(sum(known, Decimal(0)) if summed else known[0])


def _put_cost(slots: Slots, reading: Reading) -> None:
    """Put the cost that counts: what is in scope, else the total, else the sum of the items."""
    scope, totals, items = reading.of("in_scope"), reading.of("total"), reading.of("item")
    if not (scope or totals or items):
        if reading.of("not_cost") or reading.of("outside"):
            slots.setdefault("unclear", "amount")
        if reading.vague and "above" not in slots:
            slots["unclear"] = "amount"
        return
    if scope:
        _put(slots, "amount", scope)
        slots["scoped"] = "true"
        if totals and "amount" in slots and all(one.value and one.value < Decimal(slots["amount"]) for one in totals):
            slots["impossible"] = "calc_scope_over"
    elif totals and items and not _covers(reading, totals, items):
        slots["unclear"] = "amount"
    else:
        _put(slots, "amount", totals or items, summed=not totals)
    chosen = scope or totals or items
    if len(chosen) > 1 and any(_EACH.search(reading.text[: one.start]) for one in chosen):
        # 床位费一天80，药费3000: days and sums do not add up as they stand.
        slots.pop("amount", None)
        slots["unclear"] = "amount"
    if "amount" in slots and len(chosen) == 1:
        _put_times(slots, reading, chosen[0])
        _put_each(slots, reading)


def _covers(reading: Reading, totals: list[Amount], items: list[Amount]) -> bool:
    """Whether an amount is the sum that the items are part of: 一共500, 其中药费300."""
    values = [item.value for item in items if item.value is not None]
    total = totals[0]
    if len(totals) > 1 or total.value is None or len(values) < len(items):
        return False
    named = _SUM.search(reading.text, max(0, total.start - 8), total.start) is not None
    return named and total.value >= sum(values, Decimal(0))


def _put_times(slots: Slots, reading: Reading, amount: Amount) -> None:
    """Multiply what was paid each time: 每次58块, 做了六次."""
    each = _EACH.search(reading.text[: amount.start]) or _PER.match(reading.text, amount.end)
    together = _ALL.search(reading.text[: amount.start])
    said = {read_number(match[1]) for match in _TIMES.finditer(reading.text) if match[1] != "一"}
    counts = [count for count in said if count is not None and count > 1]
    if _UNIT_PRICE.search(reading.text):
        del slots["amount"]
        slots["unclear"] = "amount"
        return
    if _MULTIPLIED.match(reading.text, amount.end) or _MONTHLY.search(reading.text):
        del slots["amount"]
        slots["unclear"] = "amount"
        return
    if together or not counts:
        return
    if each and len(counts) == 1:
        slots["amount"] = str(Decimal(slots["amount"]) * counts[0])
    elif each or _EVERY.search(reading.text):
        del slots["amount"]
        slots["unclear"] = "amount"


def _put_each(slots: Slots, reading: Reading) -> None:
    """Multiply what each child cost, where a sum is asked for: 双胞胎各花145块."""
    said = reading.slots.get("children", "1")
    children = int(said) if said.isdigit() else 1
    if children > 1 and reading.has("total"):
        slots["each" if reading.has("each") else "many"] = str(children) if reading.has("each") else "true"


def _put_outside(slots: Slots, reading: Reading, words: Vocabulary) -> None:
    """Take off what is out of scope, or say that some of the cost is."""
    outside = [amount.value for amount in reading.of("outside") if amount.value is not None]
    if "scoped" in slots or "above" in slots:
        return
    totals = reading.of("total")
    if outside and totals and _LEFT_OVER.search(reading.text[: totals[0].start]):
        # 扣掉自费2000还有20000: it is off already.
        slots["scoped"] = "true"
    elif len(outside) == 1 and "amount" in slots and totals:
        # 总费用15000, 其中自费2200: the rest is taken to be in scope, and that is said.
        slots["amount"] = str(Decimal(slots["amount"]) - outside[0])
        slots["rest"] = "true"
    elif reading.of("outside") or any(
        not found.denied and not _WITHOUT.search(reading.text[: found.start])
        for found in words.cues["mixed"].find(reading.text)
    ):
        slots["mixed"] = "true"


def _put_consult(slots: Slots, reading: Reading, words: Vocabulary) -> None:
    """Say whether the consultation fee is part of the cost, or is in it without an amount."""
    if "consult_fee" in slots:
        slots["consult_in"] = _included(reading, words)
        return
    led = [reading.text[: one.start] for one in words.roles["consult"].find(reading.text)]
    if any(_HIDDEN.search(before) and not _WITHOUT.search(before) for before in led):
        slots["consult_hidden"] = "true"


def _included(reading: Reading, words: Vocabulary) -> str:
    """Return whether the consultation fee is part of the cost; an empty string where nobody said."""
    text, consult = reading.text, reading.of("consult")[0]
    costs = [*reading.of("total"), *reading.of("in_scope")]
    before = text[max(0, consult.start - 12) : consult.start]
    if (reading.of("item") and not costs) or words.roles["apart"].last(before) or "另" in text[consult.end :][:6]:
        return "false"
    if words.roles["within"].last(before) or (costs and _ALL.search(text[: costs[0].start])):
        return "true"
    return "false" if any(_APART.search(text, max(0, cost.start - 14), cost.start) for cost in costs) else ""


def _put_doubts(slots: Slots, reading: Reading) -> None:
    """Mark what forbids a single sum: several bills, a comparison, a limit that is used up, impossible shares."""
    costs = [amount for amount in reading.amounts if amount.role in _COSTS]
    if any(amount.about for amount in reading.amounts):
        slots["about"] = "true"
    two_levels = len(reading.levels) > 1 and len({cost.value for cost in costs}) > 1
    bills = [cost for cost in costs if cost.role != "consult"]
    if two_levels or (reading.has("several") and len(bills) > 1):
        slots["many"] = "true"
    if reading.has("difference"):
        slots["compare"] = "/".join(reading.levels)
    if reading.has("cap_spent") and reading.has("cap") and costs:
        slots["exhausted"] = "true"
    if reading.slots.get("visit") == "inpatient" and reading.of("used") and reading.has("remaining"):
        # 住院2万，已经报了5000，还能报多少: who paid that, and for what?
        slots["many"] = "true"
    if reading.of("registration"):
        slots["unclear"] = "consult_fee"
    if len(set(reading.dates.years)) > 1 and "used_cap" in slots:
        # 去年报了2400，今年还剩多少
        del slots["used_cap"]
        slots["unclear"] = "used_cap"
    if reading.has("sibling") and slots.pop("exhausted", ""):
        slots["many"] = "true"
    if Decimal(slots.get("consult_fee", "0")) > _LARGEST_FEE:
        del slots["consult_fee"]
        slots["unclear"] = "consult_fee"
    if reading.has("sibling") and "used_cap" in slots and reading.has("remaining", "cap"):
        del slots["used_cap"]
        slots["unclear"] = "used_cap"
    if any(Decimal(percent) > _WHOLE for percent in reading.percents):
        slots["impossible"] = "calc_percent"
