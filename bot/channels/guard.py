"""Guard: who asks, how often, and what every response says to the browser."""

from __future__ import annotations

import ipaddress
import logging
import math
import time
import traceback
from collections.abc import Callable

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.channels.errors import rate_limited
from bot.privacy import mask

log = logging.getLogger(__name__)

_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
]
_NO_FRAME = (b"x-frame-options", b"DENY")
_POLICY = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
_NO_STORE = (b"cache-control", b"no-store")
# Providers hand an IPv6 customer a whole /64: RFC 6177.
_IPV6_CLIENT = 64


class RateLimiter:
    """Counts what each client asks in a moving minute; 0 means no limit."""

    def __init__(self, per_minute: int) -> None:
        """Allow `per_minute` questions to each client."""
        self._per_minute = per_minute
        self._item = RateLimitItemPerMinute(max(per_minute, 1))
        # The storage keeps a timer thread, so it is only made where there is a limit.
        self._window = MovingWindowRateLimiter(MemoryStorage()) if per_minute else None

    def check(self, kind: str, client: str) -> None:
        """Count one use; raise the 429 error when it is one too many."""
        if self._window is None or self._window.hit(self._item, kind, client):
            return
        reset = self._window.get_window_stats(self._item, kind, client).reset_time
        raise rate_limited(self._per_minute, max(1, math.ceil(reset - time.time())))


def client_of(request: Request, proxy: bool) -> str:
    """Return the client's address; behind a proxy on this machine, the one that the proxy saw."""
    peer = request.client.host if request.client else ""
    if proxy and _is_loopback(peer):
        # Only the last address was written by our own proxy; the others came with the request.
        seen = request.headers.getlist("x-forwarded-for")
        peer = (seen[-1].rpartition(",")[2].strip() if seen else "") or peer
    return _network(peer) if ":" in peer else peer


def _is_loopback(host: str) -> bool:
    # A proxy on a Unix socket has no address at all.
    try:
        return not host or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _network(host: str) -> str:
    try:
        address = ipaddress.IPv6Address(host.partition("%")[0])
    except ValueError:
        return host[:64]
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((address, _IPV6_CLIENT), strict=False))


class Shell:
    """The outermost layer: adds the security headers and turns a fault of ours into the one error shape."""

    def __init__(self, app: ASGIApp, fault: Callable[[str], Response], framed: bool = False) -> None:
        """Wrap `app`; `fault` answers for a path that failed. Where pages may be framed, their policy says by whom."""
        self._app = app
        self._fault = fault
        self._always = _HEADERS if framed else [*_HEADERS, _NO_FRAME]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def send_guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = self._guarded(message.get("headers", []))
            await send(message)

        try:
            await self._app(scope, receive, send_guarded)
        except ClientDisconnect:
            # Gone before the whole request was there: nobody's fault, and nobody to answer.
            return
        except Exception:
            # The values in a trace may hold what somebody typed.
            log.error("%s %s 出错：\n%s", scope["method"], scope["path"], mask(traceback.format_exc()))
            if started:
                raise
            await self._fault(scope["path"])(scope, receive, send_guarded)

    def _guarded(self, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        names = {name for name, _ in headers}
        extra = [header for header in (_POLICY, _NO_STORE) if header[0] not in names]
        return [*headers, *self._always, *extra]
