"""Edit: small changes to the files that people write; every other byte stays, and no mistake is let in."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from corpus.check import ERROR, check_folder
from corpus.entries import read_corpus
from corpus.entry import RETIRED, Entry, Similar, format_entry, parse_entry
from corpus.errors import BadEdit
from corpus.files import read_text
from corpus.text import fold

OUTSIDE = "words/outside.txt"
_READ = ("entries", "words", "policy")
_SIMILAR = re.compile(r"^[#＃]{2}\s*相似问题\s*[:：]?\s*$")
_SECTION = re.compile(r"^[#＃]{2}(?![#＃])")
_ID = re.compile(r"([A-Z]+)([0-9]+)")
_UNWRITTEN = "（还没有写。写好以后，把上面的“状态: 停用”删去。）"


def with_similar(text: str, path: Path, questions: Sequence[str], passage: str = "") -> str:
    """Return the text of an entry's file with `questions` added to its similar ones; all else is kept as it is."""
    before = parse_entry(text, path)
    known = {fold(before.question), *(fold(item.text) for item in before.similar)}
    new = [question for question in one_line_each(questions) if fold(question) not in known]
    end = "\r\n" if "\r\n" in text else "\n"
    added = "".join(f"- {question}{f' @{passage}' if passage else ''}{end}" for question in new)
    lines = text.splitlines(keepends=True)
    head = next((place for place, line in enumerate(lines) if _SIMILAR.match(line.strip("\r\n\ufeff"))), None)
    if head is None:
        place = next((place for place, line in enumerate(lines) if _SECTION.match(line)), len(lines))
        added = f"## 相似问题{end}{end}{added}{end}"
    else:
        place = _end_of_list(lines, head)
        added = end + added if place == head + 1 else added
    after = "".join([*lines[:place], added, *lines[place:]]) if new else text
    wanted = (*before.similar, *(Similar(question, passage) for question in new))
    if parse_entry(after, path) != replace(before, similar=wanted):
        raise BadEdit(path, 0, "有的问法加进去就读不回来。请把它写成一句平常的话，不要带“@”和开头的记号。")
    return after


def with_lines(text: str, lines: Sequence[str]) -> str:
    """Return the text of a word list with lines added at its end, but for those that stand there already."""
    known = {fold(line) for line in text.splitlines()}
    new = [line for line in one_line_each(lines) if fold(line) not in known]
    end = "\r\n" if "\r\n" in text else "\n"
    gap = "" if not text or text.endswith("\n") else end
    return text + gap + "".join(f"{line}{end}" for line in new) if new else text


def one_line_each(texts: Sequence[str]) -> list[str]:
    """Return texts as they can stand in a list: each on one line, none empty, none twice, none a remark."""
    joined = (" ".join(text.split()).lstrip("#＃ ") for text in texts)
    return list(dict.fromkeys(text for text in joined if any(map(str.isalnum, text))))


def add_similar(folder: Path, entry_id: str, questions: Sequence[str], passage: str = "") -> bool:
    """Add similar questions to an entry of the corpus in `folder`; tell whether anything changed."""
    name = f"entries/{entry_id}.md"
    if not _ID.fullmatch(entry_id) or not (folder / name).is_file():
        raise BadEdit(folder / "entries", 0, f"没有编号是“{entry_id[:20]}”的问答。")
    # Mistakes that are there already are told in their own words.
    read_text(folder / name)
    return write(folder, {name: with_similar(_raw(folder / name), folder / name, questions, passage)})


def add_outside(folder: Path, questions: Sequence[str]) -> bool:
    """Add questions to those that the corpus does not answer; tell whether anything changed."""
    return write(folder, {OUTSIDE: with_lines(_raw(folder / OUTSIDE), questions)})


def add_draft(folder: Path, category: str, question: str, similar: Sequence[str] = ()) -> Entry:
    """Add an entry that has its questions but no answer yet, not in use; return it."""
    id_ = next_id(folder, category)
    texts = [text for text in one_line_each(similar) if fold(text) != fold(question)]
    wordings = tuple(map(Similar, texts))
    name = f"entries/{id_}.md"
    title = (one_line_each([question]) or ["？"])[0]
    entry = Entry(id_, category, title, wordings, _UNWRITTEN, status=RETIRED, path=folder / name)
    write(folder, {name: format_entry(entry)})
    return entry


def next_id(folder: Path, category: str) -> str:
    """Return the first free id after those of a category; a category without any gets letters of its own."""
    entries = read_corpus(folder)[0].entries
    parts = [(match[1], int(match[2]), entry.category) for entry in entries if (match := _ID.fullmatch(entry.id))]
    taken = {letters for letters, _, _ in parts}
    own = Counter(letters for letters, _, owner in parts if owner == category).most_common(1)
    free = (chr(code) for code in range(ord("A"), ord("Z") + 1) if chr(code) not in taken)
    letters = own[0][0] if own else next(free, "Z")
    return f"{letters}{max((number for other, number, _ in parts if other == letters), default=0) + 1}"


def write(folder: Path, changes: Mapping[str, str]) -> bool:
    """Write files, given by names such as entries/P3.md, unless that would bring in what the check calls an error."""
    changes = {name: text for name, text in changes.items() if text != _raw(folder / name)}
    if not changes:
        return False
    with tempfile.TemporaryDirectory() as place:
        trial = Path(place) / "corpus"
        _copy(folder, trial)
        before = _errors(trial)
        for name, text in changes.items():
            _write_whole(trial / name, text)
        new = _errors(trial) - before
    if new:
        name, message = min(new)
        raise BadEdit(folder / name, 0, f"没有改：{message}")
    for name, text in changes.items():
        _write_whole(folder / name, text)
    return True


def _end_of_list(lines: Sequence[str], head: int) -> int:
    """Return the place after the last line that is not empty of the section that begins with line `head`."""
    place = head + 1
    for number in range(head + 1, len(lines)):
        if _SECTION.match(lines[number]):
            break
        if lines[number].strip():
            place = number + 1
    return place


def _errors(folder: Path) -> set[tuple[str, str]]:
    # To look for what is nearly the same takes long, and is a matter of opinion.
    found = check_folder(folder, date.today(), near=lambda text: False)[1]
    # Places shift with every line that is added.
    return {(os.path.relpath(one.path, folder), one.message) for one in found if one.severity == ERROR}


def _copy(folder: Path, target: Path) -> None:
    target.mkdir()
    for path in folder.iterdir():
        if path.is_dir() and path.name in _READ:
            shutil.copytree(path, target / path.name)
        elif path.is_file() and path.suffix == ".toml":
            shutil.copyfile(path, target / path.name)


def _raw(path: Path) -> str:
    """Return the text of a file with its own line ends; nothing for a file that is not there."""
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        raise BadEdit(path, 0, "不是 UTF-8 编码。请在编辑器里“另存为”，编码选 UTF-8。") from None


def _write_whole(path: Path, text: str) -> None:
    """Write a file so that whoever reads it sees the old text or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with fresh.open("wb") as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())
    if path.exists():
        shutil.copymode(path, fresh)
    os.replace(fresh, path)
