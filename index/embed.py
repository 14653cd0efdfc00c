"""Embedders: readings in, unit vectors out.

* `StaticEmbedder` reads the shipped sentence-transformers folder with numpy alone: a token's row, the mean of the
  rows, unit length. `TunedEmbedder` is the same with some rows replaced by the corpus's own.
* `TransformerEmbedder` runs any other sentence-transformers model, and needs torch for it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from index import runs
from index.errors import ModelMissing
from index.segment import Reading, key_of, with_characters

Vectors = NDArray[np.float32]

_TOGETHER = 256


class Embedder(Protocol):
    """What turns readings into unit vectors."""

    name: str
    dimensions: int

    def encode(self, readings: Sequence[Reading]) -> Vectors:
        """Return one unit row per reading, float32 [n, dimensions]; zeros where nothing is known."""


class StaticEmbedder:
    """A table of token vectors, kept as whole numbers with a factor per row."""

    def __init__(self, name: str, rows: Mapping[str, int], table: NDArray[np.int8], factors: Vectors) -> None:
        """Hold `table` [tokens, dimensions] and `factors` [tokens]; `rows` names the row of each token."""
        self.name = name
        self.rows = rows
        self.dimensions = int(table.shape[1])
        self._table = table
        self._factors = np.append(factors, np.float32(0))

    @classmethod
    def load(cls, folder: Path) -> StaticEmbedder:
        """Read a folder that `make train` wrote; no network, no torch."""
        try:
            vocabulary = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
            arrays = load_file(folder / "model.safetensors")
            return cls(folder.name, vocabulary, arrays["embeddings"], arrays["weights"].astype(np.float32))
        except (OSError, KeyError, ValueError, SafetensorError) as error:
            raise ModelMissing(folder, str(error)) from error

    def vectors_of(self, tokens: Sequence[str]) -> Vectors:
        """Return the rows of the `tokens` that are known, float32 [known, dimensions]."""
        ids = [row for row in map(self.rows.get, tokens) if row is not None]
        return self._table[ids] * self._factors[ids, None]

    def rows_of(self, tokens: Sequence[str]) -> Vectors:
        """Return a row for each token, float32 [len(tokens), dimensions]; zeros for one that is not known."""
        # The factor after the last is zero.
        ids = [self.rows.get(token, -1) for token in tokens]
        return self._table[ids] * self._factors[ids, None]

    def encode(self, readings: Sequence[Reading]) -> Vectors:
        """Return one unit row per reading, float32 [n, dimensions]; zeros where nothing is known."""
        return _encode(readings, self.dimensions, self._token_rows)

    def _token_rows(self, readings: Sequence[Reading]) -> tuple[Vectors, list[int]]:
        rows = self.rows_of([token for reading in readings for token in reading.tokens])
        return rows, [len(reading.tokens) for reading in readings]


class TunedEmbedder:
    """A static embedder with the rows of the corpus's own tokens replaced."""

    def __init__(self, base: StaticEmbedder, tokens: Sequence[str], table: Vectors) -> None:
        """Replace the rows of `tokens` by `table` [len(tokens), dimensions]."""
        self.name = f"{base.name} (tuned)"
        self.dimensions = base.dimensions
        self.tokens = tuple(tokens)
        self.table = table
        self._base = base
        keys = np.array([key_of(token) for token in tokens], dtype=np.int64)
        order = keys.argsort()
        self._keys, self._sorted = keys[order], table[order]
        # The row of each word with those of its characters: a question has half as many words as tokens.
        self._words = self._spelt([self.tokens[i] for i in order])

    def encode(self, readings: Sequence[Reading]) -> Vectors:
        """Return one unit row per reading, float32 [n, dimensions]; zeros where nothing is known."""
        return _encode(readings, self.dimensions, self._rows_of)

    def _rows_of(self, readings: Sequence[Reading]) -> tuple[Vectors, list[int]]:
        rows, strange = self._look_up(self._words, [key for reading in readings for key in reading.keys])
        if len(strange):
            words = [word for reading in readings for word in reading.words]
            rows[strange] = self._spelt([words[i] for i in strange])
        return rows, [len(reading.words) for reading in readings]

    def _spelt(self, words: Sequence[str]) -> Vectors:
        """Return the sum of each word's row and those of its characters."""
        tokens = [with_characters([word]) for word in words]
        flat = [token for some in tokens for token in some]
        rows, strange = self._look_up(self._sorted, list(map(key_of, flat)))
        rows[strange] = self._base.rows_of([flat[i] for i in strange])
        return runs.sums(rows, np.array(list(map(len, tokens))))

    def _look_up(self, table: Vectors, keys: list[int]) -> tuple[Vectors, NDArray[np.int64]]:
        """Return the rows of `keys`, and the places of those that have none."""
        wanted = np.array(keys, dtype=np.int64)
        places = self._keys.searchsorted(wanted)
        strange = np.flatnonzero(self._keys.take(places, mode="clip") != wanted)
        return table.take(places, axis=0, mode="clip"), strange


class TransformerEmbedder:
    """Any sentence-transformers model, by folder or hub name; it reads the question as it was typed."""

    def __init__(self, name: str) -> None:
        """Load the model `name`; the first import of torch takes seconds."""
        from sentence_transformers import SentenceTransformer  # heavy, and needed for foreign models only

        try:
            self._model = SentenceTransformer(name, device="cpu")
        except (OSError, ValueError) as error:
            raise ModelMissing(Path(name), str(error)) from error
        self.name = Path(name).name
        self.dimensions = int(self._model.get_embedding_dimension() or 0)

    def encode(self, readings: Sequence[Reading]) -> Vectors:
        """Return one unit row per reading, float32 [n, dimensions]."""
        texts = [reading.text for reading in readings]
        vectors: Vectors = self._model.encode(texts, normalize_embeddings=True, show_progress_bar=len(texts) > 500)
        return vectors.astype(np.float32)


def _encode(
    readings: Sequence[Reading],
    dimensions: int,
    rows_of: Callable[[Sequence[Reading]], tuple[Vectors, list[int]]],
) -> Vectors:
    """Return the sums of the readings' rows at length one; `rows_of` returns rows and how many each reading has."""
    vectors = np.empty((len(readings), dimensions), dtype=np.float32)
    # Some at a time, for all their tokens' rows are in memory at once.
    for start in range(0, len(readings), _TOGETHER):
        rows, lengths = rows_of(readings[start : start + _TOGETHER])
        vectors[start : start + _TOGETHER] = runs.sums(rows, np.array(lengths))
    return unit(vectors)


def unit(vectors: Vectors) -> Vectors:
    """Return rows of length one; a row of zeros stays."""
    norms: Vectors = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))[:, None]
    return (vectors / np.maximum(norms, 1e-9)).astype(np.float32, copy=False)


def is_static(folder: Path) -> bool:
    """Return whether `folder` holds a table over whitespace tokens, as `make train` writes it."""
    tokenizer = folder / "tokenizer.json"
    if not tokenizer.is_file():
        return False
    try:
        kind = (json.loads(tokenizer.read_text(encoding="utf-8")).get("pre_tokenizer") or {}).get("type")
    except ValueError as error:
        raise ModelMissing(folder, f"tokenizer.json 读不懂：{error}") from None
    return bool(kind == "WhitespaceSplit")


def open_embedder(name: str | Path) -> StaticEmbedder | TransformerEmbedder:
    """Return the embedder for a folder or a hub name."""
    folder = Path(name)
    return StaticEmbedder.load(folder) if is_static(folder) else TransformerEmbedder(str(name))
