"""Dialogue: one numeric question over several messages; the only way into the calculator."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Protocol

from bot.calculator.arithmetic import Expression, read_expression
from bot.calculator.claims import NOT_CHOSEN, claim
from bot.calculator.fees import FEES, work_out_fee
from bot.calculator.guards import outside, told_cost
from bot.calculator.limits import CAPS, work_out_benefit, work_out_cap
from bot.calculator.numbers import read_number, settle
from bot.calculator.outcome import Missing, Outcome, Result, Unknown, Wrong
from bot.calculator.reader import ASKED, Reader, Sentence
from bot.calculator.record import COSTS, KEPT, Record, dump, load
from bot.calculator.spans import AMOUNT, HERE, PLACE, Finder
from bot.calculator.tokens import Lexicon
from bot.calculator.understand import records_of
from bot.calculator.wording import OPTIONS, Say, Wording, said
from bot.reply import CalculatorReply
from corpus.entries import corpus_path
from corpus.policy import Absent, Policy, load_policies
from corpus.text import fold
from corpus.words import GAP, load_words

WEIGHTS = Path(__file__).parent / "model" / "reader.json.gz"
# Less than this for all entries with numbers together: hardly a question that can be computed.
NUMERIC = 0.08
TASK_FLOOR, OTHER_FLOOR, SURE = 0.5, 0.75, 0.9
# From this score on a message in a dialogue is about another entry.
ELSEWHERE = 0.9
# Offered, not asked: 把起付线告诉我，可以再算一次.
OFFERED = "offered"
_LONGEST = 200
TALK = ("none", "absent", "more", "unknown", "cancel")
_LOOSE = re.compile(r"(?:我?选|就|是|第|那)*([1-4一二三四]|最后一?)(?:个|项|种|号|条)?(?:吧|的|了|谢谢|,|。|!)*")
_PICKS = {"一": 1, "二": 2, "三": 3, "四": 4}
_INSURANCE = re.compile(
    r"(?:那边|这边|市|省|地区|本地|的)*(?:小孩|少儿|居民|城乡|学生|孩子|娃|儿童|大学生|职工|的)*(?:医保|健保|社保|医疗保险)"
    r"|[^,。;!?住院看病医]{0,8}?(?:交|参|买|上|入)(?:的|咗|了|过|嘅)(?:是|系)?(?:少儿|学生|居民|城乡)*(?:医保|社保|保险)"
)
# How, where, why and whether: no answer and no part of a calculation.
_ASKS_OTHERWISE = re.compile(
    r"怎么(?!算|样)|如何|哪里|在哪|去哪|什么时候|为什么|为啥|咋(?!算)|什么材料|多久|电话|流程|网址|可不可以"
    r"|可以.{0,6}吗|能不能|要不要|是什么|什么意思|要求|区别|必须|一定要|[用报款交]吗"
)
_HOW_MUCH = re.compile(r"^[^,。;以后外上]{0,6}(?:多少|几)")
_MORE_CHILDREN = re.compile(r"(?:再加|还有|多[了添]?)[^,。;]{0,2}[一两二三\d俩]")
_NUMERAL = re.compile(r"[\d零〇一二两兩三四五六七八九十百千万萬½¼¾⅓⅔①-⑳]")
_COINS = re.compile(
    r"([\d零一二两三四五六七八九十百千万]+)[块元]([\d零一二三四五六七八九])[毛角](?:([\d零一二三四五六七八九])分?)?"
)
_SIGN = re.compile(r"[-+*/^×÷xX·✕✖➕➖➗−加減减乘除方折扣＋－＊／％%]|的\s*(?:[\d一二三四五六七八九百]|一半)|[²³]")


class Hit(Protocol):
    """What the calculator needs to know of a hit of the index."""

    @property
    def entry_id(self) -> str:
        """The entry."""

    @property
    def score(self) -> float:
        """The probability, 0 to 1, that this entry is right."""


class Calculator:
    """Answers numeric questions with the numbers of the policy files, newest school year first."""

    def __init__(
        self,
        policies: tuple[Policy, ...],
        finder: Finder,
        reader: Reader,
        on_bill: Callable[[str], bool],
        say: Say,
        basis: Mapping[str, str],
        clock: Callable[[], datetime],
    ) -> None:
        """Take the numbers, what finds and what reads, what may stand on a bill, the phrases, the documents, a clock."""
        self._policies = policies
        self._wordings = {policy.years: Wording(say, basis, policy) for policy in policies}
        self._finder, self._reader, self._clock = finder, reader, clock
        self._known = known_amounts(policies[0])
        self._on_bill = {
            absent.name for absent in policies[0].absent if any(on_bill(fold(word)) for word in absent.words)
        }
        # The entries whose numbers are computed with, by their ids.
        self.entries = frozenset({NOT_CHOSEN, *(figure.entry for policy in policies for figure in policy.figures)})

    def turn(self, text: str, state: str | None = None, hits: Sequence[Hit] | None = None) -> CalculatorReply | None:
        """Answer a message that asks for a number or goes on with a calculation; None leaves it to the matching.

        `state` is what the last reply left, `hits` is what the index found for the message where it was searched.
        """
        before, asked = load(state)
        if asked in ("", OFFERED) and (sums := _sum(text)):
            return self._wordings[self._policies[0].years].arithmetic(sums)
        if len(text) > _LONGEST and before:
            return None
        settled = settle(text)
        if before and (record := _picked(settled, asked)):
            return self._run([record.over(one) for one in before])
        context = asked if asked in ASKED else before[0].task if before else ""
        spans = self._finder.find(settled, self._today, asked)
        sentence = Sentence(
            settled, spans, self._reader.read(settled, spans, context, self._known), self._reader.lexicon, self._known
        )
        task, sure = sentence.reading["task"], sentence.reading.sure("task")
        if before:
            elsewhere = hits and hits[0].entry_id not in self.entries and hits[0].score >= ELSEWHERE
            return None if elsewhere else self._go_on(sentence, task, sure, before, asked)
        numeric = hits is None or sum(hit.score for hit in hits if hit.entry_id in self.entries) >= NUMERIC
        return self.answer(sentence) if numeric else None

    def answer(self, sentence: Sentence) -> CalculatorReply | None:
        """Answer a sentence that has been read, as a new question."""
        read = sentence.reading
        floor = TASK_FLOOR if read["task"] == "claim" else OTHER_FLOOR
        return self._begin(sentence, read["task"], []) if read.sure("task") >= floor else None

    @property
    def _today(self) -> date:
        return self._clock().date()

    def _begin(self, sentence: Sentence, task: str, kept: Sequence[Record]) -> CalculatorReply | None:
        policy = self._policy_of(sentence)
        if task == "absent":
            return self._absent(sentence.text)
        if task in TALK:
            return None
        records = records_of(sentence, policy)
        if absent := self._asks_absent(sentence, records[0]):
            return self._wordings[policy.years].unknown(Unknown("calc_absent", {"name": absent}))
        if outside(records[0], sentence) or (task in FEES and _is_insured_elsewhere(sentence)):
            return None
        year = records[0].year
        if task == "claim" and year and year > self._today.year and not told_cost(records[0]):
            return self._wordings[policy.years].unknown(Unknown("calc_other_ratio", {"year": str(year)}))
        if task == "claim" and "uninsured" in sentence.words:
            return self._wordings[policy.years].unknown(Unknown("calc_uninsured"))
        if kept:
            records = [
                replace(one, **{name: getattr(one, name) or getattr(kept[0], name) for name in KEPT}) for one in records
            ]
            if kept[0].task in CAPS and task == "claim":
                records = [replace(one, visit=one.visit or "outpatient") for one in records]
        return self._run(records, policy)

    def _go_on(
        self, sentence: Sentence, task: str, sure: float, before: list[Record], asked: str
    ) -> CalculatorReply | None:
        """Reply to a message that belongs to the calculation that is going on, None if it is about something else."""
        policy = self._policy_of(sentence)
        wording = self._wordings[policy.years]
        if sure < TASK_FLOOR:
            return None
        if task == "cancel":
            return CalculatorReply("smalltalk", wording.fill("calc_cancelled"))
        if task == "absent":
            return self._absent(sentence.text, dump(before, asked))
        if task == "none" or (task == "more" and not sentence.of(AMOUNT) and _ASKS_OTHERWISE.search(sentence.text)):
            return None
        if task == "unknown":
            return self._not_known(before, policy)
        if task != "more":
            records = records_of(sentence, policy, before[0])
            if task == before[0].task == "claim" and len(before) == len(records) == 1 and not _is_whole(records[0]):
                return self._run([replace(records[0], task=task).over(before[0])], policy)
            return self._begin(sentence, task, before if task in FEES + CAPS + ("claim",) else [])
        told = records_of(sentence, policy, before[0])
        if (
            not told_cost(told[0])
            and told[0].deductible is None
            and "quantity" in sentence.words
            and (name := _weak(sentence, self._policies[0]))
        ):
            return wording.unknown(Unknown("calc_absent", {"name": name}), dump(before, asked))
        merged = _merged(before, told, sentence, asked)
        if merged == before and told[0].want in ("", before[0].want):
            # Nothing was said that matters here.
            return None
        return self._run(merged, policy, dump(before, asked))

    def _run(self, records: list[Record], policy: Policy | None = None, before: str | None = None) -> CalculatorReply:
        policy = policy or self._policies[0]
        wording, outcome, read = self._wordings[policy.years], _outcome(records, policy), said(records)
        match outcome:
            case Result():
                offered = OFFERED if "calc_assume_deductible" in outcome.assumptions else ""
                return wording.result(outcome, read, dump(records, offered))
            case Missing():
                return wording.question(outcome, read, dump(records, outcome.slot))
            case Unknown():
                return wording.unknown(outcome, dump(records, ""))
            case Wrong():
                return wording.wrong(outcome, before)

    def _not_known(self, before: list[Record], policy: Policy) -> CalculatorReply | None:
        outcome = _outcome(before, policy)
        if not isinstance(outcome, Missing):
            return None
        return self._wordings[policy.years].not_known(outcome, said(before), dump(before, outcome.slot))

    def _absent(self, text: str, state: str | None = None) -> CalculatorReply | None:
        name = next(filter(None, (_named(absent, text) for absent in self._policies[0].absent)), "")
        wording = self._wordings[self._policies[0].years]
        return wording.unknown(Unknown("calc_absent", {"name": name}), state) if name else None

    def _asks_absent(self, sentence: Sentence, record: Record) -> str:
        """Return the name of what the documents do not give, where a question for a number names it.

        What may also stand on a bill (自费, 起付线) is only asked for where no cost is told.
        """
        told = told_cost(record)
        sought = record.task in ("income", "wage") or (
            record.want in ("ratio", "selfratio") and sentence.reading.sure("want") > SURE
        )
        for absent in self._policies[0].absent:
            on_bill = absent.name in self._on_bill
            if not (on_bill and (told or sought or record.task != "claim")) and record.task not in ("income", "wage"):
                if name := _named(absent, sentence.text):
                    return name
        return ""

    def _policy_of(self, sentence: Sentence) -> Policy:
        """Return the school year that is spoken of, else the newest."""
        schools = {span.name for span in sentence.spans if span.name}
        months = [span.month for span in sentence.spans if span.kind == "month" and span.year and span.possible]
        for policy in self._policies:
            if policy.years in schools or any(policy.fee.contains(month) for month in months):
                return policy
        years = {span.year for span in sentence.spans if span.kind == "year"}
        return next(
            (policy for policy in self._policies if {policy.cap_year, policy.fee.first.year} & years), self._policies[0]
        )


def _weak(sentence: Sentence, policy: Policy) -> str:
    """Return the name of a missing number whose word stands right before the question for it: 起付线到底是多少."""
    return next(
        (
            absent.name
            for absent in policy.absent
            for word in absent.words
            if GAP not in word and _right_before(fold(word), sentence.text)
        ),
        "",
    )


def _right_before(word: str, text: str) -> bool:
    at = text.find(word)
    return at >= 0 and _HOW_MUCH.search(text[at + len(word) : at + len(word) + 8]) is not None


def _named(absent: Absent, text: str) -> str:
    """Return the name of what the documents do not give if a text has one of its words; … stands for a gap."""
    return absent.name if any(all(fold(part) in text for part in word.split(GAP)) for word in absent.words) else ""


def _is_insured_elsewhere(sentence: Sentence) -> bool:
    """Tell whether another place's insurance is spoken of: 广州小孩居民医保今年交多少."""
    elsewhere = [span for span in sentence.spans if span.kind == PLACE and span.name != HERE]
    return any(_INSURANCE.match(sentence.text, span.end) for span in elsewhere)


