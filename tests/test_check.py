"""The linter: each finding once, with file, line, what is wrong and the way out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from corpus.__main__ import main
from corpus.check import ERROR, WARNING, WECHAT_BYTES, Problem, check, check_folder, wechat_bytes
from corpus.entries import load_corpus
from tests.support.checked_corpus import B5, P3, SENTENCES, TALK, TODAY, write

LONG = "字" * 700


def problems(root: Path, changes: dict[str, str] | None = None, today: date = TODAY) -> list[Problem]:
    return check_folder(write(root, **changes or {}), today)[1]


def test_a_good_corpus_is_quiet(tmp_path: Path) -> None:
    assert problems(tmp_path) == []


def p3(old: str, new: str) -> dict[str, str]:
    assert old in P3
    return {"entries/P3.md": P3.replace(old, new, 1)}


# name: (changed files, file, line, severity, what the message must say)
FINDINGS: dict[str, tuple[dict[str, str], str, int, str, str]] = {
    "same question in two entries": (p3("小孩医保一年多少钱", "住院能报几成"), "P3.md", 12, ERROR, "在 B5 里已经有了"),
    "same question, typed otherwise": (p3("小孩医保一年多少钱", "住院能報幾成"), "P3.md", 12, ERROR, "在 B5"),
    "same question twice in one": (p3("每个学年要交几多", "小孩医保 一年多少钱"), "P3.md", 13, WARNING, "第 12 行"),
    "similar repeats the standard": (p3("小孩医保一年多少钱", "每年要交多少钱?"), "P3.md", 12, WARNING, "第 8 行"),
    "nearly equal": (p3("小孩医保一年多少钱", "在医院住了一周怎么报呢"), "P3.md", 12, WARNING, "几乎一样"),
    "nearer elsewhere": (p3("小孩医保一年多少钱", "三级医院住院报销多少"), "P3.md", 12, WARNING, "该移到 B5"),
    "also outside": (p3("小孩医保一年多少钱", "养老金怎麼領"), "P3.md", 12, ERROR, "words/outside.txt"),
    "also small talk": (p3("小孩医保一年多少钱", "你好"), "P3.md", 12, ERROR, "请换个说法"),
    "lost characters": (p3("436.32", "436.��"), "P3.md", 20, ERROR, "照原件补上"),
    "no basis": (p3("依据: 手册\n", ""), "P3.md", 0, ERROR, "没有依据"),
    "answer too long": (p3("按收入算。", LONG), "P3.md", 0, ERROR, "## 短答案"),
    "short answer too long": (p3("按收入算。", f"{LONG}\n\n## 短答案\n\n{LONG}"), "P3.md", 0, ERROR, "再删"),
    "unknown passage": (p3("@金额", "@金饿"), "P3.md", 16, ERROR, "可用的段落有：金额"),
    "no passages at all": ({"entries/B5.md": B5.replace("几成", "几成 @比例", 1)}, "B5.md", 12, ERROR, "没有分段落"),
    "passage name twice": (p3("按收", "<!-- 段落: 金额 -->按收"), "P3.md", 0, ERROR, "用了 2 次"),
    "broken mark": (p3("段落: 金额", "段: 金额"), "P3.md", 0, ERROR, "<!-- 段落: 名字 -->"),
    "few short questions": (
        {"entries/B5.md": B5.replace("\n- ", "\n- 老人家想问一下现在小孩子")},
        "B5.md",
        0,
        WARNING,
        "12 个字以内的相似问题只有 0 个",
    ),
    "few similar questions": (p3("- 保费金额是多少\n", ""), "P3.md", 0, WARNING, "只有 4 个相似问题"),
    "unknown key": (p3("依据", "来源"), "P3.md", 5, ERROR, "可用的有：编号、类别"),
    "question too long": (p3("小孩医保一年多少钱", "钱" * 2 + "甲乙" * 250), "P3.md", 12, ERROR, "502 个字，最多 500"),
    "question without a word": (p3("小孩医保一年多少钱", "？？？"), "P3.md", 12, ERROR, "没有字"),
    "file name is not the id": ({"entries/P4.md": B5.replace("B5", "P5")}, "P4.md", 0, ERROR, "编号却是 P5"),
    "missing sentence": ({"phrases.toml": SENTENCES.replace("empty", "empt")}, "phrases.toml", 0, ERROR, "没有“empty”"),
    "welcome names no entry": (
        {"phrases.toml": 'welcome = ["P3", "P9", "随便问问"]\n' + SENTENCES + TALK},
        "phrases.toml", 0, ERROR, "welcome 里的 P9 没有这一条",
    ),
    "welcome too long": (
        {"phrases.toml": f"welcome = {['P3'] * 9}\n" + SENTENCES + TALK},
        "phrases.toml", 0, ERROR, "最多 8 个",
    ),
    "small talk twice": (
        {"phrases.toml": SENTENCES + TALK + TALK.replace('"greeting"', '"bye"')},
        "phrases.toml", 0, ERROR, "greeting 和 bye",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "file", "line", "severity", "message"), FINDINGS.values(), ids=FINDINGS.keys())
def test_finding(tmp_path: Path, changes: dict[str, str], file: str, line: int, severity: str, message: str) -> None:
    found = problems(tmp_path, changes)
    matching = [
        p for p in found if (p.path.name, p.line, p.severity) == (file, line, severity) and message in p.message
    ]
    assert len(matching) == 1, found


@pytest.mark.parametrize(("today", "count"), [(date(2025, 8, 31), 0), (date(2025, 9, 1), 1)])
def test_a_school_year_ends_with_august(tmp_path: Path, today: date, count: int) -> None:
    found = problems(tmp_path, today=today)
    assert len(found) == count
    assert all(p.severity == WARNING and "2 条（B5、P3）" in p.message and "状态: 停用" in p.message for p in found)


def test_a_retired_entry_is_left_in_peace(tmp_path: Path) -> None:
    retired = B5.replace("依据: 手册", "状态: 停用").replace("- 住院能报几成\n", "- 养老金怎么领\n")
    assert problems(tmp_path, {"entries/B5.md": retired}, date(2030, 1, 1))[0].message.count("P3") == 1
    assert len(problems(tmp_path, {"entries/B5.md": retired})) == 0


def test_a_short_answer_mends_a_long_one(tmp_path: Path) -> None:
    assert problems(tmp_path, p3("每年436.32元。", f"{LONG}\n\n## 短答案\n\n短。")) == []


def test_the_limit_counts_bytes_with_the_question() -> None:
    assert wechat_bytes("问", "a" * (WECHAT_BYTES - 5)) == WECHAT_BYTES


def test_check_takes_a_loaded_corpus(tmp_path: Path) -> None:
    assert check(load_corpus(write(tmp_path)), TODAY) == []


def test_each_nearly_equal_pair_is_told_once(tmp_path: Path) -> None:
    found = problems(tmp_path, p3("小孩医保一年多少钱", "在医院住了一周怎么报呢"))
    assert len([p for p in found if "几乎一样" in p.message]) == 1


def test_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(write(tmp_path))
    assert main(["check", "--folder", folder, "--today", "2025-03-01"]) == 0
    assert (
        capsys.readouterr().out == "问答 2 条（停用 0 条），相似问题 10 个，不能回答的问题 1 个：0 个错误，0 个提醒。\n"
    )


def test_warnings_do_not_fail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--folder", str(write(tmp_path)), "--today", "2026-03-01"]) == 0
    assert "0 个错误，1 个提醒。" in capsys.readouterr().out


def test_errors_fail_and_are_all_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path, **{"entries/P3.md": "oops", "words/synonyms.txt": "oops"})
    assert main(["check", "--folder", str(folder), "--today", "2025-03-01"]) == 1
    out = capsys.readouterr().out
    assert "P3.md:1 错误：" in out and "synonyms.txt:1 错误：" in out and "2 个错误" in out


def test_places_are_short_from_where_one_stands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(write(tmp_path, **p3("依据", "来源")))
    main(["check", "--folder", str(tmp_path), "--today", "2025-03-01"])
    assert capsys.readouterr().out.startswith("entries/P3.md:5 错误：不认识“来源”")


def test_a_label_that_is_not_short(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, p3("年度:", f"短标题: {'长' * 21}\n年度:"))
    assert (found.severity, found.path.name) == (ERROR, "P3.md") and "短标题有 21 个字" in found.message


def test_english_for_a_sentence_that_is_not_there(tmp_path: Path) -> None:
    english = '[english]\nabstain = "No."\ntalk_greeting = "Hi"\nabstian = "No."\n'
    (found,) = problems(tmp_path, {"phrases.toml": SENTENCES + english + TALK})
    assert found.severity == ERROR and "“abstian”" in found.message
