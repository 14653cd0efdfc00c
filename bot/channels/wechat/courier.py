"""Courier: brings messages to a callback the way WeChat's server does, and opens what comes back."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlencode, urlsplit

from bot.channels.wechat.crypto import Crypt, is_signed, sign
from bot.channels.wechat.refusal import Refused
from bot.channels.wechat.xml import element, read_xml
from bot.settings import Settings

# As long as WeChat waits.
TIMEOUT = 5.0
_LONGEST = 256 * 1024
_RANDOM = 16


class Unreached(Exception):
    """No HTTP answer came at all; the message says what happened."""


class UnreadableReply(Exception):
    """A reply that WeChat could not read; the message says why."""


@dataclass(frozen=True)
class Delivery:
    """One request, to be brought as often as one likes."""

    method: str
    query: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Response:
    """What came back, and after how many seconds."""

    status: int
    body: bytes
    seconds: float


class Courier:
    """Knows one callback and the secrets of its account; asks no other address."""

    def __init__(self, url: str, settings: Settings, timeout: float = TIMEOUT) -> None:
        """Take an address without query, and checked settings with an account in them."""
        self._url = urlsplit(url)
        self._timeout = timeout
        self._encrypted = settings.wechat_mode != "plain"
        self._token = settings.wechat_token.get_secret_value() if settings.wechat_token else ""
        self._account = settings.wechat_original_id or ""
        key = settings.wechat_encoding_aes_key.get_secret_value() if settings.wechat_encoding_aes_key else ""
        self._crypt = Crypt.of(key, settings.wechat_appid or "") if self._encrypted else None
        # A follower of its own, whom nobody else can be.
        self._follower = f"oFAQ-check-{secrets.token_hex(_RANDOM // 2)}"

    def document(self, kind: str, **fields: str) -> str:
        """Return a message or event of our follower as WeChat writes it."""
        head = {"ToUserName": self._account, "FromUserName": self._follower, "CreateTime": _seconds(), "MsgType": kind}
        own = {} if kind == "event" else {"MsgId": str(secrets.randbits(62))}
        return "<xml>" + "".join(element(*field) for field in {**head, **fields, **own}.items()) + "</xml>"

    def greeting(self, echo: str) -> Delivery:
        """Return the request that the back office sends when the address is entered."""
        return Delivery("GET", {**self._signed(), "echostr": echo})

    def parcel(self, document: str) -> Delivery:
        """Return the request that brings `document` in the account's mode."""
        return self._sealed(document, self._crypt) if self._crypt else self._open(document)

    def in_another_mode(self, document: str) -> Delivery:
        """Return the request that brings `document` plain where it should be encrypted, or says so where it is not."""
        parcel = self._open(document)
        return parcel if self._encrypted else Delivery("POST", {**parcel.query, "encrypt_type": "aes"}, parcel.body)

    def forged(self, parcel: Delivery) -> Delivery:
        """Return a request with a signature that somebody without the token made up."""
        name = "msg_signature" if "msg_signature" in parcel.query else "signature"
        return Delivery(parcel.method, {**parcel.query, name: sign(secrets.token_hex(_RANDOM))}, parcel.body)

    def bring(self, parcel: Delivery) -> Response:
        """Bring one request and return the answer, whatever it is; redirects are not followed."""
        connect = HTTPSConnection if self._url.scheme == "https" else HTTPConnection
        connection = connect(self._url.hostname or "", self._url.port, timeout=self._timeout)
        started = time.perf_counter()
        try:
            path = f"{self._url.path or '/'}?{urlencode(parcel.query)}"
            connection.request(parcel.method, path, parcel.body or None, {"Content-Type": "text/xml"})
            response = connection.getresponse()
            body = response.read(_LONGEST)
        except TimeoutError:
            raise Unreached(f"{self._timeout:g} 秒里没有答复") from None
        except (OSError, HTTPException) as error:
            raise Unreached(f"连不上（{type(error).__name__}）") from None
        finally:
            connection.close()
        return Response(response.status, body, time.perf_counter() - started)

    def content(self, answer: Response) -> str:
        """Return the text of a reply to our follower, read as WeChat reads it."""
        try:
            fields = self._unsealed(read_xml(answer.body))
        except Refused as refused:
            raise UnreadableReply(f"答复读不出来（{refused.reason.label}）") from None
        if (fields.get("ToUserName"), fields.get("FromUserName")) != (self._follower, self._account):
            raise UnreadableReply("答复的收件人或发件人不对")
        return fields.get("Content", "")

    def _unsealed(self, fields: Mapping[str, str]) -> Mapping[str, str]:
        if self._crypt is None:
            return fields
        encrypted = fields.get("Encrypt", "")
        parts = (fields.get("TimeStamp", ""), fields.get("Nonce", ""), encrypted)
        if not is_signed(fields.get("MsgSignature", ""), self._token, *parts):
            raise UnreadableReply("答复的签名不对")
        return read_xml(self._crypt.decrypt(encrypted))

    def _signed(self) -> dict[str, str]:
        stamp, nonce = _seconds(), str(secrets.randbits(31))
        return {"signature": sign(self._token, stamp, nonce), "timestamp": stamp, "nonce": nonce}

    def _open(self, document: str) -> Delivery:
        return Delivery("POST", {**self._signed(), "openid": self._follower}, document.encode())

    def _sealed(self, document: str, crypt: Crypt) -> Delivery:
        encrypted = crypt.encrypt(document.encode(), secrets.token_bytes(_RANDOM))
        query = {**self._signed(), "openid": self._follower}
        signature = sign(self._token, query["timestamp"], query["nonce"], encrypted)
        body = f"<xml>{element('ToUserName', self._account)}{element('Encrypt', encrypted)}</xml>"
        return Delivery("POST", {**query, "encrypt_type": "aes", "msg_signature": signature}, body.encode())


def _seconds() -> str:
    return str(int(time.time()))
