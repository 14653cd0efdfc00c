"""The stores' bounds: who was promised a place keeps it, who goes makes room, and who asks too often is counted."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store import MemoryStore, Store
from bot.stores.sqlite import SqliteStore
from tests.support.store_fixtures import KINDS, address_of, make_store


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def address(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return address_of(kind, request, tmp_path)


@pytest.fixture
def store(kind: str, address: str) -> Iterator[Store]:
    store = make_store(kind, address)
    yield store
    store.close()


def test_a_crowd_pushes_nobody_out(kind: str, address: str) -> None:
    store = make_store(kind, address, capacity=300)
    store.add("claim/mine", "promised", 9)
    for number in range(400):
        store.put(f"claim/{number}", "", 9)
        store.put(f"session/{number}", "", 9)
    assert store.get("claim/mine") == "promised" and not store.add("claim/mine", "again", 9)
    store.put("claim/mine", "kept", 9)
    assert store.get("claim/mine") == "kept"
    alive = [number for number in range(400) if store.get(f"claim/{number}") is not None]
    # The newest strangers find no place, each kind for itself, and that is counted.
    assert alive == list(range(299)) and store.get("session/299") == "" and store.get("session/300") is None
    assert store.refused == 101 + 100
    assert store.add("claim/new", "unkept", 9) and store.get("claim/new") is None
    store.close()


def test_who_goes_makes_room(kind: str, address: str) -> None:
    store = make_store(kind, address, capacity=2)
    store.put("kind/a", "", 9)
    store.put("kind/b", "", 0.2)
    store.put("kind/c", "", 9)
    assert store.get("kind/c") is None
    time.sleep(1.3)  # it is looked through again a second later
    store.put("kind/c", "", 9)
    assert store.get("kind/a") == store.get("kind/c") == "" and store.get("kind/b") is None
    store.close()


def test_counts_within_a_time_that_begins_with_the_first(store: Store) -> None:
    assert [store.count("limit/a", 2, 0.4) for _ in range(2)] == [0, 0]
    waits = [store.count("limit/a", 2, 0.4) for _ in range(3)]
    assert all(0 < wait <= 0.4 for wait in waits) and waits == sorted(waits, reverse=True)
    assert store.count("limit/b", 2, 0.4) == 0
    time.sleep(0.5)
    assert [store.count("limit/a", 2, 0.4) > 0 for _ in range(3)] == [False, False, True]


def test_a_clock_set_back_locks_nobody_out(tmp_path: Path) -> None:
    now = 10_000.0
    store = SqliteStore(tmp_path / "store.sqlite", clock=lambda: now)
    assert [store.count("limit/a", 2, 60) > 0 for _ in range(3)] == [False, False, True]
    now -= 3600
    assert [store.count("limit/a", 2, 60) for _ in range(2)] == [0, 0] and 0 < store.count("limit/a", 2, 60) <= 60
    store.close()


def test_forgets_by_what_keys_begin_with(store: Store) -> None:
    for key in (
        "wechat/me/state",
        "wechat/me/turn/1",
        "wechat/me*/x",
        "wechat/[m]e/x",
        "wechat/meg/state",
        "other/me/x",
    ):
        store.put(key, "1", 9)
    store.forget("wechat/me/")
    assert store.get("wechat/me/state") is None and store.get("wechat/me/turn/1") is None
    assert store.get("wechat/meg/state") == store.get("other/me/x") == store.get("wechat/me*/x") == "1"
    store.forget("wechat/[m]e/")
    assert store.get("wechat/[m]e/x") is None and store.get("wechat/meg/state") == "1"


def test_nothing_is_left_of_those_who_have_gone() -> None:
    """A hundred thousand clients, a minute later."""
    now = 0.0
    store = MemoryStore(clock=lambda: now)
    for number in range(100_000):
        store.count(f"limit/{number}", 30, 60)
    assert len(store) == 100_000
    now = 61
    store.tidy()
    assert len(store) == 0


def test_a_file_is_tidied(tmp_path: Path) -> None:
    now = 1000.0
    store = SqliteStore(tmp_path / "store.sqlite", clock=lambda: now)
    for number in range(50):
        store.put(str(number), "secret", 30)
    now = 1061
    store.put("last", "1", 300)
    with store._use() as connection:
        assert connection.execute("SELECT key FROM kept").fetchall() == [("last",)]
    now = 1400
    store.tidy()
    assert b"secret" not in b"".join(file.read_bytes() for file in tmp_path.iterdir())
    store.close()


def test_what_is_forgotten_is_not_in_the_file_any_more(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "store.sqlite")
    for number in range(20):
        store.put(f"wechat/me/turn/{number}", "55555.55", 600)
    store.forget("wechat/me/")
    assert b"55555" not in b"".join(file.read_bytes() for file in tmp_path.iterdir())
    store.close()
