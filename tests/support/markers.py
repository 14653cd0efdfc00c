"""Markers: measured tables put into docs/evaluation.md, between the marks that say whose they are."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "evaluation.md"


def put(name: str, report: str, page: Path = PAGE) -> None:
    """Replace what stands between the marks of `name` with a report, its headings one step lower."""
    lower = re.sub(r"^(#+) ", r"#\1 ", report.strip(), flags=re.MULTILINE)
    text = page.read_text(encoding="utf-8")
    marks = re.compile(rf"(<!-- {name} -->\n).*?(\n?<!-- /{name} -->)", re.DOTALL)
    if not marks.search(text):
        raise ValueError(f"{page} has no marks for {name}")
    page.write_text(marks.sub(lambda found: found[1] + lower + found[2], text, count=1), encoding="utf-8")
