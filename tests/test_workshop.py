"""The workshop: a draft that nobody overwrites unseen, versions that come and go back, a history of all of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.place import live_number, version_folder
from bot.workshop.draft import Draft
from bot.workshop.errors import NotNow, NotThere, Refused, Stale
from bot.workshop.folders import locked, text_digest, texts_of, write_whole
from bot.workshop.report import Figure, Report
from bot.workshop.workshop import Workshop
from corpus.entries import load_corpus
from corpus.entry import Entry, Similar
from tests.support.pool_office import prove, whole_corpus

NAME = "entries/A2.md"


def opened(draft: Draft, name: str = NAME) -> str:
    return text_digest(draft.text(name))


def grown(draft: Draft, text: str) -> Entry:
    entry = draft.entry("A2")
    return replace(entry, similar=(*entry.similar, Similar(text)))


def test_a_draft_begins_as_what_is_in_use(shop: Workshop) -> None:
    assert shop.draft.begun and shop.draft.changes(shop.live_corpus) == []
    assert load_corpus(shop.draft.corpus).digest == load_corpus(shop.live_corpus).digest
    names = texts_of(shop.draft.corpus)
    assert NAME in names and "phrases.toml" in names and not [name for name in names if name.endswith(".py")]


def test_an_entry_is_changed_in_the_draft_alone_and_the_history_says_by_whom(shop: Workshop) -> None:
    assert shop.draft.save_entry(grown(shop.draft, "几点熄灯"), opened(shop.draft), "李雷")
    (change,) = shop.draft.changes(shop.live_corpus)
    assert change.name == NAME and "+- 几点熄灯" in change.difference
    assert "几点熄灯" not in texts_of(shop.live_corpus)[NAME]
    event = shop.history.events()[0]
    assert (event.who, event.place) == ("李雷", NAME) and "几点熄灯" in event.difference
    assert not shop.draft.save_entry(shop.draft.entry("A2"), opened(shop.draft), "李雷")
    assert len(shop.history.events(place=NAME)) == 1


def test_the_second_of_two_clerks_is_told_and_overwrites_nothing(shop: Workshop) -> None:
    seen = opened(shop.draft)
    first, second = grown(shop.draft, "几点熄灯"), grown(shop.draft, "几点锁门")
    shop.draft.save_entry(first, seen, "王敏")
    with pytest.raises(Stale, match="王敏刚刚改过") as told:
        shop.draft.save_entry(second, seen, "李雷")
    assert "几点熄灯" in told.value.theirs and "几点锁门" not in (shop.draft.text(NAME) or "")
    assert shop.draft.save_entry(second, text_digest(told.value.theirs), "李雷")


@pytest.mark.parametrize(
    "change",
    [
        {"body": "前\n## 后"},
        {"body": ""},
        {"question": ""},
        {"category": ""},
        {"years": "2024"},
        {"status": "在用"},
        {"body": "丢了\ufffd字"},
        {"id": "../../x"},
        {"id": "a"},
    ],
)
def test_what_would_not_read_back_is_refused_and_nothing_changes(shop: Workshop, change: dict[str, str]) -> None:
    before = texts_of(shop.draft.corpus)
    entry = replace(shop.draft.entry("A2"), **change)
    with pytest.raises((Refused, Stale, NotThere)):
        shop.draft.save_entry(entry, opened(shop.draft), "王敏")
    assert texts_of(shop.draft.corpus) == before and not (shop.work.parent / "x.md").exists()


def test_wordings_and_questions_of_nobody_are_added_once(shop: Workshop) -> None:
    added = {"几点熄灯": "", "月卡贵吗": "月卡"}
    assert shop.draft.add_similar("A1", added, "王敏") == [*added]
    assert shop.draft.add_similar("A1", added, "李雷") == []
    assert "- 月卡贵吗 @月卡" in (shop.draft.text("entries/A1.md") or "")
    assert shop.draft.add_outside(["  天气  如何 ", "# 不是一句", ""], "王敏") == ["天气 如何"]
    assert shop.draft.add_outside(["天气 如何"], "王敏") == []
    assert load_corpus(shop.draft.corpus).outside[-1] == "天气 如何"


def test_what_was_proved_takes_the_place_of_what_is_in_use(shop: Workshop) -> None:
    with pytest.raises(NotNow, match="没有要发布的"):
        shop.start_proof("王敏")
    with pytest.raises(NotNow, match="还没有检验完"):
        shop.publish("王敏", "")
    shop.draft.add_similar("A2", {"几点熄灯": ""}, "王敏")
    prove(shop, drifted=0.01)
    version = shop.publish("李雷", "添了一句")
    assert (version.number, version.who, version.note, version.drifted) == (2, "李雷", "添了一句", 0.01)
    assert live_number(shop.work) == 2 and "几点熄灯" in texts_of(shop.live_corpus)[NAME]
    assert shop.draft.changes(shop.live_corpus) == [] and not shop.proof.folder.exists()
    assert shop.history.events()[0].what == "发布了第 2 版"


def test_nothing_is_published_but_what_was_proved(shop: Workshop) -> None:
    shop.draft.add_similar("A2", {"几点熄灯": ""}, "王敏")
    prove(shop, errors=("一处",))
    with pytest.raises(NotNow, match="1 处错误"):
        shop.publish("王敏", "")
    prove(shop)
    shop.draft.add_similar("A2", {"几点锁门": ""}, "李雷")
    with pytest.raises(NotNow, match="草稿又改过"):
        shop.publish("王敏", "")
    prove(shop)
    shop.publish("王敏", "")
    shop.draft.add_similar("A2", {"几点清池": ""}, "李雷")
    prove(shop)
    shop.go_back(1, "王敏")
    with pytest.raises(NotNow, match="已经换成另一版"):
        shop.publish("李雷", "")
    assert live_number(shop.work) == 1


def test_going_back_is_at_once_and_takes_an_untouched_draft_along(shop: Workshop) -> None:
    shop.draft.add_similar("A2", {"几点熄灯": ""}, "王敏")
    prove(shop)
    shop.publish("王敏", "")
    assert shop.go_back(1, "李雷")
    assert live_number(shop.work) == 1 and shop.draft.changes(shop.live_corpus) == []
    assert not shop.go_back(2, "李雷") or shop.draft.changes(shop.live_corpus) == []
    shop.draft.add_similar("A2", {"几点锁门": ""}, "王敏")
    assert not shop.go_back(1, "李雷")
    assert [change.name for change in shop.draft.changes(shop.live_corpus)] == [NAME]
    for number, said in ((1, "正在用"), (9, "没有第 9 版")):
        with pytest.raises((NotNow, NotThere), match=said):
            shop.go_back(number, "李雷")


def test_the_last_five_are_kept_and_never_the_one_in_use_let_go(shop: Workshop) -> None:
    for number in range(2, 10):
        shop.draft.add_similar("A2", {f"第{number}种问法": ""}, "王敏")
        prove(shop)
        assert shop.publish("王敏", "").number == number
    assert [version.number for version in shop.versions.all()] == [9, 8, 7, 6, 5, 4]
    assert not version_folder(shop.work, 3).exists()
    shop.go_back(4, "王敏")
    shop.draft.add_similar("A2", {"又一种问法": ""}, "王敏")
    prove(shop)
    assert shop.publish("王敏", "").number == 10


def test_a_draft_that_is_given_up_can_be_read_in_the_history(shop: Workshop) -> None:
    shop.draft.add_similar("A2", {"几点熄灯": ""}, "王敏")
    shop.drop_draft("李雷")
    assert shop.draft.changes(shop.live_corpus) == []
    event = shop.history.events()[0]
    assert (event.who, event.place) == ("李雷", NAME) and "几点熄灯" in event.difference


def test_a_line_cut_short_hides_no_other_of_the_history(shop: Workshop) -> None:
    path = shop.work / "history.jsonl"
    with locked(shop.work):
        shop.history.add("王敏", "改了")
    path.write_text(path.read_text(encoding="utf-8") + '{"time": "2026', encoding="utf-8")
    assert shop.history.events()[0].what == "改了"


def test_figures_that_fall_are_named(tmp_path: Path) -> None:
    report = Report(1, "", figures=(Figure("甲", "9", "8", True), Figure("乙", "1", "1")))
    assert [figure.name for figure in report.worse] == ["甲"] and report.publishable


def test_a_file_is_written_whole(tmp_path: Path) -> None:
    write_whole(tmp_path / "a" / "b.txt", "一\n")
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b.txt"]
    assert whole_corpus(tmp_path / "c").is_dir()
