"""The engine: a question in, the right entry out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.decide import Answer, decide
from corpus.entries import Corpus
from corpus.entry import Entry, Similar
from index.disk import default_model
from index.engine import Engine
from index.signals import Sensor
from tests.support.index_fixtures import ENTRIES, OUTSIDE, RETIRED_ENTRY, shipped_encoder
from tests.support.wrapping import WRAPS

IDS = [entry.id for entry in ENTRIES]
UNSEEN = [
    ("门票价钱是多少", "A1"),
    ("月卡什么价钱", "A1"),
    ("请问晚上几点关门呀", "A2"),
    ("营业时间", "A2"),
    ("健康证要带什么", "A3"),
    ("健康正怎么办", "A3"),
    ("手牌弄丢了赔多少钱", "A4"),
    ("更衣櫃怎麼用", "A4"),
    ("培训班报名", "A5"),
    ("小朋友学游泳在哪里报名", "A5"),
    ("深水区有多深", "A6"),
    ("水温是多少度", "A6"),
]
STORY = (
    "我昨天带着两个孩子从很远的地方坐车过来，路上堵了好久，大家都很累。到了才发现忘了带泳帽，只好在旁边的小店买了一顶！"
    "后来下起了雨，我们在大厅里坐了半天，孩子饿得直哭；我先生也有点不高兴。"
)
QUESTIONS_LAST = [
    ("没有健康证能下水吗？", "A3"),
    ("池子的水温几度", "A6"),
    ("请问小孩子办健康证要带什么证件？", "A3"),
    ("健康证怎么办？", "A3"),
    ("门票多少钱？", "A1"),
]


@pytest.mark.parametrize("entry", ENTRIES, ids=IDS)
def test_a_standard_question_finds_its_entry(pool_engine: Engine, entry: Entry) -> None:
    hit = pool_engine.search(entry.question)[0]
    assert (hit.entry_id, hit.phrasing, hit.passage) == (entry.id, entry.question, "")
    assert hit.score >= pool_engine.thresholds(0.5).answer


def test_similar_questions_find_their_entry(pool_engine: Engine) -> None:
    asked = [(similar.text, entry.id) for entry in ENTRIES for similar in entry.similar]
    missed = [text for text, entry_id in asked if pool_engine.search(text)[0].entry_id != entry_id]
    assert len(missed) <= 0.05 * len(asked), missed


def test_similar_questions_find_their_passage(pool_engine: Engine) -> None:
    asked = [(similar.text, similar.passage) for similar in ENTRIES[0].similar]
    missed = [text for text, passage in asked if pool_engine.search(text)[0].passage != passage]
    assert len(missed) <= 1, missed


def test_unseen_questions(pool_engine: Engine) -> None:
    missed = [text for text, entry_id in UNSEEN if pool_engine.search(text)[0].entry_id != entry_id]
    assert len(missed) <= 2, missed


def test_small_talk(pool_engine: Engine) -> None:
    assert pool_engine.search("你好")[0].entry_id == "smalltalk/greeting"
    assert pool_engine.search("谢谢")[0].entry_id == "smalltalk/thanks"


def test_outside_questions_score_low(pool_engine: Engine) -> None:
    answer = pool_engine.thresholds(0.98).answer
    outside = [pool_engine.search(text)[0].score for text in OUTSIDE]
    own = [pool_engine.search(entry.question)[0].score for entry in ENTRIES]
    assert np.mean(np.array(outside) < answer) >= 0.95
    assert max(outside) < np.median(own)


@pytest.mark.parametrize("text", ["", "   ", "？？！", "😀😀", "\x00", "\ud800", "。", "——", "\n\t", "🏊‍♀️"])
def test_a_text_with_nothing_in_it(pool_engine: Engine, text: str) -> None:
    assert pool_engine.search(text) == []
    assert pool_engine.suggest(text) == []
    assert "分词：" in str(pool_engine.explain(text))


def test_noise_is_not_answered(pool_engine: Engine) -> None:
    answer = pool_engine.thresholds(0.98).answer
    for text in ("羴", "asdfghjkl", "1", "8888", "哦哦", "qwerty 123"):
        assert all(hit.score < answer for hit in pool_engine.search(text)), text


@pytest.mark.parametrize("k", [0, 1, 3, 8, 100])
def test_k(pool_engine: Engine, k: int) -> None:
    hits = pool_engine.search("门票多少钱", k)
    groups = len(pool_engine.groups) - 1
    assert len(hits) == len({hit.entry_id for hit in hits}) == min(k, groups)
    assert hits == pool_engine.search("门票多少钱", 100)[:k]
    assert len(pool_engine.related("A1", k)) == min(k, len(ENTRIES) - 1)
    assert len(pool_engine.suggest("几", k)) <= k


@pytest.mark.parametrize(("question", "entry_id"), QUESTIONS_LAST)
def test_a_long_message_with_the_question_last(pool_engine: Engine, question: str, entry_id: str) -> None:
    assert len(pool_engine.segmenter.read(STORY).words) > 24
    hit = pool_engine.search(f"{STORY}{question}")[0]
    assert hit.entry_id == entry_id
    assert hit.score >= pool_engine.thresholds(0.98).offer
    assert pool_engine.search(STORY)[0].score < hit.score


def test_a_very_long_message(pool_engine: Engine) -> None:
    assert pool_engine.search(STORY * 20 + "没有健康证能下水吗？")[0].entry_id == "A3"


def test_a_retired_entry_is_gone(pool_engine: Engine) -> None:
    assert list(pool_engine.entries) == IDS
    found = {hit.entry_id for hit in pool_engine.search(RETIRED_ENTRY.question, 100)}
    assert RETIRED_ENTRY.id not in found and found <= {*IDS, "smalltalk/greeting", "smalltalk/thanks"}


def test_probabilities_are_shared_among_entries(pool_engine: Engine) -> None:
    for entry in ENTRIES:
        hits = pool_engine.search(entry.question)
        assert all(0 <= hit.score <= 1 for hit in hits)
        assert hits[0].score > 2 * hits[1].score


def test_related(pool_engine: Engine) -> None:
    for entry_id in IDS:
        related = pool_engine.related(entry_id)
        assert len(related) == len(set(related)) == 3 and set(related) < set(IDS) - {entry_id}
    assert pool_engine.related("Z9") == pool_engine.related("smalltalk/thanks") == []


@pytest.mark.parametrize(("typed", "entry_id"), [("健康", "A3"), ("更衣", "A4"), ("水温", "A6"), ("游泳培訓", "A5")])
def test_suggest(pool_engine: Engine, typed: str, entry_id: str) -> None:
    ids = pool_engine.suggest(typed)
    assert ids[0] == entry_id and len(ids) == len(set(ids)) and set(ids) <= set(IDS)


def test_explain(pool_engine: Engine) -> None:
    text = str(pool_engine.explain("月卡多少钱"))
    assert text.startswith("分词：月 / 卡 / 多少钱\n")
    assert "1. A1" in text and "段落 月卡" in text and "资料外" in text and "pinyin bm25" in text


def test_says_what_it_is(pool_engine: Engine) -> None:
    assert pool_engine.model_name == default_model().name and len(pool_engine.version) == 12


def test_the_same_question_the_same_answer(pool_engine: Engine) -> None:
    texts = [text for text, _ in UNSEEN] + [STORY]
    first = [pool_engine.search(text) for text in texts]
    assert [pool_engine.search(text) for text in reversed(texts)] == first[::-1]


def test_what_was_found_is_remembered(pool_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = replace(pool_engine)
    first = engine.search("月卡多少钱")
    kept = list(first)
    first.clear()  # what a caller does with its list is its own affair
    assert engine.search("") == []
    monkeypatch.setattr(Sensor, "measure", None)
    assert engine.search("月卡多少钱") == kept and engine.search("") == []


OWN = [(text, entry.id) for entry in ENTRIES for text in (entry.question, *(one.text for one in entry.similar))]


@pytest.mark.parametrize("precision", [*np.linspace(0.5, 0.99, 6), 0.999])
def test_what_stands_in_the_corpus_is_answered_by_its_own_entry(pool_engine: Engine, precision: float) -> None:
    thresholds = pool_engine.thresholds(precision)
    for text, entry_id in OWN:
        decision = decide(pool_engine.search(text), thresholds)
        assert isinstance(decision, Answer) and decision.hit.entry_id == entry_id, text
    for text in OUTSIDE:
        assert not isinstance(decide(pool_engine.search(text), thresholds), Answer), text


def test_a_title_is_its_own_entry_s_whoever_else_says_it(pool: Corpus) -> None:
    title = ENTRIES[5].question
    thief = replace(ENTRIES[0], similar=(*ENTRIES[0].similar, Similar(title), Similar("池水深度")))
    engine = Engine.build(replace(pool, entries=(thief, *ENTRIES[1:])), shipped_encoder())
    (hit, *_) = engine.search(title)
    assert hit.entry_id == "A6" and hit.score >= engine.thresholds(0.999).answer
    # What two entries have is nobody's alone.
    assert engine.search("池水深度")[0].score < 0.999


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(question=st.sampled_from([*(text for text, _ in UNSEEN), *OUTSIDE[:6]]), wrap=WRAPS)
def test_a_wrapped_question_gets_what_the_bare_one_gets(pool_engine: Engine, question: str, wrap: str) -> None:
    wrapped = pool_engine.search(wrap.replace("Q", question))
    alone = pool_engine.search(question)
    assert [hit.entry_id for hit in wrapped] == [hit.entry_id for hit in alone]
    assert [hit.score for hit in wrapped] == pytest.approx([hit.score for hit in alone])


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        ("月卡多少钱，水温几度？", ["月卡多少钱", "水温几度"]),
        ("几点开门？健康证怎么办？", ["几点开门", "健康证怎么办"]),
        ("我带孩子来，几点开门", []),
        ("月卡多少钱", []),
        ("您好，月卡多少钱，谢谢", []),
        ("几点？水温几度？", []),
        ("", []),
    ],
)
def test_the_questions_of_a_message(pool_engine: Engine, text: str, questions: list[str]) -> None:
    assert pool_engine.questions(text) == questions


def test_of_a_long_message_no_questions_are_picked(pool_engine: Engine) -> None:
    assert pool_engine.questions("，".join(text for text, _ in UNSEEN[:6])) == []


@pytest.mark.parametrize(
    ("text", "leans"),
    [
        ("那老人呢", True),
        ("那周末几点关门", True),
        ("要是手牌丢了", True),
        ("老人呢？", True),
        ("还有别的吗", True),
        ("门票多少钱", False),
        ("游泳要办健康证吗", False),
        (f"那{STORY}", False),
        ("", False),
    ],
)
def test_what_leans_on_the_last_answer(pool_engine: Engine, text: str, leans: bool) -> None:
    assert pool_engine.leans(text) is leans


def test_a_strange_place_makes_a_question_less_sure(pool_engine: Engine) -> None:
    here, there = (pool_engine.search(f"{place}泳池几点关门")[0].score for place in ("", "上海"))
    assert there < here


def test_what_was_typed_differently_is_read_alike(pool_engine: Engine) -> None:
    first = pool_engine.search("健康证怎么办")[0]
    for text in ("健康證怎麼辦", "健康证 怎么办？？？", "“健康证”怎么办😀", "健 康 证 怎 么 办"):
        assert pool_engine.search(text)[0] == first, text
