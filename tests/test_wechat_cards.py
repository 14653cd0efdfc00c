"""Cards: every kind of reply as a phone shows it, and every reply of the real corpus in the room that there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import combinations
from typing import Any

import pytest

from bot.channels.wechat.card import Card
from bot.channels.wechat.markup import MOST_BYTES, plain, size
from bot.channels.wechat.scribe import AIM_BYTES, Scribe
from bot.chat import Chat
from bot.reply import MAX_QUESTION, Query, Reply
from bot.settings import Settings
from corpus.entries import Phrases
from index.engine import Engine
from tests.support.library import ENTRIES, PHRASES, make_entry
from tests.support.wechat_fixtures import account, content_of, event, post, quiet, say, sealed, xml  # noqa: F401

URL = "https://faq.example.cn"
NOTICE = "以上内容可能已有变化。"
INFO = {"id": "T1", "question": "怎么办理借书证？", "category": "借书", "basis": "说明书 第1问", "url": "/answers/T1"}
LABELLED = [{"entry_id": "T2", "question": "一次可以借几本书？", "label": "借几本"}]
OPTIONS = [{"entry_id": "T2", "question": "一次可以借几本书？"}, {"entry_id": "T4", "question": "逾期还书怎么收费？"}]
LISTED = "\n".join(
    [
        '1. <a href="weixin://bizmsgmenu?msgmenucontent=一次可以借几本书？&msgmenuid=T2">一次可以借几本书？</a>',
        '2. <a href="weixin://bizmsgmenu?msgmenucontent=逾期还书怎么收费？&msgmenuid=T4">逾期还书怎么收费？</a>',
        "回复数字 1-2。",
    ]
)


def scribe(url: str | None = None, *more: Any, staff: bool = False, phrases: Phrases = PHRASES) -> Scribe:
    return Scribe(phrases, {entry.id: entry for entry in (*ENTRIES, *more)}, url, staff)


def reply(**fields: Any) -> Reply:
    return Reply.model_validate({"kind": "answer", "text": "全文。\n\n第二段。", **fields})


def test_a_whole_answer() -> None:
    card = scribe().card(reply(entry=INFO, options=OPTIONS, notice=NOTICE))
    assert card.text == (
        f"全文。\n\n第二段。\n\n依据：说明书 第1问“怎么办理借书证？”\n{NOTICE}\n\n您可能还想问：\n{LISTED}"
    )
    assert card.options == ("一次可以借几本书？", "逾期还书怎么收费？") and card.rest == ()


def test_an_answer_that_is_not_quite_sure_says_so_first() -> None:
    assert scribe().card(reply(entry=INFO, lead="最接近。")).text.startswith("最接近。\n\n全文。")
    assert scribe().card(reply(entry=INFO, lead="最接近。", passage="第二段。")).text.startswith("最接近。\n\n第二段。")


def test_the_passage_stands_first_and_the_page_has_the_rest() -> None:
    card = scribe(URL).card(reply(entry=INFO, passage="第二段。", notice=NOTICE))
    way = f'看<a href="{URL}/answers/T1">完整答案</a>。'
    assert card.text == f"第二段。\n\n只是一部分。{way}\n\n依据：说明书 第1问“怎么办理借书证？”\n{NOTICE}"
    # Who would rather not open a page may still go on here.
    assert card.rest[0].startswith("全文。\n\n第二段。")


def test_the_passage_stands_first_and_the_next_message_has_the_rest() -> None:
    card = scribe().card(reply(entry=INFO, passage="第二段。"))
    assert card.text.startswith("第二段。\n\n只是一部分。回复 继续 看完整答案。\n\n依据：")
    assert card.rest == ("全文。\n\n第二段。\n\n依据：说明书 第1问“怎么办理借书证？”",)


def test_a_passage_that_is_all_leaves_nothing_out() -> None:
    assert "一部分" not in scribe().card(reply(entry=INFO, passage="全文。\n\n第二段。")).text


@pytest.mark.parametrize("url", [None, URL])
def test_a_short_answer_says_that_it_is_short(url: str | None) -> None:
    entry = make_entry("T9", "借书", "长问题？", "长" * 900, short_answer="短。")
    card = scribe(url, entry).card(reply(text=entry.answer, entry={**INFO, "id": "T9", "url": "/answers/T9"}))
    assert card.text.startswith("短。\n\n有删减。")
    assert ("回复 继续" in card.text) == (url is None)
    assert "".join(card.rest).count("长") == 900


def test_a_short_name_is_shown_and_the_question_is_sent() -> None:
    card = scribe().card(Reply(kind="clarify", text="哪一个？", options=LABELLED))
    assert ">借几本</a>" in card.text and "msgmenucontent=一次可以借几本书？&msgmenuid=T2" in card.text
    # A number that is sent back asks the same.
    assert card.options == ("一次可以借几本书？",)


def test_related_questions_give_way_to_the_answer() -> None:
    options = [{"entry_id": f"T{n}", "question": f"{n}{'问' * 60}？"} for n in range(3)]
    card = scribe().card(reply(text="字" * 330, options=options))
    assert len(card.options) == 1 and size(card.text) <= AIM_BYTES and "回复数字 1。" in card.text
    card = scribe().card(reply(text="字" * 600, options=options))
    assert card.options == () and card.text == "字" * 600


CALCULATION = {
    "kind": "calculation",
    "text": "算式：(20000.00 - 600.00) × 90% = 17460.00",
    "entry": INFO,
    "estimate": {
        "results": [
            {"label": "医保支付", "value": "17460.00", "unit": "元"},
            {"label": "个人负担", "value": "2540.00", "unit": "元"},
        ],
        "formula": "(20000.00 - 600.00) × 90% = 17460.00",
        "policy_year": "2024-2025",
    },
}


def test_a_calculation_says_its_result_first() -> None:
    card = scribe().card(reply(**CALCULATION, notice=NOTICE))
    assert card.text == f"医保支付：17460.00 元\n个人负担：2540.00 元\n\n{CALCULATION['text']}\n\n{NOTICE}"
    said = "医保支付 17460.00 元，个人负担 2540.00 元。\n算式：略"
    assert scribe().card(reply(**{**CALCULATION, "text": said})).text == said


def test_asking_for_a_value() -> None:
    ask = {"slot": "hospital_level", "options": ["一级及以下（含社康）", "二级", "三级"]}
    card = scribe().card(reply(kind="ask", text="医院是几级？", ask=ask))
    assert card.text.startswith("医院是几级？\n\n1. <a ") and card.text.endswith("回复数字 1-3。")
    assert card.options == ("一级及以下（含社康）", "二级", "三级") and card.asks


def test_asking_which_and_saying_that_there_is_nothing() -> None:
    assert scribe().card(reply(kind="clarify", text="哪一个？", options=OPTIONS)).text == f"哪一个？\n\n{LISTED}"
    assert (
        scribe().card(reply(kind="abstain", text="没有。", options=OPTIONS)).text == f"没有。\n\n资料里有：\n{LISTED}"
    )
    assert scribe().card(reply(kind="abstain", text="没有。")).text == "没有。"


def test_small_talk_passes() -> None:
    card = scribe().card(reply(kind="smalltalk", text="这里不能转人工。"))
    assert card == Card("这里不能转人工。", passing=True)
    assert scribe(staff=True).card(reply(kind="smalltalk", text="这里不能转人工。")).staff
    assert not scribe(staff=True).card(reply(kind="smalltalk", text="不客气！")).staff


def test_a_card_keeps_in_the_store() -> None:
    card = Card('一"二\n', ("三",), ("四", "五"), True, False, True)
    assert Card.load(card.dump()) == card


# From here on the real corpus.

LONGEST = "最近想问一下" + "孩子的医保" * 98
DAYS = {"in force": datetime(2025, 3, 1), "over": datetime(2026, 11, 22)}


@pytest.fixture(scope="module")
def real() -> Engine:
    from bot.opening import open_engine

    return open_engine(Settings())


@pytest.fixture(params=DAYS, ids=str)
def chat(real: Engine, request: pytest.FixtureRequest) -> Chat:
    return Chat(real, Settings(), clock=lambda: DAYS[request.param])


@pytest.fixture(params=[None, URL], ids=["no pages", "pages"])
def writer(real: Engine, request: pytest.FixtureRequest) -> Scribe:
    return Scribe(real.phrases, real.entries, request.param, False)


def pages(card: Card) -> Iterator[str]:
    yield card.text
    yield from card.rest


def words(text: str) -> str:
    """Return what is left of a text without space, marks of layout and the lines that say how to go on."""
    return re.sub(r"[\s·*#\-]", "", re.sub(r"（第 .*", "", text))


@pytest.mark.model
def test_every_answer_fits_and_keeps_its_words(chat: Chat, writer: Scribe) -> None:
    for entry in chat.engine.entries.values():
        reply = chat.reply(Query(entry.question, "wechat", "w" * 43))
        assert reply.kind == "answer" and reply.entry and reply.entry.id == entry.id
        card = writer.card(reply)
        assert all(0 < size(page) <= MOST_BYTES for page in pages(card)), entry.id
        if entry.short_answer:
            assert words(entry.short_answer) in words(card.text) and "删减" in card.text
            assert words(entry.answer) in words("\n".join(card.rest))
            assert "回复 继续" in card.text or f'href="{URL}/answers/{entry.id}"' in card.text
        else:
            assert words(entry.answer) in words(card.text), entry.id
        # One message is enough for each of them.
        assert "看下一段" not in card.text
        assert not reply.notice or reply.notice in card.text


@pytest.mark.model
def test_every_passage_fits(chat: Chat, writer: Scribe) -> None:
    for entry in chat.engine.entries.values():
        whole = chat.reply(Query(entry.question, "wechat", "w" * 43))
        for part in entry.passages:
            card = writer.card(whole.model_copy(update={"passage": part.text}))
            assert card.text.startswith(plain(part.text)), (entry.id, part.name)
            assert all(0 < size(page) <= MOST_BYTES for page in pages(card))
            if card.rest:
                assert words(entry.answer) in words("\n".join(card.rest))


@pytest.mark.model
def test_every_list_of_questions_fits(chat: Chat, writer: Scribe) -> None:
    longest = sorted(chat.engine.entries, key=lambda id_: -size(chat.engine.entries[id_].question))[:8]
    for phrase, kind in (("clarify", "clarify"), ("clarify_again", "clarify"), ("abstain", "abstain")):
        for ids in combinations(longest, 3):
            options = [chat.option(id_) for id_ in ids]
            card = writer.card(Reply(kind=kind, text=chat.engine.phrases.text(phrase), options=options))
            assert size(card.text) <= AIM_BYTES and card.rest == () and len(card.options) == 3
    assert size(writer.welcome().text) <= AIM_BYTES
    assert re.findall(r"msgmenuid=(\w+)", writer.welcome().text) == list(chat.engine.phrases.welcome)


@pytest.mark.model
def test_every_fixed_sentence_fits(real: Engine) -> None:
    for key, text in real.phrases.sentences:
        assert size(text) < 600, key
    for talk in real.phrases.smalltalk:
        assert size(talk.reply) <= MOST_BYTES


@pytest.mark.model
@pytest.mark.usefixtures("quiet")
def test_on_the_real_index(real: Engine) -> None:
    app = account(public_url=URL)
    app.state.desk.open(real)
    assert "其他临时外出就医" in say(app, "带娃去广州看病没办转诊能报几成啊").partition("\n")[0]
    assert "436.32" in say(app, "少儿医保每年要交多少钱？", number=2)
    assert "1. <a" in say(app, "报销比例", number=3)
    assert say(app, "2", number=4).startswith(("少儿、大学生参保人", "参保人在市内"))
    assert "12345" in say(app, "小孩打疫苗能报销吗", number=5)
    assert "不能转人工" in say(app, "转人工", number=6)
    assert "msgmenuid=P3" in post_text(app, event("subscribe"))
    assert len(LONGEST) <= MAX_QUESTION and say(app, LONGEST, number=7)
    for number, id_ in enumerate(real.entries):
        question = real.entries[id_].question
        tapped = post_text(app, xml(question, number=100 + number, bizmsgmenuid=id_))
        assert tapped == say(app, question, number=200 + number) == post_text(app, event("CLICK", id_))


def post_text(app: Any, document: str) -> str:
    return content_of(post(app, sealed(document)))
