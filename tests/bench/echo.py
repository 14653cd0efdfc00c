"""Echo: the yardstick, an ordinary FastAPI endpoint, served by the very process that serves the bot.

`python -m tests.bench.echo 8001` is `python -m bot serve --port 8001` with one more address, POST /echo.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from typing import Any
from unittest.mock import patch

from fastapi import FastAPI
from pydantic import BaseModel, Field, create_model

import bot.__main__
from bot.reply import Reply

Asgi = Callable[[Any, Any, Any], Awaitable[None]]


class EchoRequest(BaseModel):
    """The same question as the chat takes."""

    question: str = Field(min_length=1, max_length=500)
    session_id: str | None = None


# As many fields as the chat replies with, all of them text.
EchoReply: type[BaseModel] = create_model("EchoReply", **dict.fromkeys(Reply.model_fields, (str, ...)))  # type: ignore[call-overload]


def echo_app() -> FastAPI:
    """Return an app whose one endpoint sends the question back in every field."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.post("/echo", response_model=EchoReply)
    async def echo(asked: EchoRequest) -> Any:
        return EchoReply(**dict.fromkeys(EchoReply.model_fields, asked.question))

    return app


def with_echo(app: Asgi) -> Asgi:
    """Return `app` with /echo beside it, not behind its layers."""
    echo = echo_app()

    async def both(scope: Any, receive: Any, send: Any) -> None:
        await (echo if scope.get("path") == "/echo" else app)(scope, receive, send)

    return both


def main(port: str) -> int:
    """Serve the bot as its own command does, with /echo added."""
    serve = bot.__main__.serve
    # The bot's own start is used, so that the settings measured are those that are shipped.
    with patch("bot.__main__.serve", lambda app, settings: serve(with_echo(app), settings)):
        return bot.__main__.main(["serve", "--port", port])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
