"""The inbox in the console: a group of missed questions goes where the clerk puts it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from types import SimpleNamespace

import numpy as np
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import insert

from bot.channels.app import create_app
from bot.database.database import sqlite
from bot.database.tables import replies
from bot.inbox.catchup import CatchUp
from bot.inbox.inbox import Inbox
from bot.records import now
from bot.settings import Settings
from bot.workshop.workshop import Workshop
from index.engine import Engine
from index.segment import Reading
from tests.support.pool_office import Clerk, PoolEngine

ASKED = ["池子里的水凉吗", "池子里的水凉吗", "池子里的水很凉吗", "停车要钱吗", "<script>alert(1)</script>"]


class ReadingEngine(PoolEngine):
    """An engine that gives texts with the same signs the same direction."""

    def __init__(self) -> None:
        super().__init__()
        self.segmenter = SimpleNamespace(read=lambda text: Reading(text, tuple(text)))
        self.encoder = SimpleNamespace(encode=lambda readings: np.stack([_vector(one.text) for one in readings]))
        self.sensor = SimpleNamespace(middle=np.zeros(4096, dtype=np.float32))


def _vector(text: str) -> np.ndarray:
    row = np.zeros(4096, dtype=np.float32)
    for sign in text:
        row[ord(sign) % 4096] += 1
    return row / np.linalg.norm(row)


@pytest.fixture
def clerk(admin_settings: Settings, tmp_path: Path) -> Iterator[Clerk]:
    path = tmp_path / "records.sqlite"
    rows = [
        {"id": f"{number:026}", "time": now(), "kind": "abstain", "channel": "api", "question": text,
         "confidence": 0.1, "index_version": "test-1"}
        for number, text in enumerate(ASKED)
    ]  # fmt: skip
    database = sqlite(path)
    with database.write() as connection:
        connection.execute(insert(replies), rows)
    database.close()
    with TestClient(create_app(admin_settings.model_copy(update={"records": path}), ReadingEngine())) as client:
        clerk = Clerk(client)
        clerk.sign_in()
        yield clerk


def group_of(clerk: Clerk, text: str) -> str:
    """Return the number of the group that has a wording."""
    cards = clerk.get("/inbox").split('<section class="card">')[1:]
    found = [re.search(r'name="group" value="(\d+)"', card) for card in cards if text in card]
    assert len(found) == 1 and found[0]
    return found[0][1]


def test_the_largest_group_stands_first_with_what_is_near(clerk: Clerk) -> None:
    page = clerk.get("/inbox")
    assert page.index("池子里的水凉吗") < page.index("停车要钱吗") and "3 次" in page and "没有答案 3" in page
    assert "池子里的水很凉吗" in page and "A6" in page and "<script" not in page
    assert group_of(clerk, "池子里的水凉吗") == group_of(clerk, "池子里的水很凉吗")


def test_what_the_page_does_not_wait_for_is_there_soon(clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.admin.unanswered.UNKNOWN", 0)
    read, run = Event(), CatchUp._run

    def later(self: CatchUp, box: Inbox, engine: Engine) -> None:
        assert read.wait(10)
        run(self, box, engine)

    monkeypatch.setattr(CatchUp, "_run", later)
    page = clerk.get("/inbox")
    assert "句正在归组" in page and "停车要钱吗" not in page
    read.set()
    for _ in range(200):
        if "句正在归组" not in page:
            break
        time.sleep(0.05)
        page = clerk.get("/inbox")
    assert "停车要钱吗" in page and "池子里的水很凉吗" in page


def test_wordings_become_similar_questions_and_the_group_is_done(clerk: Clerk, admin_settings: Settings) -> None:
    number = group_of(clerk, "池子里的水凉吗")
    response = clerk.post("/inbox", group=number, text="池子里的水凉吗", entry="A6", do="similar")
    assert "已加进草稿" in response.text
    texts = [item.text for item in Workshop(admin_settings).draft.entry("A6").similar]
    assert "池子里的水凉吗" in texts and "池子里的水很凉吗" not in texts
    assert "池子里的水凉吗" not in clerk.get("/inbox")
    assert "王敏：加为 A6 的相似问" in clerk.get("/inbox?state=handled")
    assert "已放回待办" in clerk.post("/inbox", group=number, do="again").text
    assert group_of(clerk, "池子里的水凉吗") == number


def test_a_group_is_ignored_or_is_nobodys(clerk: Clerk, admin_settings: Settings) -> None:
    clerk.post("/inbox", group=group_of(clerk, "停车要钱吗"), do="ignore")
    assert "停车要钱吗" not in clerk.get("/inbox") and "停车要钱吗" in clerk.get("/inbox?state=ignored")
    clerk.post("/inbox", group=group_of(clerk, "池子里的水凉吗"), text="池子里的水凉吗", do="outside")
    assert "池子里的水凉吗" in Workshop(admin_settings).draft.read()[0].outside


def test_a_group_begins_an_entry_that_is_not_in_use_yet(clerk: Clerk, admin_settings: Settings) -> None:
    response = clerk.post("/inbox", group=group_of(clerk, "停车要钱吗"), text="停车要钱吗", do="new")
    assert "还不会回答" in response.text and "停车要钱吗" in response.text
    entry = Workshop(admin_settings).draft.entry("A8")
    assert not entry.active and entry.question == "停车要钱吗"


def test_what_is_no_group_or_no_wording_changes_nothing(clerk: Clerk) -> None:
    number = group_of(clerk, "停车要钱吗")
    for fields in ({"group": "999"}, {"group": "x"}, {"group": number}, {"group": number, "text": "别的话"}):
        assert clerk.post("/inbox", do="similar", entry="A6", **fields).status_code == 409
    assert clerk.post("/inbox", group=number, text="停车要钱吗", entry="Z9", do="similar").status_code == 409
    assert group_of(clerk, "停车要钱吗") == number
    for page in ("0", "-1", "x", "99999999", "2"):
        clerk.get(f"/inbox?page={page}&state=x")


def test_without_records_there_is_no_inbox(admin_settings: Settings) -> None:
    with TestClient(create_app(admin_settings, ReadingEngine())) as client:
        clerk = Clerk(client)
        clerk.sign_in()
        response = client.get("/admin/inbox")
    assert response.status_code == 409 and "FAQ_RECORDS" in response.text
