"""A proof says what would change, in a process of its own, and leaves an index that can be published."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import insert

from bot.database.database import sqlite
from bot.database.tables import replies
from bot.place import corpus_of, index_of, make_live, pinned, version_folder
from bot.settings import Settings
from bot.workshop import __main__ as command
from bot.workshop.asked import asked_most
from bot.workshop.errors import NotNow
from bot.workshop.proof import Progress, Proof
from bot.workshop.prove import lint, prove
from bot.workshop.report import Report, read_report
from bot.workshop.workshop import Workshop
from corpus.entries import load_corpus
from index import disk
from index.encode import OnnxEncoder, Vectors
from index.errors import IndexDamaged
from index.rebuild import share_changed
from index.segment import Reading

pytestmark = pytest.mark.model
MISSED = "下去会不会冻得慌"


@pytest.fixture
def built(admin_settings: Settings, built_version: Path) -> Workshop:
    """A workshop whose first version has its index."""
    assert admin_settings.work
    shutil.copytree(index_of(built_version), index_of(version_folder(admin_settings.work, 1)))
    return Workshop(admin_settings)


def proved(shop: Workshop, thorough: bool = False) -> Report:
    """Prove the draft in this process."""
    folder = shop.proof.folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copytree(shop.draft.corpus, corpus_of(folder))
    return prove(shop.settings, folder, thorough, lambda step, share: None)


def test_a_proof_lists_what_would_be_said_otherwise_and_leaves_what_can_be_published(built: Workshop) -> None:
    path = built.draft.corpus / "entries/A6.md"
    path.write_text(path.read_text(encoding="utf-8").replace("- 水冷不冷\n", ""), encoding="utf-8")
    built.draft.add_similar("A4", {"水冷不冷": ""}, "王敏")
    built.draft.add_similar("A6", {MISSED: ""}, "王敏")
    report = proved(built)
    assert report.publishable and report.base == 1 and report.files == ("entries/A4.md", "entries/A6.md")
    assert 0 < report.drifted < 0.03 and not report.thorough and report.asked == 8
    turned = {one.question: one for one in report.turned}
    new, moved = turned.pop(MISSED), turned.pop("水冷不冷")
    assert new.origin == "A6 新添的问法" and str(new.after).startswith("直接回答 A6")
    assert moved.origin == "从 A6 移到 A4 的问法" and "A6" in str(moved.before) and "A4" in str(moved.after)
    assert not turned
    assert built.publish("王敏", "").number == 2
    engine = disk.load(pinned(built.settings).index)
    assert engine.search(MISSED)[0].entry_id == "A6"
    assert engine.version == load_corpus(built.live_corpus).digest[:12]


def test_the_exam_is_asked_of_both_and_says_what_falls(built: Workshop) -> None:
    built.draft.save("exam.txt", f"A6 {MISSED}\nA6 水冷不冷\n- 火星上有没有水\n", "", "王敏", "改了考题")
    built.draft.add_similar("A6", {f"{MISSED}啊": ""}, "王敏")
    report = proved(built)
    # What stands in the corpus word for word proves nothing.
    assert report.unfair == 1 and [one.question for one in report.exam] == [MISSED, "火星上有没有水"]
    names = {figure.name: figure for figure in report.figures}
    assert names["考题 1 题，直接答对的"].after == "1" and not report.worse
    assert any(one.origin == "考题，应当是 A6" for one in report.turned)
    assert built.publish("王敏", "").number == 2 and read_report(built.live_corpus.parent) == report


def test_a_question_asked_of_both_is_encoded_once(built: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    encoded: list[str] = []
    encode = OnnxEncoder.encode

    def noted(self: OnnxEncoder, readings: Sequence[Reading], *done: Callable[[int], None]) -> Vectors:
        encoded.extend(reading.spoken for reading in readings)
        return encode(self, readings, *done)

    monkeypatch.setattr(OnnxEncoder, "encode", noted)
    built.draft.save("exam.txt", f"A6 {MISSED}\n- 火星上有没有水\n", "", "王敏", "改了考题")
    built.draft.add_similar("A6", {f"{MISSED}啊": ""}, "王敏")
    assert proved(built).publishable
    read = disk.load(pinned(built.settings).index).segmenter.read
    assert [encoded.count(read(text).spoken) for text in (MISSED, "火星上有没有水")] == [1, 1]


def test_mistakes_end_a_proof_before_anything_is_built(built: Workshop) -> None:
    path = built.draft.corpus / "entries/A6.md"
    path.write_text(
        path.read_text(encoding="utf-8").replace("依据:", "# 依据:").replace("## 答案", "## 回答"), encoding="utf-8"
    )
    report = proved(built)
    assert not report.publishable and any("A6.md" in line for line in report.errors)
    assert not index_of(built.proof.folder).exists()


def test_reminders_that_stood_before_are_folded_away(built: Workshop) -> None:
    built.draft.add_similar("A2", {"水温几度啊": ""}, "王敏")
    _, errors, warnings, standing = lint(built.draft.corpus.parent, load_corpus(built.live_corpus))
    assert not errors and len(warnings) == 1 and "A6" in warnings[0] and "水温几度" in warnings[0]
    assert standing == 0


def test_large_changes_are_measured_anew(built: Workshop) -> None:
    engine = disk.load(pinned(built.settings).index)
    assert share_changed(engine, load_corpus(built.draft.corpus)) == 0
    built.draft.add_similar("A6", {f"池子第{number}道的水凉不凉": "" for number in range(12)}, "王敏")
    assert share_changed(engine, load_corpus(built.draft.corpus)) > 0.03
    report = proved(built)
    assert report.thorough and report.drifted == 0 and [figure.name for figure in report.figures]


@pytest.fixture
def told(built: Workshop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workshop]:
    for name in ("work", "admin"):
        monkeypatch.setenv(f"FAQ_{name.upper()}", str(getattr(built.settings, name)))
    yield built


def test_one_proof_at_a_time(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.nice", lambda step: step)
    shop.draft.add_similar("A6", {MISSED: ""}, "王敏")
    other = Proof(shop.settings)
    other.folder.mkdir()
    other.note(Progress("王敏", "建索引", 0.5, 0.0))
    with other.held():
        assert shop.proof.running
        with pytest.raises(NotNow, match="王敏正在检验"):
            shop.start_proof("李雷")
        with pytest.raises(NotNow, match="还没有检验完"):
            shop.publish("李雷", "")
    assert not shop.proof.running and "没有做完" in shop.proof.failure


def test_a_proof_that_cannot_be_made_says_why(
    told: Workshop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("os.nice", lambda step: step)
    told.proof.folder.mkdir()
    for error, said in (
        (IndexDamaged(Path("x"), "内容不对"), "内容不对"),
        (OSError(28, "No space left on device"), "磁盘空间"),
        (ModuleNotFoundError("no", name="sklearn.svm"), "没有装建索引要用的 sklearn"),
        (ValueError("secret"), "程序出错了"),
    ):

        def fail(*_: object, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr(command, "prove", fail)
        assert command.main(["prove"]) == 1
        assert said in Proof(told.settings).failure and "secret" not in Proof(told.settings).failure


def test_refresh_rebuilds_what_a_new_program_cannot_read(
    told: Workshop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["refresh"]) == 0 and "最新" in capsys.readouterr().out
    make_live(told.work, 1)
    monkeypatch.delenv("FAQ_WORK")
    assert command.main(["refresh"]) == 0 and command.main(["prove"]) == 1


def test_what_people_asked_most_is_asked_again(shop: Workshop, tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    settings = shop.settings.model_copy(update={"records": path})
    rows = [
        {"id": str(number), "time": 1, "kind": kind, "channel": "api", "question": text, "confidence": 0.5}
        for number, (kind, text) in enumerate(
            [("answer", "门票"), ("abstain", "停车"), ("abstain", "停车"), ("smalltalk", "你好"), ("abstain", " ")]
        )
    ]
    database = sqlite(path)
    with database.write() as connection:
        connection.execute(insert(replies), rows)
    database.close()
    assert asked_most(settings) == ["停车", "门票"] and asked_most(shop.settings) == []
    broken = tmp_path / "broken.sqlite"
    broken.write_bytes(b"no database at all" * 100)
    assert asked_most(shop.settings.model_copy(update={"records": broken})) == []
