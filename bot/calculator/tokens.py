"""Tokens: a sentence as the signs, words and spans that the reader looks at, and the features that it looks for.

Nothing here depends on the value of an amount, the name of a place or the number of a month.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from bot.calculator.spans import (
    ABROAD,
    AMOUNT,
    CHILDREN,
    COUNTRY,
    HERE,
    LEVEL,
    MONTH,
    OTHER,
    PERCENT,
    PLACE,
    PROVINCE,
    SCHOOL,
    TIMES,
    YEAR,
    Span,
)  # fmt: skip

# The kinds of spans that have a role.
WITH_ROLES = (AMOUNT, MONTH, LEVEL, PLACE)
_WORD = re.compile(r"[a-z]+|\d+|.", re.DOTALL)
_TOKENS = {MONTH: "M", LEVEL: "V", YEAR: "Y", SCHOOL: "YY", PERCENT: "%", CHILDREN: "K", TIMES: "R", OTHER: "#"}
_PLACES = {HERE: "P0", PROVINCE: "P1", COUNTRY: "P2", ABROAD: "P3"}
_SIZES = ((100, "$1"), (1500, "$2"), (4000, "$3"))
_AROUND, _NEAR, _TOUCHING = 8, 3, 4
_PAUSES = ",。;!?、:()"


@dataclass(frozen=True)
class Token:
    """A sign, a word of letters or a span of a sentence.

    `meaning` names the lists of the lexicon with the longest word that begins here, `length` is how long it is;
    `inner` are the meanings of all words that begin here.
    """

    text: str
    kind: str = ""
    meaning: str = ""
    length: int = 1
    inner: tuple[str, ...] = ()


class Lexicon:
    """Words that people use for one thing, by the names of their lists."""

    def __init__(self, lists: Mapping[str, Iterable[str]]) -> None:
        """Take the words of each list."""
        self.lists = {name: tuple(words) for name, words in lists.items()}
        names: dict[str, list[str]] = {}
        for name, words in self.lists.items():
            for word in words:
                names.setdefault(word, []).append(name)
        self._names = {word: "+".join(found) for word, found in names.items()}
        # Words by their first two signs, longest first, so that few are looked at.
        self._starts: dict[str, list[str]] = {}
        for word in sorted(self._names, key=len, reverse=True):
            self._starts.setdefault(word[:2], []).append(word)

    def lists_in(self, text: str) -> frozenset[str]:
        """Return the lists of which a word stands in a text."""
        return frozenset(
            name for start in range(len(text)) for names, _ in self.words_at(text, start) for name in names.split("+")
        )

    def names_all(self, text: str, names: Iterable[str]) -> bool:
        """Tell whether a word of each of these lists stands in a text."""
        return all(any(word in text for word in self.lists[name]) for name in names)

    def words_at(self, text: str, start: int) -> list[tuple[str, int]]:
        """Return the meanings of the words that begin at a place, longest first, and how long they are."""
        heads = dict.fromkeys((text[start : start + 2], text[start]))
        words = (word for head in heads for word in self._starts.get(head, ()))
        return [(self._names[word], len(word)) for word in words if text.startswith(word, start)]


def tokens_of(text: str, spans: Sequence[Span], known: Mapping[Decimal, str], lexicon: Lexicon) -> list[Token]:
    """Return the tokens of a text; each span is one, named by what it is and not by its value."""
    tokens: list[Token] = []
    last = 0
    for span in spans:
        tokens += _words(text[last : span.start], lexicon)
        tokens.append(Token(_name(span, known), span.kind))
        last = span.end
    return [*tokens, *_words(text[last:], lexicon)]


def _words(text: str, lexicon: Lexicon) -> Iterator[Token]:
    for match in _WORD.finditer(text):
        if match[0] == " ":
            continue
        words = lexicon.words_at(text, match.start())
        if words:
            yield Token(match[0], meaning=words[0][0], length=words[0][1], inner=tuple(name for name, _ in words))
        else:
            yield Token(match[0])


def _meanings(tokens: Sequence[Token]) -> list[str]:
    """Return the tokens with one name for each word of the lexicon."""
    found, skip = [], 0
    for token in tokens:
        if skip > 0 and not token.kind:
            skip -= len(token.text)
            continue
        found.append(f"[{token.meaning}]" if token.meaning else token.text)
        skip = token.length - len(token.text) if token.meaning else 0
    return found


def _name(span: Span, known: Mapping[Decimal, str]) -> str:
    if span.kind == PLACE:
        return _PLACES[span.name]
    if span.kind != AMOUNT:
        return _TOKENS[span.kind]
    if span.value is None:
        return "$?"
    return known.get(span.value) or next((name for size, name in _SIZES if span.value < size), "$4")


def head_features(tokens: Sequence[Token], asked: str) -> Iterator[str]:
    """Yield what the first model looks at."""
    signs = [f"<{asked}>", *[token.text for token in tokens], ">"]
    yield "*"
    yield f"@{asked}"
    for place, sign in enumerate(signs):
        yield sign
        if place:
            yield signs[place - 1] + sign
            if asked:
                yield f"@{asked}|{sign}"
                yield f"@{asked}|{signs[place - 1]}{sign}"
        if place > 1:
            yield f"{signs[place - 2]}{signs[place - 1]}{sign}"
            yield f"{signs[place - 2]}_{sign}"
        if place > 2:
            yield f"{signs[place - 3]}__{sign}"
            yield f"{signs[place - 3]}{signs[place - 2]}{signs[place - 1]}{sign}"
    words = [f"<{asked}>", *_meanings(tokens), ">"]
    for place in range(1, len(words)):
        if words[place][0] == "[" or words[place - 1][0] == "[":
            yield f"{words[place - 1]}.{words[place]}"
            if place > 1:
                yield f"{words[place - 2]}.{words[place - 1]}.{words[place]}"
    plain = [word for word in words if word[0] in "[<$MVPYKR%#"]
    for first, second in pairwise(plain):
        yield f"~{first}{second}"
    for first, second, third in zip(plain, plain[1:], plain[2:], strict=False):
        yield f"~{first}{second}{third}"
    classes = sorted({name for token in tokens for names in token.inner for name in names.split("+")})
    for name in classes:
        yield f"[{name}"
        if asked:
            yield f"@{asked}[{name}"
    for at, name in enumerate(classes):
        for other in classes[at + 1 :]:
            yield f"[{name}&{other}"
    row = [token.text if token.kind != AMOUNT else "$" for token in tokens if token.kind]
    yield "=" + " ".join(row)
    yield f"={asked}=" + " ".join(row[:3])
    yield f"#${min(row.count('$'), 4)}"
    yield f"#{min(len(tokens) // 4, 9)}"


def role_features(tokens: Sequence[Token], asked: str) -> Iterator[tuple[str, list[str]]]:
    """Yield kind and features of each span that has a role."""
    signs = ["<<", f"<{asked}>", *[token.text for token in tokens], ">", ">>"]
    bag = [f"b{sign}" for sign in dict.fromkeys(signs[1:-1])]
    places = [place for place, token in enumerate(tokens, start=2) if token.kind in WITH_ROLES]
    alike = [tokens[place - 2].kind for place in places]
    for order, place in enumerate(places):
        kind = alike[order]
        features = [f"*{sign}" for sign in ("", signs[place])]
        for far in range(1, _AROUND + 1):
            for side, at in (("l", place - far), ("r", place + far)):
                if 0 <= at < len(signs):
                    features.append(f"{side}{signs[at]}")
                    if far <= _NEAR:
                        features.append(f"{side}{far}{signs[at]}")
                    if far > 1:
                        pair = signs[at] + signs[at + 1] if side == "l" else signs[at - 1] + signs[at]
                        features.append(f"{side}2{pair}")
        for size in range(2, _TOUCHING + 1):
            features.append("L" + "".join(signs[max(0, place - size) : place]))
            features.append("R" + "".join(signs[place + 1 : place + 1 + size]))
        features.append(f"LR{signs[place - 1]}_{signs[place + 1]}")
        features += _clause(signs, place)
        features += _classes(tokens, place - 2)
        same = [other for other, name in enumerate(alike) if name == kind]
        features.append(f"n{len(same)}:{same.index(order)}")
        features.append(f"n{len(same)}")
        for side, other in (("<", order - 1), (">", order + 1)):
            near = signs[places[other]] if 0 <= other < len(places) else ""
            features.append(f"{side}{near}")
            features.append(f"{side}{near}{signs[place]}")
        features += bag
        yield kind, [f"{kind[0]}{feature}" for feature in features]


def _clause(signs: list[str], place: int) -> Iterator[str]:
    """Yield the words of the clause before a span, however far they are."""
    at = place - 1
    while at > 0 and signs[at] not in _PAUSES and place - at < 20:
        yield f"c{signs[at]}"
        yield f"c{signs[at]}{signs[at + 1] if at + 1 < place else ''}"
        at -= 1
    at = place + 1
    while at < len(signs) and signs[at] not in _PAUSES and at - place < 20:
        yield f"d{signs[at]}"
        at += 1


def _classes(tokens: Sequence[Token], place: int) -> Iterator[str]:
    """Yield the meanings of the words around a span: the nearest on each side, those of the clause, all of them."""
    for side, step in (("l", -1), ("r", 1)):
        at, near, far = place + step, True, False
        while 0 <= at < len(tokens):
            token = tokens[at]
            far = far or token.text in _PAUSES or token.kind == AMOUNT
            if token.meaning:
                yield f"{side}[{token.meaning}"
                if near:
                    yield f"{side}1[{token.meaning}"
                    yield f"{side}1[{token.meaning}{min(abs(at - place), 9) // 3}"
                if not far:
                    for name in token.inner:
                        yield f"{side}c[{name}"
                near = False
            at += step
