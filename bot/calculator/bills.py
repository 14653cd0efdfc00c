"""Bills: the pieces of a sentence that tells of several, each with what is said of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from bot.calculator.amounts import with_amounts
from bot.calculator.guards import VISITS
from bot.calculator.months import ROLE_FLOOR
from bot.calculator.reader import Sentence
from bot.calculator.record import IN_PROVINCE, LOCAL, OUT_PROVINCE, UNCOVERED, Record
from bot.calculator.spans import ABROAD, AMOUNT, COUNTRY, HERE, LEVEL, PLACE, PROVINCE, Span
from corpus.policy import Policy

# Where a hospital is, by the group of places that it is named with.
GROUPS = {HERE: LOCAL, PROVINCE: IN_PROVINCE, COUNTRY: OUT_PROVINCE, ABROAD: UNCOVERED}
_SENTENCE_END, _PAUSE = re.compile("[。;!?]"), re.compile("[,、:]")
_EACH_BEFORE = re.compile(r"[都各均]是?$")


def bills_of(record: Record, sentence: Sentence, policy: Policy) -> list[Record]:
    """Return one record for each bill; what stands in a bill's own piece of the sentence belongs to it."""
    amounts = sentence.of(AMOUNT)
    costs = [one for one in amounts if one[1] in "TSA"] or [one for one in amounts if one[1] == "I"]
    if len(costs) < 2 or any(sure < ROLE_FLOOR or span.value is None for span, _, sure in amounts):
        return []
    levels = {span.name for span, *_ in sentence.of(LEVEL, "t")}
    found: list[list[Record]] = []
    for borders in _borders([span for span, *_ in costs], sentence):
        bills = _in_pieces(record, sentence, policy, borders)
        if bills and bills not in found:
            found.append(bills)
    if not record.many:
        # Nobody says that they belong together, but each has a hospital of its own, or they are counted out.
        apart = len(found) == 1 and all(bill.level for bill in found[0]) and len(levels) > 1
        heads = {sentence.text[max(0, span.start - 2) : span.start] for span, *_ in costs}
        listed = len(found) == len(heads) == 1 and heads.pop().startswith("一")  # 一盒48元，一盒36元
        return found[0] if apart else [replace(bill, many="sum", times=None) for bill in found[0]] if listed else []
    # Where the sentence can be cut in two ways nobody can tell what belongs to which bill.
    return found[0] if len(found) == 1 else [replace(record, unclear="amount", many="")] * 2


def _borders(costs: Sequence[Span], sentence: Sentence) -> Iterator[list[int]]:
    """Yield the ways to cut a sentence between its costs, each with the end of the last bill."""
    text, stops = sentence.text, [span.end for span, *_ in sentence.of(AMOUNT)]
    after = _SENTENCE_END.search(text, stops[-1])
    end = after.start() if after else len(text)
    gaps = [
        (max(stop for stop in stops if stop <= second.start), second.start, first.end)
        for first, second in pairwise(costs)
    ]
    for cut in (_SENTENCE_END, _PAUSE):
        yield [*(found.start() if (found := cut.search(text, *gap[:2])) else gap[0] for gap in gaps), end]
    yield [*(max(text.rfind(",", gap[2], gap[1]), gap[2]) for gap in gaps), end]
    named = [span.start for span in sentence.spans if span.kind in (LEVEL, PLACE)]
    yield [*(min((start for start in named if gap[0] <= start < gap[1]), default=gap[0]) for gap in gaps), end]


def _in_pieces(record: Record, sentence: Sentence, policy: Policy, borders: Sequence[int]) -> list[Record]:
    """Return the bills of a sentence that is cut like this, none where a piece says too much or too little."""
    pieces = list(zip([0, *borders[:-1]], borders, strict=True))
    levels = [_said_in(piece, sentence.of(LEVEL, "t"), lambda span: span.name) for piece in pieces]
    places = [_said_in(piece, sentence.of(PLACE, "t"), lambda span: GROUPS[span.name]) for piece in pieces]
    visits = [_visit_in(sentence.text[slice(*piece)], record.visit) for piece in pieces]
    columns = [[_roles_in(piece, sentence, role) for piece in pieces] for role in "DCO"]
    said: list[Sequence[object]] = [*levels, *places, *(one for column in columns for one in column)]
    if not all(visits) or any(len(one) > 1 for one in said):
        return []
    if any(sum(map(bool, column)) not in (0, 1, len(pieces)) for column in (levels, places)):
        return []
    if sum(map(bool, levels)) == 1 and len(set(visits)) == 1:
        levels = [max(levels, key=len)] * len(pieces)
    if sum(map(bool, places)) == 1:
        places = [max(places, key=len)] * len(pieces)
    lines = [one for column in columns[0] for one in column]
    if len(lines) == 1 and _EACH_BEFORE.search(sentence.text[: lines[0][0].start]):
        columns[0] = [lines] * len(pieces)
    costs = [_roles_in(piece, sentence, "TSA") or _roles_in(piece, sentence, "I") for piece in pieces]
    used = with_amounts(Record(), sentence.of(AMOUNT, "UL"), sentence, policy)
    bills = []
    for at, (span, role, sure) in enumerate(one[0] for one in costs):
        own = [(span, "T" if role == "I" else role, sure), *(one for column in columns for one in column[at])]
        place = places[at][0] if places[at] else record.location
        scope = "all" if any(columns[2]) else record.scope  # what is out of scope was said, of one of them
        one = replace(record, compared=(), visit=visits[at], level="".join(levels[at]), location=place, scope=scope)
        bills.append(with_amounts(replace(one, used=used.used, left=used.left), own, sentence, policy))
    return bills


def _roles_in(piece: tuple[int, int], sentence: Sentence, roles: str) -> list[tuple[Span, str, float]]:
    return [one for one in sentence.of(AMOUNT, roles) if piece[0] <= one[0].start < piece[1]]


def _said_in(
    piece: tuple[int, int], spans: Sequence[tuple[Span, str, float]], name: Callable[[Span], str]
) -> list[str]:
    return list(dict.fromkeys(name(span) for span, *_ in spans if piece[0] <= span.start < piece[1]))


def _visit_in(piece: str, visit: str) -> str:
    """Return the kind of visit of a bill: the one that its piece says, or the one of all."""
    said = [name for name, words in VISITS.items() if words.search(piece)]
    return said[0] if len(said) == 1 else visit if visit in VISITS else ""
