"""Takeover: the entries of a workbook into a corpus, wholly or not at all."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from string import ascii_uppercase
from unicodedata import normalize

from corpus.check import ERROR, Problem, check_folder
from corpus.entries import Corpus, load_corpus
from corpus.entry import RETIRED, Entry, Similar, format_entry, parse_entry
from corpus.errors import CorpusError
from corpus.files import read_text, write_together
from corpus.office import SCHOOL_YEAR
from corpus.sheets import Row, Slips, read_sheets
from corpus.text import fold
from corpus.workbook import COLUMNS, ENTRIES, MARK_COLUMNS, MARKS, MISSED, MISSED_COLUMNS, NOT_OURS, entry_mark

_HEAD = ("编号", "类别", "短标题", "英文标题", "年度", "依据", "状态")
_NEEDED = ("类别", "标准问题", "答案")
_HEADING = re.compile(r"^\s*[#＃]{1,2}(?![#＃])")
_OUTSIDE = "words/outside.txt"
# What the linter reads; an index and documents as received need no copy.
_READ = ("office.toml", "phrases.toml", "entries", "words", "policy")


@dataclass(frozen=True)
class Changes:
    """What a workbook changes: ids of entries, and questions that are none of this office's."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    untouched: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the changes as one line."""
        named = (("新增", self.added), ("修改", self.changed), ("停用", self.retired))
        parts = [f"{name} {len(ids)} 条（{'、'.join(ids)}）" for name, ids in named if ids]
        parts += [f"新记下不能答的 {len(self.outside)} 句"] if self.outside else []
        parts += [f"表里没有、照旧的 {len(self.untouched)} 条"] if self.untouched else []
        return "，".join(parts or ["没有改动"]) + "。"


@dataclass(frozen=True)
class Plan:
    """What a workbook would do: its changes, and the new text of every file that they touch."""

    changes: Changes
    texts: dict[str, str]


class TakeoverRefused(Exception):
    """Nothing was taken over; `problems` says why, one line each."""

    def __init__(self, problems: list[str]) -> None:
        """Remember the lines."""
        super().__init__("\n".join(problems))
        self.problems = problems


def take_over(workbook: Path, folder: Path, today: date | None = None) -> Changes:
    """Take a workbook over into the corpus in `folder`; if a cell fails, raise TakeoverRefused and change nothing."""
    planned = plan(workbook, folder, today)
    if planned.texts:
        write_together(folder, planned.texts)
    return planned.changes


def plan(workbook: Path, folder: Path, today: date | None = None) -> Plan:
    """Return what a workbook would make of the corpus in `folder`; raise TakeoverRefused where one cell fails."""
    corpus = load_corpus(folder)
    sheets, found = read_sheets(workbook, {ENTRIES: COLUMNS, MISSED: MISSED_COLUMNS, MARKS: MARK_COLUMNS})
    slips = Slips(workbook)
    slips.found += found
    marks = {row.cells["编号"]: row.cells["记号"] for row in sheets.get(MARKS, [])}
    rows = list(_numbered(sheets[ENTRIES], corpus, slips))
    entries = dict(_entries(rows, corpus, marks, slips))
    outside = list(_missed(sheets.get(MISSED, []), corpus, entries, slips))
    if slips.found:
        raise TakeoverRefused([error.message for error in slips.found])
    changes = _compare(corpus, entries, outside)
    texts = {
        f"entries/{id_}.md": format_entry(entries[id_]) for id_ in (*changes.added, *changes.changed, *changes.retired)
    }
    if outside:
        before = read_text(folder / _OUTSIDE).rstrip("\n")
        texts[_OUTSIDE] = "\n".join([before, *outside]) + "\n"
    if texts:
        new = _prove(folder, texts, today or date.today())
        if new:
            places = {row.cells["编号"]: row.number for row in rows}
            raise TakeoverRefused([_placed(problem, places) for problem in new])
    return Plan(changes, texts)


