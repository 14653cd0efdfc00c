"""What happens to real files and servers: deleted, damaged, full, held, killed, hanging."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bot.stores.redis import RedisStore
from bot.stores.safe import SafeStore
from bot.stores.sqlite import SqliteStore
from tests.support.store_fixtures import PAUSE, RedisServer, make_store, safe, until, works

ROOT = Path(__file__).parents[1]


def delete(path: Path) -> None:
    for file in path.parent.iterdir():
        file.unlink()


def delete_only_the_file(path: Path) -> None:
    path.unlink()


def delete_the_folder(path: Path) -> None:
    delete(path)
    path.parent.rmdir()


@pytest.mark.parametrize("harm", [delete, delete_only_the_file, delete_the_folder])
def test_a_deleted_file_is_made_anew_for_all(tmp_path: Path, harm: Callable[[Path], None]) -> None:
    path = tmp_path / "state" / "store.sqlite"
    with safe(SqliteStore(path)) as one, safe(SqliteStore(path)) as other:
        one.put("a", "1", 9)
        assert other.get("a") == "1"
        harm(path)
        assert works(one, "b") and works(other, "c")
        other.put("a", "2", 9)
        assert one.get("a") == "2" and one.failures == other.failures == 0
        with safe(SqliteStore(path)) as late:
            assert late.get("a") == "2"


def replace(path: Path) -> None:
    rubbish = path.with_name("rubbish")
    rubbish.write_bytes(b"no database at all" * 5000)
    os.replace(rubbish, path)


def overwrite(path: Path) -> None:
    path.write_bytes(b"no database at all" * 5000)


@pytest.mark.parametrize("harm", [replace, overwrite])
def test_a_damaged_file(tmp_path: Path, caplog: pytest.LogCaptureFixture, harm: Callable[[Path], None]) -> None:
    path = tmp_path / "store.sqlite"
    with safe(SqliteStore(path)) as store:
        for number in range(200):
            store.put(f"key-{number}", "value" * 100, 9)
        harm(path)
        for number in range(300):
            store.put(f"key-{number}", "value" * 100, 9)
            assert store.get(f"key-{number}") == "value" * 100
        delete(path)
        until(lambda: not store.down)
        assert works(store, "new") and "key-" not in caplog.text and "value" not in caplog.text


def test_a_file_that_was_no_store(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("a letter, not a database\n" * 50)
    with safe(SqliteStore(path)) as store:
        assert works(store, "a") and store.down
    assert "SQLITE_NOTADB" in caplog.text and path.read_text().startswith("a letter")


def test_no_place_for_the_file(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("no folder")
    with safe(SqliteStore(tmp_path / "file" / "store.sqlite")) as store:
        assert works(store, "a") and store.down and len(caplog.messages) == 1
        (tmp_path / "file").unlink()
        until(lambda: not store.down)
        assert works(store, "a")


def test_a_read_only_folder() -> None:
    # Where root runs the tests, pytest's own folder is closed to everybody else.
    with TemporaryDirectory() as folder:
        os.chmod(folder, 0o555)
        with safe(SqliteStore(Path(folder) / "store.sqlite")) if os.geteuid() else as_nobody(folder) as store:
            assert works(store, "a") and store.down
        os.chmod(folder, 0o755)
        with safe(SqliteStore(Path(folder) / "store.sqlite")) as store:
            assert works(store, "a") and not store.down


@contextmanager
def as_nobody(folder: str) -> Iterator[SafeStore]:
    """Open a store without the rights of root."""
    os.seteuid(65534)
    try:
        with safe(SqliteStore(Path(folder) / "store.sqlite")) as store:
            yield store
    finally:
        os.seteuid(0)


def test_a_full_disk(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    down = False
    with safe(SqliteStore(tmp_path / "store.sqlite")) as store:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        size = max(file.stat().st_size for file in tmp_path.iterdir())
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
        try:
            for number in range(50):
                store.put(str(number), "v" * 10_000, 9)
                assert store.get(str(number)) == "v" * 10_000
                down |= store.down
                time.sleep(PAUSE / 10)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        # A small value may still find room now and then.
        back = sum("又能用了" in line for line in caplog.messages)
        assert down and 1 <= sum("用不了" in line for line in caplog.messages) <= back + 1
        until(lambda: not store.down)
        assert works(store, "a")


def test_a_file_that_another_holds(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    with safe(SqliteStore(path)) as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert works(store, "a") and store.down
        other.execute("COMMIT")
        other.close()
        until(lambda: not store.down)
        assert works(store, "a")


HAMMER = """
import sys, time
from tests.support.store_fixtures import make_store
store = make_store(*sys.argv[1:3])
number = 0
while True:
    number += 1
    store.add(f"hammer-{number}", "v" * 1000, 60)
    store.put(f"hammer-{number}", "v" * 1000, 60)
    time.sleep(0.0005)
    if number == 50:
        print("ready", flush=True)
"""


@pytest.mark.parametrize("kind", ["sqlite", "redis"])
def test_a_killed_process_leaves_the_other_working(
    kind: str, tmp_path: Path, redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    address = redis_server.url if kind == "redis" else str(tmp_path / "store.sqlite")
    with safe(make_store(kind, address)) as store:
        for number in range(3):
            command = [sys.executable, "-c", HAMMER, kind, address]
            other = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
            assert other.stdout is not None and other.stdout.readline() == b"ready\n"
            for turn in range(30):
                assert works(store, f"{number}-{turn}")
            other.kill()
            other.communicate()
            assert works(store, f"{number}-after")
            assert store.get("hammer-50") == "v" * 1000
        assert not store.down and store.failures == 0 and not caplog.messages


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    yield server
    server.kill()


def test_a_killed_and_restarted_redis(own_server: RedisServer, caplog: pytest.LogCaptureFixture) -> None:
    with safe(RedisStore(own_server.url)) as store:
        assert works(store, "secret-key")
        own_server.kill()
        assert works(store, "secret-key") and store.down
        own_server.start()
        until(lambda: not store.down)
        store.put("a", "1", 9)
        assert works(store, "secret-key") and own_server.command("GET faq:a") == b"$1\r\n1\r\n"
    assert len(caplog.messages) == 2 and "ConnectionError" in caplog.text and "secret" not in caplog.text


def test_a_redis_restarted_between_two_requests_is_not_missed(own_server: RedisServer) -> None:
    with safe(RedisStore(own_server.url)) as store:
        own_server.kill()
        own_server.start()
        assert works(store, "a") and store.failures == 0


def test_a_redis_that_hangs(own_server: RedisServer) -> None:
    with safe(RedisStore(own_server.url)) as store:
        assert own_server.process is not None
        own_server.process.send_signal(signal.SIGSTOP)
        assert works(store, "a") and store.down
        own_server.process.send_signal(signal.SIGCONT)
        until(lambda: not store.down)
        assert works(store, "a")


@pytest.mark.parametrize("line", ["CONFIG SET maxmemory 1", "CONFIG SET requirepass secret", "REPLICAOF 127.0.0.1 1"])
def test_a_redis_that_refuses(own_server: RedisServer, line: str) -> None:
    assert own_server.command(line) == b"+OK\r\n"
    with safe(RedisStore(own_server.url)) as store:
        assert works(store, "a") and store.down
