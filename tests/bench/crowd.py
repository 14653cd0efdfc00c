"""Crowd: two hundred followers of an account who write at once, and write again as soon as they are answered."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from bot.channels.wechat.crypto import Crypt, sign
from bot.channels.wechat.refusal import Refused
from bot.channels.wechat.text import linked
from bot.channels.wechat.xml import element, read_xml
from corpus.entries import load_corpus
from tests.bench.client import HOST, Connection
from tests.bench.questions import mixed
from tests.bench.report import Part, spread, verdict
from tests.bench.server import Server

USERS = 200
SECONDS = 60
_CASES = Path(__file__).parents[1] / "cases" / "wechat.json"
_NONCE = "1628374950"
# Every tenth message comes twice at once, as WeChat's tries do where one hangs.
_TWICE = 10
_MOST_P99 = 0.5


@dataclass
class _Crowd:
    """What the followers have seen."""

    seconds: list[float] = field(default_factory=list)
    asked: int = 0
    errors: int = 0
    unequal: int = 0


class _Account:
    """Writes and reads what goes over the wire for one account."""

    def __init__(self) -> None:
        config = json.loads(_CASES.read_text(encoding="utf-8"))["config"]
        self._token, self._id = config["token"], config["original_id"]
        self._crypt = Crypt.of(config["encoding_aes_key"], config["appid"])
        self.settings = {
            "FAQ_WECHAT_TOKEN": self._token,
            "FAQ_WECHAT_ENCODING_AES_KEY": config["encoding_aes_key"],
            "FAQ_WECHAT_APPID": config["appid"],
            "FAQ_WECHAT_ORIGINAL_ID": self._id,
        }
        # What is said instead of an answer.
        phrases = load_corpus().phrases
        self._excuses = {linked(phrases.text(key)) for key in ("waiting", "busy", "trouble")}

    def request(self, port: int, sender: str, number: int, question: str) -> bytes:
        """Return the whole HTTP request that brings a question."""
        stamp = str(int(time.time()))
        fields = {"ToUserName": self._id, "FromUserName": sender, "CreateTime": stamp, "MsgType": "text",
                  "Content": question, "MsgId": str(number)}  # fmt: skip
        message = "".join(element(name, text) for name, text in fields.items())
        encrypted = self._crypt.encrypt(f"<xml>{message}</xml>".encode(), b"0" * 16)
        query = {"signature": sign(self._token, stamp, _NONCE), "timestamp": stamp, "nonce": _NONCE, "openid": sender,
                 "encrypt_type": "aes", "msg_signature": sign(self._token, stamp, _NONCE, encrypted)}  # fmt: skip
        body = f"<xml>{element('ToUserName', self._id)}{element('Encrypt', encrypted)}</xml>".encode()
        head = f"POST /wechat?{urlencode(query)} HTTP/1.1\r\nHost: {HOST}:{port}\r\nContent-Type: text/xml\r\n"
        return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body

    def content(self, data: bytes | None, sender: str) -> str | None:
        """Return the text of a reply; None if it is no answer for this follower."""
        try:
            fields = read_xml(self._crypt.decrypt(read_xml(data or b"")["Encrypt"]))
        except (Refused, KeyError):
            return None
        text = fields.get("Content")
        return text if text and fields["ToUserName"] == sender and text not in self._excuses else None


def crowd(say: Callable[[str], None], seconds: int = SECONDS) -> Part:
    """Measure one worker with its store in a file, as it is shipped."""
    account = _Account()
    say(f"公众号：{USERS} 人同时问，{seconds} 秒")
    with (
        tempfile.TemporaryDirectory() as folder,
        Server(FAQ_STORE=str(Path(folder) / "store.sqlite"), **account.settings) as server,
    ):
        before = server.processor()
        seen, wall = asyncio.run(_ask(server.port, account, seconds))
        counted, memory, processor = server.metrics(), server.memory()[0], server.processor() - before
    answered = int(counted["faq_replies_total"])
    p50, p99 = spread(seen.seconds)
    # A message that was answered twice has been replied to more often than it was sent, or in two ways.
    twice = max(answered - seen.asked, 0) + seen.unequal
    rows = [
        ("答复", f"{len(seen.seconds) / wall:.0f} 次/秒", "", ""),
        ("p50", f"{p50 * 1e3:.0f} 毫秒", "", ""),
        ("p99", f"{p99 * 1e3:.0f} 毫秒", "< 500 毫秒", verdict(p99 < _MOST_P99)),
        ("最长", f"{max(seen.seconds) * 1e3:.0f} 毫秒", "", ""),
        ("出错", f"{seen.errors} 次", "0", verdict(seen.errors == 0)),
        ("答了两遍", f"{twice} 条", "0", verdict(twice == 0)),
        ("没赶上 4 秒", f"{counted['faq_wechat_overruns_total']:.0f} 次", "", ""),
        ("存储用不了", f"{counted['faq_store_failures']:.0f} 次", "", ""),
        ("每条消息用处理器", f"{processor / seen.asked * 1e6:.0f} 微秒", "", ""),
        ("之后内存 VmRSS", f"{memory:.0f} MB", "", ""),
    ]
    figures = {
        "crowd_rate": len(seen.seconds) / wall,
        "crowd_p50_s": p50,
        "crowd_p99_s": p99,
        "crowd_errors": float(seen.errors),
        "crowd_twice": float(twice),
        "crowd_overruns": counted["faq_wechat_overruns_total"],
        "crowd_store_failures": counted["faq_store_failures"],
        "crowd_cpu_s": processor / seen.asked,
        "crowd_rss_mb": memory,
    }
    remark = (
        f"{USERS} 人各问各的，收到答复马上再问，共 {seen.asked} 条消息，安全模式，每 {_TWICE} 条有一条同时来两次；"
        f"{len(mixed())} 个不同的问题；存储是 SQLite 文件；加密、解密的客户端在同一台机器上。"
    )
    return Part(f"公众号，{USERS} 人同时问 {seconds} 秒", ("项目", "数值", "目标", ""), rows, figures, (remark,))


async def _ask(port: int, account: _Account, seconds: int) -> tuple[_Crowd, float]:
    seen, questions = _Crowd(), mixed()
    start = time.perf_counter()

    async def follower(user: int) -> None:
        sender, connections = f"oBENCH_follower-{user}", (Connection(port), Connection(port))
        number = user
        while time.perf_counter() - start < seconds:
            number += USERS
            seen.asked += 1
            request = account.request(port, sender, number, questions[(number * 7 + user) % len(questions)])
            tries = connections[: 1 + (number // USERS % _TWICE == 0)]
            texts = await asyncio.gather(*(_timed(seen, connection, request) for connection in tries))
            contents = {account.content(data, sender) for data in texts}
            seen.errors += None in contents
            seen.unequal += len(contents) > 1
            # Idle for long, it would be closed from the other side.
            connections[1].close()
        connections[0].close()

    await asyncio.gather(*map(follower, range(USERS)))
    return seen, time.perf_counter() - start


async def _timed(seen: _Crowd, connection: Connection, request: bytes) -> bytes | None:
    before = time.perf_counter()
    data = await connection.post(request)
    seen.seconds.append(time.perf_counter() - before)
    return data
