"""Text: repair what a damaged document lost, fold what people type into one form for matching.

`fold` is for matching only: it turns ② into 2 and ： into ":", so stored answers never pass through it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from opencc import OpenCC

# Look-alikes out of the CJK radical blocks. NFKC leaves the supplement block alone and turns ⼾ into the
# traditional 戶, so both are put right here. Source: Unicode's EquivalentUnifiedIdeograph.txt. Where that file
# names a bare component (爫, 𧾷) or a Japanese shape (亀), the first rows give the whole simplified character,
# which is what a document written in Chinese meant.
_RADICALS = str.maketrans(
    "⺠⻔⻚⻓⻅⺟⼾⻋⻢⻥⻦⻨⻩⻬⻮⻰⻛⻜⻝⻉⻘⻄⻆⻇⻙⻤⻣⻫⻲⻯⺼⺮⺶⺷⺸⺢⺤⺩⺬⻂⻊⻌⻏⻖⻗"
    "⺁⺂⺃⺄⺅⺆⺈⺉⺊⺋⺌⺍⺎⺏⺐⺒⺓⺔⺕⺖⺗⺘⺙⺛⺜⺝⺞⺡⺣⺥⺦⺧⺨⺫⺭⺰⺱⺲⺳⺴"
    "⺹⺺⺻⺾⺿⻀⻁⻃⻈⻍⻎⻐⻑⻒⻟⻠⻧⻪⻭⻱",
    "民门页长见母户车马鱼鸟麦黄齐齿龙风飞食贝青西角角韦鬼骨齐龟龙肉竹羊羊羊水爪王示衣足辶邑阜雨"
    "厂乛乚乙亻冂刀刂卜㔾小小兀尣尢巳幺彑彐忄心扌攵旡日月歺氵灬爫丬牛犭目礻纟罓罒㓁冗"
    "耂肀聿艹艹艹虎覀讠辶辶钅長镸飠饣卤黾歯龜",
)
_RADICAL = re.compile(f"[{''.join(map(chr, _RADICALS))}]")
# ⻳, Kangxi radicals and compatibility ideographs: here NFKC gives the right character, one for one.
_COMPATIBLE = re.compile("[\u2ef3\u2f00-\u2fd5\uf900-\ufad9]")
_LOST = re.compile("\ufffd+")
_CJK = "\u3400-\u9fff\uf900-\ufaff"
# A run of three or more of one sign is emphasis ("急急急", "？？？"); digits and 三零零零 are left alone.
_RUN = re.compile(r"([^\d\s零〇一二三四五六七八九])\1{2,}")
_SPACES = re.compile(r"\s+")
_SPACE_IN_CJK = re.compile(rf"(?<=[{_CJK}]) (?=[{_CJK}])")
_DROPPED = {"Cc", "Cf", "Cn", "Co", "Cs", "Mn", "Me", "So", "Sk"}
_MOST_SIGNS = 50_000
_FOLDED = 4096  # several readers look at one message, and many send the very same words


class _Signs(dict[int, int]):
    """A space for a sign that is dropped, any other for itself; what was looked up stays here."""

    def __missing__(self, code: int) -> int:
        kept = ord(" ") if unicodedata.category(chr(code)) in _DROPPED else code
        if len(self) < _MOST_SIGNS:
            self[code] = kept
        return kept


_SIGNS = _Signs()


@dataclass(frozen=True)
class Lost:
    """A run of characters that the document lost: its line and column (from 1) and its length."""

    line: int
    column: int
    length: int


@dataclass(frozen=True)
class Repaired:
    """Repaired text and what could not be repaired in it."""

    text: str
    lost: tuple[Lost, ...]


def tidy(text: str) -> str:
    """Return `text` without byte order mark and with plain line ends, as editors on every system leave it."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def repair(text: str) -> Repaired:
    """Put normal characters for radical look-alikes; report lost characters and never guess them.

    Only look-alikes change: ： and ② and full-width digits stay as the document has them.
    """
    text = text.translate(_RADICALS)
    text = _COMPATIBLE.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    lost = (
        Lost(number, match.start() + 1, len(match[0]))
        for number, line in enumerate(text.split("\n"), start=1)
        for match in _LOST.finditer(line)
    )
    return Repaired(text, tuple(lost))


@lru_cache(maxsize=1)
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


@lru_cache(maxsize=_FOLDED)
def fold(text: str) -> str:
    """Return `text` in the one form used for matching: NFKC, lower case, simplified, no emoji, single spaces."""
    text = unicodedata.normalize("NFKC", text.translate(_RADICALS) if _RADICAL.search(text) else text).lower()
    if text.isascii():
        text = "".join(c if c.isprintable() else " " for c in text)
        return _join(text)
    return _settle(text.translate(_SIGNS))


def _join(text: str) -> str:
    text = _SPACES.sub(" ", _RUN.sub(r"\1", text)).strip()
    return _SPACE_IN_CJK.sub("", text)


def _settle(text: str) -> str:
    # Closing a gap may join a phrase (乾 隆) or a run (急 急 急) that the pass before did not see.
    for _ in range(8):
        before, text = text, _join(_simplifier().convert(text))
        if text == before:
            break
    return text
