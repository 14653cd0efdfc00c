"""Handout: the records as a table that spreadsheets open, and in which no cell is ever run."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TextIO

from sqlalchemy import Connection

from bot.chat import CHINA
from bot.database.archive import exported

# Excel reads UTF-8 only where this stands first.
BOM = "\ufeff"
HEAD = (
    "时间",
    "渠道",
    "问题",
    "答复",
    "条目",
    "把握",
    "列出的条目",
    "评价",
    "评语",
    "索引版本",
    "文字",
    "会话",
    "编号",
)
_KINDS = {"answer": "直接回答", "calculation": "测算", "ask": "测算中反问", "clarify": "反问", "smalltalk": "寒暄",
          "abstain": "没答上"}  # fmt: skip
_HELPFUL = {True: "有帮助", False: "没帮助", None: ""}
# With one of these in front, a cell is taken for a formula; in full width, too, on some systems.
_RUN = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")


def write_csv(connection: Connection, file: TextIO, since: int = 0) -> int:
    """Write all replies since a time into `file`; return how many there are."""
    file.write(BOM)
    writer = csv.writer(file)
    writer.writerow(HEAD)
    count = 0
    for row in _rows(exported(connection, since)):
        writer.writerow(map(harmless, row))
        count += 1
    return count


def harmless(cell: str) -> str:
    """Return a cell that stays text in a spreadsheet."""
    return f"'{cell}" if cell.startswith(_RUN) or cell.lstrip().startswith(_RUN) else cell


def _rows(records: Iterable[Sequence[object]]) -> Iterator[list[str]]:
    for time, channel, question, kind, entry, confidence, offered, helpful, *rest in records:
        assert isinstance(time, int) and (helpful is None or isinstance(helpful, bool))
        moment = datetime.fromtimestamp(time / 1000, CHINA).strftime("%Y-%m-%d %H:%M:%S")
        cells = (moment, channel, question, _KINDS.get(str(kind), kind), entry, confidence, str(offered or "").strip(),
                 _HELPFUL[helpful], *rest)  # fmt: skip
        yield ["" if cell is None else str(cell) for cell in cells]
