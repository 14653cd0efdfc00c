"""Neighbours: the nearest vectors, by FAISS; all are compared while few, an inverted file above that, memory-mapped."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO, Any

import faiss
import numpy as np
from numpy.typing import NDArray

from index.encode import Vectors
from index.errors import IndexDamaged

# Up to here all vectors are compared, which takes a fifth of the time that encoding the question takes.
EXACT_ROWS = 20_000
# For many vectors FAISS turns to another product, whose last digits differ.
_TOGETHER = 16
_SAMPLES = 39  # the fewest vectors a list that FAISS asks for to find its centre


class Neighbours:
    """Unit vectors by row number; a search returns rows and cosines, best first."""

    def __init__(self, index: Any) -> None:
        """Hold a FAISS index."""
        self._index = index

    def __len__(self) -> int:
        """Return the number of vectors."""
        return int(self._index.ntotal)

    @classmethod
    def build(cls, vectors: Vectors) -> Neighbours:
        """Make the rows of `vectors` [rows, dimensions], which have length one, searchable."""
        rows, dimensions = vectors.shape
        # Half precision: the time goes into reading memory, and the order of neighbours stays.
        kind, product = faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        index: Any
        if rows <= EXACT_ROWS:
            index = faiss.IndexScalarQuantizer(dimensions, kind, product)
        else:
            lists = min(int(4 * np.sqrt(rows)), rows // _SAMPLES)
            quantiser = faiss.IndexFlatIP(dimensions)
            index = faiss.IndexIVFScalarQuantizer(quantiser, dimensions, lists, kind, product)
            faiss.omp_set_num_threads(os.cpu_count() or 1)
            index.train(vectors[np.random.default_rng(0).permutation(rows)[: 40 * lists]])
            # Of 10^6 rows one list in forty finds 99 % of the ten nearest; fewer rows want a larger share.
            index.nprobe = max(lists // 40, min(64, lists // 7))
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

    def save(self, path: Path) -> None:
        """Write one file."""
        with path.open("wb") as file:
            faiss.write_index(self._index, _name(file))

    @classmethod
    def load(cls, path: Path) -> Neighbours:
        """Open the file; a large one stays on disk and is read where it is needed."""
        try:
            with path.open("rb") as file:
                return cls(faiss.read_index(_name(file), faiss.IO_FLAG_MMAP_IFC))
        except (RuntimeError, OSError) as error:
            raise IndexDamaged(path, str(error).splitlines()[0]) from error

    def search(self, vectors: Vectors, k: int) -> tuple[NDArray[np.int64], Vectors]:
        """Return for each of `vectors` at most `k` rows and their cosines, best first.

        Where an inverted file finds fewer, rows of -1 with the last cosine fill the place.
        """
        # For this thread: other threads would spin for work and eat the machine.
        faiss.omp_set_num_threads(1)
        found = [
            self._index.search(vectors[start : start + _TOGETHER], min(k, len(self)))
            for start in range(0, len(vectors), _TOGETHER)
        ]
        cosines, rows = found[0] if len(found) == 1 else map(np.concatenate, zip(*found, strict=True))
        if rows[:, -1].min(initial=0) < 0:
            last = np.where(rows < 0, np.inf, cosines).min(axis=1, keepdims=True)
            cosines = np.where(rows < 0, np.where(np.isinf(last), 0, last), cosines)
        return rows, cosines


def _name(file: IO[bytes]) -> str:
    # FAISS takes names in UTF-8 only, whatever the file system's encoding is; this one for an open file is plain.
    return f"/dev/fd/{file.fileno()}"
