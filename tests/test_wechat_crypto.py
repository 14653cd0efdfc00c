"""Signature, cipher and documents of the official account: known answers, and an independent client as the other end.

Numbers in names are those of the acceptance list that the channel was built to.
"""

from __future__ import annotations

import pytest
import xmltodict
from hypothesis import given, settings
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto

from bot.channels.wechat.crypto import Crypt, is_signed, sign, unlock
from bot.channels.wechat.markup import link, menu_link
from bot.channels.wechat.messages import Message, read_message
from bot.channels.wechat.refusal import Reason, Refused
from bot.channels.wechat.replies import Article, envelope, news_reply, staff_reply, text_reply
from bot.channels.wechat.xml import clean, element, read_xml
from tests.support.wechat_fixtures import (
    ACCOUNT,
    APPID,
    GENERATED,
    KEY,
    NONCE,
    NOW,
    OFFICIAL,
    OLD_KEY,
    OPENID,
    REPLIES,
    TOKEN,
)

MESSAGE = Message(ACCOUNT, OPENID, str(NOW), "text", {})
CIPHERS = [case for case in OFFICIAL.values() if "encrypt" in case]


@pytest.mark.parametrize("name", ["official_get_verify", "official_plain_post"])
def test_item_02_signature(name: str) -> None:
    case = OFFICIAL[name]
    assert sign(case["token"], case["timestamp"], case["nonce"]) == case["signature"]
    assert is_signed(case["signature"], case["nonce"], case["token"], case["timestamp"])


@pytest.mark.parametrize("wrong", ["", "é", "F464B24FC39322E44B38AA78F5EDD27BD1441696", "0" * 40, "f" * 10_000])
def test_item_24_a_wrong_signature_is_only_wrong(wrong: str) -> None:
    assert not is_signed(wrong, "AAAAA", "1714036504", "1514711492")


@pytest.mark.parametrize("case", CIPHERS, ids=lambda case: case["name"])
def test_items_08_to_11_official_ciphers(case: dict[str, str]) -> None:
    crypt = Crypt.of(case["encoding_aes_key"], case["appid"])
    assert crypt.decrypt(case["encrypt"]).decode() == case["plaintext"]
    assert crypt.encrypt(case["plaintext"].encode(), case["random16"].encode()) == case["encrypt"]
    assert sign(case["token"], case["timestamp"], case["nonce"], case["encrypt"]) == case["msg_signature"]


def test_item_08_length() -> None:
    assert len(OFFICIAL["official_safe_json"]["plaintext"].encode()) == 167


def test_item_11_compat_sample() -> None:
    case = OFFICIAL["official_sample_compat_text"]
    assert read_xml(case["post_body"].encode())["Encrypt"] == case["encrypt"]
    assert read_message(case["plaintext"].encode()).question == "abcdteT"


@pytest.mark.parametrize("name", list(REPLIES))
def test_replies_are_sealed_as_by_the_independent_client(name: str) -> None:
    case = REPLIES[name]
    crypt = Crypt.of(KEY, APPID)
    assert crypt.encrypt(case["plaintext"].encode(), case["random16"].encode()) == case["encrypt"]
    assert sign(TOKEN, case["timestamp"], case["nonce"], case["encrypt"]) == case["msg_signature"]


def test_item_22_the_previous_key() -> None:
    crypts = [Crypt.of(KEY, APPID), Crypt.of(OLD_KEY, APPID)]
    assert unlock(crypts, GENERATED["text_previous_key"]["encrypt"])[1] is crypts[1]
    assert unlock(crypts, GENERATED["image"]["encrypt"])[1] is crypts[0]
    with pytest.raises(Refused) as refused:
        unlock(crypts[:1], GENERATED["text_previous_key"]["encrypt"])
    assert refused.value.reason is Reason.BUFFER


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=400), random=st.binary(min_size=16, max_size=16))
def test_what_is_sealed_can_be_opened(text: str, random: bytes) -> None:
    document = text_reply(MESSAGE, NOW, text)
    crypt = Crypt.of(KEY, APPID)
    encrypted = crypt.encrypt(document.encode(), random)
    assert crypt.decrypt(encrypted) == document.encode()
    signature = sign(TOKEN, str(NOW), NONCE, encrypted)
    whole = envelope(encrypted, signature, str(NOW), NONCE)
    assert WeChatCrypto(TOKEN, KEY, APPID).decrypt_message(whole, signature, NONCE, str(NOW)) == document


