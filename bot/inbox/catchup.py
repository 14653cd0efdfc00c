"""Catch-up: puts into groups what is left, beside the clerk's work, and leaves half of the time to the answers."""

from __future__ import annotations

import logging
import time
from threading import Event, Lock, Thread

from bot.database.faults import DatabaseFault
from bot.inbox.inbox import Inbox
from index.engine import Engine

log = logging.getLogger(__name__)
_SOME = 128


class CatchUp:
    """One thread at most, which ends when nothing is left."""

    def __init__(self) -> None:
        """Begin with nothing to do."""
        self._thread: Thread | None = None
        self._lock = Lock()
        self._ended = Event()

    def begin(self, box: Inbox, engine: Engine) -> None:
        """Let the thread run, where it does not yet."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = Thread(target=self._run, args=(box, engine), name="inbox", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """End after the questions that are being worked on."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self, box: Inbox, engine: Engine) -> None:
        left = 1
        while left and not self._ended.is_set():
            started = time.monotonic()
            try:
                left = box.refresh(engine, _SOME)
            except DatabaseFault as fault:
                log.warning("没答好的问题没有归完组，下次打开待办时接着归：%s", fault)
                return
            self._ended.wait(time.monotonic() - started)
