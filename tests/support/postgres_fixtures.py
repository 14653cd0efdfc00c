"""A real PostgreSQL server for the tests of a session, and an empty database on it for each test."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.support.store_fixtures import HOST, free_port
from tests.support.system import program

# The server refuses to be run by root; Debian's package brings this user along.
_USER = "postgres"
_QUICK = ("fsync=off", "full_page_writes=off", "max_connections=50")


class PostgresServer:
    """One server on a port of its own, to be stopped and started again."""

    def __init__(self) -> None:
        initdb = program("initdb")
        self._server = program("postgres")
        self._as = _USER if os.geteuid() == 0 else None
        # A folder that the server's user can reach, which pytest's are not.
        self.folder = Path(tempfile.mkdtemp(prefix="faq-postgres-"))
        if self._as:
            os.chown(self.folder, pwd.getpwnam(self._as).pw_uid, -1)
        self._port = free_port()
        self._made = 0
        command = [initdb, "--auth=trust", f"--username={_USER}", "--encoding=UTF8", "--no-locale", "--no-sync"]
        self._run([*command, "--pgdata", str(self._data)])
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        options = [word for setting in _QUICK for word in ("-c", setting)]
        command = [self._server, "-D", str(self._data), "-h", HOST, "-p", str(self._port), "-k", str(self.folder)]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen([*command, *options], user=self._as, cwd=self.folder, **quiet)
        deadline = time.monotonic() + 20
        while not self._answers():
            assert time.monotonic() < deadline and self.process.poll() is None, "postgres did not start"
            time.sleep(0.05)

    def stop(self) -> None:
        """End it at once, as a power cut would but for the memory it shares."""
        if self.process is not None:
            self.process.send_signal(3)
            self.process.wait()

    def new_database(self) -> str:
        """Make an empty database and return its address."""
        self._made += 1
        with psycopg.connect(self.url(_USER), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE faq{self._made}")
        return self.url(f"faq{self._made}")

    def url(self, name: str) -> str:
        return f"postgresql://{_USER}:secret@{HOST}:{self._port}/{name}"

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, command: list[str]) -> None:
        done = subprocess.run(command, user=self._as, cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url(_USER), connect_timeout=2).close()
            return True
        except psycopg.OperationalError:
            return False


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    server = PostgresServer()
    yield server
    server.remove()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> str:
    return postgres_server.new_database()
