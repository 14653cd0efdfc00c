"""Server: the process that listens, set up for a long life."""

from __future__ import annotations

import errno
import gc
import logging
import socket
from contextlib import suppress

import uvicorn
from starlette.types import ASGIApp

from bot.opening import open_engine
from bot.settings import Settings
from index.engine import Engine

log = logging.getLogger(__name__)

# uvloop lets one connection in a listener each time round (libuv #3696), and behind a proxy every message may come
# with a new one: when a round took 30 ms, the last of 200 followers waited for more than a second at the door.
_DOORS = 8
_GRACE = 10  # seconds
# Objects before the collector looks; by its own measure a busy moment would start it over and over.
_GARBAGE = 20_000


def open_to_stay(settings: Settings) -> Engine:
    """Open the index for as long as the process lives."""
    engine = open_engine(settings)
    # The collector would walk through all of it again and again, and stop every answer for 60 ms meanwhile.
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GARBAGE)
    return engine


def serve(app: ASGIApp, settings: Settings) -> int:
    """Serve `app` until somebody ends the process; return 0, or 1 if it could not start."""
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http="httptools",
        loop="uvloop",
        log_level=settings.log_level,
        access_log=False,
        # uvicorn would believe X-Forwarded-For unasked; FAQ_PROXY decides that.
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
    )
    six = ":" in settings.host
    where = f"[{settings.host}]:{settings.port}" if six else f"{settings.host}:{settings.port}"
    try:
        family = socket.AF_INET6 if six else socket.AF_INET
        door = socket.create_server((settings.host, settings.port), family=family, backlog=config.backlog)
    except OSError as error:
        reason = "这个端口已经被别的程序占用" if error.errno == errno.EADDRINUSE else error.strerror
        log.error("不能在 %s 上服务：%s。可以换一个端口，例如 make run PORT=8001。", where, reason)
        return 1
    log.info("网页在 http://%s/，按 Ctrl+C 停下。", where)
    server = uvicorn.Server(config)
    with suppress(KeyboardInterrupt):
        server.run([door, *(door.dup() for _ in range(_DOORS - 1))])
    return 0 if server.started else 1
