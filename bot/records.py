"""Records: what was asked and replied, for the clerk; never in the way of a reply.

Notes wait in memory until a thread of its own writes them, several times a second and many at once. While the database
is away they go on waiting, up to a limit; beyond it they are lost, which the log says, and no reply ever is.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.database.faults import DatabaseFault, WriteRefused
from bot.reply import Feedback, Query, Reply

log = logging.getLogger(__name__)

_MOST = 10_000
_BATCH = 500
# So much at most is lost where the process is killed.
_PAUSE = 0.25
_TIDY_SECONDS = 3600.0


@dataclass(frozen=True)
class Heard:
    """How a question was taken: by which index, by which encoder, and what vector that gave it, if it is kept."""

    index_version: str = ""
    encoder: str = ""
    vector: bytes | None = None


@dataclass(frozen=True)
class Exchange:
    """A question and the reply to it, not masked yet."""

    reply_id: str
    time: int
    channel: str
    session_id: str
    question: str
    kind: str
    entry_id: str | None
    confidence: float
    language: str | None
    candidates: tuple[str, ...]
    heard: Heard


@dataclass(frozen=True)
class Rating:
    """Whether a reply helped."""

    reply_id: str
    time: int
    helpful: bool
    comment: str | None


@dataclass(frozen=True)
class Forgotten:
    """A session that is to be erased."""

    channel: str
    session_id: str


_UNHEARD = Heard()
Note = Exchange | Rating | Forgotten


class Ledger(Protocol):
    """Where notes are written; it raises DatabaseFault, and WriteRefused where a note is to blame."""

    where: str

    def write(self, notes: Sequence[Note]) -> None:
        """Write notes in their order, all or none."""

    def tidy(self) -> None:
        """Delete what has been kept for long enough."""

    def close(self) -> None:
        """Let go of files and connections."""


class Records:
    """Takes notes at once and writes them later."""

    def __init__(self, ledger: Ledger, most: int = _MOST, pause: float = _PAUSE) -> None:
        """Start the writer, which looks for notes after every `pause`; at most `most` wait."""
        self._ledger = ledger
        self._most = most
        self._pause = pause
        self._waiting: deque[Note] = deque()
        self._dropped = 0
        self._lock = threading.Lock()
        self._hurry = threading.Event()
        self._closing = False
        self._faulty = False
        self._tidied = 0.0
        self._writer = threading.Thread(target=self._run, name="records", daemon=True)
        self._writer.start()

    @property
    def dropped(self) -> int:
        """How many notes were lost since the start."""
        return self._dropped

    @property
    def waiting(self) -> int:
        """How many notes are not written yet."""
        return len(self._waiting)

    def add_reply(self, query: Query, reply: Reply, heard: Heard = _UNHEARD) -> None:
        """Note a question and the reply to it."""
        # What goes with an answer was not offered to choose from.
        offered = reply.options if reply.kind in ("clarify", "abstain") else ()
        self._put(
            Exchange(
                reply.reply_id, now(), query.channel, reply.session_id, query.text, reply.kind,
                reply.entry.id if reply.entry else None, reply.confidence, query.language,
                tuple(option.entry_id for option in offered), heard,
            )
        )  # fmt: skip

    def add_feedback(self, feedback: Feedback) -> None:
        """Note whether a reply helped."""
        self._put(Rating(feedback.reply_id, now(), feedback.helpful, feedback.comment))

    def erase(self, channel: str, session_id: str) -> None:
        """Erase all that was noted of a session; what has to be erased is never dropped."""
        self._waiting.append(Forgotten(channel, session_id))
        self._hurry.set()

    def flush(self, seconds: float = 5.0) -> bool:
        """Wait until all that was noted is written, at most so long; return whether it is."""
        end = time.monotonic() + seconds
        while self._waiting and time.monotonic() < end:
            self._hurry.set()
            time.sleep(0.002)
        return not self._waiting

    def close(self, seconds: float = 5.0) -> None:
        """Write what is waiting and stop."""
        self._closing = True
        self._hurry.set()
        self._writer.join(seconds)
        if self._waiting:
            log.error("%s还写不进，最后 %d 条问答记录没有写就关闭了。", self._ledger.where, len(self._waiting))
        self._ledger.close()

    def _put(self, note: Note) -> None:
        if len(self._waiting) < self._most:
            self._waiting.append(note)
        else:
            self._drop("等着写的太多")

    def _drop(self, reason: str) -> None:
        with self._lock:
            self._dropped += 1
            # A broken disk under load must not fill the log as well.
            told = self._dropped == 1 or self._dropped % 1000 == 0
        if told:
            log.error("问答记录丢了（%s），到现在共丢弃 %d 条；答复不受影响。", reason, self._dropped)

    def _run(self) -> None:
        last = False
        while not last:
            self._hurry.wait(self._pause)
            self._hurry.clear()
            last = self._closing
            try:
                self._write()
                self._tidy()
            except DatabaseFault as fault:
                self._tell(fault)
            except Exception as error:
                # Whatever it is, it may cost a few notes, never those to come.
                self._give_up(type(error).__name__)

    def _write(self) -> None:
        while count := min(len(self._waiting), _BATCH):
            # Others only add at the other end.
            batch = [self._waiting[place] for place in range(count)]
            try:
                self._ledger.write(batch)
            except WriteRefused:
                self._write_singly(batch)
            else:
                for _ in batch:
                    self._waiting.popleft()
            self._recover()

    def _write_singly(self, batch: Sequence[Note]) -> None:
        """Write what can be written of a batch in which something is to blame."""
        for note in batch:
            try:
                self._ledger.write([note])
            except WriteRefused as fault:
                self._drop(str(fault))
            self._waiting.popleft()

    def _give_up(self, reason: str) -> None:
        for _ in range(min(len(self._waiting), _BATCH)):
            self._drop(reason)
            self._waiting.popleft()

    def _tidy(self) -> None:
        if time.monotonic() - self._tidied >= _TIDY_SECONDS or not self._tidied:
            self._ledger.tidy()
            self._tidied = time.monotonic()

    def _tell(self, fault: DatabaseFault) -> None:
        if not self._faulty:
            log.error("问答记录写不进：%s先记在内存里，最多 %d 条，好了再写；答复不受影响。", fault, self._most)
        self._faulty = True

    def _recover(self) -> None:
        if self._faulty:
            log.warning("%s又能用了，等着的问答记录接着写。", self._ledger.where)
        self._faulty = False


def now() -> int:
    """Return the milliseconds since 1970."""
    return time.time_ns() // 1_000_000
