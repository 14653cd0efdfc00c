"""Searching: where the time of one search goes, in this process, one thread at a time."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from index import disk
from index.engine import Engine
from index.signals import NEIGHBOURS, features
from tests.bench.questions import fresh, mixed
from tests.bench.report import Part, spread

_QUESTIONS = 1_500
_TOGETHER = 16


def searching(say: Callable[[str], None]) -> Part:
    """Measure Engine.search and its pieces, each question on its own."""
    engine = disk.load(disk.default_index())
    say("检索：各步用时")
    # Each is asked once: the engine remembers what it has answered.
    questions = fresh(_QUESTIONS)
    _pieces(engine, mixed()[0])
    found: dict[str, list[float]] = {}
    for question in questions:
        for name, seconds in _pieces(engine, question).items():
            found.setdefault(name, []).append(seconds)
    rows, figures = [], dict[str, float]()
    for name, times in found.items():
        middle, high = spread(times)
        rows.append((name, f"{middle * 1e6:.0f}", f"{high * 1e6:.0f}", f"{np.mean(times) * 1e6:.0f}"))
        figures |= {f"search {name} p50_s": middle, f"search {name} p99_s": high}
    together = _together(engine, fresh(_QUESTIONS, seed=1))
    rows.append(
        (
            f"{_TOGETHER} 句一起检索，每句",
            *(f"{seconds * 1e6:.0f}" for seconds in (*spread(together), np.mean(together))),
        )
    )
    figures |= {"search together p50_s": spread(together)[0], "search together p99_s": spread(together)[1]}
    remarks = (
        f"{len(questions)} 个从没问过的问题各一遍，{len(engine.texts)} 个问法；“整个检索”是 Engine.search 单独量的。",
        "超过 24 个词的问题还要逐句再配一遍，所以“整个检索”的 p99 高于各步之和。",
    )
    return Part("一次检索的用时（微秒）", ("步骤", "中位数", "p99", "平均"), rows, figures, remarks)


def _pieces(engine: Engine, question: str) -> dict[str, float]:
    """Return the seconds of each piece for one question."""
    sensor, clock = engine.sensor, time.perf_counter
    times = [clock()]
    reading = sensor.segmenter.read(question)
    times.append(clock())
    vectors = sensor.embedder.encode([reading])
    times.append(clock())
    sensor.store.search(vectors, NEIGHBOURS)
    times.append(clock())
    signals = sensor.measure([reading])
    times.append(clock())
    engine.calibration.score(engine.ranker.rank(*features(signals))[:, 1:])
    times.append(clock())
    engine.search(question)
    times.append(clock())
    read, embed, near, measured, rank, whole = np.diff(times).tolist()
    signals_alone = max(measured - near - embed, 0.0)  # measuring does both once more
    rest = max(whole - read - embed - near - signals_alone - rank, 0.0)
    return {"分词": read, "向量": embed, "FAISS": near, "信号": signals_alone, "排序": rank,
            "其余（段落、长句）": rest, "整个检索": whole}  # fmt: skip


def _together(engine: Engine, questions: list[str]) -> list[float]:
    """Return the seconds of each question where several are asked at once."""
    seconds = []
    for start in range(0, len(questions), _TOGETHER):
        some = questions[start : start + _TOGETHER]
        started = time.perf_counter()
        engine.search_many(some)
        seconds.append((time.perf_counter() - started) / len(some))
    return seconds
