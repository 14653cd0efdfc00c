"""What the booklet's office says for itself, and the order of its answers."""

from __future__ import annotations

import re

import pytest

from corpus.check import PHRASES
from corpus.entries import ENGLISH, Phrases, corpus_path, load_corpus, read_corpus
from corpus.text import fold


@pytest.fixture(scope="module")
def phrases() -> Phrases:
    corpus, errors = read_corpus(corpus_path())
    assert not [error for error in errors if error.path.name == "phrases.toml"]
    return corpus.phrases


def test_our_sentences(phrases: Phrases) -> None:
    for key in PHRASES:
        assert phrases.text(key)
    assert "12345" in phrases.text("abstain") and "这份资料没有讲" in phrases.text("abstain")
    # Being unsure is never worded as not being in the booklet.
    assert not re.search("资料.{0,4}没有", "".join(phrases.text(key) for key in ("unsure", "clarify", "clarify_one")))
    expired = phrases.text("expired")
    assert "{years}" in expired and "深圳市税务局、深圳市医疗保障局" in expired and "\n" not in expired


def test_our_small_talk(phrases: Phrases) -> None:
    talks = {talk.name: talk for talk in phrases.smalltalk}
    assert {"greeting", "who", "real", "official", "thanks", "thanks_bye", "okay", "bye", "wrong", "human"} <= set(
        talks
    )
    assert all(12 <= len(talk.questions) <= 60 for talk in talks.values())
    assert "12345" in talks["human"].reply
    questions = [fold(text) for talk in phrases.smalltalk for text in talk.questions]
    assert len(set(questions)) == len(questions)


def test_english_goes_with_what_is_there() -> None:
    phrases = load_corpus().phrases
    english = {key.removeprefix(ENGLISH): text for key, text in phrases.sentences if key.startswith(ENGLISH)}
    assert {"abstain", "unsure", "clarify", "greeting", "expired_bar"} <= set(english)
    assert {f"talk_{talk.name}" for talk in phrases.smalltalk} <= set(english)
    for key, text in english.items():
        own = phrases.text(key) if key.isascii() and not key.startswith("talk_") else ""
        assert set(re.findall(r"{\w+}", own)) == set(re.findall(r"{\w+}", text)), key


def test_every_entry_has_a_short_label_in_two_languages() -> None:
    for entry in load_corpus().entries:
        assert 4 <= len(entry.label) <= 20 and entry.english.isascii() and entry.english


def test_categories_come_in_the_order_of_the_office() -> None:
    corpus = load_corpus()
    assert [entry.id for entry in corpus.entries] == ["E1", "E2", "E3", "P1", "P2", "P3", "P4", "P5",
                                                      "B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8"]  # fmt: skip
