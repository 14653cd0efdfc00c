"""A workshop of the pool's office: its corpus whole enough to be published, and people who may sign in."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient

from bot.channels.admin.accounts import line_for
from bot.place import corpus_of, index_of, make_live, version_folder
from bot.settings import Settings
from bot.workshop.workshop import Workshop
from tests.conftest import PHRASES, FakeEngine
from tests.index_fixtures import ENTRIES, shipped_encoder, write_corpus

if TYPE_CHECKING:
    from httpx import Response

PASSWORD = "correct horse battery"
NAMES = ("王敏", "李雷")


def whole_corpus(folder: Path) -> Path:
    """Write the pool's corpus with every sentence that a channel says."""
    sentences = "\n".join(f"{key} = {json.dumps(text, ensure_ascii=False)}" for key, text in PHRASES.sentences)
    talk = '[[smalltalk]]\nname = "thanks"\nquestions = ["谢谢", "多谢", "感谢"]\nreply = "不客气！"\n'
    return write_corpus(folder, **{"phrases.toml": f'welcome = ["A1"]\n\n[text]\n{sentences}\n\n{talk}'})


def first_version(work: Path) -> Path:
    """Write the first version of a work folder, without an index, and let it be the one in use."""
    folder = version_folder(work, 1)
    whole_corpus(corpus_of(folder))
    about = {"number": 1, "time": "2026-01-05T01:00:00+00:00", "who": "王敏", "note": "随程序安装的资料"}
    (folder / "about.json").write_text(json.dumps(about), encoding="utf-8")
    make_live(work, 1)
    return folder


@pytest.fixture
def admin_settings(tmp_path: Path, accounts: Path) -> Settings:
    """Settings with a console and a work folder whose first version is the pool's."""
    first_version(tmp_path / "work")
    return Settings(index=tmp_path / "built", rate_limit=0, admin=accounts, work=tmp_path / "work")


@pytest.fixture(scope="session")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of the people; hashing takes its time, so it is written once."""
    path = tmp_path_factory.mktemp("admin") / "people.txt"
    path.write_text("".join(f"{line_for(name, PASSWORD)}\n" for name in NAMES), encoding="utf-8")
    return path


@pytest.fixture
def shop(admin_settings: Settings) -> Workshop:
    """The workshop of these settings, begun."""
    shop = Workshop(admin_settings)
    shop.begin("王敏")
    return shop


@pytest.fixture(scope="session")
def built_version(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole version, with the index of the pool's corpus and the shipped model, built once."""
    from corpus.entries import load_corpus
    from index import disk
    from index.engine import Engine

    folder = first_version(tmp_path_factory.mktemp("built") / "work")
    corpus = load_corpus(corpus_of(folder))
    disk.save(Engine.build(corpus, shipped_encoder()), index_of(folder), corpus.digest, disk.default_model())
    return folder


class Clerk:
    """Somebody at the console, with a browser that sends forms as pages offer them."""

    def __init__(self, client: TestClient) -> None:
        """Take a client of the app."""
        self.client = client

    def sign_in(self, name: str = NAMES[0], password: str = PASSWORD) -> Response:
        """Sign in."""
        return self.client.post("/admin/in", data={"name": name, "password": password}, follow_redirects=False)

    def get(self, path: str) -> str:
        """Open a page, which must be there."""
        response = self.client.get(f"/admin{path}")
        assert response.status_code == 200, response.text
        return str(response.text)

    def post(self, path: str, **fields: str) -> Response:
        """Send a form with the token that every page carries."""
        token = re.search(r'name="token" value="(\w+)"', self.get("/history"))
        assert token
        return self.client.post(f"/admin{path}", data={"token": token[1], **fields})

    def form(self, entry_id: str) -> dict[str, str]:
        """Return the fields of an entry's form as they stand on its page."""
        text = self.get(f"/entries/{entry_id}")
        entry = next(entry for entry in ENTRIES if entry.id == entry_id)
        opened = re.search(r'name="opened" value="(\w*)"', text)
        assert opened
        lines = [f"{item.text} @{item.passage}" if item.passage else item.text for item in entry.similar]
        return {
            "id": entry.id, "category": entry.category, "question": entry.question, "answer": entry.body,
            "similar": "\n".join(lines), "basis": entry.basis, "status": "启用", "opened": opened[1], "do": "save",
        }  # fmt: skip


class PoolEngine(FakeEngine):
    """The engine in plain Python, of the pool's entries, with what the console asks of an engine besides."""

    def __init__(self) -> None:
        """Know the pool's entries."""
        super().__init__(entries=ENTRIES)
        self.texts = [text for entry in ENTRIES for text in (entry.question, *(one.text for one in entry.similar))]
