"""Likeness: which wordings of different entries look alike, by shared character pairs and words.

A check for the clerk's eye only; the bot ranks with the index, which knows far more.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from corpus.entries import Corpus, wordings
from corpus.entry import Entry
from corpus.text import fold

# Cosine of weighted pairs: from here on two questions differ by a word of little weight at most.
NEARLY_EQUAL = 0.93
# Courtesy and final particles make no other question.
_FILLER = re.compile("请问|您好|你好|谢谢|[呢啊呀吧嘛哦噢哈吗嗎的了]")
# A stray must be this near to another entry, and nearer than to its own by this much.
NEAR = 0.6
CLEARLY_NEARER = 0.3
# Pairs and words in more than this share of all wordings (少儿, 医保) tell no entries apart.
COMMON = 0.1


@dataclass(frozen=True)
class Stray:
    """A wording that is nearer to another entry's wording than to its own entry's."""

    entry: Entry
    line: int
    text: str
    other: Entry
    other_text: str
    nearly_equal: bool


class Likeness:
    """All wordings of a corpus as weighted sets of character pairs and words."""

    def __init__(self, corpus: Corpus) -> None:
        """Weigh every wording of the entries in use."""
        self._places = [(entry, *wording) for entry in corpus.entries for wording in wordings(entry)]
        self._words = _Words(corpus)
        tokens = [self._words.tokens(text) for _, _, text in self._places]
        count = Counter(token for wording in tokens for token in wording)
        total = len(tokens)
        self._weights = {token: math.log(1 + total / number) for token, number in count.items()}
        self._common = {token for token, number in count.items() if number > max(20, COMMON * total)}
        self._vectors = [self._vector(wording) for wording in tokens]
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for place, vector in enumerate(self._vectors):
            for token, weight in vector.items():
                if token not in self._common:
                    self._postings[token].append((place, weight))

    def strays(self, wanted: Callable[[str], bool] = lambda text: True) -> Iterator[Stray]:
        """Yield each wording that is nearly another entry's, or clearly nearer to it than to its own entry.

        Only those that `wanted` takes are looked at.
        """
        for place, (entry, line, text) in enumerate(self._places):
            if not wanted(text):
                continue
            own, others = self._nearest(place)
            if others is None:
                continue
            other, score = others
            nearly_equal = score >= NEARLY_EQUAL
            # Of two nearly equal wordings the later one is reported, so that each pair is told once.
            told_there = other > place and wanted(self._places[other][2])
            if (nearly_equal and not told_there) or (
                not nearly_equal and line != entry.line and score >= NEAR and score - own >= CLEARLY_NEARER
            ):
                target, _, other_text = self._places[other]
                yield Stray(entry, line, text, target, other_text, nearly_equal)

    def _nearest(self, place: int) -> tuple[float, tuple[int, float] | None]:
        scores: dict[int, float] = defaultdict(float)
        for token, weight in self._vectors[place].items():
            for other, other_weight in self._postings.get(token, ()):
                scores[other] += weight * other_weight
        entry = self._places[place][0]
        own = max((s for i, s in scores.items() if i != place and self._places[i][0] is entry), default=0.0)
        others = max(((s, -i) for i, s in scores.items() if self._places[i][0] is not entry), default=None)
        return own, (-others[1], others[0]) if others else None

    def _vector(self, tokens: set[str]) -> dict[str, float]:
        norm = math.sqrt(sum(self._weights[token] ** 2 for token in tokens)) or 1.0
        return {token: self._weights[token] / norm for token in tokens}


class _Words:
    """Character pairs, plus the corpus's own terms with synonyms made one."""

    def __init__(self, corpus: Corpus) -> None:
        self._synonyms = {fold(variant): fold(word) for variant, word in corpus.synonyms.items()}
        known = {fold(term) for term in corpus.terms} | set(self._synonyms) | set(self._synonyms.values())
        longest_first = sorted(filter(None, known), key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    def tokens(self, text: str) -> set[str]:
        folded = self._pattern.sub(lambda match: self._synonyms.get(match[0], match[0]), fold(text))
        plain = "".join(re.findall(r"\w+", _FILLER.sub("", folded)))
        pairs = {plain[i : i + 2] for i in range(len(plain) - 1)} or {plain}
        return pairs | {f"={word}" for word in self._pattern.findall(folded)}
