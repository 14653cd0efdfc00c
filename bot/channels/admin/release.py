"""Release: what has changed, the proof of it, and the way there and back."""

from __future__ import annotations

from itertools import groupby

from starlette.responses import Response

from bot.channels.admin.console import Call, go
from bot.workshop.errors import NotNow, NotThere
from bot.workshop.history import Event
from bot.workshop.proof import Progress

_EVERY = 3  # seconds
_EVENTS = 500
_MINUTE = len("2026-01-05T01:00")
# How far each step of a proof is, roughly, and how much of the whole it takes.
_STEPS = {
    "准备": (0.0, 0.02),
    "检查资料": (0.02, 0.2),
    "算向量": (0.22, 0.2),
    "留出来量": (0.3, 0.4),
    "学习排序": (0.7, 0.15),
    "量新问法的影响": (0.42, 0.25),
    "建索引": (0.8, 0.1),
    "逐句对照": (0.9, 0.1),
}


def shown(call: Call) -> Response:
    """Show the changes of the draft, the proof and the versions."""
    shop = call.workshop
    changes = shop.draft.changes(shop.live_corpus)
    running = shop.proof.running
    report = None if running else shop.proof.report
    fresh = report is not None and report.base == shop.versions.live and shop.proof.is_of(shop.draft.corpus)
    progress = shop.proof.progress
    return call.page(
        "publish",
        trouble="",
        changes=changes,
        running=running,
        progress=progress,
        at=_at(progress),
        refresh=_EVERY if running else 0,
        report=report,
        fresh=fresh,
        failure="" if running else shop.proof.failure,
        versions=shop.versions.all(),
        live=shop.versions.live,
    )


def proved(call: Call) -> Response:
    """Begin a proof."""
    call.workshop.start_proof(call.visit.name, bool(call.form.get("thorough")))
    return go("/publish", done="started")


def published(call: Call) -> Response:
    """Publish what was proved."""
    report = call.workshop.proof.report
    if report and report.worse and not call.form.get("sure"):
        raise NotNow("有数字变差。请看过以后勾上“仍要发布”，再点发布。")
    call.workshop.publish(call.visit.name, call.form.line("note")[:200])
    return go("/publish", done="published")


def went_back(call: Call) -> Response:
    """Let an older version be in use again."""
    number = call.form.line("number")
    if not number.isascii() or not number.isdecimal():
        raise NotThere("没有这一版。")
    together = call.workshop.go_back(int(number[:9]), call.visit.name)
    return go("/publish", done="back" if together else "back-kept")


def dropped(call: Call) -> Response:
    """Start the draft anew."""
    call.workshop.drop_draft(call.visit.name)
    return go("/publish", done="dropped")


def history(call: Call) -> Response:
    """Show who did what."""
    events = call.workshop.history.events(_EVENTS)
    return call.page("history", deeds=[[*some] for _, some in groupby(events, key=_deed)])


def _deed(event: Event) -> tuple[str, ...]:
    """Return what files have in common that were changed by one deed, an import say."""
    return (event.who, event.what, event.time[:_MINUTE]) if event.place else (event.time, event.what)


def _at(progress: Progress | None) -> float:
    if progress is None:
        return 0.0
    begin, part = _STEPS.get(progress.step, (0.0, 0.0))
    return begin + part * progress.share
