"""Crypto: signature and cipher of WeChat's message push."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bot.channels.wechat.refusal import Reason, Refused

# WeChat pads to 32 bytes, not to the 16 of the cipher's own blocks.
_PAD = 32
_CIPHER_BLOCK = 16
_RANDOM = 16
_HEAD = _RANDOM + 4


def sign(*parts: str) -> str:
    """Return the signature over `parts`, token included, in whatever order."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def is_signed(signature: str, *parts: str) -> bool:
    """Tell whether `signature` is the one over `parts`."""
    # On str, compare_digest raises for anything but ASCII.
    return hmac.compare_digest(sign(*parts).encode(), signature.encode())


@dataclass(frozen=True)
class Crypt:
    """One EncodingAESKey of one account."""

    key: bytes = field(repr=False)
    appid: str

    @classmethod
    def of(cls, encoding_aes_key: str, appid: str) -> Crypt:
        """Return the cipher for a key as the back office shows it."""
        return cls(base64.b64decode(encoding_aes_key + "="), appid)

    def encrypt(self, message: bytes, random: bytes) -> str:
        """Return `message` encrypted, behind 16 random bytes."""
        plain = random + len(message).to_bytes(4, "big") + message + self.appid.encode()
        count = _PAD - len(plain) % _PAD
        encryptor = self._cipher().encryptor()
        return base64.b64encode(encryptor.update(plain + bytes([count]) * count) + encryptor.finalize()).decode()

    def decrypt(self, encrypted: str) -> bytes:
        """Return the message in `encrypted`; raise Refused if it was not encrypted for us with this key."""
        try:
            data = base64.b64decode(encrypted, validate=True)
        except (binascii.Error, ValueError):
            raise Refused(Reason.BASE64) from None
        if not data or len(data) % _CIPHER_BLOCK:
            raise Refused(Reason.CIPHER)
        decryptor = self._cipher().decryptor()
        plain = _without_padding(decryptor.update(data) + decryptor.finalize())
        end = _HEAD + int.from_bytes(plain[_RANDOM:_HEAD], "big")
        if len(plain) < _HEAD or end > len(plain):
            raise Refused(Reason.BUFFER)
        if not hmac.compare_digest(plain[end:], self.appid.encode()):
            raise Refused(Reason.APPID)
        return plain[_HEAD:end]

    def _cipher(self) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES(self.key), modes.CBC(self.key[:_CIPHER_BLOCK]))


def unlock(crypts: Sequence[Crypt], encrypted: str) -> tuple[bytes, Crypt]:
    """Return the message and the key that opened it: the present one, or for a while the one before it."""
    first: Refused | None = None
    for crypt in crypts:
        try:
            return crypt.decrypt(encrypted), crypt
        except Refused as refused:
            first = first or refused
    raise first or Refused(Reason.BUFFER)


def _without_padding(plain: bytes) -> bytes:
    count = plain[-1]
    if not 1 <= count <= _PAD or plain[-count:] != bytes([count]) * count:
        raise Refused(Reason.BUFFER)
    return plain[:-count]
