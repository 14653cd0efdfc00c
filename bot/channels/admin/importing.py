"""Importing: an Excel workbook, or documents, sent from the browser; shown first, then taken into the draft."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from bot.channels.admin.console import Call, go
from bot.channels.admin.upload import MOST_BYTES, MOST_FILES
from bot.workshop.contents import ADDED, CHANGED, OUTSIDE, RETIRED, Contents
from bot.workshop.errors import NotNow, Refused
from bot.workshop.parcel import Kind, Parcel
from corpus.entry import Entry, parse_entry
from corpus.office import period_of

_EVERY = 2  # seconds
# Lines that nobody would read to the end only make the page slow.
_MOST_PROBLEMS, _MOST_SHOWN, _MOST_GAPS = 200, 300, 500
_KINDS: tuple[Kind, ...] = ("workbook", "documents")


def offered(call: Call) -> Response:
    """Show what can be sent, and what waits."""
    return _offer(call)


def sent(call: Call) -> Response:
    """Take files in and have them read."""
    kind, files = call.form.get("kind"), call.form.files
    if kind not in _KINDS:
        raise Refused("不知道这是什么文件。请刷新网页再试。")
    if not files:
        return _offer(call, "没有选文件。请先选好再上传。", 422)
    if kind == "workbook" and len(files) > 1:
        return _offer(call, "一次收一个工作簿。", 422)
    parcel = call.workshop.parcels.add(kind, call.visit.name, files, call.form.line("basis")[:100])
    return go(f"/import/{parcel.number}")


def shown(call: Call) -> Response:
    """Show what is in a parcel, or that it is being read."""
    return _parcel(call, call.workshop.parcels.get(call.request.path_params["number"]))


def decided(call: Call) -> Response:
    """Take a parcel into the draft, read it again, or let go of it."""
    parcels, act = call.workshop.parcels, call.form.get("do")
    parcel = parcels.get(call.request.path_params["number"])
    if act == "drop":
        parcels.drop(parcel)
        return go("/import", done="let-go")
    if act == "again":
        parcels.again(parcel, call.visit.name)
        return go(f"/import/{parcel.number}")
    chosen = call.form.all("take") if parcel.kind == "documents" else None
    try:
        parcels.take(parcel, chosen, call.visit.name)
    except NotNow as error:
        return _parcel(call, parcel, str(error), 409)
    return go("/entries", done="taken" if parcel.kind == "workbook" else "drafted")


def _offer(call: Call, trouble: str = "", status: int = 200) -> Response:
    waiting = call.workshop.parcels.all()
    return call.page(
        "import", status, trouble=trouble, waiting=waiting, megabytes=MOST_BYTES // 1024 // 1024, most_files=MOST_FILES
    )


def _parcel(call: Call, parcel: Parcel, trouble: str = "", status: int = 200) -> Response:
    parcels = call.workshop.parcels
    found = parcels.contents(parcel)
    contents = found or Contents()
    return call.page(
        "parcel",
        status,
        parcel=parcel,
        trouble=trouble,
        reading=found is None,
        refresh=_EVERY if found is None else 0,
        problems=contents.problems[:_MOST_PROBLEMS],
        more_problems=len(contents.problems) - _MOST_PROBLEMS,
        contents=contents,
        counts=[(kind, contents.count(kind)) for kind in (ADDED, CHANGED, RETIRED, OUTSIDE)],
        stale=[item.name for item in parcels.stale(contents.items)],
        items=_rows(call, parcel, contents),
        hidden=len(contents.items) - _MOST_SHOWN if parcel.kind == "workbook" else 0,
        gaps=[gap for gap in contents.gaps if not gap.filled][:_MOST_GAPS],
        filled=[gap for gap in contents.gaps if gap.filled][:_MOST_GAPS],
    )


def _rows(call: Call, parcel: Parcel, contents: Contents) -> list[dict[str, Any]]:
    if parcel.kind == "documents":
        # Each has its own box to tick, so each is there.
        return [{"item": item, "entry": _entry(call, item.name, item.after)} for item in contents.items]
    return [{"item": item, "entry": None} for item in contents.items[:_MOST_SHOWN]]


def _entry(call: Call, name: str, text: str) -> Entry:
    corpus = call.workshop.draft.corpus
    return parse_entry(text, corpus / name, period_of(corpus))
