"""Several machines with one database: one draft, one history, the same versions; a lost database loses nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.place import KEY, index_of, live_number, pinned, version_folder
from bot.settings import Settings
from bot.workshop.crate import PIECE
from bot.workshop.errors import NotNow, NotThere, Stale
from bot.workshop.folders import text_digest, texts_of
from bot.workshop.parcel import CONTENTS
from bot.workshop.workshop import Workshop
from corpus.entry import Similar
from tests.support.pool_office import first_version, leave_parcel, prove
from tests.support.postgres_fixtures import PostgresServer

NAME = "entries/A2.md"
Machine = Callable[[str], Workshop]


@pytest.fixture
def machine(tmp_path: Path, postgres_url: str) -> Iterator[Machine]:
    """Give machines by name, each with a folder of its own, and one database."""
    made: list[Workshop] = []

    def make(name: str) -> Workshop:
        settings = Settings(index=tmp_path / "built", work=tmp_path / name, database_url=SecretStr(postgres_url))
        made.append(Workshop(settings))
        return made[-1]

    yield make
    for shop in made:
        shop.close()


@pytest.fixture
def first(machine: Machine) -> Workshop:
    """A machine that has a first version and has begun a draft."""
    shop = machine("first")
    index = index_of(first_version(shop.work))
    index.mkdir()
    (index / "vectors.npy").write_bytes(bytes(range(256)) * (PIECE // 100))
    shop.begin("王敏")
    return shop


@pytest.fixture
def second(first: Workshop, machine: Machine) -> Workshop:
    """Another machine, which has begun with nothing of its own."""
    shop = machine("second")
    shop.begin("李雷")
    return shop


def published(shop: Workshop, text: str) -> int:
    """Publish one more wording."""
    shop.draft.add_similar("A2", {text: ""}, "王敏")
    prove(shop)
    return shop.publish("王敏", text).number


def files(shop: Workshop) -> dict[str, bytes]:
    """Return what a machine's folder holds, but for what is of that machine only."""
    inside = [path for path in shop.work.rglob("*") if path.is_file() and not path.name.startswith(".")]
    return {str(path.relative_to(shop.work)): path.read_bytes() for path in inside}


def test_another_machine_begins_with_what_the_first_has(first: Workshop, second: Workshop) -> None:
    assert live_number(second.work) == 1 and files(second) == files(first)
    assert [event.who for event in second.history.events()] == [event.who for event in first.history.events()]


def test_a_draft_is_one_whoever_changes_it(first: Workshop, second: Workshop) -> None:
    first.draft.add_similar("A2", {"几点熄灯": ""}, "王敏")
    second.draft.add_similar("A2", {"几点锁门": ""}, "李雷")
    first.begin("王敏")
    text = first.draft.text(NAME) or ""
    assert "几点熄灯" in text and "几点锁门" in text and files(first) == files(second)
    assert [event.who for event in first.history.events(2)] == ["李雷", "王敏"]


def test_the_second_of_two_clerks_is_told_on_another_machine_too(first: Workshop, second: Workshop) -> None:
    entry, seen = second.draft.entry("A2"), text_digest(second.draft.text(NAME))
    first.draft.add_similar("A2", {"几点熄灯": ""}, "王敏")
    with pytest.raises(Stale, match="王敏刚刚改过") as told:
        second.draft.save_entry(replace(entry, similar=(*entry.similar, Similar("几点锁门"))), seen, "李雷")
    assert "几点熄灯" in told.value.theirs
    first.begin("王敏")
    assert "几点锁门" not in (first.draft.text(NAME) or "")


def test_a_publish_reaches_the_others_and_so_does_the_way_back(first: Workshop, second: Workshop) -> None:
    assert published(first, "几点熄灯") == 2
    second.rota.follow()
    assert live_number(second.work) == 2 and files(second) == files(first)
    assert pinned(second.settings).index == index_of(version_folder(second.work, 2))
    assert second.versions.get(2) == first.versions.get(2)
    assert second.go_back(1, "李雷")
    first.rota.follow()
    assert live_number(first.work) == 1 and files(first) == files(second)


def test_what_one_machine_has_proved_another_may_publish(first: Workshop, second: Workshop) -> None:
    first.draft.add_similar("A2", {"几点熄灯": ""}, "王敏")
    prove(first)
    (first.proof.folder / "index").mkdir()
    (first.proof.folder / "index" / "vectors.npy").write_bytes(b"new")
    with first.rota.turn():
        pass
    second.begin("李雷")
    before = (second.proof.folder / "index" / "vectors.npy").stat().st_ino
    assert second.proof.report and second.publish("李雷", "").number == 2
    first.rota.follow()
    assert "几点熄灯" in texts_of(first.live_corpus)[NAME] and not first.proof.folder.exists()
    # Neither of the two has fetched again what it had.
    assert (second.versions.index(2) / "vectors.npy").stat().st_ino == before
    assert files(first) == files(second)


def test_a_proof_that_was_made_while_the_database_was_away_is_shared_later(
    first: Workshop, second: Workshop, postgres_server: PostgresServer
) -> None:
    first.draft.add_similar("A2", {"几点熄灯": ""}, "王敏")
    postgres_server.stop()
    prove(first)
    with pytest.raises(NotNow):
        first.rota.follow()
    postgres_server.start()
    first.rota.follow()
    second.rota.follow()
    assert second.proof.report and second.publish("李雷", "").number == 2


def test_a_proof_in_the_making_is_left_alone(first: Workshop, second: Workshop) -> None:
    second.proof.folder.mkdir()
    first.draft.add_similar("A2", {"几点熄灯": ""}, "王敏")
    prove(first)
    with first.rota.turn():
        pass
    second.begin("李雷")
    assert second.proof.report is None and second.proof.folder.is_dir()


