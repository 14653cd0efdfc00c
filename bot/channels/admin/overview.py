"""Overview: what is in use, and how well it answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from bot.channels.admin.console import Call
from bot.channels.admin.plot import plot
from bot.channels.admin.usage import Usage, usage
from bot.chat import CHINA
from bot.database.faults import DatabaseFault
from index.calibrate import SHOWN, Point
from index.expect import expectation


@dataclass(frozen=True)
class Threshold:
    """A line of the table of thresholds."""

    precision: float
    point: Point


def _asked(call: Call) -> tuple[Usage | None, str]:
    """Return what people asked, or why that is not known."""
    database = call.console.database
    if database is None:
        return None, ""
    try:
        return usage(database, datetime.fromtimestamp(call.desk.now(), CHINA)), ""
    except DatabaseFault as fault:
        return None, f"问答记录现在读不出来：{fault}"


def shown(call: Call) -> Response:
    """Show the version in use and its figures."""
    engine, settings = call.desk.chat.engine, call.desk.settings
    version, changes = None, 0
    if call.editable:
        shop = call.workshop
        version = next((one for one in shop.versions.all() if one.number == shop.versions.live), None)
        changes = len(shop.draft.changes(shop.live_corpus))
    calibration = engine.calibration
    found, trouble = _asked(call)
    return call.page(
        "overview",
        asked=found,
        trouble=trouble,
        plot=plot(found.days) if found else None,
        names={entry.id: entry.label or entry.question for entry in engine.entries.values()},
        version=version,
        changes=changes,
        index=engine.version,
        entries=len(engine.entries),
        wordings=len(engine.texts),
        precision=settings.precision,
        expectation=expectation(calibration, settings.precision, settings.strangers),
        curve=[Threshold(one, calibration.point(one, settings.strangers)) for one in SHOWN],
    )
