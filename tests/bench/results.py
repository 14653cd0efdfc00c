"""Results: tables to read, figures for programs."""

from __future__ import annotations

import json
import os
import platform
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np

FOLDER = Path("build") / "bench"


@dataclass(frozen=True)
class Part:
    """One table of the report, remarks under it, and its figures by name."""

    title: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    figures: Mapping[str, float]
    remarks: tuple[str, ...] = field(default=())

    def text(self) -> str:
        """Return the part as Markdown whose columns line up in a terminal too."""
        table = [self.head, *self.rows]
        widths = [max(_width(row[i]) for row in table) for i in range(len(self.head))]
        lines = [_line(row, widths) for row in table]
        rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
        remarks = [f"- {remark}" for remark in self.remarks]
        return "\n".join([f"## {self.title}", "", lines[0], rule, *lines[1:], *([""] if remarks else []), *remarks])


def spread(values: Sequence[float]) -> tuple[float, float]:
    """Return the median and the 99th percentile."""
    return float(np.median(values)), float(np.percentile(values, 99))


def verdict(good: bool) -> str:
    """Return the word for a target reached or missed."""
    return "达到" if good else "未达到"


def write(parts: Sequence[Part]) -> str:
    """Write report.md and report.json; return what the first holds."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    now, machine = datetime.now().astimezone(), _machine()
    text = "\n\n".join([f"# 性能测试\n\n{now:%Y-%m-%d %H:%M}，{machine}", *(part.text() for part in parts)]) + "\n"
    (FOLDER / "report.md").write_text(text, encoding="utf-8")
    figures = {name: value for part in parts for name, value in part.figures.items()}
    data = {"time": now.isoformat(timespec="seconds"), "machine": machine, "figures": figures}
    (FOLDER / "report.json").write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return text


def _machine() -> str:
    cores = len(os.sched_getaffinity(0))
    load = os.getloadavg()[0]
    return (
        f"{cores} 核 {platform.machine()}，Python {platform.python_version()}，开始写报告时 1 分钟平均负载 {load:.1f}"
    )


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True))
    return "| " + " | ".join(padded) + " |"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
