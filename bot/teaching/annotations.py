"""Annotations: one line of a file is one sentence with what is to be read in it.

    claim/fund in e+ | 在福州急诊抢救住三级，<A9000>起付线以上，报多少
    @deductible more | 门槛费<D四百>

Left of the bar: what was asked before, the task and what is wanted, the attributes that are said; right of it the
sentence, with the role of every span whose role is not the usual one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from bot.calculator.finder import Finder
from bot.calculator.numbers import settle
from bot.calculator.reader import ASKED, HEADS, ROLES, USUAL
from bot.calculator.spans import CHILDREN, Span
from corpus.errors import CorpusError

# The day on which the sentences were written: 下个月 is November.
WRITTEN = date(2024, 10, 15)
_ROLE = re.compile(r"<([A-Zabotx])([^<>]+)>")
_FLAGS = {
    "f": "filed",
    "r": "referral",
    "e": "emergency",
    "t": "temporary",
    "s": "selected",
    "h": "hukou",
    "sc": "scope",
    "ci": "consult",
    "mid": "midway",
}
_VISITS = ("in", "out", "both")
_KEYS = {"w": "place", "m": "many", "p": "part"}
_PARTS = {"own": "", "subsidy": "sub"}  # other names that writers use


class BadAnnotation(CorpusError):
    """A line that does not hold to the format."""


@dataclass(frozen=True)
class Annotation:
    """An annotated sentence: its settled text, the spans in it with their roles, and the value of each head."""

    text: str
    asked: str
    spans: tuple[Span, ...]
    roles: tuple[str, ...]
    heads: dict[str, str] = field(default_factory=dict)


def read_annotations(path: Path, finder: Finder) -> Iterator[Annotation | BadAnnotation]:
    """Yield each sentence of a file, or what is wrong with its line."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            yield parse_annotation(line, finder)
        except ValueError as error:
            yield BadAnnotation(path, number, str(error))


def parse_annotation(line: str, finder: Finder) -> Annotation:
    """Read one line; ValueError says what is wrong."""
    left, bar, right = line.partition("|")
    if not bar or not right.strip():
        raise ValueError("缺“|”：左边写要读成什么，右边写句子。")
    asked, heads, children = _parse_left(left.split())
    raw, marks = _parse_right(right.strip())
    text = settle(raw)
    spans = finder.find(text, WRITTEN, asked)
    roles = [USUAL.get(span.kind, "") for span in spans]
    for role, start, end, said in marks:
        place = next(
            (
                n
                for n, span in enumerate(spans)
                if span.start < end and start < span.end and role in ROLES.get(span.kind, ())
            ),
            None,
        )
        if place is None:
            raise ValueError(f"“<{role}{said}>”这里没有找到这一类的数、月份、级别或地名。")
        roles[place] = role
    _expect_children("" if asked or heads["many"] == "sum" else children, spans)
    return Annotation(text, asked, tuple(spans), tuple(roles), heads)


def _parse_left(words: list[str]) -> tuple[str, dict[str, str], str]:
    asked = words.pop(0)[1:] if words and words[0].startswith("@") else ""
    asked = "amount" if asked == "scope" else asked
    if asked and asked not in ASKED:
        raise ValueError(f"“@{asked}”不认识。可以用的有：{'、'.join(ASKED)}。")
    if not words:
        raise ValueError("“|”左边缺要做的事，例如 claim。")
    task, _, want = words[0].partition("/")
    heads = dict.fromkeys(HEADS, "") | {"task": task, "want": want}
    children = ""
    for word in words[1:]:
        name, value, children_ = _attribute(word)
        if name:
            heads[name] = value
        children = children_ or children
    for name, value in heads.items():
        if value not in HEADS[name]:
            raise ValueError(f"“{value}”不是 {name} 可以有的值。可以用的有：{'、'.join(HEADS[name])}。")
    return asked, heads, children


def _attribute(word: str) -> tuple[str, str, str]:
    if word in _VISITS:
        return "visit", word, ""
    key, equals, value = word.partition("=")
    if equals and key == "n":
        return "", "", value
    if equals and key in _KEYS:
        return _KEYS[key], _PARTS.get(value, value), ""
    if word[:-1] in _FLAGS and word[-1] in "+-?":
        return _FLAGS[word[:-1]], word[-1], ""
    raise ValueError(f"“{word}”不认识。")


def _parse_right(marked: str) -> tuple[str, list[tuple[str, int, int, str]]]:
    """Return the sentence without its marks, and where each mark stands in the settled text."""
    raw, marks, last = "", [], 0
    for match in _ROLE.finditer(marked):
        raw += marked[last : match.start()]
        start = len(raw)
        raw += match[2]
        marks.append((match[1], start, len(raw), match[2]))
        last = match.end()
    raw += marked[last:]
    # Settling changes lengths, so a place in the sentence is the length of all that stands before it.
    places = [
        (role, len(settle(raw[:start] + "的")) - 1, len(settle(raw[:end] + "的")) - 1, said)
        for role, start, end, said in marks
    ]
    return raw, places


def _expect_children(said: str, spans: list[Span]) -> None:
    found = {span.number for span in spans if span.kind == CHILDREN}
    if said and said not in ("0", "1") and int(said) not in found:
        raise ValueError(f"n={said}，但句子里没有找到 {said} 个孩子。")
