"""The two documents as received: together they give the 16 answers, and every known disagreement is listed."""

from __future__ import annotations

import re
from collections import Counter
from itertools import takewhile
from pathlib import Path

import pytest

from corpus.align import LOST, merge
from corpus.documents import read_document
from corpus.entries import corpus_path, load_corpus
from corpus.reconcile import Reconciled, reconcile
from tests.booklet.test_fidelity import _ANSWER_MARKER, CASES, plain

CHAPTERS = ["参保关系"] * 3 + ["保费缴纳"] * 5 + ["待遇享受"] * 8
_MARK = re.compile(r"(?:\(\d\)|[①-⑨])")


@pytest.fixture(scope="module", params=[False, True], ids=["as named", "the other way round"])
def together(request: pytest.FixtureRequest) -> Reconciled:
    paths = sorted((corpus_path() / "sources").glob("*.txt"), reverse=request.param)
    return reconcile([read_document(path) for path in paths])


def test_the_sixteen_answers(together: Reconciled) -> None:
    assert [one.category for one in together.asked] == CHAPTERS
    for entry, asked in zip(load_corpus().entries, together.asked, strict=True):
        expected = plain(entry.question) + plain(_ANSWER_MARKER.sub("", entry.answer))
        for difference in CASES["difference"]:
            # What the one with the right signs really says; its lost signs come from the other.
            if (difference["entry"], difference["source"]) == (entry.id, "002") and LOST not in difference["says"]:
                expected = expected.replace(plain(difference["answer"]), plain(difference["says"]))
        found = plain(asked.question) + "".join(_MARK.sub("", plain(text), count=1) for text in asked.answer)
        assert found == expected, entry.id
    assert not any(LOST in text for one in together.asked for text in (one.question, *one.answer))


def reduced(one: str, other: str) -> tuple[str, str]:
    """Return two texts without what they begin and end with alike."""
    begin = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))))
    one, other = one[begin:], other[begin:]
    end = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(one[::-1], other[::-1], strict=False))))
    return one[: len(one) - end], other[: len(other) - end]


def test_every_known_disagreement_is_listed(together: Reconciled) -> None:
    ids = [entry.id for entry in load_corpus().entries]
    told = Counter(
        (ids[found.question], *reduced(plain(found.difference.taken), plain(found.difference.other)))
        for found in together.differences
    )
    # A dash of two signs of which the other has lost one.
    told += Counter((ids[found.question], found.difference.taken, LOST) for found in together.differences)
    for known in CASES["difference"]:
        pair = (known["answer"], known["says"]) if known["source"] == "000" else (known["says"], known["answer"])
        dash = LOST in known["says"]
        points = (
            [(known["answer"], LOST)]
            if dash
            else [(gap.one, gap.other) for gap in merge(*map(plain, pair)).differences]
        )
        assert points
        for one, other in points:
            assert told[known["entry"], one, other] >= known.get("times", 1), (known, one, other)


def test_every_lost_run_is_told_with_what_was_taken(together: Reconciled) -> None:
    lost = sum(found.difference.one.count(LOST) for found in together.differences)
    document = next((corpus_path() / "sources").glob("002_*.txt"))
    assert lost == document.read_text("utf-8").count(LOST) - document_marks(document)


def document_marks(path: Path) -> int:
    """Return how many lost signs are numbers of questions, which the questions' order gives back."""
    return len(re.findall(rf"^ ?{LOST}\.", path.read_text("utf-8"), re.MULTILINE))