def test_all_keep_the_same_versions(first: Workshop, second: Workshop) -> None:
    for number in range(2, 10):
        shop = (first, second)[number % 2]
        assert published(shop, f"第{number}种问法") == number
    for shop in (first, second):
        shop.rota.follow()
        assert [version.number for version in shop.versions.all()] == [9, 8, 7, 6, 5, 4]
    third = version_folder(first.work, 3)
    assert not third.exists() and not version_folder(second.work, 3).exists()


def test_a_folder_from_before_is_shared(machine: Machine, tmp_path: Path) -> None:
    alone = Workshop(Settings(index=tmp_path / "built", work=tmp_path / "old"))
    first_version(alone.work)
    alone.begin("王敏")
    alone.draft.add_similar("A2", {"几点熄灯": ""}, "王敏")
    machine("old").rota.follow()
    fresh = machine("fresh")
    fresh.rota.fetch()
    assert "几点熄灯" in (fresh.draft.text(NAME) or "") and files(fresh) == files(alone)


def test_two_drafts_that_know_nothing_of_each_other_are_both_left_alone(
    first: Workshop, machine: Machine, tmp_path: Path
) -> None:
    other = Workshop(Settings(index=tmp_path / "built", work=tmp_path / "other"))
    first_version(other.work)
    other.begin("李雷")
    other.draft.add_similar("A2", {"几点锁门": ""}, "李雷")
    before = files(other)
    strange = machine("other")
    for act in (strange.rota.follow, lambda: strange.draft.add_outside(["天气"], "李雷")):
        with pytest.raises(NotNow, match="换成一个空的文件夹"):
            act()
    assert files(other) == before and "几点锁门" not in (first.draft.text(NAME) or "")


def test_without_the_database_all_can_be_read_and_nothing_is_changed(
    first: Workshop, second: Workshop, postgres_server: PostgresServer
) -> None:
    first.draft.add_similar("A2", {"几点熄灯": ""}, "王敏")
    prove(first)
    postgres_server.stop()
    before = files(first)
    for act in (
        lambda: first.draft.add_similar("A2", {"几点锁门": ""}, "王敏"),
        lambda: first.publish("王敏", ""),
        lambda: first.go_back(1, "王敏"),
    ):
        with pytest.raises(NotNow, match="没有改动任何内容"):
            act()
    first.begin("王敏")
    assert files(first) == before and live_number(first.work) == 1
    postgres_server.start()
    assert first.publish("王敏", "").number == 2
    second.begin("李雷")
    assert live_number(second.work) == 2 and files(second) == files(first)


def test_what_the_others_were_not_told_is_taken_back(
    first: Workshop, second: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    first.draft.add_similar("A2", {"几点熄灯": ""}, "王敏")
    prove(first)
    with first.rota.turn():
        pass

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch, pytest.raises(OSError):
        patch.setattr("bot.workshop.machines.arrange", fail)
        first.publish("王敏", "")
    assert live_number(first.work) == 1
    first.begin("王敏")
    second.begin("李雷")
    assert files(first) == files(second) and [one.number for one in first.versions.all()] == [1]
    assert first.publish("王敏", "").number == 2


def test_whoever_signed_in_on_one_is_signed_in_on_all(machine: Machine) -> None:
    first, second = machine("first"), machine("second")
    for shop, key in ((first, b"k" * 32), (second, b"\xff" * 32)):
        shop.work.mkdir()
        (shop.work / KEY).write_bytes(key)
        shop.rota.follow()
    second.rota.follow()
    assert (second.work / KEY).read_bytes() == (first.work / KEY).read_bytes() == b"k" * 32
    assert (second.work / KEY).stat().st_mode & 0o077 == 0


def test_a_draft_from_before_is_shared_though_another_machine_came_first(machine: Machine, tmp_path: Path) -> None:
    early = machine("early")
    early.work.mkdir()
    (early.work / KEY).write_bytes(b"k" * 32)
    early.rota.follow()
    alone = Workshop(Settings(index=tmp_path / "built", work=tmp_path / "old"))
    first_version(alone.work)
    alone.begin("王敏")
    machine("old").rota.follow()
    early.rota.follow()
    assert live_number(early.work) == 1 and files(early) == files(alone)


def test_what_one_machine_has_read_another_takes_into_the_draft(first: Workshop, second: Workshop) -> None:
    sent = leave_parcel(first)
    first.rota.follow()
    second.begin("李雷")
    assert second.parcels.all() == [sent] and files(second) == files(first)
    assert second.parcels.take(sent, None, "李雷") == 1
    first.begin("王敏")
    assert first.parcels.all() == second.parcels.all() == [] and first.draft.text("words/outside.txt") == "停车\n"
    assert not first.parcels.folder(sent.number).exists()


def test_what_is_let_go_on_one_machine_is_gone_on_all(first: Workshop, second: Workshop) -> None:
    sent = leave_parcel(first)
    first.rota.follow()
    second.begin("李雷")
    first.parcels.drop(sent)
    second.begin("李雷")
    with pytest.raises(NotThere, match="重新上传"):
        second.parcels.get(sent.number)


def test_what_is_being_read_stays_where_it_is(first: Workshop, second: Workshop) -> None:
    sent = leave_parcel(first)
    (first.parcels.folder(sent.number) / CONTENTS).unlink()
    first.rota.follow()
    first.draft.add_similar("A2", {"几点熄灯": ""}, "王敏")
    second.begin("李雷")
    assert first.parcels.all() == [sent] and second.parcels.all() == []


def test_a_folder_that_was_lost_is_filled_again(first: Workshop, second: Workshop) -> None:
    shutil.rmtree(second.work)
    second.rota.fetch()
    assert files(second) == files(first)
