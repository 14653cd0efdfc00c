"""The gate: most messages are kept back at a glance, and none that asks for a number."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.calculator.gate import Gate
from bot.calculator.reading import Message
from bot.calculator.vocabulary import LEVEL, PLACE, Hints
from corpus.entries import load_corpus
from corpus.text import fold
from tests.calculator_cases import CASES, NOW, read_calculator_cases, real_calculator
from tests.test_calc_words import words

TABLES = ("calculator.tsv", "calculator_hard.tsv", "calculator_router.tsv", "calculator_examples.tsv")


def asked() -> list[str]:
    """Return every question of the tables, of the evaluation and of the corpus."""
    rows = [case.question for table in TABLES for case in read_calculator_cases(table)]
    for table in ("questions.tsv", "outside.tsv"):
        lines = (CASES / table).read_text(encoding="utf-8").splitlines()
        rows += [line.split("\t")[-1] for line in lines if line and not line.startswith("#")]
    corpus = load_corpus()
    return [*rows, *(similar.text for entry in corpus.entries for similar in entry.similar), *corpus.outside]


def test_whoever_asks_for_nothing_would_get_nothing() -> None:
    calculator, questions = real_calculator(), asked()
    gated = [calculator._reply(None, question, NOW.date()) for question in questions]
    with patch.object(Gate, "_asks", return_value=True):
        ungated = [calculator._reply(None, question, NOW.date()) for question in questions]
    lost = [question for question, was, said in zip(questions, gated, ungated, strict=True) if was != said]
    assert len(questions) > 7000
    assert lost == []


def test_most_questions_are_kept_back() -> None:
    calculator = real_calculator()
    similar = [one.text for entry in load_corpus().entries for one in entry.similar]
    passed = [text for text in similar if calculator._gate.passes(Message.of(fold(text), words()))]
    assert len(passed) < len(similar) / 3


@pytest.mark.parametrize(
    "text", ["住院一共花了20000，三级医院", "插班生1月办要交多少", "已经报了800，门诊限额还剩多少", "1+2"]
)
def test_numeric_questions_pass(text: str) -> None:
    assert real_calculator().reply(text) is not None


PIECES = st.sampled_from([word for cue in words().cues.values() for word in cue.words])
SIGNS = st.text("报多少几个月住院门诊社康三级医保2万元?，。 广州深圳没有备案的了吗", max_size=12)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(PIECES, SIGNS), max_size=5).map("".join))
def test_every_word_that_is_there_is_hinted_at(text: str) -> None:
    message = Message.of(fold(text), words())
    there = {name for name, cue in words().cues.items() if cue.said_in(message.text)}
    there |= {LEVEL} if any(level.said_in(message.text) for level in words().levels.values()) else set()
    there |= {PLACE} if words().places.said_in(message.text) else set()
    assert there <= message.hints


def test_hints_of_nothing() -> None:
    assert Hints({}).of("少儿医保") == words().hints("") == frozenset()
