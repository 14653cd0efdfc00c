"""A whole corpus folder: what is read, and what is refused with file, line and way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.entries import Corpus, SmallTalk, corpus_digest, load_corpus, read_corpus
from corpus.errors import BadEntry, BadPhrases, BadWords, CorpusError, Duplicate, LostCharacters, MissingFile
from tests.support.booklet_corpus import ENTRY, FILES, P3, PHRASES_TOML, write


def test_load(tmp_path: Path) -> None:
    corpus = load_corpus(write(tmp_path))
    assert [entry.id for entry in corpus.entries] == ["B5", "P3"]
    assert corpus.terms == ("少儿医保", "统筹基金")
    assert corpus.synonyms == {"卡": "银行卡", "卡片": "银行卡", "交钱": "缴费", "交费": "缴费"}
    assert corpus.outside == ("养老金怎么领", "社保卡丢了怎么办")
    assert corpus.phrases.welcome == ("P3", "B5")
    assert corpus.phrases.smalltalk == (SmallTalk("greeting", ("你好", "在吗"), "您好"),)
    assert corpus.phrases.text("expired").format(years="2024-2025") == "出自 2024-2025 年度"
    assert corpus.entries[1].path == tmp_path / "entries/P3.md"


@pytest.mark.parametrize("name", ["entries/P3.md", "words/synonyms.txt", "words/outside.txt", "phrases.toml"])
def test_the_digest_tells_of_every_change_without_reading_what_files_say(tmp_path: Path, name: str) -> None:
    root = write(tmp_path)
    before = corpus_digest(root)
    assert before == load_corpus(root).digest
    (root / name).write_text((root / name).read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert corpus_digest(root) not in ("", before)
    (root / name).unlink()
    assert corpus_digest(root) != before


def test_entries_stand_in_counting_order(tmp_path: Path) -> None:
    more = {f"entries/B{n}.md": ENTRY.format(id=f"B{n}", question=f"问{n}", similar=f"又问{n}") for n in (10, 9)}
    assert [entry.id for entry in load_corpus(write(tmp_path, **more)).entries] == ["B5", "B9", "B10", "P3"]


def test_a_sentence_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadPhrases, match="没有“farewell”"):
        load_corpus(write(tmp_path)).phrases.text("farewell")


@pytest.mark.parametrize("name", FILES)
def test_the_digest_follows_every_file(tmp_path: Path, name: str) -> None:
    before = load_corpus(write(tmp_path / "a")).digest
    assert load_corpus(write(tmp_path / "b")).digest == before
    changed = (
        FILES[name]
        .replace("报", "补")
        .replace("要", "该")
        .replace("您好", "您早")
        .replace("# 标", "# 正")
        .replace("统筹", "医保")
        .replace("养老", "社保")
    )
    assert load_corpus(write(tmp_path / "c", **{name: changed})).digest != before


def test_the_digest_is_the_same_on_every_system(tmp_path: Path) -> None:
    windows = {name: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode() for name, text in FILES.items()}
    there = load_corpus(write(tmp_path / "windows", **windows))
    here = load_corpus(write(tmp_path / "here"))
    assert there.digest == here.digest
    assert without_path(there) == without_path(here)


def without_path(corpus: Corpus) -> tuple[object, ...]:
    return corpus.entries, corpus.terms, corpus.synonyms, corpus.outside, corpus.phrases


# name: (changed files, error, file, line, what the message must say)
REFUSED: dict[str, tuple[dict[str, str | bytes | None], type[CorpusError], str, int, str]] = {
    "no terms": ({"words/terms.txt": None}, MissingFile, "words/terms.txt", 0, "找不到"),
    "no synonyms": ({"words/synonyms.txt": None}, MissingFile, "words/synonyms.txt", 0, "找不到"),
    "no outside": ({"words/outside.txt": None}, MissingFile, "words/outside.txt", 0, "找不到"),
    "no phrases": ({"phrases.toml": None}, MissingFile, "phrases.toml", 0, "找不到"),
    "no entry": ({"entries/P3.md": None, "entries/B5.md": None}, MissingFile, "entries", 0, "一条问答也没有"),
    "another id": ({"entries/P4.md": P3}, Duplicate, "entries/P4.md", 0, "编号却是 P3"),
    "wrong head": ({"entries/P3.md": P3.replace("依据", "出处")}, BadEntry, "entries/P3.md", 4, "不认识“出处”"),
    "lost characters": ({"entries/P3.md": P3.replace("答P3", "答�")}, LostCharacters, "entries/P3.md", 15, "丢失"),
    "lost in words": ({"words/outside.txt": "甲\n乙�\n"}, LostCharacters, "words/outside.txt", 2, "丢失"),
    "lost in phrases": ({"phrases.toml": PHRASES_TOML + "# �"}, LostCharacters, "phrases.toml", 12, "丢失"),
    "GBK": ({"entries/P3.md": P3.encode("gbk")}, LostCharacters, "entries/P3.md", 0, "UTF-8"),
    "same similar question": (
        {"entries/P3.md": P3.replace("一年要交几多钱", "住院能報幾成")},
        Duplicate, "entries/P3.md", 11, "在 B5 里已经有了",
    ),
    "similar equals a standard one": (
        {"entries/P3.md": P3.replace("一年要交几多钱", "住院报销多少？")},
        Duplicate, "entries/P3.md", 11, "在 B5 里已经有了",
    ),
    "no equals sign": ({"words/synonyms.txt": "银行卡 卡\n"}, BadWords, "words/synonyms.txt", 1, "标准词 = 说法1"),
    "two masters": ({"words/synonyms.txt": "甲 = 丙\n乙 = 丙\n"}, BadWords, "words/synonyms.txt", 2, "已经是“甲”"),
    "broken toml": ({"phrases.toml": "[text]\ngreeting = “您好”\n"}, BadPhrases, "phrases.toml", 0, "英文双引号"),
    "not a sentence": ({"phrases.toml": "[text]\ngreeting = 5\n"}, BadPhrases, "phrases.toml", 0, "一句话"),
    "welcome is no list": ({"phrases.toml": 'welcome = "P3"\n'}, BadPhrases, "phrases.toml", 0, "welcome 应当是"),
    "no reply": ({"phrases.toml": '[[smalltalk]]\nname = "a"\n'}, BadPhrases, "phrases.toml", 0, "reply"),
    "no questions": (
        {"phrases.toml": '[[smalltalk]]\nname = "a"\nquestions = []\nreply = "c"\n'},
        BadPhrases, "phrases.toml", 0, "至少一句",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "error", "file", "line", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_refused(
    tmp_path: Path, changes: dict[str, str | bytes | None], error: type[CorpusError], file: str, line: int, message: str
) -> None:
    with pytest.raises(error) as caught:
        load_corpus(write(tmp_path, **changes))
    assert (caught.value.path, caught.value.line) == (tmp_path / file, line)
    assert message in str(caught.value)


def test_a_retired_entry_may_leave_its_questions_to_its_successor(tmp_path: Path) -> None:
    retired = P3.replace("P3", "P9").replace("依据", "状态: 停用\n依据")
    assert len(load_corpus(write(tmp_path, **{"entries/P9.md": retired})).entries) == 3


def test_read_tells_all_errors_at_once(tmp_path: Path) -> None:
    changes: dict[str, str | bytes | None] = {
        "entries/P3.md": "oops",
        "words/terms.txt": None,
        "phrases.toml": "oops",
    }
    corpus, errors = read_corpus(write(tmp_path, **changes))
    assert [error.path.name for error in errors] == ["P3.md", "terms.txt", "phrases.toml"]
    assert [entry.id for entry in corpus.entries] == ["B5"]
    assert corpus.outside
