"""Broken requests by the thousand: `python -m tests.support.wechat_fuzz [COUNT]`."""

from __future__ import annotations

import sys
from collections import Counter
from random import Random
from typing import Any

import httpx
from fastapi import FastAPI
from wechatpy.exceptions import InvalidAppIdException

from bot.channels.wechat.crypto import Crypt, sign
from tests.support.web import memory
from tests.support.wechat_fixtures import (
    APPID,
    GENERATED,
    KEY,
    NEGATIVE,
    OLD_KEY,
    TOKEN,
    Caller,
    FakeChat,
    account,
    content_of,
    query_of,
    sealed,
    together,
    vector,
)

NAMES = [*GENERATED, *NEGATIVE]
PLAIN = [case["plaintext"] for case in GENERATED.values()]
# What parsers stumble over.
CRUMBS = [b"<", b">", b"&", b"]]>", b"<![CDATA[", b"<!--", b"<?xml?>", b"<!DOCTYPE a>", b"&#0;", b"&#xD800;",
          b"\x00", b"\x1d", b"\xff", b"\xed\xa0\x80", b"\xef\xbf\xbe", b"</xml>", b"<xml>", b"<Encrypt>", b"=",
          b"\r\n", b"9" * 30, "😀".encode(), "汉".encode("gbk"), b"<a>" * 50]  # fmt: skip
ALLOWED = {200: None, 400: "bad request", 403: "forbidden", 413: "too large"}


def broken(data: bytes, random: Random) -> bytes:
    """Return `data` with up to four small changes."""
    for _ in range(random.randint(0, 4)):
        place, length = random.randint(0, len(data)), random.randint(0, 12)
        again = data[place : place + length]
        piece = random.choice([b"", bytes([random.randint(0, 255)]), random.choice(CRUMBS), again])
        data = data[:place] + piece + data[place + random.choice([0, 1, length]) :]
    return data if random.randint(0, 9) else data[: random.randint(0, len(data))]


def request(random: Random) -> dict[str, Any]:
    """Return a request that is broken in the body, in the message within, in the buffer within, or in the query."""
    match random.randint(0, 3):
        case 0:
            made = vector(random.choice(NAMES))
            return {**made, "content": broken(made["content"], random)}
        case 1:
            return resealed(broken(random.choice(PLAIN).encode(), random))
        case 2:
            crypt = Crypt.of(KEY, APPID)
            whole = crypt.encrypt(random.choice(PLAIN).encode(), b"0" * 16)
            return signed(broken(whole.encode(), random).decode("latin-1"))
        case _:
            made = vector(random.choice(NAMES))
            names = ["signature", "timestamp", "nonce", "encrypt_type", "msg_signature"]
            query = {**made["params"]}
            name = random.choice(names)
            query[name] = broken(query.get(name, "").encode(), random).decode("utf-8", "replace")
            if random.randint(0, 3) == 0:
                query.pop(name)
            return {**made, "params": query}


def resealed(document: bytes) -> dict[str, Any]:
    """Return the request in which WeChat would post `document`, whatever is in it."""
    return signed(Crypt.of(KEY, APPID).encrypt(document, b"0" * 16))


def signed(encrypted: str) -> dict[str, Any]:
    """Return a request with a good signature over `encrypted`, whatever is in it."""
    query = query_of()
    more = {"encrypt_type": "aes", "msg_signature": sign(TOKEN, query["timestamp"], query["nonce"], encrypted)}
    body = f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
    return {"params": {**query, **more}, "content": body.encode()}


def check(response: httpx.Response) -> int:
    """Return the status of a response that is as the brief says; fail for any other."""
    assert response.status_code in ALLOWED, response.text
    if response.status_code != 200:
        assert response.text == ALLOWED[response.status_code]
        assert response.headers["content-type"].startswith("text/plain")
    elif response.text != "success":
        assert any(opens(response, key) for key in (KEY, OLD_KEY))
    return response.status_code


def opens(response: httpx.Response, key: str) -> bool:
    """Tell whether the independent client can read a reply with `key`."""
    try:
        return bool(content_of(response, key))
    except (UnicodeDecodeError, InvalidAppIdException):
        return False


def target() -> FastAPI:
    """Return an app that echoes, so that whatever was read is also written."""
    return account(FakeChat(lambda text: f"{text}。{text}"))


def flood(app: FastAPI, count: int, seed: int = 2026) -> Counter[int]:
    """Post `count` requests, then a good one; return how many of each status came back."""

    async def run(wx: Caller) -> Counter[int]:
        random = Random(seed)
        statuses: Counter[int] = Counter()
        for _ in range(count):
            made = request(random)
            try:
                statuses[check(await wx.post(made))] += 1
            except Exception:
                print(made)
                raise
        assert content_of(await wx.post(sealed(PLAIN[0])))
        return statuses

    return together(app, run)


def main(count: int) -> int:
    """Post `count` requests; print how many of each status came back, and what memory they took."""
    app = target()
    # What is made only once does not count.
    flood(app, 500, seed=1)
    before = memory()
    print(dict(sorted(flood(app, count).items())), f"{(memory() - before) / 2**20:+.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
