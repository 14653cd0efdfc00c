"""The cases measure what the corpus has never seen: none of them stands in it, not even nearly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.entries import load_corpus, wordings
from corpus.text import fold

CASES = Path(__file__).parents[1] / "cases"
NEARLY = 0.8  # Jaccard of character pairs
SHORT = 6  # of shorter texts a few signs more or less make another question


def bare(text: str) -> str:
    """Return the letters and digits of a folded text."""
    return "".join(sign for sign in fold(text) if sign.isalnum())


def pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)}


class Known:
    """Everything that the corpus asks, by its character pairs."""

    def __init__(self, texts: dict[str, str]) -> None:
        self.texts = texts
        self._bare = list(texts)
        self._sizes = [len(pairs(text)) for text in texts]
        self._places: dict[str, list[int]] = {}
        for place, text in enumerate(texts):
            for pair in pairs(text):
                self._places.setdefault(pair, []).append(place)

    def same_as(self, text: str) -> str | None:
        """Return the text of the corpus that is the same or nearly the same."""
        if text in self.texts:
            return self.texts[text]
        own = pairs(text)
        shared = Counter(place for pair in own for place in self._places.get(pair, ()))
        for place, count in shared.items():
            likeness = count / (len(own) + self._sizes[place] - count)
            if likeness >= NEARLY and min(len(text), len(self._bare[place])) >= SHORT:
                return self.texts[self._bare[place]]
        return None


@pytest.fixture(scope="module")
def known() -> Known:
    corpus = load_corpus()
    texts = {bare(text): f"{entry.id} {text}" for entry in corpus.entries for _, text in wordings(entry)}
    texts |= {bare(text): f"outside.txt {text}" for text in corpus.outside}
    texts.pop("", None)  # emoji and signs alone are no question to learn by heart
    return Known(texts)


def cases(name: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate((CASES / name).read_text(encoding="utf-8").split("\n"), start=1):
        if line.strip() and not line.startswith("#"):
            yield number, line.split("\t")[2]


@pytest.mark.parametrize("name", ["questions.tsv", "outside.tsv"])
def test_no_case_stands_in_the_corpus(known: Known, name: str) -> None:
    found = [(number, text, known.same_as(bare(text))) for number, text in cases(name)]
    assert len(found) > 100
    leaks = [f"{name}:{number} {text}  =  {other}" for number, text, other in found if other]
    assert not leaks, "\n" + "\n".join(leaks)


# Other people happened to write the same short lines; nobody may add to them.
@pytest.mark.parametrize(("name", "known_ones"), [("fresh.tsv", 69), ("blind.tsv", 338)])
def test_no_more_of_the_new_questions_stand_in_the_corpus(known: Known, name: str, known_ones: int) -> None:
    assert sum(known.same_as(bare(text)) is not None for _, text in cases(name)) <= known_ones


@pytest.mark.parametrize(
    ("case", "leaks"),
    [
        ("健康证怎么办理？", True),
        ("健康證怎麼辦理", True),
        ("请问健康证在哪里怎么办理呢", True),
        ("请问健康证去哪里办理呢", False),
        ("水温几度", True),
        ("水温多少度", False),
        ("？？？", False),
    ],
)
def test_what_counts_as_a_leak(case: str, leaks: bool) -> None:
    texts = {bare(text): text for text in ("健康证怎么办理", "请问健康证在哪里怎么办理", "水温几度")}
    assert (Known(texts).same_as(bare(case)) is not None) is leaks
