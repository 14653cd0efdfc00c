"""Addresses: what the settings may say where a Redis or a PostgreSQL server is."""

from __future__ import annotations

import re
from urllib.parse import urlsplit


def names_redis(url: str) -> bool:
    """Tell whether `url` is the address of a Redis server; raise ValueError where its port is none."""
    parts = urlsplit(url)
    if parts.query or parts.fragment:
        return False
    if parts.scheme == "unix":
        return parts.path.startswith("/") and not parts.netloc
    named = parts.hostname and parts.port != 0
    return bool(parts.scheme in ("redis", "rediss") and named and re.fullmatch(r"(/\d*)?", parts.path))


def names_postgres(url: str) -> bool:
    """Tell whether `url` is the address of a PostgreSQL database; raise ValueError where its port is none."""
    parts = urlsplit(url)
    # A server on this machine may be named by the folder of its socket: postgresql:///faq?host=/run/postgresql.
    named = (parts.hostname and parts.port != 0) or "host=" in parts.query
    return bool(parts.scheme in ("postgresql", "postgres") and named and re.fullmatch(r"/[^/]+", parts.path))
