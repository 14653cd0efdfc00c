"""Promises kept: under a crowd, with a slow or lost store, and at the end of the service."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.channels.app import create_app
from bot.settings import Settings
from bot.store import MemoryStore
from bot.stores.redis import RedisStore
from bot.stores.safe import SafeStore
from tests.support.library import FakeEngine
from tests.support.slow_line import SlowLine
from tests.support.store_fixtures import (  # noqa: F401
    HOST,
    KINDS,
    PAUSE,
    RedisServer,
    Switch,
    address_of,
    make_store,
    redis_server,
    safe,
    until,
)
from tests.support.wechat_fixtures import (
    NOTHING,
    WAITING,
    Caller,
    FakeChat,
    about,
    account,
    content_of,
    event,
    post,
    rows,
    say,
    sealed,
    together,
    xml,
)


@pytest.mark.parametrize("kind", KINDS)
def test_a_crowd_takes_nothing_away(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Between a message and WeChat's retry come more strangers than there are places."""
    store = make_store(kind, address_of(kind, request, tmp_path), capacity=120)
    chat = FakeChat(lambda text: "长" * 1000 if text == "讲一段长的" else about(text))
    app = account(chat, store)
    assert "第 1/2 段" in say(app, "讲一段长的")

    async def crowd(wx: Caller) -> None:
        for start in range(0, 200, 20):
            await asyncio.gather(*(wx.say("路过问一句", sender=f"oTEST_{start + n}") for n in range(20)))

    together(app, crowd)
    asked = len(chat.asked)
    assert "第 1/2 段" in say(app, "讲一段长的") and len(chat.asked) == asked
    assert say(app, "继续", number=2).startswith("长")
    # Everybody has been answered, and what found no place is counted.
    assert chat.texts.count("路过问一句") == 200 and store.refused > 0
    store.close()


def test_sessions_of_the_api_and_of_wechat_do_not_push_each_other_out(settings: Settings) -> None:
    store = MemoryStore(capacity=50)
    for number in range(200):
        store.put(f"session-api/{number}", "{}", 600)
    app = account(FakeChat(lambda text: "长" * 1000), store)
    assert "第 1/2 段" in say(app, "讲一段长的") and say(app, "继续", number=2).startswith("长")


@pytest.fixture
def slow_line(redis_server: RedisServer) -> Iterator[SlowLine]:  # noqa: F811
    redis_server.command("FLUSHALL")
    line = SlowLine(redis_server.port)
    yield line
    line.close()


def test_a_slow_store_holds_nobody_up_and_comes_back(settings: Settings, slow_line: SlowLine) -> None:
    store = SafeStore(RedisStore(f"redis://{HOST}:{slow_line.port}/0"), "Redis ", pause=PAUSE)
    app = create_app(settings.model_copy(update={"rate_limit": 1000}), FakeEngine())
    app.state.desk.store.close()
    app.state.desk.store = store
    app.state.desk._limiter._store = store

    async def crowd() -> tuple[float, float]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://library") as client:
            body = {"question": "收费", "session_id": "session-one"}
            asked = [asyncio.create_task(client.post("/api/chat", json=body)) for _ in range(40)]
            healths = []
            while not all(task.done() for task in asked):
                before = time.monotonic()
                assert (await client.get("/api/health")).status_code == 200
                healths.append(time.monotonic() - before)
                await asyncio.sleep(0.01)
            assert {task.result().status_code for task in asked} == {200}
            return max(healths), time.monotonic()

    slow_line.seconds = 0.1
    began = time.monotonic()
    longest, ended = asyncio.run(crowd())
    # With every word waited for in the event loop, these took four seconds.
    assert longest < 1 and ended - began < 3 and store.failures
    slow_line.seconds = 0.0
    until(lambda: not store.down)
    store.put("kind/a", "1", 9)
    assert store.get("kind/a") == "1" and not store.down
    store.close()


def test_unsubscribing_while_the_store_is_away_is_done_when_it_is_back() -> None:
    real = Switch()
    with safe(real) as store:
        app = account(FakeChat(lambda text: "长" * 1000), store)
        assert "第 1/2 段" in say(app, "住院花了55555.55元")
        assert len(rows(real)) >= 2
        real.off = True
        assert post(app, sealed(event("unsubscribe"))).text == "success"
        real.off = False
        until(lambda: not store.down)
        assert [key for key in rows(real) if key.startswith(("wechat/", "session"))] == []
        assert say(app, "继续", number=2) == NOTHING


def test_late_answers_are_waited_for_at_the_end() -> None:
    chat, store = FakeChat(about), MemoryStore()
    app = account(chat, store, wechat_deadline=0.3)

    async def end(wx: Caller) -> None:
        async with app.router.lifespan_context(app):
            assert await wx.say("慢的一个问题") == WAITING
            threading.Timer(0.4, chat.open).start()

    kept: dict[str, str] = {}
    close = store.close
    store.close = lambda: (kept.update(rows(store)), close())  # type: ignore[method-assign]
    together(app, end)
    assert any("关于慢的一个问题" in value for value in kept.values())


def test_an_answer_that_does_not_come_before_the_end_is_not_promised_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.app.GRACE_SECONDS", 0.2)
    chat, store = FakeChat(about), MemoryStore()
    monkeypatch.setattr(store, "close", lambda: None)
    app = account(chat, store, wechat_deadline=0.3)

    async def end(wx: Caller) -> None:
        async with app.router.lifespan_context(app):
            assert await wx.say("慢的一个问题") == WAITING

    together(app, end)
    chat.open()
    # Another process, or the same after its restart.
    assert say(account(FakeChat(about), store), "查看答案", number=2) == "系统繁忙。"


def test_an_answer_that_died_with_its_process_is_not_said_to_be_none() -> None:
    chat, store = FakeChat(about), MemoryStore()

    async def die(wx: Caller) -> None:
        assert content_of(await wx.post(sealed(xml("慢的一个问题")))) == WAITING
        for key in rows(store):
            if "/turn/" in key:
                store.delete(key)

    app = account(chat, store, wechat_deadline=0.3)
    together(app, die)
    for key in rows(store):
        if "/turn/" in key:
            store.delete(key)
    assert say(account(FakeChat(about), store), "查看答案", number=2) == "系统繁忙。"
    chat.open()
