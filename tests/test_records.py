"""Records: masked, off the reply's way, and never a cause of trouble."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import update

from bot.database.database import postgres, sqlite
from bot.database.faults import DatabaseFault, WriteRefused
from bot.database.tables import replies
from bot.records import Exchange, Note, Rating, Records
from bot.reply import Feedback, Query
from tests.support.postgres_fixtures import PostgresServer
from tests.support.record_fixtures import PAUSE, ask, kept, make_reply, records_in
from tests.support.store_fixtures import until


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new folder" / "records.sqlite"


@pytest.fixture
def records(path: Path) -> Iterator[Records]:
    records = records_in(path)
    yield records
    records.close()


class Notebook:
    """A ledger in memory that can be made to fail."""

    where = "记录 "

    def __init__(self) -> None:
        self.notes: list[Note] = []
        self.fault: Exception | None = None
        self.gate = threading.Event()
        self.gate.set()

    def write(self, notes: Sequence[Note]) -> None:
        self.gate.wait(10)
        if self.fault:
            raise self.fault
        if any(isinstance(note, Exchange) and note.question == "坏" for note in notes):
            raise WriteRefused(self.where, "DataError")
        self.notes += notes

    def tidy(self) -> None: ...

    def close(self) -> None: ...

    def questions(self) -> list[str]:
        return [note.question for note in self.notes if isinstance(note, Exchange)]


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
def notes(notebook: Notebook) -> Iterator[Records]:
    records = Records(notebook, most=20, pause=PAUSE)
    yield records
    notebook.gate.set()
    records.close()


def test_keeps_reply_and_feedback_masked(records: Records, path: Path) -> None:
    reply = ask(records, "我的电话13800138000，怎么办", make_reply("clarify", "", ("T1", "T2"), "raw-session"))
    records.add_feedback(Feedback(reply_id=reply.reply_id, helpful=False, comment="打13800138000给我"))
    assert records.flush()
    (row,) = kept(path)
    assert (row.id, row.channel, row.question) == (reply.reply_id, "api", "我的电话〔手机号〕，怎么办")
    assert (row.kind, row.entry_id, row.confidence) == ("clarify", None, 0.25)
    assert (row.index_version, row.language, row.candidates) == ("v1", "zh-Hant", " T1 T2 ")
    assert len(row.session) == 32
    (judged,) = kept(path, "feedback")
    assert judged[1:2] + judged[3:] == (reply.reply_id, False, "打〔手机号〕给我")
    stored = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"raw-session" not in stored and b"13800138000" not in stored


def test_a_session_is_the_same_on_the_page_and_in_the_window(records: Records, path: Path) -> None:
    for channel in ("web", "api", "wechat"):
        ask(records, "问", make_reply(session="session-1"), channel)
    assert records.flush()
    web, api, wechat = (row.session for row in kept(path))
    assert web == api != wechat


def test_erases_a_session_and_nothing_else(records: Records, path: Path) -> None:
    gone = ask(records, "独一无二的问题", make_reply(session="session-1"))
    records.add_feedback(Feedback(reply_id=gone.reply_id, helpful=False, comment="也要删"))
    ask(records, "留下", make_reply(session="session-2"))
    records.erase("web", "session-1")
    ask(records, "后来又来", make_reply(session="session-1"))
    assert records.flush()
    assert [row.question for row in kept(path)] == ["留下", "后来又来"] and kept(path, "feedback") == []
    stored = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert "独一无二".encode() not in stored and "留下".encode() in stored


def test_deletes_what_was_kept_for_long_enough(path: Path) -> None:
    records = records_in(path)
    ask(records, "老的", make_reply())
    assert records.flush()
    with sqlite(path).write() as connection:
        connection.execute(update(replies).values(time=replies.c.time - 8 * 86_400_000))
    records.close()
    records = records_in(path, days=7)
    ask(records, "今天", make_reply())
    until(lambda: [row.question for row in kept(path)] == ["今天"])
    records.close()


def test_closing_writes_what_is_waiting(path: Path) -> None:
    records = records_in(path)
    for _ in range(1500):
        ask(records, "问", make_reply())
    records.close()
    assert len(kept(path)) == 1500


def test_signs_that_no_database_takes_lose_nothing(records: Records, path: Path) -> None:
    ask(records, "一\x00\ud800", make_reply())
    records.add_feedback(Feedback(reply_id=make_reply().reply_id, helpful=True, comment="\x00好"))
    assert records.flush() and records.dropped == 0
    assert kept(path)[0].question == "一" and kept(path, "feedback")[0].comment == "好"


def test_a_note_that_is_refused_takes_no_other_along(notes: Records, notebook: Notebook) -> None:
    notebook.gate.clear()
    for text in ("一", "坏", "二"):
        ask(notes, text, make_reply())
    notebook.gate.set()
    assert notes.flush()
    assert notebook.questions() == ["一", "二"] and notes.dropped == 1


def test_notes_wait_while_the_database_is_away(
    notes: Records, notebook: Notebook, caplog: pytest.LogCaptureFixture
) -> None:
    notebook.fault = DatabaseFault("记录 ", "SQLITE_FULL")
    ask(notes, "电话13800138000", make_reply())
    assert not notes.flush(0.1)
    for number in range(30):
        ask(notes, str(number), make_reply())
    assert (notes.waiting, notes.dropped) == (20, 11)
    notebook.fault = None
    assert notes.flush()
    assert notebook.questions() == ["电话13800138000", *map(str, range(19))]
    assert "SQLITE_FULL" in caplog.text and "13800138000" not in caplog.text
    # Once that it is away, once that something is lost, once that it is back.
    assert len(caplog.messages) == 3 and "又能用了" in caplog.messages[2]


def test_a_fault_of_ours_does_not_stop_it(notes: Records, notebook: Notebook) -> None:
    notebook.fault = OverflowError("13800138000")
    ask(notes, "丢", make_reply())
    assert notes.flush() and notes.dropped == 1
    notebook.fault = None
    ask(notes, "记", make_reply())
    assert notes.flush() and notebook.questions() == ["记"]


def test_what_has_to_be_erased_is_never_dropped(notes: Records, notebook: Notebook) -> None:
    notebook.gate.clear()
    for _ in range(30):
        ask(notes, "问", make_reply())
    notes.erase("wechat", "session-1")
    notebook.gate.set()
    assert notes.flush() and not isinstance(notebook.notes[-1], Exchange | Rating)


def test_what_could_not_be_written_is_told_at_the_end(notebook: Notebook, caplog: pytest.LogCaptureFixture) -> None:
    records = Records(notebook, pause=PAUSE)
    notebook.fault = DatabaseFault("记录 ", "SQLITE_FULL")
    ask(records, "问", make_reply())
    records.close()
    assert "最后 1 条问答记录没有写" in caplog.text


def test_recovers_when_the_file_does(path: Path) -> None:
    path.parent.mkdir()
    path.mkdir()
    records = records_in(path)
    ask(records, "一", make_reply())
    assert not records.flush(0.1)
    path.rmdir()
    assert records.flush()
    ask(records, "二", make_reply())
    records.close()
    assert [row.question for row in kept(path)] == ["一", "二"]


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
    ask(records, "先前的", make_reply())
    assert records.flush()
    harm(path)
    for number in range(20):
        ask(records, f"后来的 {number}", make_reply())
        assert records.flush()
    assert [row.question for row in kept(path)] == [f"后来的 {number}" for number in range(20)]
    assert records.dropped == 0 and len(caplog.messages) == 1 and "移走" in caplog.text


def test_nobody_else_may_read_it_nor_one_left_open_before(records: Records, path: Path) -> None:
    path.parent.mkdir()
    sqlite3.connect(path).execute("CREATE TABLE before (x)")
    path.chmod(0o644)
    ask(records, "不会", make_reply())
    assert records.flush()
    assert {file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {0o600}


def test_killed_at_any_time_it_loses_the_last_second_at_most(path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from bot.database.database import sqlite\n"
        "from bot.database.ledger import DatabaseLedger; from bot.records import Records\n"
        "from bot.reply import Query, Reply; from bot.ids import new_reply_id\n"
        f"records = Records(DatabaseLedger(sqlite(Path({str(path)!r}))))\n"
        "for number in range(10**6):\n"
        "    records.add_reply(Query(str(number), 'api'), Reply(kind='abstain', text='', reply_id=new_reply_id()))\n"
        "    print(number, time.time(), flush=True); time.sleep(0.02)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    until(lambda: path.exists() and len(kept(path)) > 0, seconds=20)
    os.kill(process.pid, signal.SIGKILL)
    lines = [line.split() for line in process.communicate()[0].splitlines()]
    last = max(int(row.question) for row in kept(path))
    times = {int(number): float(moment) for number, moment in lines}
    assert times[max(times)] - times[last] < 1.0


def test_a_server_that_restarts_loses_nothing(postgres_server: PostgresServer, postgres_url: str) -> None:
    database = postgres(postgres_url)
    records = records_in(database)
    ask(records, "先", make_reply(session="session-1"))
    assert records.flush()
    postgres_server.stop()
    ask(records, "其间", make_reply(session="session-1"))
    assert not records.flush(0.3)
    postgres_server.start()
    ask(records, "后", make_reply())
    assert records.flush(10) and records.dropped == 0
    records.erase("api", "session-1")
    assert records.flush()
    assert [row.question for row in kept(database)] == ["后"]
    records.close()


def test_a_reply_is_written_once_even_if_it_is_written_again(records: Records, path: Path) -> None:
    reply = make_reply()
    records.add_reply(Query("问", "api"), reply)
    records.add_reply(Query("问", "api"), reply)
    assert records.flush() and len(kept(path)) == 1
