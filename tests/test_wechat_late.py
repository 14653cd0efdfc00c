"""Late answers: the four seconds, the words that fetch an answer, and whose it is."""

from __future__ import annotations

import asyncio
import time

import pytest

from bot.reply import Reply
from bot.store import MemoryStore
from tests.support.store_fixtures import KINDS, address_of, make_store, redis_server  # noqa: F401
from tests.support.wechat_fixtures import (
    NOTHING,
    OTHER,
    WAITING,
    Caller,
    FakeChat,
    about,
    account,
    content_of,
    event,
    metric,
    quiet,  # noqa: F401
    rows,
    say,
    sealed,
    together,
    xml,
)

pytestmark = pytest.mark.usefixtures("quiet")

SOON = {"wechat_deadline": 0.3}


def test_item_39_a_slow_answer() -> None:
    chat = FakeChat(about)
    app = account(chat)

    async def slowly(wx: Caller) -> None:
        before = time.monotonic()
        assert await wx.say("慢的一个问题") == WAITING
        assert 3.5 < time.monotonic() - before < 5
        chat.open()
        assert await wx.say("查看答案", number=2) == "关于慢的一个问题"
        assert await wx.say("查看答案", number=2) == "关于慢的一个问题"
        assert await wx.say("查看答案", number=3) == NOTHING

    together(app, slowly)
    assert chat.texts == ["慢的一个问题"] and metric(app, "faq_wechat_overruns_total") == 1


# As they are invited to say it, and as they say it then.
@pytest.mark.parametrize("word", ["查看答案", "继续", "1", "继续。", "第一个", "答案", "点这里查看", "好了吗"])
def test_item_39_the_words_that_fetch_it(word: str) -> None:
    chat = FakeChat(about)

    async def fetch(wx: Caller) -> None:
        await wx.say("慢的一个问题")
        # Still not ready: the same again, not the hint that nothing waits.
        assert await wx.say(word, number=2) == WAITING
        chat.open()
        await asyncio.sleep(0.2)
        assert await wx.say(word, number=3) == "关于慢的一个问题"

    together(account(chat, **SOON), fetch)


def test_item_40_nobody_fetches_the_answer_of_another() -> None:
    chat = FakeChat(about)

    async def two(wx: Caller) -> None:
        await wx.say("慢的一个问题")
        chat.open()
        await asyncio.sleep(0.1)
        assert await wx.say("查看答案", sender=OTHER) == NOTHING
        assert await wx.say("查看答案", number=2) == "关于慢的一个问题"

    together(account(chat, **SOON), two)


def test_item_41_a_new_question_is_a_new_question() -> None:
    chat = FakeChat(about)

    async def ask(wx: Caller) -> None:
        assert await wx.say("慢的一个问题") == WAITING
        assert await wx.say("快的一个问题", number=2) == "关于快的一个问题"
        chat.open()
        await asyncio.sleep(0.1)
        assert await wx.say("查看答案", number=3) == "关于慢的一个问题"

    together(account(chat, **SOON), ask)


def test_item_41_options_shown_later_own_the_numbers() -> None:
    chat = FakeChat(about)
    clarify = Reply.model_validate(
        {"kind": "clarify", "text": "哪一个？", "options": [{"entry_id": "T4", "question": "逾期还书怎么收费？"}]}
    )
    chat.say = lambda text: clarify if text == "收费标准" else about(text)

    async def ask(wx: Caller) -> None:
        await wx.say("慢的一个问题")
        await wx.say("收费标准", number=2)
        assert await wx.say("1", number=3) == "关于逾期还书怎么收费？"
        chat.open()
        await asyncio.sleep(0.1)
        assert await wx.say("查看答案", number=4) == "关于慢的一个问题"

    together(account(chat, **SOON), ask)


