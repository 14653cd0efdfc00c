"""Wire: requests as clients really send them, before any of our code sees them."""

from __future__ import annotations

import asyncio
import re
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bot.channels.errors import ApiError, malformed, too_slow

# The longest that a request may take to come in, and that a new connection may stay silent.
REQUEST_SECONDS = 20.0
# When the service is to end, what is still coming in has this long.
LAST_SECONDS = 1.0
LONGEST_HEAD = 64 * 1024
_END = b"\r\n\r\n"
_UPGRADE = re.compile(rb"^upgrade:[^\r\n]*\r\n", re.IGNORECASE | re.MULTILINE)
_NOT_ASCII = re.compile(rb"[\x80-\xff]")


class Wire(HttpToolsProtocol):
    """uvicorn's protocol, with a time limit for requests and our error shape for what is none."""

    _head: bytearray | None
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for a request."""
        super().connection_made(transport)
        self._head = bytearray()
        self._wait(REQUEST_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Hand on what has come in, a request's head in one piece."""
        if self._head is not None:
            self._head += data
            if _END not in self._head and len(self._head) <= LONGEST_HEAD:
                return
            data, self._head = _readable(bytes(self._head)), None
            self._wait(REQUEST_SECONDS)
        super().data_received(data)

    def eof_received(self) -> bool:  # type: ignore[override]
        """Tell whether somebody still waits for a reply, though nothing more will come from there."""
        return self.cycle is not None and not self.cycle.more_body and not self.cycle.response_complete

    def on_message_complete(self) -> None:
        """Wait for the next head."""
        super().on_message_complete()
        self._head = bytearray()
        self._stop_waiting()

    def send_400_response(self, msg: str) -> None:
        """Say in our own shape that this is no HTTP."""
        self._refuse(malformed())

    def shutdown(self) -> None:
        """End, but for a request that is being answered or just coming in."""
        super().shutdown()
        if self._timer is not None and not self.transport.is_closing():
            self._wait(LAST_SECONDS)

    def _wait(self, seconds: float) -> None:
        self._stop_waiting()
        self._timer = self.loop.call_later(seconds, self._give_up)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        begun = bool(self._head) if self._head is not None else not self.cycle.response_started
        if begun:
            self._refuse(too_slow())
        else:
            self.transport.close()

    def _refuse(self, error: ApiError) -> None:
        body = bytes(error.response().body)
        status = HTTPStatus(error.status)
        head = f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: application/json\r\n"
        head += f"x-content-type-options: nosniff\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
        self.transport.write(head.encode() + body)
        self.transport.close()


def _readable(data: bytes) -> bytes:
    """Return the beginning of a request as the parser and the bot understand it."""
    head, end, body = data.partition(_END)
    line, newline, fields = (head + b"\r\n").partition(b"\r\n")
    # 住院 in an address, as people copy it: each byte as browsers write it.
    line = _NOT_ASCII.sub(lambda match: b"%%%02X" % match[0][0], line)
    # We speak HTTP/1.1 only, and may go on with it; the parser would leave out the body of such a request.
    return line + newline + _UPGRADE.sub(b"", fields) + end.removeprefix(b"\r\n") + body
