"""App: puts the ways in together into one ASGI application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.channels.bundle import add_widget
from bot.channels.describe import describe
from bot.channels.desk import Desk
from bot.channels.errors import ApiError, broken, invalid, not_found
from bot.channels.follower import open_follower
from bot.channels.http import api_router
from bot.channels.layers import Cors, Faults, Shell
from bot.channels.layout import trouble_page
from bot.channels.pages import add_pages, missing_page
from bot.channels.watch import Watch
from bot.channels.wechat.channel import PATH, Channel
from bot.chat import Calculator, china_now
from bot.opening import open_engine
from bot.settings import Settings, load_settings
from bot.store import TIDY_SECONDS
from index.engine import Engine

if TYPE_CHECKING:
    from bot.channels.admin.console import Console

# How long a service that is to end still works at answers.
GRACE_SECONDS = 10
# Addresses for programs; everywhere else a person gets a page to read.
_FOR_PROGRAMS = ("/api/", "/metrics", "/wechat")


def create_app(
    settings: Settings | None = None,
    engine: Engine | None = None,
    load: Callable[[Settings], Engine] = open_engine,
    calculator: Calculator | None = None,
    clock: Callable[[], datetime] = china_now,
) -> FastAPI:
    """Return the application; without an engine it loads one while it already serves."""
    settings = settings or load_settings()
    desk = Desk(settings, calculator, clock)
    if engine is not None:
        desk.open(engine)
    channel = Channel(desk) if settings.wechat_token is not None else None
    console = _open_console(desk)
    app = FastAPI(
        title="问答",
        version="1",
        lifespan=_lifespan(desk, channel, console, load if engine is None else None),
        # The usual pages of FastAPI fetch their scripts from another host.
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        redirect_slashes=False,
    )
    app.state.desk = desk
    # Every route before it would be looked at for each message.
    if channel:
        app.add_route(PATH, channel.serve, methods=["GET", "POST"], include_in_schema=False)
    app.include_router(api_router(desk))
    describe(app, desk)
    add_pages(app, desk)
    add_widget(app)
    if console:
        _add_console(app, console)
    _add_error_handlers(app, desk)
    _add_layers(app, desk)
    return app


def _open_console(desk: Desk) -> Console | None:
    if desk.settings.admin is None:
        return None
    # Its libraries are heavy, and a service without it is spared them.
    from bot.channels.admin.menu import open_console

    return open_console(desk)


def _add_console(app: FastAPI, console: Console) -> None:
    from bot.channels.admin.menu import add_console

    add_console(app, console)


def _lifespan(
    desk: Desk, channel: Channel | None, console: Console | None, load: Callable[[Settings], Engine] | None
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        follow = open_follower(desk.settings)
        watching = asyncio.create_task(Watch(desk, load, follow).run()) if load else None
        tidying = asyncio.create_task(_tidy(desk))
        yield
        for task in filter(None, (tidying, watching)):
            task.cancel()
        await asyncio.gather(*filter(None, (tidying, watching)), return_exceptions=True)
        if channel:
            await channel.finish(GRACE_SECONDS)
        if console:
            console.close()
        if follow:
            follow.close()
        await asyncio.to_thread(desk.close)

    return lifespan


async def _tidy(desk: Desk) -> None:
    # What has outlived its time goes even while nobody writes.
    while True:
        await asyncio.sleep(TIDY_SECONDS)
        await asyncio.to_thread(desk.store.tidy)


def _add_error_handlers(app: FastAPI, desk: Desk) -> None:
    async def api_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, ApiError)
        desk.metrics.count_error(error.code)
        return error.response()

    async def http_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if request.url.path.startswith(_FOR_PROGRAMS):
            return await api_error(request, _from_http(error, request))
        return missing_page(desk) if error.status_code == 404 else trouble_page(desk, _from_http(error, request))

    async def input_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return await api_error(request, invalid(error.errors()))

    app.add_exception_handler(ApiError, api_error)
    app.add_exception_handler(RequestValidationError, input_error)
    app.add_exception_handler(HTTPException, http_error)


def _from_http(error: HTTPException, request: Request) -> ApiError:
    if error.status_code == 404:
        return not_found()
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "")
        message = f"这个地址不接受 {request.method} 请求，可用：{allowed}。"
        return ApiError(405, "method_not_allowed", message, headers=error.headers)
    return ApiError(error.status_code, "bad_request", "这个请求无法处理。", headers=error.headers)


def _add_layers(app: FastAPI, desk: Desk) -> None:
    settings = desk.settings

    def fault(path: str) -> Response:
        return broken().response() if path.startswith(_FOR_PROGRAMS) else trouble_page(desk, broken())

    app.add_middleware(Faults, fault=fault)
    if settings.cors:
        app.add_middleware(
            Cors,
            allow_origins=settings.cors,
            allow_methods=["GET", "HEAD", "POST"],
            allow_headers=["Content-Type"],
            expose_headers=["Retry-After"],
            max_age=3600,
        )
    app.add_middleware(Shell, framed=bool(settings.frames))
