"""The memory of what was asked last."""

from __future__ import annotations

from index.memory import Memory


def test_keeps_what_was_used_last() -> None:
    memory: Memory[str, int] = Memory(2)
    memory.put("a", 1)
    memory.put("b", 2)
    assert memory.get("a") == 1
    memory.put("c", 3)
    assert [memory.get(key) for key in "abc"] == [1, None, 3]


def test_a_value_may_be_empty_and_may_change() -> None:
    memory: Memory[str, tuple[int, ...]] = Memory(2)
    memory.put("a", ())
    assert memory.get("a") == ()
    memory.put("a", (1,))
    assert memory.get("a") == (1,)
