"""Sums and maxima over the runs of an array, against the obvious way."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from index import runs


@given(lengths=st.lists(st.integers(0, 9), max_size=8), width=st.integers(1, 5), seed=st.integers(0, 99))
def test_runs(lengths: list[int], width: int, seed: int) -> None:
    rows = np.random.default_rng(seed).normal(size=(sum(lengths), width)).astype(np.float32)
    parts = np.split(rows, np.cumsum(lengths))[: len(lengths)]
    counts = np.array(lengths, dtype=np.int64)
    total, most = runs.sums(rows, counts), runs.highest(rows, counts)
    assert total.shape == most.shape == (len(lengths), width) and total.dtype == most.dtype == np.float32
    for i, part in enumerate(parts):
        assert np.allclose(total[i], part.sum(axis=0), atol=1e-5)
        assert np.array_equal(most[i], part.max(axis=0) if len(part) else np.zeros(width))


@given(lengths=st.lists(st.integers(0, 40), min_size=1, max_size=8), seed=st.integers(0, 99))
def test_a_run_does_not_feel_its_neighbours(lengths: list[int], seed: int) -> None:
    rows = np.random.default_rng(seed).normal(size=(sum(lengths), 3)).astype(np.float32)
    together = runs.sums(rows, np.array(lengths))
    for part, length, found in zip(np.split(rows, np.cumsum(lengths)), lengths, together, strict=False):
        assert np.array_equal(runs.sums(part, np.array([length]))[0], found)
