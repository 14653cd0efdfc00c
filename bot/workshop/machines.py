"""Machines: what those that share a database change in the workshop, taken from it and put into it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bot.database.database import open_database
from bot.database.faults import DatabaseFault
from bot.place import DRAFT, live_number, make_live
from bot.settings import Settings
from bot.workshop.commons import Commons
from bot.workshop.crate import CrateError
from bot.workshop.errors import NotNow
from bot.workshop.shelf import ShelfItem, arrange, hold_still, items, lock


class Machines:
    """The shelf in the database beside the folder of this machine; whoever calls holds the folder's lock."""

    def __init__(self, settings: Settings) -> None:
        """Take the folder and the database that the settings name."""
        database = open_database(settings)
        assert database is not None and settings.work is not None
        self._database = database
        self._work = settings.work
        self._commons = Commons(settings.work)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Begin with the newest, and let the others have what was changed; raise NotNow where that fails."""
        before: int | None = None
        try:
            with self._faults("没有改动任何内容，请过一会儿再试。"), self._database.write() as connection:
                lock(connection)
                found = self._found(items(connection))
                self._commons.bring(connection, found)
                before = live_number(self._work)
                self._commons.begin()
                yield
                wanted = self._commons.keep(connection, found)
                arrange(connection, wanted)
        except BaseException:
            # What the others do not know of is not to be; the draft on the shelf takes the place of this one soon.
            if before is not None and live_number(self._work) != before:
                make_live(self._work, before)
            raise
        if DRAFT in wanted:
            self._commons.end(wanted[DRAFT].stamp)

    def shared(self) -> bool:
        """Whether all that is here is on the shelf, too; needs no lock."""
        return not self._commons.has_more(self._look())

    def ahead(self) -> bool:
        """Whether something on the shelf is not what is here; needs no lock."""
        return not self._commons.is_like(self._look())

    def fetch(self) -> None:
        """Make the folder like the shelf."""
        with self._faults(), self._database.read() as connection:
            hold_still(connection)
            self._commons.bring(connection, self._found(items(connection)))

    def close(self) -> None:
        """Let go of connections."""
        self._database.close()

    def _look(self) -> dict[str, ShelfItem]:
        with self._faults(), self._database.read() as connection:
            return items(connection)

    def _found(self, found: dict[str, ShelfItem]) -> dict[str, ShelfItem]:
        if self._commons.is_strange(found):
            raise NotNow(
                f"{self._work} 里有一套草稿和各版，数据库里有另一套，哪一套都没有动。"
                "请让运行的人把 FAQ_WORK 换成一个空的文件夹再重启。"
            )
        return found

    @contextmanager
    def _faults(self, more: str = "") -> Iterator[None]:
        try:
            yield
        except (DatabaseFault, CrateError) as fault:
            raise NotNow(f"{fault}{more}") from None
