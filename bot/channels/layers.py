"""Layers: what lies around every request, from the headers that browsers obey to the answer to a fault of ours."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable
from secrets import token_hex

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.channels.errors import ApiError
from bot.logs import note_request, request_id
from bot.privacy import mask

log = logging.getLogger(__name__)

_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
]
_NO_FRAME = (b"x-frame-options", b"DENY")
_POLICY = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
_NO_STORE = (b"cache-control", b"no-store")


class Shell:
    """The outermost layer: adds the security headers, and answers HEAD like GET without the body."""

    def __init__(self, app: ASGIApp, framed: bool = False) -> None:
        """Wrap `app`. Where pages may be framed, their policy says by whom."""
        self._app = app
        self._always = _HEADERS if framed else [*_HEADERS, _NO_FRAME]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        bare = scope["method"] == "HEAD"
        number, started, status = token_hex(8), time.perf_counter(), 0
        request_id.set(number)

        async def send_guarded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = self._guarded(message.get("headers", []), number)
            elif bare:
                message = {**message, "body": b""}
            await send(message)

        try:
            await self._app({**scope, "method": "GET"} if bare else scope, receive, send_guarded)
        finally:
            note_request(scope["method"], scope["path"], status, time.perf_counter() - started)

    def _guarded(self, headers: list[tuple[bytes, bytes]], number: str) -> list[tuple[bytes, bytes]]:
        names = {name for name, _ in headers}
        extra = [header for header in (_POLICY, _NO_STORE) if header[0] not in names]
        return [*headers, *self._always, *extra, (b"x-request-id", number.encode())]


class Cors(CORSMiddleware):
    """Starlette's layer, with our error shape for an origin that may not ask."""

    def preflight_response(self, request_headers: Headers) -> Response:
        """Return the answer to a browser that asks what it may do."""
        response = super().preflight_response(request_headers)
        if response.status_code == 200:
            return response
        error = ApiError(400, "cors_refused", "这个网页来源不能跨域调用。请把它写进服务器的设置 FAQ_CORS。").response()
        error.headers["Vary"] = response.headers.get("Vary", "Origin")
        return error


class Faults:
    """The innermost layer: turns a fault of ours into the one error shape."""

    def __init__(self, app: ASGIApp, fault: Callable[[str], Response]) -> None:
        """Wrap `app`; `fault` answers for a path that failed."""
        self._app = app
        self._fault = fault

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        started = False

        async def send_noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        except ClientDisconnect:
            # Gone before the whole request was there: nobody's fault, and nobody to answer.
            return
        except Exception:
            if scope["type"] != "http":
                raise
            # The values in a trace may hold what somebody typed.
            log.error("%s %s 出错：\n%s", scope["method"], scope["path"], mask(traceback.format_exc()))
            if started:
                raise
            await self._fault(scope["path"])(scope, receive, send_noted)