def known_amounts(policy: Policy) -> dict[object, str]:
    """Return what the reader may know of amounts: those that the policy prints, and parts of the fee."""
    own = policy.number("fee.personal")
    months = int(policy.number("fee.months"))
    known: dict[object, str] = {own / months * count: "$part" for count in range(1, months)}
    return known | {own: "$fee", policy.number("fee.subsidy"): "$sub", policy.number("cap.amount"): "$cap"}


def _outcome(records: list[Record], policy: Policy) -> Outcome:
    task = records[0].task
    if task == "claim":
        return claim(records, policy)
    if records[0].wrong:
        return Wrong(records[0].wrong, {"month": records[0].name})
    if task in FEES:
        return work_out_fee(records[0], policy)
    return work_out_cap(records[0], policy) if task in CAPS else work_out_benefit(records[0], policy)


def _is_whole(record: Record) -> bool:
    """Tell whether a claim stands for itself and needs nothing of the one before."""
    return bool(record.visit) and any(getattr(record, name) is not None for name in COSTS)


def _merged(before: list[Record], told: list[Record], sentence: Sentence, asked: str) -> list[Record]:
    """Return what was said before with what a message adds or changes."""
    task, new = before[0].task, replace(told[0], task="")
    if len(before[0].apply) > 1 and len(new.apply) == 1:
        # 老二改11月呢: nobody can tell which of the months it takes the place of.
        new = replace(new, apply=(), midway=True)
        before = [replace(one, apply=(), many="sum") for one in before]
    if len(new.apply) > 1 and before[0].children == len(new.apply):
        new = replace(new, many="sum")
    if new.children and _MORE_CHILDREN.search(sentence.text):
        new = replace(new, children=(before[0].children or 1) + new.children)
    if new.consult is not None and not new.consult_in and "within" in sentence.words:
        new = replace(new, consult_in="in")
    if len(told) > 1:
        return [replace(one.over(before[-1]), task=task) for one in told]
    if new.many == "sum" and any(getattr(new, name) is not None for name in COSTS) and task == "claim":
        # 还有一次3000: one bill more.
        return [*(replace(one, many="sum") for one in before), replace(new.over(before[-1]), task=task, many="sum")]
    amounts = [span for span in sentence.spans if span.kind == AMOUNT]
    if asked == OFFERED and len(amounts) == 1 and amounts[0].end - amounts[0].start == len(sentence.text):
        # A bare amount behind the offer to count the deductible: it is that, where it is small enough to be one.
        value, cost = amounts[0].value, before[0].cost
        if value is not None and cost and 2 * value <= cost:
            new = Record(deductible=value)
    return [replace(new.over(one), task=task) for one in before]


