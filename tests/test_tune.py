"""Tuning: what belongs together comes together, and what is outside goes away; the same every time."""

from __future__ import annotations

import numpy as np
import pytest

from corpus.entries import Corpus
from index.disk import default_model
from index.embed import StaticEmbedder, TunedEmbedder, Vectors
from index.rows import OUTSIDE, Table, rows_of
from index.segment import Segmenter
from index.tune import TuneRecipe, first_table, tune
from tests.index_fixtures import one_thread

RECIPE = TuneRecipe(steps=60)


@pytest.fixture(scope="module")
def base() -> StaticEmbedder:
    return StaticEmbedder.load(default_model())


@pytest.fixture(scope="module")
def table(pool: Corpus) -> Table:
    return Table.of(rows_of(pool), Segmenter(pool.terms, pool.synonyms))


@pytest.fixture(scope="module")
def tuned(base: StaticEmbedder, table: Table) -> TunedEmbedder:
    one_thread()
    return tune(base, table.readings, table.group, RECIPE)


def _means(vectors: Vectors, groups: np.ndarray) -> tuple[float, float, float]:
    """Return the mean cosine within groups, between groups, and from outside to the groups."""
    cosine = vectors @ vectors.T
    inside = groups != OUTSIDE
    same = (groups[:, None] == groups[None, :]) & inside[:, None] & ~np.eye(len(groups), dtype=bool)
    other = (groups[:, None] != groups[None, :]) & inside[:, None] & inside[None, :]
    return float(cosine[same].mean()), float(cosine[other].mean()), float(cosine[~inside][:, inside].mean())


def test_moves_what_belongs_together(base: StaticEmbedder, tuned: TunedEmbedder, table: Table) -> None:
    groups = table.group
    same, other, outside = _means(base.encode(table.readings), groups)
    same_after, other_after, outside_after = _means(tuned.encode(table.readings), groups)
    assert same_after > same + 0.1
    assert other_after < other and outside_after < outside
    assert same_after - outside_after > same - outside


def test_the_same_every_time(base: StaticEmbedder, tuned: TunedEmbedder, table: Table) -> None:
    again = tune(base, table.readings, table.group, RECIPE)
    assert again.tokens == tuned.tokens
    assert np.array_equal(again.table, tuned.table)


def test_another_seed_another_table(base: StaticEmbedder, table: Table) -> None:
    one, other = (tune(base, table.readings, table.group, TuneRecipe(steps=3, seed=seed)) for seed in (0, 1))
    assert not np.array_equal(one.table, other.table)


def test_the_base_stays_as_it_was(base: StaticEmbedder, tuned: TunedEmbedder) -> None:
    fresh = StaticEmbedder.load(default_model())
    assert np.array_equal(base.vectors_of(tuned.tokens), fresh.vectors_of(tuned.tokens))


def test_a_new_word_starts_as_the_mean_of_its_characters(base: StaticEmbedder) -> None:
    segmenter = Segmenter(["深水证"])
    assert "深水证" not in base.rows
    tokens, table = first_table(base, [segmenter.read("深水证驿羴")])
    assert tokens == sorted(tokens)
    rows = dict(zip(tokens, table, strict=True))
    assert np.allclose(rows["深水证"], base.vectors_of(list("深水证")).mean(axis=0))
    assert np.allclose(rows["深"], base.vectors_of(["深"])[0])
    assert not rows["驿羴" if "驿羴" in rows else "羴"].any()


def test_tunes_without_outside_questions(base: StaticEmbedder, table: Table) -> None:
    part = table.take(np.flatnonzero(table.group > 0))
    assert np.isfinite(tune(base, part.readings, part.group, TuneRecipe(steps=3)).table).all()
