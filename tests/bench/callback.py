"""Callback: what the official account adds to an answer, step by step, in microseconds."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from bot.channels.wechat.crypto import Crypt, is_signed, sign
from bot.channels.wechat.messages import Message, read_message
from bot.channels.wechat.replies import envelope, text_reply
from bot.channels.wechat.xml import read_xml
from tests.bench.results import Part, spread

_CASES = Path(__file__).parents[1] / "cases" / "wechat.json"
_ROUNDS = 5000
_LONGEST = "字" * 682


def callback(say: Callable[[str], None]) -> Part:
    """Measure each step of reading a message and sealing the longest reply."""
    say("公众号：签名、解密、解析、加密")
    data = json.loads(_CASES.read_text(encoding="utf-8"))
    case = next(case for case in data["generated"] if case["name"] == "text_zh_emoji")
    token, query, body = data["config"]["token"], case["query"], case["post_body"].encode()
    crypt = Crypt.of(data["config"]["encoding_aes_key"], data["config"]["appid"])
    encrypted = read_xml(body)["Encrypt"]
    message = read_message(crypt.decrypt(encrypted))

    steps: dict[str, Callable[[], object]] = {
        "两个签名": lambda: (
            is_signed(query["signature"], token, query["timestamp"], query["nonce"]),
            is_signed(query["msg_signature"], token, query["timestamp"], query["nonce"], encrypted),
        ),
        "外层 XML": lambda: read_xml(body),
        "解密": lambda: crypt.decrypt(encrypted),
        "解析消息": lambda: read_message(case["plaintext"].encode()),
        "写答复、加密、签名": lambda: _sealed(crypt, message, token, query),
    }
    figures: dict[str, float] = {}
    rows: list[tuple[str, ...]] = []
    for name, step in steps.items():
        seconds = [_timed(step) for _ in range(_ROUNDS)]
        p50, p99 = spread(seconds)
        rows.append((name, f"{p50 * 1e6:.0f}", f"{p99 * 1e6:.0f}"))
        figures[f"callback_{len(rows)}_s"] = median(seconds)
    rows.append(("合计", f"{sum(figures.values()) * 1e6:.0f}", ""))
    remark = f"各 {_ROUNDS} 次；答复是最长的一条（{len(_LONGEST.encode())} 字节）。"
    return Part("公众号的开销（微秒）", ("步骤", "中位数", "p99"), rows, figures, (remark,))


def _sealed(crypt: Crypt, message: Message, token: str, query: dict[str, str]) -> str:
    encrypted = crypt.encrypt(text_reply(message, int(query["timestamp"]), _LONGEST).encode(), b"0" * 16)
    signature = sign(token, query["timestamp"], query["nonce"], encrypted)
    return envelope(encrypted, signature, query["timestamp"], query["nonce"])


def _timed(step: Callable[[], object]) -> float:
    before = time.perf_counter()
    step()
    return time.perf_counter() - before
