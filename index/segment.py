"""Segmenter: a message in; out come the words that ask something, in the one form that is matched."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import log
from pathlib import Path
from zlib import crc32

import jieba

from corpus.text import fold
from index.bare import bare
from index.dictionary import General, Grown, keep, kept, shipped
from index.language import chinese
from index.memory import Memory

# A word of Han signs, a run of latin letters, a number. Everything else (punctuation, signs) is dropped.
_TOKEN = re.compile(r"[a-z]+|\d+(?:\.\d+)?|[\u3400-\u9fff\U00020000-\U0003ffff]+")
# A term of the corpus must win against the general dictionary's own split of it.
_TERM_FREQUENCY = 200_000
_MOST_REMEMBERED = 50_000
_MOST_READINGS = 4096
_FILE = "segmenter.json"
_KINDS_OF_PLACE = "省市区县"
ELSEWHERE = "某地"  # stands for any place that the corpus does not speak of
# Kinds of numbers: below 2**20 a character, then these.
PAIR = 1 << 41
_LONG_WORD = 1 << 42
HAN = "\u3400"  # the first Han sign


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
    """A message as the matching sees it: what it asks, folded, and the words of that, synonyms made one."""

    text: str
    words: tuple[str, ...]

    @cached_property
    def keys(self) -> list[int]:
        """The number of each word."""
        return list(map(key_of, self.words))

    @cached_property
    def signs(self) -> str:
        """All words, one after another."""
        return "".join(self.words)

    @cached_property
    def spoken(self) -> str:
        """The words as one text, so that whatever a thing is called, the encoder hears one name of it."""
        spaced = [f" {word}" if word < HAN else word for word in self.words]
        return "".join(spaced).strip()


class Segmenter:
    """Splits text by jieba's dictionary with the corpus's own terms added; unifies its synonyms and strange places."""

    def __init__(
        self,
        terms: Iterable[str] = (),
        synonyms: Mapping[str, str] | None = None,
        known: str = "",
        general: General | None = None,
    ) -> None:
        """Prepare the words on top of the `general` dictionary; a place in neither `terms` nor `known` is ELSEWHERE."""
        self._general = general or shipped()
        self._jieba = jieba.Tokenizer()
        self._jieba.FREQ, self._jieba.total = Grown(self._general.words), self._general.total
        self._jieba.initialized = True
        self._terms = tuple(map(fold, terms))
        self._rarity: dict[str, float] = {}
        # Several look at one message, each with a question of its own, and many send the very same words.
        self._readings: Memory[str, Reading] = Memory(_MOST_READINGS)
        self._own = {fold(variant): [fold(part) for part in word.split()] for variant, word in (synonyms or {}).items()}
        taken = {*self._terms, *self._own}
        strange = {place for place in chinese().places if place not in taken and place not in known}
        strange |= {place + kind for place in strange for kind in _KINDS_OF_PLACE if place[-1] not in _KINDS_OF_PLACE}
        self._known = known
        self._synonyms = {place: [ELSEWHERE] for place in strange} | self._own
        for term in sorted({*taken, *strange}):
            self.rarity(term)  # before the dictionary takes it for a common word
            self._jieba.add_word(term, freq=_TERM_FREQUENCY)

    def save(self, folder: Path) -> None:
        """Write the terms, the synonyms and the general dictionary."""
        synonyms = {variant: " ".join(words) for variant, words in self._own.items()}
        known = " ".join(sorted(place for place in chinese().places if place in self._known))
        data = json.dumps({"terms": self._terms, "synonyms": synonyms, "known": known}, ensure_ascii=False)
        (folder / _FILE).write_text(data, encoding="utf-8")
        keep(self._general, folder)

    @classmethod
    def load(cls, folder: Path) -> Segmenter:
        """Return the segmenter that was saved in `folder`."""
        data = json.loads((folder / _FILE).read_text(encoding="utf-8"))
        return cls(data["terms"], data["synonyms"], data["known"], kept(folder))

    def read(self, text: str) -> Reading:
        """Return the reading of `text`."""
        reading = self._readings.get(text)
        if reading is None:
            asked = bare(fold(text))
            reading = Reading(asked, tuple(self._words(asked)))
            self._readings.put(text, reading)
        return reading

    def rarity(self, word: str) -> float:
        """Return how much a word says by how rare it is in general text: 0 to 12, one point per factor of e."""
        known = self._rarity.get(word)
        if known is None:
            if len(word) == 1 and word < HAN:
                known = 4.0  # a latin letter or digit alone; the dictionary has none
            else:
                frequency = max(self._jieba.FREQ.get(word) or 0, 1)
                known = min(12.0, log(self._general.total / frequency) - 3)
            if len(self._rarity) < _MOST_REMEMBERED:
                self._rarity[word] = known
        return known

    def _words(self, folded: str) -> Iterable[str]:
        last = ""
        for run in _TOKEN.findall(folded):
            for word in self._jieba.cut(run, HMM=False) if run >= HAN else (run,):
                for other in self._synonyms.get(word, (word,)):
                    # 湖南省长沙市 is one place.
                    if other != ELSEWHERE or last != ELSEWHERE:
                        yield other
                    last = other
