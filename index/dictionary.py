"""Dictionary: jieba's general dictionary, of which a process holds one, and the words that a corpus adds to it."""

from __future__ import annotations

import marshal
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

import jieba

_FILE = "jieba.cache"
# A format without references between objects, so that the same words always make the same file.
_PLAIN = 2
# One index after another has the same words, which take half a second to read and 60 MB to hold.
_held: dict[str, General] = {}


@dataclass(frozen=True)
class General:
    """How often each word, and 0 for each beginning of one, comes in general text; and all words together."""

    words: dict[str, int]
    total: int


class Grown(dict[str, int]):
    """Words on top of those of the general dictionary, which stays as it is."""

    def __init__(self, general: Mapping[str, int]) -> None:
        """Begin without any of its own."""
        super().__init__()
        self._general = general

    def __missing__(self, word: str) -> int:
        """Return what the general dictionary has."""
        return self._general[word]

    def __contains__(self, word: object) -> bool:
        """Tell whether either has a word."""
        return super().__contains__(word) or word in self._general

    def get(self, word: str, default: int | None = None) -> int | None:  # type: ignore[override]
        """Return how often a word comes; its own count wins."""
        own = super().get(word)
        return self._general.get(word, default) if own is None else own


@cache
def shipped() -> General:
    """Return the dictionary that comes with jieba; it takes a second or two."""
    return General(*jieba.Tokenizer.gen_pfdict(jieba.dt.get_dict_file()))


def keep(general: General, folder: Path) -> None:
    """Write a dictionary in a form that is read in a third of the time."""
    (folder / _FILE).write_bytes(marshal.dumps((general.words, general.total), _PLAIN))


def kept(folder: Path) -> General:
    """Return the dictionary that was written; the one in hand where it is the same."""
    # At once, and not piece by piece from the file, which takes four times as long.
    written = (folder / _FILE).read_bytes()
    digest = sha256(written).hexdigest()
    if digest not in _held:
        found = General(*marshal.loads(written))
        _held.clear()
        _held[digest] = found
    return _held[digest]
