"""Decisions: a table, and what must hold for all hits and thresholds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.decide import Abstain, Answer, Clarify, Decision, decide, decide_both
from index.hit import Hit, Thresholds

THRESHOLDS = Thresholds(answer=0.8, offer=0.1, near=0.02)

TABLE = [
    ("nothing", [], "abstain"),
    ("sure", [("A", 0.95), ("B", 0.3)], "answer A"),
    ("just enough", [("A", 0.8), ("B", 0.79)], "answer A"),
    ("one likely", [("A", 0.7), ("B", 0.09), ("C", 0.05)], "one A"),
    ("one likely and nothing beside it", [("A", 0.1)], "one A"),
    ("two likely", [("A", 0.5), ("B", 0.3), ("C", 0.05)], "several A B"),
    ("many likely", [("A", 0.3), ("B", 0.2), ("C", 0.15), ("D", 0.12)], "several A B C"),
    ("near, and no more", [("A", 0.09), ("B", 0.01)], "unsure A B"),
    ("just near", [("A", 0.02)], "unsure A"),
    ("nothing near", [("A", 0.01), ("B", 0.01), ("C", 0.01), ("D", 0.01)], "abstain A B C"),
    ("nothing near, and little to do with it", [("A", 0.009), ("B", 0.009)], "abstain A"),
    ("small talk", [("smalltalk/hi", 0.9), ("A", 0.2)], "answer smalltalk/hi"),
    ("small talk more likely than not", [("smalltalk/hi", 0.51), ("A", 0.4)], "answer smalltalk/hi"),
    ("small talk in doubt", [("smalltalk/hi", 0.49), ("A", 0.4)], "one A"),
    (
        "small talk of one kind or another",
        [("smalltalk/hi", 0.3), ("smalltalk/bye", 0.25), ("A", 0.2)],
        "answer smalltalk/hi",
    ),
    ("small talk of several kinds behind", [("A", 0.35), ("smalltalk/hi", 0.3), ("smalltalk/bye", 0.3)], "one A"),
    ("small talk behind", [("A", 0.9), ("smalltalk/hi", 0.89)], "answer A"),
    ("small talk is no option", [("A", 0.7), ("smalltalk/hi", 0.6), ("B", 0.5)], "several A B"),
    ("only faint small talk", [("smalltalk/hi", 0.4)], "abstain"),
]


def _said(decision: Decision | None) -> str:
    match decision:
        case Answer(hit):
            return f"answer {hit.entry_id}"
        case Clarify(hits, why):
            return " ".join([why, *(hit.entry_id for hit in hits)])
        case Abstain(nearest):
            return " ".join(["abstain", *(hit.entry_id for hit in nearest)])
    return "none"


def _hits(pairs: list[tuple[str, float]]) -> list[Hit]:
    return [Hit(entry_id, "", score) for entry_id, score in pairs]


@pytest.mark.parametrize(("name", "pairs", "expected"), TABLE, ids=[row[0] for row in TABLE])
def test_table(name: str, pairs: list[tuple[str, float]], expected: str) -> None:
    assert _said(decide(_hits(pairs), THRESHOLDS)) == expected


SURE_A, SURE_B = [("A", 0.9), ("B", 0.2)], [("B", 0.8)]
BOTH = [
    ("two things", [SURE_A, SURE_B], "both A B"),
    ("the same twice", [SURE_A, SURE_A], "none"),
    ("one of them in doubt", [SURE_A, [("B", 0.7)]], "none"),
    ("three, of which two are sure", [SURE_A, [("C", 0.2)], SURE_B], "both A B"),
    ("a greeting and a question", [[("smalltalk/hi", 0.9)], SURE_A], "none"),
    ("a greeting and two questions", [[("smalltalk/hi", 0.9)], SURE_B, SURE_A], "both B A"),
    ("no questions", [], "none"),
]


@pytest.mark.parametrize(("name", "questions", "expected"), BOTH, ids=[row[0] for row in BOTH])
def test_two_questions_at_once(name: str, questions: list[list[tuple[str, float]]], expected: str) -> None:
    assert _said(decide_both([_hits(pairs) for pairs in questions], THRESHOLDS)) == expected


unit = st.floats(0, 1)
names = st.sampled_from(["A", "B", "C", "D", "E", "smalltalk/hi", "smalltalk/bye"])
hit_lists = st.dictionaries(names, unit, max_size=5).map(
    lambda scores: _hits(sorted(scores.items(), key=lambda item: -item[1]))
)
threshold_sets = st.lists(unit, min_size=3, max_size=3).map(lambda three: Thresholds(*sorted(three, reverse=True)))


@given(hit_lists, threshold_sets, unit)
def test_raising_the_threshold_never_makes_an_answer(hits: list[Hit], thresholds: Thresholds, more: float) -> None:
    before, after = decide(hits, thresholds), decide(hits, replace(thresholds, answer=thresholds.answer + more))
    assert isinstance(before, Answer) or not isinstance(after, Answer)


@given(hit_lists, threshold_sets)
def test_every_decision_keeps_its_promise(hits: list[Hit], thresholds: Thresholds) -> None:
    match decide(hits, thresholds):
        case Answer(hit):
            chat = sum(one.score for one in hits if one.entry_id.startswith("smalltalk/"))
            assert hit in hits and max(hit.score, chat) >= min(thresholds.answer, 0.5)
            assert hit.score >= thresholds.answer or hit == hits[0]
        case Clarify(options, why):
            assert 1 <= len(options) <= 3
            assert options[0].score >= thresholds.near
            assert (why == "one") <= (len(options) == 1) and (why == "several") <= (len(options) > 1)
            assert why == "unsure" or all(hit.score >= thresholds.offer for hit in options)
            assert not any(hit.entry_id.startswith("smalltalk/") for hit in options)
        case Abstain(nearest):
            assert len(nearest) <= 3
            assert not any(hit.entry_id.startswith("smalltalk/") for hit in nearest)
            # What may well be there is never said not to be.
            assert all(hit.score < thresholds.near for hit in nearest)
