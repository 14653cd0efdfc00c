"""The database: made once whoever comes first, the file of the version before taken over, faults in plain words."""

from __future__ import annotations

import logging
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func, insert, select, text

from bot.database.database import Database, open_database, postgres, sqlite
from bot.database.faults import DatabaseFault, TooNew
from bot.database.migrate import latest
from bot.database.tables import feedback, metadata, replies
from bot.settings import Settings
from tests.support.postgres_fixtures import PostgresServer

OLD = """
CREATE TABLE replies (
    id TEXT PRIMARY KEY, time TEXT NOT NULL, channel TEXT NOT NULL, question TEXT NOT NULL,
    kind TEXT NOT NULL, entry_id TEXT, confidence REAL NOT NULL
);
CREATE TABLE feedback (reply_id TEXT NOT NULL, time TEXT NOT NULL, helpful INTEGER NOT NULL, comment TEXT);
CREATE INDEX replies_by_kind ON replies (kind, question);
CREATE INDEX feedback_by_reply ON feedback (reply_id);
INSERT INTO replies VALUES ('A', '2026-11-30T20:05:59.123+00:00', 'api', '怎么交', 'answer', 'P1', 0.5);
INSERT INTO replies VALUES ('B', 'no time', 'web', '不会', 'abstain', NULL, 0);
INSERT INTO feedback VALUES ('A', '2026-11-30T20:06:00.000+00:00', 0, '没用');
INSERT INTO feedback VALUES ('A', '2026-11-30T20:06:01.000+00:00', 1, NULL);
"""


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        database = sqlite(tmp_path / "新的 %20 folder" / "records.sqlite")
    else:
        database = postgres(request.getfixturevalue("postgres_url"))
    yield database
    database.close()


def _row(id_: str) -> dict[str, object]:
    return {"id": id_, "time": 1, "channel": "api", "question": "问", "kind": "abstain", "confidence": 0.0}


def _count(database: Database) -> int:
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(replies)) or 0


def test_the_tables_are_those_that_the_program_knows(database: Database) -> None:
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == latest()


def test_a_transaction_is_kept_whole_or_not_at_all(database: Database) -> None:
    with database.write() as connection:
        connection.execute(insert(replies), [_row("A"), _row("B")])
    with pytest.raises(DatabaseFault) as caught, database.write() as connection:
        connection.execute(insert(replies), [_row("C"), _row("A")])
    assert "secret" not in str(caught.value) and "问" not in str(caught.value)
    assert _count(database) == 2


def test_the_file_of_the_version_before_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(OLD)
    database = sqlite(path)
    with database.read() as connection:
        kept = connection.execute(select(replies).order_by(replies.c.id)).all()
        judged = connection.execute(select(feedback).order_by(feedback.c.id)).all()
        assert connection.scalar(text("SELECT count(*) FROM sqlite_master WHERE name LIKE 'old%'")) == 0
    database.close()
    assert kept[0][:10] == ("A", 1796069159123, "api", None, "怎么交", "answer", "P1", 0.5, None, None)
    assert kept[1][:8] == ("B", 0, "web", None, "不会", "abstain", None, 0.0)
    assert [row[1:] for row in judged] == [("A", 1796069160000, False, "没用"), ("A", 1796069161000, True, None)]


def test_several_that_start_at_once_make_it_once(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(OLD)
    address = request.getfixturevalue("postgres_url")
    assert _start_at_once(lambda: sqlite(path)) == 2 + 3
    assert _start_at_once(lambda: postgres(address)) == 3


def _start_at_once(open_it: Callable[[], Database]) -> int:
    barrier = threading.Barrier(3)

    def start(id_: str) -> int:
        database = open_it()
        barrier.wait()
        with database.write() as connection:
            connection.execute(insert(replies), [_row(id_)])
        count = _count(database)
        database.close()
        return count

    with ThreadPoolExecutor(3) as pool:
        return max(pool.map(start, ["P1", "P2", "P3"]))


def test_what_a_later_program_has_changed_is_left_alone(database: Database) -> None:
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    again = Database(database._engine, database.where)
    with pytest.raises(TooNew, match=r"9999.*请换上更新的程序"), again.write():
        pass


def _break_folder(path: Path) -> None:
    path.parent.rmdir()
    path.parent.write_text("a file where a folder should be")


def _break_content(path: Path) -> None:
    path.write_bytes(b"no database at all" * 100)


@pytest.mark.parametrize("harm", [_break_folder, _break_content, Path.mkdir])
def test_a_file_that_is_none_is_a_fault_that_says_which(tmp_path: Path, harm: Callable[[Path], None]) -> None:
    path = tmp_path / "folder" / "records.sqlite"
    path.parent.mkdir()
    harm(path)
    with pytest.raises(DatabaseFault, match=r"记录文件 .*records.sqlite 用不了（"), sqlite(path).read():
        pass


def test_a_server_that_is_away_is_a_fault_and_comes_back(postgres_server: PostgresServer, postgres_url: str) -> None:
    database = postgres(postgres_url)
    with database.write() as connection:
        connection.execute(insert(replies), [_row("A")])
    postgres_server.stop()
    with pytest.raises(DatabaseFault, match="FAQ_DATABASE_URL 的数据库用不了（") as caught, database.read():
        pass
    assert "secret" not in str(caught.value)
    postgres_server.start()
    assert _count(database) == 1
    database.close()


def test_nobody_else_may_read_the_file(tmp_path: Path) -> None:
    database = sqlite(tmp_path / "records.sqlite")
    with database.write() as connection:
        connection.execute(insert(replies), [_row("A")])
    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o600}
    database.close()


def test_the_settings_say_which(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    assert open_database(Settings()) is None
    assert open_database(Settings(records=tmp_path / "a")).where == f"记录文件 {tmp_path / 'a'} "
    both = Settings(records=tmp_path / "a", database_url="postgres://u:p@localhost/faq")
    assert open_database(both).where == "FAQ_DATABASE_URL 的数据库"


def test_nothing_of_it_is_imported_where_nothing_is_recorded() -> None:
    code = "import sys; from bot.channels.app import create_app; create_app(); print('sqlalchemy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
