"""The office's own file: what comes from it, what is refused, and that nothing else names an office."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from bot.settings import load_settings
from corpus.__main__ import main
from corpus.check import ERROR, WARNING, check_folder
from corpus.entries import ENGLISH, corpus_path, load_corpus, read_corpus, shipped_path
from corpus.errors import BadEntry, BadOffice
from corpus.office import Office, Period, load_office, parse_office
from index.manifest import default_index
from tests.support.booklet_corpus import P3, write

ROOT = Path(__file__).parents[1]
OFFICE = """
id = "yunxi-library"
name = "云溪市图书馆问答"
subject = "借书还书"
hotline = "0100-5550123"
"""
YEAR = '[period]\nlabel = "年度"\nends = "12-31"\n'
# The one office whose corpus comes with the program, in the words that give it away.
WORDS = re.compile(r"少儿|医保|深圳|学年|参保|(?<!\d)12345(?!\d)|shaoer|yibao", re.IGNORECASE)
WRITTEN = {".py", ".js", ".css", ".html", ".toml"}
# The calculator's words live with the calculator; the offices that the ranker learns from are made up.
APART = ("bot/calculator/", "bot/teaching/", "index/training/offices/", "index/built/")


def read(text: str) -> Office:
    return parse_office(text, Path("office.toml"))


def test_bot_and_index_name_no_office() -> None:
    found = []
    for path in sorted([*(ROOT / "bot").rglob("*"), *(ROOT / "index").rglob("*")]):
        name = str(path.relative_to(ROOT))
        if path.suffix in WRITTEN and not name.startswith(APART):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
                found += [f"{name}:{number} {line.strip()[:80]}"] if WORDS.search(line) else []
    assert not found, "\n" + "\n".join(found)


def test_an_office_needs_four_lines() -> None:
    office = read(OFFICE)
    assert (office.id, office.name, office.hotline, office.period) == (
        "yunxi-library",
        "云溪市图书馆问答",
        "0100-5550123",
        None,
    )


REFUSED = {
    "nothing filled in": (OFFICE.replace("借书还书", " ").replace("0100-5550123", ""), 0, "subject 是.*hotline 是"),
    "a Chinese id": (OFFICE.replace("yunxi-library", "图书馆"), 2, "小写字母"),
    "an id that leaves its folder": (OFFICE.replace("yunxi-library", "../x"), 2, "小写字母"),
    "curly quotes": (OFFICE + "about = “借书”\n", 6, "英文双引号"),
    "an unknown line": (OFFICE + 'telephone = "1"\n', 6, "不认识“telephone”"),
    "a number": (OFFICE + "about = 5\n", 6, "双引号"),
    "a list of nothing": (OFFICE + 'welcome = "A1"\n', 6, "方括号"),
    "a year without an end": (OFFICE + '[period]\nlabel = "年度"\n', 6, "08-31"),
    "a thirteenth month": (OFFICE + YEAR.replace("12-31", "13-31"), 6, "08-31"),
    "a sentence that is none": (OFFICE + "[text]\nabstain = 1\n", 7, "一句话"),
    "talk about nothing": (OFFICE + '[talk.who]\nanswer = "我"\n', 6, "reply"),
}


@pytest.mark.parametrize(("text", "line", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_refused(text: str, line: int, message: str) -> None:
    with pytest.raises(BadOffice, match=message) as caught:
        read(text)
    assert (line in (0, caught.value.line) and caught.value.message.endswith("。")) or '"' in caught.value.message


@pytest.mark.parametrize(
    ("period", "text", "years", "last"),
    [
        (Period("学年度", 8, 31), "2024—2025学年", "2024-2025", date(2025, 8, 31)),
        (Period("公积金年度", 6, 30), "2024-2025", "2024-2025", date(2025, 6, 30)),
        (Period("年度", 12, 31), "2025年度", "2025", date(2025, 12, 31)),
        (Period("年度", 12, 31), "2024-2025", "", None),
        (Period("学年度", 8, 31), "2024-2026", "", None),
        (Period("学年度", 8, 31), "2025", "", None),
    ],
)
def test_years(period: Period, text: str, years: str, last: date | None) -> None:
    assert period.read(text) == years
    assert not years or period.last_day(years) == last
    assert not years or period.read(period.example) == period.example


def test_years_of_an_office_that_has_none(tmp_path: Path) -> None:
    dated = P3.replace("依据", "年度: 2025\n依据")
    with pytest.raises(BadEntry, match=r"不分年度.*\[period\]"):
        load_corpus(write(tmp_path, **{"office.toml": OFFICE, "entries/P3.md": dated}))
    entry = load_corpus(write(tmp_path, **{"office.toml": OFFICE + YEAR, "entries/P3.md": dated})).entries[-1]
    assert (entry.valid, entry.valid_until) == ("2025年度", date(2025, 12, 31))


def test_a_corpus_without_sentences_says_those_that_any_office_can_say(tmp_path: Path) -> None:
    more = 'welcome = ["P3"]\n[text]\nabstain = "没有，打{hotline}。"\n[english]\nname = "Library"\n'
    more += '[talk.who]\nreply = "我是{title}。"\nquestions = ["你是馆员吗"]\n'
    phrases = load_corpus(write(tmp_path, **{"office.toml": OFFICE + more, "phrases.toml": None})).phrases
    assert phrases.text("title") == "云溪市图书馆问答" and phrases.text("abstain") == "没有，打0100-5550123。"
    assert phrases.text(f"{ENGLISH}title") == "Library" and phrases.text("example") == "例如：每年交多少钱？"
    (who,) = (talk for talk in phrases.smalltalk if talk.name == "who")
    assert who.reply == "我是云溪市图书馆问答。" and {"你是谁", "你是馆员吗"} <= set(who.questions)
    # Without numbers there is no calculator, and no word of one.
    assert not [key for key, _ in phrases.sentences if "calc_" in key or "card_" in key or not key.isascii()]
    left = [text for _, text in phrases.sentences if re.search(r"\{(?:title|subject|hotline|period|first)\}", text)]
    assert not left


def test_check_finds_what_still_speaks_of_another_office(tmp_path: Path) -> None:
    mine, more = 'marks = ["住院", "报销"]\n', '[text]\nempty = "例如：少儿怎么办？"\n'
    entry = P3.replace("答P3", "可以。\n看“深圳”公众号")
    changes = {"office.toml": OFFICE + mine + more, "entries/P3.md": entry, "phrases.toml": None}
    found = [p for p in check_folder(write(tmp_path, **changes), date(2025, 1, 1))[1] if "别的单位" in p.message]
    assert [(p.path.name, p.line, p.severity) for p in found] == [("P3.md", 16, WARNING), ("office.toml", 8, WARNING)]
    mine = mine.replace("[", '["深圳", "少儿", ')
    write(tmp_path, **{**changes, "office.toml": OFFICE + mine + more})
    assert not [p for p in check_folder(tmp_path, date(2025, 1, 1))[1] if "别的单位" in p.message]


def test_check_asks_for_the_file(tmp_path: Path) -> None:
    (found,) = (p for p in check_folder(write(tmp_path), date(2025, 1, 1))[1] if p.path.name == "office.toml")
    assert found.severity == ERROR and "new-office" in found.message


def test_a_new_office_is_laid_out_and_says_what_to_fill_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "新单位"
    assert main(["new-office", str(folder)]) == 0
    assert "office.toml" in capsys.readouterr().out
    assert main(["check", "--folder", str(folder)]) == 1
    out = capsys.readouterr().out
    assert out.count("错误") == 2 and "还没有填：id 是" in out and "Traceback" not in out
    office = folder / "office.toml"
    filled = office.read_text("utf-8")
    for line in OFFICE.strip().splitlines():
        name = line.split(" = ")[0]
        filled = re.sub(rf"^{name} = .*$", line, filled, flags=re.MULTILINE)
    office.write_text(filled, "utf-8")
    example = folder / "entries/A1.md"
    example.write_text(example.read_text("utf-8").replace("状态: 停用\n", ""), "utf-8")
    assert main(["check", "--folder", str(folder)]) == 0
    assert capsys.readouterr().out.startswith("问答 1 条")


def test_a_new_office_takes_no_folder_that_is_in_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_text("别动我", "utf-8")
    assert main(["new-office", str(tmp_path)]) == 1 and "已经有东西" in capsys.readouterr().err
    assert main(["new-office", str(tmp_path / "a.txt")]) == 1 and "是一个文件" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_every_command_takes_the_corpus_that_the_setting_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert corpus_path() == shipped_path() and default_index() == ROOT / "index" / "built"
    write(tmp_path, **{"office.toml": OFFICE, "phrases.toml": None})
    monkeypatch.setenv("FAQ_CORPUS", str(tmp_path))
    monkeypatch.delenv("FAQ_STORE")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    settings = load_settings()
    assert (corpus_path(), settings.corpus, settings.index) == (tmp_path, tmp_path, tmp_path / "built")
    assert settings.store == tmp_path / "state/yunxi-library-faq/store.sqlite"
    assert load_corpus().office == load_office(tmp_path)
    monkeypatch.setenv("FAQ_INDEX", str(tmp_path / "elsewhere"))
    assert default_index() == load_settings().index == tmp_path / "elsewhere"


def test_a_setting_that_names_no_corpus_is_told(tmp_path: Path) -> None:
    _, errors = read_corpus(tmp_path / "nowhere")
    assert errors and all("。" in error.message for error in errors)
