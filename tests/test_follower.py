"""Following other machines: told once where that fails, and never in the way of an answer."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from bot.channels.app import create_app
from bot.channels.follower import Follower, open_follower
from bot.channels.watch import Watch
from bot.place import live_number
from bot.settings import Settings
from bot.workshop.rota import Rota
from bot.workshop.workshop import Workshop
from tests.support.library import ENTRIES, FakeEngine
from tests.support.pool_office import first_version
from tests.support.store_fixtures import until
from tests.support.web import HOST, free_port


@pytest.fixture
def lost(tmp_path: Path) -> Settings:
    """Settings of a machine whose database is away."""
    url = SecretStr(f"postgresql://faq:secret@{HOST}:{free_port()}/faq")
    return Settings(index=tmp_path / "built", rate_limit=0, work=tmp_path / "work", database_url=url)


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if "别的机器" in record.getMessage()]


def test_a_machine_alone_follows_nobody(lost: Settings) -> None:
    assert open_follower(lost.model_copy(update={"database_url": None})) is None
    assert open_follower(lost.model_copy(update={"work": None})) is None


def test_trouble_is_told_once_and_so_is_its_end(
    lost: Settings, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.WARNING)

    async def day() -> None:
        follow = Follower(lost)
        await follow.begin()
        await follow.look()
        await follow.look()
        assert len(told(caplog)) == 1 and "secret" not in caplog.text and "先用现在这一版" in caplog.text
        monkeypatch.setattr(Rota, "follow", lambda self: None)
        await follow.look()
        await follow.look()
        follow.close()

    asyncio.run(day())
    assert len(told(caplog)) == 2 and "又跟上" in told(caplog)[1]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), ValueError("what nobody thought of")])
def test_whatever_goes_wrong_the_looking_goes_on(
    lost: Settings, error: Exception, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Rota) -> None:
        raise error

    monkeypatch.setattr(Rota, "follow", fail)
    follow = Follower(lost)
    asyncio.run(follow.look())
    assert len(told(caplog)) == 1


def test_without_the_database_it_answers_with_what_is_in_use(lost: Settings) -> None:
    with TestClient(create_app(lost, load=lambda settings: FakeEngine())) as client:
        until(lambda: client.get("/api/ready").status_code == 200, 60)
        assert client.post("/api/chat", json={"question": ENTRIES[0].question}).json()["kind"] == "answer"


def test_a_machine_that_starts_begins_with_what_the_others_use(
    lost: Settings, postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Watch, "seconds", 0.02)
    found = lost.model_copy(update={"database_url": SecretStr(postgres_url)})
    first = Workshop(found.model_copy(update={"work": tmp_path / "first"}))
    first_version(first.work)
    first.begin("王敏")
    loaded: list[Path] = []

    def load(settings: Settings) -> FakeEngine:
        loaded.append(settings.index)
        return FakeEngine()

    with TestClient(create_app(found, load=load)) as client:
        until(lambda: client.get("/api/ready").status_code == 200, 60)
        assert found.work and loaded == [found.work / "versions/0001/index"] and live_number(found.work) == 1
    first.close()