def _picked(text: str, asked: str) -> Record | None:
    """Return what a button, or its place in the row, says."""
    options = OPTIONS.get(asked)
    if options is None:
        return None
    values = list(options.values())
    chosen = {fold(label): value for label, value in options.items()}.get(text)
    if chosen is None and (match := _LOOSE.fullmatch(text)):
        place = len(values) if match[1][0] == "最" else _PICKS.get(match[1]) or int(match[1])
        chosen = values[place - 1] if place <= len(values) else None
    if chosen is None:
        return None
    if asked == "out_of_city_kind":
        case = dict.fromkeys(("filed", "referral", "emergency"), "false") | {chosen: "true"}
        return Record(**case)
    return Record(**{{"hospital_level": "level"}.get(asked, asked): chosen})


def _sum(text: str) -> Expression | None:
    """Return the sum that a message is; most are seen at a glance to be none."""
    return read_expression(_COINS.sub(_coin, text)) if _SIGN.search(text) and _NUMERAL.search(text) else None


def _coin(match: re.Match[str]) -> str:
    """Write 三块六毛二 as 3.62."""
    whole, tenths, hundredths = (read_number(match[group] or "零") for group in (1, 2, 3))
    return match[0] if whole is None else str(whole + (tenths or 0) / Decimal(10) + (hundredths or 0) / Decimal(100))


