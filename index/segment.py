"""Segmenter: a folded sentence in; jieba words and their characters out."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import inf, log
from pathlib import Path
from zlib import crc32

import jieba

from corpus.text import fold

# A word of Han signs, a run of latin letters, a number. Everything else (punctuation, signs) is dropped.
_TOKEN = re.compile(r"[a-z]+|\d+(?:\.\d+)?|[\u3400-\u9fff\U00020000-\U0003ffff]+")
# A term of the corpus must win against the general dictionary's own split of it.
_TERM_FREQUENCY = 200_000
_MOST_REMEMBERED = 50_000
_PERSONAL = 7  # digits; no amount, date or hotline has as many
_FILE = "segmenter.json"
_CACHE = "jieba.cache"
# Kinds of numbers: below 2**20 a character, then these.
PAIR = 1 << 41
_LONG_WORD = 1 << 42
HAN = "\u3400"  # the first Han sign
_NO_WORD = inf

# A cache that cannot be written is told with a trace, and then shows by itself.
jieba.setLogLevel(logging.CRITICAL)


@lru_cache(_MOST_REMEMBERED)
def key_of(token: str) -> int:
    """Return a number for a token: tables sorted by numbers are searched much faster than dictionaries of strings."""
    if len(token) == 1:
        return ord(token)
    if len(token) == 2:
        return pair_key(ord(token[0]), ord(token[1]))
    return _LONG_WORD | crc32(token.encode())


def pair_key(first: int, second: int) -> int:
    """Return the number of two neighbouring characters; a word of two characters has the same."""
    return PAIR | first << 20 | second


@dataclass(frozen=True)
class Reading:
    """A text as the matching sees it: folded, its words, and the tokens that are embedded."""

    text: str
    words: tuple[str, ...]
    tokens: tuple[str, ...]

    @cached_property
    def keys(self) -> list[int]:
        """The number of each word."""
        return list(map(key_of, self.words))

    @cached_property
    def signs(self) -> str:
        """All words, one after another."""
        return "".join(self.words)


class _Worth(dict[str, float]):
    """The log probability of a word by jieba's dictionary; minus infinity for the mere beginning of one, else _NO_WORD.

    What was looked up stays here: this is small beside the dictionary, so the processor has it at hand.
    """

    def __init__(self, frequency: Mapping[str, int], total: int) -> None:
        super().__init__()
        self._frequency = frequency
        self._total = log(total)

    def __missing__(self, piece: str) -> float:
        known = self._frequency.get(piece)
        worth = _NO_WORD if known is None else -inf
        if known or len(piece) == 1:
            worth = log(known or 1) - self._total
        if len(self) < _MOST_REMEMBERED:
            self[piece] = worth
        return worth


class Segmenter:
    """Splits text by jieba's dictionary with the corpus's own terms added; unifies its synonyms."""

    def __init__(
        self,
        terms: Iterable[str] = (),
        synonyms: Mapping[str, str] | None = None,
        cache_dir: Path | None = None,
    ) -> None:
        """Prepare the dictionary; `cache_dir` keeps jieba's prepared copy of it (0.6 s instead of 1.5 s)."""
        self._jieba = jieba.Tokenizer()
        if cache_dir is not None:
            self._jieba.tmp_dir = str(cache_dir)
            self._jieba.cache_file = _CACHE
        self._jieba.initialize()
        self._total = self._jieba.total  # every term added raises jieba's own
        self._terms = tuple(map(fold, terms))
        self._rarity: dict[str, float] = {}
        self._synonyms = {
            fold(variant): [fold(part) for part in word.split()] for variant, word in (synonyms or {}).items()
        }
        for term in sorted({*self._terms, *self._synonyms}):
            self.rarity(term)  # before the dictionary takes it for a common word
            self._jieba.add_word(term, freq=_TERM_FREQUENCY)
        self._worth = _Worth(self._jieba.FREQ, self._jieba.total)

    def save(self, folder: Path) -> None:
        """Write the terms, the synonyms and jieba's prepared dictionary."""
        synonyms = {variant: " ".join(words) for variant, words in self._synonyms.items()}
        data = json.dumps({"terms": self._terms, "synonyms": synonyms}, ensure_ascii=False)
        (folder / _FILE).write_text(data, encoding="utf-8")
        Segmenter(cache_dir=folder)
        (folder / _CACHE).chmod(0o644)  # jieba makes it for its owner alone

    @classmethod
    def load(cls, folder: Path) -> Segmenter:
        """Return the segmenter that was saved in `folder`."""
        data = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        return cls(data["terms"], data["synonyms"], cache_dir=folder)

    def words(self, text: str) -> list[str]:
        """Return the words of `text`, folded, synonyms replaced, punctuation dropped."""
        return self._cut(fold(text))

    def read(self, text: str) -> Reading:
        """Return the reading of `text`."""
        return self.read_many([text])[0]

    def read_many(self, texts: Iterable[str]) -> list[Reading]:
        """Return the readings of `texts`; the same step for all before the next one is faster than one by one."""
        folded = list(map(fold, texts))
        words = list(map(self._cut, folded))
        return [Reading(text, tuple(cut), tuple(with_characters(cut))) for text, cut in zip(folded, words, strict=True)]

    def segment(self, text: str) -> list[str]:
        """Return what is embedded: each word, followed by its characters where it has several."""
        return with_characters(self.words(text))

    def rarity(self, word: str) -> float:
        """Return how much a word says by how rare it is in general text: 0 to 12, one point per factor of e."""
        known = self._rarity.get(word)
        if known is None:
            if len(word) == 1 and word < HAN:
                known = 4.0  # a latin letter or digit alone; the dictionary has none
            else:
                frequency = max(self._jieba.FREQ.get(word) or 0, 1)
                known = min(12.0, log(self._total / frequency) - 3)
            if len(self._rarity) < _MOST_REMEMBERED:
                self._rarity[word] = known
        return known

    def _cut(self, folded: str) -> list[str]:
        words: list[str] = []
        for run in _TOKEN.findall(folded):
            if len(run) >= _PERSONAL and run.isdigit():
                continue  # an ID, telephone or card number says who asks, not what
            for word in self._most_likely(run) if run >= HAN else (run,):
                other = self._synonyms.get(word)
                if other is None:
                    words.append(word)
                else:
                    words.extend(other)
        return words

    def _most_likely(self, run: str) -> list[str]:
        """Return the most likely words of a run of Han signs, as jieba's cut without HMM does, in half the time."""
        worth, size = self._worth, len(run)
        best = [0.0] * (size + 1)
        ends = [0] * size
        for start in range(size - 1, -1, -1):
            end = stop = start + 1
            top = worth[run[start]] + best[end]
            while end < size and (known := worth[run[start : end + 1]]) != _NO_WORD:
                end += 1
                if known + best[end] >= top:
                    top, stop = known + best[end], end
            best[start], ends[start] = top, stop
        words, start = [], 0
        while start < size:
            words.append(run[start : ends[start]])
            start = ends[start]
        return words


def with_characters(words: Iterable[str]) -> list[str]:
    """Return `words`, each Han word of several characters followed by these."""
    tokens: list[str] = []
    for word in words:
        tokens.append(word)
        if len(word) > 1 and word >= HAN:
            tokens.extend(word)
    return tokens
