"""Examining: the questions by which an office tries its bot, and how the version in use does on them."""

from __future__ import annotations

from starlette.responses import Response

from bot.channels.admin.console import Call, go
from bot.channels.admin.editor import Remark
from bot.place import version_folder
from bot.workshop.errors import Stale
from bot.workshop.folders import difference, text_digest
from bot.workshop.grades import RIGHT
from bot.workshop.report import read_report
from corpus.errors import CorpusError
from corpus.exam import MOST, NAME, mistakes

_FIELD = "questions"
_MOST_SHOWN = 50


def shown(call: Call) -> Response:
    """Show the questions of the draft, and what came out for the version in use."""
    text = call.workshop.draft.text(NAME) or ""
    return _form(call, text, text_digest(call.workshop.draft.text(NAME)))


def saved(call: Call) -> Response:
    """Keep the questions; where one cannot be read, say which."""
    text, opened, draft = call.form.text(_FIELD), call.form.get("opened"), call.workshop.draft
    if _findings(call, text):
        return _form(call, text, opened, status=422, trouble="没有保存。请照下面说的改好再保存。")
    try:
        changed = draft.save(NAME, f"{text}\n", opened, call.visit.name, "改了考题")
    except Stale as stale:
        theirs = difference(stale.theirs, f"{text}\n")
        return _form(call, text, text_digest(stale.theirs), theirs, 409, str(stale))
    return go("/exam", done="saved-exam" if changed else "same")


def _form(call: Call, text: str, opened: str, theirs: str = "", status: int = 200, trouble: str = "") -> Response:
    shop = call.workshop
    report = read_report(version_folder(shop.work, shop.versions.live or 0))
    graded = report.exam if report else ()
    return call.page(
        "exam",
        status,
        text=text,
        opened=opened,
        theirs=theirs,
        trouble=trouble,
        found=_findings(call, text),
        most=MOST,
        graded=len(graded),
        right=sum(one.after == RIGHT for one in graded),
        missed=[one for one in graded if one.after != RIGHT],
    )


def _findings(call: Call, text: str) -> list[Remark]:
    corpus, _ = call.workshop.draft.read()
    try:
        found = [*mistakes(text, corpus)]
    except CorpusError as error:
        found = [error]
    return [Remark(f"第 {one.line} 行：{one.message}", bad=True) for one in found[:_MOST_SHOWN]]
