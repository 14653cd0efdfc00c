"""Proof: the process that proves a draft while the service serves on, and how far it is."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from bot.place import PROOF, corpus_of
from bot.settings import Settings, variable
from bot.workshop.errors import NotNow
from bot.workshop.folders import copy_corpus, is_held, texts_of, write_whole
from bot.workshop.report import Report, read_report

_PROGRESS = "progress.json"
_RUNNING = ".running"
_FAILURE = "failure.txt"
# What decides the index and its answers; the rest of the settings is no business of a proof.
_TOLD = ("work", "model", "precision", "strangers", "records", "database_url")
# The service comes first.
_NICE = 10


@dataclass(frozen=True)
class Progress:
    """How far a proof is: whose it is, which step, what share of it, and since when (seconds since 1970)."""

    who: str
    step: str
    share: float
    started: float

    @property
    def seconds(self) -> int:
        """For how long it has been running."""
        return max(0, int(time.time() - self.started))


class Proof:
    """The proof in a work folder: one at a time."""

    def __init__(self, settings: Settings) -> None:
        """Prove with these settings."""
        assert settings.work is not None
        self._settings = settings
        self.folder = settings.work / PROOF
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Whether it is being worked on, by whichever process."""
        if self._process is not None and self._process.poll() is None:
            return True
        return self.folder.is_dir() and is_held(self.folder / _RUNNING)

    @property
    def progress(self) -> Progress | None:
        """How far it is; None where there is none."""
        try:
            return Progress(**json.loads((self.folder / _PROGRESS).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    @property
    def report(self) -> Report | None:
        """What was found, once it is done."""
        return read_report(self.folder)

    @property
    def failure(self) -> str:
        """Why it ended without a report, an empty string where it did not."""
        try:
            return (self.folder / _FAILURE).read_text(encoding="utf-8")
        except FileNotFoundError:
            stopped = self.progress is not None and self.report is None and not self.running
            return "检验没有做完就停了，多半是服务器重启过。请再检验一次。" if stopped else ""

    def is_of(self, corpus: Path) -> bool:
        """Tell whether it was made of what stands in `corpus` now."""
        return self.folder.is_dir() and texts_of(corpus_of(self.folder)) == texts_of(corpus)

    def start(self, corpus: Path, who: str, thorough: bool) -> None:
        """Begin to prove what stands in `corpus`; the caller holds the lock of the work folder."""
        if self.running:
            at = self.progress
            raise NotNow(f"{at.who if at else '有人'}正在检验，一次只能做一个。请等它做完。")
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        copy_corpus(corpus, corpus_of(self.folder))
        self.note(Progress(who, "准备", 0.0, time.time()))
        command = [sys.executable, "-m", "bot.workshop", "prove", *(["--thorough"] if thorough else [])]
        with (self.folder / "log.txt").open("wb") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self._environment(),
                cwd=Path(__file__).parents[2], start_new_session=True,
            )  # fmt: skip

    def note(self, progress: Progress) -> None:
        """Write down how far it is."""
        write_whole(self.folder / _PROGRESS, json.dumps(vars(progress), ensure_ascii=False))

    def fail(self, message: str) -> None:
        """Write down why there is no report."""
        write_whole(self.folder / _FAILURE, message)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let others see that this process works on it, and let the service go first."""
        os.nice(_NICE)
        with (self.folder / _RUNNING).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _environment(self) -> dict[str, str]:
        told = {name: getattr(self._settings, name, None) for name in _TOLD}
        plain = {variable(name): _plain(value) for name, value in told.items() if value is not None}
        # With a thread for every core it would stand in the way of the answers.
        return {**os.environ, **plain, "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}


def _plain(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)
