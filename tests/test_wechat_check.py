"""wechat-check: every point passes where all is well, and each fault is found and named."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot import __main__ as cli
from bot.channels.wechat.checklist import Checklist
from bot.channels.wechat.courier import Courier
from bot.settings import Settings
from bot.store import MemoryStore
from tests.support.library import ENTRIES, PHRASES, make_entry
from tests.support.web import HOST, free_port, serving
from tests.support.wechat_fixtures import ACCOUNT_SETTINGS, APPID, KEY, OLD_KEY, TOKEN, FakeChat, account

ROOT = Path(__file__).parents[1]
LONG = make_entry("T9", "借书", "讲一段长的？", "长" * 999 + "。" + "更长" * 500 + "，到此为止。")
POINTS = 8
PLAIN = {
    "wechat_mode": "plain",
    **dict.fromkeys(["wechat_encoding_aes_key", "wechat_previous_encoding_aes_key", "wechat_appid"]),
}


def answer(text: str) -> str:
    return LONG.answer if text == LONG.question else f"关于{text}"


def an_account(chat: Any = None, store: Any = None, **more: Any) -> Any:
    return account(chat or FakeChat(answer), store, now=lambda: datetime.now(UTC), **more)


def check(
    app: Any, path: str = "/wechat", timeout: float = 5.0, entries: Any = (*ENTRIES, LONG), **more: Any
) -> list[str]:
    """Return what is said of an app by somebody with these settings."""
    lines: list[str] = []
    with serving(app) as port:
        courier = Courier(f"http://{HOST}:{port}{path}", Settings(**{**ACCOUNT_SETTINGS, **more}), timeout)
        passed = Checklist(courier, entries, PHRASES).run(lines.append)
    assert passed is not any(line.startswith("没通过") for line in lines)
    assert sum(not line.startswith(" ") for line in lines) == POINTS + 1
    assert not [word for word in (TOKEN, KEY, OLD_KEY, APPID, "oFAQ") if word in "\n".join(lines)]
    return lines


@pytest.mark.parametrize("more", [{}, {"wechat_mode": "compat"}, PLAIN], ids=["safe", "compat", "plain"])
def test_all_is_well(more: dict[str, Any]) -> None:
    store = MemoryStore()
    lines = check(an_account(store=store, **more), **more)
    assert lines[-1] == f"通过 {POINTS} 项。" and len(store) == 0


def test_nothing_long_to_read() -> None:
    lines = check(an_account(), entries=ENTRIES)
    assert "没有查  长的答案分段，重发不多翻一页：资料里没有一条放不下的答案" in lines
    assert lines[-1] == f"通过 {POINTS - 1} 项，没有查 1 项。"


class Forgetful(MemoryStore):
    """Does not know what it has promised."""

    def add(self, key: str, value: str, seconds: float) -> bool:
        super().put(key, value, seconds)
        return True


class Clinging(MemoryStore):
    """Keeps what should be gone."""

    def forget(self, prefix: str) -> None:
        pass


def counting() -> Callable[[str], str]:
    numbers = iter(range(999))
    return lambda text: LONG.answer if text == LONG.question else f"第 {next(numbers)} 次"


def fails(_: str) -> str:
    raise ValueError


OTHER_KEY = {"wechat_encoding_aes_key": "B" * 43, "wechat_previous_encoding_aes_key": None}


@pytest.mark.parametrize(
    ("app", "here", "title", "words"),
    [
        ({}, {"wechat_token": "another_token"}, "验证网址", "FAQ_WECHAT_TOKEN"),
        ({}, OTHER_KEY, "答一个问题", "FAQ_WECHAT_ENCODING_AES_KEY"),
        ({}, {"wechat_appid": "wxffffffffffffffff"}, "答一个问题", "公众号回调拒绝了请求"),
        ({}, {"wechat_original_id": "gh_ffffffffffff"}, "答一个问题", "公众号回调拒绝了请求"),
        ({}, PLAIN, "拒绝加密方式不对的消息", "FAQ_WECHAT_MODE"),
        (PLAIN, {}, "拒绝加密方式不对的消息", "FAQ_WECHAT_MODE"),
        ({"chat": FakeChat(fails)}, {}, "答一个问题", "系统繁忙"),
        ({"chat": FakeChat(answer, seconds=0.5), "wechat_deadline": 0.2}, {}, "答一个问题", "正在整理答案"),
        ({"chat": FakeChat("短的")}, {}, "长的答案分段，重发不多翻一页", "没有下文"),
        ({"chat": FakeChat("别的长答案" * 300)}, {}, "长的答案分段，重发不多翻一页", "没有 T9 的结尾"),
        ({"store": Forgetful()}, {}, "长的答案分段，重发不多翻一页", "多翻了一页"),
        ({"store": Clinging()}, {}, "取消关注就忘掉", "还看得到"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_wrong_is_found(app: dict[str, Any], here: dict[str, Any], title: str, words: str) -> None:
    lines = check(an_account(**app), **here)
    place = next(place for place, line in enumerate(lines) if line.startswith("没通过"))
    assert lines[place].startswith(f"没通过  {title}：") and lines[place + 1].startswith("        怎么办：")
    assert words in "".join(lines[place : place + 2]) and lines[place + 1].endswith("。")


class Proxy:
    """Something in front of the callback that does not do what it should."""

    def __init__(self, status: int = 200, body: bytes = b"hello", seconds: float = 0.0, **headers: str) -> None:
        self._status, self._body, self._seconds = status, body, seconds
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]
        self.asked: list[tuple[str, str]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._lifespan(receive, send)
            return
        self.asked.append((scope["method"], scope["path"]))
        await asyncio.sleep(self._seconds)
        size = (b"content-length", str(len(self._body)).encode())
        await send({"type": "http.response.start", "status": self._status, "headers": [*self._headers, size]})
        await send({"type": "http.response.body", "body": self._body})

    async def _lifespan(self, receive: Any, send: Any) -> None:
        for event in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{event}.complete"})


@pytest.mark.parametrize(
    ("proxy", "words"),
    [
        (Proxy(), "没有原样答出 echostr"),
        (Proxy(301, location="/elsewhere"), "微信不跟着跳"),
        (Proxy(404), "末尾没有斜线"),
        (Proxy(401), "登录"),
        (Proxy(418), "418"),
        (Proxy(502), "代理后面的服务没有运行"),
        (Proxy(seconds=1.0), "0.3 秒里没有答复"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_address_or_proxy(proxy: Proxy, words: str) -> None:
    lines = check(proxy, "/some/wechat", timeout=0.3)
    assert lines[0].startswith("没通过  验证网址：") and words in lines[0] + lines[1]
    assert lines[-1] == f"没通过 1 项，没有查 {POINTS - 1} 项。"
    # No other address is asked, and none that cannot help.
    assert proxy.asked == [("GET", "/some/wechat")]


def test_a_proxy_that_changes_replies() -> None:
    app = an_account()

    async def changed(scope: Any, receive: Any, send: Any) -> None:
        async def other(message: Any) -> None:
            if message.get("body", b"").startswith(b"<xml>"):
                message["body"] = message["body"].replace(b"<MsgSignature><![CDATA[", b"<MsgSignature><![CDATA")
            if message["type"] == "http.response.start":
                message["headers"] = [pair for pair in message["headers"] if pair[0] != b"content-length"]
            await send(message)

        await app(scope, receive, other if scope["type"] == "http" else send)

    lines = check(changed)
    assert "没通过  答一个问题：答复读不出来（-40002）" in lines


def test_nobody_there() -> None:
    lines: list[str] = []
    courier = Courier(f"http://{HOST}:{free_port()}/wechat", Settings(**ACCOUNT_SETTINGS))
    assert not Checklist(courier, ENTRIES, PHRASES).run(lines.append)
    assert lines[0] == "没通过  验证网址：连不上（ConnectionRefusedError）"


@pytest.mark.parametrize(
    "url", ["faq.example.cn/wechat", "ftp://faq.example.cn/", "http:///wechat", "http://a:x/", "http://a/?b=1"]
)
def test_not_an_address(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(["wechat-check", "--url", url])
    assert caught.value.code == 2 and "http://127.0.0.1:8000/wechat" in capsys.readouterr().err


def test_without_an_account(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["wechat-check", "--url", "http://127.0.0.1/wechat"]) == 2
    assert "FAQ_WECHAT_" in capsys.readouterr().err


@pytest.mark.model
def test_against_the_bot_as_it_is_shipped(tmp_path: Path) -> None:
    store = tmp_path / "store.sqlite"
    environ = {name: value for name, value in os.environ.items() if not name.startswith("FAQ_")}
    environ |= {f"FAQ_{name.upper()}": str(value) for name, value in ACCOUNT_SETTINGS.items()}
    environ["FAQ_STORE"] = str(store)
    port = free_port()
    bot = [sys.executable, "-m", "bot"]
    command = [*bot, "wechat-check", "--url", f"http://{HOST}:{port}/wechat"]
    log = tmp_path / "log"
    with log.open("wb") as file:
        server = subprocess.Popen([*bot, "serve", "--port", str(port)], cwd=ROOT, env=environ, stderr=file, stdout=file)
    try:
        for _ in range(40):
            done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
            if "连不上" not in done.stdout and "正在启动" not in done.stdout:
                break
    finally:
        server.terminate()
        server.wait(20)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, f"通过 {POINTS} 项。"), done.stdout + done.stderr
    with sqlite3.connect(store) as rows:
        assert [key for (key,) in rows.execute("SELECT key FROM kept") if key != "probe"] == []
    rows.close()
    said = log.read_text(encoding="utf-8") + done.stdout + done.stderr
    assert not [word for word in (TOKEN, KEY, OLD_KEY, "oFAQ", "signature=", "Traceback") if word in said]
