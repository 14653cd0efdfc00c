"""The offices that the shared ranker learnt from, and what a new office gains with every question it adds."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from itertools import pairwise

import pytest

from bot.decide import Abstain, Answer, decide
from corpus.entries import Corpus, Phrases
from corpus.entry import Entry, Similar
from index.encode import Vectors
from index.engine import Engine
from index.training.offices import WRITERS, InventedOffice, draw, read_offices
from tests.support.index_fixtures import shipped_encoder

OFFICES = read_offices()
QUESTIONS = (3, 9)
# Of a hundred questions two more or less are noise.
NOISE = 0.03


@pytest.mark.parametrize("office", OFFICES, ids=lambda office: office.name)
def test_an_office_is_whole(office: InventedOffice) -> None:
    assert len(office.entries) >= 16 and all(question and answer for question, answer in office.entries.values())
    for writer in WRITERS:
        own = [line for line in office.lines if line.writer == writer]
        counts = Counter(line.entry for line in own)
        assert set(counts) == {"", *office.entries} and counts[""] >= 20
        assert min(counts[entry] for entry in office.entries) >= 4
    texts = [line.text for line in office.lines]
    assert all(text.strip() == text != "" for text in texts)


def test_no_office_is_there_twice() -> None:
    assert len({office.name for office in OFFICES}) == len(OFFICES) >= 32


@pytest.mark.parametrize("seed", range(8))
def test_what_is_asked_of_a_draw_is_another_writer_s(seed: int) -> None:
    office = OFFICES[seed]
    drawn = draw(office, random.Random(seed))
    entries = {row.group for row in drawn.rows} - {""}
    assert 8 <= len(entries) <= 24
    assert {entry for _, entry in drawn.asked} <= {"", *entries}
    said = [{line.text for line in office.lines if line.writer == writer} for writer in WRITERS]
    titles = {office.entries[entry][0] for entry in entries}
    kept = {row.text for row in drawn.rows} - titles
    asked = {text for text, _ in drawn.asked}
    assert (kept <= said[0] and asked <= said[1]) or (kept <= said[1] and asked <= said[0])


def corpus_of(office: InventedOffice, most: int) -> Corpus:
    """Return a corpus of an office with so many similar questions an entry, all by one writer, and ten strangers."""
    lines = [line for line in office.lines if line.writer == WRITERS[0]]
    entries = []
    for id_, (question, answer) in office.entries.items():
        own = [line.text for line in lines if line.entry == id_]
        similar = tuple(Similar(text) for text in own[:: len(own) // most][:most])
        entries.append(Entry(id_.upper(), office.name, question, similar, answer))
    outside = tuple(line.text for line in lines if not line.entry)[::6]
    return Corpus(tuple(entries), (), {}, outside, Phrases((), ()), "0" * 64)


@pytest.fixture(scope="module")
def engines() -> list[Engine]:
    known: Mapping[str, Vectors] = {}
    engines = []
    for most in QUESTIONS:
        engines.append(Engine.build(corpus_of(OFFICES[6], most), shipped_encoder(), known=known))
        known = dict(zip(engines[-1].spoken, engines[-1].vectors, strict=True))
    return engines


def measured(engine: Engine, office: InventedOffice) -> tuple[float, float, float, float]:
    """Return of the other writer's questions: right, wrong, strangers answered, in hand (right or offered)."""
    lines = [line for line in office.lines if line.writer == WRITERS[1]]
    inside = [line for line in lines if line.entry]
    right = wrong = answered = offered = 0
    thresholds = engine.thresholds(0.98)
    for line in lines:
        decision = decide(engine.search(line.text), thresholds)
        if not line.entry:
            answered += isinstance(decision, Answer)
        elif isinstance(decision, Answer):
            right += decision.hit.entry_id == line.entry.upper()
            wrong += decision.hit.entry_id != line.entry.upper()
        elif not isinstance(decision, Abstain):
            offered += line.entry.upper() in {hit.entry_id for hit in decision.hits}
    outside = len(lines) - len(inside)
    return right / len(inside), wrong / len(inside), answered / outside, (right + offered) / len(inside)


def test_every_question_added_helps(engines: list[Engine]) -> None:
    curve = [measured(engine, OFFICES[6]) for engine in engines]
    for (right, *_, in_hand), (more, *_, more_in_hand) in pairwise(curve):
        assert more >= right - NOISE and more_in_hand >= in_hand - NOISE, curve
    assert curve[-1][0] > curve[0][0], curve
    assert curve[0][0] >= 0.4 and curve[-1][0] >= 0.6, curve
    for _, wrong, strangers, in_hand in curve:
        assert wrong <= 0.03 and strangers <= 0.08 and in_hand >= 0.85, curve


def test_more_questions_promise_more(engines: list[Engine]) -> None:
    expected = [engine.calibration.point(0.98).right for engine in engines]
    assert all(more >= fewer - NOISE for fewer, more in pairwise(expected)), expected
