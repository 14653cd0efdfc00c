"""Export: the entries of the draft as a workbook."""

from __future__ import annotations

import tempfile
from pathlib import Path

from starlette.responses import Response

from bot.channels.admin.console import Call
from bot.workshop.errors import Refused

_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(call: Call) -> Response:
    """Return the workbook."""
    try:
        from corpus.workbook import write_workbook  # most pages do without its library
    except ModuleNotFoundError:
        raise Refused("这里没有装 openpyxl，导不出 Excel。请让运行的人装上。") from None
    corpus, _ = call.workshop.draft.read()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "entries.xlsx"
        write_workbook(corpus, path)
        headers = {"Content-Disposition": 'attachment; filename="entries.xlsx"', "Cache-Control": "no-store"}
        return Response(path.read_bytes(), media_type=_TYPE, headers=headers)
