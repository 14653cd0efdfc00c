"""Embedders: the table read with numpy, against sentence-transformers itself; and any other model in its place."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corpus.entries import Corpus
from index.disk import default_model, load, save
from index.embed import StaticEmbedder, TransformerEmbedder, TunedEmbedder, open_embedder, unit
from index.engine import Engine
from index.errors import IndexStale, ModelMissing
from index.segment import Reading, Segmenter, with_characters
from tests.index_fixtures import ENTRIES, OUTSIDE, one_thread

SIMILAR = [similar.text for entry in ENTRIES for similar in entry.similar]
TEXTS = [*SIMILAR[:36], "羴", "羴 游泳", "hello 12345 泳池", "的的的的的", *OUTSIDE[:10]]


@pytest.fixture(scope="module")
def static() -> StaticEmbedder:
    return StaticEmbedder.load(default_model())


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter()


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A transformer with random weights over single characters, as a sentence-transformers folder."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    one_thread()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    signs = sorted({sign for text in TEXTS for sign in text if sign.strip()})
    vocabulary = {token: number for number, token in enumerate([*special, *signs])}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    folder = tmp_path_factory.mktemp("bert")
    names = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"), special, strict=True))
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names).save_pretrained(folder / "plain")
    shape = {"hidden_size": 24, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    BertModel(BertConfig(vocab_size=len(vocabulary), **shape)).save_pretrained(folder / "plain")
    modules = [Transformer(str(folder / "plain")), Pooling(24)]
    SentenceTransformer(modules=modules, device="cpu").save(str(folder / "tiny-bert"), create_model_card=False)
    return folder / "tiny-bert"


def test_equals_sentence_transformers(static: StaticEmbedder, segmenter: Segmenter) -> None:
    from sentence_transformers import SentenceTransformer

    readings = [segmenter.read(text) for text in TEXTS]
    theirs = SentenceTransformer(str(default_model()), device="cpu").encode([" ".join(r.tokens) for r in readings])
    assert len(TEXTS) == 50
    assert np.abs(static.encode(readings) - theirs).max() <= 1e-5


def test_rows_have_length_one_or_nothing(static: StaticEmbedder, segmenter: Segmenter) -> None:
    vectors = static.encode([segmenter.read(text) for text in ("游泳", "羴", "", "游泳 羴")])
    assert vectors.dtype == np.float32 and vectors.shape == (4, static.dimensions)
    assert np.allclose(np.linalg.norm(vectors, axis=1), [1, 0, 0, 1], atol=1e-5)
    assert np.allclose(vectors[0], vectors[3]), "a token that the table does not know adds nothing"
    assert static.encode([]).shape == (0, static.dimensions)


def test_vectors_of_known_tokens(static: StaticEmbedder) -> None:
    rows = static.vectors_of(["游泳", "羴", "水"])
    assert rows.shape == (2, static.dimensions)
    with_strangers = static.rows_of(["游泳", "羴", "水"])
    assert np.array_equal(with_strangers[[0, 2]], rows) and not with_strangers[1].any()


def test_tuned_rows_replace_the_first_ones(static: StaticEmbedder) -> None:
    table = np.eye(2, static.dimensions, dtype=np.float32)
    tuned = TunedEmbedder(static, ["泳池", "驿羴"], table)
    texts = (("泳池",), ("驿羴",), ("泳池", "水"), ("水",), (), ("水池",))
    readings = [Reading("", words, tuple(with_characters(words))) for words in texts]
    vectors, base = tuned.encode(readings), static.encode(readings)
    pool = table[0] + static.rows_of(["泳", "池"]).sum(axis=0)
    assert np.allclose(vectors[0], unit(pool[None])[0], atol=1e-6)
    assert np.allclose(vectors[1], unit(table[1:] + static.rows_of(["驿"]))[0], atol=1e-6)
    assert np.allclose(vectors[2], unit(pool[None] + static.rows_of(["水"]))[0], atol=1e-6)
    assert np.allclose(vectors[[3, 5]], base[[3, 5]], atol=1e-6) and vectors[5].any()
    assert not vectors[4].any()


def _without(name: str, folder: Path) -> None:
    (folder / name).unlink()


def _cut(name: str, folder: Path) -> None:
    os.truncate(folder / name, 1000)


def _other_tensors(name: str, folder: Path) -> None:
    from safetensors.numpy import save_file

    save_file({"vectors": np.zeros((2, 2), dtype=np.float32)}, str(folder / name))


@pytest.mark.parametrize(
    ("damage", "name"),
    [
        (_without, "model.safetensors"),
        (_other_tensors, "model.safetensors"),
        (_cut, "model.safetensors"),
        (_cut, "tokenizer.json"),
    ],
)
def test_a_damaged_table(tmp_path: Path, damage: Any, name: str) -> None:
    folder = tmp_path / "model"
    shutil.copytree(default_model(), folder)
    damage(name, folder)
    with pytest.raises(ModelMissing, match=r"读不到向量模型：.*FAQ_MODEL.*make train"):
        open_embedder(folder)


def test_no_model_there(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=r"读不到向量模型：.*nowhere.*FAQ_MODEL") as caught:
        open_embedder(tmp_path / "nowhere")
    assert caught.value.path == tmp_path / "nowhere"


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="读不到向量模型"):
        open_embedder(tmp_path)


def test_a_transformer(bert: Path, segmenter: Segmenter) -> None:
    embedder = open_embedder(bert)
    assert isinstance(embedder, TransformerEmbedder)
    assert (embedder.name, embedder.dimensions) == ("tiny-bert", 24)
    vectors = embedder.encode([segmenter.read(text) for text in ("水温几度", "度几温水", "水温几度")])
    assert vectors.dtype == np.float32 and np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.allclose(vectors[0], vectors[2], atol=1e-6)
    assert not np.allclose(vectors[0], vectors[1], atol=1e-3), "it reads the order of the words"


def test_an_engine_over_a_transformer(bert: Path, pool: Corpus, tmp_path: Path) -> None:
    engine = Engine.build(pool, bert)
    assert engine.model_name == "tiny-bert"
    assert [engine.search(entry.question)[0].entry_id for entry in ENTRIES] == [entry.id for entry in ENTRIES]
    save(engine, tmp_path / "built", pool.digest, bert)
    again = load(tmp_path / "built", bert, pool.digest)
    assert [hit.entry_id for hit in again.search("水温几度")] == [hit.entry_id for hit in engine.search("水温几度")]
    with pytest.raises(IndexStale, match=r"索引用的向量模型是 tiny-bert.*make index"):
        load(tmp_path / "built")