def _entries(rows: list[Row], corpus: Corpus, marks: dict[str, str], slips: Slips) -> Iterator[tuple[str, Entry]]:
    seen: dict[str, int] = {}
    known = {entry.id: entry for entry in corpus.entries}
    for row in rows:
        id_ = row.cells["编号"]
        if id_ in seen:
            slips.add(ENTRIES, row.number, "编号", f"{id_} 在第{seen[id_]}行已经有了。一个编号只能有一行。")
            continue
        seen[id_] = row.number
        entry = _entry(row, corpus, known.get(id_), slips)
        if entry is not None:
            yield entry.id, _since(entry, known.get(id_), marks.get(id_), row, slips)


def _since(entry: Entry, known: Entry | None, mark: str | None, row: Row, slips: Slips) -> Entry:
    """Return what is to stand: a row that nobody touched takes nothing back that was changed after it went out."""
    if known is None or mark is None or entry == known:
        return entry
    if entry_mark(entry) == mark:
        return known
    if entry_mark(known) != mark:
        slips.add(
            ENTRIES,
            row.number,
            "编号",
            f"导出以后，{entry.id} 在别处也改过，没有覆盖它。请导出一份新的，把这一行的改动抄进去。",
        )
    return entry


def _numbered(rows: list[Row], corpus: Corpus, slips: Slips) -> Iterator[Row]:
    """Yield the rows, each with an id: the next free one of its category, where it has none."""
    written = [normalize("NFKC", row.cells["编号"]).strip().upper() for row in rows]
    taken = {entry.id for entry in corpus.entries} | set(written)
    named = [(row.cells["类别"].strip(), id_) for row, id_ in zip(rows, written, strict=True) if id_]
    known = [*named, *((entry.category, entry.id) for entry in corpus.entries)]
    # An entry that the workbook has a row for may hand its question on to a new one; one without came from such a row.
    there = {fold(entry.question): entry.id for entry in corpus.entries if entry.active and entry.id not in written}
    letters = {category: re.sub(r"\d", "", id_) for category, id_ in reversed(known)}
    last = _last_numbers(taken)
    for row, id_ in zip(rows, written, strict=True):
        if not id_:
            if (same := there.get(fold(row.cells["标准问题"]))) is not None:
                message = f"这一条已经收过，编号是 {same}。请重新导出一份，在新的上面改。"
                slips.add(ENTRIES, row.number, "编号", message)
                continue
            category = row.cells["类别"].strip()
            if category not in letters:
                used = {letter[0] for letter in last}
                letters[category] = next((one for one in ascii_uppercase if one not in used), "")
            letter = letters[category]
            if not letter:
                slips.add(ENTRIES, row.number, "编号", "新的类别太多了，请自己写编号，大写字母加数字，例如 AA1。")
                continue
            last[letter] = last.get(letter, 0) + 1
            id_ = f"{letter}{last[letter]}"
        yield replace(row, cells=row.cells | {"编号": id_})


def _last_numbers(ids: Iterable[str]) -> dict[str, int]:
    """Return the highest number that goes with each beginning of an id."""
    last: dict[str, int] = {}
    for match in filter(None, (re.fullmatch(r"(\D+)(\d{1,9})", id_) for id_ in ids)):
        last[match[1]] = max(last.get(match[1], 0), int(match[2]))
    return last


def _entry(row: Row, corpus: Corpus, known: Entry | None, slips: Slips) -> Entry | None:
    """Return the entry of a row; None, with what is wrong, where it cannot be one."""
    before = len(slips.found)
    cells = row.cells
    for column in _NEEDED:
        if not cells[column].strip():
            slips.add(ENTRIES, row.number, column, "空着。这一列每条都要写。")
    for column in (*_HEAD, "标准问题"):
        if "\n" in cells[column]:
            slips.add(ENTRIES, row.number, column, "有换行。请写成一行。")
    for column in ("答案", "短答案"):
        if any(map(_HEADING.match, cells[column].split("\n"))):
            slips.add(ENTRIES, row.number, column, "有一行以“#”或“##”开头。答案里的小标题请用“###”。")
    if len(slips.found) > before:
        return None
    text, owners = _file(cells)
    path = known.path if known else corpus.path / "entries" / f"{cells['编号']}.md"
    try:
        return parse_entry(text, path, corpus.office.period if corpus.office else SCHOOL_YEAR)
    except CorpusError as error:
        slips.add(ENTRIES, row.number, owners.get(error.line, ""), error.message)
        return None


