"""Dialogue: one numeric question over several messages; the only way into the calculator."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from bot.calculator import arithmetic
from bot.calculator.answers import answer_slots, is_follow_up, merge
from bot.calculator.bill import MONEY, read_bill
from bot.calculator.claims import claim
from bot.calculator.fees import benefit, work_out_fee
from bot.calculator.limits import work_out_cap, work_out_window
from bot.calculator.money import bare_amount
from bot.calculator.outcome import Missing, Outcome, Result, Unknown, Wrong
from bot.calculator.reading import Reading, Slots, read
from bot.calculator.spans import fee_slots
from bot.calculator.topics import BENEFITS, CAPS, CLAIM, absent_of, topic_of
from bot.calculator.vocabulary import Vocabulary, Words, load_vocabulary
from bot.calculator.wording import Say, Wording
from bot.reply import CalculatorReply
from corpus.entries import corpus_path
from corpus.policy import Absent, Policy, load_policies

_LONGEST_CANCEL = 10
# The deductible itself is asked for, it is not only mentioned.
_ASKS_DEDUCTIBLE = re.compile(r"起付(?:线|标准)[^,。;以后外上]{0,6}(?:多少|几)|(?:多少|几)[^,。;]{0,5}起付|门槛费?[^,。;以后外上]{0,6}(?:多少|几)")
_LONGEST_ANSWER = 40
_MONTHS = ("apply_month", "birth_month")


@dataclass(frozen=True)
class State:
    """What is remembered between two messages."""

    topic: str
    slots: Slots = field(default_factory=dict)
    asked: str = ""

    def dump(self) -> str:
        """Return the state as a short text for the session store."""
        return json.dumps([self.topic, self.slots, self.asked], ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def load(cls, text: object) -> State | None:
        """Read a state back; None where there is none or it is of another version."""
        try:
            topic, slots, asked = json.loads(str(text))
            return cls(str(topic), {str(key): str(value) for key, value in slots.items()}, str(asked))
        except (ValueError, TypeError, AttributeError):
            return None


class Calculator:
    """Answers numeric questions with the numbers of one school year."""

    def __init__(
        self, policy: Policy, words: Vocabulary, say: Say, basis: Mapping[str, str], clock: Callable[[], datetime]
    ) -> None:
        """Take the numbers, the words, the bot's phrases, where entries stand in the documents, and a clock."""
        self._policy = policy
        self._words = words
        self._wording = Wording(say, basis, policy.years)
        self._clock = clock
        self._absent = tuple((item, Words(list(item.words))) for item in policy.absent)
        # 大病保险 is never a line of a bill that we can work out; 起付线 may be.
        known = [*words.roles.values(), words.places]
        self._never = tuple(
            (item, said) for item, said in self._absent if not any(word in names for word in item.words for names in known)
        )

    def reply(self, text: str, state: object = None) -> CalculatorReply | None:
        """Answer a numeric question, or return None if it is none; `state` is what the last reply left."""
        last = State.load(state) if state else None
        if (sums := arithmetic.read_expression(text)) is not None and not (last and last.asked):
            return self._sum(sums)
        today = self._clock().date()
        reading = read(text, self._words, today)
        bill = read_bill(reading, self._words)
        topic = topic_of(reading, bill, self._policy)
        if last is not None:
            if len(reading.text) <= _LONGEST_CANCEL and reading.has("cancel"):
                return CalculatorReply("smalltalk", self._wording.fill("calc_cancelled"))
            if (slots := self._continued(last, reading, bill, topic)) is not None:
                return self._run(last.topic, slots, reading, last)
        numbers = [slot for slot in MONEY if slot in bill]
        if topic not in ("income_base", "wage_base") and (refused := self._refused(reading, self._never)):
            return refused
        if not topic or (topic == CLAIM and not numbers and "hospital_level" not in reading.slots and not reading.amounts):
            return self._refused(reading, self._absent) or (self._run(topic, self._fresh(topic, reading, bill), reading) if topic else None)
        if topic == CLAIM and not numbers and _ASKS_DEDUCTIBLE.search(reading.text) and (refused := self._refused(reading, self._absent)):
            return refused
        return self._run(topic, self._fresh(topic, reading, bill), reading)

    def _fresh(self, topic: str, reading: Reading, bill: Slots) -> Slots:
        slots = {**reading.slots, **bill, **fee_slots(topic, reading, self._policy)}
        for cue, slot, value in (("self", "self", "true"), ("trip", "trip", "true"), ("far_trip", "trip", "far")):
            if reading.has(cue):
                slots[slot] = value
        if words_of_consult(reading):
            slots["consult_asked"] = "true"
        if topic == CLAIM:
            slots |= self._claim_year(slots, reading)
        return slots

    def _claim_year(self, slots: Slots, reading: Reading) -> Slots:
        """Ratios are of the documents' time: an earlier year, or a later one than today's, is not in them."""
        year = slots.get("cap_year")
        last = max(self._policy.benefit.last.year, self._clock().year)
        if year and not self._policy.cap_year <= int(year) <= last:
            return {"other_year": year}
        later = year and int(year) > self._clock().year and not [slot for slot in MONEY if slot in slots]
        return {"other_year": str(year)} if later else {}

    def _continued(self, last: State, reading: Reading, bill: Slots, topic: str) -> Slots | None:
        """Return the slots of the calculation that goes on, None if the message is about something else."""
        if last.asked in _MONTHS:
            answered = self._month_answered(last, reading)
        else:
            answered = answer_slots(last.asked, last.slots, reading, bill, self._words) if last.asked else None
        if answered is not None:
            return merge(last.slots, answered)
        if is_follow_up(last.topic, last.slots, reading, bill, topic):
            return merge(last.slots, self._fresh(last.topic, reading, bill))
        return None

    def _month_answered(self, last: State, reading: Reading) -> Slots | None:
        """Return the slots of a message that answers which month: 12月, 下个月, 12."""
        if len(reading.text) > _LONGEST_ANSWER:
            return None
        if reading.has("unknown"):
            return {"unknown": last.asked}
        value = bare_amount(reading.text)
        if not reading.dates.months and value is not None and value == int(value):
            reading = read(f"{int(value)}月", self._words, self._clock().date())
        if not reading.dates.months:
            return None
        return {**reading.slots, **fee_slots(last.topic, reading, self._policy, last.asked, last.slots)}

    def _run(self, topic: str, slots: Slots, reading: Reading, last: State | None = None) -> CalculatorReply:
        asked_before = last.asked if last else ""
        lead = ""
        if "bad_month" in slots:
            bad = slots.pop("bad_month")
            return self._wording.wrong(Wrong("calc_no_month", {"month": bad}), self._kept(topic, slots, asked_before))
        if (level := slots.pop("bad_level", "")) or (reading.impossible and "hospital_level" not in slots):
            lead = "calc_no_level"
            slots.pop("hospital_level", level)
        not_known = slots.pop("unknown", "")
        slots["want"] = _wanted(slots, reading)
        outcome = self._work_out(topic, slots)
        match outcome:
            case Result():
                return self._wording.result(outcome, self._kept(topic, slots))
            case Missing() if not_known == outcome.slot:
                return self._not_known(topic, outcome, slots)
            case Missing():
                return self._wording.question(outcome, self._kept(topic, slots, outcome.slot), lead)
            case Unknown():
                return self._wording.unknown(outcome, self._kept(topic, slots))
            case Wrong():
                for slot in MONEY:
                    # An impossible amount is not kept, so that the next one can be right.
                    if slot in slots and slot not in (last.slots if last else {}):
                        slots.pop(slot)
                return self._wording.wrong(outcome, self._kept(topic, slots, asked_before))

    def _work_out(self, topic: str, slots: Slots) -> Outcome:
        if topic == CLAIM:
            return claim(slots, self._policy)
        if topic in CAPS:
            return work_out_cap(topic, slots, self._policy)
        if topic == "window":
            return work_out_window(self._policy)
        if topic in BENEFITS:
            return benefit(slots, self._policy, topic == "benefit_end")
        return work_out_fee(topic, slots, self._policy)

    def _not_known(self, topic: str, missing: Missing, slots: Slots) -> CalculatorReply:
        """Help somebody who does not know what was asked: every level's figure, or where to look it up."""
        if missing.slot == "hospital_level" and missing.table:
            entry = "B7" if slots.get("location") else "B5" if slots["visit"] == "inpatient" else "B4"
            return self._wording.table(missing, entry, self._kept(topic, slots, missing.slot))
        return self._wording.question(missing, self._kept(topic, slots, missing.slot), "calc_look_up")

    def _kept(self, topic: str, slots: Slots, asked: str = "") -> str:
        return State(topic, {key: value for key, value in slots.items() if value}, asked).dump()

    def _refused(self, reading: Reading, absent: tuple[tuple[Absent, Words], ...]) -> CalculatorReply | None:
        """Say plainly that the documents have no such number, where one is asked for."""
        if not reading.has("quantity") or reading.has("how"):
            return None
        item = absent_of(reading.text, absent)
        return self._wording.unknown(Unknown("calc_absent", {"name": item.name})) if item else None

    def _sum(self, sums: arithmetic.Expression) -> CalculatorReply:
        return self._wording.arithmetic(sums)


def words_of_consult(reading: Reading) -> bool:
    """Tell whether it is the consultation fee that is asked about."""
    return "诊查费" in reading.text or "诊金" in reading.text


def _wanted(slots: Slots, reading: Reading) -> str:
    if reading.has("ratio") and re.search(r"百分|几成|几个点|%多少|几个百", reading.text):
        return "ratio"
    if re.search(r"几月(?:份)?(?:办|开始|入)|哪个月(?:办|开始)", reading.text):
        return "month"
    if re.search(r"几个月的钱|(?:交|缴|补|收|剩)(?:够)?几个月|几个月(?:要|的费|才)", reading.text):
        return "months"
    if reading.has("self"):
        return "self"
    return slots.get("want", "") if not reading.has("fund") else "fund"


def open_calculator(
    say: Say, basis: Mapping[str, str], clock: Callable[[], datetime], folder: Path | None = None
) -> Calculator | None:
    """Return the calculator of a corpus, None where the corpus has no numbers to compute with."""
    root = folder or corpus_path()
    policies = load_policies(root / "policy")
    return Calculator(policies[0], load_vocabulary(root), say, basis, clock) if policies else None
