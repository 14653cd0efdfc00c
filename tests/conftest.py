"""A made-up corpus of six entries, an engine in plain Python over it, a chat and a client."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from bot import logs
from bot.chat import Chat
from bot.sessions import SessionStore
from bot.settings import Settings

from tests.support.served import ELSEWHERE, SERVED  # isort: skip  first, for it clears the environment
from tests.support.driver import browser, regular, running, visitor, widget  # noqa: F401
from tests.support.index_fixtures import pool, pool_engine, pool_folder, pool_index  # noqa: F401
from tests.support.library import FakeEngine, spring
from tests.support.postgres_fixtures import postgres_server, postgres_url  # noqa: F401
from tests.support.store_fixtures import redis_server  # noqa: F401
from tests.support.workshop_fixtures import accounts, admin_settings, built_version, shop  # noqa: F401


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where another office is served, leave out by name what needs the booklet's index or is about its content."""
    left_out = pytest.mark.skip(reason=f"FAQ_CORPUS 是 {SERVED}，这一道只和随附的资料有关")
    for item in items:
        if ELSEWHERE and (item.get_closest_marker("model") or "booklet" in item.path.parts):
            item.add_marker(left_out)


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("FAQ_") or name in ("HOST", "PORT")]:
        monkeypatch.delenv(name)
    # No test may leave sessions in the state folder of whoever runs it.
    monkeypatch.setenv("FAQ_STORE", "memory")


@pytest.fixture(autouse=True)
def _own_log() -> Iterator[None]:
    """Begin with Python's own level and end with no more handlers: commands set up the log of their process."""
    root = logging.getLogger()
    handlers, silent = list(root.handlers), logs.access.disabled
    root.setLevel(logging.WARNING)
    yield
    root.setLevel(logging.WARNING)
    root.handlers[:] = handlers
    logs.access.disabled = silent


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(index=tmp_path / "built", rate_limit=0)


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def chat(engine: FakeEngine, settings: Settings) -> Chat:
    return Chat(engine, settings, SessionStore(), clock=spring)


@pytest.fixture
def client(engine: FakeEngine, settings: Settings) -> Iterator[TestClient]:
    # The app brings the index's libraries along, which most tests can do without.
    from bot.channels.app import create_app

    with TestClient(create_app(settings, engine, clock=spring)) as client:
        yield client
