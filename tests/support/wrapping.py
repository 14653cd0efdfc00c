"""Wrapping: what people put around a question, out of the language file; Q stands for the question."""

from __future__ import annotations

from hypothesis import strategies as st

from corpus.text import fold
from index.language import chinese

MARKS = ("[微笑]", "[抱拳]", "【玫瑰】")
NUMBERING = ("1、", "2. ", "（3）", "一、", "问：")
PERSONAL = ("13800138000", "138 0013 8000", "440301199001011234", "44030119900101123X", "6222021234567890123")
PASTED = ("<p>Q</p>", "<b>Q</b>&nbsp;", "Q https://a.cn/b?c=1", "Qwww.a.cn/b", "2024-10-01 10:22 Q", "Q a.b@c.cn")


def close_openings() -> list[str]:
    """Return what may stand in front of a question without a sign between."""
    words = chinese()
    return [word for word in words.openings if word not in words.openings_apart and not word.isascii()]


def close_closings() -> list[str]:
    """Return what may stand behind a question without a sign between."""
    words = chinese()
    return [word for word in words.closings if word not in words.closings_apart]


def every_courtesy() -> list[str]:
    """Return all that asks nothing."""
    words = chinese()
    lists = (words.openings, words.openings_apart, words.names, words.closings, words.closings_apart)
    return sorted({fold(word) for some in lists for word in some})


def _wraps() -> st.SearchStrategy[str]:
    words = chinese()
    fronts = [f"{word}Q" for word in close_openings()]
    beside = (*words.openings, *words.names)
    fronts += [f"{word}{sign}Q" for word in beside for sign in "，！。 ~" if _parts(word, sign)]
    fronts += [f"{name}{word}Q" for name in words.names for word in ("你好", "您好，", "请问", "在吗，")]
    behind = [f"Q{word}" for word in close_closings()]
    behind += [f"Q{sign}{word}{end}" for word in words.closings for sign in "，？！。" for end in ("", "！", "。")]
    named = [f"{name}{number}，Q" for name in words.personal for number in PERSONAL]
    named += [f"Q，{name}：{number}" for name in words.personal for number in PERSONAL]
    other = [*PASTED, "QQ", "Q？Q", *(f"Q{mark}" for mark in MARKS), *(f"{mark}Q" for mark in MARKS)]
    other += [f"{number}Q" for number in NUMBERING] + [f"Q {number}" for number in PERSONAL]
    kinds = [st.sampled_from(some) for some in (fronts, behind, named, other)]
    # One kind after another: the next is put around what stands there.
    one = st.one_of(kinds)
    return one | st.tuples(one, one).map(lambda two: two[0].replace("Q", two[1]) if _nests(*two) else two[1])


def _parts(word: str, sign: str) -> bool:
    """Tell whether `sign` keeps `word` apart: a gap between two Han signs is closed before."""
    return sign != " " or word.isascii()


def _nests(outer: str, inner: str) -> bool:
    """Tell whether one wrap may stand around another: nobody says or numbers the same twice."""
    twice = outer == inner or (outer.startswith(NUMBERING) and inner.startswith(NUMBERING))
    return not twice and outer.count("Q") == inner.count("Q") == 1


WRAPS = _wraps()
