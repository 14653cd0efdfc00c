"""Records: masked, off the reply's way, and never a cause of trouble."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.ids import new_reply_id
from bot.records import Records
from bot.reply import EntryInfo, Feedback, Query, Reply

ENTRY = EntryInfo(id="T1", question="问", category="类", url="/answers/T1")


def _reply(kind: str = "abstain", reply_id: str = "") -> Reply:
    entry = ENTRY if kind == "answer" else None
    return Reply(kind=kind, text="…", reply_id=reply_id or new_reply_id(), entry=entry, confidence=0.25)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new folder" / "records.sqlite"


@pytest.fixture
def records(path: Path) -> Iterator[Records]:
    records = Records(path)
    yield records
    records.close()


def _rows(path: Path, table: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(f"SELECT * FROM {table} ORDER BY rowid").fetchall()
    finally:
        connection.close()


def test_keeps_reply_and_feedback_masked(records: Records, path: Path) -> None:
    reply = _reply("answer")
    records.add_reply(Query("我的电话13800138000，怎么办", "api"), reply)
    records.add_feedback(Feedback(reply_id=reply.reply_id, helpful=False, comment="打13800138000给我"))
    records.flush()
    (row,) = _rows(path, "replies")
    assert row[0] == reply.reply_id
    assert row[2:] == ("api", "我的电话〔手机号〕，怎么办", "answer", "T1", 0.25)
    ((feedback_id, _, helpful, comment),) = _rows(path, "feedback")
    assert (feedback_id, helpful, comment) == (reply.reply_id, 0, "打〔手机号〕给我")


def test_lists_what_went_without_an_answer(records: Records) -> None:
    unhelpful = _reply("answer")
    records.add_reply(Query("没帮上忙的", "api"), unhelpful)
    records.add_feedback(Feedback(reply_id=unhelpful.reply_id, helpful=False))
    for text, kind in [("不会", "abstain"), ("不会", "abstain"), ("哪个", "clarify"), ("会", "answer")]:
        records.add_reply(Query(text, "api"), _reply(kind))
    records.flush()
    listed = {item.question: (item.count, item.entry_id) for item in records.unmatched()}
    assert listed == {"不会": (2, None), "哪个": (1, None), "没帮上忙的": (1, "T1")}
    assert records.unmatched()[0].question == "不会"
    assert len(records.unmatched(limit=1)) == 1


def test_closing_writes_what_is_waiting(path: Path) -> None:
    records = Records(path)
    for _ in range(500):
        records.add_reply(Query("问", "api"), _reply())
    records.close()
    assert len(_rows(path, "replies")) == 500


def test_a_store_that_cannot_be_opened_is_counted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("no folder")
    records = Records(tmp_path / "file" / "records.sqlite")
    for _ in range(3):
        records.add_reply(Query("电话13800138000", "api"), _reply())
    records.flush()
    records.close()
    assert records.dropped == 3
    assert "丢弃" in caplog.text and "13800138000" not in caplog.text


def test_a_file_that_is_no_database_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    path.write_bytes(b"no database at all" * 100)
    records = Records(path)
    records.add_reply(Query("问", "api"), _reply())
    records.flush()
    records.close()
    assert records.dropped == 1


def test_a_full_queue_drops_at_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()
    monkeypatch.setattr("bot.records._write", lambda connection, rows: gate.wait(10))
    records = Records(path, size=1)
    for _ in range(20):
        records.add_reply(Query("问", "api"), _reply())
    assert records.dropped >= 18
    gate.set()
    records.close()


def test_recovers_when_the_store_does(path: Path) -> None:
    path.parent.mkdir()
    path.mkdir()
    records = Records(path)
    records.add_reply(Query("一", "api"), _reply())
    records.flush()
    path.rmdir()
    records.add_reply(Query("二", "api"), _reply())
    records.flush()
    records.close()
    assert records.dropped == 1
    assert [row[3] for row in _rows(path, "replies")] == ["二"]


def _move(path: Path) -> None:
    for file in list(path.parent.iterdir()):
        file.rename(file.with_name(f"old-{file.name}"))


def _delete(path: Path) -> None:
    for file in list(path.parent.iterdir()):
        file.unlink()


@pytest.mark.parametrize("harm", [_move, _delete, Path.unlink])
def test_a_file_that_is_taken_away_is_made_anew(
    records: Records, path: Path, harm: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    records.add_reply(Query("先前的", "api"), _reply())
    records.flush()
    harm(path)
    for number in range(20):
        records.add_reply(Query(f"后来的 {number}", "api"), _reply())
        records.flush()
    assert [row[3] for row in _rows(path, "replies")] == [f"后来的 {number}" for number in range(20)]
    assert records.dropped == 0 and len(caplog.messages) == 1 and "移走" in caplog.text


def test_nobody_else_may_read_it_nor_one_left_open_before(path: Path) -> None:
    path.parent.mkdir()
    sqlite3.connect(path).execute("CREATE TABLE before (x)")
    path.chmod(0o644)
    records = Records(path)
    records.add_reply(Query("不会", "api"), _reply())
    records.flush()
    assert {file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {0o600}
    records.close()