def test_item_41_what_was_asked_last_is_what_going_on_means() -> None:
    chat = FakeChat(lambda text: "长" * 1000 if text == "讲一段长的" else about(text))

    async def ask(wx: Caller) -> None:
        assert "第 1/2 段" in await wx.say("讲一段长的")
        await wx.say("慢的一个问题", number=2)
        chat.open()
        await asyncio.sleep(0.1)
        assert await wx.say("继续", number=3) == "关于慢的一个问题"
        assert await wx.say("慢慢讲一段", number=4) == "关于慢慢讲一段"
        assert "第 1/2 段" in await wx.say("讲一段长的", number=5)
        assert (await wx.say("继续", number=6)).startswith("长")

    together(account(chat, **SOON), ask)


@pytest.mark.parametrize("word", ["继续", "更多", "继续看", "往下"])
def test_the_words_that_turn_the_page(word: str) -> None:
    app = account(FakeChat("长" * 1000))
    assert "第 1/2 段" in say(app, "讲一段长的") and say(app, word, number=2).startswith("长")


@pytest.mark.parametrize("word", ["查看答案", "继续", "1", "下一段", "查看", "答案呢", "更多"])
def test_item_42_nothing_waits(word: str) -> None:
    chat = FakeChat()
    assert say(account(chat), word) == NOTHING and chat.asked == []


def test_item_42_after_ten_minutes() -> None:
    passed = 0.0
    chat, store = FakeChat(about), MemoryStore(clock=lambda: passed)

    async def wait(wx: Caller) -> None:
        nonlocal passed
        await wx.say("慢的一个问题")
        chat.open()
        await asyncio.sleep(0.1)
        passed = 601.0
        assert await wx.say("查看答案", number=2) == NOTHING

    together(account(chat, store, **SOON), wait)


def test_a_retry_after_the_deadline_brings_the_answer() -> None:
    chat = FakeChat(about)

    async def tries(wx: Caller) -> None:
        request = sealed(xml("慢的一个问题"))
        assert content_of(await wx.post(request)) == WAITING
        chat.open()
        assert content_of(await wx.post(request)) == "关于慢的一个问题"
        # It has been seen, so it does not wait any longer.
        assert await wx.say("查看答案", number=2) == NOTHING

    together(account(chat, **SOON), tries)


def test_unsubscribing_while_an_answer_is_worked_out() -> None:
    chat, store = FakeChat(about), MemoryStore()

    async def leave(wx: Caller) -> None:
        asked = asyncio.create_task(wx.say("慢的一个问题"))
        await asyncio.sleep(0.1)
        assert (await wx.post(sealed(event("unsubscribe")))).text == "success"
        chat.open()
        await asked
        await asyncio.sleep(0.1)

    together(account(chat, store), leave)
    assert rows(store) == {}


def test_a_claim_left_behind_by_a_crash() -> None:
    """Another process claimed the message and died: as soon as the claim is over, the message is answered."""
    store, chat = MemoryStore(), FakeChat(about)
    app = account(chat, store)
    say(app, "别处没答完的话")
    for key in rows(store):
        if "turn" in key:
            store.put(key, "", 0.5)
    assert say(app, "别处没答完的话") == "关于别处没答完的话" and len(chat.asked) == 2


def test_a_claim_that_is_renewed_elsewhere() -> None:
    """Another process is still at work: it is waited for, and nothing is begun again."""
    store, chat = MemoryStore(), FakeChat(about)
    app = account(chat, store, **SOON)
    say(app, "别处还在答的话")
    for key in rows(store):
        if "turn" in key:
            store.put(key, "", 60)
    assert say(app, "别处还在答的话") == WAITING and len(chat.asked) == 1


def test_a_slow_answer_keeps_its_claim(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.wechat.visitors.CLAIM_SECONDS", 0.8)
    monkeypatch.setattr("bot.channels.wechat.turns._RENEW_SECONDS", 0.2)
    chat, store = FakeChat(about), MemoryStore()
    apps = [account(chat, store, **SOON), account(chat, store, **SOON)]

    async def ask(one: Caller, other: Caller) -> None:
        assert await one.say("慢得过了头的话") == WAITING
        await asyncio.sleep(1.2)
        assert await other.say("慢得过了头的话") == WAITING
        chat.open()
        await asyncio.sleep(0.2)
        assert await other.say("慢得过了头的话") == "关于慢得过了头的话"

    together(apps, ask)
    assert len(chat.asked) == 1
