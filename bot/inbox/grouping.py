"""Grouping: vectors of questions in, for each the group that it belongs to; what is like no group begins one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from index.encode import Vectors

# Cosine of centred vectors. Of questions on twelve offices' subjects, nine of ten then share a group with their like.
ALIKE = 0.6
_BLOCK = 256


def unit(vectors: Vectors) -> Vectors:
    """Return vectors of length one."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    scaled: Vectors = vectors / np.maximum(lengths, 1e-9)
    return scaled


def centres_of(vectors: Vectors, owners: NDArray[np.int64], count: int) -> Vectors:
    """Return the middle of each of `count` groups; `owners` names the group of each vector."""
    centres = np.zeros((count, vectors.shape[1]), dtype=np.float32)
    np.add.at(centres, owners, vectors)
    return unit(centres)


def assign(vectors: Vectors, centres: Vectors) -> NDArray[np.int64]:
    """Return the group of each vector, in order: a number of `centres`, or from there on that of a new group."""
    known = len(centres)
    heads = np.concatenate([centres, np.zeros((len(vectors), vectors.shape[1]), dtype=np.float32)])
    groups = np.zeros(len(vectors), dtype=np.int64)
    for start in range(0, len(vectors), _BLOCK):
        block, before = vectors[start : start + _BLOCK], known
        nearest, likeness = _nearest(block, heads[:before])
        for place, vector in enumerate(block):
            # Groups that began within this block.
            fresh = heads[before:known] @ vector
            if len(fresh) and fresh.max() > likeness[place]:
                nearest[place], likeness[place] = before + int(fresh.argmax()), fresh.max()
            if likeness[place] < ALIKE:
                heads[known], nearest[place] = vector, known
                known += 1
        groups[start : start + len(block)] = nearest
    return groups


def _nearest(vectors: Vectors, heads: Vectors) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    if not len(heads):
        return np.zeros(len(vectors), dtype=np.int64), np.full(len(vectors), -1.0, dtype=np.float32)
    cosines = vectors @ heads.T
    nearest = cosines.argmax(axis=1)
    return nearest, cosines[np.arange(len(vectors)), nearest]
