"""Workbook: the entries as a prepared Excel workbook, and back; a clerk's door to files that stay the truth."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from corpus.entries import Corpus
from corpus.entry import ACTIVE, DRAFT, RETIRED, Entry, format_entry
from corpus.errors import Unreadable

ENTRIES, MISSED, HELP, MARKS = "问答", "未知问题", "说明", "导出时"
COLUMNS = {
    **{"编号": 8, "类别": 12, "短标题": 20, "标准问题": 36, "相似问题": 48, "答案": 80, "短答案": 40},
    **{"年度": 12, "依据": 36, "状态": 8, "英文标题": 24},
}
MISSED_COLUMNS = {"问题": 60, "归入编号": 12}
# Hidden: how each entry stood when it went out, so that nothing is taken back that was changed since.
MARK_COLUMNS = {"编号": 12, "记号": 24}
NOT_OURS = "不能答"
_HELP = (
    "这张表里是全部问答，一行一条。改好以后存盘，在管理页面的“问答”里点“导入”，或者运行：faq import 这个文件",
    "有一格不对，就整张表都不收，什么也不改；说的是哪张表、哪一行、哪一列、怎么改。",
    "编号：以前的编号不要改；添一条新的，编号空着，程序来编。收进来以后要再改，先重新导出一份：新编的编号在里面。",
    "相似问题：一行一个，在格子里换行按 Alt+Enter。只问答案里的一段的，后面空一格写 @段落名。",
    "答案：照原文，一字不改。段落的标记 <!-- 段落: 名字 --> 留着。小标题用 ###。",
    "状态：启用、停用或者待核对。不再回答的写停用；待核对的也不回答，核对好了改成启用；删去一行不会删去那一条。",
    f"“{MISSED}”：机器人没答上的问题。归入编号写一条问答的编号，就成了它的相似问题；写“{NOT_OURS}”，"
    "就记下这是不能答的；空着就不管。",
    "所有的格子都是文本。不要合并格子，不要用公式；Excel 把 1-2 改成了日期的，把那一格设成文本再写。",
)
# Rows below the last that are prepared for new entries.
_SPARE = 200
_LIST = 255


def write_workbook(corpus: Corpus, path: Path, missed: Iterable[str] = ()) -> None:
    """Write the entries of `corpus` to `path`, with questions that were `missed` on a sheet of their own."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = ENTRIES
    _fill(sheet, COLUMNS, [values_of(entry) for entry in corpus.entries])
    categories = list(dict.fromkeys(entry.category for entry in corpus.entries))
    _choose(sheet, "类别", categories, free=True)
    _choose(sheet, "状态", [ACTIVE, RETIRED, DRAFT])
    _fill(book.create_sheet(MISSED), MISSED_COLUMNS, [(text, "") for text in missed])
    _fill(book.create_sheet(HELP), {"怎么用这张表": 110}, [(line,) for line in _HELP], spare=0)
    marks = book.create_sheet(MARKS)
    _fill(marks, MARK_COLUMNS, [(entry.id, entry_mark(entry)) for entry in corpus.entries], spare=0)
    marks.sheet_state = Worksheet.SHEETSTATE_HIDDEN
    fresh = path.with_name(f".{path.name}.tmp")
    try:
        book.save(fresh)
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise Unreadable(path, 0, f"写不出这个文件（{error.strerror or error}）。如果它正开着，请先关上。") from None


def entry_mark(entry: Entry) -> str:
    """Return what tells one state of an entry from another."""
    return hashlib.sha256(format_entry(entry).encode()).hexdigest()[:16]


def values_of(entry: Entry) -> tuple[str, ...]:
    """Return an entry as the cells of its row."""
    similar = [f"{item.text} @{item.passage}" if item.passage else item.text for item in entry.similar]
    values = {
        **{"编号": entry.id, "类别": entry.category, "短标题": entry.label, "标准问题": entry.question},
        **{"相似问题": "\n".join(similar), "答案": entry.body, "短答案": entry.short_answer, "年度": entry.years},
        **{"依据": entry.basis, "状态": entry.status, "英文标题": entry.english},
    }
    return tuple(values[column] for column in COLUMNS)


def _fill(sheet: Worksheet, columns: dict[str, int], rows: Sequence[Sequence[str]], spare: int = _SPARE) -> None:
    for place, (name, width) in enumerate(columns.items(), start=1):
        head = sheet.cell(1, place, name)
        head.font, head.fill = Font(bold=True), PatternFill("solid", fgColor="DDEBE8")
        sheet.column_dimensions[get_column_letter(place)].width = width
    for number, row in enumerate(rows, start=2):
        for place, text in enumerate(row, start=1):
            _write(sheet.cell(number, place), text)
    for number in range(len(rows) + 2, len(rows) + 2 + spare):
        for place in range(1, len(columns) + 1):
            sheet.cell(number, place).number_format = "@"
    sheet.freeze_panes = "A2"


def _write(cell: Cell, text: str) -> None:
    cell.value = text or None
    # What begins with "=" is no formula here, and 1-2 is no date.
    if text:
        cell.data_type = "s"
    cell.number_format = "@"
    cell.alignment = Alignment(wrap_text=True, vertical="top")


def _choose(sheet: Worksheet, column: str, choices: list[str], free: bool = False) -> None:
    """Let a column be chosen from a list; a `free` one warns only, for there may be new ones."""
    formula = f'"{",".join(choices)}"'
    if not choices or len(formula) > _LIST or any("," in choice or '"' in choice for choice in choices):
        return
    letter = get_column_letter(list(COLUMNS).index(column) + 1)
    rule = DataValidation("list", formula1=formula, allow_blank=True, errorStyle="warning" if free else "stop")
    rule.errorTitle, rule.error = column, f"这里写：{'、'.join(choices)}。"
    rule.add(f"{letter}2:{letter}{sheet.max_row}")
    sheet.add_data_validation(rule)
