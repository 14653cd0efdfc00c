"""Encoders: readings in, unit vectors out."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from index.disk import default_model
from index.encode import ForeignEncoder, OnnxEncoder, open_encoder
from index.errors import ModelMissing
from index.segment import Reading
from tests.support.index_fixtures import shipped_encoder

TEXTS = ["水温几度", "游泳馆几点开门", "健康证怎么办", "门票多少钱", "", "𠮷", "a", "水温" * 400]


def readings(*texts: str) -> list[Reading]:
    return [Reading(text, (text,) if text else ()) for text in texts]


def test_rows_of_length_one_in_the_order_given() -> None:
    encoder = shipped_encoder()
    vectors = encoder.encode(readings(*TEXTS))
    assert vectors.shape == (len(TEXTS), 384) and vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-3)
    for text, vector in zip(TEXTS, vectors, strict=True):
        # It rounds by what it is given together, so not to the last digit.
        assert float(encoder.encode(readings(text))[0] @ vector) > 0.98, text


def test_alike_texts_lie_nearer() -> None:
    one, same, other = shipped_encoder().encode(readings("泳池水温是多少", "池子里的水几度", "公积金怎么提取"))
    assert one @ same > one @ other


def test_tells_how_many_are_done() -> None:
    done: list[int] = []
    shipped_encoder().encode(readings(*(f"第{n}场" for n in range(70))), done.append)
    assert done == sorted(done) and done[-1] == 70 and len(done) > 1


def test_many_at_once_are_as_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.encode._MANY", 4)
    many, encoder = readings(*TEXTS), shipped_encoder()
    together = encoder.encode(many)
    monkeypatch.undo()
    assert np.einsum("ij,ij->i", together, encoder.encode(many)).min() > 0.98


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
@pytest.mark.parametrize("content", [None, b"", b"not a model"], ids=["gone", "empty", "another"])
def test_a_damaged_model(tmp_path: Path, name: str, content: bytes | None) -> None:
    for path in default_model().iterdir():
        (tmp_path / path.name).symlink_to(path)
    (tmp_path / name).unlink()
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ModelMissing, match=r"读不到向量模型.*FAQ_MODEL"):
        OnnxEncoder(tmp_path)


class Foreign:
    """Stands for a sentence-transformers model, which needs torch and a download."""

    def __init__(self, name: str, device: str) -> None:
        if name == "gone":
            raise OSError("no such model")

    def encode(self, texts: list[str], normalize_embeddings: bool) -> np.ndarray:
        assert normalize_embeddings
        return np.array([[len(text), 0.0] for text in texts])


def test_any_sentence_transformers_model(monkeypatch: pytest.MonkeyPatch) -> None:
    library = ModuleType("sentence_transformers")
    library.SentenceTransformer = Foreign  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sentence_transformers", library)
    encoder, done = open_encoder("some/hub-model"), []
    assert isinstance(encoder, ForeignEncoder) and encoder.name == "hub-model"
    vectors = encoder.encode(readings("水温", "水"), done.append)
    assert vectors.dtype == np.float32 and vectors[:, 0].tolist() == [2, 1] and done == [2]
    with pytest.raises(ModelMissing, match="gone"):
        ForeignEncoder("gone")


def test_no_such_library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(ModelMissing, match=r"读不到向量模型.*\[train\]"):
        open_encoder(tmp_path)


def test_the_library_leaves_no_number_of_this_machine_and_so_reports_nothing(tmp_path: Path) -> None:
    """What onnxruntime reports to its maker is kept beside the number; with neither there is nothing to send."""
    places = {name: str(tmp_path) for name in ("HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME")}
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"} | places
    subprocess.run([sys.executable, "-c", "import index.encode"], env=environment, check=True)
    assert list(tmp_path.rglob("*")) == []
