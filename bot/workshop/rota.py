"""Rota: whose turn it is in a work folder, and on which machine where several share a PostgreSQL database."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.settings import Settings
from bot.workshop.folders import locked

if TYPE_CHECKING:
    from bot.workshop.machines import Machines

log = logging.getLogger(__name__)


class Rota:
    """Lets one process at a time change something, of one machine or of several; each begins with the newest."""

    def __init__(self, settings: Settings) -> None:
        """Take the work folder and the database that the settings name; it is looked at on first use."""
        assert settings.work is not None
        self._work = settings.work
        self._machines = _machines(settings)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Let nobody else change anything meanwhile; raise NotNow where the others cannot be asked or told."""
        with locked(self._work):
            if self._machines is None:
                yield
            else:
                with self._machines.turn():
                    yield

    def fetch(self) -> None:
        """Take what other machines have changed; raise NotNow where they cannot be asked."""
        if self._machines is not None and self._machines.ahead():
            with locked(self._work):
                self._machines.fetch()

    def follow(self) -> None:
        """Take what other machines have changed; share what is here where that has not been done."""
        if self._machines is None:
            return
        if self._machines.shared():
            self.fetch()
        else:
            with self.turn():
                log.info("这里有的存进了数据库，别的机器从那里取。")

    def close(self) -> None:
        """Let go of connections."""
        if self._machines is not None:
            self._machines.close()


def _machines(settings: Settings) -> Machines | None:
    if settings.database_url is None:
        return None
    # The database's libraries are heavy, and a workshop of one machine does without.
    from bot.workshop.machines import Machines

    return Machines(settings)
