"""Surroundings: the settings that a verb runs with, read from the environment."""

from __future__ import annotations

import sys
from typing import Any

from bot.settings import Settings, load_settings, unknown_settings
from index.errors import IndexMissing


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
