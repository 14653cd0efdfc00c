"""What people asked, counted by days of China, and bars that fit their frame."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import insert

from bot.channels.admin.plot import HEIGHT, WIDTH, _round_up, plot
from bot.channels.admin.usage import DAYS, Day, usage
from bot.channels.app import create_app
from bot.chat import CHINA
from bot.database.database import Database, sqlite
from bot.database.tables import feedback, replies
from bot.settings import Settings
from tests.support.pool_office import Clerk, PoolEngine

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=CHINA)


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return sqlite(tmp_path / "records.sqlite")


def note(database: Database, *rows: tuple[datetime, str, str | None, str, str]) -> None:
    """Write replies: when, which kind, whose, where, to what."""
    data = [
        {"id": f"{number:026}", "time": int(when.timestamp() * 1000), "kind": kind, "entry_id": entry,
         "channel": channel, "question": question, "confidence": 0.9}
        for number, (when, kind, entry, channel, question) in enumerate(rows)
    ]  # fmt: skip
    with database.write() as connection:
        connection.execute(insert(replies), data)


def judge(database: Database, *helpful: bool) -> None:
    rows = [{"reply_id": f"{n:026}", "time": int(NOW.timestamp() * 1000), "helpful": h} for n, h in enumerate(helpful)]
    with database.write() as connection:
        connection.execute(insert(feedback), rows)


def test_questions_are_counted_by_the_days_of_china(database: Database) -> None:
    midnight = NOW.replace(hour=0, minute=0)
    note(
        database,
        (midnight, "answer", "A1", "api", "门票"),
        (midnight - timedelta(minutes=1), "clarify", None, "wechat", "水"),
        (midnight - timedelta(minutes=2), "ask", None, "api", "算"),
        (midnight - timedelta(minutes=3), "abstain", None, "api", "停车"),
        (midnight - timedelta(minutes=4), "abstain", None, "api", "停车"),
        (midnight, "smalltalk", None, "api", "你好"),
        (midnight - timedelta(days=DAYS), "answer", "A1", "api", "太早"),
        (midnight - timedelta(days=DAYS - 1), "answer", "A2", "api", "最早"),
    )
    found = usage(database, NOW)
    assert [day.counts for day in found.days[-2:]] == [(0, 2, 2), (1, 0, 0)] and found.days[0].counts == (1, 0, 0)
    assert len(found.days) == DAYS and found.totals == (2, 2, 2) and found.total == 6
    assert [(one.name, one.count) for one in found.missed] == [("停车", 2)]
    assert [(one.name, one.count) for one in found.entries] == [("A1", 1), ("A2", 1)]
    assert [(one.name, one.count) for one in found.channels] == [("网页和接口", 5), ("公众号", 1)]


def test_of_several_judgements_the_last_counts(database: Database) -> None:
    judge(database, True, True, False)
    judge(database, False)
    assert (usage(database, NOW).helpful, usage(database, NOW).judged) == (1, 3)


@pytest.mark.parametrize(("most", "top"), [(0, 2), (1, 2), (3, 4), (7, 10), (10, 10), (11, 20), (613, 1000)])
def test_an_axis_ends_at_an_easy_number(most: int, top: int) -> None:
    assert _round_up(most) == top


@pytest.mark.parametrize("counts", [(0, 0, 0), (1, 0, 0), (50_000, 3, 9)])
def test_bars_stay_in_their_frame(counts: Any) -> None:
    drawn = plot([Day(NOW.date() - timedelta(days=step), counts) for step in range(DAYS)])
    assert all(bar.x >= 0 and bar.x + bar.width <= WIDTH and 0 <= bar.y <= HEIGHT for bar in drawn.bars)
    assert len(drawn.bars) == DAYS * sum(map(bool, counts))


def test_the_overview_shows_them_and_does_without(admin_settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    settings = admin_settings.model_copy(update={"records": path})
    note(sqlite(path), (NOW, "answer", "A1", "api", "门票"), (NOW, "abstain", None, "api", "<script>"))
    for given, said in ((settings, "最近 30 天的提问"), (admin_settings, "没有开问答记录")):
        with TestClient(create_app(given, PoolEngine(), clock=lambda: NOW)) as client:
            clerk = Clerk(client)
            clerk.sign_in()
            assert said in clerk.get("") and "<script" not in clerk.get("")
    broken = tmp_path / "broken.sqlite"
    broken.write_bytes(b"no database at all" * 100)
    with TestClient(
        create_app(settings.model_copy(update={"records": broken}), PoolEngine(), clock=lambda: NOW)
    ) as client:
        clerk = Clerk(client)
        clerk.sign_in()
        assert "现在读不出来" in clerk.get("")
