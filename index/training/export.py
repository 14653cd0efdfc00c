"""Export: vectors and vocabulary as a sentence-transformers folder that loads with no network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray


def quantise(vectors: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return whole-number rows (-127 to 127) and the factor of each row."""
    factors = np.maximum(np.abs(vectors).max(axis=1), 1e-12) / 127
    return np.rint(vectors / factors[:, None]).astype(np.int8), factors.astype(np.float32)


def export(vectors: NDArray[np.float32], tokens: list[str], folder: Path, card: str) -> None:
    """Write `StaticEmbedding` + `Normalize` over a whitespace tokenizer into `folder`."""
    # Heavy, and needed here only.
    from safetensors.numpy import save_file
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import WhitespaceSplit

    tokenizer = Tokenizer(WordLevel({"[UNK]": 0} | {token: i + 1 for i, token in enumerate(tokens)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = WhitespaceSplit()
    rows = np.vstack([np.zeros((1, vectors.shape[1]), dtype=np.float32), vectors])
    static = StaticEmbedding(tokenizer, embedding_weights=rows)
    SentenceTransformer(modules=[static, Normalize()], device="cpu").save(str(folder), create_model_card=False)
    # sentence-transformers reads this pair of names too, and multiplies: a quarter of the size.
    embeddings, weights = quantise(rows)
    save_file({"embeddings": embeddings, "weights": weights}, str(folder / "model.safetensors"))
    (folder / "README.md").write_text(card, encoding="utf-8")
