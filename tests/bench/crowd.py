"""Crowd: two hundred followers of an account, who each write every second, or all at the same moment."""

from __future__ import annotations

import asyncio
import itertools
import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from bot.channels.wechat.crypto import Crypt, sign
from bot.channels.wechat.markup import linked
from bot.channels.wechat.refusal import Refused
from bot.channels.wechat.xml import element, read_xml
from corpus.entries import load_corpus
from tests.bench.client import HOST, Connection, Outcome
from tests.bench.questions import fresh, mixed
from tests.bench.results import Part, spread, verdict
from tests.bench.service import Service

USERS = 200
SECONDS = 60
_CASES = Path(__file__).parents[1] / "cases" / "wechat.json"
_NONCE = "1628374950"
# Every tenth message comes twice at once, as WeChat's tries do where one hangs.
_TWICE = 10
_MOST_P99 = 1.5
_PAUSE, _WAVE = 1.0, 5.0
# Nearly as often as the limit that is shipped lets one follower ask.
_LIMIT = 30
_ALLOWED = 1.05 * 60.0 / _LIMIT


@dataclass
class _Crowd(Outcome):
    """What the followers have seen, and what it took to serve them."""

    asked: int = 0
    twice: int = 0
    overruns: float = 0.0
    failures: float = 0.0
    processor: float = 0.0
    memory: float = 0.0

    def figures(self) -> dict[str, float]:
        """Return what programs want to know."""
        p50, p99 = spread(self.seconds)
        return {
            "rate": len(self.seconds) / self.wall,
            "p50_s": p50,
            "p99_s": p99,
            "errors": float(self.errors),
            "twice": float(self.twice),
            "overruns": self.overruns,
            "store_failures": self.failures,
            "cpu_s": self.processor / self.asked,
            "rss_mb": self.memory,
        }


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
    say(f"公众号：{USERS} 人每人每秒一句，{seconds} 秒")
    steady = _run(account, seconds, _PAUSE, mixed())
    say(f"公众号：{USERS} 人各问到默认的限速（每分钟 {_LIMIT} 句），{seconds} 秒")
    limited = _run(account, seconds, _ALLOWED, mixed(), _LIMIT)
    say(f"公众号：{USERS} 人同一刻各发一句没问过的，每 {_WAVE:.0f} 秒一次，{seconds} 秒")
    waves = _run(account, seconds, _WAVE, fresh(USERS * (1 + int(seconds / _WAVE))))
    runs = {"steady": steady, "limited": limited, "waves": waves}

    def row(title: str, value: Callable[[_Crowd], str]) -> tuple[str, ...]:
        return (title, *map(value, runs.values()), "", "")

    def goal(title: str, value: Callable[[_Crowd], float], limit: float, unit: str, target: str) -> tuple[str, ...]:
        found = [value(run) for run in runs.values()]
        verdicts = [verdict(number <= limit) for number in found]
        return (title, *(f"{number:.0f} {unit}" for number in found), target, "，".join(verdicts))

    rows = [
        row("答复", lambda run: f"{len(run.seconds) / run.wall:.0f} 次/秒"),
        row("p50", lambda run: f"{spread(run.seconds)[0] * 1e3:.0f} 毫秒"),
        goal("p99", lambda run: spread(run.seconds)[1] * 1e3, _MOST_P99 * 1e3, "毫秒", "≤ 1500 毫秒"),
        row("最长", lambda run: f"{max(run.seconds) * 1e3:.0f} 毫秒"),
        goal("出错", lambda run: run.errors, 0, "次", "0"),
        goal("答了两遍", lambda run: run.twice, 0, "条", "0"),
        row("没赶上 4 秒", lambda run: f"{run.overruns:.0f} 次"),
        row("存储用不了", lambda run: f"{run.failures:.0f} 次"),
        row("每条消息用处理器", lambda run: f"{run.processor / run.asked * 1e6:.0f} 微秒"),
        row("之后内存 VmRSS", lambda run: f"{run.memory:.0f} MB"),
    ]
    figures = {f"crowd_{name}_{key}": value for name, run in runs.items() for key, value in run.figures().items()}
    remark = (
        f"安全模式，每 {_TWICE} 条有一条同时来两次，存储是 SQLite 文件；每秒一句的是 {len(mixed())} 个问题轮流。"
        f"共 {'、'.join(str(run.asked) for run in runs.values())} 条消息，从预定的时刻算起；"
        "加密、解密的客户端在同一台机器上。"
    )
    head = ("项目", "每人每秒一句", "问到默认的限速", "同一刻各一句没问过的", "目标", "")
    return Part(f"公众号，{USERS} 人，各 {seconds} 秒", head, rows, figures, (remark,))


def _run(account: _Account, seconds: int, pause: float, questions: list[str], limit: int = 0) -> _Crowd:
    with (
        tempfile.TemporaryDirectory() as folder,
        Service(FAQ_STORE=str(Path(folder) / "store.sqlite"), FAQ_RATE_LIMIT=str(limit), **account.settings) as service,
    ):
        before = service.processor()
        seen = asyncio.run(_ask(service.port, account, seconds, pause, questions))
        counted, seen.memory, seen.processor = service.metrics(), service.memory()[0], service.processor() - before
    seen.overruns, seen.failures = counted["faq_wechat_overruns_total"], counted["faq_store_failures"]
    # A message that was answered twice has been replied to more often than it was sent, or in two ways.
    seen.twice += max(int(counted["faq_replies_total"]) - seen.asked, 0)
    return seen


async def _ask(port: int, account: _Account, seconds: int, pause: float, questions: list[str]) -> _Crowd:
    seen = _Crowd()
    start = time.perf_counter()

    async def follower(user: int) -> None:
        sender, connections = f"oBENCH_follower-{user}", (Connection(port), Connection(port))
        # Who writes steadily does so at a moment of his own.
        due = start + (pause * user / USERS if pause != _WAVE else 0.0)
        for turn in itertools.count():
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            if time.perf_counter() - start >= seconds:
                break
            number = turn * USERS + user
            seen.asked += 1
            request = account.request(port, sender, number, questions[number % len(questions)])
            tries = connections[: 1 + (turn % _TWICE == 0)]
            texts = await asyncio.gather(*(_timed(seen, connection, request, due) for connection in tries))
            contents = {account.content(data, sender) for data in texts}
            seen.errors += None in contents
            # One may come in time and the other be put off; only two answers are one too many.
            seen.twice += len(contents - {None}) > 1
            # Idle for long, they would be closed from the other side.
            for connection in connections[0 if pause == _WAVE else 1 :]:
                connection.close()
            due += pause
        connections[0].close()

    await asyncio.gather(*map(follower, range(USERS)))
    seen.wall = time.perf_counter() - start
    return seen


async def _timed(seen: _Crowd, connection: Connection, request: bytes, since: float) -> bytes | None:
    data = await connection.post(request)
    seen.seconds.append(time.perf_counter() - since)
    return data
