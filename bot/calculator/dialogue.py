"""Dialogue: one numeric question over several messages; the only way into the calculator."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from bot.calculator import arithmetic
from bot.calculator.answers import answer_slots, fewer, is_follow_up, merge
from bot.calculator.bill import MONEY, read_bill
from bot.calculator.claims import claim
from bot.calculator.fees import benefit, work_out_fee
from bot.calculator.limits import work_out_cap, work_out_window
from bot.calculator.money import bare_amount
from bot.calculator.numbers import read_number
from bot.calculator.outcome import Missing, Outcome, Result, Unknown, Wrong
from bot.calculator.reading import Reading, Slots, read
from bot.calculator.spans import fee_slots
from bot.calculator.topics import BENEFITS, CAPS, CLAIM, absent_of, topic_of
from bot.calculator.vocabulary import Vocabulary, Words, load_vocabulary
from bot.calculator.wording import Say, Wording
from bot.reply import CalculatorReply
from corpus.entries import corpus_path
from corpus.policy import Absent, Policy, load_policies
from corpus.text import fold

_LONGEST_CANCEL = 10
_YEARLY = ("subsidy", "subsidy_gap", "total", "monthly")
_PAUSE = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
_NUMERAL = r"\d|[两三四五六七八九十百千万俩仨廿双孖]|[一元](?=[级甲万千百月])|[上下这本当]个?月|绑|选定|今[天日]|[今明去后前来]年|现在|[加减乘除]"
# The deductible itself is asked for, it is not only mentioned.
_ASKS_DEDUCTIBLE = re.compile(
    r"起付(?:线|标准)[^,。;以后外上]{0,6}(?:多少|几)|(?:多少|几)[^,。;]{0,5}起付|门槛费?[^,。;以后外上]{0,6}(?:多少|几)|起付线?(?:是不是|是否|都是)"
)
_COINS = re.compile(
    r"([\d零一二两三四五六七八九十百千万]+)[块元]([\d一二三四五六七八九])[毛角]([\d一二三四五六七八九])?分?"
)
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
    def load(cls, text: str) -> State | None:
        """Read a state back; None where there is none or it is of another version."""
        try:
            topic, slots, asked = json.loads(text)
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
        self._gate = _gate(words, policy)
        self._absent = tuple((item, Words(list(item.words))) for item in policy.absent)
        # 大病保险 is never a line of a bill that we can work out; 起付线 may be.
        known = [*words.roles.values(), words.places]
        self._never = tuple(
            (item, said)
            for item, said in self._absent
            if not any("…" not in word and word in names for word in item.words for names in known)
        )

    def reply(self, text: str, state: str | None = None) -> CalculatorReply | None:
        """Answer a numeric question, or return None if it is none; `state` is what the last reply left."""
        last = State.load(state) if state else None
        # A space between words is a pause; folding would close it up.
        folded = fold(_PAUSE.sub("，", text))
        if last is None and not self._gate.search(folded):
            return None
        if (sums := arithmetic.read_expression(_COINS.sub(_coins, text))) is not None and not (last and last.asked):
            return self._wording.arithmetic(sums)
        reading = read(folded, self._words, self._clock().date())
        bill = read_bill(reading, self._words)
        topic = topic_of(reading, bill, self._policy)
        if last is not None:
            if len(reading.text) <= _LONGEST_CANCEL and reading.has("cancel"):
                return CalculatorReply("smalltalk", self._wording.fill("calc_cancelled"))
            if _ASKS_DEDUCTIBLE.search(folded) and (refused := self._refused(reading, self._absent)):
                return replace(refused, state=state)
            if (slots := self._continued(last, reading, bill, topic)) is not None:
                return self._run(_turned(last.topic, topic, reading, slots), slots, reading, last)
        numbers = [slot for slot in MONEY if slot in bill]
        if topic not in ("income_base", "wage_base") and (refused := self._refused(reading, self._never)):
            return refused
        if not topic or (
            topic == CLAIM and not numbers and "hospital_level" not in reading.slots and not reading.amounts
        ):
            return self._refused(reading, self._absent) or (
                self._run(topic, self._fresh(topic, reading, bill), reading) if topic else None
            )
        if (
            topic == CLAIM
            and set(numbers) <= {"deductible"}
            and _ASKS_DEDUCTIBLE.search(reading.text)
            and (refused := self._refused(reading, self._absent))
        ):
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
            return merge(last.slots, {**self._fresh(last.topic, reading, bill), **fewer(reading)})
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


def _gate(words: Vocabulary, policy: Policy) -> re.Pattern[str]:
    """Return what a numeric question has at least one of, so that all others pass by quickly."""
    cues = ("subsidy", "monthly", "base", "wage", "cap_spent", "window", "midway", "from_birth")
    known = [words.cues[cue].pattern for cue in cues] + [level.pattern for level in words.levels.values()]
    known += [Words(list(item.words)).pattern for item in policy.absent]
    return re.compile("|".join([_NUMERAL, *known]))


def words_of_consult(reading: Reading) -> bool:
    """Tell whether it is the consultation fee that is asked about."""
    return "诊查费" in reading.text or "诊金" in reading.text


def _coins(match: re.Match[str]) -> str:
    """Write 三块六毛二 as 3.62."""
    tenth, cent = read_number(match[2]) or 0, read_number(match[3]) or 0 if match[3] else 0
    whole = read_number(match[1])
    return match[0] if whole is None else f"{whole}.{tenth}{cent}"


def _turned(old: str, new: str, reading: Reading, slots: Slots) -> str:
    """Return the topic of a follow-up: mostly the old one, unless the message turns it."""
    if old in BENEFITS and reading.has("begin", "finish"):
        return "benefit_end" if reading.has("finish") else "benefit_start"
    if old in CAPS and new == CLAIM:
        slots.setdefault("visit", "outpatient")
        return CLAIM
    if old in CAPS and reading.has("cap") and not reading.amounts and not reading.has("cap_spent", "remaining"):
        return "cap"
    if old in _YEARLY and reading.has("own_part") and reading.has("total"):
        return "total"
    if old in _YEARLY and new in _YEARLY:
        return new
    if old == "fee" and reading.has("difference") and reading.dates.months:
        return "difference"
    return old


def _wanted(slots: Slots, reading: Reading) -> str:
    if reading.has("ratio") and re.search(r"百分|几成|几个点|%多少|几个百", reading.text):
        return "ratio"
    if re.search(r"几月(?:份)?(?:办|开始|入)|哪个月(?:办|开始)", reading.text):
        return "month"
    if re.search(r"几个月的钱|(?:交|缴|补|收|剩)(?:够)?几个月|几个月(?:要|的费|才)", reading.text):
        return "months"
    if reading.has("self") and not re.search(r"(?:医保|统筹|基金|公家)[^,。;]{0,4}出", reading.text):
        return "self"
    kept = slots.get("want", "")
    # 社康呢, 75%; 花了2005呢: an amount asks for an amount.
    return "fund" if reading.has("fund") or (kept == "ratio" and reading.amounts) or "多少钱" in reading.text else kept


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
    return Calculator(policies[0], load_vocabulary(root), say, basis, clock)
