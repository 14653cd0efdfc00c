"""The language file: folded, said once, and true to what the lists promise."""

from __future__ import annotations

from dataclasses import fields

import pytest

from corpus.entries import load_corpus
from corpus.text import fold
from index.language import WordLists, chinese

LISTS = [field.name for field in fields(WordLists) if field.name != "places"]


@pytest.mark.parametrize("name", LISTS)
def test_words_are_folded(name: str) -> None:
    words = getattr(chinese(), name)
    # 急急急 is written as people write it and folded as they are.
    assert len(words) > 5 and not [word for word in words if fold(word) not in (word, word[0])]


def test_places_are_folded_and_none_is_a_plain_word() -> None:
    places = chinese().places
    assert len(places) > 400 and all(fold(place) == place and len(place) > 1 for place in places)
    assert not places & {
        "医院",
        "门诊",
        "学校",
        "社康",
        "开门",
        "中山大学",
        "东方",
        "和平",
        "长安",
        "白云",
        "朝阳",
        "日照",
        "开封",
        "安康",
    }


def test_the_shipped_corpus_knows_the_places_it_speaks_of() -> None:
    from index.ground import _told
    from index.segment import ELSEWHERE, Segmenter

    corpus = load_corpus()
    segmenter = Segmenter(corpus.terms, corpus.synonyms, _told(corpus))
    assert ELSEWHERE not in segmenter.read("深圳少儿医保").words
    for text in ("上海医保", "四川少儿医保怎么交", "惠州参保"):
        assert ELSEWHERE in segmenter.read(text).words, text
    titles = [entry.question for entry in corpus.entries]
    assert not [title for title in titles if ELSEWHERE in segmenter.read(title).words]
