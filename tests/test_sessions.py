"""Sessions are apart from each other, forgotten in time, shared by processes, and never a cause of trouble."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sessions import EMPTY, Offer, Session, SessionStore
from bot.store import MemoryStore
from bot.stores.sqlite import SqliteStore
from index.hit import Hit

OFFERED = Session(options=(Offer("T1", 0.5, "网上"), Offer("T2", 0.25)))
ASKED = Session(calculation='{"slot": "amount"}')


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("session", [OFFERED, ASKED])
def test_remembers_by_channel_and_id(session: Session) -> None:
    sessions = SessionStore()
    sessions.put(("api", "same-id-1"), session)
    assert sessions.get(("api", "same-id-1")) == session
    assert sessions.get(("web", "same-id-1")) == EMPTY
    assert sessions.get(("api", "other-id-2")) == EMPTY


def test_remembers_of_a_hit_what_a_choice_needs() -> None:
    sessions = SessionStore()
    sessions.put(("api", "a"), Session(options=(Hit("T1", "问法", 0.5, "网上"),)))
    assert sessions.get(("api", "a")).options == (Offer("T1", 0.5, "网上"),)


def test_forgets_after_ten_idle_minutes() -> None:
    clock = Clock()
    sessions = SessionStore(MemoryStore(clock=clock))
    sessions.put(("api", "a"), OFFERED)
    clock.now = 599
    assert sessions.get(("api", "a")) == OFFERED
    sessions.put(("api", "a"), OFFERED)
    clock.now = 1198
    assert sessions.get(("api", "a")) == OFFERED
    clock.now = 1200
    assert sessions.get(("api", "a")) == EMPTY


def test_an_empty_session_takes_no_place() -> None:
    store = MemoryStore()
    sessions = SessionStore(store)
    sessions.put(("api", "a"), OFFERED)
    sessions.put(("api", "a"), EMPTY)
    assert sessions.get(("api", "a")) == EMPTY and len(store) == 0


def test_forgets_on_demand() -> None:
    sessions = SessionStore()
    for name in ("a", "b"):
        sessions.put(("wechat", name), OFFERED)
    sessions.forget(("wechat", "a"))
    sessions.forget(("wechat", "never seen"))
    assert [sessions.get(("wechat", name)) for name in ("a", "b")] == [EMPTY, OFFERED]


def test_two_processes_see_each_other_and_no_file_holds_an_id(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    one, other = (SessionStore(SqliteStore(path)) for _ in range(2))
    key = ("wechat", "oABCD1234567890openid")
    one.put(key, OFFERED)
    assert other.get(key) == OFFERED
    other.put(key, ASKED)
    assert one.get(key) == ASKED
    connection = sqlite3.connect(path)
    ((name,),) = connection.execute("SELECT key FROM kept")
    connection.close()
    assert name.startswith("session-wechat/")
    assert not any(b"openid" in file.read_bytes() for file in tmp_path.iterdir())
    one.forget(key)
    assert other.get(key) == EMPTY


DAMAGED = [
    "",
    "no JSON",
    "null",
    "[]",
    "{}",
    '{"options": [], "calculation": 5}',
    '{"options": [["T1"]], "calculation": null}',
    '{"options": [["T1", "high", ""]], "calculation": null}',
    '{"options": [[null, 0.5, ""]], "calculation": null}',
    '{"options": {"T1": 0.5}, "calculation": null}',
    '{"options": [], "calculation": null, "version": 2}',
    "[" * 16_000,
]


class Returning(MemoryStore):
    def __init__(self, value: str) -> None:
        super().__init__()
        self.value = value

    def get(self, key: str) -> str | None:
        return self.value


@pytest.mark.parametrize("value", DAMAGED, ids=lambda value: value[:40])
def test_what_another_version_wrote_is_empty(value: str) -> None:
    assert SessionStore(Returning(value)).get(("api", "a")) == EMPTY


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(TEXT)
def test_anything_in_the_store_is_a_session(value: str) -> None:
    assert isinstance(SessionStore(Returning(value)).get(("api", "a")), Session)


@given(st.lists(st.builds(Offer, TEXT, st.floats(0, 1), TEXT), max_size=3), st.none() | TEXT)
def test_comes_back_as_it_was(options: list[Offer], calculation: str | None) -> None:
    sessions, session = SessionStore(), Session(tuple(options), calculation)
    sessions.put(("api", "a"), session)
    assert sessions.get(("api", "a")) == session
