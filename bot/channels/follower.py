"""Follower: takes what other machines have published, again and again, while nobody who asks waits for it."""

from __future__ import annotations

import asyncio
import logging

from bot.settings import Settings
from bot.workshop.errors import NotNow
from bot.workshop.rota import Rota

log = logging.getLogger(__name__)


class Follower:
    """Keeps the work folder of this machine like that of the others."""

    def __init__(self, settings: Settings) -> None:
        """Follower in the database that the settings name."""
        self._rota = Rota(settings)
        self._trouble = ""

    async def begin(self) -> None:
        """Take what is in use before anybody is answered; where it cannot be had, go on with what is here."""
        await asyncio.to_thread(self._look, first=True)

    async def look(self) -> None:
        """Take what has been published since, and share what has been made here."""
        await asyncio.to_thread(self._look)

    def close(self) -> None:
        """Let go of connections."""
        self._rota.close()

    def _look(self, first: bool = False) -> None:
        try:
            # To share what is here may take long, and is not what one begins with.
            self._rota.fetch() if first else self._rota.follow()
        except NotNow as error:
            self._tell(str(error))
        except OSError as error:
            self._tell(f"读写文件时出错（{error.strerror or error}），请检查磁盘空间和权限。")
        except Exception as error:
            # Whatever it is, answers go on, and so does the looking.
            self._tell(f"程序出错了（{type(error).__name__}: {error}）。")
        else:
            if self._trouble:
                log.warning("又跟上别的机器了。")
            self._trouble = ""

    def _tell(self, trouble: str) -> None:
        # Once, and not every second.
        if trouble != self._trouble:
            log.error("跟不上别的机器发布的：%s先用现在这一版，好了自己跟上。", trouble)
        self._trouble = trouble


def open_follower(settings: Settings) -> Follower | None:
    """Return what follows other machines, if the settings name a folder and a database for it."""
    return Follower(settings) if settings.work is not None and settings.database_url is not None else None
