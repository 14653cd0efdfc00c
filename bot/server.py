"""Server: the process that listens, set up for a long life."""

from __future__ import annotations

import errno
import gc
import logging
import socket
import time
from contextlib import suppress

import uvicorn
from starlette.types import ASGIApp

from bot.channels.app import GRACE_SECONDS
from bot.channels.wire import Wire
from bot.opening import open_engine
from bot.settings import Settings
from index.engine import Engine

log = logging.getLogger(__name__)

_QUIET_SECONDS = 60.0


class Seldom(logging.Filter):
    """Lets the same warning through once a minute: strangers may knock as often as they like."""

    def __init__(self) -> None:
        """Let the first of each kind through."""
        super().__init__()
        self._quiet_until: dict[object, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether to write a line."""
        if record.levelno != logging.WARNING:
            return True
        now = time.monotonic()
        if now < self._quiet_until.get(record.msg, 0.0):
            return False
        self._quiet_until[record.msg] = now + _QUIET_SECONDS
        return True


def open_to_stay(settings: Settings) -> Engine:
    """Open the index for as long as the process lives."""
    engine = open_engine(settings)
    # The collector would walk through all of it again and again, and stop every answer for 60 ms meanwhile.
    gc.collect()
    gc.freeze()
    return engine


def serve(app: ASGIApp, settings: Settings) -> int:
    """Serve `app` until somebody ends the process; return 0, or 1 if it could not start."""
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=Wire,
        ws="none",
        loop="asyncio",
        log_level=settings.log_level,
        log_config=None,
        access_log=False,
        # uvicorn would believe X-Forwarded-For unasked; FAQ_PROXY decides that.
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    where = f"[{settings.host}]:{settings.port}" if ":" in settings.host else f"{settings.host}:{settings.port}"
    try:
        door = _door(settings.host, settings.port, config.backlog)
    except OSError as error:
        reason = "这个端口已经被别的程序占用" if error.errno == errno.EADDRINUSE else error.strerror
        log.error("不能在 %s 上服务：%s。可以换一个端口，例如 make run PORT=8001。", where, reason)
        return 1
    log.info("网页在 http://%s/，按 Ctrl+C 停下。", where)
    server, seldom = uvicorn.Server(config), Seldom()
    logging.getLogger("uvicorn.error").addFilter(seldom)
    with suppress(KeyboardInterrupt):
        server.run([door])
    logging.getLogger("uvicorn.error").removeFilter(seldom)
    return 0 if server.started else 1


def _door(host: str, port: int, backlog: int) -> socket.socket:
    six = ":" in host
    # All addresses means those of both families, as with other servers.
    both = six and host == "::" and socket.has_dualstack_ipv6()
    family = socket.AF_INET6 if six else socket.AF_INET
    door = socket.create_server((host, port), family=family, backlog=backlog, dualstack_ipv6=both)
    # What is written in two pieces would wait for the other side's word between them.
    door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return door
