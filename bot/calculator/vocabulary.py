"""Vocabulary: the words by which the calculator knows things, read from the corpus."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from operator import add
from pathlib import Path

from corpus.entries import corpus_path
from corpus.text import fold
from corpus.words import GAP as GAP
from corpus.words import GROUPS, load_words

HERE, PROVINCE, COUNTRY, ABROAD, NOWHERE = GROUPS
LEVEL, PLACE = "level", "place"

_HEAD = 2  # signs; with one, nearly every text would hint at nearly every word

_GAP = "[^,。;!?]{0,6}?"
# Papers and cases, which people deny afterwards: 备案没办, 急诊也不是.
_DENIED_AFTER = ("filed", "referral", "emergency", "rescue", "selected")
_NOT = (
    r"(?:(?<!有)没有?|未|(?<!是)不是|(?<![是要得能可会])不(?!管|论|但|光|仅|过|得不)|非|无|冇|唔系|唔係|唔|免|忘了|忘记|并非|别再?给?我?按?|谈不上|够不上"
    r"|达不到|算不上)"
)
_ASKED_BEFORE = re.compile(r"(?:有没有|有无|是否|要不要)[去办过]?$")
_FILLED = (
    r"(?:办理?|做|去|过|经过?|任何|什么|啥|乜|市外|异地|长期|跨省|的|那种|算|到|是|被|有|送|进行?|我们|孩子|我|咱|他|她|它|这个|那个"
    r"|需要|用|给|能|属于|在|走|搞|弄|问|开|让|叫|找|社康|医院|医生|申请|急诊|急症|那里|那边|这里|当地|哪里|啥叫){0,4}"
)
# 没有备案和转诊: what is denied of the first is denied of the second.
_NEGATED_BEFORE = re.compile(
    rf"{_NOT}{_FILLED}(?:(?:备案|转诊|急诊|抢救|手续)(?:手续)?(?:和|或者?|、|以?及|跟){_FILLED})?$"
)
_NEGATED_AFTER = re.compile(
    r"(?:手续|证明|单|登记|什么的|啥的|这些|备案|转诊|急诊|抢救|和|跟|、|或者?)*(?:都|也|啊|呀|又|还|、|但|可)*"
    r"(?:(?:没有?|未|冇|不曾)(?:有|办|弄|做|搞|开|申请|去|得|$|[,。;!?呢啊的 ])|(?<=[都也并])不是|不算)"
    r"|.{0,8}(?:撤销|取消|注销|过期|失效|到期|作废)(?:了|掉|$|[,。;])"
)


@dataclass(frozen=True)
class Found:
    """One place where a word stands, and whether it is denied there."""

    start: int
    end: int
    denied: bool


class Words:
    """Several ways to say one thing."""

    def __init__(self, words: list[str], denied_after: bool = False) -> None:
        """Prepare the words; longer ones win. `denied_after`: 备案没办 denies it too."""
        self.words = tuple(words)
        self._denied_after = denied_after
        # Folding would turn "…" into dots.
        parts = [list(map(fold, word.split(GAP))) for word in sorted(words, key=len, reverse=True)]
        self.heads = frozenset(first[:_HEAD] for first, *_ in parts)
        self._pattern = re.compile("|".join(_GAP.join(map(re.escape, word)) for word in parts))

    def said_in(self, text: str) -> bool:
        """Tell whether one of the words stands in a folded text, denied or not."""
        return self._pattern.search(text) is not None

    def find(self, text: str) -> Iterator[Found]:
        """Yield every place where one of the words stands."""
        for match in self._pattern.finditer(text):
            before, after = text[max(0, match.start() - 16) : match.start()], text[match.end() : match.end() + 10]
            if self._denied_after and _ASKED_BEFORE.search(before):
                # 有没有备案都能报吗: asked, neither said nor denied.
                continue
            denied = bool(_NEGATED_BEFORE.search(before) or (self._denied_after and _NEGATED_AFTER.match(after)))
            yield Found(match.start(), match.end(), denied)

    @property
    def pattern(self) -> str:
        """All words as one regular expression."""
        return self._pattern.pattern

    def said(self, text: str) -> bool | None:
        """Return True if it is said, False if it is denied, None if it is not mentioned."""
        if self._pattern.search(text) is None:
            return None
        found = list(self.find(text))
        return any(not one.denied for one in found) if found else None

    def last(self, text: str) -> re.Match[str] | None:
        """Return the last place, for words that stand before a number."""
        places = list(self._pattern.finditer(text))
        return places[-1] if places else None

    def leading(self, text: str) -> re.Match[str] | None:
        """Return the word that a text starts with."""
        return self._pattern.match(text)


@dataclass(frozen=True)
class Vocabulary:
    """All words, by what they mean, and the names of places."""

    levels: Mapping[str, Words]
    cues: Mapping[str, Words]
    roles: Mapping[str, Words]
    places: Places

    def hints(self, text: str) -> frozenset[str]:
        """Return the cues, LEVEL and PLACE, of which a word may stand in a folded text: none is missing."""
        return self._hints.of(text)

    @cached_property
    def _hints(self) -> Hints:
        level = frozenset[str]().union(*(words.heads for words in self.levels.values()))
        cues = {name: words.heads for name, words in self.cues.items()}
        return Hints({**cues, LEVEL: level, PLACE: self.places.heads})


class Hints:
    """Tells by how words begin which of them may stand in a text: one look instead of one for each."""

    def __init__(self, heads: Mapping[str, frozenset[str]]) -> None:
        """Take the beginnings of the words of each name."""
        names: dict[str, set[str]] = {}
        for name, starts in heads.items():
            for start in starts:
                names.setdefault(start, set()).add(name)
        self._names = {start: frozenset(some) for start, some in names.items()}

    def of(self, text: str) -> frozenset[str]:
        """Return the names of which a word may stand in the text."""
        found = {*map(self._names.get, text), *map(self._names.get, map(add, text, text[1:]))}
        return frozenset[str]().union(*filter(None, found))


# Where the name of a place stands, and its group.
Named = tuple[int, int, str]


class Places:
    """The names of places; where two overlap the longer one is meant (罗湖 南山 in 罗湖南山)."""

    def __init__(self, groups: Mapping[str, list[str]]) -> None:
        """Take the names of each group."""
        self._group = {fold(name): group for group, names in groups.items() for name in names}
        names = sorted(self._group, key=len, reverse=True)
        self.heads = frozenset(name[:_HEAD] for name in names)
        self._pattern = re.compile("|".join(map(re.escape, names)) or r"(?!)")

    def said_in(self, text: str) -> bool:
        """Tell whether a place stands in a folded text."""
        return next(self.find(text), None) is not None

    def find(self, text: str) -> Iterator[Named]:
        """Yield where each name stands and its group."""
        for match in self._pattern.finditer(text):
            group = self._group[match[0]]
            if group != NOWHERE:
                yield match.start(), match.end(), group


def load_vocabulary(folder: Path | None = None) -> Vocabulary:
    """Read the vocabulary of a corpus."""
    meanings, groups = load_words(folder or corpus_path())
    level, role = ({name: Words(words) for name, words in meanings[table].items()} for table in ("level", "role"))
    cue = {name: Words(words, denied_after=name in _DENIED_AFTER) for name, words in meanings["cue"].items()}
    return Vocabulary(level, cue, role, Places(groups))
