"""Guard: who asks, and how often."""

from __future__ import annotations

import ipaddress
import math
import re
from hashlib import blake2b

from starlette.requests import Request

from bot.channels.errors import rate_limited
from bot.store import Store

_MINUTE = 60.0
# Providers hand an IPv6 customer a whole /64: RFC 6177.
_IPV6_CLIENT = 64
# Some proxies write the port behind the address; then an IPv6 address stands in brackets.
_PORT = re.compile(r"\[(?P<six>[^\]]*)\](?::\d+)?|(?P<four>[0-9.]+):\d+")


class RateLimiter:
    """Counts what each client asks in a minute, in a store that the other processes see; 0 means no limit."""

    def __init__(self, per_minute: int, store: Store) -> None:
        """Allow `per_minute` questions to each client."""
        self._per_minute = per_minute
        self._store = store

    def check(self, kind: str, client: str, times: int = 1) -> None:
        """Count one use; raise the 429 error when it is one too many; `times` as many are allowed of some kinds."""
        if not self._per_minute:
            return
        # Whoever reads the store shall not learn who asked.
        name = blake2b(client.encode(errors="replace"), digest_size=16).hexdigest()
        most = times * self._per_minute
        wait = self._store.count(f"limit/{kind}/{name}", most, _MINUTE)
        if wait:
            raise rate_limited(most, max(1, math.ceil(wait)))


def client_of(request: Request, proxies: int) -> str:
    """Return the client's address; behind so many proxies, the one that the outermost of them saw."""
    peer = request.client.host if request.client else ""
    # A proxy on a Unix socket has no address at all.
    if proxies and (not peer or ((address := _address(peer)) and address.is_loopback)):
        # Each proxy has written one address at the end; those before came with the request.
        seen = [part.strip() for line in request.headers.getlist("x-forwarded-for") for part in line.split(",")]
        peer = next((part for part in seen[-proxies:] if part), peer)
    return _network(peer)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    match = _PORT.fullmatch(host)
    host = (match["six"] or match["four"] or "") if match else host
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    # Where both families come in at one door, IPv4 is written as a part of IPv6.
    return getattr(address, "ipv4_mapped", None) or address


def _network(host: str) -> str:
    address = _address(host)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((address, _IPV6_CLIENT), strict=False))
    return str(address) if address else host[:64]
