"""WeChat's server, played by an independent client, and what stands behind the callback in its tests."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
import pytest
import xmltodict
from fastapi import FastAPI
from fastapi.testclient import TestClient
from wechatpy.crypto import WeChatCrypto

from bot.channels.app import create_app
from bot.channels.wechat.crypto import sign
from bot.reply import Query, Reply
from bot.settings import Settings
from bot.store import MemoryStore, Store
from tests.support.library import FakeEngine

VECTORS = json.loads((Path(__file__).parents[1] / "cases" / "wechat.json").read_text(encoding="utf-8"))
CONFIG = VECTORS["config"]
TOKEN, KEY, OLD_KEY = CONFIG["token"], CONFIG["encoding_aes_key"], CONFIG["previous_encoding_aes_key"]
APPID, ACCOUNT, OPENID = CONFIG["appid"], CONFIG["original_id"], CONFIG["openid"]
NOW, NONCE = 1790000000, "1628374950"
OFFICIAL, GENERATED, REPLIES, NEGATIVE = (
    {vector["name"]: vector for vector in VECTORS[part]} for part in ("official", "generated", "replies", "negative")
)
ACCOUNT_SETTINGS: Mapping[str, Any] = {
    "rate_limit": 0,
    "wechat_token": TOKEN,
    "wechat_encoding_aes_key": KEY,
    "wechat_previous_encoding_aes_key": OLD_KEY,
    "wechat_appid": APPID,
    "wechat_original_id": ACCOUNT,
}
# What is said when an answer is late, and when there is none to fetch.
WAITING = '正在整理答案，<a href="weixin://bizmsgmenu?msgmenucontent=查看答案&msgmenuid=0">点这里查看</a>。'
NOTHING = "没有等着看的内容了。"
OTHER = "oTEST_another-person"
# What was sent in a test, so that its logs can be searched for it.
sent: list[str] = []


def rows(store: MemoryStore) -> dict[str, str]:
    """Return what lies in a store."""
    return {key: value for kept in store._kept.values() for key, (_, value) in kept.items()}


class FakeChat:
    """Counts what it is asked; `say` is its reply, or makes it. What begins with 慢 waits until it is opened."""

    def __init__(self, say: str | Reply | Callable[[str], Any] = "答复", seconds: float = 0.0) -> None:
        self.engine = FakeEngine()
        self.asked: list[Query] = []
        self.forgotten: list[str] = []
        self.say, self._seconds = say, seconds
        self._gate = threading.Event()
        self.open = self._gate.set

    def reply(self, query: Query) -> Reply:
        self.asked.append(query)
        if query.text.startswith("慢"):
            self._gate.wait(20)
        time.sleep(self._seconds)
        said = self.say(query.text) if callable(self.say) else self.say
        return said if isinstance(said, Reply) else Reply(kind="answer", text=said)

    def forget(self, channel: str, session_id: str) -> None:
        self.forgotten.append(session_id)

    @property
    def texts(self) -> list[str]:
        return [query.text for query in self.asked]


def about(text: str) -> str:
    """Return an answer that tells which question it belongs to."""
    return f"关于{text}"


def metric(app: FastAPI, name: str) -> float:
    """Return a number of an app's metrics."""
    lines = TestClient(app).get("/metrics").text.splitlines()
    return float(next(line for line in lines if line.startswith(name + " ")).split()[1])


def account(chat: Any = None, store: Store | None = None, now: float = NOW, **more: Any) -> FastAPI:
    """Return an app with a callback, in front of `chat`."""
    clock = (lambda: datetime.fromtimestamp(now, UTC)) if isinstance(now, int | float) else now
    with patch("bot.channels.desk.open_store", lambda _: MemoryStore() if store is None else store):
        app = create_app(Settings(**{**ACCOUNT_SETTINGS, **more}), FakeEngine(), clock=clock)
    if chat is not None:
        app.state.desk._live = replace(app.state.desk.live, chat=chat)
    return app


def xml(content: str | None = None, sender: str = OPENID, number: int = 1, kind: str = "text", **fields: str) -> str:
    """Return the document of a message as WeChat writes it."""
    sent.extend([content or "", sender])
    head = {"ToUserName": ACCOUNT, "FromUserName": sender, "CreateTime": str(NOW), "MsgType": kind}
    body = {"Content": content} if content is not None else {}
    own = {} if kind == "event" else {"MsgId": str(25470519203843800 + number)}
    every = {**head, **body, **own, **fields}
    return "<xml>" + "".join(f"<{key}><![CDATA[{value}]]></{key}>" for key, value in every.items()) + "</xml>"


