"""Dialogue: one numeric question over several messages; the only way into the calculator."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from bot.calculator.absent import Absences, is_insured_elsewhere
from bot.calculator.buttons import named_by
from bot.calculator.fees import FEES
from bot.calculator.finder import Finder
from bot.calculator.follow import OFFERED, after, born_not_enrolled, contrast, merged, newborn_or_fee, place_of, says
from bot.calculator.guards import outside
from bot.calculator.limits import CAPS
from bot.calculator.numbers import settle
from bot.calculator.outcome import Missing, Result, Unknown
from bot.calculator.payments import NOT_CHOSEN
from bot.calculator.reader import ASKED, Reader, Sentence
from bot.calculator.record import Record, Talk, dump, load
from bot.calculator.siblings import FAMILY, family_of, family_told
from bot.calculator.spans import AMOUNT, LEVEL, PLACE
from bot.calculator.speaker import Speaker, work_out
from bot.calculator.sums import read_sum
from bot.calculator.understand import MONTH_COUNT, records_of
from bot.calculator.wording import Say, said
from bot.reply import CalculatorReply
from corpus.policy import Policy
from index.hit import Hit
from index.memory import Memory

# What is less sure is left to the matching, unless that finds an entry with numbers too; a claim has guards of its own.
TASK_FLOOR, OTHER_FLOOR = 0.6, 0.65
# From this score on a message in a dialogue is about another entry.
ELSEWHERE = 0.9
# Less than this for all entries with numbers together: hardly one that can be computed. From LIKELY on it is one.
NUMERIC, LIKELY = 0.08, 0.5
# What is fainter still is read where it may be a bill, and computed where the reader is certain of one.
FAINT, CERTAIN, COSTS = 0.05, 0.95, "TSIA"
# Nothing was asked or computed: an entry was answered that a calculation may go on from.
OPENED = "opened"
# The message has no place in what goes on.
ANEW = CalculatorReply("abstain", "")
_LONGEST = 200
_NO_LIMIT = "住院限额"  # what is asked for after a stay
_REMEMBERED = 2048
# Questions whose plain form an entry answers word for word.
_PLAIN = ("fee", "claim", "cap", "bstart")
# Words that only a question about the limit for visits has.
_CAP = ("cap", "outpatient_word")
# A fee of the year, of a month or from a birth on, benefits from when or whether: what is told settles which it is.
_ALIKE = (("fee", "monthly", "newborn"), ("bstart", "binforce"))
TALK = ("none", "absent", "more", "unknown", "cancel")
# How, where, why and whether: no answer and no part of a calculation.
_ASKS_OTHERWISE = re.compile(
    r"怎么(?!算|样)|如何|哪里|在哪|去哪|什么时候|为什么|为啥|咋(?!算)|什么材料|多久|电话|流程|网址|可不可以"
    r"|可以.{0,6}吗|能不能|要不要|是什么|什么意思|要求|区别|必须|一定要|[用报款交]吗"
)
# 起付线扣了吗: what was computed is said once more, with what became of it.
_LINE_COUNTED = re.compile(
    r"(?:起付线|门槛费?)[^,。;]{0,3}[扣减算][^,。;]{0,3}[吗没么嘛?]|[扣减算][^,。;]{0,3}(?:起付线|门槛费?)[^,。;]{0,1}[吗没么嘛]"
)


class Calculator:
    """Answers numeric questions with the numbers of the policy files, newest school year first."""

    def __init__(
        self,
        policies: tuple[Policy, ...],
        finder: Finder,
        reader: Reader,
        known: Mapping[Decimal, str],
        absences: Absences,
        say: Say,
        basis: Mapping[str, str],
        clock: Callable[[], datetime],
    ) -> None:
        """Take the numbers, what finds and reads, the printed and the missing numbers, phrases, documents, a clock."""
        self._speaker = Speaker(policies, absences, say, basis)
        self._finder, self._reader, self._known, self._absences = finder, reader, known, absences
        self._clock = clock
        # Reading takes as long as all the rest of an answer, and many send the very same words.
        self._sentences: Memory[tuple[str, str, str, date], Sentence] = Memory(_REMEMBERED)
        # What may be asked on from an entry that was answered, by the number that it prints.
        opens = {"fee.personal": Record(task="fee")}
        opens |= {f"{visit}.1": Record(task="claim", visit=visit) for visit in ("outpatient", "inpatient")}
        self._opens = {policies[0].figure(name).entry: record for name, record in opens.items()}
        # The entries whose numbers are computed with, by their ids.
        self.entries = frozenset({NOT_CHOSEN, *(figure.entry for policy in policies for figure in policy.figures)})

    def turn(self, text: str, state: str | None = None, hits: Sequence[Hit] | None = None) -> CalculatorReply | None:
        """Answer a message that asks for a number or goes on; None leaves it to the matching.

        `state` is what the last reply left, or the id of the entry that was answered last; `hits` is what the index
        found for the message where it was searched.
        """
        talk = load(state)
        if opened := self._opens.get(state or ""):
            talk = Talk((opened,), OPENED)
        if talk.asked in ("", OFFERED, OPENED) and (sums := read_sum(text)):
            return self._speaker.wording().arithmetic(sums)
        if len(text) > _LONGEST and talk.records:
            return None
        reply = self._reply(settle(text), talk, hits)
        if reply is None or reply.kind == "smalltalk" or opened:
            return reply
        # What the documents do not say ends no calculation.
        now = load(reply.state).after(talk) if reply.state else talk
        return replace(reply, state=dump(now) if now.records else None)

    def _reply(self, settled: str, talk: Talk, hits: Sequence[Hit] | None) -> CalculatorReply | None:
        if talk.records and (record := named_by(settled, talk.asked)):
            policy = self._speaker.known_policy(talk.records)
            lacking = [one for one in talk.records if any(v and not getattr(one, k) for k, v in vars(record).items())]
            told = [record.over(one) if one in (lacking or talk.records) else one for one in talk.records]
            return self._speaker.run(told, policy)
        likely = sum(hit.score for hit in hits or () if hit.entry_id in self.entries)
        if talk.asked == OPENED and not self._goes_on(settled, talk.records):
            talk = Talk()
        if hits is not None and not self._may_be_ours(settled, talk.records, hits, likely):
            return None
        if talk.records:
            sentence = born_not_enrolled(self._read(settled, talk.asked, talk.records))
            reply = self._go_on(sentence, talk)
            if reply is not ANEW:
                return reply
        return self._first(self._read(settled, "", ()), hits, likely)

    def _first(self, sentence: Sentence, hits: Sequence[Hit] | None, likely: float) -> CalculatorReply | None:
        """Answer a message that stands for itself."""
        task, sure = sentence.reading["task"], sentence.reading.sure("task")
        ours = task in CAPS and self._reader.lexicon.names_all(sentence.text, _CAP)
        if hits is not None and likely < NUMERIC and not ours and not (sure >= CERTAIN and sentence.of(AMOUNT, COSTS)):
            return self._speaker.absent(sentence.text) if task == "absent" and sure >= TASK_FLOOR else None
        if task in _PLAIN and hits and hits[0].score >= ELSEWHERE and not _tells(sentence):
            return None
        reply = self.answer(sentence, TASK_FLOOR if likely >= LIKELY else OTHER_FLOOR)
        if reply or sentence.reading.sure("task", "none") >= 1 - TASK_FLOOR:
            return reply
        return self._speaker.absent(sentence.text, strictly=True)

    def _goes_on(self, settled: str, before: Sequence[Record]) -> bool:
        """Tell whether a message goes on from the entry that was answered last: 三级呢."""
        sentence = self._read(settled, OPENED, before)
        return bool(sentence.spans) and sentence.reading["task"] == "more"

    def _may_be_ours(self, settled: str, before: Sequence[Record], hits: Sequence[Hit], likely: float) -> bool:
        """Tell whether a message need be read at all: what a question is about the matching knows better.

        车险今年要交多少 has all the words of a fee.
        """
        if before:
            if not hits or hits[0].entry_id in self.entries or hits[0].score < ELSEWHERE:
                return True
            reading = self._read(settled, "", before).reading
            return reading["want"] != "" and reading.sure("task", "more") >= ELSEWHERE  # 自己付, whatever entry has it
        named = self._reader.lexicon.names_all(settled, _CAP) or self._absences.named(settled)
        return likely >= FAINT or bool(named)

    def _read(self, settled: str, asked: str, before: Sequence[Record]) -> Sentence:
        """Return what is read of a message in the light of what was asked, or is going on."""
        context = asked if asked in ASKED else before[0].task if before else ""
        today = self._today
        key = (settled, asked, context, today)
        sentence = self._sentences.get(key)
        if sentence is None:
            spans = self._finder.find(settled, today, asked)
            reading = self._reader.read(settled, spans, context, self._known)
            sentence = Sentence(settled, spans, reading, self._reader.lexicon, self._known, today)
            self._sentences.put(key, sentence)
        return sentence

    def answer(self, sentence: Sentence, floor: float = OTHER_FLOOR) -> CalculatorReply | None:
        """Answer a sentence that has been read, as a new question; what is less sure than `floor` is left alone."""
        task = sentence.reading["task"]
        alike = next((tasks for tasks in _ALIKE if task in tasks), (task,))
        sure = sentence.reading.sure("task", *alike) >= (TASK_FLOOR if task == "claim" else floor)
        return self._begin(sentence, task, []) if sure else None

    @property
    def _today(self) -> date:
        return self._clock().date()

    def _begin(self, sentence: Sentence, task: str, kept: Sequence[Record]) -> CalculatorReply | None:
        policy = self._speaker.policy_of(sentence)
        if task == "absent":
            return self._speaker.absent(sentence.text) or self._speaker.midway(sentence, policy)
        if task in TALK:
            return None
        records = records_of(sentence, policy)
        if absent := self._absences.asked(records[0], sentence):
            return self._speaker.missing(absent, policy)
        if outside(records[0], sentence) or (task in (*FEES, "claim") and is_insured_elsewhere(sentence)):
            return None
        year = records[0].year
        if task == "claim" and year and year > self._today.year and not records[0].told_cost:
            return self._speaker.wording(policy).unknown(Unknown("calc_other_ratio", {"year": str(year)}))
        if task == "claim" and "uninsured" in sentence.words:
            born = "calc_newborn_uninsured" if sentence.words & {"birth", "newborn"} else "calc_uninsured"
            return self._speaker.wording(policy).unknown(Unknown(born))
        if kept:
            stayed = kept[0].visit == "inpatient" and "outpatient_word" not in sentence.words
            if task in ("remaining", "cap") and stayed:
                return self._speaker.absent(_NO_LIMIT)
            records = [after(one, kept, policy) for one in records]
        if len(records) == 1:
            records = family_told(records[0], sentence, policy)
        return self._speaker.run(records, policy)

    def _go_on(self, sentence: Sentence, talk: Talk) -> CalculatorReply | None:
        """Reply to a message that may belong to the calculation that is going on, None if it is about something else.

        ANEW says that it has no place in any calculation so far.
        """
        policy, before = self._speaker.policy_of(sentence, talk.records), list(talk.records)
        task, sure = sentence.reading["task"], sentence.reading.sure("task")
        if task in ("more", before[0].task):
            sure = sentence.reading.sure("task", *{"more", before[0].task})  # both go on
        if _LINE_COUNTED.search(sentence.text) and before[0].task == "claim" and not sentence.of(AMOUNT):
            return self._speaker.run(before, policy)  # whether the deductible came off stands with the result
        told = records_of(sentence, policy, before[0])
        if task == "more" and not sentence.of(AMOUNT) and _ASKS_OTHERWISE.search(sentence.text):
            return None
        if reply := self._of_several(sentence, told[0], before, policy):
            return reply
        if task in ("more", before[0].task, "diff") and "difference" in sentence.words and not told[0].told_cost:
            if compared := contrast(talk, told[0], sentence):
                return self._speaker.run(before, policy, [compared])
            if before[0].task == "claim" and "insured" not in sentence.words:
                # A difference of payments that nobody can tell is none of fees, and changes nothing.
                return self._speaker.ask_again(before, policy)
        if task == "cancel" and (sure >= TASK_FLOOR or "cancel" in sentence.words):
            return CalculatorReply("smalltalk", self._speaker.wording().fill("calc_cancelled"))
        if sure < TASK_FLOOR:
            return None if place_of(told[0], sentence, talk) else ANEW
        if task == "absent":
            return self._speaker.absent(sentence.text)
        if task == "none":
            return None
        if task == "unknown" and not says(told[0]):
            return self._speaker.not_known(before, policy)
        again = task == before[0].task and not (told[0].is_whole or (task != "claim" and says(told[0])))
        of_children = len(before) > 1 and {task, before[0].task} <= {*FAMILY}
        if task in ("more", "unknown") or of_children or (again and task in ("claim", *CAPS)):
            return self._more(sentence, told, talk, policy)
        return self._begin(sentence, task, before)

    def _of_several(
        self, sentence: Sentence, told: Record, before: Sequence[Record], policy: Policy
    ) -> CalculatorReply | None:
        """Reply to what is said of some of several children, or asked of all bills or children together."""
        task, sure = sentence.reading["task"], sentence.reading.sure("task")
        named = family_of(before, told, sentence, policy) if task in ("more", *FAMILY) or sure < TASK_FLOOR else None
        if named:
            children, meant = named
            return self._speaker.run(children, policy, [children[at] for at in meant])
        together = len(before) > 1 and "total" in sentence.words and told.children in (None, len(before))
        if not together or says(told):
            return None
        return self._speaker.run([replace(one, want=told.want or one.want) for one in before], policy)

    def _more(self, sentence: Sentence, told: list[Record], talk: Talk, policy: Policy) -> CalculatorReply | None:
        """Reply to what adds to or changes a calculation."""
        open_question = not told[0].told_cost and told[0].deductible is None and "quantity" in sentence.words
        if open_question and (name := self._absences.asked_right_out(sentence.text)):
            return self._speaker.missing(name, policy)
        place = place_of(told[0], sentence, talk)
        if place is None:
            fresh = newborn_or_fee(told[0], sentence, policy)
            return self._speaker.run([fresh], policy) if fresh else ANEW
        if place != talk.records:
            talk = Talk(place, "", (talk.records,))
        before = list(talk.records)
        together = merged(talk, told, sentence)
        if isinstance(together, Missing):
            return self._speaker.wording(policy).question(together, said(before), dump(replace(talk, asked="")))
        if "all_levels" not in sentence.words:
            outcome = work_out(before, policy)
            same = together == before or (isinstance(outcome, Result) and work_out(together, policy) == outcome)
            if same and sentence.reading["task"] in TALK and not told[0].want:
                # Nothing was said that matters here, or nothing that could be read.
                return self._speaker.ask_again(before, policy) if sentence.of(LEVEL) or sentence.of(PLACE) else None
        return self._resume(together, sentence, policy)

    def _resume(self, records: list[Record], sentence: Sentence, policy: Policy) -> CalculatorReply:
        """Work out what goes on; 三个级别都算算 is the table of all levels."""
        if "all_levels" in sentence.words and records[0].task == "claim" and len(records) == 1:
            records = [replace(records[0], level="", compared=())]
            return self._speaker.not_known(records, policy) or self._speaker.run(records, policy)
        return self._speaker.run(records, policy)


def _tells(sentence: Sentence) -> bool:
    """Tell whether a question says anything that a result could depend on; else the entry itself is the best answer."""
    return bool(sentence.spans) or "midway" in sentence.words or MONTH_COUNT.search(sentence.text) is not None
