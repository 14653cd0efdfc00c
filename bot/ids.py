"""Ids: the names of replies and of sessions, which nobody can guess."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from base64 import urlsafe_b64encode

# Crockford's alphabet in ascending order, so ids sort as their times do: https://github.com/ulid/spec
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_reply_id() -> str:
    """Return a new id that sorts by time: 48 bits of milliseconds, 80 random bits."""
    number = (time.time_ns() // 1_000_000 << 80) | secrets.randbits(80)
    return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))


def new_session_id() -> str:
    """Return a new session id."""
    return secrets.token_urlsafe(16)


def keyed_name(key: str, *identity: str) -> str:
    """Return a hash of an openid, or of a message's identity, that is a valid session id; only `key` leads to it."""
    digest = hmac.digest(key.encode(), "\0".join(identity).encode(), hashlib.sha256)
    return urlsafe_b64encode(digest).decode().rstrip("=")
