"""Scaling: the vector store with a thousand, a hundred thousand and a million phrasings.

The vectors are mixtures of those of the built index: encoding a million texts would take an hour.

`python -m tests.bench.scaling FILE QUERY.npy` is the second start: a fresh process opens FILE and asks once.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from index import disk
from index.encode import Vectors
from index.neighbours import Neighbours
from tests.bench.questions import held_out
from tests.bench.results import Part, spread, verdict

SIZES = (1_000, 100_000, 1_000_000)
QUICK = SIZES[:2]
K = 10
_QUERIES, _ROUNDS = 200, 10
_CHUNK = 50_000
_LEAST_RECALL, _MOST_P99, _MOST_START = 0.98, 0.010, 5.0


@dataclass(frozen=True)
class Measured:
    """What one size costs: seconds, bytes and the share of the true ten nearest that are found."""

    size: int
    build: float
    bytes: int
    recall: float
    p50: float
    p99: float
    second: float
    cold: float


def scaling(say: Callable[[str], None], sizes: tuple[int, ...] = SIZES) -> Part:
    """Measure the store at each of the `sizes`, by texts made of the corpus's words."""
    engine = disk.load(disk.default_index())
    say(f"规模：合成 {max(sizes):,} 个问法")
    middle = engine.sensor.middle
    vectors = mixtures(np.asarray(engine.vectors, dtype=np.float32) - middle, max(sizes))
    queries = _unit(engine.encoder.encode([engine.segmenter.read(text) for text in held_out()[:_QUERIES]]) - middle)
    found = []
    for size in sizes:
        say(f"规模：{size:,}")
        found.append(measure(vectors[:size], queries, Neighbours.build))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    remarks = (
        f"每个向量由两个问法的向量混成，比例随机；提问是 {len(queries)} 个没有收录的说法。"
        f"检索单线程，每问 {_ROUNDS} 遍。",
        "再次启动：新进程从 Neighbours.load 到第一次检索完；“冷”是先让系统丢掉这个文件的缓存。"
        f"测试进程内存最高 {memory:.1f} GiB。",
        "目标（一百万）：召回 ≥ 0.98，p99 < 10 毫秒，再次启动 < 5 秒："
        + ("本次没有测。" if max(sizes) < SIZES[-1] else verdict(_good(found[-1])) + "。"),
    )
    head = (
        "问法数",
        "建库（秒）",
        "文件（MB）",
        f"召回@{K}",
        "p50（毫秒）",
        "p99（毫秒）",
        "再次启动（秒）",
        "冷（秒）",
    )
    figures = {f"scale {m.size} {name}": float(getattr(m, name)) for m in found for name in Measured.__annotations__}
    return Part("规模", head, [_row(m) for m in found], figures, remarks)


def measure(vectors: Vectors, queries: Vectors, build: Callable[[Vectors], Neighbours]) -> Measured:
    """Build, save, open and ask the neighbours."""
    started = time.perf_counter()
    neighbours = build(vectors)
    built = time.perf_counter() - started
    with tempfile.TemporaryDirectory() as folder:
        path, query = Path(folder) / "vectors.faiss", Path(folder) / "query.npy"
        neighbours.save(path)
        del neighbours
        np.save(query, queries[0])
        second = second_start(path, query)
        _forget(path)
        cold = second_start(path, query)
        recall, seconds = ask(Neighbours.load(path), vectors, queries)
        p50, p99 = spread(seconds)
        return Measured(len(vectors), built, path.stat().st_size, recall, p50, p99, second, cold)


def ask(neighbours: Neighbours, vectors: Vectors, queries: Vectors) -> tuple[float, list[float]]:
    """Return the recall against an exact search, and the seconds of each search on one thread."""
    least = exact(vectors, queries)
    good, seconds = 0, list[float]()
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        for number in range(_ROUNDS + 1):
            for query, border in zip(queries, least, strict=True):
                started = time.perf_counter()
                rows = neighbours.search(query[None], K)[0][0]
                if number:  # the first round reads the file in
                    seconds.append(time.perf_counter() - started)
                else:
                    # By true cosines: of several rows at the same distance any is right, and so for rounded storage.
                    good += int((vectors[rows] @ query >= border - 1e-5).sum())
    finally:
        faiss.omp_set_num_threads(threads)
    return good / (len(queries) * min(K, len(vectors))), seconds


def exact(vectors: Vectors, queries: Vectors) -> NDArray[np.float32]:
    """Return the cosine of each query's K-th nearest vector, found by comparing all."""
    best = np.full((len(queries), 0), -1, dtype=np.float32)
    for start in range(0, len(vectors), _CHUNK):
        both = np.concatenate([best, queries @ vectors[start : start + _CHUNK].T], axis=1)
        best = -np.partition(-both, min(K, both.shape[1]) - 1, axis=1)[:, :K]
    result: NDArray[np.float32] = best.min(axis=1)
    return result


def second_start(path: Path, query: Path) -> float:
    """Return the seconds that a fresh process needs to open `path` and ask once."""
    command = [sys.executable, "-m", "tests.bench.scaling", str(path), str(query)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _forget(path: Path) -> None:
    """Have the system drop its cached copy of a file."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def mixtures(vectors: Vectors, count: int) -> Vectors:
    """Return `count` unit vectors, each between two of `vectors` [rows, dimensions]."""
    random = np.random.default_rng(0)
    mixed = np.empty((count, vectors.shape[1]), dtype=np.float32)
    for start in range(0, count, _CHUNK):
        some = min(_CHUNK, count - start)
        first, second = random.integers(len(vectors), size=(2, some))
        share = random.random((some, 1), dtype=np.float32)
        mixed[start : start + some] = _unit(share * vectors[first] + (1 - share) * vectors[second])
    return mixed


def _unit(vectors: Vectors) -> Vectors:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.maximum(norms, 1e-9)).astype(np.float32)


def _good(found: Measured) -> bool:
    return found.recall >= _LEAST_RECALL and found.p99 < _MOST_P99 and max(found.second, found.cold) < _MOST_START


def _row(m: Measured) -> tuple[str, ...]:
    return (f"{m.size:,}", f"{m.build:.1f}", f"{m.bytes / 1e6:.1f}", f"{m.recall:.4f}", f"{m.p50 * 1e3:.3f}",
            f"{m.p99 * 1e3:.3f}", f"{m.second:.3f}", f"{m.cold:.3f}")  # fmt: skip


def _first_search(path: str, query: str) -> float:
    vector = np.load(query)
    started = time.perf_counter()
    Neighbours.load(Path(path)).search(vector[None], K)
    return time.perf_counter() - started


if __name__ == "__main__":
    print(_first_search(*sys.argv[1:]))
