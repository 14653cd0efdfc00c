"""Files as people's computers make them: each is read, repaired, left alone or named with the way out."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from corpus.check import ERROR, check_folder
from corpus.entries import load_corpus, read_corpus
from corpus.errors import CorpusError
from tests.support.index_fixtures import write_corpus

ENTRY = "---\n编号: A9\n类别: 门票\n依据: 须知\n---\n\n# 可以带狗吗？\n\n## 相似问题\n\n- 带狗\n\n## 答案\n\n不可以。\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_corpus(tmp_path / "corpus")


def errors(folder: Path) -> list[str]:
    """Return what the linter says stops the corpus; whatever it is, the rest was read."""
    corpus, found = check_folder(folder, date(2024, 10, 15))
    assert len(corpus.entries) >= 6
    return [str(problem) for problem in found if problem.severity == ERROR]


@pytest.mark.parametrize("name", ["P6.md.txt", "P6.MD", "P6.markdown", "P6.txt", "P6", "P6.md.bak", "P6.docx"])
def test_a_name_that_is_not_read_is_said_with_the_one_to_take(folder: Path, name: str) -> None:
    before = errors(folder)
    (folder / "entries" / name).write_text(ENTRY, encoding="utf-8")
    (said,) = set(errors(folder)) - set(before)
    assert f"entries/{name}" in said and "改名为“P6.md”" in said
    with pytest.raises(CorpusError):
        load_corpus(folder)


def test_a_policy_with_another_ending_is_said_too(folder: Path) -> None:
    (folder / "policy").mkdir(exist_ok=True)
    (folder / "policy" / "2025-2026.toml.txt").write_text("", encoding="utf-8")
    assert any("2025-2026.toml.txt" in line and "改名" in line for line in errors(folder))


LITTER = ["._A1.md", "~$A1.md", ".#A1.md", "#A1.md#", "A1.md~", ".A1.md.swp", ".DS_Store", "Thumbs.db", "desktop.ini"]


@pytest.mark.parametrize("name", LITTER)
def test_what_computers_leave_behind_stops_nothing(folder: Path, name: str) -> None:
    before, digest = errors(folder), load_corpus(folder).digest
    (folder / "entries" / name).write_bytes(b"\x00\x05\x16\x07")
    assert errors(folder) == before and load_corpus(folder).digest == digest


def replaced(old: str, new: str) -> Callable[[Path], None]:
    def work(path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return work


def folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()


def link_to_nothing(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere.md")


CONFLICT = "<<<<<<< HEAD\n一份\n=======\n另一份\n>>>>>>> other\n"
BROKEN = {
    "conflict": (lambda path: path.write_text(ENTRY + CONFLICT, encoding="utf-8"), "第16行", "<<<<<<<"),
    "half a conflict": (lambda path: path.write_text(f"{ENTRY}=======\n", encoding="utf-8"), "第16行", "======="),
    "nul": (lambda path: path.write_text(ENTRY + "完\0", encoding="utf-8"), "第16行", "U+0000"),
    "a control sign": (lambda path: path.write_text(ENTRY + "\n\x0b", encoding="utf-8"), "第17行", "U+000B"),
    "a folder": (folder_instead, "", "文件夹"),
    "a link to nothing": (link_to_nothing, "", "找不到"),
    "gbk": (lambda path: path.write_bytes(ENTRY.encode("gbk")), "", "UTF-8"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_read_is_said_with_its_place(folder: Path, name: str) -> None:
    harm, line, words = BROKEN[name]
    path = folder / "entries" / "A9.md"
    path.write_text(ENTRY, encoding="utf-8")
    harm(path)
    _, found = read_corpus(folder)
    (error,) = (error for error in found if error.path == path)
    assert line in str(error) and words in str(error) and str(error).endswith("。")


@pytest.mark.parametrize("name", ["entries/A1.md", "words/terms.txt", "phrases.toml", "entries"])
def test_what_this_user_may_not_read(name: str) -> None:
    # Where root runs the tests, pytest's own folder is closed to everybody else.
    with TemporaryDirectory() as place:
        os.chmod(place, 0o755)
        folder = write_corpus(Path(place) / "corpus")
        os.chmod(folder / name, 0)
        # Root reads everything, so a child without its rights does it.
        said = "\n".join(map(str, read_corpus(folder)[1])) if os.geteuid() else as_nobody(folder)
        os.chmod(folder / name, 0o755)
    assert Path(name).name in said and "权限" in said


def as_nobody(folder: Path) -> str:
    """Return what reading the corpus says without the rights of root."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setegid(65534)
            os.seteuid(65534)
            os.write(write, "\n".join(map(str, read_corpus(folder)[1])).encode())
        finally:
            os._exit(0)
    os.close(write)
    os.waitpid(child, 0)
    with os.fdopen(read, encoding="utf-8") as said:
        return said.read()


AS_TYPED = {
    "a full-width id": replaced("编号: A9", "编号：Ａ９"),
    "a small letter": replaced("编号: A9", "编号: a9"),
    "zero-width signs": replaced("编号: A9", "\u200b编号\u200b: A9\u200b"),
    "hard spaces": replaced("编号: A9", "编号:\u00a0A9\u00a0"),
    "a word's list": replaced("- 带狗", "1.\t带狗"),
    "a word's bullet": replaced("- 带狗", "\uf0b7\t带狗"),
    "a circled number": replaced("- 带狗", "① 带狗"),
    "numbers in brackets": replaced("- 带狗", "（1）带狗"),
    "a byte order mark": lambda path: path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes()),
    "other line ends": lambda path: path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n")),
}


@pytest.mark.parametrize("name", AS_TYPED)
def test_what_is_certain_is_repaired(folder: Path, name: str) -> None:
    path = folder / "entries" / "A9.md"
    path.write_text(ENTRY, encoding="utf-8")
    AS_TYPED[name](path)
    (entry,) = (entry for entry in read_corpus(folder)[0].entries if entry.path == path)
    assert (entry.id, entry.question, entry.answer) == ("A9", "可以带狗吗？", "不可以。")
    assert [item.text for item in entry.similar] == ["带狗"]


@pytest.mark.parametrize("text", ["3、4岁的孩子要票吗", "1.2米以下要票吗"])
def test_a_number_of_the_question_stays(folder: Path, text: str) -> None:
    path = folder / "entries" / "A9.md"
    path.write_text(ENTRY.replace("- 带狗", f"- {text}\n{text}呀"), encoding="utf-8")
    (entry,) = (entry for entry in read_corpus(folder)[0].entries if entry.path == path)
    assert [item.text for item in entry.similar] == [text, f"{text}呀"]


def test_a_table_in_an_answer_stays_as_it_is(folder: Path) -> None:
    table = "| 票 | 元 |\n| --- | --- |\n| 儿童 | 10 |\n\n票\t元\n成人\t20"
    (folder / "entries" / "A9.md").write_text(ENTRY.replace("不可以。", table), encoding="utf-8")
    entry = next(entry for entry in read_corpus(folder)[0].entries if entry.id == "A9")
    assert entry.answer == table


def test_a_missing_folder_is_said(folder: Path) -> None:
    shutil.rmtree(folder / "entries")
    _, found = read_corpus(folder)
    assert any("一条问答也没有" in str(error) for error in found)
