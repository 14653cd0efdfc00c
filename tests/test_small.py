"""Small corpora: whatever an office begins with builds, answers its own questions, and says what to expect."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.decide import Answer, decide
from corpus.entries import Corpus, Phrases, SmallTalk
from corpus.entry import RETIRED, Entry
from index.engine import Engine
from index.errors import CorpusTooSmall
from index.expect import expectation
from tests.support.index_fixtures import ENTRIES, OUTSIDE, shipped_encoder

PRECISIONS = (0.5, 0.7, 0.9, 0.98, 0.999)


def corpus_of(entries: tuple[Entry, ...], outside: tuple[str, ...] = (), talk: tuple[SmallTalk, ...] = ()) -> Corpus:
    return Corpus(entries, (), {}, outside, Phrases((), talk), "0" * 64)


def titles_only(*entries: Entry) -> tuple[Entry, ...]:
    return tuple(replace(entry, similar=()) for entry in entries)


HELLO = (SmallTalk("greeting", ("你好", "在吗"), "您好！"),)
CORPORA = {
    "one entry, its title alone": corpus_of(titles_only(ENTRIES[1])),
    "one entry": corpus_of(ENTRIES[:1]),
    "one entry and a greeting": corpus_of(titles_only(ENTRIES[1]), talk=HELLO),
    "one entry and one stranger": corpus_of(titles_only(ENTRIES[1]), OUTSIDE[:1]),
    "two titles": corpus_of(titles_only(*ENTRIES[:2])),
    "two titles without passages": corpus_of(titles_only(*ENTRIES[1:3])),
    "two entries": corpus_of(ENTRIES[:2]),
    "no strangers": corpus_of(ENTRIES, (), HELLO),
    "no similar questions": corpus_of(titles_only(*ENTRIES), OUTSIDE, HELLO),
    "titles and nothing else": corpus_of(titles_only(*ENTRIES)),
}


@pytest.mark.parametrize("corpus", CORPORA.values(), ids=CORPORA.keys())
def test_answers_its_own_titles(corpus: Corpus) -> None:
    engine = Engine.build(corpus, shipped_encoder())
    for entry in corpus.entries:
        hits = engine.search(f"您好，{entry.question}谢谢")
        assert hits[0].entry_id == entry.id and 0 <= hits[0].score <= 1
        for precision in PRECISIONS:
            decision = decide(hits, engine.thresholds(precision))
            assert isinstance(decision, Answer) and decision.hit.entry_id == entry.id
    assert engine.search("") == [] and len(engine.search("羴")) > 0
    assert expectation(engine.calibration).endswith("。")


@pytest.mark.parametrize(
    "corpus",
    [
        corpus_of(()),
        corpus_of((), OUTSIDE, HELLO),
        corpus_of((replace(ENTRIES[0], status=RETIRED),), OUTSIDE, HELLO),
    ],
    ids=["nothing", "no entry", "all retired"],
)
def test_nothing_to_answer_with(corpus: Corpus) -> None:
    with pytest.raises(CorpusTooSmall, match="没有一条启用的问答"):
        Engine.build(corpus, shipped_encoder())
