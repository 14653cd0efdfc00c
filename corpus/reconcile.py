"""Reconcile: several extractions of one document into one text, and a list of where they differ."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from corpus.align import LOST, Difference, merge
from corpus.documents import Document
from corpus.entry import Entry
from corpus.extraction import Asked, split, visible

# A paragraph is another's counterpart from this share of common pairs of signs on.
_ALIKE = 0.5
_WITHIN = 0.6
# A document that looks right and is made of look-alikes has dozens of them.
_TOLD = 12
_OWN_MARK = re.compile(rf"\s*(?:[\d{LOST}]{{1,2}}\s*[.、．]\s*)?(?:答[:：]\s*)?")
REPORT = "待核对.md"
_SIGNS = re.compile(rf"[^\w{LOST}]+")
_Pairs = Counter[str]


@dataclass(frozen=True)
class Found:
    """A difference between two extractions, and where it stands: in which question (paragraph 0) or its answer."""

    one: str
    other: str
    question: int
    paragraph: int
    difference: Difference


@dataclass(frozen=True)
class Reconciled:
    """The questions of all extractions together, where they differ, and notes."""

    asked: tuple[Asked, ...]
    differences: tuple[Found, ...]
    notes: tuple[str, ...]


def reconcile(documents: Sequence[Document]) -> Reconciled:
    """Return what the documents say together.

    Signs are those of the extraction that lost some, for only a text layer loses them: what it still has is right.
    What it lost comes from the others; the order and the questions come from the one that lost least.
    """
    whole = min(documents, key=lambda document: document.lost)
    base = split(whole)
    asked, found = base.asked, []
    notes = [*filter(None, map(_mended, documents)), *base.notes]
    for document in documents:
        if document is not whole:
            known = {*base.loose, *(one.category for one in base.asked)}
            others = [text for text in document.paragraphs if not any(_same(text, one) for one in known)]
            asked, more, left = _beside(asked, others, document, whole)
            found += more
            notes += [f"{document.path.name} 里没有对上的段落：{'；'.join(text[:20] for text in left)}"] if left else []
    return Reconciled(asked, tuple(found), tuple(notes))


def _mended(document: Document) -> str:
    some = document.repairs[:_TOLD]
    pairs = "、".join(f"{old}→{new}" + (f"（{times} 次）" if times > 1 else "") for old, new, times in some)
    all_told = f"等 {len(document.repairs)} 种、{sum(times for *_, times in document.repairs)} 处"
    more = all_told if len(document.repairs) > _TOLD else ""
    return f"{document.path.name} 里把样子像字的部首换成了平常的字：{pairs}{more}。" if pairs else ""


def _beside(
    asked: tuple[Asked, ...], paragraphs: Sequence[str], document: Document, whole: Document
) -> tuple[tuple[Asked, ...], list[Found], list[str]]:
    places = [(i, j) for i, one in enumerate(asked) for j in range(len(one.answer) + 1)]
    texts = [asked[i].question if j == 0 else asked[i].answer[j - 1] for i, j in places]
    blocks = [_OWN_MARK.sub("", text, count=1) for text in paragraphs]
    owners, left = _owners(texts, blocks)
    names = (document.path.name, whole.path.name) if document.lost else (whole.path.name, document.path.name)
    found: list[Found] = []
    merged = list(texts)
    for place, own in owners.items():
        other = "".join(blocks[number] for number in own)
        one, two = (other, texts[place]) if document.lost else (texts[place], other)
        joined = merge(one, two)
        merged[place] = joined.text
        i, j = places[place]
        found += [Found(*names, i, j, difference) for difference in joined.differences]
    together = dict(zip(places, merged, strict=True))
    result = tuple(
        replace(one, question=together[i, 0], answer=tuple(together[i, j + 1] for j in range(len(one.answer))))
        for i, one in enumerate(asked)
    )
    found.sort(key=lambda item: (item.question, item.paragraph))
    return result, found, [paragraphs[number] for number in left]


def _owners(texts: Sequence[str], blocks: Sequence[str]) -> tuple[dict[int, list[int]], list[int]]:
    """Return which blocks are the counterpart of each text, in reading order, and those that are nobody's."""
    wanted, given = list(map(_pairs, texts)), list(map(_pairs, blocks))
    scores = [
        (_dice(wanted[place], given[number]), place, number)
        for place in range(len(texts))
        for number in range(len(blocks))
    ]
    owners: dict[int, list[int]] = {}
    left = set(range(len(blocks)))
    for score, place, number in sorted(scores, key=lambda one: (-one[0], one[1], one[2])):
        if score >= _ALIKE and place not in owners and number in left:
            owners[place] = [number]
            left.discard(number)
    # Short ones that lost most of their signs: all that is readable fits, sign by sign.
    for number in sorted(left, key=lambda number: (-_readable(blocks[number]), number)):
        fitting = [place for place, text in enumerate(texts) if place not in owners and _fits(blocks[number], text)]
        if fitting:
            owners[fitting[0]] = [number]
            left.discard(number)
    # What is left may be a piece of a paragraph that a page has torn: of one that still lacks what it says.
    for number in sorted(left, key=lambda number: (-given[number].total(), number)):
        lacking = [wanted[place] - _sum(given[one] for one in owners.get(place, [])) for place in range(len(texts))]
        score, place = max((_within(given[number], lacks), -place) for place, lacks in enumerate(lacking))
        if score >= _WITHIN:
            pieces, text = [*owners.get(-place, []), number], texts[-place]
            owners[-place] = sorted(pieces, key=lambda one: _start(blocks[one], text))
            left.discard(number)
    return owners, sorted(left)


