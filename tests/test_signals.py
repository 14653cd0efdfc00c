"""Signals: their shapes and names, and that no question whatever breaks them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.engine import Engine
from index.segment import Reading
from index.signals import NAMES, POSITIVE, features, measure_all
from tests.index_fixtures import ENTRIES

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


@pytest.mark.parametrize("text", ODD)
def test_odd_readings(pool_engine: Engine, text: str) -> None:
    sensor = pool_engine.sensor
    signals = sensor.measure([sensor.segmenter.read(text)])
    assert signals.values.shape == (1, len(pool_engine.groups), len(NAMES))
    assert signals.common.shape == (1, 4)
    assert np.isfinite(signals.values).all() and np.isfinite(signals.common).all()
    assert signals.nearest.shape == (1, len(pool_engine.groups)) and signals.nearest.max() < len(sensor.store)
    near = signals.nearest[0][signals.nearest[0] >= 0]
    assert len(near) and np.array_equal(sensor.group[near], np.flatnonzero(signals.nearest[0] >= 0))
    groups, null = features(signals)
    assert groups.shape == (1, len(pool_engine.groups) - 1, 28) and null.shape == (1, 32)
    assert np.isfinite(groups).all() and np.isfinite(null).all()


def test_names() -> None:
    assert len(NAMES) == len(set(NAMES)) == 14 and 0 < POSITIVE < len(NAMES)


def test_nothing_speaks_for_anybody_where_nothing_was_read(pool_engine: Engine) -> None:
    signals = pool_engine.sensor.measure([Reading("", (), ())])
    assert not signals.values[..., NAMES.index("bm25")].any()
    assert not signals.values[..., NAMES.index("pinyin bm25")].any()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.id)
def test_an_indexed_question_is_its_own_neighbour(pool_engine: Engine, entry: object) -> None:
    sensor = pool_engine.sensor
    signals = sensor.measure([sensor.segmenter.read(entry.question)])
    values = signals.values[0]
    own = pool_engine.groups.index(entry.id)
    for name in ("nearest", "bm25", "pinyin bm25", "linear"):
        assert values[:, NAMES.index(name)].argmax() == own, name
    assert values[own, NAMES.index("nearest")] == pytest.approx(1, abs=2e-3)
    for name in ("unexplained share", "unexplained", "most unexplained", "surface gaps", "pinyin gaps"):
        assert values[own, NAMES.index(name)] == pytest.approx(0, abs=1e-6), name
    assert sensor.group[signals.nearest[0, own]] == own


def test_many_at_once_are_as_one_by_one(pool_engine: Engine) -> None:
    sensor = pool_engine.sensor
    readings = sensor.segmenter.read_many([*ODD, *(entry.question for entry in ENTRIES)] * 3)
    groups, null = measure_all(sensor, readings)
    for i, reading in enumerate(readings):
        own = features(sensor.measure([reading]))
        assert np.array_equal(groups[i], own[0][0]) and np.array_equal(null[i], own[1][0])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60) | st.text("门票水温几点钱，。？ a1", max_size=120))
def test_no_question_raises(pool_engine: Engine, text: str) -> None:
    hits = pool_engine.search(text)
    assert all(0 <= hit.score <= 1 for hit in hits)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert str(pool_engine.explain(text))
    pool_engine.suggest(text)
