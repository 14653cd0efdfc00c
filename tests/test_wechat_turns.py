"""Once and in time: retries, late answers, several users, several processes, faults."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest
from conftest import FakeEngine
from fastapi.testclient import TestClient
from wechat_fixtures import (
    NOW,
    Caller,
    FakeChat,
    MemoryStore,
    account,
    content_of,
    event,
    fields_of,
    post,
    quiet,  # noqa: F401
    say,
    sealed,
    together,
    xml,
)

from bot.channels.wechat.speaker import Pool, PoolFull
from bot.reply import Reply

pytestmark = pytest.mark.usefixtures("quiet")

SOON = {"wechat_deadline": 0.3}
OTHER = "oTEST_another-person"
WAITING = '正在整理答案，<a href="weixin://bizmsgmenu?msgmenucontent=查看答案&msgmenuid=0">点这里查看</a>。'
FORGOTTEN = "前面的话我不记得了。"


def metric(app: Any, name: str) -> float:
    lines = TestClient(app).get("/metrics").text.splitlines()
    return float(next(line for line in lines if line.startswith(name + " ")).split()[1])


def held() -> FakeChat:
    """Return a chat that answers nothing that begins with 慢 until its gate is opened."""
    chat = FakeChat()
    gate = chat.gate = threading.Event()
    chat.gate = None

    def answer(text: str) -> str:
        if text.startswith("慢"):
            gate.wait(20)
        return f"关于{text}"

    chat._say = answer
    chat.open = gate.set  # type: ignore[attr-defined]
    return chat


def test_item_34_three_tries_at_once() -> None:
    chat = FakeChat(seconds=1.0)
    app = account(chat, MemoryStore())
    request = sealed(xml("同时来的一句"))

    async def tries(wx: Caller) -> list[str]:
        return [content_of(one) for one in await asyncio.gather(*(wx.post(request) for _ in range(3)))]

    assert together(app, tries) == ["答复"] * 3
    assert len(chat.asked) == 1 and metric(app, "faq_wechat_retries_total") == 2


@pytest.mark.parametrize("store", [None, MemoryStore()], ids=["own memory", "store"])
def test_item_35_a_late_try(store: Any) -> None:
    said = iter(["第一遍", "第二遍"])
    chat = FakeChat(lambda _: next(said))
    app = account(chat, store)
    assert [say(app, "再来一遍的话") for _ in range(3)] == ["第一遍"] * 3 and len(chat.asked) == 1


def test_item_36_other_users_with_the_same_number() -> None:
    chat = FakeChat()
    app = account(chat)
    assert [say(app, "一样的一句话", sender=sender) for sender in ("oTEST_openid-a", "oTEST_openid-b")] == ["答复"] * 2
    assert len(chat.asked) == 2


def test_item_37_two_events_in_one_second() -> None:
    chat = FakeChat(lambda text: f"关于{text}")
    app = account(chat)
    texts = [content_of(post(app, sealed(event("CLICK", key)))) for key in ("T2", "T4", "T2")]
    assert texts[0] == texts[2] != texts[1] and len(chat.asked) == 2
    assert post(app, sealed(event("VIEW", "T2"))).text == "success"


def test_item_38_two_servers_with_one_store() -> None:
    chat, store = FakeChat(seconds=0.6), MemoryStore()
    apps = [account(chat, store), account(chat, store)]
    request = sealed(xml("发到两处的话"))

    async def both(one: Caller, other: Caller) -> list[str]:
        first = asyncio.create_task(one.post(request))
        await asyncio.sleep(0.1)
        return [content_of(await other.post(request)), content_of(await first), content_of(await other.post(request))]

    assert together(apps, both) == ["答复"] * 3 and len(chat.asked) == 1
    # What one has shown, the other can go on from.
    chat._say = "长" * 1000
    assert "第 1/2 段" in say(apps[0], "很长的答案", number=2)
    assert say(apps[1], "继续", number=3).startswith("长")


def test_item_39_a_slow_answer() -> None:
    chat = held()
    app = account(chat, MemoryStore())

    async def slowly(wx: Caller) -> None:
        before = time.monotonic()
        assert await wx.say("慢的一个问题") == WAITING
        assert 3.5 < time.monotonic() - before < 4.5
        chat.open()
        assert await wx.say("查看答案", number=2) == "关于慢的一个问题"
        assert await wx.say("查看答案", number=2) == "关于慢的一个问题"
        assert await wx.say("查看答案", number=3) == FORGOTTEN

    together(app, slowly)
    assert chat.texts == ["慢的一个问题"] and metric(app, "faq_wechat_overruns_total") == 1


@pytest.mark.parametrize("word", ["查看答案", "继续", "1", "继续。", "第一个"])
def test_item_39_the_words_that_fetch_it(word: str) -> None:
    chat = held()

    async def fetch(wx: Caller) -> None:
        await wx.say("慢的一个问题")
        # Still not ready: the same again, not the hint that nothing waits.
        assert await wx.say(word, number=2) == WAITING
        chat.open()
        await asyncio.sleep(0.2)
        assert await wx.say(word, number=3) == "关于慢的一个问题"

    together(account(chat, MemoryStore(), **SOON), fetch)


def test_item_40_nobody_fetches_the_answer_of_another() -> None:
    chat = held()

    async def two(wx: Caller) -> None:
        await wx.say("慢的一个问题")
        chat.open()
        await asyncio.sleep(0.1)
        assert await wx.say("查看答案", sender=OTHER) == FORGOTTEN
        assert await wx.say("查看答案", number=2) == "关于慢的一个问题"

    together(account(chat, MemoryStore(), **SOON), two)


def test_item_41_a_new_question_is_a_new_question() -> None:
    chat = held()

    async def ask(wx: Caller) -> None:
        assert await wx.say("慢的一个问题") == WAITING
        assert await wx.say("快的一个问题", number=2) == "关于快的一个问题"
        chat.open()
        await asyncio.sleep(0.1)
        assert await wx.say("查看答案", number=3) == "关于慢的一个问题"

    together(account(chat, MemoryStore(), **SOON), ask)


def test_item_41_options_shown_later_own_the_numbers() -> None:
    chat = held()
    slow = chat._say
    clarify = Reply.model_validate(
        {"kind": "clarify", "text": "哪一个？", "options": [{"entry_id": "T4", "question": "逾期还书怎么收费？"}]}
    )
    chat._say = lambda text: clarify if text == "收费标准" else slow(text)  # type: ignore[operator]

    async def ask(wx: Caller) -> None:
        await wx.say("慢的一个问题")
        await wx.say("收费标准", number=2)
        assert await wx.say("1", number=3) == "关于逾期还书怎么收费？"
        chat.open()
        await asyncio.sleep(0.1)
        assert await wx.say("查看答案", number=4) == "关于慢的一个问题"

    together(account(chat, MemoryStore(), **SOON), ask)


@pytest.mark.parametrize("word", ["查看答案", "继续", "1", "下一段"])
def test_item_42_nothing_waits(word: str) -> None:
    chat = FakeChat()
    assert say(account(chat), word) == FORGOTTEN and chat.asked == []


def test_item_42_after_ten_minutes() -> None:
    passed = 0.0
    chat, store = held(), MemoryStore(clock=lambda: passed)

    async def wait(wx: Caller) -> None:
        nonlocal passed
        await wx.say("慢的一个问题")
        chat.open()
        await asyncio.sleep(0.1)
        passed = 601.0
        assert await wx.say("查看答案", number=2) == FORGOTTEN

    together(account(chat, store, **SOON), wait)


def test_item_43_a_broken_connection() -> None:
    chat = FakeChat(seconds=0.6)
    app = account(chat, MemoryStore())
    request = sealed(xml("断线的一句话"))

    async def breaks(wx: Caller) -> str:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(wx.post(request), 0.2)
        return content_of(await wx.post(request))

    assert together(app, breaks) == "答复" and len(chat.asked) == 1


def test_a_retry_after_the_deadline_brings_the_answer() -> None:
    chat = held()

    async def tries(wx: Caller) -> None:
        request = sealed(xml("慢的一个问题"))
        assert content_of(await wx.post(request)) == WAITING
        chat.open()
        assert content_of(await wx.post(request)) == "关于慢的一个问题"
        # It has been seen, so it does not wait any longer.
        assert await wx.say("查看答案", number=2) == FORGOTTEN

    together(account(chat, MemoryStore(), **SOON), tries)


def broken(text: str) -> Any:
    raise ValueError(text)


@pytest.mark.parametrize("answer", [broken, "", " \n", lambda _: None], ids=["raises", "empty", "blank", "nothing"])
def test_item_44_no_answer(answer: Any) -> None:
    app = account(FakeChat(answer), MemoryStore())
    assert say(app, "出错的一句话") == "系统繁忙。"
    assert say(app, "出错的一句话") == "系统繁忙。"


def test_item_55_fifty_at_once() -> None:
    chat = FakeChat(seconds=0.5)
    app = account(chat, MemoryStore())

    async def crowd(wx: Caller) -> list[str]:
        senders = [f"oTEST_openid-{number}" for number in range(50)]
        return list(await asyncio.gather(*(wx.say("大家都问的话", sender=sender) for sender in senders)))

    before = time.monotonic()
    assert together(app, crowd) == ["答复"] * 50
    assert time.monotonic() - before < 4 and len(chat.asked) == 50


def test_a_full_pool_says_so_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.wechat.channel.Pool", lambda: Pool(1, 2))
    chat = FakeChat(seconds=0.3)

    async def crowd(wx: Caller) -> list[str]:
        return list(await asyncio.gather(*(wx.say("人多的时候", number=number) for number in range(5))))

    texts = together(account(chat, MemoryStore()), crowd)
    assert sorted(texts) == ["答复"] * 2 + ["问的人有点多。"] * 3


def test_the_pool_counts_down_again() -> None:
    async def use() -> None:
        pool = Pool(1, 1)
        for _ in range(3):
            assert await pool.run(str.__add__, "a", "b") == "ab"
        with pytest.raises(ValueError):
            await pool.run(lambda *_: int("x"), "a", "b")
        busy = asyncio.create_task(pool.run(lambda *_: time.sleep(0.1), "a", "b"))
        await asyncio.sleep(0.02)
        with pytest.raises(PoolFull):
            await pool.run(str.__add__, "a", "b")
        await busy

    asyncio.run(use())


def test_the_event_loop_is_not_held_up() -> None:
    """A thousandth of a second goes by while an answer of half a second is worked out."""
    chat = FakeChat(seconds=0.5)

    async def watch(wx: Caller) -> float:
        asked = asyncio.create_task(wx.say("慢慢想的一句"))
        longest = 0.0
        while not asked.done():
            before = time.monotonic()
            await asyncio.sleep(0.001)
            longest = max(longest, time.monotonic() - before)
        return longest

    assert together(account(chat, MemoryStore()), watch) < 0.3


class BrokenStore:
    def get(self, *_: Any) -> Any:
        raise OSError("用不了的存储")

    put = add = delete = get


def test_without_its_store_it_goes_on_alone() -> None:
    chat = FakeChat("长" * 1000)
    app = account(chat, BrokenStore())
    assert say(app, "存储坏了的话") == say(app, "存储坏了的话")
    assert len(chat.asked) == 1 and say(app, "继续", number=2).startswith("长")
    assert metric(app, "faq_wechat_store_failures_total") > 3
    assert post(app, sealed(event("unsubscribe"))).text == "success"
    assert say(app, "继续", number=3) == FORGOTTEN


def test_rubbish_in_the_store_is_not_the_end() -> None:
    store = MemoryStore()
    app = account(FakeChat(), store)
    say(app, "存储里是乱码")
    for key, (until, _) in store.rows.items():
        store.rows[key] = (until, "{")
    assert say(app, "存储里是乱码") == "系统繁忙。"


def test_unsubscribing_while_an_answer_is_worked_out() -> None:
    chat, store = held(), MemoryStore()

    async def leave(wx: Caller) -> None:
        asked = asyncio.create_task(wx.say("慢的一个问题"))
        await asyncio.sleep(0.1)
        assert (await wx.post(sealed(event("unsubscribe")))).text == "success"
        chat.open()
        await asked
        await asyncio.sleep(0.1)

    together(account(chat, store), leave)
    assert store.rows == {}


def test_a_claim_left_behind_by_a_crash() -> None:
    """Another process claimed the message and died: the user is not left without a word."""
    store = MemoryStore()
    app = account(FakeChat(), store, **SOON)
    say(app, "别处没答完的话")
    for key in store.rows:
        if "turn" in key:
            store.rows[key] = (store.rows[key][0], "")
    assert say(app, "别处没答完的话") == WAITING


def test_the_session_of_a_reply_is_never_sent() -> None:
    chat = FakeChat()
    app = account(chat)
    response = fields_of(post(app, sealed(xml("谁在问呢"))))
    assert chat.asked[0].session_id not in str(response)
    assert NOW and FakeEngine
