"""Reader: what a sentence asks and what each of its spans means, with probabilities, out of two learned linear models.

The first gives every head (the task, the visit ...) one of its values; the second is a chain over the spans that gives each
its role. The reader never sees the value of an amount, the name of a place or the number of a month.
"""

from __future__ import annotations

import gzip
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from bot.calc.spans import (
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
)

_SAID = ("", "+", "-", "?")
# What is read of a whole sentence; the first value means that nothing is said, but for the task.
HEADS = {
    "task": (
        *("none", "absent", "claim", "fee", "newborn", "diff", "subsidy", "total", "gap", "monthly", "reverse", "income", "wage"),
        *("cap", "remaining", "spent", "capcost", "bstart", "bend", "blen", "binforce", "window", "more", "unknown", "cancel"),
    ),
    "want": ("", "fund", "self", "ratio", "selfratio", "months", "month"),
    "visit": ("", "in", "out", "both"),
    "place": ("", "here", "in", "out", "away"),
    "filed": _SAID, "referral": _SAID, "emergency": _SAID, "temporary": _SAID, "selected": _SAID, "hukou": _SAID,
    "scope": _SAID, "consult": _SAID, "midway": _SAID,
    "many": ("", "sum", "each", "cmp", "one"),
    "part": ("", "sub", "all"),
}  # fmt: skip
# What a span may mean, by its kind; the usual role is not written in the sentences.
ROLES = {AMOUNT: "NTSIADCOULEFX", MONTH: "oabx", LEVEL: "tx", PLACE: "tx"}
USUAL = {AMOUNT: "N", MONTH: "o", LEVEL: "t", PLACE: "t"}
_LABELS = tuple(f"{kind}:{role}" for kind, roles in ROLES.items() for role in roles)
LABELS = {kind: [_LABELS.index(f"{kind}:{role}") for role in roles] for kind, roles in ROLES.items()}
# What may have been asked, or computed, right before.
ASKED = (
    *(
        "visit",
        "hospital_level",
        "location",
        "out_of_city_kind",
        "selected",
        "amount",
        "consult_fee",
        "deductible",
        "used_cap",
    ),
    *("apply_month", "birth_month", "hukou", "children", *HEADS["task"][1:-3]),
)
_WORD = re.compile(r"[a-z]+|\d+|.", re.DOTALL)
_TOKENS = {MONTH: "M", LEVEL: "V", YEAR: "Y", SCHOOL: "YY", PERCENT: "%", CHILDREN: "K", TIMES: "R", OTHER: "#"}
_PLACES = {HERE: "P0", PROVINCE: "P1", COUNTRY: "P2", ABROAD: "P3"}
_SIZES = ((100, "$1"), (1500, "$2"), (4000, "$3"))
_AROUND, _NEAR, _TOUCHING = 8, 3, 4
_PAUSES = ",。;!?、:()"
Table = dict[str, tuple[tuple[int, float], ...]]


@dataclass(frozen=True)
class Reading:
    """What was read, and how sure each part of it is."""

    heads: Mapping[str, Mapping[str, float]]
    roles: tuple[tuple[str, float], ...]

    def __getitem__(self, head: str) -> str:
        """Return the likeliest value of a head."""
        shares = self.heads[head]
        return max(shares, key=shares.__getitem__)

    def sure(self, head: str, *values: str) -> float:
        """Return the probability of the likeliest value of a head, or of these together."""
        shares = self.heads[head]
        return sum(shares[value] for value in values) if values else max(shares.values())


