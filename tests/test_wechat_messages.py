"""Every kind of message and event: what is answered, what gets a hint, what gets a bare success."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

from bot.channels.app import create_app
from bot.channels.wechat.markup import MOST_BYTES
from bot.reply import SESSION_ID, Option, Reply
from bot.settings import Settings
from bot.store import MemoryStore
from index.hit import Hit
from tests.support.library import FakeEngine
from tests.support.wechat_fixtures import (
    ACCOUNT_SETTINGS,
    GENERATED,
    NEGATIVE,
    NOTHING,
    OPENID,
    OTHER,
    FakeChat,
    about,
    account,
    content_of,
    event,
    fields_of,
    post,
    quiet,  # noqa: F401
    rows,
    say,
    sealed,
    vector,
    xml,
)

pytestmark = pytest.mark.usefixtures("quiet")


def test_item_12_a_question() -> None:
    chat = FakeChat()
    fields = fields_of(post(account(chat), vector("text_zh_emoji")))
    assert fields["ToUserName"] == OPENID and fields["FromUserName"] == "gh_0123456789ab"
    assert (fields["MsgType"], fields["Content"], fields["CreateTime"]) == ("text", "答复", "1790000000")
    assert chat.texts == ["少儿医保怎么参保？😀"]
    (query,) = chat.asked
    assert query.channel == "wechat" and query.session_id and OPENID not in query.session_id
    assert re.fullmatch(SESSION_ID, query.session_id)


def test_item_13_a_control_character() -> None:
    chat = FakeChat()
    assert content_of(post(account(chat), vector("text_control_char"))) == "答复"
    assert chat.texts == ["c"]


@pytest.mark.parametrize(
    "name",
    [
        "text_sticker_placeholder",
        "image",
        "video",
        "shortvideo",
        "location",
        "link",
        "voice_empty_recognition",
        "msgtype_unknown",
    ],
)
def test_item_14_a_hint(name: str) -> None:
    chat = FakeChat()
    assert content_of(post(account(chat), vector(name))) == "我只看得懂文字。"
    assert chat.asked == []


def test_item_14_the_other_placeholder() -> None:
    chat = FakeChat()
    assert say(account(chat), "[Unsupported Message]") == "我只看得懂文字。" and chat.asked == []


def test_item_15_voice_with_recognition() -> None:
    chat = FakeChat()
    assert content_of(post(account(chat), vector("voice_recognition"))) == "答复"
    assert chat.texts == ["少儿医保怎么缴费。"]


@pytest.mark.parametrize("content", ["", "   ", "\u3000\n", "\x1d"])
def test_item_16_nothing_in_it(content: str) -> None:
    chat = FakeChat()
    assert say(account(chat), content) == "您好像没有写问题。" and chat.asked == []
    assert content_of(post(account(chat), vector("text_empty")))


def test_item_17_a_tapped_link() -> None:
    chat = FakeChat(about)
    app = account(chat)
    tapped = content_of(post(app, vector("text_from_menu_link")))
    typed = say(app, "少儿医保每年要交多少钱?", number=99)
    assert tapped == typed and chat.texts == ["少儿医保每年要交多少钱?"] * 2


def test_item_17_the_id_says_which_question_it_was() -> None:
    chat = FakeChat()
    post(account(chat), sealed(xml("一次可以借几本书%3F", bizmsgmenuid="T2")))
    assert chat.texts == ["一次可以借几本书？"]


@pytest.mark.parametrize("name", ["event_subscribe", "event_subscribe_qr"])
def test_item_18_welcome(name: str) -> None:
    chat = FakeChat()
    app = account(chat)
    text = content_of(post(app, vector(name)))
    assert text.startswith("欢迎，大家常问：") and text.count("weixin://bizmsgmenu") == 2
    assert "msgmenuid=T4" in text and len(text.encode()) <= MOST_BYTES and chat.asked == []


def test_item_18_numbers_pick_from_the_welcome() -> None:
    chat = FakeChat()
    app = account(chat)
    post(app, vector("event_subscribe"))
    say(app, "2")
    assert chat.texts == ["逾期还书怎么收费？"]


def test_item_19_unsubscribing_erases() -> None:
    chat, store = FakeChat("长" * 2000), MemoryStore()
    app = account(chat, store)
    for number, text in enumerate(["头一个问题", "继续", "下一个问题"]):
        say(app, text, number=number)
    say(app, "另一个人的问题", sender=OTHER)
    assert len(rows(store)) == 6
    assert not [row for row in (*rows(store), *rows(store).values()) if OPENID in row or "问题" in row]
    response = post(app, vector("event_unsubscribe"))
    assert (response.text, response.headers["content-type"].split(";")[0]) == ("success", "text/plain")
    assert len(rows(store)) == 2 and len(chat.forgotten) == 1
    assert chat.forgotten[0] == chat.asked[0].session_id


def test_item_19_the_conversation_is_erased_too() -> None:
    store = MemoryStore()
    app = account(store=store)
    app.state.desk.open(FakeEngine({"收费": [Hit("T4", "", 0.7), Hit("T6", "", 0.6)]}))
    say(app, "收费")
    assert len(rows(store)) == 3
    post(app, vector("event_unsubscribe"))
    assert rows(store) == {}


def test_item_20_a_button() -> None:
    chat = FakeChat(about)
    app = account(chat)
    assert content_of(post(app, sealed(event("CLICK", "T2")))) == "关于一次可以借几本书？"
    assert content_of(post(app, vector("event_click"))) == "关于P3"
    assert content_of(post(app, sealed(event("CLICK", "")))) == "您好像没有写问题。"


@pytest.mark.parametrize(
    "name", ["event_view", "event_scan", "event_location", "event_templatesendjobfinish", "event_unknown"]
)
def test_item_21_success(name: str) -> None:
    chat, store = FakeChat(), MemoryStore()
    response = post(account(chat, store), vector(name))
    assert (response.status_code, response.content) == (200, b"success")
    assert response.headers["content-type"].startswith("text/plain")
    assert chat.asked == [] and rows(store) == {}


def test_a_calculation_over_several_messages() -> None:
    """The sender's session is the same in each message, and another sender's is another."""
    chat = FakeChat()
    app = account(chat)
    say(app, "住院花了两万")
    say(app, "三级", number=2)
    say(app, "三级", number=3, sender=OTHER)
    one, two, other = (query.session_id for query in chat.asked)
    assert one == two != other


def test_numbers_pick_what_was_asked_for() -> None:
    ask = Reply.model_validate(
        {"kind": "ask", "text": "医院是几级？", "ask": {"slot": "hospital_level", "options": ["一级", "二级", "三级"]}}
    )
    chat = FakeChat(lambda text: ask if "花了" in text else "答复")
    app = account(chat)
    text = say(app, "住院花了两万")
    assert text.startswith("医院是几级？") and "msgmenucontent=二级&msgmenuid=2" in text and "回复数字 1-3。" in text
    say(app, "第二个", number=2)
    assert chat.texts == ["住院花了两万", "二级"]


def test_a_bare_number_is_a_value_where_one_is_asked_for() -> None:
    ask = Reply.model_validate({"kind": "ask", "text": "几个孩子？", "ask": {"slot": "children"}})
    chat = FakeChat(lambda text: ask if "孩子" in text else "答复")
    app = account(chat)
    assert say(app, "孩子要交多少钱") == "几个孩子？"
    assert say(app, "2", number=2) == "答复" and chat.texts[-1] == "2"
    assert say(app, "3", number=3) == NOTHING


def test_small_talk_leaves_the_list_where_it_is() -> None:
    options = [Option(entry_id="T4", question="逾期还书怎么收费？"), Option(entry_id="T6", question="停车怎么收费？")]
    said = {
        "收费标准": Reply(kind="clarify", text="哪一个？", options=options),
        "谢谢您": Reply(kind="smalltalk", text="不客气"),
    }
    chat = FakeChat(lambda text: said.get(text, "答复"))
    app = account(chat)
    for number, text in enumerate(["收费标准", "谢谢您", "2", "9"]):
        last = say(app, text, number=number)
    assert chat.texts == ["收费标准", "谢谢您", "停车怎么收费？"] and last == NOTHING


def test_a_number_that_is_not_on_the_list() -> None:
    options = [Option(entry_id="T4", question="逾期还书怎么收费？"), Option(entry_id="T6", question="停车怎么收费？")]
    app = account(FakeChat(Reply(kind="clarify", text="哪一个？", options=options)))
    assert [say(app, text, number=number) for number, text in enumerate(["收费标准", "9"])][-1] == "请回复 1-2。"


def test_with_the_real_chat_behind() -> None:
    engine = FakeEngine({"收费": [Hit("T4", "", 0.7), Hit("T6", "", 0.6)], "借多久": [Hit("T2", "", 0.9, "期限")]})
    app = account()
    app.state.desk.open(engine)
    assert "1. " in say(app, "收费") and "<script>" not in say(app, "2", number=2)
    assert "＜script＞alert(1)＜/script＞前两小时免费。" in say(app, "2", number=2)
    text = say(app, "借多久", number=3)
    assert text.startswith("期限30天。\n\n只是一部分。回复 继续 看完整答案。")
    assert say(app, "继续", number=4).startswith("每次最多借5本，期限30天。")


@pytest.mark.parametrize(("staff", "kind"), [(True, "transfer_customer_service"), (False, "text")])
def test_hand_over_to_staff(staff: bool, kind: str) -> None:
    app = account(wechat_staff=staff)
    fields = fields_of(post(app, sealed(xml("转人工"))))
    assert fields["MsgType"] == kind and ("Content" in fields) != staff
    assert fields_of(post(app, sealed(xml("转人工"))))["MsgType"] == kind
    assert fields_of(post(app, sealed(event("CLICK", "转人工"))))["MsgType"] == "text"


def test_rate_limit_is_said_at_200() -> None:
    app = account(FakeChat(), rate_limit=2)
    texts = [say(app, f"要问的话{number}", number=number) for number in range(3)]
    assert texts[:2] == ["答复"] * 2 and texts[2].startswith("问得太快了")
    assert say(app, "要问的话2", number=2) == texts[2]
    assert say(app, "另一个人的问题", sender=OTHER) == "答复"
    assert 'faq_errors_total{code="rate_limited"} 1.0' in TestClient(app).get("/metrics").text


def test_too_long_a_question() -> None:
    chat = FakeChat()
    assert "请控制在 500 个字以内" in say(account(chat), "问" * 501) and chat.asked == []


def test_before_the_index_is_there() -> None:
    app = create_app(Settings(**ACCOUNT_SETTINGS), load=lambda _: FakeEngine())
    app.state.desk._clock = account().state.desk._clock
    for request in (vector("text_zh_emoji"), vector("image"), vector("event_subscribe"), vector("event_click")):
        assert "正在启动" in content_of(post(app, request))
    assert post(app, vector("event_unsubscribe")).text == "success"


def test_requests_are_counted() -> None:
    app = account(FakeChat())
    for name in (*GENERATED, *NEGATIVE):
        post(app, vector(name))
    text = TestClient(app).get("/metrics").text
    for line in (
        'faq_wechat_requests_total{type="text"} 6.0',
        'faq_wechat_requests_total{type="event_subscribe"} 2.0',
        'faq_wechat_requests_total{type="event_unknown"} 1.0',
        'faq_wechat_requests_total{type="unknown"} 1.0',
        'faq_wechat_rejects_total{code="-40008"} 6.0',
        "faq_wechat_seconds_count 6.0",
    ):
        assert line in text, line
