"""Decisions: a table, and what must hold for all hits and thresholds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.decide import Abstain, Answer, Clarify, Decision, decide, is_numeric
from index.hit import Hit

THRESHOLDS = FakeThresholds(answer=0.8, suggest=0.4, margin=0.1)

TABLE = [
    ("nothing", [], "abstain"),
    ("sure", [("A", 0.95), ("B", 0.3)], "answer A"),
    ("just enough", [("A", 0.8), ("B", 0.79)], "answer A"),
    ("two good and level", [("A", 0.95), ("B", 0.9)], "clarify A B"),
    ("three good and level", [("A", 0.95), ("B", 0.9), ("C", 0.86)], "clarify A B C"),
    ("two good, one far ahead", [("A", 0.99), ("B", 0.82)], "answer A"),
    ("third is not level", [("A", 0.98), ("B", 0.9), ("C", 0.81)], "clarify A B"),
    ("several possible", [("A", 0.7), ("B", 0.5), ("C", 0.45), ("D", 0.42)], "clarify A B C"),
    ("one likely", [("A", 0.7), ("B", 0.2), ("C", 0.1)], "clarify A B"),
    ("one possible", [("A", 0.45), ("B", 0.2)], "abstain A B"),
    ("one likely and nothing beside it", [("A", 0.7)], "abstain A"),
    ("none possible", [("A", 0.3), ("B", 0.2), ("C", 0.1), ("D", 0.1)], "abstain A B C"),
    ("small talk", [("smalltalk/hi", 0.9), ("A", 0.2)], "answer smalltalk/hi"),
    ("small talk before a question", [("smalltalk/hi", 0.9), ("A", 0.85)], "answer A"),
    ("small talk far ahead", [("smalltalk/hi", 0.99), ("A", 0.81)], "answer smalltalk/hi"),
    ("small talk behind", [("A", 0.9), ("smalltalk/hi", 0.89)], "answer A"),
    ("small talk is no option", [("A", 0.7), ("smalltalk/hi", 0.6), ("B", 0.5)], "clarify A B"),
    ("small talk is not offered", [("smalltalk/hi", 0.6), ("A", 0.5)], "abstain A"),
    ("only faint small talk", [("smalltalk/hi", 0.6)], "abstain"),
]


def _said(decision: Decision) -> str:
    match decision:
        case Answer(hit):
            return f"answer {hit.entry_id}"
        case Clarify(hits):
            return " ".join(["clarify", *(hit.entry_id for hit in hits)])
        case Abstain(nearest):
            return " ".join(["abstain", *(hit.entry_id for hit in nearest)])


def _hits(pairs: list[tuple[str, float]]) -> list[Hit]:
    return [Hit(entry_id, "", score) for entry_id, score in pairs]


@pytest.mark.parametrize(("name", "pairs", "expected"), TABLE, ids=[row[0] for row in TABLE])
def test_table(name: str, pairs: list[tuple[str, float]], expected: str) -> None:
    assert _said(decide(_hits(pairs), THRESHOLDS)) == expected


unit = st.floats(0, 1)
names = st.sampled_from(["A", "B", "C", "D", "E", "smalltalk/hi", "smalltalk/bye"])
hit_lists = st.dictionaries(names, unit, max_size=5).map(
    lambda scores: _hits(sorted(scores.items(), key=lambda item: -item[1]))
)
threshold_sets = st.builds(FakeThresholds, unit, unit, unit)


@given(hit_lists, threshold_sets, st.sampled_from(["answer", "suggest", "margin"]), unit)
def test_raising_a_threshold_never_makes_an_answer(
    hits: list[Hit], thresholds: FakeThresholds, name: str, more: float
) -> None:
    raised = replace(thresholds, **{name: getattr(thresholds, name) + more})
    if isinstance(decide(hits, thresholds), Abstain):
        assert not isinstance(decide(hits, raised), Answer)


@given(hit_lists, threshold_sets)
def test_every_decision_keeps_its_promise(hits: list[Hit], thresholds: FakeThresholds) -> None:
    match decide(hits, thresholds):
        case Answer(hit):
            assert hit in hits and hit.score >= thresholds.answer
        case Clarify(options):
            assert 2 <= len(options) <= 3
            assert options[0].score >= thresholds.suggest
            assert options[0].score >= 0.5 or all(hit.score >= thresholds.suggest for hit in options)
            assert not any(hit.entry_id.startswith("smalltalk/") for hit in options)
        case Abstain(nearest):
            assert len(nearest) <= 3
            assert not any(hit.entry_id.startswith("smalltalk/") for hit in nearest)


LIKELY = [
    ("nothing", [], False),
    ("of another world", [("A", 0.02), ("B", 0.01)], False),
    ("faint, but together enough", [("A", 0.05), ("C", 0.05)], True),
    ("small talk is no entry", [("smalltalk/hi", 0.9), ("A", 0.01)], False),
    ("an entry with numbers", [("A", 0.99)], True),
    ("surely one without", [("B", 0.99), ("A", 0.01)], False),
    ("likely one without", [("B", 0.7), ("A", 0.3)], True),
]


@pytest.mark.parametrize(("hits", "numeric"), [row[1:] for row in LIKELY], ids=[row[0] for row in LIKELY])
def test_who_computes(hits: list[tuple[str, float]], numeric: bool) -> None:
    found = [Hit(entry_id, "", score) for entry_id, score in hits]
    assert is_numeric(found, {"A", "C"}) is numeric
