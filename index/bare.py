"""Bare: what of a message asks something. Greetings, thanks, names, links, tags and personal numbers ask nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from index.language import chinese

# Folding leaves one w of www.
_MARKUP = re.compile(
    r"<[a-z/!][^<>]{0,300}>|&(?:#\d+|#x[\da-f]+|[a-z]+);"  # tags and entities of a page that was pasted
    r"|(?:https?://|(?<![a-z])w{1,3}\.)[^\s<\[【\u3400-\u9fff,;!)\]]+"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|[\[【][\u3400-\u9fff]{1,4}[\]】](?=[\s,.;:!?、。~…]*(?:$|[\[【]))"  # [微笑] at the end; (深户) says something
    r"|^\s*[\[【][\u3400-\u9fff]{1,4}[\]】]"
    r"|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}[ t]\d{1,2}:\d\d(?::\d\d)?"
)
# No amount, date or hotline has as many digits in a row, spaces and dashes between them or not.
_LONG = r"(?<![\d.])\+?\d(?:[ -]?\d){6,}x?(?![\d.])"
_NUMBERS = "[一二三四五六七八九十]"
_NUMBERING = re.compile(
    rf"^\s*(?:[(\[]\d{{1,2}}[)\]]|\d{{1,2}}(?:[.,)](?!\d)|、(?!\d{{1,3}}(?!\d)))|{_NUMBERS}[.、)](?!{_NUMBERS})|[q问][:：.])\s*"
)
_STOPS = " ,;:!?、。~…"
_EDGE = "[\\s,.;:!?、。~…\\-—_'\"“”‘’()\\[\\]{}|/\\\\*#@^+=<>·]"


def bare(folded: str) -> str:
    """Return what of a folded message asks something; the whole message where nothing is left."""
    before, text = "", folded
    # What was taken off may have hidden more: 1、您好，2、……
    while text != before:
        before, text = text, _barer(text)
    return text


def _barer(text: str) -> str:
    left = _once(_patterns()[2].sub(" ", _MARKUP.sub(" ", text)).strip())
    left = _NUMBERING.sub("", left, count=1)
    for pattern in _patterns()[:2]:
        left = pattern.sub("", left, count=1)
    left = left.lstrip(_STOPS).rstrip()
    return left if any(map(str.isalnum, left)) else text


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Return what is taken off in front, behind, and anywhere."""
    words = chinese()
    front, called = _either(words.openings, words.openings_apart), "|".join(map(re.escape, _longest(words.names)))
    behind = _either(words.closings, words.closings_apart)
    names = "|".join(map(re.escape, _longest(words.personal)))
    # A bracket on the side of the question may belong to [微笑].
    return (
        re.compile(
            rf"^{_EDGE}*(?:(?:{called})?{front[0]}(?:(?!{front[0]})[呀啊呢哈哦喔噢吖吗嘛的]){{0,2}}"
            rf"|(?:{front[1]}|{called})+[呀啊呢哈哦]?(?={_EDGE}|$))(?:(?![(\[{{]){_EDGE})*"
        ),
        re.compile(
            rf"(?:(?![)\]}}]){_EDGE})*(?:(?:{behind[0]})|(?<={_EDGE})(?:{behind[1]}))[呀啊呢哈哦喔噢吖了啦哟]{{0,2}}{_EDGE}*$"
        ),
        re.compile(rf"(?:(?:{names})[:是为\s]{{0,3}})?{_LONG}"),
    )


def _either(words: Iterable[str], apart: Iterable[str]) -> tuple[str, str]:
    """Return two alternatives: words that may stand close, and those that must stand apart."""
    apart = set(apart)
    close = (word for word in words if word not in apart)
    # A latin word ends where the next one begins.
    spelt = [rf"{re.escape(word)}(?![a-z])" if word.isascii() else re.escape(word) for word in _longest(close)]
    return "(?:" + "|".join(spelt) + ")", "|".join(map(re.escape, _longest(apart)))


def _longest(words: Iterable[str]) -> list[str]:
    return sorted(set(words), key=lambda word: (-len(word), word))


def _once(text: str) -> str:
    """Return one half of a text that says the same thing twice."""
    letters = "".join(filter(str.isalnum, text))
    half = len(letters) // 2
    if half < 2 or len(letters) % 2 or letters[:half] != letters[half:]:
        return text
    seen = 0
    for place, sign in enumerate(text):
        seen += sign.isalnum()
        if seen == half:
            return text[: place + 1]
    return text
