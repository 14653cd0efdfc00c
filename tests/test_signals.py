"""Signals: their shapes and names, and that no question whatever breaks them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.entry import Entry
from index.engine import Engine
from index.segment import Reading
from index.signals import COMMON, GROUP_FEATURES, NAMES, NULL_FEATURES, POSITIVE, Signals, denies, features
from tests.support.index_fixtures import ENTRIES

ODD = [
    "",
    " ",
    "？",
    "😀",
    "\x00",
    "\ud800",
    "a",
    "7",
    "门",
    "羴",
    "0" * 500,
    "水温" * 300,
    "select * from entries; --",
    "<b>门票</b>",
    "门票\n多少钱\r\n\t",
    "ｍｅｎｐｉａｏ",
    "ß ŉ ǰ",
    "𠮷𠮶",
    "门 票 多 少 钱",
]


def measured(engine: Engine, *texts: str) -> list[Signals]:
    readings = [engine.segmenter.read(text) for text in texts]
    return engine.sensor.measure(readings, engine.encoder.encode(readings), engine.segmenter)


@pytest.mark.parametrize("text", ODD)
def test_odd_readings(pool_engine: Engine, text: str) -> None:
    sensor, (signals,) = pool_engine.sensor, measured(pool_engine, text)
    assert signals.values.shape == (len(pool_engine.groups), len(NAMES))
    assert signals.common.shape == (len(COMMON),)
    assert np.isfinite(signals.values).all() and np.isfinite(signals.common).all()
    assert signals.nearest.shape == (len(pool_engine.groups),) and signals.nearest.max() < len(sensor.neighbours)
    near = signals.nearest[signals.nearest >= 0]
    assert len(near) and np.array_equal(sensor.group[near], np.flatnonzero(signals.nearest >= 0))
    groups, null = features(signals)
    assert groups.shape == (len(pool_engine.groups) - 1, GROUP_FEATURES) and null.shape == (NULL_FEATURES,)
    assert np.isfinite(groups).all() and np.isfinite(null).all()


def test_names() -> None:
    assert len(NAMES) == len(set(NAMES)) == 14 and 0 < POSITIVE < len(NAMES)


def test_nothing_speaks_for_anybody_where_nothing_was_read(pool_engine: Engine) -> None:
    (signals,) = measured(pool_engine, "")
    for name in ("bm25", "pinyin bm25", "elsewhere"):
        assert not signals.values[:, NAMES.index(name)].any(), name


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_an_indexed_question_is_its_own_neighbour(pool_engine: Engine, entry: Entry) -> None:
    (signals,) = measured(pool_engine, entry.question)
    values = signals.values
    own = pool_engine.groups.index(entry.id)
    for name in ("nearest", "bm25", "pinyin bm25", "linear", "votes"):
        assert values[:, NAMES.index(name)].argmax() == own, name
    # The encoder rounds by what it is given together.
    assert values[own, NAMES.index("nearest")] == pytest.approx(1, abs=0.03)
    for name in ("unexplained share", "most unexplained", "surface gaps", "pinyin gaps", "negation", "elsewhere"):
        assert values[own, NAMES.index(name)] == pytest.approx(0, abs=1e-6), name
    assert pool_engine.sensor.group[signals.nearest[own]] == own


def test_a_place_speaks_against_all_that_do_not_name_one(pool_engine: Engine) -> None:
    plain, strange = measured(pool_engine, "游泳馆几点开门", "上海的游泳馆几点开门")
    place = NAMES.index("elsewhere")
    assert not plain.values[:, place].any() and strange.values[:, place].all()
    assert not plain.common[COMMON.index("elsewhere")] and strange.common[COMMON.index("elsewhere")]


@pytest.mark.parametrize(
    ("text", "is_denial"),
    [
        ("没有健康证能下水吗", True),
        ("不办健康证行吗", True),
        ("忘了带手牌", True),
        ("未办卡怎么进", True),
        ("能不能下水", False),
        ("有没有月卡", False),
        ("是不是要办卡", False),
        ("不知道几点开门", False),
        ("差不多要多少钱", False),
        ("别人的卡", False),
        ("几点开门", False),
        ("能不能不办卡", True),
    ],
)
def test_denials(text: str, is_denial: bool) -> None:
    assert denies(Reading(text, tuple(text))) is is_denial


def test_a_denial_speaks_against_what_does_not_deny(pool_engine: Engine) -> None:
    signs = measured(pool_engine, "办健康证能下水", "没办健康证能下水")
    own, column = pool_engine.groups.index("A3"), NAMES.index("negation")
    nearest = [pool_engine.texts[one.nearest[own]] for one in signs]
    for text, one in zip((False, True), signs, strict=True):
        row = one.nearest[own]
        assert one.values[own, column] == (bool(pool_engine.sensor.negated[row]) != text), nearest


def test_many_at_once_are_as_one_by_one(pool_engine: Engine) -> None:
    texts = [*ODD, *(entry.question for entry in ENTRIES)]
    readings = [pool_engine.segmenter.read(text) for text in texts]
    vectors = pool_engine.encoder.encode(readings)
    sensor = pool_engine.sensor
    together = sensor.measure(readings, vectors, pool_engine.segmenter)
    for place, one in enumerate(together):
        (alone,) = sensor.measure([readings[place]], vectors[[place]], pool_engine.segmenter)
        assert np.allclose(alone.values, one.values, atol=1e-5), texts[place]
        assert np.allclose(alone.common, one.common, atol=1e-5), texts[place]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60) | st.text("门票水温几点钱，。？ a1", max_size=120))
def test_no_question_raises(pool_engine: Engine, text: str) -> None:
    hits = pool_engine.search(text)
    assert all(0 <= hit.score <= 1 for hit in hits)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert str(pool_engine.explain(text))
    pool_engine.suggest(text)
