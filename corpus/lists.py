"""Lists: the words of a corpus, one a line, and those that mean the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from corpus.errors import BadWords
from corpus.files import whole

_SYNONYM = re.compile(r"^(.+?)\s*[=＝]\s*(.+)$")
_BETWEEN = re.compile(r"[\s,，、;；|｜]+")


def _lines(text: str, path: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(whole(text, path).split("\n"), start=1):
        if line.strip() and not line.strip().startswith(("#", "＃")):
            yield number, line.strip()


def read_lines(text: str, path: Path) -> list[str]:
    """Return the lines of a list, each once; what begins with # is a remark."""
    return list(dict.fromkeys(line for _, line in _lines(text, path)))


def read_synonyms(text: str, path: Path) -> dict[str, str]:
    """Return the word that stands for each of its variants."""
    synonyms: dict[str, str] = {}
    for number, line in _lines(text, path):
        match = _SYNONYM.match(line)
        if match is None:
            raise BadWords(path, number, f"“{line}”缺等号。写法：标准词 = 说法1 说法2")
        word, variants = match[1].strip(), _BETWEEN.split(match[2].strip())
        for variant in filter(None, variants):
            if synonyms.get(variant, word) != word:
                other = synonyms[variant]
                raise BadWords(path, number, f"“{variant}”已经是“{other}”的说法，不能又是“{word}”的。请只留一处。")
            if variant != word:
                synonyms[variant] = word
    return synonyms
