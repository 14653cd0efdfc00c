"""Shared: the ranker that has seen many corpora, and what came out for corpora that it had not seen."""

from __future__ import annotations

from dataclasses import fields
from importlib import resources
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

from index.calibrate import Tried
from index.rank import Ranker


def shared_path() -> Path:
    """Return the file that `make train` writes."""
    return Path(str(resources.files("index"))) / "model" / "ranker.safetensors"


def load_shared(path: Path | None = None) -> tuple[Ranker, Tried]:
    """Return the shared ranker and what it made of questions to corpora that were left out of its training."""
    arrays = load_file(path or shared_path())
    tried = Tried(*(arrays.pop(f"tried {field.name}") for field in fields(Tried)))
    return Ranker.of(arrays), tried


def save_shared(ranker: Ranker, tried: Tried, path: Path) -> None:
    """Write both into one file."""
    kept = {f"tried {field.name}": np.ascontiguousarray(getattr(tried, field.name)) for field in fields(tried)}
    save_file(ranker.arrays() | kept, path)
