"""Overview: what is in use, and how well it answers."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from bot.channels.admin.console import Call
from index.calibrate import SHOWN, Point
from index.expect import expectation


@dataclass(frozen=True)
class Line:
    """A line of the table of thresholds."""

    precision: float
    point: Point


def shown(call: Call) -> Response:
    """Show the version in use and its figures."""
    engine, settings = call.desk.chat.engine, call.desk.settings
    version, changes = None, 0
    if call.editable:
        shop = call.workshop
        version = next((one for one in shop.versions.all() if one.number == shop.versions.live), None)
        changes = len(shop.draft.changes(shop.live_corpus))
    calibration = engine.calibration
    return call.page(
        "overview",
        version=version,
        changes=changes,
        index=engine.version,
        entries=len(engine.entries),
        wordings=len(engine.texts),
        precision=settings.precision,
        expectation=expectation(calibration, settings.precision, settings.strangers),
        curve=[Line(one, calibration.point(one, settings.strangers)) for one in SHOWN],
    )
