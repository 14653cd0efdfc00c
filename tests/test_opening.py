"""Opening: the engine is checked against the corpus beside it, and says when it can't keep its promise."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from bot import opening
from bot.channels.app import create_app
from bot.settings import Settings
from bot.store import MemoryStore
from bot.stores.safe import SafeStore
from corpus.entries import Corpus, corpus_path, load_corpus
from corpus.errors import MissingFile
from tests.support.library import FakeEngine, spring
from tests.support.store_fixtures import RedisServer


def test_opens_an_index_of_this_corpus(pool: Corpus, pool_index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "load_corpus", lambda: pool)
    assert len(opening.open_engine(Settings(index=pool_index, precision=0.6)).entries) == 6


def test_a_corpus_that_has_changed_does_not_stop_the_last_good_index(
    pool: Corpus, pool_index: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(opening, "load_corpus", lambda: replace(pool, digest="other"))
    assert opening.open_engine(Settings(index=pool_index)).entries
    assert "改过" in caplog.text and "make index" in caplog.text


@pytest.mark.parametrize(
    "error",
    [MissingFile(Path("P3.md"), 0, "找不到这个文件。"), ValueError("P3.md")],
)
def test_a_broken_corpus_does_not_stop_the_last_good_index(
    pool_index: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    def broken() -> Corpus:
        raise error

    monkeypatch.setattr(opening, "load_corpus", broken)
    assert opening.open_engine(Settings(index=pool_index)).entries
    assert "P3.md" in caplog.text and "继续使用上一次" in caplog.text


def test_says_what_to_expect_at_the_precision_asked_for(
    pool: Corpus, pool_index: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(opening, "load_corpus", lambda: pool)
    with caplog.at_level(logging.INFO):
        opening.open_engine(Settings(index=pool_index, precision=0.9999))
    assert "要求的正确率" in caplog.text and "还看不出来" in caplog.text


BROKEN = {
    "words/calculator.toml": "[cue]\nfund = [“报”]\n",
    "words/places.txt": "深圳 南山\n",
    "policy/2024-2025.toml": "years = 2024\n",
    "phrases.toml": "calc_zero",
}


class Built(FakeEngine):
    """An engine with the entries of the corpus and, but for one, its sentences."""

    def __init__(self, corpus: Corpus, lost: str) -> None:
        super().__init__(entries=corpus.entries)
        kept = tuple(pair for pair in corpus.phrases.sentences if pair[0] != lost)
        self.phrases = replace(corpus.phrases, sentences=kept)


@pytest.mark.parametrize("name", [None, *BROKEN])
def test_a_broken_file_of_the_calculator_leaves_the_rest_working(
    name: str | None,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    corpus = load_corpus()
    folder = copytree(corpus_path(), tmp_path / "corpus")
    if name and name != "phrases.toml":
        (folder / name).write_text(BROKEN[name], encoding="utf-8")
    monkeypatch.setattr("bot.calculator.loading.corpus_path", lambda: folder)
    engine = Built(corpus, BROKEN["phrases.toml"] if name == "phrases.toml" else "")
    with TestClient(create_app(settings, engine, clock=spring)) as client:
        said = client.post("/api/chat", json={"question": "36.36×8"})
    assert said.status_code == 200 and (said.json()["kind"] == "calculation") == (name is None)
    told = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert len(told) == (name is not None) and all(name and name in line and "先不算" in line for line in told)


def test_opens_the_store_that_the_settings_name(
    settings: Settings, tmp_path: Path, redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "state" / "store.sqlite"
    for given in ({"store": path}, {"store": path, "redis_url": SecretStr(redis_server.url)}):
        store = opening.open_store(settings.model_copy(update=given))
        assert isinstance(store, SafeStore) and not store.down and store.add("a", "1", 9)
        store.close()
    assert path.exists() and redis_server.command("GET faq:a") == b"$1\r\n1\r\n"
    assert isinstance(opening.open_store(settings), MemoryStore) and not caplog.text


def test_a_store_that_is_not_there_is_said_at_start(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    absent = settings.model_copy(update={"redis_url": SecretStr("redis://:secret@127.0.0.1:1/0")})
    store = opening.open_store(absent)
    assert store.add("a", "1", 9) and store.get("a") == "1"
    store.close()
    assert "FAQ_REDIS_URL" in caplog.text and "内存" in caplog.text and "secret" not in caplog.text
