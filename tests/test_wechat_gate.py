"""Who is let in: the callback from outside, with good, broken and forged requests."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from bot.channels.app import create_app
from bot.channels.wechat.crypto import Crypt, sign
from bot.settings import Settings
from tests.support.library import FakeEngine
from tests.support.wechat_fixtures import (
    ACCOUNT,
    APPID,
    GENERATED,
    KEY,
    NEGATIVE,
    NOW,
    OFFICIAL,
    OLD_KEY,
    TOKEN,
    FakeChat,
    account,
    content_of,
    post,
    query_of,
    quiet,  # noqa: F401
    sealed,
    vector,
    xml,
)

pytestmark = pytest.mark.usefixtures("quiet")

VERIFY = OFFICIAL["official_get_verify"]
GREETING = {name: VERIFY[name] for name in ("signature", "timestamp", "nonce", "echostr")}


def get(params: Any, now: float = 1714036504) -> Any:
    return TestClient(account(now=now, wechat_token=VERIFY["token"])).get("/wechat", params=params)


def is_plain(response: Any, status: int, text: str) -> bool:
    assert response.headers["content-type"].startswith("text/plain")
    assert response.headers["x-content-type-options"] == "nosniff"
    return (response.status_code, response.text) == (status, text)


def test_item_01_verification() -> None:
    assert is_plain(get(GREETING), 200, "4375120948345356249")


def test_item_02_a_wrong_digit() -> None:
    response = get({**GREETING, "signature": "0" + VERIFY["signature"][1:]})
    assert is_plain(response, 403, "forbidden")


@pytest.mark.parametrize(
    "params",
    [
        {**GREETING, "signature": VERIFY["signature"].upper()},
        {name: value for name, value in GREETING.items() if name != "signature"},
        [*GREETING.items(), ("signature", VERIFY["signature"])],
        [*GREETING.items(), ("nonce", VERIFY["nonce"])],
        {**GREETING, "signature": "é"},
        {},
    ],
    ids=["upper case", "missing", "doubled", "doubled nonce", "not ASCII", "nothing"],
)
def test_item_03_odd_signatures(params: Any) -> None:
    assert is_plain(get(params), 403, "forbidden")


@pytest.mark.parametrize("more", [[], [("echostr", "1"), ("echostr", "2")]], ids=["none", "two"])
def test_item_04_echostr_is_missing(more: list[tuple[str, str]]) -> None:
    params = [(name, value) for name, value in GREETING.items() if name != "echostr"]
    assert is_plain(get([*params, *more]), 400, "bad request")


def test_item_05_echostr_is_repeated_as_it_is() -> None:
    assert is_plain(get({**GREETING, "echostr": "<b>x</b>"}), 200, "<b>x</b>")


def test_item_06_the_window_is_for_posts_only() -> None:
    assert get(GREETING, now=1714036504 + 3600).status_code == 200


@pytest.mark.parametrize("path", ["/wechat/", "/wechat//", "/wechat/x"])
def test_item_07_no_redirects(path: str) -> None:
    client = TestClient(account(), follow_redirects=False)
    assert client.post(path, **vector("text_zh_emoji")).status_code == 404
    assert client.get(path, params=GREETING).status_code == 404


def test_without_a_token_there_is_no_callback(settings: Settings) -> None:
    client = TestClient(create_app(settings, FakeEngine()))
    assert client.get("/wechat", params=GREETING).status_code == 404
    assert client.post("/wechat", **vector("text_zh_emoji")).status_code == 404
    assert "faq_wechat" not in client.get("/metrics").text


def test_other_methods_are_none_of_ours() -> None:
    assert TestClient(account()).put("/wechat").status_code == 405


def test_item_22_answered_under_the_key_that_it_came_with() -> None:
    chat = FakeChat()
    response = post(account(chat), vector("text_previous_key"))
    assert content_of(response, key=OLD_KEY) == "答复" and chat.texts == ["旧密钥"]


REFUSED = [(name, case["expect_http"], str(case["official_code"])) for name, case in NEGATIVE.items()]
# Their stale timestamp and mode have no number of Tencent's.
OWN_LABELS = {"stale_timestamp": "stale", "plaintext_in_safe_mode": "mode"}


@pytest.mark.parametrize(("name", "status", "code"), REFUSED, ids=[row[0] for row in REFUSED])
def test_items_23_to_30_refused(name: str, status: int, code: str) -> None:
    chat = FakeChat()
    app = account(chat)
    before = time.process_time()
    response = post(app, vector(name))
    assert time.process_time() - before < 2
    assert is_plain(response, status, {400: "bad request", 403: "forbidden"}[status])
    assert chat.asked == [] and "root:" not in response.text
    counted = TestClient(app).get("/metrics").text
    assert f'faq_wechat_rejects_total{{code="{OWN_LABELS.get(name, code)}"}} 1.0' in counted


@pytest.mark.parametrize("signature", ["é", "0" * 10_000, "\x00"], ids=["not ASCII", "long", "null"])
def test_item_24_odd_cipher_signatures(signature: str) -> None:
    request = vector("text_zh_emoji")
    request["params"] = {**request["params"], "msg_signature": signature}
    assert is_plain(post(account(FakeChat()), request), 403, "forbidden")


def test_item_23_a_doubled_cipher_signature() -> None:
    request = vector("text_zh_emoji")
    request["params"] = [*request["params"].items(), ("msg_signature", request["params"]["msg_signature"])]
    assert post(account(FakeChat()), request).status_code == 403


def test_item_29_an_entity_bomb_takes_no_time() -> None:
    bomb = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    inner = f'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">{bomb}]><xml><Content>&i;</Content></xml>'
    before = time.process_time()
    assert post(account(FakeChat()), sealed(inner)).status_code == 400
    assert time.process_time() - before < 2


@pytest.mark.parametrize(
    ("timestamp", "status"),
    [
        (NOW - 299, 200),
        (NOW + 300, 200),
        (NOW + 301, 403),
        (NOW - 301, 403),
        ("abc", 403),
        ("", 403),
        ("9" * 5000, 403),
    ],
)
def test_items_30_31_window(timestamp: object, status: int) -> None:
    assert post(account(FakeChat()), sealed(xml("你好你好"), timestamp=timestamp)).status_code == status


def test_item_32_size() -> None:
    client = TestClient(account(FakeChat()))

    def chunks(size: int) -> Iterator[bytes]:
        yield from [b"a" * 1024] * (size // 1024)
        yield b"a" * (size % 1024)

    for size, status in ((65_536, 400), (65_537, 413)):
        for content in (b"a" * size, chunks(size)):
            params = query_of(encrypt_type="aes", msg_signature="0" * 40)
            assert client.post("/wechat", params=params, content=content).status_code == status
    assert client.post("/wechat", content=b"a" * 65_537).status_code == 413


@pytest.mark.parametrize("closed", [True, False])
@pytest.mark.parametrize("inside", [True, False])
def test_item_33_deep_nesting(closed: bool, inside: bool) -> None:
    depth = 6000 if inside else 9000
    document = "<xml>" + "<a>" * depth + "</a>" * (depth * closed) + "</xml>" * closed
    request = sealed(document) if inside else {"params": query_of(encrypt_type="aes"), "content": document.encode()}
    app = account(FakeChat())
    before = time.process_time()
    assert post(app, request).status_code == 400
    assert time.process_time() - before < 2
    assert content_of(post(app, vector("text_zh_emoji"))) == "答复"


def test_item_52_compat_mode_believes_the_cipher_only() -> None:
    chat = FakeChat()
    request = sealed(xml("真的这一句"))
    request["content"] = (
        xml("假的那一句").encode().replace(b"</xml>", request["content"][request["content"].index(b"<Encrypt>") :])
    )
    response = post(account(chat, wechat_mode="compat"), request)
    assert content_of(response) == "答复" and chat.texts == ["真的这一句"]
    plain = {"params": query_of(), "content": xml("假的那一句").encode()}
    assert post(account(chat, wechat_mode="compat"), plain).status_code == 403


PLAIN = {"wechat_mode": "plain", "wechat_encoding_aes_key": None, "wechat_appid": None}


@pytest.mark.parametrize("more", [{}, {"encrypt_type": "raw"}])
def test_item_53_plain_mode(more: dict[str, str]) -> None:
    chat = FakeChat()
    app = account(chat, wechat_previous_encoding_aes_key=None, **PLAIN)
    response = post(app, {"params": query_of(**more), "content": xml("明文的一句").encode()})
    assert response.status_code == 200 and "<Content><![CDATA[答复]]></Content>" in response.text
    assert chat.texts == ["明文的一句"]
    assert post(app, vector("text_zh_emoji")).status_code == 403


def test_item_54_another_account() -> None:
    chat = FakeChat()
    other = xml("给别人的一句").replace(ACCOUNT, "gh_ffffffffffff")
    assert post(account(chat), sealed(other)).status_code == 403 and chat.asked == []


def test_item_26_another_appid() -> None:
    assert post(account(FakeChat()), sealed(xml("别人的应用"), appid="wxffffffffffffffff")).status_code == 403


def test_a_byte_order_mark_is_forgiven() -> None:
    encrypted = Crypt.of(KEY, APPID).encrypt(b"\xef\xbb\xbf" + GENERATED["image"]["plaintext"].encode(), b"0" * 16)
    signature = sign(TOKEN, str(NOW), query_of()["nonce"], encrypted)
    request = {
        "params": query_of(encrypt_type="aes", msg_signature=signature),
        "content": f"<xml><Encrypt>{encrypted}</Encrypt></xml>".encode(),
    }
    assert content_of(post(account(FakeChat()), request))


def test_item_58_nothing_private_in_the_logs(caplog: pytest.LogCaptureFixture) -> None:
    """Here the logs are shown not to be empty; that they hold nothing private is looked at after every test."""
    app = account(FakeChat(lambda text: int(text)))
    for name in (*GENERATED, *NEGATIVE):
        post(app, vector(name))
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("bot.channels.wechat")]
    assert [line for line in lines if "公众号的一次答复出错：ValueError" in line]
    assert [line for line in lines if "拒绝了请求（-40005，到现在 1 次）：AppID 不对" in line]
