"""Settings with a console and a workshop, and a version that was built once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.settings import Settings

if TYPE_CHECKING:  # most tests do without
    from bot.workshop.workshop import Workshop


@pytest.fixture
def admin_settings(tmp_path: Path, accounts: Path) -> Settings:
    """Settings with a console and a work folder whose first version is the pool's."""
    from bot.workshop.workshop import Workshop
    from tests.support.pool_office import first_version

    first_version(tmp_path / "work")
    settings = Settings(index=tmp_path / "built", rate_limit=0, admin=accounts, work=tmp_path / "work")
    Workshop(settings).begin("王敏")
    return settings


@pytest.fixture(scope="session")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of the people; a hash that takes its time would take it at every signing in."""
    from argon2 import PasswordHasher

    from bot.channels.admin import accounts
    from tests.support.pool_office import NAMES, PASSWORD

    path = tmp_path_factory.mktemp("admin") / "people.txt"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        path.write_text("".join(f"{accounts.line_for(name, PASSWORD)}\n" for name in NAMES), encoding="utf-8")
    return path


@pytest.fixture
def shop(admin_settings: Settings) -> Workshop:
    """The workshop of these settings, begun."""
    from bot.workshop.workshop import Workshop

    return Workshop(admin_settings)


@pytest.fixture(scope="session")
def built_version(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole version, with the index of the pool's corpus and the shipped model, built once."""
    from bot.place import corpus_of, index_of
    from corpus.entries import load_corpus
    from index import disk
    from index.engine import Engine
    from tests.support.index_fixtures import shipped_encoder
    from tests.support.pool_office import first_version

    folder = first_version(tmp_path_factory.mktemp("built") / "work")
    corpus = load_corpus(corpus_of(folder))
    disk.save(Engine.build(corpus, shipped_encoder()), index_of(folder), corpus.digest, disk.default_model())
    return folder
