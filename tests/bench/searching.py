"""Searching: how long one search takes in this process, on one core, and how long the index takes to build."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence

import numpy as np

from index import disk
from index.engine import Engine
from index.signals import NEIGHBOURS, features
from tests.bench.questions import held_out
from tests.bench.results import Part, spread, verdict

_TOGETHER = 16
_MOST_ALONE, _MOST_TOGETHER, _MOST_BUILD = 0.008, 0.090, 180.0


def searching(say: Callable[[str], None]) -> Part:
    """Measure Engine.search on questions that were never asked, and again on the same; then each step by itself."""
    say("检索：没问过的、问过的、各步")
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        return _measured(disk.load(disk.default_index()), held_out())
    finally:
        os.sched_setaffinity(0, before)


def _measured(engine: Engine, questions: Sequence[str]) -> Part:
    for question in questions[:_TOGETHER]:  # the first ones read the files in
        engine.search(f"{question}（先问一遍）")
    alone = [_timed(engine, question) for question in questions]
    again = [_timed(engine, question) for question in questions]
    together = [sum(alone[start : start + _TOGETHER]) for start in range(0, len(alone) - _TOGETHER, _TOGETHER)]
    middle, last = spread(alone)[0], spread(together)[0]
    rows = [
        _row("一句没问过的", alone, "≤ 8 毫秒", verdict(middle <= _MOST_ALONE)),
        _row(f"{_TOGETHER} 句没问过的，一句接一句", together, "≤ 90 毫秒", verdict(last <= _MOST_TOGETHER)),
        _row("问过的一句", again),
    ]
    steps: dict[str, list[float]] = {}
    for question in questions:
        for name, seconds in _steps(engine, question).items():
            steps.setdefault(name, []).append(seconds)
    rows += [_row(f"其中：{name}", times) for name, times in steps.items()]
    figures = {"search_s": middle, "search_p99_s": spread(alone)[1], "search_16_s": last,
               "search_again_s": spread(again)[0]}  # fmt: skip
    remark = f"一个核，{len(questions)} 个没见过的问题，{len(engine.texts)} 个问法；目标说的是中位数。"
    return Part("一次检索（毫秒）", ("项目", "中位数", "p99", "目标", ""), rows, figures, (remark,))


def building(say: Callable[[str], None]) -> Part:
    """Measure the shipped command that builds the whole index, into a folder of its own."""
    say("建索引")
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "index", "--index", folder, "build"], check=True, stdout=subprocess.DEVNULL
        )
        seconds = time.perf_counter() - started
    row = ("从头建索引", f"{seconds:.0f} 秒", "≤ 180 秒", verdict(seconds <= _MOST_BUILD))
    return Part("建索引", ("项目", "数值", "目标", ""), [row], {"build_s": seconds})


def _timed(engine: Engine, question: str) -> float:
    started = time.perf_counter()
    engine.search(question)
    return time.perf_counter() - started


def _steps(engine: Engine, question: str) -> dict[str, float]:
    """Return the seconds of each step for one question."""
    clock = time.perf_counter
    times = [clock()]
    reading = engine.segmenter.read(question)
    times.append(clock())
    if not reading.words:
        return {}
    vectors = engine.encoder.encode([reading])
    times.append(clock())
    engine.sensor.store.search(vectors, NEIGHBOURS)
    times.append(clock())
    signals = engine.sensor.measure([reading], vectors, engine.segmenter)[0]
    times.append(clock())
    engine.calibration.score(engine.ranker.rank(*features(signals))[..., 1:])
    times.append(clock())
    read, encode, near, measured, rank = np.diff(times).tolist()
    # Measuring looks for the neighbours once more.
    return {"分词": read, "向量": encode, "FAISS": near, "信号": max(measured - near, 0.0), "排序": rank}


def _row(name: str, seconds: Sequence[float], target: str = "", good: str = "") -> tuple[str, ...]:
    middle, high = spread(seconds)
    return name, f"{middle * 1e3:.3f}", f"{high * 1e3:.3f}", target, good
