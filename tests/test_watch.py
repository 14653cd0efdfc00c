"""A new index is noticed, tried and taken without a pause; a bad one is refused and the old one goes on."""

from __future__ import annotations

import asyncio
import gc
import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from bot.channels.app import create_app
from bot.channels.desk import Desk
from bot.channels.watch import Watch
from bot.place import corpus_beside, live_number, make_live, mark_of, pinned, version_folder
from bot.settings import Settings
from corpus.entries import Phrases, corpus_path
from tests.support.library import ENTRIES, PHRASES, FakeEngine


class Loader:
    """Gives engines by the index folder that it is told to load."""

    def __init__(self, **engines: FakeEngine | Exception) -> None:
        self.engines = engines
        self.asked: list[str] = []

    def __call__(self, settings: Settings) -> FakeEngine:
        name = settings.index.parent.name
        self.asked.append(name)
        found = self.engines[f"v{int(name)}" if name.isdecimal() else "installed"]
        if isinstance(found, Exception):
            raise found
        return found


@pytest.fixture
def work(tmp_path: Path) -> Path:
    for number in (1, 2):
        for part in ("corpus", "index"):
            (version_folder(tmp_path / "work", number) / part).mkdir(parents=True)
    return tmp_path / "work"


@pytest.fixture
def given(settings: Settings, work: Path) -> Settings:
    return settings.model_copy(update={"work": work})


@pytest.fixture(autouse=True)
def _thaw() -> Iterator[None]:
    yield
    gc.unfreeze()


def changed(text: str) -> FakeEngine:
    return FakeEngine(entries=(replace(ENTRIES[0], body=text), *ENTRIES[1:]))


def test_without_a_work_folder_it_is_the_installed_index(settings: Settings) -> None:
    assert pinned(settings) is settings
    assert corpus_beside(settings.index) == corpus_path()


def test_the_pointer_names_the_version_and_its_corpus(given: Settings, work: Path) -> None:
    assert pinned(given) is given and live_number(work) is None
    before = mark_of(given)
    make_live(work, 2)
    assert live_number(work) == 2 and mark_of(given) != before
    assert pinned(given).index == work / "versions/0002/index"
    assert corpus_beside(pinned(given).index) == work / "versions/0002/corpus"


@pytest.mark.parametrize("text", ["", "{", '{"version": "x"}', "[]", "null"])
def test_a_broken_pointer_is_told_and_the_installed_index_serves(
    given: Settings, work: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    (work / "live.json").write_text(text)
    assert pinned(given) is given and "live.json" in caplog.text


def test_a_published_version_answers_without_a_restart(given: Settings, work: Path) -> None:
    loader = Loader(v1=FakeEngine(), v2=changed("新的答案。"))
    make_live(work, 1)

    async def day() -> None:
        desk = Desk(given)
        watch = Watch(desk, loader)
        await watch.begin()
        assert desk.live.corpus == work / "versions/0001/corpus"
        assert not await watch.look()
        before = desk.chat
        make_live(work, 2)
        assert await watch.look() and not await watch.look()
        assert desk.chat.engine.entries["T1"].answer == "新的答案。"
        assert desk.live.corpus == work / "versions/0002/corpus"
        # Whoever began with the old one can end with it.
        assert before.option("T1").question == ENTRIES[0].question
        make_live(work, 1)
        assert await watch.look() and desk.chat.engine is loader.engines["v1"]
        desk.close()

    asyncio.run(day())
    assert loader.asked == ["0001", "0002", "0001"]


SILENT = FakeEngine()
SILENT.phrases = Phrases(PHRASES.sentences[1:], PHRASES.smalltalk)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (RuntimeError("索引文件损坏"), "索引文件损坏"),
        (FakeEngine(hits={ENTRIES[2].question: []}), "T3"),
        (SILENT, "greeting"),
    ],
)
def test_a_bad_index_is_refused_and_told_once(
    given: Settings, work: Path, bad: FakeEngine | Exception, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    loader = Loader(v1=FakeEngine(), v2=bad)
    make_live(work, 1)

    async def day() -> None:
        desk = Desk(given)
        watch = Watch(desk, loader)
        await watch.begin()
        make_live(work, 2)
        assert not await watch.look() and not await watch.look()
        assert desk.chat.engine is loader.engines["v1"]
        make_live(work, 1)
        assert await watch.look()
        desk.close()

    asyncio.run(day())
    told = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert len(told) == 1 and said in told[0] and "继续用原来的" in told[0]


def test_a_service_without_an_index_begins_to_answer_once_there_is_one(given: Settings, work: Path) -> None:
    loader = Loader(installed=RuntimeError("还没有索引"), v1=FakeEngine())

    async def day() -> None:
        desk = Desk(given)
        watch = Watch(desk, loader)
        await watch.begin()
        make_live(work, 1)
        assert await watch.look() and desk.chat
        desk.close()

    asyncio.run(day())


def test_sessions_outlive_the_change_and_no_request_is_lost(
    given: Settings, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Watch, "seconds", 0.01)
    make_live(work, 1)
    loader = Loader(v1=FakeEngine(), v2=changed("新的答案。"))
    with TestClient(create_app(given, load=loader)) as client:
        assert _until(lambda: client.get("/api/ready").status_code == 200)
        listed = client.post("/api/chat", json={"question": "怎么收费"}).json()
        assert listed["kind"] == "clarify"
        make_live(work, 2)
        ask = {"question": ENTRIES[0].question}
        assert _until(lambda: client.post("/api/chat", json=ask).json()["text"] == "新的答案。")
        picked = client.post("/api/chat", json={"question": "1", "session_id": listed["session_id"]}).json()
        assert picked["kind"] == "answer" and picked["entry"]["id"] == listed["options"][0]["entry_id"]


def _until(done: object) -> bool:
    for _ in range(500):
        if done():  # type: ignore[operator]
            return True
        time.sleep(0.01)
    return False
