"""Measured tables go into the documents, and nothing else there is touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.markers import PAGE, put


def test_a_report_takes_the_place_of_the_last_one(tmp_path: Path) -> None:
    page = tmp_path / "evaluation.md"
    before = "前\n<!-- eval -->\n旧\n\n<!-- /eval -->\n后\n<!-- bench -->\n旧\n<!-- /bench -->\n"
    page.write_text(before, encoding="utf-8")
    put("eval", "# Evaluation\n\n| a |\n| - |\n", page)
    text = page.read_text(encoding="utf-8")
    assert text.startswith("前\n<!-- eval -->\n## Evaluation\n\n| a |\n| - |\n<!-- /eval -->\n后")
    assert text.endswith("<!-- bench -->\n旧\n<!-- /bench -->\n")
    put("eval", r"\1 stays", page)
    assert r"\1 stays" in page.read_text(encoding="utf-8")


def test_marks_that_are_missing_are_told(tmp_path: Path) -> None:
    page = tmp_path / "evaluation.md"
    page.write_text("没有记号", encoding="utf-8")
    with pytest.raises(ValueError, match="no marks for bench"):
        put("bench", "表", page)


@pytest.mark.parametrize("name", ["eval", "bench"])
def test_the_page_has_its_marks(name: str) -> None:
    assert f"<!-- {name} -->" in PAGE.read_text(encoding="utf-8")
