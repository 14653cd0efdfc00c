"""Siblings: several children of one family, each a record of its own where their months differ."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from bot.calculator.fees import work_out_fee
from bot.calculator.months import with_months
from bot.calculator.outcome import Outcome, Result, Step, cents, yuan
from bot.calculator.reader import Sentence
from bot.calculator.record import Record
from corpus.policy import Policy

RANKS = ("老大", "老二", "老三", "老四", "老五", "老六")
FAMILY = ("fee", "newborn")
_YOUNGEST = 9
# Who is spoken of, by his place in the row.
_NAMES = {
    0: r"老大|大的|大[宝娃仔女]|哥哥|姐姐|第一个|头一个",
    1: r"老二|二的|二[宝娃]|第二个",
    2: r"老三|三[宝娃]|第三个",
    3: r"老四|第四个",
    _YOUNGEST: r"小的(?!时候)|小宝|老小|[细幺][仔女妹]?(?=的|个|[^a-z]{0,3}\d)|弟弟|妹妹|最小"
    r"|(?:另外?一|其中一|另)个|其中",
}
_NAMED = re.compile("|".join(f"(?P<at{place}>{words})" for place, words in _NAMES.items()))
_FIRST_FEW = re.compile(r"[前头]([两二三])个")
_KIN = re.compile(r"弟弟|妹妹|哥哥|姐姐")
_EACH = re.compile("分别|各")
_OTHER_KIN = re.compile("侄[子女儿]?|外甥女?|外?孙[子女]|[表堂][弟妹哥姐]|儿子|女儿|闺女")
# Who goes to school pays through it, for the whole year.
_PUPIL = re.compile(r"年级|小学|初中|高中|[大中小]班|全年|整年|一年的")


def family_of(
    before: Sequence[Record], told: Record, sentence: Sentence, policy: Policy
) -> tuple[list[Record], list[int]] | None:
    """Return all the children with what a message says of those it names, and whose fees it asks for.

    None where it names none, or may mean the only child that was spoken of.
    """
    known = len(before) if len(before) > 1 else max(before[0].children or 1, 1)
    named = _named(sentence.text, max(known, told.children or 1))
    counted = told.children in (None, known, len(named))  # 大的一个 is as many as are named
    if before[0].task not in FAMILY or not named or (known > 1 and not counted):
        return None
    count = known if known > 1 else max(told.children or 2, *(at + 1 for at, _ in named))
    said = _facts(named, sentence, policy, told.hukou)
    count += known == count > 1 and count in said  # 老三3月, where there were two
    if not 1 < count <= len(RANKS) or any(at >= count for at, _ in named):
        return None
    another = any(_is_another(before[0], one, sentence) for one in said.values())
    if known == 1 and (not another or count not in (2, told.children)):
        return None
    children = list(before) if len(before) > 1 else _split(before[0], max(known, 2), said)
    children += [Record(task="fee", who=RANKS[at], policy=before[0].policy) for at in range(len(children), count)]
    for at, one in said.items():
        children[at] = _with(children[at], one)
    several = "total" in sentence.words or (said and (known > 1 or (told.children or 1) > 1))
    return children, list(range(count)) if several else list(dict.fromkeys(at for at, _ in named))


def family_told(record: Record, sentence: Sentence, policy: Policy) -> list[Record]:
    """Return a record for each child where a first message names each with its month; else the record as it is."""
    asked = record.many == "sum" or "total" in sentence.words or _EACH.search(sentence.text)
    if record.task not in FAMILY or not asked:
        return [record]
    ranked = _named(sentence.text, record.children or 2)
    # Who is named twice is meant where his month stands.
    kin = {} if ranked else {match[0]: match.start() for match in _OTHER_KIN.finditer(sentence.text)}
    places = ranked or list(enumerate(kin.values()))
    names = [*kin] or list(RANKS)
    said = _facts(places, sentence, policy, record.hukou)
    count = len(said)
    if count < 2 or set(said) != set(range(count)) or record.children not in (None, count):
        return [record]
    return [_with(Record(task="fee", who=names[at]), said[at]) for at in range(count)]


def work_out_family(children: Sequence[Record], policy: Policy) -> Outcome:
    """Work out the fee of each child and add them up."""
    worked = []
    for child in children:
        outcome = work_out_fee(replace(child, want="", many="", children=None), policy)
        if not isinstance(outcome, Result):
            return outcome
        worked.append(outcome)
    if len(worked) == 1:
        return worked[0]
    each = [one.figures[0].value for one in worked]
    value = sum(map(Decimal, each), Decimal(0))
    own = tuple(yuan(child.who, Decimal(one)) for child, one in zip(children, each, strict=True))
    steps = tuple(dict.fromkeys(step for one in worked for step in one.steps))
    notes = tuple(dict.fromkeys(note for one in worked for note in one.assumptions))
    return replace(
        worked[0],
        figures=(yuan("个人缴费合计", value), *own),
        steps=(*steps, Step(" + ".join(each), str(cents(value)))),
        assumptions=notes,
        basis=tuple(dict.fromkeys(entry for one in worked for entry in one.basis)),
    )


def _named(text: str, count: int) -> list[tuple[int, int]]:
    """Return the children that a text names, each with where."""
    if few := _FIRST_FEW.search(text):
        return [(at, few.start()) for at in range({"两": 2, "二": 2, "三": 3}[few[1]])]
    found = []
    for match in _NAMED.finditer(text):
        at = int((match.lastgroup or "at0")[2:])
        found.append((max(count, 2) - 1 if at == _YOUNGEST else at, match.start()))
    return found


def _facts(places: Sequence[tuple[int, int]], sentence: Sentence, policy: Policy, hukou: str) -> dict[int, Record]:
    """Return what is said of each child: the months from its name to the next one's."""
    found: dict[int, Record] = {}
    ends = [*(start for _, start in places[1:]), len(sentence.text)][: len(places)]
    starts = [0, *(start for _, start in places[1:])][: len(places)]
    for (at, _), start, end in zip(places, starts, ends, strict=True):
        spans = [one for one in zip(sentence.spans, sentence.reading.roles, strict=True) if start <= one[0].start < end]
        part = replace(
            sentence,
            spans=[span for span, _ in spans],
            reading=replace(sentence.reading, roles=tuple(role for _, role in spans)),
        )
        one = with_months(Record(), part, policy, None, "newborn")
        if not one.apply and not one.birth and _PUPIL.search(sentence.text[start:end]):
            one = replace(one, apply=(policy.fee.first,), assumed_year=False)
        if one.birth or (hukou and len(places) == 1):
            one = replace(one, hukou=hukou)
        if one.apply or one.birth or one.hukou or one.wrong:
            found[at] = one
    return found


def _is_another(child: Record, said: Record, sentence: Sentence) -> bool:
    """Tell whether what is said must be of another child than the only one so far."""
    pupil = child.birth and not said.birth and _PUPIL.search(sentence.text)
    again = (said.birth and child.birth) or (said.apply and (child.apply or pupil))
    again = again or ((said.birth or said.apply) and _KIN.search(sentence.text))
    return bool(again) and "corrected" not in sentence.words


def _split(record: Record, count: int, said: dict[int, Record]) -> list[Record]:
    """Return a record for each child: all alike, or the only one so far and others of whom nothing is known."""
    alike = replace(record, children=None, many="", want="", midway=False)
    if (record.children or 1) > 1 or len(record.apply) > 1:
        alike = replace(alike, apply=record.apply if len(record.apply) == 1 else ())
        return [replace(alike, who=name) for name in RANKS[:count]]
    own = next((at for at in range(count) if at not in said), 0)
    other = Record(task="fee", midway=True, policy=record.policy)
    return [replace(alike if at == own else other, who=RANKS[at]) for at in range(count)]


def _with(child: Record, said: Record) -> Record:
    """Return a child with what is said of it; of whom a birth is said is a newborn."""
    return replace(said.over(child), task="newborn" if said.birth else child.task)
