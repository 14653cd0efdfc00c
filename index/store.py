"""Store: vectors in FAISS; all are compared while few, an inverted file above that, memory-mapped from disk."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from index.embed import Vectors
from index.errors import IndexDamaged

# `make bench` measured it: below this an exact search is faster than any other.
EXACT_ROWS = 20_000


class Store:
    """Unit vectors by row number; a search returns rows and cosines, best first."""

    def __init__(self, index: Any) -> None:
        """Hold a FAISS index."""
        # One question at a time: waking other threads costs more than they help.
        faiss.omp_set_num_threads(1)
        self._index = index

    def __len__(self) -> int:
        """Return the number of vectors."""
        return int(self._index.ntotal)

    @classmethod
    def build(cls, vectors: Vectors) -> Store:
        """Return a store of `vectors` [rows, dimensions]; they must have length one."""
        rows, dimensions = vectors.shape
        index: Any
        if rows <= EXACT_ROWS:
            # Half precision: the time goes into reading memory, and the order of neighbours stays.
            index = faiss.IndexScalarQuantizer(dimensions, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
        else:
            lists = int(4 * np.sqrt(rows))
            quantiser = faiss.IndexFlatIP(dimensions)
            index = faiss.IndexIVFFlat(quantiser, dimensions, lists, faiss.METRIC_INNER_PRODUCT)
            faiss.omp_set_num_threads(os.cpu_count() or 1)
            index.train(vectors[np.random.default_rng(0).permutation(rows)[: 40 * lists]])
            index.nprobe = max(8, lists // 64)
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

    def save(self, path: Path) -> None:
        """Write one file."""
        faiss.write_index(self._index, str(path))

    @classmethod
    def load(cls, path: Path) -> Store:
        """Open the file; a large one stays on disk and is read where it is needed."""
        try:
            return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC))
        except RuntimeError as error:
            raise IndexDamaged(path, str(error).splitlines()[0]) from error

    def search(self, vector: Vectors, k: int) -> tuple[NDArray[np.int64], Vectors]:
        """Return at most `k` rows and their cosines, best first, for one vector [dimensions]."""
        cosines, rows = self._index.search(vector[None, :], min(k, len(self)))
        found = rows[0] >= 0
        return rows[0][found], cosines[0][found]
