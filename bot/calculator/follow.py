"""Follow: how a message changes the calculation that is going on; one rule for every slot.

What a message says is put only where it has a place: into the calculation that is open, else into the one before it
that knows such a slot. What has none begins anew. Of several bills or children it is put into those that are meant;
where nobody can tell which, that is asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from bot.calculator.claims import claim
from bot.calculator.fees import FEES
from bot.calculator.limits import CAPS
from bot.calculator.months import with_months
from bot.calculator.outcome import Missing, Result
from bot.calculator.reader import Sentence
from bot.calculator.record import AMOUNTS, CASES, COSTS, NO, UNSURE, Record, Talk
from bot.calculator.siblings import FAMILY
from bot.calculator.spans import AMOUNT, LEVEL, MONTH, PLACE, TIMES
from bot.calculator.understand import SHARES
from corpus.policy import Policy

# Offered, not asked: 把起付线告诉我，可以再算一次.
OFFERED = "offered"
_BILL = frozenset((*AMOUNTS, "level", "visit", *CASES, "selected")) - {"base"}
_CHILD = frozenset(("apply", "birth", "paid", "base"))
# Which slots each calculation has; what else is said of a visit, a child or a year makes nothing wrong.
_PLACES = {
    "claim": _BILL,
    **dict.fromkeys(FEES, _CHILD),
    **dict.fromkeys(CAPS, frozenset((*COSTS, "used", "left", "base", "level", "visit"))),
}
_OF_BENEFITS = frozenset(("apply", "birth", "day_of"))
_HARD = _BILL | _CHILD | {"day_of"}
# The field that each slot asks for.
_ASKED = {"hospital_level": "level", "apply_month": "apply", "birth_month": "birth"}
_MORE_CHILDREN = re.compile(r"(?:再加|还有|多[了添]?)[^,。;]{0,2}[一两二三\d俩]")
# 第二次120, 还有一次300: one bill more, where one stands already.
_ONE_MORE = re.compile(r"第[二三四五][次趟回笔张]|还有|又[去看住花来做跑]|也[去看住花来做跑]|另外?[一有]|再[加来去]")
# 那张200的作废了: one bill less.
_ONE_LESS = re.compile(r"不算|作废|去掉|不要了|取消")
_WHICH_BILL = re.compile(r"(?:第([一二三四五1-5])|(头)一|(最?后)面?那?一?)[次趟回笔张个]")
_NUMBERS = dict(zip("一二三四五12345", (*range(5), *range(5)), strict=True)) | {"头": 0}
_ALL = re.compile("都|各|每|均")
_APPLIES = ("apply", "pay")


def born_not_enrolled(sentence: Sentence) -> Sentence:
    """Return a sentence whose only month is that of a birth where its words say so and nothing else: 预产期是2月."""
    months = sentence.of(MONTH)
    if len(months) != 1 or months[0][1] != "a" or "birth" not in sentence.words or sentence.words & {*_APPLIES}:
        return sentence
    roles = tuple(("b" if role == "a" else role, sure) for role, sure in sentence.reading.roles)
    return replace(sentence, reading=replace(sentence.reading, roles=roles))


def says(told: Record) -> set[str]:
    """Return the slots that a message sets for certain."""
    return {name for name in _HARD if getattr(told, name) not in (None, "", (), UNSURE)}


def place_of(told: Record, sentence: Sentence, talk: Talk) -> tuple[Record, ...] | None:
    """Return the calculation that has a place for all that is said, the open one first; None begins anew."""
    said = says(told)
    open_task = talk.records[0].task
    months = {role for _, role, sure in sentence.of(MONTH) if sure >= 0.6}
    if not said & _BILL and "b" in months:
        said |= {"birth"}
    if not said and "a" in months:
        said |= {"apply"}
    unplaced = sentence.of(AMOUNT) and not said & {*AMOUNTS} and open_task != "claim"
    cards = [talk.records, *talk.past]
    return next((card for card in cards if not unplaced and said <= _PLACES.get(card[0].task, _OF_BENEFITS)), None)


def newborn_or_fee(told: Record, sentence: Sentence, policy: Policy) -> Record | None:
    """Return the question that a birth or a month of enrolment begins for itself, whatever went on before."""
    fresh = with_months(Record(), sentence, policy, None, "newborn")
    if sentence.of(AMOUNT) or not (fresh.birth or (fresh.apply and sentence.words & {*_APPLIES})):
        return None
    return replace(fresh, task="newborn", hukou=told.hukou) if fresh.birth else replace(fresh, task="fee")


def merged(talk: Talk, told: list[Record], sentence: Sentence) -> list[Record] | Missing:
    """Return what was said before with what a message adds or changes, or what must be asked about it."""
    before, new = list(talk.records), replace(told[0], task="")
    task = _task_after(before[0], new)
    if len(told) > 1:
        return [replace(one.over(before[-1]), task=task) for one in told]
    loose = [span for span, *_ in sentence.of(AMOUNT, "N") if span.value not in sentence.known]
    if loose and task == "claim" and len(sentence.of(AMOUNT)) > 1:
        return Missing("amount", "calc_ask_bills")  # of one of several amounts nobody can tell what it is
    if any(getattr(new, name) is not None for name in COSTS) and task == "claim" and _adds(before, new, sentence):
        # One bill more, of the same kind; what came off or beside the bill before is not its own.
        none: dict[str, Any] = dict.fromkeys((*COSTS, "deductible", "consult", "outside"))
        like = replace(before[-1], **none, consult_in="")
        return [*(replace(one, many="sum") for one in before), replace(new.over(like), task=task, many="sum")]
    if new.midway and not new.apply and sentence.of(MONTH):
        return _which(before) if len(before) > 1 else Missing(talk.asked if talk.asked in _ASKED else "apply_month")
    if len(before) > 1:
        return _into_parts(before, new, sentence, talk.asked)
    new, before[0] = _settled(new, before[0], sentence, talk)
    if task == "claim" and new.many == "sum" and not sentence.of(TIMES) and not new.children:
        new = replace(new, many="")
    if 0 < len(new.apply) < len(before[0].apply) and not _ALL.search(sentence.text):
        return Missing("apply_month", "calc_ask_which_child")
    return [replace(new.over(before[0]), task=task)]


def _task_after(before: Record, new: Record) -> str:
    """Return the calculation that goes on: a birth makes a fee that of a newborn, a month a yearly share a fee."""
    if before.task in (*SHARES, "fee") and new.birth:
        return "newborn"
    return "fee" if before.task in SHARES and new.apply else before.task


def _adds(before: Sequence[Record], new: Record, sentence: Sentence) -> bool:
    """Tell whether a cost is one more, and not another in the place of the last."""
    stands = any(getattr(before[-1], name) is not None for name in COSTS) and "corrected" not in sentence.words
    return new.many == "sum" or (stands and _ONE_MORE.search(sentence.text) is not None)


def _settled(new: Record, before: Record, sentence: Sentence, talk: Talk) -> tuple[Record, Record]:
    """Return what is new, and what was before, where the one changes how the other is meant."""
    new = _month_meant(new, before, sentence, talk)
    if len(new.apply) > 1 and before.children == len(new.apply):
        new = replace(new, many="sum")
    if new.children and before.want in ("months", "month") and not new.want:
        before = replace(before, want="")  # for two it is the fee that differs
    if new.children and _MORE_CHILDREN.search(sentence.text):
        new = replace(new, children=(before.children or 1) + new.children)
    if new.consult is not None and not new.consult_in and "within" in sentence.words:
        new = replace(new, consult_in="in")
    amounts = sentence.of(AMOUNT)
    if (new.times or 1) > 1 and not amounts and before.cost and _ALL.search(sentence.text):
        new = replace(new, each=before.cost, many="")  # 去3次，每次都是这个数
    if talk.asked == OFFERED and len(amounts) == 1 and amounts[0][0].end - amounts[0][0].start == len(sentence.text):
        # A bare amount behind the offer to count the deductible: it is that, where it is small enough to be one.
        value, cost = amounts[0][0].value, before.cost
        if value is not None and cost and 2 * value <= cost:
            new = Record(deductible=value)
    return new, before


def _month_meant(new: Record, before: Record, sentence: Sentence, talk: Talk) -> Record:
    """Return a month in the slot that it is of: 3月21号 behind a birth in March, or in that of the one it corrects."""
    if len(sentence.of(MONTH)) != 1 or len(new.apply) != 1 or sentence.words & {*_APPLIES}:
        return new
    month, day = new.apply[0], new.apply_day
    as_birth = replace(new, apply=(), apply_day=None, birth=(month,), birth_day=day)
    if not before.birth:
        return as_birth if talk.asked == "birth_month" else new
    if day and not before.birth_day and month.number == before.birth[0].number:
        return replace(as_birth, birth=before.birth)
    earlier = talk.past[0][0] if talk.past and talk.past[0][0].task == before.task else Record()
    last = [name for name in ("birth", "apply") if getattr(before, name) != getattr(earlier, name)]
    return as_birth if "corrected" in sentence.words and last == ["birth"] else new


def _into_parts(before: list[Record], new: Record, sentence: Sentence, asked: str) -> list[Record] | Missing:
    """Put what is said into those of several bills or children that are meant, or ask which."""
    if _ONE_LESS.search(sentence.text) and (
        less := _bills_of({span.value for span, *_ in sentence.of(AMOUNT)}, before)
    ):
        return [one for at, one in enumerate(before) if at not in less] or before
    said = replace(new, want="", children=None, many="", times=None)
    slots = [name for name in _HARD if getattr(said, name) not in (None, "", ())]
    field = _ASKED.get(asked, asked)
    open_ = [at for at, one in enumerate(before) if field and not getattr(one, field, "unasked")]
    meant = _bills_meant(before, sentence) or (open_ if open_ and field in slots else [])
    if not meant and not _ALL.search(sentence.text):
        alike = all(len({getattr(one, name) for one in before}) == 1 for name in slots)
        if not alike or any(name in AMOUNTS for name in slots):
            return _which(before)
    if new.children and new.children != len(before):
        return _which(before)
    parts = [said.over(one) if not meant or at in meant else one for at, one in enumerate(before)]
    task = _task_after(before[0], new)
    # Whose part is asked for is asked of all of them.
    want: dict[str, Any] = {"want": new.want} if new.want and before[0].task == "claim" else {}
    return [replace(one, task=one.task if one.task in FAMILY else task, many=before[0].many, **want) for one in parts]


def _which(parts: Sequence[Record]) -> Missing:
    if parts[0].task == "claim":
        return Missing("amount", "calc_ask_which_bill")
    return Missing("apply_month", "calc_ask_which_child")


def _bills_meant(before: Sequence[Record], sentence: Sentence) -> list[int]:
    """Return the bills that a message names: by their number, by the amount that it takes back, or the last one."""
    if before[0].task != "claim":
        return []
    if back := _bills_of({span.value for span, *_ in sentence.of(AMOUNT, "X")}, before):
        return back
    if match := _WHICH_BILL.search(sentence.text):
        at = _NUMBERS.get(match[1] or match[2], len(before) - 1)
        return [at] if at < len(before) else []
    return [len(before) - 1] if "corrected" in sentence.words and sentence.of(AMOUNT) else []


def _bills_of(values: set[Decimal | None], bills: Sequence[Record]) -> list[int]:
    return [at for at, one in enumerate(bills) if values & {getattr(one, name) for name in COSTS} - {None}]


def contrast(talk: Talk, told: Record, sentence: Sentence) -> Record | None:
    """Return the comparison that a message asks for: with what it says, or with what was computed before."""
    now = replace(talk.records[0], children=told.children or talk.records[0].children)
    months = tuple(month for one in talk.records for month in one.apply)
    if now.task in FAMILY and len(months) == 2 and not says(told):
        return replace(now, task="diff", apply=months, birth=(), children=None, who="")
    if now.task == "fee" and len(told.apply) == 2:
        return replace(now, task="diff", apply=told.apply)
    if len(talk.records) > 1 or len(told.apply) > 1:
        return None
    levels = tuple(dict.fromkeys(f"level={span.name}" for span, *_ in sentence.of(LEVEL, "t")))
    if now.task == "claim" and max(len(told.compared), len(levels)) > 1:
        return replace(told.over(now), many="cmp", compared=told.compared or levels)
    other = replace(told, task="", many="").over(now)
    if not says(told) and not sentence.of(PLACE) and talk.past and talk.past[0][0].task == now.task:
        other = talk.past[0][0]
    return _contrasted(now, other)


def _contrasted(now: Record, other: Record) -> Record | None:
    """Return one record that compares two, None unless they differ in one thing alone."""
    if now.task == "fee" and len(now.apply) == len(other.apply) == 1 and now.apply != other.apply:
        return replace(now, task="diff", apply=(*other.apply, *now.apply))
    sides = [{"level": one.level, "location": one.location, "case": _case(one)} for one in (now, other)]
    differ = [name for name, value in sides[0].items() if sides[1][name] != value]
    if "location" in differ:
        differ = [name for name in differ if name != "case"]  # in the city there are no cases
    if now.task != "claim" or len(differ) != 1 or not all(side[differ[0]] for side in sides):
        return None
    return replace(now, many="cmp", compared=tuple(f"{differ[0]}={side[differ[0]]}" for side in sides))


def _case(record: Record) -> str:
    """Return the case of care out of the city; who says only that he has not filed is out for a while."""
    return record.case or ("temporary" if record.filed == NO else "")


def after(record: Record, before: Sequence[Record], policy: Policy) -> Record:
    """Return a question of another kind with what is known of the child and the limit from the one before it."""
    told = record.told_cost or record.used is not None or record.left is not None
    record = record.keeping(before[0])
    if record.task == "remaining" and not told:
        return replace(record, used=_used_by(before, policy) or record.used)
    if record.task == "claim" and before[0].task in CAPS:
        return replace(record, visit=record.visit or "outpatient")
    if record.task == "fee" and before[0].task == "newborn" and not (record.apply or record.birth or record.midway):
        return replace(record, apply=before[0].apply)  # 那按申请的月份呢
    return replace(record, task="newborn") if record.task == "fee" and record.birth else record


def _used_by(bills: Sequence[Record], policy: Policy) -> Decimal | None:
    """Return how much of the limit is used when outpatient bills are paid, None where nobody can tell."""
    outpatient = all(one.visit == "outpatient" and one.consult is one.left is one.upto is None for one in bills)
    outcome = claim(bills, policy) if bills[0].task == "claim" and outpatient else None
    if not isinstance(outcome, Result):
        return None
    paid = (one.value for one in outcome.figures if one.label.startswith("医保支付") and one.unit == "元")
    return (bills[0].used or Decimal(0)) + Decimal(next(paid, 0))
