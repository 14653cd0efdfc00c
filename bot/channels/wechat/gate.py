"""Gate: lets in what WeChat sent, and seals what goes back to it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import SecretStr
from starlette.datastructures import QueryParams

from bot.channels.wechat.crypto import Crypt, is_signed, sign, unlock
from bot.channels.wechat.messages import Message, read_message
from bot.channels.wechat.refusal import Reason, Refused
from bot.channels.wechat.replies import envelope
from bot.channels.wechat.xml import read_xml
from bot.settings import Settings

_RANDOM = 16
_SECONDS = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True)
class Letter:
    """A message that came in, with what is needed to answer it in the same way."""

    message: Message
    nonce: str
    crypt: Crypt | None = None


class Gate:
    """Checks every request before anything else is done for it."""

    def __init__(self, settings: Settings, now: Callable[[], float]) -> None:
        """Read keys and limits from `settings`, which have been checked."""
        self._token = _secret(settings.wechat_token)
        keys = (settings.wechat_encoding_aes_key, settings.wechat_previous_encoding_aes_key)
        self._crypts = [Crypt.of(_secret(key), settings.wechat_appid or "") for key in keys if key]
        self._encrypted = settings.wechat_mode != "plain"
        self._recipient = settings.wechat_original_id
        self._window = settings.wechat_window
        self._now = now

    def greet(self, query: QueryParams) -> str:
        """Return what the back office's check wants to hear back."""
        self._check_signature(query)
        if len(query.getlist("echostr")) != 1:
            raise Refused(Reason.ECHO)
        return query["echostr"]

    def open(self, query: QueryParams, body: bytes) -> Letter:
        """Return the message that was posted; raise Refused unless it comes from WeChat and is meant for us."""
        timestamp, nonce = self._check_signature(query)
        if not _SECONDS.fullmatch(timestamp):
            raise Refused(Reason.STALE)
        if abs(ahead := self._now() - int(timestamp)) > self._window:
            raise Refused(Reason.STALE, f"本机的时间比请求{'晚' if ahead > 0 else '早'} {abs(ahead):.0f} 秒，")
        # The plain signature does not cover the body, so with a key set nothing is believed that is not encrypted.
        if (query.getlist("encrypt_type") or ["raw"]) != ["aes" if self._encrypted else "raw"]:
            raise Refused(Reason.MODE)
        letter = self._unsealed(query, body, timestamp, nonce) if self._encrypted else Letter(read_message(body), nonce)
        if letter.message.recipient != self._recipient:
            raise Refused(Reason.RECIPIENT)
        return letter

    def seal(self, letter: Letter, document: str) -> str:
        """Return a reply as it goes out: encrypted with the key that the message came with, or plain."""
        if letter.crypt is None:
            return document
        encrypted = letter.crypt.encrypt(document.encode(), secrets.token_bytes(_RANDOM))
        timestamp = str(int(self._now()))
        return envelope(encrypted, sign(self._token, timestamp, letter.nonce, encrypted), timestamp, letter.nonce)

    def _check_signature(self, query: QueryParams) -> tuple[str, str]:
        # Of a doubled parameter, two readers could each believe another.
        given = [query.getlist(name) for name in ("signature", "timestamp", "nonce")]
        if any(len(values) != 1 for values in given):
            raise Refused(Reason.SIGNATURE)
        (signature,), (timestamp,), (nonce,) = given
        if not is_signed(signature, self._token, timestamp, nonce):
            raise Refused(Reason.SIGNATURE)
        return timestamp, nonce

    def _unsealed(self, query: QueryParams, body: bytes, timestamp: str, nonce: str) -> Letter:
        encrypted = read_xml(body).get("Encrypt")
        if encrypted is None:
            raise Refused(Reason.XML)
        signatures = query.getlist("msg_signature")
        if len(signatures) != 1 or not is_signed(signatures[0], self._token, timestamp, nonce, encrypted):
            raise Refused(Reason.SIGNATURE)
        data, crypt = unlock(self._crypts, encrypted)
        return Letter(read_message(data), nonce, crypt)


def _secret(value: SecretStr | None) -> str:
    return value.get_secret_value() if value else ""