def event(name: str, key: str = "", **fields: str) -> str:
    """Return the document of an event."""
    return xml(kind="event", Event=name, EventKey=key, **fields)


def query_of(timestamp: object = NOW, **more: str) -> dict[str, str]:
    """Return the query that WeChat signs every request with."""
    stamp = str(timestamp)
    return {"signature": sign(TOKEN, stamp, NONCE), "timestamp": stamp, "nonce": NONCE, "openid": OPENID, **more}


def sealed(document: str, key: str = KEY, appid: str = APPID, timestamp: object = NOW) -> dict[str, Any]:
    """Return the request in which WeChat would post `document` in safe mode."""
    envelope = WeChatCrypto(TOKEN, key, appid).encrypt_message(document, NONCE, str(timestamp))
    fields = xmltodict.parse(envelope)["xml"]
    body = (
        f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName><Encrypt><![CDATA[{fields['Encrypt']}]]></Encrypt></xml>"
    )
    query = query_of(timestamp, encrypt_type="aes", msg_signature=fields["MsgSignature"])
    return {"params": query, "content": body.encode()}


def vector(name: str) -> dict[str, Any]:
    """Return the request of a vector."""
    case = GENERATED.get(name) or NEGATIVE[name]
    return {"params": case["query"], "content": case["post_body"].encode()}


def post(app: FastAPI, request: Mapping[str, Any]) -> httpx.Response:
    """Post one request."""
    return TestClient(app, raise_server_exceptions=False).post("/wechat", **request)


def say(app: FastAPI, content: str, **more: Any) -> str:
    """Post one text message and return the text of the reply."""
    return content_of(post(app, sealed(xml(content, **more))))


def fields_of(response: httpx.Response, key: str = KEY, now: object = NOW) -> dict[str, Any]:
    """Return the fields of an encrypted reply, checked and opened by the independent client."""
    assert response.status_code == 200 and response.headers["content-type"].startswith("application/xml")
    envelope = xmltodict.parse(response.text)["xml"]
    assert (envelope["Nonce"], envelope["TimeStamp"]) == (NONCE, str(now))
    opened = WeChatCrypto(TOKEN, key, APPID).decrypt_message(response.text, envelope["MsgSignature"], NONCE, str(now))
    return dict(xmltodict.parse(opened)["xml"])


def content_of(response: httpx.Response, key: str = KEY, now: object = NOW) -> str:
    """Return the text of an encrypted reply, which WeChat would show."""
    fields = fields_of(response, key, now)
    assert fields["MsgType"] == "text" and (fields["ToUserName"], fields["FromUserName"])[1] == ACCOUNT
    assert fields["Content"] and len(fields["Content"].encode()) <= 2047
    return str(fields["Content"])


def together(app: FastAPI | list[FastAPI], work: Callable[..., Awaitable[Any]]) -> Any:
    """Run `work` with a client of each app in one event loop, as one process has it."""

    async def run() -> Any:
        apps = app if isinstance(app, list) else [app]
        clients = [httpx.AsyncClient(transport=httpx.ASGITransport(one), base_url="http://test") for one in apps]
        try:
            return await work(*(Caller(client) for client in clients))
        finally:
            for client in clients:
                await client.aclose()

    return asyncio.run(run())


class Caller:
    """Posts to one app from within an event loop."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def post(self, request: Mapping[str, Any]) -> httpx.Response:
        return await self._client.post("/wechat", timeout=30, **request)

    async def say(self, content: str, **more: Any) -> str:
        return content_of(await self.post(sealed(xml(content, **more))))


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Item 58: whatever a test does, its logs hold no secret, no openid, no message, no query string."""
    sent.clear()
    with caplog.at_level(logging.DEBUG):
        yield
    # The client that plays WeChat writes down what it asks for; that is not our log.
    lines = [
        r.getMessage() + (r.exc_text or "") for r in caplog.records if not r.name.startswith(("httpx", "httpcore"))
    ]
    assert private_in("\n".join(lines)) == []


def private_in(log: str) -> list[str]:
    """Return what stands in a log and should not: secrets, openids, messages, query strings, traces."""
    words = {TOKEN, KEY, OLD_KEY, NONCE, OPENID, "signature=", "Traceback", *(word for word in sent if len(word) > 3)}
    return [word for word in words if word in log]