def _same(one: str, other: str) -> bool:
    left, right = _SIGNS.sub("", one), _SIGNS.sub("", other)
    return bool(left) and left in right


def _pairs(text: str) -> _Pairs:
    plain = _SIGNS.sub("", text)
    return Counter(a + b for a, b in pairwise(plain) if LOST not in (a, b))


def _sum(pairs: Iterable[_Pairs]) -> _Pairs:
    return sum(pairs, Counter())


def _dice(one: _Pairs, other: _Pairs) -> float:
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 0.0


def _within(part: _Pairs, whole: _Pairs) -> float:
    return (part & whole).total() / part.total() if part.total() else 0.0


def _readable(text: str) -> int:
    return len(_SIGNS.sub("", text).replace(LOST, ""))


def _fits(block: str, text: str) -> bool:
    one, other = _SIGNS.sub("", block), _SIGNS.sub("", text)
    alike = (a in (b, LOST) for a, b in zip(one, other, strict=False))
    return len(one) == len(other) and _readable(block) > 0 and all(alike)


def _start(block: str, text: str) -> int:
    """Return where in a text a block begins, as far as its first readable signs tell."""
    for length in range(min(12, len(block)), 2, -1):
        place = text.find(block[:length])
        if place >= 0:
            return place
    return len(text) if block else 0


def report(together: Reconciled, entries: Sequence[Entry]) -> str:
    """Return what a person has to look at, as a page of Markdown: notes, then each place where extractions differ."""
    lines = ["# 待核对", "", *(f"- {note}" for note in together.notes), ""]
    for one, other in dict.fromkeys((found.one, found.other) for found in together.differences):
        lines += [f"| 编号 | 段 | 前文 | {one} | {other} | 采用 |", "| --- | --- | --- | --- | --- | --- |"]
        for found in together.differences:
            if (found.one, found.other) == (one, other):
                gap = found.difference
                cells = (entries[found.question].id, str(found.paragraph), gap.before, gap.one, gap.other, gap.taken)
                lines.append("| " + " | ".join(visible(text).replace("|", "\\|") for text in cells) + " |")
        lines.append("")
    return "\n".join(lines)
