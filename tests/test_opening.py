"""Opening: the engine is checked against the corpus beside it, and says when it can't keep its promise."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from bot import opening
from bot.settings import Settings
from corpus.entries import Corpus
from corpus.errors import MissingFile
from index.errors import IndexStale


def test_opens_an_index_of_this_corpus(pool: Corpus, pool_index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "load_corpus", lambda: pool)
    assert len(opening.open_engine(Settings(index=pool_index, precision=0.6)).entries) == 6


def test_refuses_an_index_of_another_corpus(pool: Corpus, pool_index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "load_corpus", lambda: replace(pool, digest="other"))
    with pytest.raises(IndexStale, match="make index"):
        opening.open_engine(Settings(index=pool_index))


def test_a_broken_corpus_does_not_stop_the_last_good_index(
    pool_index: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> Corpus:
        raise MissingFile(Path("P3.md"), 0, "找不到这个文件。")

    monkeypatch.setattr(opening, "load_corpus", broken)
    assert opening.open_engine(Settings(index=pool_index)).entries
    assert "P3.md" in caplog.text and "继续使用上一次" in caplog.text


def test_says_when_the_precision_is_out_of_reach(
    pool: Corpus, pool_index: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(opening, "load_corpus", lambda: pool)
    monkeypatch.setattr("index.calibrate.Calibration.highest", lambda self: 0.9)
    with caplog.at_level(logging.WARNING):
        opening.open_engine(Settings(index=pool_index, precision=0.95))
    assert "90.0%" in caplog.text and "FAQ_PRECISION" in caplog.text
