"""Inbox: missed questions in groups that mean the same, largest first, with what was made of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, Subquery, and_, case, distinct, func, or_, select, update

from bot.database.database import Database
from bot.database.tables import inbox_groups, inbox_questions
from bot.decide import is_smalltalk
from bot.inbox.intake import Intake
from bot.inbox.missed import missed
from bot.records import now
from index.engine import Engine

State = Literal["new", "ignored", "handled"]

PAGE = 20
_SHOWN = 5
_NEAREST = 3


@dataclass(frozen=True)
class Wording:
    """How people asked, and how often."""

    text: str
    count: int


@dataclass(frozen=True)
class Near:
    """An entry that is near to a question; `score` is how probable it is that it answers it."""

    entry_id: str
    question: str
    score: float


@dataclass(frozen=True)
class Group:
    """Missed questions that mean the same: the wordings asked most, the entries nearest to the first of them."""

    id: int
    state: State
    count: int
    last: int
    refused: int
    unclear: int
    unhelpful: int
    wordings: tuple[Wording, ...]
    nearest: tuple[Near, ...] = ()
    note: str = ""
    clerk: str = ""

    @property
    def example(self) -> str:
        """The wording that was asked most."""
        return self.wordings[0].text if self.wordings else ""


@dataclass(frozen=True)
class Page:
    """A page of groups, and how many groups and questions there are on all pages."""

    groups: tuple[Group, ...]
    total: int
    questions: int


class Inbox:
    """The inbox in a database."""

    def __init__(self, database: Database) -> None:
        """Look into `database`; `refresh` brings in what was missed since."""
        self._database = database
        self._intake = Intake(database)

    def refresh(self, engine: Engine, most: int | None = None, unknown: int | None = None) -> int:
        """Put at most so many new wordings into groups, those asked most first; return how many are left.

        At most so many `unknown` ones are taken, which have no vector yet.
        """
        return self._intake.refresh(engine, most, unknown)

    def page(self, engine: Engine, state: State = "new", most: int = PAGE, skip: int = 0) -> Page:
        """Return groups in a state, the largest first; what was handled comes back if it is missed after that."""
        with self._database.read() as connection:
            return self._page(connection, engine, _is_in(state), most, skip)

    def group(self, engine: Engine, group_id: int, wordings: int = 200) -> Group | None:
        """Return one group with its wordings; None where there is none by that number, or nobody asks it any more."""
        with self._database.read() as connection:
            found = self._page(connection, engine, lambda _: inbox_groups.c.id == group_id, 1, 0, wordings)
        return found.groups[0] if found.groups else None

    def settle(self, group_id: int, state: State, clerk: str = "", note: str = "", index_version: str = "") -> bool:
        """Note what was made of a group, by whom, and with which index in use; tell whether there is such a group."""
        values = {"state": state, "changed": now(), "clerk": clerk, "note": note, "index_version": index_version}
        with self._database.write() as connection:
            found = connection.execute(update(inbox_groups).where(inbox_groups.c.id == group_id).values(values))
        return found.rowcount == 1

    def _page(
        self, connection: Connection, engine: Engine, wanted: Any, most: int, skip: int, shown: int = _SHOWN
    ) -> Page:
        misses = missed().subquery()
        where = wanted(misses)
        joined = _joined(misses)
        total, questions = connection.execute(
            select(func.count(distinct(inbox_groups.c.id)), func.count()).select_from(joined).where(where)
        ).one()
        rows = connection.execute(
            select(inbox_groups, func.count().label("times"), func.max(misses.c.time).label("last"),
                   *(func.sum(case((misses.c.reason == name, 1), else_=0)).label(name)
                     for name in ("refused", "unclear", "unhelpful")))
            .select_from(joined).where(where).group_by(*inbox_groups.c)
            .order_by(func.count().desc(), func.max(misses.c.time).desc(), inbox_groups.c.id)
            .limit(most).offset(skip)
        ).all()  # fmt: skip
        wordings = _wordings(connection, misses, where, [row.id for row in rows])
        return Page(tuple(_group(row, wordings[row.id][:shown], engine) for row in rows), total, questions)


def nearest(engine: Engine, question: str, most: int = _NEAREST) -> tuple[Near, ...]:
    """Return the entries nearest to a question, small talk left out."""
    hits = [hit for hit in engine.search(question) if not is_smalltalk(hit) and hit.entry_id in engine.entries]
    return tuple(Near(hit.entry_id, engine.entries[hit.entry_id].question, hit.score) for hit in hits[:most])


def _is_in(state: State) -> Any:
    def condition(misses: Subquery) -> ColumnElement[bool]:
        same: ColumnElement[bool] = inbox_groups.c.state == state
        if state != "new":
            return same
        # Until the change is published, the old index goes on missing it.
        later = and_(misses.c.time > inbox_groups.c.changed, misses.c.index_version != inbox_groups.c.index_version)
        return or_(same, and_(inbox_groups.c.state == "handled", later))

    return condition


def _joined(misses: Subquery) -> Any:
    named = inbox_questions.c.question == misses.c.question
    return misses.join(inbox_questions, named).join(inbox_groups, inbox_groups.c.id == inbox_questions.c.group_id)


def _wordings(
    connection: Connection, misses: Subquery, where: ColumnElement[bool], ids: Sequence[int]
) -> dict[int, list[Wording]]:
    rows = connection.execute(
        select(inbox_questions.c.group_id, misses.c.question, func.count())
        .select_from(_joined(misses)).where(where, inbox_groups.c.id.in_(ids))
        .group_by(inbox_questions.c.group_id, misses.c.question)
        .order_by(func.count().desc(), misses.c.question)
    )  # fmt: skip
    found: dict[int, list[Wording]] = defaultdict(list)
    for group_id, question, count in rows:
        found[group_id].append(Wording(question, count))
    return found


def _group(row: Row[Any], wordings: Sequence[Wording], engine: Engine) -> Group:
    return Group(
        row.id, row.state, row.times, row.last, row.refused, row.unclear, row.unhelpful, tuple(wordings),
        nearest(engine, wordings[0].text), row.note or "", row.clerk or "",
    )  # fmt: skip
