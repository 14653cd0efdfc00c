"""Sheets: a workbook that somebody sent, as rows of plain text; whatever is not plain is refused with its cell."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.worksheet.worksheet import Worksheet

from corpus.errors import BadWorkbook

MOST_ROWS = 5_000
_MOST_BYTES = 20_000_000
_MOST_UNPACKED = 100_000_000
_LONGEST_CELL = 32_767
# What Office writes around a workbook with a password, and old .xls files, begin so.
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PLAIN = ("General", "@", "0")


@dataclass(frozen=True)
class Row:
    """A row with its number; an empty cell is an empty text."""

    number: int
    cells: dict[str, str]


class Slips:
    """Everything that is wrong in one workbook, in order."""

    def __init__(self, path: Path) -> None:
        """Begin without any."""
        self.path = path
        self.found: list[BadWorkbook] = []

    def add(self, sheet: str, row: int, column: str, message: str) -> None:
        """Note what is wrong in a cell, a row (without a column) or a sheet (row 0)."""
        place = f"“{sheet}”表" + (f"第{row}行" if row else "") + (f"“{column}”列" if column else "")
        self.found.append(BadWorkbook(self.path, 0, f"{place}：{message}"))


def read_sheets(path: Path, wanted: dict[str, Iterable[str]]) -> tuple[dict[str, list[Row]], list[BadWorkbook]]:
    """Return the rows of the `wanted` sheets, which name their columns, and what is wrong in them.

    The first sheet must be there; raise BadWorkbook where the file is no workbook at all.
    """
    book = _open(path)
    slips, rows = Slips(path), {}
    for place, (name, columns) in enumerate(wanted.items()):
        sheet = book[name] if name in book.sheetnames else None
        if isinstance(sheet, Worksheet):
            rows[name] = list(_Reader(sheet, name, tuple(columns), slips).rows())
        elif place == 0:
            there = "、".join(book.sheetnames)
            raise BadWorkbook(path, 0, f"没有“{name}”这张表（有的是：{there}）。请从导出的工作簿改起，不要改表的名字。")
    return rows, slips.found


def _open(path: Path) -> Any:
    way_out = "请先导出一份（管理页面的“问答”，或者 faq export），在它上面改。"
    try:
        size = path.stat().st_size
        if not size:
            raise BadWorkbook(path, 0, f"这个文件是空的。{way_out}")
        if size > _MOST_BYTES:
            raise BadWorkbook(path, 0, f"文件太大，最多 {_MOST_BYTES // 1_000_000} MB。{way_out}")
        with path.open("rb") as file:
            begins = file.read(len(_COMPOUND))
        if begins == _COMPOUND:
            raise BadWorkbook(path, 0, "这个文件带密码，或者是旧的 .xls。请在 Excel 里去掉密码，另存为 .xlsx。")
        with zipfile.ZipFile(path) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
            if "xl/workbook.xml" not in packed.namelist():
                raise BadWorkbook(path, 0, f"不是 Excel 工作簿，名字虽然像。{way_out}")
        if unpacked > _MOST_UNPACKED:
            raise BadWorkbook(path, 0, f"解开以后太大，没有打开它。{way_out}")
        return load_workbook(path)
    except zipfile.BadZipFile:
        raise BadWorkbook(
            path, 0, f"不是 Excel 工作簿（.xlsx）。别的格式请先在 Excel 里另存为 .xlsx。{way_out}"
        ) from None
    except OSError as error:
        raise BadWorkbook(path, 0, f"读不出这个文件（{error.strerror or error}）。") from None
    except (BadWorkbook, MemoryError):
        raise
    except Exception as error:
        # The library raises whatever a broken part makes it stumble over.
        raise BadWorkbook(path, 0, f"这个工作簿坏了，打不开（{type(error).__name__}）。{way_out}") from None


class _Reader:
    """One sheet."""

    def __init__(self, sheet: Worksheet, name: str, columns: tuple[str, ...], slips: Slips) -> None:
        self._sheet, self._name, self._columns, self._slips = sheet, name, columns, slips

    def rows(self) -> Iterator[Row]:
        places = self._places()
        merged = [str(found) for found in self._sheet.merged_cells.ranges]
        if merged:
            self._slips.add(self._name, 0, "", f"有合并的格子（{'、'.join(merged[:5])}）。请取消合并，每一格各写各的。")
        if places is None or merged:
            return
        count = 0
        for number, cells in enumerate(self._sheet.iter_rows(min_row=2), start=2):
            texts = {column: self._text(cells[place], number, column) for column, place in places.items()}
            if any(texts.values()):
                count += 1
                yield Row(number, texts)
            if count > MOST_ROWS:
                self._slips.add(self._name, 0, "", f"超过 {MOST_ROWS} 行。请分成几个文件，或者删去多余的行。")
                return

    def _places(self) -> dict[str, int] | None:
        heads = [_shown(cell.value).strip() for cell in next(self._sheet.iter_rows(max_row=1), ())]
        lacking = [column for column in self._columns if column not in heads]
        twice = [head for head in dict.fromkeys(heads) if head and heads.count(head) > 1]
        other = [head for head in heads if head and head not in self._columns]
        for heads_of, message in (
            (lacking, "缺这一列：{}。第一行要有全部列名，请从导出的工作簿抄过来。"),
            (twice, "这一列有两个：{}。请只留一个。"),
            (other, "不认识这一列：{}。请删去，或者改成第一行原来的列名。"),
        ):
            if heads_of:
                self._slips.add(self._name, 1, "", message.format("、".join(heads_of)))
        return None if lacking or twice or other else {column: heads.index(column) for column in self._columns}

    def _text(self, cell: Cell | MergedCell, row: int, column: str) -> str:
        message = _unplain(cell)
        if message:
            self._slips.add(self._name, row, column, message)
            return ""
        text = _shown(cell.value)
        if len(text) >= _LONGEST_CELL:
            self._slips.add(self._name, row, column, f"超过一格能放的 {_LONGEST_CELL} 个字，后面的可能已经丢了。")
        return text


def _unplain(cell: Cell | MergedCell) -> str:
    """Return why the value of a cell cannot be taken as it is, nothing where it can."""
    value = cell.value
    if value is None or isinstance(value, str):
        kind = getattr(cell, "data_type", "s")
        shown = {"f": "是公式。请改成它算出来的文字。", "e": f"是一个错误（{value}）。请重写这一格。"}
        return shown.get(kind, "") if value is not None else ""
    if isinstance(value, date | datetime | time | timedelta):
        return f"被 Excel 改成了日期（{value}）。请把这一格的格式设成文本，再照原样重写。"
    if isinstance(value, int) and not isinstance(value, bool) and cell.number_format in _PLAIN:
        return ""
    return f"是数值（{value}），看到的样子可能和它不同。请把这一格的格式设成文本，再照原样重写。"


def _shown(value: object) -> str:
    # Excel writes the end of a line in a cell as _x000D_ and a line feed, where it came from Windows.
    text = "" if value is None else str(value)
    text = text.replace("_x000D_\n", "\n").replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    return text if text.strip() else ""
