"""Language: what people wrap around a question, and names of places; the same for every office."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path


@dataclass(frozen=True)
class WordLists:
    """Words of a chat that ask nothing, signs of a negation, places; all folded."""

    openings: tuple[str, ...]
    openings_apart: tuple[str, ...]
    names: tuple[str, ...]
    closings: tuple[str, ...]
    closings_apart: tuple[str, ...]
    personal: tuple[str, ...]
    negations: tuple[str, ...]
    not_negations: tuple[str, ...]
    leanings: tuple[str, ...]
    askings: tuple[str, ...]
    places: frozenset[str]


def language_files() -> tuple[Path, Path]:
    """Return the files of the words and of the places."""
    folder = Path(str(resources.files(__name__)))
    return folder / "zh.toml", folder / "places.txt"


@cache
def chinese() -> WordLists:
    """Return the words of Chinese."""
    said, placed = (file.read_text(encoding="utf-8") for file in language_files())
    words, lines = tomllib.loads(said), placed.splitlines()
    places = (place for line in lines if not line.startswith("#") for place in line.split())
    return WordLists(**{name: tuple(some) for name, some in words.items()}, places=frozenset(places))
