"""Once and in time: retries, late answers, several users, several processes, faults."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from bot.channels.workers import Workers
from bot.store import MemoryStore, StoreFault
from bot.stores.safe import SafeStore
from tests.support.record_fixtures import kept
from tests.support.store_fixtures import KINDS, address_of, make_store, redis_server  # noqa: F401
from tests.support.wechat_fixtures import (
    NOTHING,
    Caller,
    FakeChat,
    about,
    account,
    content_of,
    event,
    fields_of,
    metric,
    post,
    quiet,  # noqa: F401
    rows,
    say,
    sealed,
    together,
    xml,
)

pytestmark = pytest.mark.usefixtures("quiet")

SOON = {"wechat_deadline": 0.3}


def test_item_34_three_tries_at_once() -> None:
    chat = FakeChat(seconds=1.0)
    app = account(chat)
    request = sealed(xml("同时来的一句"))

    async def tries(wx: Caller) -> list[str]:
        return [content_of(one) for one in await asyncio.gather(*(wx.post(request) for _ in range(3)))]

    assert together(app, tries) == ["答复"] * 3
    assert len(chat.asked) == 1 and metric(app, "faq_wechat_retries_total") == 2


@pytest.mark.parametrize("kind", KINDS)
def test_item_35_a_late_try(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    store = make_store(kind, address_of(kind, request, tmp_path))
    said = iter(["第一遍", "第二遍"])
    chat = FakeChat(lambda _: next(said))
    app = account(chat, store)
    assert [say(app, "再来一遍的话") for _ in range(3)] == ["第一遍"] * 3 and len(chat.asked) == 1
    store.close()


def test_item_36_other_users_with_the_same_number() -> None:
    chat = FakeChat()
    app = account(chat)
    assert [say(app, "一样的一句话", sender=sender) for sender in ("oTEST_openid-a", "oTEST_openid-b")] == ["答复"] * 2
    assert len(chat.asked) == 2


def test_item_37_two_events_in_one_second() -> None:
    chat = FakeChat(about)
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
    chat.say = "长" * 1000
    assert "第 1/2 段" in say(apps[0], "很长的答案", number=2)
    assert say(apps[1], "继续", number=3).startswith("长")


def test_item_43_a_broken_connection() -> None:
    chat = FakeChat(seconds=0.6)
    app = account(chat)
    request = sealed(xml("断线的一句话"))

    async def breaks(wx: Caller) -> str:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(wx.post(request), 0.2)
        return content_of(await wx.post(request))

    assert together(app, breaks) == "答复" and len(chat.asked) == 1


def broken(text: str) -> Any:
    raise ValueError(text)


@pytest.mark.parametrize("answer", [broken, "", " \n", lambda _: None], ids=["raises", "empty", "blank", "nothing"])
def test_item_44_no_answer(answer: Any) -> None:
    app = account(FakeChat(answer))
    assert say(app, "出错的一句话") == "系统繁忙。"
    assert say(app, "出错的一句话") == "系统繁忙。"


def test_item_55_fifty_at_once() -> None:
    chat = FakeChat(seconds=0.5)
    app = account(chat)

    async def crowd(wx: Caller) -> list[str]:
        senders = [f"oTEST_openid-{number}" for number in range(50)]
        return list(await asyncio.gather(*(wx.say("大家都问的话", sender=sender) for sender in senders)))

    before = time.monotonic()
    assert together(app, crowd) == ["答复"] * 50
    assert time.monotonic() - before < 4 and len(chat.asked) == 50


def test_too_many_are_told_so_at_once() -> None:
    chat = FakeChat(seconds=0.3)
    app = account(chat)
    app.state.desk.workers = Workers(1, 2)

    async def crowd(wx: Caller) -> list[str]:
        return list(await asyncio.gather(*(wx.say("人多的时候", number=number) for number in range(5))))

    texts = together(app, crowd)
    assert sorted(texts) == ["答复"] * 2 + ["问的人有点多。"] * 3


def test_what_is_answered_is_said_again_however_many_ask() -> None:
    chat = FakeChat(about)
    app = account(chat, **SOON)
    app.state.desk.workers = Workers(1, 1)

    async def crowd(wx: Caller) -> tuple[str, str]:
        first = await wx.say("问过了的话")
        slow = asyncio.create_task(wx.say("慢的一个问题", number=2))
        await asyncio.sleep(0.1)
        again = await wx.say("问过了的话")
        chat.open()
        await slow
        return first, again

    assert together(app, crowd) == ("关于问过了的话",) * 2
    assert chat.texts == ["问过了的话", "慢的一个问题"]


def test_the_event_loop_is_not_held_up() -> None:
    """A thousandth of a second goes by while an answer of a second and a half is worked out."""
    chat = FakeChat(seconds=1.5)

    async def watch(wx: Caller) -> float:
        asked = asyncio.create_task(wx.say("慢慢想的一句"))
        longest = 0.0
        while not asked.done():
            before = time.monotonic()
            await asyncio.sleep(0.001)
            longest = max(longest, time.monotonic() - before)
        return longest

    assert together(account(chat), watch) < 1


class BrokenStore:
    refused = 0

    def get(self, *_: Any) -> Any:
        raise StoreFault("用不了")

    put = put_all = add = count = delete = forget = tidy = get

    def close(self) -> None:
        pass


def test_without_its_store_it_goes_on_alone() -> None:
    chat = FakeChat("长" * 1000)
    store = SafeStore(BrokenStore(), "存储")
    app = account(chat, store)
    assert say(app, "存储坏了的话") == say(app, "存储坏了的话")
    assert len(chat.asked) == 1 and say(app, "继续", number=2).startswith("长")
    assert metric(app, "faq_store_failures") > 0
    assert post(app, sealed(event("unsubscribe"))).text == "success"
    assert say(app, "继续", number=3) == NOTHING
    store.close()


def test_rubbish_in_the_store_is_not_the_end() -> None:
    store = MemoryStore()
    app = account(FakeChat(), store)
    say(app, "存储里是乱码")
    for key in rows(store):
        store.put(key, "{", 600)
    assert say(app, "存储里是乱码") == "系统繁忙。"
    assert say(app, "换一句别的话", number=2) == "答复"


def test_the_session_of_a_reply_is_never_sent() -> None:
    chat = FakeChat()
    app = account(chat)
    response = fields_of(post(app, sealed(xml("谁在问呢"))))
    assert chat.asked[0].session_id not in str(response)


def test_what_was_recorded_of_a_follower_goes_with_the_follower(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    app = account(records=path)
    records = app.state.desk.records
    say(app, "一次可以借几本书")
    say(app, "别人问的", sender="oTEST_openid-0000000000000009", number=2)
    assert records.flush() and [row.channel for row in kept(path)] == ["wechat", "wechat"]
    assert post(app, sealed(event("unsubscribe"))).text == "success"
    assert records.flush() and [row.question for row in kept(path)] == ["别人问的"]
    records.close()
