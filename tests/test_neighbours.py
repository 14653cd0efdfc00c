"""The nearest neighbours against a search that anybody can read."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import neighbours as module
from index.encode import Vectors
from index.errors import IndexDamaged
from index.neighbours import Neighbours

# A half-precision vector is off by at most one part in 2,048.
HALF = 1e-3


def unit(vectors: Vectors) -> Vectors:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def oracle(vectors: Vectors, vector: Vectors, k: int) -> tuple[np.ndarray, Vectors]:
    cosines = vectors @ vector
    rows = np.argsort(-cosines, kind="stable")[:k]
    return rows, cosines[rows]


def vectors_of(seed: int, rows: int, dimensions: int) -> Vectors:
    return unit(np.random.default_rng(seed).normal(size=(rows, dimensions)).astype(np.float32))


def clustered(rows: int, queries: int) -> tuple[Vectors, Vectors]:
    """Texts of a corpus lie in heaps, and so do the questions about them."""
    random = np.random.default_rng(0)
    heaps = random.normal(size=(120, 32))
    near = heaps[random.integers(len(heaps), size=rows + queries)]
    points = unit((near + 0.5 * random.normal(size=near.shape)).astype(np.float32))
    return points[:rows], points[rows:]


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**16), rows=st.integers(1, 60), dimensions=st.integers(1, 24), k=st.integers(1, 80))
def test_exact(seed: int, rows: int, dimensions: int, k: int) -> None:
    vectors, query = vectors_of(seed, rows, dimensions), vectors_of(seed + 1, 1, dimensions)[0]
    found, cosines = (array[0] for array in Neighbours.build(vectors).search(query[None], k))
    expected = oracle(vectors, query, k)[1]
    assert len(found) == len(set(found.tolist())) == min(k, rows)
    assert np.allclose(cosines, expected, atol=HALF)
    assert np.allclose(vectors[found] @ query, expected, atol=HALF)


def test_a_vector_of_zeros_finds_something_at_nothing() -> None:
    rows, cosines = Neighbours.build(vectors_of(0, 5, 4)).search(np.zeros((1, 4), dtype=np.float32), 3)
    assert rows.shape == (1, 3) and not cosines.any()


def test_many_rows_go_into_an_inverted_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "EXACT_ROWS", 2000)
    vectors, queries = clustered(4000, 200)
    neighbours = Neighbours.build(vectors)
    assert "IVF" in type(neighbours._index).__name__
    neighbours.save(tmp_path / "vectors")
    loaded = Neighbours.load(tmp_path / "vectors")
    hits = 0
    rows, cosines = neighbours.search(queries, 10)
    assert np.all(np.diff(cosines) <= 1e-6) and (rows >= 0).all()
    assert np.array_equal(loaded.search(queries, 10)[0], rows)
    for query, found in zip(queries, rows, strict=True):
        hits += len(set(found.tolist()) & set(oracle(vectors, query, 10)[0].tolist()))
    assert hits / (10 * len(queries)) >= 0.95


def test_many_at_once_find_what_each_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EXACT_ROWS", 2000)
    for rows in (1000, 4000):
        vectors, queries = clustered(rows, 40)
        neighbours = Neighbours.build(vectors)
        alone = [neighbours.search(query[None], 10) for query in queries]
        for one, other in zip(
            neighbours.search(queries, 10), map(np.concatenate, zip(*alone, strict=True)), strict=True
        ):
            assert np.array_equal(one, other), rows


def test_missing_neighbours_have_the_last_cosine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EXACT_ROWS", 100)
    vectors, queries = clustered(400, 3)
    neighbours = Neighbours.build(vectors)
    neighbours._index.nprobe = 1
    rows, cosines = neighbours.search(queries, 300)
    for found, near in zip(rows, cosines, strict=True):
        there = found >= 0
        assert 0 < there.sum() < 300 and there[: there.sum()].all()
        assert (near[~there] == near[there][-1]).all()


def test_the_same_rows_the_same_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "EXACT_ROWS", 100)
    vectors, _ = clustered(400, 1)
    for name in ("one", "two"):
        Neighbours.build(vectors).save(tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_saved_and_loaded(tmp_path: Path) -> None:
    vectors, query = vectors_of(3, 50, 16), vectors_of(4, 1, 16)
    neighbours = Neighbours.build(vectors)
    neighbours.save(tmp_path / "vectors")
    loaded = Neighbours.load(tmp_path / "vectors")
    assert len(loaded) == len(neighbours) == 50
    for one, other in zip(neighbours.search(query, 7), loaded.search(query, 7), strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("content", [b"", b"no vectors"])
def test_a_damaged_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "vectors"
    path.write_bytes(content)
    with pytest.raises(IndexDamaged, match=r"索引文件损坏：.*vectors.*make index") as caught:
        Neighbours.load(path)
    assert caught.value.path == path


def test_a_cut_file(tmp_path: Path) -> None:
    path = tmp_path / "vectors"
    Neighbours.build(vectors_of(0, 100, 16)).save(path)
    os.truncate(path, path.stat().st_size // 2)
    with pytest.raises(IndexDamaged):
        Neighbours.load(path)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(IndexDamaged):
        Neighbours.load(tmp_path / "nothing")
