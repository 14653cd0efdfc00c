"""Stage: the real application on a loopback port, in the autumn that the numbers are of."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from html import escape
from importlib import resources

import uvicorn
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse

from bot.opening import open_calculator
from bot.reply import CalculatorReply
from bot.settings import MEMORY, Settings
from index.engine import Engine
from index.hit import Hit

HOST = "127.0.0.1"
STRICT = (
    "default-src 'none'; script-src {office}; connect-src {office}; img-src data:; base-uri 'none'; "
    "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
_HOST = """<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<title>区政府网站</title>{head}<script src="{office}/widget.js" {how}></script></head><body><main><h1>区政府网站</h1>
<p>办事指南、通知公告和常用电话。</p><p><a href="#">办事指南</a></p></main>
<faq-chat{attributes}></faq-chat></body></html>"""
LEVELS = ["一级及以下（含社康）", "二级", "三级"]
ASKS = "孩子住院花了2万能报多少"
SUM = "孩子在三级医院住院花了2万能报多少"
ABSENT = "大病保险能报多少钱"
BREAKS = "请出错"


class Rehearsed:
    """The real calculator, which fails where the test wants it to."""

    def __init__(self, engine: Engine) -> None:
        """Take the calculator that goes with the engine's entries."""
        self._real = open_calculator(engine, autumn)

    def turn(self, text: str, state: str | None, hits: Sequence[Hit]) -> CalculatorReply | None:
        """Answer as the real one does."""
        if text == BREAKS:
            raise RuntimeError(text)
        return self._real.turn(text, state, hits) if self._real else None


@cache
def office() -> Engine:
    """The engine of the built index."""
    from index.disk import default_index, load

    return load(default_index())


def autumn() -> datetime:
    """A day on which 2024-2025 is in force."""
    return datetime(2024, 10, 15)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def stage_app(engine: Engine, **settings: object) -> FastAPI:
    """The application as it is served, without a limit on questions."""
    from bot.channels.app import create_app

    given = Settings(rate_limit=0, store=MEMORY, **settings)  # type: ignore[arg-type]
    return create_app(given, engine, calculator=Rehearsed(engine), clock=autumn)


@contextmanager
def served(app: object, port: int = 0) -> Iterator[str]:
    """Serve `app` in a thread; yield its address."""
    port = port or free_port()
    config = uvicorn.Config(app, host=HOST, port=port, log_level="error", access_log=False)  # type: ignore[arg-type]
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server has not started"
        time.sleep(0.01)
    yield f"http://{HOST}:{port}"
    server.should_exit = True
    thread.join(10)


def host_app(office_url: str, policy: str = STRICT, head: str = "", how: str = "defer") -> FastAPI:
    """Somebody else's website, which lets nothing in but the widget; what stands in its head may differ, and `how`."""
    app = FastAPI()

    @app.get("/")
    def home(request: Request) -> HTMLResponse:
        wanted = {"theme": "auto", **request.query_params}
        given = "".join(f' {name}="{escape(value)}"' for name, value in wanted.items())
        html = _HOST.replace("{head}", head).replace("{how}", how)
        html = html.replace("{office}", office_url).replace("{attributes}", given)
        return HTMLResponse(html, headers={"Content-Security-Policy": policy.replace("{office}", office_url)})

    @app.get("/embed.html")
    def embed() -> HTMLResponse:
        """The page that ships for trying it, with the office where it is now."""
        html = resources.files("bot.channels").joinpath("widget/embed.html").read_text("utf-8")
        return HTMLResponse(html.replace("http://127.0.0.1:8000", office_url))

    return app


@dataclass(frozen=True)
class Stage:
    """The office that answers, and a website of somebody else that carries its widget."""

    office: str
    host: str
    app: FastAPI


@contextmanager
def stage(**settings: object) -> Iterator[Stage]:
    """Serve both, from two origins."""
    port = free_port()
    app = stage_app(office(), cors=(f"http://{HOST}:{port}",), **settings)
    with served(app) as office_url, served(host_app(office_url), port) as host_url:
        yield Stage(office_url, host_url, app)
