"""Intake: new wordings of missed questions find their group, by the engine's own vectors, which are kept."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection, delete, exists, func, insert, select

from bot.database.database import Database, add_unless_there
from bot.database.tables import inbox_groups, inbox_questions, vectors
from bot.inbox.grouping import assign, centres_of, unit
from bot.inbox.missed import missed
from bot.picks import picked
from bot.records import now
from index.encode import Vectors
from index.engine import Engine
from index.segment import Reading

# So many are kept at a time: a clerk who does not wait finds what is done, and another process its turn.
_AT_ONCE = 2_000
_OPTIONS = 9
# Values that one statement may hold.
_SOME = 500


@dataclass(frozen=True)
class _New:
    """Wordings that are read alike."""

    spoken: str
    reading: Reading
    texts: tuple[str, ...]


class Intake:
    """Puts wordings into groups."""

    def __init__(self, database: Database) -> None:
        """Take from the records in `database`."""
        self._database = database
        self._lock = threading.Lock()

    def refresh(self, engine: Engine, most: int | None = None, unknown: int | None = None) -> int:
        """Put at most so many new wordings into groups, so many of them without a vector; return how many are left."""
        with self._lock:
            texts = self._new_texts()
            taken = texts[:most]
            if unknown is not None:
                taken = self._quick(engine, taken, unknown)
            for start in range(0, len(taken), _AT_ONCE):
                self._take(engine, taken[start : start + _AT_ONCE])
        return len(texts) - len(taken)

    def _quick(self, engine: Engine, texts: Sequence[str], unknown: int) -> list[str]:
        """Leave out those that have to be encoded, but for the first few: that takes as long as answering them."""
        with self._database.read() as connection:
            found = _found(connection, engine.model_name, texts)
        later = {*[text for text in texts if text not in found][unknown:]}
        return [text for text in texts if text not in later]

    def _new_texts(self) -> list[str]:
        misses = missed().subquery()
        known = exists().where(inbox_questions.c.question == misses.c.question)
        found = select(misses.c.question).where(~known).group_by(misses.c.question)
        with self._database.read() as connection:
            texts = connection.scalars(found.order_by(func.count().desc(), misses.c.question)).all()
        return [text for text in texts if _asks(text)]

    def _take(self, engine: Engine, texts: Sequence[str]) -> None:
        alike: dict[str, list[str]] = {}
        readings: dict[str, Reading] = {}
        for text in texts:
            reading = engine.segmenter.read(text)
            # What is nothing but courtesy is kept as it was said.
            spoken = reading.spoken or text
            alike.setdefault(spoken, []).append(text)
            readings.setdefault(spoken, reading)
        new = [_New(spoken, readings[spoken], tuple(some)) for spoken, some in alike.items()]
        with self._database.read() as connection:
            known = _known(connection, [one.spoken for one in new])
        fresh = [one for one in new if one.spoken not in known]
        kept = self._vectors(engine, fresh)
        with self._database.write() as connection:
            _take_turns(connection)
            groups = dict(known)
            if fresh:
                groups |= _grouped(connection, engine, fresh, kept)
            _keep(connection, new, groups)

    def _vectors(self, engine: Engine, fresh: Sequence[_New]) -> Vectors:
        """Return the vector of each new question; most were kept when it was asked, and the others are made."""
        firsts = [one.texts[0] for one in fresh]
        with self._database.read() as connection:
            found = _found(connection, engine.model_name, firsts)
        missing = [one for one in fresh if one.texts[0] not in found]
        if missing:
            made = engine.encoder.encode([one.reading for one in missing]).astype(np.float16)
            rows = [
                {"question": one.texts[0], "encoder": engine.model_name, "vector": row.tobytes()}
                for one, row in zip(missing, made, strict=True)
            ]
            with self._database.write() as connection:
                # Those of another encoder are of no use any more.
                _drop(connection, [row["question"] for row in rows])
                add_unless_there(connection, vectors, rows)
            found |= {row["question"]: row["vector"] for row in rows}
        return _matrix([found[text] for text in firsts], len(engine.sensor.middle))


def _asks(text: str) -> bool:
    """Tell whether a message is a question, and not a choice from a list."""
    return any(map(str.isalnum, text)) and picked(text, _OPTIONS) is None


def _known(connection: Connection, spoken: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(spoken), _SOME):
        some = spoken[start : start + _SOME]
        rows = connection.execute(
            select(inbox_questions.c.folded, inbox_questions.c.group_id).where(inbox_questions.c.folded.in_(some))
        )
        found |= {folded: group_id for folded, group_id in rows}
    return found


def _found(connection: Connection, encoder: str, texts: Sequence[str]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for start in range(0, len(texts), _SOME):
        some = vectors.c.question.in_(texts[start : start + _SOME])
        rows = connection.execute(
            select(vectors.c.question, vectors.c.vector).where(some, vectors.c.encoder == encoder)
        )
        found |= {question: vector for question, vector in rows}
    return found


def _drop(connection: Connection, texts: Sequence[str]) -> None:
    for start in range(0, len(texts), _SOME):
        connection.execute(delete(vectors).where(vectors.c.question.in_(texts[start : start + _SOME])))


def _matrix(rows: Sequence[bytes], width: int) -> Vectors:
    return np.frombuffer(b"".join(rows), np.float16).reshape(len(rows), width).astype(np.float32)


def _grouped(connection: Connection, engine: Engine, fresh: Sequence[_New], kept: Vectors) -> dict[str, int]:
    """Return the group of each new question; groups that begin are written."""
    ids, centres = _groups(connection, engine)
    places = assign(unit(kept - engine.sensor.middle), centres)
    count = int(places.max()) + 1 - len(ids)
    if count > 0:
        rows = [{"state": "new", "changed": now()}] * count
        ids += connection.scalars(insert(inbox_groups).returning(inbox_groups.c.id), rows).all()
    return {one.spoken: ids[place] for one, place in zip(fresh, places, strict=True)}


def _groups(connection: Connection, engine: Engine) -> tuple[list[int], Vectors]:
    """Return the ids and the middles of the groups that there are; those of another encoder are not comparable."""
    rows = connection.execute(
        select(inbox_questions.c.group_id, vectors.c.vector)
        .join(vectors, vectors.c.question == inbox_questions.c.question)
        .where(vectors.c.encoder == engine.model_name)
    ).all()
    if not rows:
        return [], np.zeros((0, len(engine.sensor.middle)), dtype=np.float32)
    ids, owners = np.unique([row.group_id for row in rows], return_inverse=True)
    centred = unit(_matrix([row.vector for row in rows], len(engine.sensor.middle)) - engine.sensor.middle)
    return ids.tolist(), centres_of(centred, owners, len(ids))


def _keep(connection: Connection, new: Sequence[_New], groups: Mapping[str, int]) -> None:
    rows = [
        {"question": text, "folded": one.spoken, "group_id": groups[one.spoken]} for one in new for text in one.texts
    ]
    add_unless_there(connection, inbox_questions, rows)
    filled = exists().where(inbox_questions.c.group_id == inbox_groups.c.id)
    connection.execute(delete(inbox_groups).where(~filled))


def _take_turns(connection: Connection) -> None:
    """Let one process at a time make groups; in SQLite that is so anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(20_240_816)))
