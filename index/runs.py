"""Runs: the rows of several questions lie one after another in one array; each question has a run of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float32]
Lengths = NDArray[np.int64]


def sums(rows: Rows, lengths: Lengths) -> Rows:
    """Return the sum of each run of rows, zeros for an empty run."""
    return _reduce(np.add, rows, lengths)


def highest(rows: Rows, lengths: Lengths) -> Rows:
    """Return the highest of each column in each run of rows, zeros for an empty run."""
    return _reduce(np.maximum, rows, lengths)


def _reduce(operation: np.ufunc, rows: Rows, lengths: Lengths) -> Rows:
    starts = lengths.cumsum() - lengths
    if lengths.all() and len(lengths):
        return operation.reduceat(rows, starts, axis=0)
    result = np.zeros((len(lengths), rows.shape[1]), dtype=np.float32)
    # An empty run takes no room, so the others follow each other without it.
    filled = np.flatnonzero(lengths)
    if len(filled):
        result[filled] = operation.reduceat(rows, starts[filled], axis=0)
    return result
