"""Service: the bot in a process of its own on a free loopback port."""

from __future__ import annotations

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

HOST = "127.0.0.1"
_PATIENCE = 60.0
_POLL = 0.005


class Service:
    """A running service; use it with `with`."""

    def __init__(self, **settings: str) -> None:
        """Start it and wait until it is ready."""
        self.port = _free_port()
        started = time.perf_counter()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot", "serve", "--port", str(self.port)],
            env=_environment() | settings,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        try:
            self._wait()
        except BaseException:
            self._stop()
            raise
        self.seconds_to_ready = time.perf_counter() - started

    def __enter__(self) -> Service:
        """Return the service."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Stop it."""
        self._stop()

    def memory(self) -> tuple[float, float]:
        """Return resident megabytes (VmRSS), and those with shared pages divided by their users (Pss)."""
        folder = Path("/proc") / str(self._process.pid)
        resident = _kilobytes(folder / "status", "VmRSS")
        return resident / 1024, _kilobytes(folder / "smaps_rollup", "Pss") / 1024

    def metrics(self) -> dict[str, float]:
        """Return its numbers by name, those with labels added up."""
        found: dict[str, float] = {}
        for line in _page(self.port, "/metrics")[1].splitlines():
            if not line.startswith("#"):
                name, value = line.rpartition(" ")[::2]
                found[name.partition("{")[0]] = found.get(name.partition("{")[0], 0.0) + float(value)
        return found

    def processor(self) -> float:
        """Return the seconds of processor time that the process has used, in all its threads."""
        # Fields 14 and 15, counted from 1; the name in brackets before them may hold spaces: man 5 proc
        fields = (Path("/proc") / str(self._process.pid) / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _wait(self) -> None:
        end = time.perf_counter() + _PATIENCE
        while time.perf_counter() < end:
            if _page(self.port, "/api/ready")[0] == 200:
                return
            if self._process.poll() is not None:
                break
            time.sleep(_POLL)
        self._process.kill()
        raise RuntimeError(f"服务没有就绪：\n{self._said()}")

    def _said(self) -> str:
        return self._process.stderr.read().decode(errors="replace")[-2000:] if self._process.stderr else ""

    def _stop(self) -> None:
        self._process.terminate()
        try:
            self._process.communicate(timeout=15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()


def _environment() -> dict[str, str]:
    # A setting of the person who runs the bench must not change what is measured.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FAQ_") and name != "PORT"}
    return kept | {"FAQ_RATE_LIMIT": "0", "FAQ_LOG_LEVEL": "error", "FAQ_STORE": "memory"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _page(port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    except OSError:
        return 0, ""
    finally:
        connection.close()


def _kilobytes(path: Path, name: str) -> float:
    found = re.search(rf"^{name}:\s+(\d+) kB", path.read_text(), re.MULTILINE)
    return float(found[1]) if found else float("nan")
