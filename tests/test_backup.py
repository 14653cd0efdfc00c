"""A backup holds what cannot be made again, while the service goes on writing, and comes back as it was."""

from __future__ import annotations

import shutil
import sqlite3
import tarfile
from pathlib import Path

import pytest

from bot.__main__ import main
from corpus.entries import corpus_path, load_corpus


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FAQ_RECORDS", str(tmp_path / "records.sqlite"))
    monkeypatch.setenv("FAQ_WORK", str(tmp_path / "work"))
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "live.json").write_text("{}", encoding="utf-8")
    with sqlite3.connect(tmp_path / "records.sqlite") as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("CREATE TABLE replies (question TEXT)")
        writer.execute("INSERT INTO replies VALUES ('住院报几成')")
        writer.commit()
        # Still open, and what it wrote lies in the log beside the file.
        assert main(["backup", str(tmp_path / "faq.tar.gz")]) == 0
    writer.close()
    return tmp_path / "faq.tar.gz"


def test_it_comes_back_as_it_was(saved: Path, tmp_path: Path) -> None:
    assert saved.stat().st_mode & 0o077 == 0
    back = tmp_path / "back"
    with tarfile.open(saved) as archive:
        archive.extractall(back, filter="data")
    with sqlite3.connect(back / "records.sqlite") as records:
        assert records.execute("SELECT question FROM replies").fetchall() == [("住院报几成",)]
    records.close()
    assert (back / "work" / "live.json").exists() and "make index" in (back / "README.txt").read_text(encoding="utf-8")
    restored = Path(shutil.copytree(corpus_path(), tmp_path / "corpus"))
    shutil.rmtree(restored / "entries")
    shutil.copytree(back / "corpus", restored, dirs_exist_ok=True)
    assert load_corpus(restored).digest == load_corpus().digest


def test_nothing_is_overwritten(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = saved.read_bytes()
    assert main(["backup", str(saved)]) == 1
    assert "已经有了" in capsys.readouterr().err and saved.read_bytes() == before


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backup", str(tmp_path / "nowhere" / "faq.tar.gz")]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "读写文件时出错" in said