class Reader:
    """Reads sentences with learned weights."""

    def __init__(self, heads: Table, roles: Table, steps: Sequence[Sequence[float]], lexicon: Lexicon) -> None:
        """Take the weights of the features of both models, those of one role behind another, and the words."""
        self._heads, self._roles, self._steps, self.lexicon = heads, roles, steps, lexicon

    @classmethod
    def load(cls, path: Path, lexicon: Lexicon) -> Reader:
        """Read the weights from a file."""
        data = json.loads(gzip.decompress(path.read_bytes()))
        tables = [
            {name: tuple(zip(row[::2], (w / 100 for w in row[1::2]), strict=True)) for name, row in data[key].items()}
            for key in ("heads", "roles")
        ]
        return cls(tables[0], tables[1], data["steps"], lexicon)

    def read(self, text: str, spans: Sequence[Span], asked: str, known: Mapping[Decimal, str]) -> Reading:
        """Read a settled text with its spans; `known` names the amounts that the policy prints."""
        tokens = tokens_of(text, spans, known, self.lexicon)
        return Reading(self._read_heads(tokens, asked), self._read_roles(tokens, spans, asked))

    def _read_heads(self, tokens: Sequence[Token], asked: str) -> dict[str, dict[str, float]]:
        scores = [0.0] * sum(map(len, HEADS.values()))
        for feature in head_features(tokens, asked):
            for column, weight in self._heads.get(feature, ()):
                scores[column] += weight
        found, first = {}, 0
        for name, values in HEADS.items():
            found[name] = dict(zip(values, _softmax(scores[first : first + len(values)]), strict=True))
            first += len(values)
        return found

    def _read_roles(self, tokens: Sequence[Token], spans: Sequence[Span], asked: str) -> tuple[tuple[str, float], ...]:
        """Return the likeliest role of each span, by the sum over all roles of the others."""
        rows: list[list[tuple[int, float]]] = []
        for kind, features in role_features(tokens, asked):
            scores = dict.fromkeys(LABELS[kind], 0.0)
            for feature in features:
                for column, weight in self._roles.get(feature, ()):
                    if column in scores:
                        scores[column] += weight
            rows.append(list(scores.items()))
        marginal = iter(self._marginals(rows))
        return tuple(next(marginal) if span.kind in ROLES else ("", 1.0) for span in spans)

    def _marginals(self, rows: list[list[tuple[int, float]]]) -> list[tuple[str, float]]:
        if not rows:
            return []
        ahead = [[score for _, score in rows[0]]]
        for before, row in zip(rows, rows[1:], strict=False):
            ahead.append(
                [
                    score + _log_sum([a + self._steps[l][m] for (l, _), a in zip(before, ahead[-1], strict=True)])
                    for m, score in row
                ]
            )
        back = [[0.0] * len(rows[-1])]
        for row, after in zip(rows[-2::-1], rows[:0:-1], strict=False):
            back.append(
                [
                    _log_sum([b + score + self._steps[l][m] for (m, score), b in zip(after, back[-1], strict=True)])
                    for l, _ in row
                ]
            )
        found = []
        for row, a, b in zip(rows, ahead, reversed(back), strict=True):
            shares = _softmax([x + y for x, y in zip(a, b, strict=True)])
            best = max(range(len(row)), key=shares.__getitem__)
            found.append((_LABELS[row[best][0]][-1], shares[best]))
        return found


@dataclass(frozen=True)
class Token:
    """A sign, a word of letters or a span of a sentence; `meaning` names the lists of the lexicon with a word that begins here.

    `length` is how many signs that word has; `inner` are the meanings of all words that begin here.
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
        self._starts: dict[str, list[str]] = {}
        for word in sorted(self._names, key=len, reverse=True):
            self._starts.setdefault(word[0], []).append(word)

    def lists_in(self, text: str) -> frozenset[str]:
        """Return the lists of which a word stands in a text."""
        return frozenset(
            name for start in range(len(text)) for names, _ in self.words_at(text, start) for name in names.split("+")
        )

    def words_at(self, text: str, start: int) -> list[tuple[str, int]]:
        """Return the meanings of the words that begin at a place, longest first, and how long they are."""
        return [
            (self._names[word], len(word)) for word in self._starts.get(text[start], ()) if text.startswith(word, start)
        ]


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
    for first, second in zip(plain, plain[1:], strict=False):
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
    places = [place for place, token in enumerate(tokens, start=2) if token.kind in ROLES]
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


def _softmax(scores: Sequence[float]) -> list[float]:
    top = max(scores)
    shares = [math.exp(score - top) for score in scores]
    whole = sum(shares)
    return [share / whole for share in shares]


def _log_sum(values: Sequence[float]) -> float:
    top = max(values)
    return top + math.log(sum(math.exp(value - top) for value in values))
