"""Training on a folder of a few hundred lines: what comes out loads, encodes and says where it is from."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from index.disk import default_model
from index.embed import StaticEmbedder, open_embedder
from index.segment import Segmenter
from index.training import contrast, data, export, factors, make
from tests.index_fixtures import ENTRIES, OUTSIDE, one_thread

GROUPS = [[similar.text for similar in entry.similar] for entry in ENTRIES]


def _write(path: Path, rows: Iterable[tuple[object, ...]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as stream:
        stream.writelines("\t".join(map(str, row)) + "\n" for row in rows)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    texts = [text for group in GROUPS for text in group]
    alike = [(a, b, 1.0, "synth_faq") for group in GROUPS for a in group for b in group if a < b]
    apart = [(a, b, 0.0, "tatoeba") for a, b in zip(texts, reversed(OUTSIDE * 2), strict=False)]
    _write(folder / "train" / "raw_text.tsv.gz", [(text, "law") for text in (*texts, *OUTSIDE)] * 14)
    _write(folder / "train" / "pairs.tsv.gz", [*alike, *apart])
    _write(folder / "eval" / "pool.tsv.gz", [row[:3] for row in (*alike[::20], *apart[::5])])
    return folder


@pytest.fixture(scope="module")
def made(source: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, float]]:
    one_thread()
    folder = tmp_path_factory.mktemp("model") / "static-zh-24"
    recipe = contrast.Recipe(epochs=3, batch=32, negatives=16, labelled=32, warmup=2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(make, "DIMENSIONS", 24)
        figures = make.make(source, folder, recipe)
    return folder, figures


def test_what_is_made_loads_and_encodes(made: tuple[Path, dict[str, float]]) -> None:
    embedder = open_embedder(made[0])
    assert isinstance(embedder, StaticEmbedder)
    assert (embedder.name, embedder.dimensions) == ("static-zh-24", 24)
    segmenter = Segmenter()
    vectors = embedder.encode([segmenter.read(text) for group in GROUPS for text in group])
    norms = np.linalg.norm(vectors, axis=1)
    assert np.isfinite(vectors).all() and np.allclose(norms[norms > 0], 1, atol=1e-5) and norms.mean() > 0.9
    groups = np.repeat(np.arange(len(GROUPS)), [len(group) for group in GROUPS])
    cosine, same = vectors @ vectors.T, groups[:, None] == groups[None, :]
    assert cosine[same].mean() > cosine[~same].mean() + 0.2


def test_what_is_made_is_measured(made: tuple[Path, dict[str, float]]) -> None:
    figures = made[1]
    assert set(figures) == {"dev start", "dev final", "pool"}
    assert all(-1 <= value <= 1 for value in figures.values())
    assert figures["pool"] > 0.3


@pytest.mark.parametrize("source_name", ["CrossWOZ", "Tatoeba", "LawRefBook", "Apache-2.0", "CC BY 4.0"])
def test_the_card_names_sources_and_licences(made: tuple[Path, dict[str, float]], source_name: str) -> None:
    for folder in (made[0], default_model()):
        assert source_name in (folder / "README.md").read_text(encoding="utf-8")


def test_the_card_gives_the_figures(made: tuple[Path, dict[str, float]]) -> None:
    card = (made[0] / "README.md").read_text(encoding="utf-8")
    assert "24 dimensions" in card
    assert all(f"| {name} | {value:.3f} |" in card for name, value in made[1].items())


def test_the_shipped_model_is_whole() -> None:
    names = {path.name for path in default_model().iterdir()}
    assert {"README.md", "model.safetensors", "tokenizer.json", "modules.json", "1_Normalize"} <= names
    embedder = StaticEmbedder.load(default_model())
    assert embedder.dimensions == make.DIMENSIONS == 128 and len(embedder.rows) > 20_000
    assert f"{len(embedder.rows) - 1:,}" in (default_model() / "README.md").read_text(encoding="utf-8")


def test_reading(source: Path) -> None:
    training = data.read(source, Segmenter())
    assert all(isinstance(word, str) for line in training.lines for word in line)
    assert {pair.source for pair in training.pairs} == {"synth_faq", "tatoeba"}
    assert {pair.label for pair in training.pairs} == {0.0, 1.0}
    assert training.question_counts["多少"] > 0


def test_split_and_balance() -> None:
    pairs = [data.Pair((str(i),), ("b",), 1.0, "tatoeba") for i in range(500)]
    train, held = data.split(pairs, 0)
    assert len(train) + len(held) == 500 and 0 < len(held) < 40 and not {*train} & {*held}
    assert data.split(pairs, 0) == (train, held)
    few = [data.Pair((str(i),), ("b",), 0.1 * i, "law_adj") for i in range(11)]
    assert len(data.balance(few, 0)) == 3, "labels of 0.8 and above are alike"
    assert len(data.balance(pairs[:10], 0)) == 10 * data.REPEATS["tatoeba"]
    many = [data.Pair((str(i),), ("b",), 1.0, "kdconv_qa") for i in range(4000)]
    assert len(data.balance(many, 0)) == data.CAPS["kdconv_qa"]


def test_vocabulary_gives_frequent_words_and_characters_a_row() -> None:
    lines = [["水温", "几", "度"]] * 5 + [["水", "深"]] * 2
    tokens, counts = factors.vocabulary(lines, 3, 2)
    assert tokens[0] == "水温" and set(tokens) == {"水温", "水", "温", "几", "度", "深"}
    assert counts["水温"] == 5


def test_cooccurrence_stays_within_its_line() -> None:
    lines = [["甲", "乙"], ["丙", "丁"]] * 3
    targets, counts = factors.cooccurrence(lines, factors.vocabulary(lines, 1, 1)[1])
    dense = counts.toarray()
    place = {word: i for i, word in enumerate(targets)}
    assert dense[place["甲"], place["乙"]] == dense[place["乙"], place["甲"]] == 3
    assert dense[place["乙"], place["丙"]] == 0


def test_quantised_rows_are_near_the_first_ones() -> None:
    vectors = np.random.default_rng(0).normal(size=(40, 16)).astype(np.float32)
    vectors[3] = 0
    whole, factor = export.quantise(vectors)
    assert whole.dtype == np.int8 and np.abs(whole.astype(int)).max() == 127
    assert np.abs(whole * factor[:, None] - vectors).max() <= factor.max() / 2 + 1e-6
    assert not whole[3].any()