def load_finder(corpus: Path) -> Finder:
    """Return the finder of spans with a corpus's words for levels and places."""
    meanings, places = load_words(corpus)
    # 三级 and its like are found by form, as 一级护理 and 三级台阶 are none.
    levels = {
        level: [fold(word) for word in words if not word.endswith("级")] for level, words in meanings["level"].items()
    }
    return Finder(levels, {group: [fold(name) for name in names] for group, names in places.items()})


def load_lexicon(corpus: Path) -> Lexicon:
    """Return the words that a corpus has for what a question may turn on."""
    meanings, _ = load_words(corpus)
    lists = {name: words for table in ("cue", "role") for name, words in meanings[table].items()}
    return Lexicon({name: [fold(word) for word in words if GAP not in word] for name, words in lists.items()})


def load_calculator(
    say: Say, basis: Mapping[str, str], clock: Callable[[], datetime], corpus: Path | None = None
) -> Calculator | None:
    """Return the calculator of a corpus; None for a corpus without numbers."""
    corpus = corpus or corpus_path()
    policies = load_policies(corpus / "policy")
    if not policies or any(printed.entry not in basis for printed in policies[0].printed):
        return None
    meanings, places = load_words(corpus)
    known = [fold(word) for words in [*meanings["role"].values(), *places.values()] for word in words]
    reader = Reader.load(WEIGHTS, load_lexicon(corpus))
    return Calculator(
        policies, load_finder(corpus), reader, lambda word: any(one in word for one in known), say, basis, clock
    )
