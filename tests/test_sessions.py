"""Sessions are bounded, apart from each other and forgotten in time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from conftest import FakeHit
from hypothesis import given
from hypothesis import strategies as st

from bot.sessions import EMPTY, Session, SessionStore

OPEN = Session(options=(FakeHit("T1", "", 0.5), FakeHit("T2", "", 0.5)))


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_remembers_by_channel_and_id() -> None:
    store = SessionStore()
    store.put(("api", "same-id-1"), OPEN)
    assert store.get(("api", "same-id-1")) == OPEN
    assert store.get(("web", "same-id-1")) == EMPTY
    assert store.get(("api", "other-id-2")) == EMPTY


def test_forgets_after_ten_idle_minutes() -> None:
    clock = Clock()
    store = SessionStore(clock=clock)
    store.put(("api", "a"), OPEN)
    clock.now = 599
    assert store.get(("api", "a")) == OPEN
    store.put(("api", "a"), OPEN)
    clock.now = 1198
    assert store.get(("api", "a")) == OPEN
    clock.now = 1200
    assert store.get(("api", "a")) == EMPTY
    assert len(store) == 0


def test_an_empty_session_takes_no_place() -> None:
    store = SessionStore()
    store.put(("api", "a"), OPEN)
    store.put(("api", "a"), EMPTY)
    assert len(store) == 0


def test_the_longest_unused_goes_first() -> None:
    store = SessionStore(capacity=2)
    for name in ("a", "b", "a", "c"):
        store.put(("api", name), OPEN)
    assert [store.get(("api", name)) == OPEN for name in ("a", "b", "c")] == [True, False, True]


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.floats(0, 400))), st.integers(1, 4))
def test_never_exceeds_its_bound(uses: list[tuple[str, float]], capacity: int) -> None:
    clock = Clock()
    store = SessionStore(capacity, clock=clock)
    for name, wait in uses:
        clock.now += wait
        store.put(("api", name), OPEN)
        store.get(("api", name))
        assert len(store) <= capacity


def test_many_threads() -> None:
    store = SessionStore(capacity=50)

    def use(number: int) -> bool:
        key = ("api", str(number))
        store.put(key, Session(calculation=number))
        return store.get(key).calculation in (number, None)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(use, range(2000)))
    assert len(store) == 50
