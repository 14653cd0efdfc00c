"""The command line: what it prints and how it ends."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot import __main__ as cli
from bot.commands import ask, serve
from bot.commands.verbs import COMMANDS, Command
from bot.settings import Settings, settings_table
from index.errors import IndexStale
from tests.support.library import FakeEngine


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FAQ_INDEX", str(tmp_path))
    monkeypatch.setattr(ask, "open_engine", lambda settings: FakeEngine())
    return tmp_path


def test_asks(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["ask", "一次可以借几本书"]) == 0
    out = capsys.readouterr().out
    assert "[answer 1.0000] T2" in out and "每次最多借" in out and "1. 怎么办理借书证？ (T1)" in out


def test_explains(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["ask", "周末开门吗", "--explain"]) == 0
    assert "Hit" in capsys.readouterr().out


def test_a_wrong_setting_ends_with_2(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("FAQ_PRECISION", "2")
    assert cli.main(["serve"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "FAQ_PRECISION" in error
    monkeypatch.delenv("FAQ_PRECISION")
    assert cli.main(["serve", "--port", "0"]) == 2


def test_a_missing_index_ends_with_1(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FAQ_INDEX", str(tmp_path / "nowhere"))
    assert cli.main(["ask", "问"]) == 1
    assert "make index" in capsys.readouterr().err


def test_a_stale_index_ends_with_1(
    built: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def load(settings: object) -> FakeEngine:
        raise IndexStale(built, "语料变了")

    monkeypatch.setattr(ask, "open_engine", load)
    assert cli.main(["ask", "问"]) == 1
    assert "make index" in capsys.readouterr().err


def test_serves(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[Settings] = []
    monkeypatch.setattr(serve, "serve", lambda app, settings: served.append(settings) or 0)
    monkeypatch.setenv("PORT", "9000")
    assert cli.main(["serve", "--host", "0.0.0.0"]) == 0
    assert [(settings.host, settings.port) for settings in served] == [("0.0.0.0", 9000)]


def test_warns_of_slips(built: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("FAQ_RATELIMIT", "1")
    cli.main(["ask", "你好"])
    assert "FAQ_RATELIMIT" in capsys.readouterr().err


def test_help_names_every_setting(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    out = capsys.readouterr().out
    assert all(row.name in out for row in settings_table())


def test_help_is_quick() -> None:
    heavy = {"numpy", "faiss", "fastapi", "onnxruntime", "sklearn", "torch"}
    code = (
        "import sys\nfrom bot.__main__ import main\n"
        f"try: main(['--help'])\nfinally: assert not {heavy} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert all(f"\n    {command.name}" in done.stdout for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_explains_itself(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main([command.name, "--help"])
    assert caught.value.code == 0 and f"usage: faq {command.name}" in capsys.readouterr().out


def test_a_part_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    monkeypatch.delitem(sys.modules, "bot.commands.serve")
    monkeypatch.delitem(sys.modules, "bot.server")
    assert cli.main(["serve"]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "uvicorn" in said and ".[serve]" in said


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((), r"faq 后面还要写做什么，从这些里选一个：serve、.*export"),
        (("exprot",), r"faq 后面不能写“exprot”，从这些里选一个：serve、.*export"),
        (("index",), r"faq index 后面还要写做什么，从这些里选一个：build、search"),
        (("index", "biuld"), r"faq index 后面不能写“biuld”，从这些里选一个：build、search"),
        (("inbox",), r"faq inbox 后面还要写做什么，从这些里选一个：list、add、new、outside、ignore。"),
        (("records",), r"faq records 后面还要写做什么，从这些里选一个：export、erase、prune。"),
        (("records", "erase"), r"--session --openid 里要写一样"),
        (("records", "prune", "--days", "一个月"), r"--days 不能写“一个月”"),
        (("inbox", "list", "--state", "x"), r"--state 不能写“x”，可以写：new、ignored、handled。"),
        (("inbox", "list", "--most"), r"--most 后面还要写它的值"),
        (("import",), r"还缺：工作簿。.*faq import --help"),
        (("export", "a.xlsx", "b.xlsx"), r"不认识：b.xlsx"),
        (("new-office",), r"还缺：文件夹"),
        (("draft",), r"还缺：文件。"),
    ],
)
def test_what_is_missing_or_wrong_is_told_in_chinese(
    given: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(given)
    told = capsys.readouterr().err
    assert caught.value.code == 2 and re.match(said, told) and "--help" in told and "argument" not in told


def test_the_export_says_where_it_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["export", "问答.xlsx"]) == 0
    assert str(tmp_path / "问答.xlsx") in capsys.readouterr().out
