"""Records: what was asked and replied, masked, for the clerk; never in the way of a reply."""

from __future__ import annotations

import logging
import queue
import sqlite3
import threading
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.privacy import mask
from bot.reply import Feedback, Query, Reply
from bot.sqlitefile import identity, open_private

log = logging.getLogger(__name__)

_QUEUE = 10_000
_BATCH = 200
_BUSY_SECONDS = 5.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS replies (
    id TEXT PRIMARY KEY, time TEXT NOT NULL, channel TEXT NOT NULL, question TEXT NOT NULL,
    kind TEXT NOT NULL, entry_id TEXT, confidence REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS feedback (
    reply_id TEXT NOT NULL, time TEXT NOT NULL, helpful INTEGER NOT NULL, comment TEXT
);
CREATE INDEX IF NOT EXISTS replies_by_kind ON replies (kind, question);
CREATE INDEX IF NOT EXISTS feedback_by_reply ON feedback (reply_id);
"""
_ADD_REPLY = "INSERT OR IGNORE INTO replies VALUES (?, ?, ?, ?, ?, ?, ?)"
_ADD_FEEDBACK = "INSERT INTO feedback VALUES (?, ?, ?, ?)"
# The clerk's list: what was not answered, and answers that did not help.
_UNMATCHED = """
SELECT question, count(*), max(time), max(entry_id) FROM replies
WHERE kind IN ('abstain', 'clarify') OR id IN (SELECT reply_id FROM feedback WHERE helpful = 0)
GROUP BY question ORDER BY count(*) DESC, max(time) DESC LIMIT ?
"""

_Row = tuple[str, tuple[object, ...]]


@dataclass(frozen=True)
class Unmatched:
    """A question that went without a good answer: how often, when last, and what was answered if anything."""

    question: str
    count: int
    last: str
    entry_id: str | None = None


class Records:
    """Writes to a SQLite file from a thread of its own; a full or broken store loses records, never replies."""

    def __init__(self, path: Path, size: int = _QUEUE) -> None:
        """Start the writer; the file is made when the first record comes."""
        self._path = path
        self._queue: queue.Queue[_Row | None] = queue.Queue(size)
        self._dropped = 0
        self._lock = threading.Lock()
        self._writer = threading.Thread(target=self._run, name="records", daemon=True)
        self._writer.start()

    @property
    def dropped(self) -> int:
        """How many records were lost since the start."""
        return self._dropped

    def add_reply(self, query: Query, reply: Reply) -> None:
        """Note a question and the reply to it."""
        entry_id = reply.entry.id if reply.entry else None
        question = mask(query.text.strip())
        self._put(
            (_ADD_REPLY, (reply.reply_id, _now(), query.channel, question, reply.kind, entry_id, reply.confidence))
        )

    def add_feedback(self, feedback: Feedback) -> None:
        """Note whether a reply helped."""
        comment = mask(feedback.comment) if feedback.comment else None
        self._put((_ADD_FEEDBACK, (feedback.reply_id, _now(), int(feedback.helpful), comment)))

    def unmatched(self, limit: int = 1000) -> list[Unmatched]:
        """Return the questions without a good answer, the most frequent first."""
        with closing(_connect(self._path)) as connection:
            return [Unmatched(*row) for row in connection.execute(_UNMATCHED, (limit,))]

    def flush(self) -> None:
        """Wait until all that was noted is written or given up."""
        self._queue.join()

    def close(self, timeout: float = 5.0) -> None:
        """Write what is waiting and stop."""
        try:
            self._queue.put(None, timeout=timeout)
        except queue.Full:
            log.warning("问答记录没有写完就关闭了：%s", self._path)
            return
        self._writer.join(timeout)

    def _put(self, row: _Row) -> None:
        try:
            self._queue.put_nowait(row)
        except queue.Full:
            self._drop(1, "队列已满")

    def _drop(self, count: int, reason: object) -> None:
        with self._lock:
            before, self._dropped = self._dropped, self._dropped + count
        # A broken disk under load must not fill the log as well.
        if before // 1000 != self._dropped // 1000 or before == 0:
            log.error("问答记录写不进 %s（%s），到现在共丢弃 %d 条；答复不受影响。", self._path, reason, self._dropped)

    def _run(self) -> None:
        connection: sqlite3.Connection | None = None
        file = (0, 0)
        while rows := self._take():
            work = [row for row in rows if row is not None]
            try:
                if connection is not None and file != identity(self._path):
                    log.warning("问答记录的文件 %s 被移走或者删除了，从现在起写到新的文件里。", self._path)
                    _close(connection)
                    connection = None
                if connection is None:
                    connection, file = _connect(self._path), identity(self._path)
                _write(connection, work)
            except (sqlite3.Error, OSError, UnicodeError) as error:
                self._drop(len(work), error)
                _close(connection)
                connection = None
            for _ in rows:
                self._queue.task_done()
            if None in rows:
                break
        _close(connection)

    def _take(self) -> list[_Row | None]:
        rows = [self._queue.get()]
        while len(rows) < _BATCH and rows[-1] is not None:
            try:
                rows.append(self._queue.get_nowait())
            except queue.Empty:
                break
        return rows


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _connect(path: Path) -> sqlite3.Connection:
    connection = open_private(path, _BUSY_SECONDS)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.executescript(_SCHEMA)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _write(connection: sqlite3.Connection, rows: Iterable[_Row]) -> None:
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        for statement, values in rows:
            connection.execute(statement, values)


def _close(connection: sqlite3.Connection | None) -> None:
    if connection is not None:
        connection.close()
