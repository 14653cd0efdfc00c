"""Encoders: readings in, unit vectors out.

* `OnnxEncoder` runs the shipped sentence encoder with onnxruntime; no torch, no network.
* `ForeignEncoder` runs any sentence-transformers model, and needs torch for it.
* `Recalling` is another one that is not asked for the same text twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from index.errors import ModelMissing
from index.memory import Memory
from index.segment import Reading

Vectors = NDArray[np.float32]

_PREFIX = "query: "  # e5 was trained to tell questions from passages by it
_MOST_TOKENS = 128
_TOGETHER = 32
_REMEMBERED = 4096
_MANY = 256  # from here on it is a build, and all cores may help


class Encoder(Protocol):
    """What turns readings into unit vectors."""

    name: str

    def encode(self, readings: Sequence[Reading], done: Callable[[int], None] = ...) -> Vectors:
        """Return one unit row per reading, float32 [n, dimensions]; tell `done` how many are ready."""


class OnnxEncoder:
    """A folder with model.onnx, which pools and normalises, and tokenizer.json."""

    def __init__(self, folder: Path) -> None:
        """Open the model on one core; more of them start when a whole corpus is encoded."""
        self.name = folder.name
        self._path = folder / "model.onnx"
        try:
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._session = _session(self._path, threads=1)
        except Exception as error:  # both libraries raise bare Exceptions
            raise ModelMissing(folder, str(error).splitlines()[0]) from error
        # Whoever tells a long story asks at its end.
        self._tokenizer.enable_truncation(_MOST_TOKENS, direction="left")
        self._tokenizer.no_padding()

    def encode(self, readings: Sequence[Reading], done: Callable[[int], None] = lambda _: None) -> Vectors:
        """Return one unit row per reading, float32 [n, dimensions]; tell `done` how many are ready."""
        session = self._session if len(readings) < _MANY else _session(self._path, threads=0)
        tokens = [one.ids for one in self._tokenizer.encode_batch([_PREFIX + each.spoken for each in readings])]
        # Only texts of like length go together: what fills up a shorter one would be computed for nothing.
        order = sorted(range(len(tokens)), key=lambda place: len(tokens[place]))
        rows: list[Vectors] = []
        for start in range(0, len(order), _TOGETHER):
            for some in _alike([tokens[place] for place in order[start : start + _TOGETHER]]):
                rows.append(session.run(None, some)[0])
            done(min(start + _TOGETHER, len(order)))
        vectors: Vectors = np.concatenate(rows)
        return vectors[np.argsort(order)]


class ForeignEncoder:
    """Any sentence-transformers model, by folder or hub name."""

    def __init__(self, name: str) -> None:
        """Load the model `name`; the first import of torch takes seconds."""
        try:
            from sentence_transformers import SentenceTransformer  # heavy, and needed for foreign models only

            self._model = SentenceTransformer(name, device="cpu")
        except ModuleNotFoundError as error:
            raise ModelMissing(
                Path(name), 'FAQ_MODEL 的模型要用 sentence-transformers：pip install ".[train]"'
            ) from error
        except (ImportError, OSError, ValueError) as error:
            raise ModelMissing(Path(name), str(error)) from error
        self.name = Path(name).name

    def encode(self, readings: Sequence[Reading], done: Callable[[int], None] = lambda _: None) -> Vectors:
        """Return one unit row per reading, float32 [n, dimensions]."""
        texts = [reading.spoken for reading in readings]
        vectors: Vectors = self._model.encode(texts, normalize_embeddings=True)
        done(len(readings))
        return vectors.astype(np.float32)


class Recalling:
    """An encoder for several engines that are asked the same: what one has had encoded, the others need not."""

    def __init__(self, encoder: Encoder) -> None:
        """Take the encoder that is to be spared."""
        self.name = encoder.name
        self._encoder = encoder
        self._known: Memory[str, Vectors] = Memory(_REMEMBERED)

    def encode(self, readings: Sequence[Reading], done: Callable[[int], None] = lambda _: None) -> Vectors:
        """Return one unit row per reading, float32 [n, dimensions]; tell `done` how many are ready."""
        rows = {each.spoken: self._known.get(each.spoken) for each in readings}
        new = {each.spoken: each for each in readings if rows[each.spoken] is None}
        if new:
            for spoken, row in zip(new, self._encoder.encode([*new.values()], done), strict=True):
                self._known.put(spoken, row)
                rows[spoken] = row
        return np.stack([row for each in readings if (row := rows[each.spoken]) is not None])


def open_encoder(name: str | Path) -> Encoder:
    """Return the encoder for a folder or a hub name."""
    return OnnxEncoder(Path(name)) if (Path(name) / "model.onnx").is_file() else ForeignEncoder(str(name))


def _session(path: Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    # Idle threads would spin for work and eat the machine.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def _alike(tokens: Sequence[Sequence[int]]) -> list[dict[str, NDArray[np.int64]]]:
    """Return model inputs for token lists sorted by length, cut where the length grows by more than a third."""
    groups: list[list[Sequence[int]]] = []
    for one in tokens:
        if groups and len(one) <= 4 + len(groups[-1][0]) * 4 // 3:
            groups[-1].append(one)
        else:
            groups.append([one])
    inputs = []
    for group in groups:
        ids = np.ones((len(group), len(group[-1])), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, one in enumerate(group):
            ids[row, : len(one)], mask[row, : len(one)] = one, 1
        inputs.append({"input_ids": ids, "attention_mask": mask})
    return inputs
