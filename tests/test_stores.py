"""The three stores: one table of behaviours, and the rules that hold for all that happens to them."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.store import LONGEST_KEY, LONGEST_LIFE, LONGEST_VALUE, Store
from bot.stores.sqlite import SqliteStore
from tests.support.store_fixtures import KINDS, address_of, make_store

ROOT = Path(__file__).parents[1]
SHARED = KINDS[1:]
SOON = 0.1
ODD = "键 'a'; -- \"\n\0😀"

# What is done, and what comes back.
BEHAVIOURS = {
    "nothing there": [("get", ("a",), None), ("delete", ("a",), None)],
    "put and get": [("put", ("a", "1", 9), None), ("get", ("a",), "1"), ("get", ("b",), None)],
    "put again": [("put", ("a", "1", 9), None), ("put", ("a", "2", 9), None), ("get", ("a",), "2")],
    "an empty value": [("put", ("a", "", 9), None), ("get", ("a",), ""), ("add", ("a", "1", 9), False)],
    "add claims": [("add", ("a", "1", 9), True), ("add", ("a", "2", 9), False), ("get", ("a",), "1")],
    "add after put": [("put", ("a", "1", 9), None), ("add", ("a", "2", 9), False), ("get", ("a",), "1")],
    "put after add": [("add", ("a", "1", 9), True), ("put", ("a", "2", 9), None), ("get", ("a",), "2")],
    "delete frees": [("add", ("a", "1", 9), True), ("delete", ("a",), None), ("add", ("a", "2", 9), True)],
    "delete several": [
        ("put", ("a", "1", 9), None),
        ("put", ("b", "2", 9), None),
        ("put", ("c", "3", 9), None),
        ("delete", ("a", "c", "nothing"), None),
        ("get", ("a",), None),
        ("get", ("b",), "2"),
        ("get", ("c",), None),
    ],
    "delete nothing": [("put", ("a", "1", 9), None), ("delete", (), None), ("get", ("a",), "1")],
    "a life ends": [("put", ("a", "1", SOON), None), ("wait", (2 * SOON,), None), ("get", ("a",), None)],
    "a claim ends": [
        ("add", ("a", "1", SOON), True),
        ("wait", (2 * SOON,), None),
        ("add", ("a", "2", 9), True),
        ("get", ("a",), "2"),
    ],
    "a new life": [
        ("put", ("a", "1", SOON), None),
        ("put", ("a", "1", 9), None),
        ("wait", (2 * SOON,), None),
        ("get", ("a",), "1"),
    ],
    "a lost claim gives no new life": [
        ("add", ("a", "1", SOON), True),
        ("add", ("a", "1", 9), False),
        ("wait", (2 * SOON,), None),
        ("get", ("a",), None),
    ],
    "several at once": [
        ("put", ("a", "0", 9), None),
        ("put_all", ({"a": "1", "b": "2"}, 9), None),
        ("get", ("a",), "1"),
        ("get", ("b",), "2"),
        ("put_all", ({"c": "3"}, SOON), None),
        ("put_all", ({}, 9), None),
        ("wait", (2 * SOON,), None),
        ("get", ("c",), None),
    ],
    "any text": [("put", (ODD, ODD, 9), None), ("get", (ODD,), ODD), ("get", (ODD + " ",), None)],
    "the longest": [
        ("put", ("k" * LONGEST_KEY, "v" * LONGEST_VALUE, LONGEST_LIFE), None),
        ("get", ("k" * LONGEST_KEY,), "v" * LONGEST_VALUE),
    ],
}
REFUSED = {
    "no key": ("", "1", 9),
    "a long key": ("k" * (LONGEST_KEY + 1), "1", 9),
    "a broken key": ("\ud800", "1", 9),
    "a long value": ("a", "v" * (LONGEST_VALUE + 1), 9),
    "a long value in bytes": ("a", "值" * (LONGEST_VALUE // 3 + 1), 9),
    "a broken value": ("a", "\udfff", 9),
    "no life": ("a", "1", 0),
    "a life that is over": ("a", "1", -1),
    "a life without end": ("a", "1", float("inf")),
    "no number": ("a", "1", float("nan")),
}


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


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_behaves(store: Store, name: str) -> None:
    for number, (action, arguments, expected) in enumerate(BEHAVIOURS[name]):
        act: Callable[..., object] = time.sleep if action == "wait" else getattr(store, action)
        assert act(*arguments) == expected, f"step {number}: {action}{arguments}"


@pytest.mark.parametrize("name", REFUSED)
def test_refuses(store: Store, name: str) -> None:
    store.put("kept", "1", 9)
    for write in (store.put, store.add):
        with pytest.raises(ValueError):
            write(*REFUSED[name])
    with pytest.raises(ValueError):
        store.put_all({REFUSED[name][0]: REFUSED[name][1]}, REFUSED[name][2])
    if name.endswith("key"):
        for use in (store.get, store.delete):
            with pytest.raises(ValueError):
                use(REFUSED[name][0])
    assert store.get("kept") == "1" and store.get("a") is None and store.add("a", "1", 9)


@pytest.mark.parametrize("kind", SHARED, indirect=False)
def test_what_one_writes_the_other_reads(kind: str, address: str) -> None:
    one, other = (make_store(kind, address) for _ in range(2))
    one.put("a", "1", 9)
    assert other.get("a") == "1" and not other.add("a", "2", 9)
    other.put("a", "2", 9)
    assert one.get("a") == "2"
    one.delete("a")
    assert other.get("a") is None and other.add("a", "3", 9) and not one.add("a", "4", 9)
    one.close()
    assert other.get("a") == "3"
    other.close()


WRITES = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.booleans()), max_size=40)
RELAXED = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def fresh(kind: str, request: pytest.FixtureRequest, folder: Path, capacity: int = 10_000) -> Store:
    address = address_of(kind, request, folder)
    if kind == "sqlite":
        for path in folder.glob("store.sqlite*"):
            path.unlink()
    return make_store(kind, address, capacity)


@RELAXED
@given(writes=WRITES, capacity=st.integers(1, 5))
def test_never_exceeds_its_bound_and_what_is_kept_stays(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, writes: list[tuple[str, bool]], capacity: int
) -> None:
    store = fresh(kind, request, tmp_path, capacity)
    kept: dict[str, str] = {}
    for number, (key, claims) in enumerate(writes):
        value = str(number)
        if claims:
            assert store.add(f"kind/{key}", value, 9) == (key not in kept)
        else:
            store.put(f"kind/{key}", value, 9)
        if key in kept and not claims:
            kept[key] = value
        elif len(kept) < capacity:
            kept.setdefault(key, value)
        assert {key: store.get(f"kind/{key}") for key in "abcdefgh"} == {key: kept.get(key) for key in "abcdefgh"}
    store.close()


@RELAXED
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["get", "put", "add", "delete"]), st.sampled_from("abc"), st.text(max_size=5))
    )
)
def test_is_a_dictionary(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, steps: list[tuple[str, str, str]]
) -> None:
    store, model = fresh(kind, request, tmp_path), dict[str, str]()
    for action, key, value in steps:
        match action:
            case "get":
                assert store.get(key) == model.get(key)
            case "put":
                store.put(key, value, 9)
                model[key] = value
            case "add":
                assert store.add(key, value, 9) == (key not in model)
                model.setdefault(key, value)
            case "delete":
                store.delete(key)
                model.pop(key, None)
    assert {key: store.get(key) for key in "abc"} == {key: model.get(key) for key in "abc"}
    store.close()


def test_nobody_else_may_read_the_file(tmp_path: Path) -> None:
    path = tmp_path / "state" / "faq" / "store.sqlite"
    store = SqliteStore(path)
    store.put("a", "1", 9)
    assert path.parent.stat().st_mode & 0o777 == 0o700
    modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
    assert len(modes) == 3 and set(modes.values()) == {0o600}
    store.close()


def test_one_thread_wins(store: Store) -> None:
    start = threading.Barrier(8)

    def claim(number: int) -> list[int]:
        start.wait()
        return [key for key in range(40) if store.add(f"key-{key}", str(number), 9)]

    with ThreadPoolExecutor(8) as pool:
        won = [key for keys in pool.map(claim, range(8)) for key in keys]
    assert sorted(won) == list(range(40))


CLAIM = """
import sys
from tests.support.store_fixtures import make_store
store = make_store(*sys.argv[1:3])
store.get("ready")
print("ready", flush=True)
sys.stdin.readline()
print(*(key for key in range(400) if store.add(f"key-{key}", sys.argv[3], 60)))
"""


@pytest.mark.parametrize("kind", SHARED, indirect=False)
def test_one_process_wins(kind: str, address: str) -> None:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
    both = [subprocess.Popen([sys.executable, "-c", CLAIM, kind, address, str(number)], **pipes) for number in range(2)]
    assert [process.stdout.readline() for process in both] == ["ready\n"] * 2
    for process in both:
        process.stdin.write("\n")
        process.stdin.flush()
    won = [[int(key) for key in process.communicate(timeout=30)[0].split()] for process in both]
    assert sorted(won[0] + won[1]) == list(range(400))
    store = make_store(kind, address)
    assert {store.get(f"key-{key}") for key in won[0]} <= {"0"} and {store.get(f"key-{key}") for key in won[1]} <= {"1"}
    store.close()
