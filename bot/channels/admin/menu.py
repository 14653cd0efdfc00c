"""Menu: every page of the console with its address."""

from __future__ import annotations

from fastapi import FastAPI

from bot.channels.admin import editor, examining, export, importing, overview, release, trial, unanswered, years
from bot.channels.admin.console import Console
from bot.channels.desk import Desk

_ITEMS = (
    ("概况", ""),
    ("待办", "/inbox"),
    ("问答", "/entries"),
    ("试一试", "/trial"),
    ("考题", "/exam"),
    ("年度的数字", "/years"),
    ("发布", "/publish"),
    ("历史", "/history"),
)


def open_console(desk: Desk) -> Console | None:
    """Return the console of a desk; None where the settings name nobody who may use it."""
    return Console(desk, _ITEMS) if desk.settings.admin else None


def add_console(app: FastAPI, console: Console) -> None:
    """Add the console to `app`."""
    console.add_door(app)
    shown = {
        "": overview.shown,
        "/entries": editor.listed,
        "/new": editor.new,
        "/entries/{entry_id}": editor.shown,
        "/inbox": unanswered.shown,
        "/trial": trial.shown,
        "/exam": examining.shown,
        "/export": export.workbook,
        "/import": importing.offered,
        "/import/{number}": importing.shown,
        "/years": years.listed,
        "/years/{years}": years.shown,
        "/publish": release.shown,
        "/history": release.history,
    }
    done = {
        "/inbox": unanswered.done,
        "/exam": examining.saved,
        "/save": editor.saved,
        "/import/{number}": importing.decided,
        "/similar": trial.corrected,
        "/years": years.copied,
        "/years/{years}": years.saved,
        "/prove": release.proved,
        "/publish": release.published,
        "/back": release.went_back,
        "/drop": release.dropped,
    }
    for path, handler in shown.items():
        console.add(app, path, handler)
    for path, handler in done.items():
        console.add(app, path, handler, "POST")
    console.add(app, "/import", importing.sent, "POST", files=True)
