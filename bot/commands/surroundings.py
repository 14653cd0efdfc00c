"""Surroundings: the settings that a verb runs with, read from the environment."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from bot.settings import Settings, SettingsError, load_settings, unknown_settings
from index.errors import IndexMissing

if TYPE_CHECKING:  # its libraries are heavy, and most verbs do without
    from bot.database.database import Database


def read_settings(**given: Any) -> Settings:
    """Return the settings, what was `given` on the command line first; names that look like slips are told."""
    settings = load_settings(**{name: value for name, value in given.items() if value is not None})
    for name in unknown_settings():
        print(f"提醒：不认识设置 {name}，没有用它。可用的设置见 python -m bot --help。", file=sys.stderr)
    return settings


def need_index(settings: Settings) -> None:
    """Raise IndexMissing where there is no built index."""
    if not settings.index.exists():
        raise IndexMissing(settings.index)


def need_database(settings: Settings) -> Database:
    """Return the database of the records; raise SettingsError where none is named."""
    from bot.database.database import open_database

    database = open_database(settings)
    if database is None:
        raise SettingsError(
            "没有设 FAQ_RECORDS 或 FAQ_DATABASE_URL，没有问答记录。请在启动服务用的那些环境变量里运行。"
        )
    return database
