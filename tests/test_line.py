"""The line: who comes at the same moment is served together, and everybody gets his own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from bot.channels.line import Line
from bot.reply import Query, Reply


class Clerk:
    """Says every question back, and notes who was announced together."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        self.asked: list[str] = []

    def prepare(self, queries: Sequence[Query]) -> None:
        self.groups.append([query.text for query in queries])
        if "ruin" in self.groups[-1]:
            raise RuntimeError("prepare")

    def reply(self, query: Query) -> Reply:
        self.asked.append(query.text)
        if query.text == "fail":
            raise RuntimeError("reply")
        return Reply(kind="answer", text=query.text)


async def ask(line: Line, text: str) -> str:
    return (await line.ask(Query(text, "api"))).text


def serve(clerk: Clerk, *texts: str) -> list[str | BaseException]:
    async def together() -> list[str | BaseException]:
        line = Line(clerk.prepare, clerk.reply)
        return await asyncio.gather(*(ask(line, text) for text in texts), return_exceptions=True)

    return asyncio.run(together())


def test_one_alone_is_not_announced() -> None:
    clerk = Clerk()
    assert serve(clerk, "a") == ["a"] and clerk.groups == []


def test_those_at_the_same_moment_are_served_together_each_in_turn() -> None:
    clerk = Clerk()
    assert serve(clerk, "a", "b", "a") == ["a", "b", "a"]
    assert clerk.groups == [["a", "b", "a"]] and clerk.asked == ["a", "b", "a"]


def test_a_group_is_no_larger_than_32() -> None:
    clerk, texts = Clerk(), [str(number) for number in range(70)]
    assert serve(clerk, *texts) == texts == clerk.asked
    assert list(map(len, clerk.groups)) == [32, 32, 6]


def test_who_comes_later_is_served_later() -> None:
    clerk = Clerk()

    async def two_moments() -> list[str]:
        line = Line(clerk.prepare, clerk.reply)
        return [*await asyncio.gather(ask(line, "a"), ask(line, "b")), await ask(line, "c")]

    assert asyncio.run(two_moments()) == ["a", "b", "c"] and clerk.groups == [["a", "b"]]


@pytest.mark.parametrize("bad", ["fail", "ruin"])
def test_a_fault_stays_with_its_own_question(bad: str) -> None:
    first, fault, last = serve(Clerk(), "a", bad, "b")
    assert (first, last) == ("a", "b")
    assert (fault == "ruin") if bad == "ruin" else isinstance(fault, RuntimeError)


def test_a_fault_of_the_group_is_logged_without_what_was_asked(caplog: pytest.LogCaptureFixture) -> None:
    serve(Clerk(), "ruin", "secret")
    assert "没能一起检索" in caplog.text and "RuntimeError" in caplog.text and "secret" not in caplog.text


def test_who_has_gone_is_not_answered() -> None:
    clerk = Clerk()

    async def leaving() -> str:
        line = Line(clerk.prepare, clerk.reply)
        gone, stays = (asyncio.create_task(ask(line, text)) for text in ("gone", "stays"))
        await asyncio.sleep(0)
        gone.cancel()
        return await stays

    assert asyncio.run(leaving()) == "stays" and clerk.asked == ["stays"]