def test_a_key_is_never_shown() -> None:
    crypt = Crypt.of(KEY, APPID)
    assert repr(crypt.key) not in repr(crypt)


@pytest.mark.parametrize("text", ["a]]>b", "]]>]]>", "]]", "]]]>", "<b>&amp;", "汉字😀\n二"])
def test_item_45_any_text_can_be_written(text: str) -> None:
    assert read_xml(text_reply(MESSAGE, NOW, text).encode())["Content"] == text


def test_item_45_the_end_of_cdata() -> None:
    assert text_reply(MESSAGE, NOW, "a]]>b") == REPLIES["reply_text_cdata_end"]["plaintext"]


@pytest.mark.parametrize(("text", "kept"), [("a\x1db", "ab"), ("a\ud800b", "ab"), ("\x00\ufffe", ""), ("\t\n", "\t\n")])
def test_item_46_what_xml_does_not_allow_is_left_out(text: str, kept: str) -> None:
    assert clean(text) == kept
    assert (xmltodict.parse(f"<xml>{element('Content', text)}</xml>")["xml"]["Content"] or "").strip() == kept.strip()


def test_item_49_menu_link() -> None:
    made = menu_link("少儿医保每年要交多少钱?", "P3")
    assert f"您是否想问：\n{made}]]>" in REPLIES["reply_text_menu"]["plaintext"]
    assert menu_link('a&b#c+d"e<f>g=h i%', "1", "<字>") == (
        '<a href="weixin://bizmsgmenu?msgmenucontent=a%26b%23c%2Bd%22e%3Cf%3Eg%3Dh%20i%25&msgmenuid=1">＜字＞</a>'
    )
    assert link("https://a.cn", "<b>") == '<a href="https://a.cn">＜b＞</a>'


def test_item_57_hand_over_and_news() -> None:
    assert staff_reply(MESSAGE, NOW) == REPLIES["reply_transfer_customer_service"]["plaintext"]
    article = Article("标题", "描述", "https://example.com/1.jpg", "https://example.com/")
    assert news_reply(MESSAGE, NOW, [article]) == REPLIES["reply_news"]["plaintext"]
    assert text_reply(MESSAGE, NOW, "每学年436.32元。") == REPLIES["reply_text"]["plaintext"]


@pytest.mark.parametrize("case", GENERATED.values(), ids=lambda case: case["name"])
def test_every_message_is_read(case: dict[str, object]) -> None:
    message = read_message(str(case["plaintext"]).encode())
    expected = case["expect"]
    assert isinstance(expected, dict)
    if "content" in expected:
        assert message.question == expected["content"]
    if "dedupe" in expected:
        assert list(message.identity) == expected["dedupe"]
    if "bizmsgmenuid" in expected:
        assert message.menu_id == expected["bizmsgmenuid"]
    if "event" in expected:
        assert (message.event, message.label) == (expected["event"], f"event_{expected['event']}".lower())


BAD = [
    ("nothing", b""),
    ("not XML", b"{}"),
    ("another root", b"<html/>"),
    ("DTD", b"<!DOCTYPE xml><xml/>"),
    ("declared GBK", '<?xml version="1.0" encoding="gbk"?><xml><a>汉</a></xml>'.encode("gbk")),
    ("UTF-16", "<xml><a>1</a></xml>".encode("utf-16")),
    ("half a pair", b"<xml><a>\xed\xa0\x80</a></xml>"),
    ("two of one", b"<xml><a>1</a><a>2</a></xml>"),
    ("no sender", b"<xml><ToUserName>a</ToUserName><CreateTime>1</CreateTime><MsgType>text</MsgType></xml>"),
    ("odd sender", b"<xml><FromUserName>a b</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType></xml>"),
    ("long time", b"<xml><FromUserName>a</FromUserName><CreateTime>" + b"1" * 9000 + b"</CreateTime></xml>"),
]


@pytest.mark.parametrize("data", [row[1] for row in BAD], ids=[row[0] for row in BAD])
def test_what_is_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(Refused) as refused:
        read_message(data)
    assert refused.value.reason is Reason.XML
