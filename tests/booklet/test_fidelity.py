"""Each answer against both source documents, character by character, but for the logged disagreements.

000 has every digit but some wrong words; 002 has the right words but U+FFFD for digits, and its blocks stand in
disorder. So the blocks of a source must tile the text of all entries exactly: no character of an answer without
its source, no block of a source without its answer. U+FFFD in a source matches any one character.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from corpus.entries import corpus_path
from corpus.entry import Entry, parse_entry
from corpus.text import repair

CASES = tomllib.loads((Path(__file__).parents[1] / "cases/disagreements.toml").read_text(encoding="utf-8"))
MANIFEST = tomllib.loads((corpus_path() / "sources/sources.toml").read_text(encoding="utf-8"))
SOURCES = ("000", "002")
ANY = "\ufffd"
NARROW = str.maketrans("，：；？！（）％．／", ",:;?!()%./")
# Where a block starts: an empty line, or in 002 an indented question number.
_BLOCKS = re.compile(r"\n\s*\n|\n(?= \ufffd\.)|^(?= \ufffd\.)")
_SOURCE_MARKER = re.compile(rf"(?:[\d{ANY}]\.)?(?:答:)?(?:\([\d{ANY}]\)|[①-⑨])?")
_ANSWER_MARKER = re.compile(r"^\s*(?:-|\d+\.)\s+", re.MULTILINE)


def plain(text: str) -> str:
    """Return `text` without what the documents differ in by layout only: look-alikes, spaces, width of punctuation."""
    return re.sub(r"\s+", "", repair(text).text).translate(NARROW)


@cache
def source_blocks(source: str) -> tuple[str, ...]:
    """Return the blocks of a source without markers (2. 答： （1） ①) and without its decoration."""
    (path,) = (corpus_path() / "sources").glob(f"{source}_*.txt")
    decoration = set(CASES["decoration"][source])
    blocks = []
    for block in _BLOCKS.split(path.read_text(encoding="utf-8")):
        lines = [line for line in block.split("\n") if plain(line) not in decoration]
        text = _SOURCE_MARKER.sub("", plain("".join(lines)), count=1)
        blocks += [text] if text else []
    return tuple(blocks)


def expected(entry: Entry, source: str) -> str:
    """Return what `source` should say for `entry`: title and answer, with the logged differences put in."""
    text = plain(entry.question) + plain(_ANSWER_MARKER.sub("", entry.answer))
    for difference in differences(entry, source):
        answer, times = plain(difference["answer"]), difference.get("times", 1)
        assert text.count(answer) == times, (
            f"{entry.id}: “{difference['answer']}” {text.count(answer)} 次，应为 {times} 次"
        )
        text = text.replace(answer, plain(difference["says"]))
    return text


def differences(entry: Entry, source: str) -> Iterator[dict[str, Any]]:
    return (d for d in CASES["difference"] if (d["entry"], d["source"]) == (entry.id, source))


class Tiling:
    """Lays all blocks of a source end to end over the texts of all entries."""

    def __init__(self, texts: list[str], blocks: tuple[str, ...]) -> None:
        self.texts = texts
        # Longest first; of equals the one with fewer lost characters, for it says more.
        self.blocks = sorted(blocks, key=lambda block: (-len(block), block.count(ANY)))
        self.free = [True] * len(blocks)
        self.furthest = (0, 0)

    def complete(self) -> bool:
        return self._place(0, 0) and not any(self.free)

    def _place(self, text: int, at: int) -> bool:
        self.furthest = max(self.furthest, (text, at))
        if text == len(self.texts):
            return True
        if at == len(self.texts[text]):
            return self._place(text + 1, 0)
        for number, block in enumerate(self.blocks):
            if self.free[number] and self._fits(block, text, at):
                self.free[number] = False
                if self._place(text, at + len(block)):
                    return True
                self.free[number] = True
        return False

    def _fits(self, block: str, text: int, at: int) -> bool:
        part = self.texts[text][at : at + len(block)]
        return len(part) == len(block) and all(a in (b, ANY) or b == ANY for a, b in zip(block, part, strict=True))

    def report(self) -> str:
        text, at = self.furthest
        left = [block for block, free in zip(self.blocks, self.free, strict=True) if free]
        after = self.texts[text][at : at + 40] if text < len(self.texts) else ""
        return f"第 {text} 条对到第 {at} 字，其后“{after}”无出处；还没用上的原文：{left[:5]}"


def load_entries() -> list[Entry]:
    paths = sorted((corpus_path() / "entries").glob("*.md"))
    return [entry for path in paths if (entry := parse_entry(path.read_text(encoding="utf-8"), path)).active]


def assert_faithful(entries: list[Entry], source: str) -> None:
    tiling = Tiling([expected(entry, source) for entry in entries], source_blocks(source))
    assert tiling.complete(), tiling.report()


@pytest.mark.parametrize("source", SOURCES)
def test_answers_are_the_source_and_the_source_is_the_answers(source: str) -> None:
    assert_faithful(load_entries(), source)


def test_every_logged_difference_names_an_entry_and_a_source() -> None:
    known = {entry.id for entry in load_entries()}
    assert all(d["entry"] in known and d["source"] in SOURCES for d in CASES["difference"])


def test_sources_are_as_received() -> None:
    files = {path.name for path in (corpus_path() / "sources").glob("*.txt")}
    assert files == {document["file"] for document in MANIFEST["document"]}
    for document in MANIFEST["document"]:
        data = (corpus_path() / "sources" / document["file"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == document["sha256"]


SPOILED = [
    ("a word changed", "B7", "应当选定", "可以选定"),
    ("a digit changed", "P3", "436.32", "436.23"),
    ("a percentage changed", "B5", "91%", "95%"),
    ("a phone number changed", "E2", "12345", "12354"),
    ("a letter of a link changed", "P2", "HmaHWQ", "HmaHWO"),
    ("a sentence dropped", "B6", "外出探亲、旅游等属于临时就医人群。", ""),
    (
        "the last sentence dropped",
        "B4",
        "门诊诊查费待遇与其他由基本医疗保险统筹基金支付的门诊基本医疗费用待遇不重复享受。",
        "",
    ),
    ("a sentence added", "P4", "查询缴费情况。", "查询缴费情况。请放心。"),
    ("a negation dropped", "B3", "不予支付", "予以支付"),
    ("one word too few", "B8", "在线办理→", ""),
    ("the wrong reading of 000 taken", "P3", "从申请之月起", "从申请之日起"),
    ("the wrong reading taken once of two times", "B2", "可以从出生之月起", "可以从出生之日起"),
    ("a full stop dropped", "E1", "参保登记。\n\n   网址", "参保登记\n\n   网址"),
    ("two parts exchanged", "B2", "一次性缴纳当年9月至次年8月", "一次性缴纳次年8月至当年9月"),
]


@pytest.mark.parametrize(("entry_id", "old", "new"), [row[1:] for row in SPOILED], ids=[row[0] for row in SPOILED])
def test_a_spoiled_answer_is_caught(entry_id: str, old: str, new: str) -> None:
    entries = load_entries()
    place = next(i for i, entry in enumerate(entries) if entry.id == entry_id)
    assert old in entries[place].body
    entries[place] = replace(entries[place], body=entries[place].body.replace(old, new, 1))
    with pytest.raises(AssertionError):
        for source in SOURCES:
            assert_faithful(entries, source)


def test_a_missing_entry_is_caught() -> None:
    with pytest.raises(AssertionError, match="还没用上的原文"):
        assert_faithful([entry for entry in load_entries() if entry.id != "B5"], "000")


def test_a_spoiled_question_is_caught() -> None:
    first, *rest = load_entries()
    with pytest.raises(AssertionError):
        assert_faithful([replace(first, question=first.question.replace("激活", "办理")), *rest], "002")


def test_any_one_character_counts() -> None:
    """Change every seventh character of every answer, one at a time: one source or the other catches each."""
    entries = load_entries()
    for entry in entries:
        # The spoiled entry goes first, so that its tiling fails early.
        others = [other for other in entries if other is not entry]
        markers = {at for match in _ANSWER_MARKER.finditer(entry.answer) for at in range(*match.span())}
        for at in range(0, len(entry.answer), 7):
            if at not in markers and plain(entry.answer[at]):
                spoiled = entry.answer[:at] + "〓" + entry.answer[at + 1 :]
                changed = [replace(entry, body=spoiled), *others]
                assert not (is_faithful(changed, "000") and is_faithful(changed, "002")), spoiled


def is_faithful(entries: list[Entry], source: str) -> bool:
    try:
        assert_faithful(entries, source)
    except AssertionError:
        return False
    return True


def test_short_answers_are_lines_of_the_answer() -> None:
    """Each line but the last, which points to the full answer, stands in the answer word for word and in its order."""
    for entry in load_entries():
        *lines, pointer = [line for line in entry.short_answer.split("\n") if line.strip()] or ["完整"]
        rest = plain(entry.answer)
        for line in lines:
            _, found, rest = rest.partition(plain(line))
            assert found, f"{entry.id} 短答案的“{line}”不是答案的原句"
        assert "完整" in pointer