def _file(cells: dict[str, str]) -> tuple[str, dict[int, str]]:
    """Return a row as the text of an entry's file, and which column each of its lines is from."""
    lines: list[tuple[str, str]] = [("", "---")]
    lines += [(column, f"{column}: {cells[column]}") for column in _HEAD if cells[column]]
    lines += [("", "---"), ("标准问题", f"# {cells['标准问题']}"), ("", "## 相似问题")]
    lines += [("相似问题", f"- {line}") for line in cells["相似问题"].split("\n") if line.strip()]
    lines += [("", "## 答案"), *(("答案", line) for line in cells["答案"].split("\n"))]
    if cells["短答案"]:
        lines += [("", "## 短答案"), *(("短答案", line) for line in cells["短答案"].split("\n"))]
    return "\n".join(line for _, line in lines), {number: column for number, (column, _) in enumerate(lines, 1)}


def _missed(rows: list[Row], corpus: Corpus, entries: dict[str, Entry], slips: Slips) -> Iterator[str]:
    """Give missed questions to the entries that they name; yield those that nobody here answers."""
    by_id = {entry.id: entry for entry in corpus.entries} | entries
    for row in rows:
        text, target = row.cells["问题"].strip(), row.cells["归入编号"].strip().upper()
        if target and not text:
            slips.add(MISSED, row.number, "问题", "空着，却写了归入编号。")
        elif target == NOT_OURS and text not in corpus.outside:
            yield text
        elif target in by_id:
            entry = by_id[target]
            by_id[target] = entries[target] = replace(entry, similar=(*entry.similar, Similar(text)))
        elif target and target != NOT_OURS:
            slips.add(
                MISSED,
                row.number,
                "归入编号",
                f"没有编号是 {target} 的问答。写一条的编号，或者“{NOT_OURS}”，或者空着。",
            )


def _compare(corpus: Corpus, entries: dict[str, Entry], outside: list[str]) -> Changes:
    known = {entry.id: entry for entry in corpus.entries}
    changed = [id_ for id_, entry in entries.items() if id_ in known and entry != known[id_]]
    retired = [id_ for id_ in changed if entries[id_].status == RETIRED and known[id_].active]
    return Changes(
        added=tuple(id_ for id_ in entries if id_ not in known),
        changed=tuple(id_ for id_ in changed if id_ not in retired),
        retired=tuple(retired),
        outside=tuple(outside),
        untouched=tuple(id_ for id_ in known if id_ not in entries),
    )


def _prove(folder: Path, texts: dict[str, str], today: date) -> list[Problem]:
    """Return the errors that the corpus would have and has not now, tried on a copy."""
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / folder.name
        copy.mkdir()
        for name in _READ:
            source = folder / name
            if source.is_dir():
                shutil.copytree(source, copy / name)
            elif source.exists():
                shutil.copyfile(source, copy / name)
        before = Counter(_errors(copy, today))
        for name, text in texts.items():
            (copy / name).write_text(text, encoding="utf-8")
        return list((Counter(_errors(copy, today)) - before).elements())


def _errors(copy: Path, today: date) -> Iterator[Problem]:
    # Wordings that are near to another entry are no errors, and looking for them takes long.
    for problem in check_folder(copy, today, near=lambda _: False)[1]:
        if problem.severity == ERROR:
            yield replace(problem, path=_inside(problem, copy))


def _placed(problem: Problem, places: dict[str, int]) -> str:
    """Return an error with the row of the workbook that it comes from, as far as it is from one."""
    row = places.get(problem.path.stem) if problem.path.parent.name == "entries" else None
    return f"“{ENTRIES}”表第{row}行（{problem.path.stem}）：{problem.message}" if row else str(problem)


def _inside(problem: Problem, copy: Path) -> Path:
    return problem.path.relative_to(copy) if problem.path.is_relative_to(copy) else problem.path
