"""The command line of records and inbox: tables that run nothing, erasing, and changes of a corpus."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bot import __main__ as cli
from bot.commands import triage
from bot.database.handout import BOM, HEAD, harmless
from bot.ids import keyed_name
from bot.reply import Feedback, Reply
from corpus.entries import load_corpus
from tests.support.inbox_fixtures import ReadingEngine
from tests.support.index_fixtures import write_corpus
from tests.support.record_fixtures import ask, kept, make_reply, records_in

TOKEN = "abcdefgh"


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "records.sqlite"
    monkeypatch.setenv("FAQ_RECORDS", str(path))
    monkeypatch.setenv("FAQ_INDEX", str(tmp_path))
    return path


@pytest.fixture
def note(path: Path) -> Callable[[str, Reply], None]:
    def note(text: str, reply: Reply, channel: str = "api") -> None:
        records = records_in(path)
        ask(records, text, reply, channel)
        if reply.kind == "answer":
            records.add_feedback(Feedback(reply_id=reply.reply_id, helpful=False, comment="@SUM(A1)"))
        assert records.flush()
        records.close()

    return note


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def run(*words: str) -> tuple[int, str, str]:
        status = cli.main(list(words))
        return status, *capsys.readouterr()

    return run


def test_without_records_it_says_so(run: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    status, out, error = run("records", "export", str(tmp_path / "a.csv"))
    assert status == 2 and "没有设 FAQ_RECORDS" in error and not out


def test_export_is_a_table_in_which_nothing_runs(
    run: Callable[..., tuple[int, str, str]], note: Callable[..., None], tmp_path: Path
) -> None:
    note("=cmd|' /C calc'!A0\n，“引号\"和逗号,”", make_reply("answer", "T1"))
    note("平常的", make_reply("clarify", "", ("T1", "T2")))
    file = tmp_path / "out.csv"
    assert run("records", "export", str(file)) == (0, f"写好了 2 条：{file}\n", "")
    text = file.read_bytes().decode("utf-8")
    assert text.startswith(BOM) and file.stat().st_mode & 0o777 == 0o600
    head, first, second = csv.reader(text.removeprefix(BOM).splitlines(keepends=True))
    assert tuple(head) == HEAD
    assert first[2] == "'=cmd|' /C calc'!A0\n，“引号\"和逗号,”" and first[7:9] == ["没帮助", "'@SUM(A1)"]
    assert second[2:4] == ["平常的", "反问"] and second[6] == "T1 T2"
    status, _, error = run("records", "export", str(file))
    assert status == 1 and "File exists" in error and file.read_bytes().decode("utf-8") == text
    assert run("records", "export", str(tmp_path / "b.csv"), "--since", "2999-01-01")[1].startswith("写好了 0 条")


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\t=1", "  =1", "＝1", "\r=1", "%0"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert harmless(cell) == f"'{cell}" and harmless("问=1") == "问=1"


def test_erases_a_session_or_a_follower(
    run: Callable[..., tuple[int, str, str]], note: Callable[..., None], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note("网页的", make_reply(session="session-1"), "web")
    note("公众号的", make_reply(session=keyed_name(TOKEN, "oOPENID")), "wechat")
    note("别人的", make_reply(session="session-2"))
    assert run("records", "erase", "--session", "session-1")[1] == "删去了 1 条。\n"
    assert run("records", "erase", "--session", "session-1")[1] == "没有这个会话的记录。\n"
    assert run("records", "erase", "--openid", "oOPENID")[0] == 2
    for name, value in {"TOKEN": TOKEN, "ORIGINAL_ID": "gh_0123456789ab", "MODE": "plain"}.items():
        monkeypatch.setenv(f"FAQ_WECHAT_{name}", value)
    assert run("records", "erase", "--openid", "oOPENID")[1] == "删去了 1 条。\n"
    assert [row.question for row in kept(path)] == ["别人的"]


def test_prunes_only_when_told_for_how_long(
    run: Callable[..., tuple[int, str, str]], note: Callable[..., None], path: Path
) -> None:
    note("今天的", make_reply())
    status, out, error = run("records", "prune")
    assert (status, out) == (0, "删去了 0 条。\n") and "没有说保留几天" in error
    assert run("records", "prune", "--days", "1")[1] == "删去了 0 条，都早于 1 天。\n" and len(kept(path)) == 1


def test_a_broken_file_is_a_sentence(run: Callable[..., tuple[int, str, str]], path: Path) -> None:
    path.write_bytes(b"no database at all" * 100)
    status, out, error = run("records", "erase", "--session", "session-1")
    assert (status, out) == (1, "") and "用不了（SQLITE_NOTADB）" in error and "Traceback" not in error


def test_the_inbox_changes_the_corpus(
    run: Callable[..., tuple[int, str, str]],
    note: Callable[..., None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = write_corpus(tmp_path / "corpus")
    entries = tuple(entry for entry in load_corpus(folder).entries if entry.active)
    engine = ReadingEngine(entries=entries)
    monkeypatch.setattr(triage, "open_engine", lambda settings: engine)
    for text in ("泳池水温多少度", "泳池水温多少度", "火箭怎么发射", "我们不管的某某", "新的事情要写"):
        note(text, make_reply("abstain"))
    out = run("inbox", "list")[1]
    assert "泳池水温多少度  （2 次：没答上 2；" in out and "近：A" in out and "共 4 组、5 次。" in out
    ids = {line.split(". ")[1].split("  ")[0]: line.split(". ")[0] for line in out.splitlines() if ". " in line}
    deed = ("inbox", "--corpus", str(folder))
    status, out, _ = run(*deed, "add", ids["泳池水温多少度"], "--to", entries[1].id)
    assert status == 0 and out.startswith(f"加到了 {entries[1].id}")
    assert run(*deed, "outside", ids["火箭怎么发射"])[0] == run(*deed, "ignore", ids["我们不管的某某"])[0] == 0
    assert run(*deed, "new", ids["新的事情要写"], "--category", entries[0].category)[0] == 0
    corpus = load_corpus(folder)
    assert "泳池水温多少度" in [item.text for item in corpus.entries[1].similar] and "火箭怎么发射" in corpus.outside
    assert [entry.question for entry in corpus.entries if not entry.active][-1] == "新的事情要写"
    assert "共 0 组" in run("inbox", "list")[1] and "共 1 组" in run("inbox", "list", "--state", "ignored")[1]
    assert run(*deed, "ignore", "999")[0] == 1
    assert np.isfinite(engine.sensor.middle).all()
