"""Dialogue: one numeric question over several messages; the only way into the calculator."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache, partial
from pathlib import Path

from bot.calculator.answers import OFFERED, answer_slots
from bot.calculator.arithmetic import Expression, read_expression
from bot.calculator.bill import MONEY, read_bill
from bot.calculator.claims import claim
from bot.calculator.fees import work_out_fee
from bot.calculator.gate import Gate
from bot.calculator.limits import work_out_cap, work_out_window
from bot.calculator.money import bare_amount, with_coins
from bot.calculator.newborn import benefit
from bot.calculator.outcome import Missing, Outcome, Result, Unknown, Wrong
from bot.calculator.payments import NOT_CHOSEN
from bot.calculator.reading import Message, Reading, Slots, read
from bot.calculator.refusals import Refusals
from bot.calculator.spans import ONLY_APPLY, fee_slots
from bot.calculator.spelling import spell
from bot.calculator.state import State
from bot.calculator.topics import BENEFITS, CAPS, CLAIM, topic_of
from bot.calculator.turns import children_said, is_follow_up, merge, turned, wanted
from bot.calculator.vocabulary import Vocabulary, load_vocabulary
from bot.calculator.wording import Say, Wording
from bot.reply import CalculatorReply
from corpus.entries import corpus_path
from corpus.policy import Policy, load_policies
from corpus.text import fold
from index.hit import Hit

_LONGEST_CANCEL, _LONGEST_MONTH = 10, 40
_REMEMBERED = 2048
_NUMERIC = 0.08
_MONTHS = ("apply_month", "birth_month")
_BASES = ("income_base", "wage_base")
# 600 家里: a space between words, or behind a number, is a pause; folding would close it up.
_PAUSE = re.compile(
    r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])"
    r"|(?<=[\dwk万元块千百])\s+(?=[\u4e00-\u9fff\d])(?![万千百亿元块毛角分级月号日年岁甲乙])"
)
# 2 万: a space inside an amount; 100，200: two amounts, which folding would join to 100,200.
_SPLIT = re.compile(r"(?<=\d)\s+(?=[万千百亿元块])")
_TWO = re.compile(r"(?<=\d)[，、](?=\d)")
_GAP = re.compile(r"\s|\d[，、]")
# What is said of another year may be refused, whatever the matching makes of it.
_YEARS = r"[12]\d{3}|[明去前后来]年|学年"
# Without one of each a message is no sum.
_SIGN = re.compile(r"[-+*/^×÷xX·✕✖➕➖➗−加減减乘除方折扣＋－＊／％%]|的\s*(?:[\d一二三四五六七八九百]|一半)|[²³]")
_NUMBER = re.compile(r"[\d零〇一二两兩三四五六七八九十百千万萬½¼¾⅓⅔①-⑳]")
# 诊查费不算, 诊查费另算: it is not what is asked about.
_BESIDES = re.compile(r"(?:不算|除外|另算|另外|先不|不含)")
_MORE = re.compile(r"又花|又看|还花|再加|另外|再来|还有|加上|多花")
_INSTEAD = re.compile(r"^(?:那|要是|如果|换成|假如)|呢[?。!]?$|报多少|报几")


class Calculator:
    """Answers numeric questions with the numbers of the policy files, newest school year first."""

    def __init__(
        self,
        policies: tuple[Policy, ...],
        words: Vocabulary,
        say: Say,
        basis: Mapping[str, str],
        clock: Callable[[], datetime],
    ) -> None:
        """Take the numbers, the words, the bot's phrases, where entries stand in the documents, and a clock."""
        self._policies = {policy.years: policy for policy in policies}
        self._wordings = {policy.years: Wording(say, basis, policy) for policy in policies}
        self._newest = policies[0]
        # The entries whose numbers are computed with, by their ids.
        self.entries = frozenset({NOT_CHOSEN, *(figure.entry for policy in policies for figure in policy.figures)})
        self._words = words
        self._clock = clock
        self._refusals = Refusals(self._newest, words)
        self._gate = Gate(words, self._refusals.patterns)
        self._elsewhere = re.compile("|".join([_YEARS, *self._refusals.patterns]))
        # Many ask the very same words, and most of them ask for no number.
        self._opening = lru_cache(maxsize=_REMEMBERED)(partial(self._reply, None))
        self._asides = lru_cache(maxsize=_REMEMBERED)(self._aside)

    def turn(self, text: str, state: str | None, hits: Sequence[Hit]) -> CalculatorReply | None:
        """Answer a message that asks for a number, or None if it is none; `state` is what the last reply left."""
        # What it would say without that calculation too is a new question.
        if state and (said := self.reply(text, state)) and said != self.reply(text, None):
            return said
        # 车险今年要交多少 has all the words of a fee: what a question is about the matching knows better.
        likely = sum(hit.score for hit in hits if hit.entry_id in self.entries) >= _NUMERIC
        return self.reply(text, None) if likely else self.aside(text)

    def reply(self, text: str, state: str | None = None) -> CalculatorReply | None:
        """Answer a numeric question, or return None if it is none; `state` is what the last reply left."""
        last, today = State.load(state), self._clock().date()
        return self._reply(last, text, today) if last else self._opening(text, today)

    def aside(self, text: str) -> CalculatorReply | None:
        """Answer what needs no entry: a sum, or that the documents do not give a number; None if it is neither."""
        return self._asides(text, self._clock().date())

    def _aside(self, text: str, today: date) -> CalculatorReply | None:
        if sums := _sum(text):
            return self._wordings[self._newest.years].arithmetic(sums)
        said = self._reply(None, text, today) if self._elsewhere.search(fold(text)) else None
        return said if said and said.kind == "abstain" else None

    def _reply(self, last: State | None, text: str, today: date) -> CalculatorReply | None:
        if not (last and last.asked not in ("", OFFERED)) and (sums := _sum(text)):
            return self._wordings[self._newest.years].arithmetic(sums)
        message = self._message(fold(_kept_apart(text)))
        if last is None and not self._gate.passes(message):
            return None
        reading = read(message, self._words, today)
        bill = read_bill(reading, self._words)
        policy = self._policy_of(reading, last)
        topic = topic_of(reading, bill, policy)
        return (self._go_on(last, reading, bill, topic, policy) if last else None) or self._begin(
            reading, bill, topic, policy
        )

    def _message(self, folded: str) -> Message:
        return Message.of(folded, self._words)

    def _policy_of(self, reading: Reading, last: State | None) -> Policy:
        """Return the school year that is spoken of: the one that was said, that goes on, or the newest."""
        for policy in self._policies.values():
            if reading.dates.school_year == tuple(map(int, policy.years.split("-"))):
                return policy
            if any(one.year and one.possible and policy.fee.contains(one.month) for one in reading.dates.months):
                return policy
        for policy in self._policies.values():
            if {policy.cap_year, policy.fee.first.year} & set(reading.dates.years):
                return policy
        return self._policies.get(last.slots.get("policy", "") if last else "", self._newest)

    def _begin(self, reading: Reading, bill: Slots, topic: str, policy: Policy) -> CalculatorReply | None:
        wording = self._wordings[policy.years]
        if topic not in _BASES and (absent := self._refusals.asked(reading, bill, topic)):
            return wording.unknown(Unknown("calc_absent", {"name": absent}))
        return self._run(topic, self._told(topic, reading, bill, policy), reading, policy) if topic else None

    def _go_on(self, last: State, reading: Reading, bill: Slots, topic: str, policy: Policy) -> CalculatorReply | None:
        """Reply to a message that belongs to the calculation that is going on, None if it is about something else."""
        wording = self._wordings[policy.years]
        if len(reading.text) <= _LONGEST_CANCEL and reading.has("cancel"):
            return CalculatorReply("smalltalk", wording.fill("calc_cancelled"))
        if absent := self._refusals.deductible(reading):
            return replace(wording.unknown(Unknown("calc_absent", {"name": absent})), state=last.dump())
        told = self._answered(last, reading, bill, policy)
        if told is not None and last.topic == "newborn" and ONLY_APPLY.search(reading.text):
            told["only_apply"] = "true"
        if told is None and is_follow_up(last.topic, last.slots, reading, bill, topic):
            told = {**self._told(last.topic, reading, bill, policy), **children_said(reading)}
            if "amount" in told and _MORE.search(reading.text):
                # 又花了200: both together, or only this one? Two bills are worked out one by one.
                told["many"] = "true"
            elif _is_slip(last.slots, told) and not reading.has("corrected") and not _INSTEAD.search(reading.text):
                # 600 after 2万: hardly the cost, but which line of the bill?
                told = {name: value for name, value in told.items() if name not in ("amount", "above")}
                told["unclear"] = "amount"
        if told is None:
            return None
        new_topic, slots = turned(last.topic, topic, reading), merge(last.slots, told)
        if new_topic == CLAIM and last.topic in CAPS:
            slots.setdefault("visit", "outpatient")
        return self._run(new_topic, slots, reading, policy, last)

    def _answered(self, last: State, reading: Reading, bill: Slots, policy: Policy) -> Slots | None:
        if not last.asked and last.topic in CAPS and (value := bare_amount(reading.text)) is not None:
            return {"used_cap": str(value)}
        if last.asked not in _MONTHS:
            return answer_slots(last.asked, last.slots, reading, bill)
        if len(reading.text) > _LONGEST_MONTH:
            return None
        if reading.has("unknown"):
            return {"unknown": last.asked}
        value = bare_amount(reading.text)
        if not reading.dates.months and value is not None and value == int(value):
            reading = read(self._message(f"{int(value)}月"), self._words, self._clock().date())
        if not reading.dates.months:
            return None
        return {**reading.slots, **fee_slots(last.topic, reading, policy, last.asked, last.slots)}

    def _told(self, topic: str, reading: Reading, bill: Slots, policy: Policy) -> Slots:
        """Return everything that a message says for a calculation of this topic."""
        slots = {**reading.slots, **bill, **fee_slots(topic, reading, policy)}
        cues = (("self", "self", "true"), ("trip", "trip", "true"), ("far_trip", "trip", "far"))
        slots |= {slot: value for cue, slot, value in cues if reading.has(cue)}
        if any(not _BESIDES.match(reading.text, one.end) for one in self._words.roles["consult"].find(reading.text)):
            slots["consult_asked"] = "true"
        return slots | self._claim_year(slots, policy) if topic == CLAIM else slots

    def _claim_year(self, slots: Slots, policy: Policy) -> Slots:
        """Name the year of a claim that is not of the documents' time."""
        year, now = int(slots.get("cap_year", policy.cap_year)), self._clock().year
        if not policy.cap_year <= year <= max(policy.benefit.last.year, now):
            return {"other_year": str(year)}
        # What next year's ratio will be is not known either; a cost is worked out with the known one.
        return {"other_year": str(year)} if year > now and not any(slot in slots for slot in MONEY) else {}

    def _run(
        self, topic: str, slots: Slots, reading: Reading, policy: Policy, last: State | None = None
    ) -> CalculatorReply:
        wording = self._wordings[policy.years]
        unknown, bad_level, bad_month = (slots.pop(name, "") for name in ("unknown", "bad_level", "bad_month"))
        slots |= {"want": wanted(slots, reading), "policy": policy.years}
        again = last.asked if last else ""
        if bad_month:
            return wording.wrong(Wrong("calc_no_month", {"month": bad_month}), State(topic, slots, again).dump())
        match self._work_out(topic, slots, policy):
            case Result() as result:
                offered = OFFERED if "calc_assume_deductible" in result.assumptions else ""
                return wording.result(result, State(topic, slots, offered).dump())
            case Missing() as missing:
                state = State(topic, slots, missing.slot).dump()
                if unknown == missing.slot:
                    return wording.not_known(missing, state)
                bad = bad_level or (reading.impossible and "hospital_level" not in slots)
                return wording.question(missing, state, "calc_no_level" if bad else "")
            case Unknown() as refused:
                return wording.unknown(refused, State(topic, slots).dump())
            case Wrong() as wrong:
                # An impossible amount is not kept, so that the next one can be right.
                before = last.slots if last else {}
                kept = {name: value for name, value in slots.items() if name not in _SLIPS or name in before}
                return wording.wrong(wrong, State(topic, kept, again).dump())

    def _work_out(self, topic: str, slots: Slots, policy: Policy) -> Outcome:
        if topic == CLAIM:
            return claim(slots, policy)
        if topic in CAPS:
            return work_out_cap(topic, slots, policy)
        if topic == "window":
            return work_out_window(policy)
        if topic in BENEFITS:
            return benefit(topic, slots, policy)
        return work_out_fee(topic, slots, policy)


