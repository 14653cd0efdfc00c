"""The workbook: everything comes back as it went out, and what cannot be taken over changes nothing."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from corpus.__main__ import main
from corpus.entries import load_corpus, shipped_path
from corpus.sheets import MOST_ROWS
from corpus.takeover import TakeoverRefused, take_over
from corpus.workbook import COLUMNS, ENTRIES, HELP, MARKS, MISSED, write_workbook

RESIDENCE = Path(__file__).parent / "cases" / "residence"
TODAY = date(2026, 3, 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copytree(RESIDENCE, tmp_path / "corpus")


@pytest.fixture
def book(folder: Path, tmp_path: Path) -> Path:
    path = tmp_path / "问答.xlsx"
    write_workbook(load_corpus(folder), path, ["能不能寄到单位", "彩票中奖了"])
    return path


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def change(path: Path, edit: Callable[[Any], None]) -> None:
    workbook = load_workbook(path)
    edit(workbook)
    workbook.save(path)


def put(row: int, column: str, value: object) -> Callable[[Any], None]:
    def edit(workbook: Any) -> None:
        workbook[ENTRIES].cell(row, list(COLUMNS).index(column) + 1).value = value

    return edit


def refusals(book: Path, folder: Path) -> list[str]:
    before = files(folder)
    with pytest.raises(TakeoverRefused) as caught:
        take_over(book, folder, TODAY)
    assert files(folder) == before
    return caught.value.problems


@pytest.mark.parametrize("corpus", [shipped_path(), RESIDENCE], ids=["booklet", "residence"])
def test_it_comes_back_as_it_went_out(corpus: Path, tmp_path: Path) -> None:
    here = tmp_path / "corpus"
    for name in ("entries", "words", "policy"):
        if (corpus / name).exists():
            copytree(corpus / name, here / name)
    for name in ("office.toml", "phrases.toml"):
        if (corpus / name).exists():
            (here / name).write_bytes((corpus / name).read_bytes())
    write_workbook(load_corpus(here), tmp_path / "a.xlsx")
    assert str(take_over(tmp_path / "a.xlsx", here, date(2025, 3, 1))) == "没有改动。"


def changed_since(folder: Path) -> None:
    for path in (folder / "entries").iterdir():
        path.write_text(path.read_text("utf-8").replace("依据: ", "依据: 旧"), "utf-8")


def test_everything_comes_back_from_a_workbook_that_tells_nothing_of_when_it_went_out(folder: Path, book: Path) -> None:
    before, entries = files(folder), load_corpus(folder).entries
    change(book, lambda workbook: workbook.remove(workbook[MARKS]))
    changed_since(folder)
    assert len(take_over(book, folder, TODAY).changed) == len(entries)
    assert load_corpus(folder).entries == entries and files(folder) == before


def test_a_row_that_nobody_touched_takes_nothing_back(folder: Path, book: Path) -> None:
    path = folder / "entries" / "B1.md"
    path.write_text(path.read_text("utf-8").replace("依据: ", "依据: 新"), "utf-8")
    change(book, put(3, "依据", "另一份文件"))
    before = path.read_text("utf-8")
    assert take_over(book, folder, TODAY).changed == ("B2",)
    assert path.read_text("utf-8") == before


def test_a_row_that_was_changed_here_and_there_is_told_and_overwrites_nothing(folder: Path, book: Path) -> None:
    change(book, put(2, "依据", "另一份文件"))
    changed_since(folder)
    (found,) = refusals(book, folder)
    assert found.startswith("“问答”表第2行“编号”列：导出以后，B1 在别处也改过")


def test_the_marks_are_out_of_the_way(book: Path) -> None:
    assert load_workbook(book)[MARKS].sheet_state == "hidden"


def test_it_helps_whoever_fills_it_in(book: Path) -> None:
    sheet = load_workbook(book)[ENTRIES]
    assert [cell.value for cell in sheet[1]] == list(COLUMNS) and sheet.freeze_panes == "A2"
    lists = {rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert lists == {'"办证,签注,用处"', '"启用,停用,待核对"'}
    assert all(cell.number_format == "@" for row in sheet.iter_rows(min_row=2, max_row=30) for cell in row)


def test_the_help_and_the_documents_have_one_rule_for_ids(book: Path) -> None:
    lines = [str(row[0].value) for row in load_workbook(book)[HELP].iter_rows()]
    (rule,) = (line for line in lines if line.startswith("编号："))
    said = (Path(__file__).parents[1] / "docs/corpus.md").read_text(encoding="utf-8")
    assert said.count(rule.partition("。")[0].removeprefix("编号：")) == 2
    assert "用一个" not in said + rule and "先重新导出一份" in said and "先重新导出一份" in rule


def test_a_workbook_that_was_taken_over_once_is_not_taken_again(book: Path, folder: Path) -> None:
    def add(workbook: Any) -> None:
        for column, value in {
            "类别": "办证",
            "标准问题": "照片要几张？",
            "答案": "两张。",
            "依据": "指南 第9条",
        }.items():
            put(22, column, value)(workbook)

    change(book, add)
    (new,) = take_over(book, folder, TODAY).added
    (found,) = refusals(book, folder)
    assert "第22行" in found and f"已经收过，编号是 {new}。请重新导出一份" in found


def test_a_change_a_new_row_and_a_missed_question(book: Path, folder: Path) -> None:
    def edit(workbook: Any) -> None:
        sheet = workbook[ENTRIES]
        put(5, "答案", "=不是公式\n- 1-2 个工作日。")(workbook)
        sheet.cell(5, list(COLUMNS).index("答案") + 1).data_type = "s"
        row = [
            "",
            "签注",
            "",
            "签注可以代办吗？",
            "代签\n别人能替我签吗",
            "可以。",
            "",
            2026,
            "办事指南 第21问",
            "",
            "",
        ]
        for place, value in enumerate(row, start=1):
            sheet.cell(22, place).value = value
        put(3, "状态", "停用")(workbook)
        workbook[MISSED].cell(2, 2).value, workbook[MISSED].cell(3, 2).value = "b8", "不能答"

    change(book, edit)
    changes = take_over(book, folder, TODAY)
    assert (changes.added, set(changes.changed), changes.retired) == (("S8",), {"B4", "B8"}, ("B2",))
    entries = {entry.id: entry for entry in load_corpus(folder).entries}
    assert entries["B4"].answer == "=不是公式\n- 1-2 个工作日。" and entries["S8"].years == "2026"
    assert entries["B8"].similar[-1].text == "能不能寄到单位" and not entries["B2"].active
    assert load_corpus(folder).outside[-1] == "彩票中奖了"


def test_new_categories_get_letters_of_their_own(book: Path, folder: Path) -> None:
    def edit(workbook: Any) -> None:
        for row, category in enumerate(("窗口", "丢失", "窗口"), start=22):
            for column, value in (
                ("类别", category),
                ("标准问题", f"第{row}件怎么办？"),
                ("答案", "照办。"),
                ("依据", "须知"),
            ):
                put(row, column, value)(workbook)

    change(book, edit)
    assert take_over(book, folder, TODAY).added == ("A1", "C1", "A2")
    assert {entry.id: entry.category for entry in load_corpus(folder).entries}["C1"] == "丢失"


def test_what_is_not_in_the_workbook_stays(book: Path, folder: Path) -> None:
    change(book, lambda workbook: workbook[ENTRIES].delete_rows(2, 3))
    changes = take_over(book, folder, TODAY)
    assert changes.untouched == ("B1", "B2", "B3") and len(load_corpus(folder).entries) == 20


def merge(workbook: Any) -> None:
    workbook[ENTRIES].merge_cells("B2:B4")


def heads(workbook: Any) -> None:
    workbook[ENTRIES].delete_cols(list(COLUMNS).index("依据") + 1)


def twice(workbook: Any) -> None:
    put(3, "编号", "B1")(workbook)


def many(workbook: Any) -> None:
    for number in range(MOST_ROWS + 5):
        workbook[ENTRIES].cell(number + 30, 4).value = f"第{number}问"


WRONG = {
    "a formula": (put(2, "标准问题", "=A1&A2"), "“问答”表第2行“标准问题”列：是公式"),
    "a date": (put(4, "相似问题", datetime(1900, 1, 2)), "“问答”表第4行“相似问题”列：被 Excel 改成了日期"),
    "a number": (put(4, "标准问题", 0.5), "“问答”表第4行“标准问题”列：是数值"),
    "a wrong year": (put(5, "年度", "2026-2027"), "“问答”表第5行“年度”列：年度“2026-2027”不对"),
    "an unknown state": (put(5, "状态", "删除"), "“问答”表第5行“状态”列：状态“删除”不对"),
    "an id that leaves the folder": (put(5, "编号", "../X1"), "“问答”表第5行“编号”列：编号“../X1”应当是"),
    "a heading in an answer": (put(5, "答案", "好\n## 短答案\n坏"), "“问答”表第5行“答案”列：有一行以“#”"),
    "no answer": (put(5, "答案", None), "“问答”表第5行“答案”列：空着"),
    "a line break in a title": (put(5, "依据", "甲\n类别: 乙"), "“问答”表第5行“依据”列：有换行"),
    "an id twice": (twice, "“问答”表第3行“编号”列：B1 在第2行已经有了"),
    "merged cells": (merge, "“问答”表：有合并的格子（B2:B4）"),
    "a column gone": (heads, "“问答”表第1行：缺这一列：依据"),
    "too many rows": (many, f"“问答”表：超过 {MOST_ROWS} 行"),
}


@pytest.mark.parametrize(("edit", "message"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_cell_changes_nothing(
    edit: Callable[[Any], None], message: str, book: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(book, edit)
    assert any(message in line for line in refusals(book, folder))
    assert main(["import", "--folder", str(folder), str(book)]) == 1
    assert "一个字也没有动" in capsys.readouterr().out


def test_what_the_linter_finds_changes_nothing(book: Path, folder: Path) -> None:
    change(book, put(5, "相似问题", "怎么办理居住证？"))
    assert any("B4" in found and "已经有了" in found for found in refusals(book, folder))


def locked(path: Path) -> None:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))


def bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", "<a/>")
        packed.writestr("xl/worksheets/sheet1.xml", bytes(101_000_000))


def entity(path: Path) -> None:
    with zipfile.ZipFile(path, "a") as packed, pytest.warns(UserWarning, match="Duplicate"):
        text = '<!DOCTYPE a [<!ENTITY x "y">]><workbook>&x;</workbook>'
        packed.writestr("xl/workbook.xml", text)


def other(path: Path) -> None:
    workbook = Workbook()
    workbook.active.title = "Sheet1"
    workbook.save(path)


FILES = {
    "a password": (locked, "带密码"),
    "a bomb": (bomb, "太大"),
    "a declared entity": (entity, "没有“问答”这张表"),
    "a page": (lambda path: path.write_text("<html>问答</html>", "utf-8"), "不是 Excel 工作簿"),
    "nothing": (lambda path: path.write_bytes(b""), "是空的"),
    "a zip": (lambda path: zipfile.ZipFile(path, "w").close(), "不是 Excel 工作簿"),
    "another workbook": (other, "没有“问答”这张表"),
    "no file": (lambda path: path.unlink(), "读不出"),
}


@pytest.mark.parametrize(("spoil", "message"), FILES.values(), ids=FILES.keys())
def test_a_bad_file_changes_nothing(
    spoil: Callable[[Path], object], message: str, book: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(folder)
    spoil(book)
    assert main(["import", "--folder", str(folder), str(book)]) == 1
    said = capsys.readouterr()
    assert message in said.err and "Traceback" not in said.err and files(folder) == before


def test_a_disk_that_is_full_changes_nothing(book: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(book, put(2, "答案", "改过。"))
    change(book, put(3, "答案", "也改过。"))
    before, calls = files(folder), iter([True, False])

    def replace(source: Path, target: Path) -> None:
        if not next(calls):
            raise OSError(28, "No space left on device")
        Path(source).rename(target)

    monkeypatch.setattr("corpus.files.os.replace", replace)
    assert main(["import", "--folder", str(folder), "--today", "2026-03-01", str(book)]) == 1
    assert files(folder) == before
