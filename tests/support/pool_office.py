"""The pool's office: a workshop whose corpus is whole enough to be published, and people who may sign in."""

from __future__ import annotations

import json
import re
import shutil
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from fastapi.testclient import TestClient

from bot.place import corpus_of, make_live, version_folder
from bot.settings import Settings
from bot.workshop.contents import OUTSIDE, Contents, ParcelItem, write_contents
from bot.workshop.parcel import CONTENTS, FILES, Parcel
from bot.workshop.report import Report, write_report
from bot.workshop.workshop import Workshop
from index.calibrate import Calibration, Point
from index.explain import Candidate, Explanation
from index.segment import Reading
from index.signals import NAMES as SIGNALS
from tests.support.index_fixtures import ENTRIES, write_corpus
from tests.support.library import PHRASES, FakeEngine

if TYPE_CHECKING:
    from httpx import Response

PASSWORD = "correct horse battery"
NAMES = ("王敏", "李雷")
OFFICE = """
id = "pool"
name = "游泳池问答"
subject = "游泳的事"
hotline = "12345"
marks = ["12345"]
[period]
label = "学年度"
ends = "08-31"
"""


def whole_corpus(folder: Path) -> Path:
    """Write the pool's corpus with every sentence that a channel says."""
    sentences = "\n".join(f"{key} = {json.dumps(text, ensure_ascii=False)}" for key, text in PHRASES.sentences)
    talk = '[[smalltalk]]\nname = "thanks"\nquestions = ["谢谢", "多谢", "感谢"]\nreply = "不客气！"\n'
    return write_corpus(
        folder, **{"office.toml": OFFICE, "phrases.toml": f'welcome = ["A1"]\n\n[text]\n{sentences}\n\n{talk}'}
    )


def first_version(work: Path) -> Path:
    """Write the first version of a work folder, without an index, and let it be the one in use."""
    folder = version_folder(work, 1)
    whole_corpus(corpus_of(folder))
    about = {"number": 1, "time": "2026-01-05T01:00:00+00:00", "who": "王敏", "note": "随程序安装的资料"}
    (folder / "about.json").write_text(json.dumps(about), encoding="utf-8")
    make_live(work, 1)
    return folder


def prove(shop: Workshop, **found: object) -> None:
    """Leave the report of a proof of the draft as it stands, without the minutes that a real one takes."""
    shop.proof.folder.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(corpus_of(shop.proof.folder), ignore_errors=True)
    shutil.copytree(shop.draft.corpus, corpus_of(shop.proof.folder))
    write_report(shop.proof.folder, Report(base=shop.versions.live or 0, digest="", **found))  # type: ignore[arg-type]


def leave_parcel(shop: Workshop, number: str = "0" * 16) -> Parcel:
    """Leave a parcel on a machine as it is when its files have been read."""
    folder = shop.parcels.folder(number)
    (folder / FILES).mkdir(parents=True)
    (folder / FILES / "甲.txt").write_bytes(b"1")
    sent = Parcel(number, "documents", "王敏", time.time(), ("甲.txt",))
    (folder / "about.json").write_text(json.dumps(asdict(sent), ensure_ascii=False), encoding="utf-8")
    item = ParcelItem("words/outside.txt", OUTSIDE, "", shop.draft.text("words/outside.txt"), "停车\n")
    write_contents(folder / CONTENTS, Contents(items=(item,)))
    return sent


def texts(settings: Settings) -> dict[str, str]:
    """Return all that lies in the work folder's corpora."""
    assert settings.work
    paths = [path for path in sorted(settings.work.rglob("*.md"))]
    return {str(path): path.read_text(encoding="utf-8") for path in paths if "draft" in path.parts}


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
        self.calibration = Calibration(1.0, 0.0, (Point(0.5, 0.8, 0.01, 0.02, 900, 100),), 0.1)

    def explain(self, text: str) -> Explanation:
        """Explain with the signals of nothing."""
        values = np.zeros(len(SIGNALS), dtype=np.float32)
        rows = tuple(Candidate(hit.entry_id, hit.score, hit.phrasing, "", values) for hit in self.search(text, 3))
        return Explanation(Reading(text, tuple(text)), rows, values)