def _kept_apart(text: str) -> str:
    """Return a text whose pauses folding will not close up."""
    return _PAUSE.sub("，", _SPLIT.sub("", _TWO.sub("；", text))) if _GAP.search(text) else text


def _sum(text: str) -> Expression | None:
    """Return the sum that a message is; most are seen at a glance to be none."""
    return read_expression(with_coins(text)) if _SIGN.search(text) and _NUMBER.search(text) else None


def _is_slip(before: Slots, told: Slots) -> bool:
    """Whether a new cost is so much smaller than the last that it may be another line of the bill."""
    new, old = told.get("amount") or told.get("above"), before.get("amount") or before.get("above")
    other = told.get("visit", before.get("visit")) != before.get("visit")
    if not new or not old or other or {"visit", "hospital_level"} <= told.keys():
        return False
    return 4 * Decimal(new) <= Decimal(old)


_SLIPS = (*MONEY, "impossible", "children", "apply_month", "apply_day")


def load_calculator(
    say: Say, basis: Mapping[str, str], clock: Callable[[], datetime], folder: Path | None = None
) -> Calculator | None:
    """Return the calculator of a corpus, None where these entries have no numbers to compute with.

    `basis` says where each entry stands in the documents.
    """
    root = folder or corpus_path()
    policies = load_policies(root / "policy")
    if not policies or any(printed.entry not in basis for printed in policies[0].printed):
        return None
    spell("")  # reads the table of sounds now, and not with the first question
    return Calculator(policies, load_vocabulary(root), say, basis, clock)
