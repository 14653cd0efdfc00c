"""Bundle: the widget's source files joined into the one script that pages load."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

# Each file uses only those before it; together they are one script with one scope of its own.
FILES = (
    *("words", "dom", "place", "store", "twins", "wire", "conversation", "markdown", "receipt", "actions", "replies"),
    *("talk", "composer", "header", "element"),
)
_IMPORT = re.compile(r'^import .*? from "\./[a-z.]+";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export ", re.MULTILINE)
_COMMENT = re.compile(r"^ *(?://|/\*\*? ).*\n", re.MULTILINE)
_SPACE = re.compile(r"^ +|\n(?=\n)", re.MULTILINE)
# In a style sheet, space around these signs means nothing, nor the last semicolon of a block.
_BREAKS = re.compile(r"\s*([{},])\s*|(?<=[:;])\s+|;\s*(?=\})")
# With q=0 the client says that it does not want it.
_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q\s*=\s*0(?:\.0*)?\s*(?:,|$))", re.IGNORECASE)
_HEADERS = {
    "Cache-Control": "public, max-age=600, stale-while-revalidate=86400",
    # Pages of other hosts load it, those too that isolate themselves.
    "Cross-Origin-Resource-Policy": "cross-origin",
    # A script that is put in as a module is asked for by the rules of CORS.
    "Access-Control-Allow-Origin": "*",
    "Vary": "Accept-Encoding",
}


@dataclass(frozen=True)
class Asset:
    """A file to serve, packed beforehand, with the tag by which a browser knows that it still has it."""

    body: bytes
    packed: bytes
    tag: str
    media_type: str

    def response(self, request: Request) -> Response:
        """Return it whole or packed, or the word that nothing has changed."""
        headers = {**_HEADERS, "ETag": self.tag}
        if self.tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if takes_gzip(request):
            return Response(self.packed, 200, {**headers, "Content-Encoding": "gzip"}, self.media_type)
        return Response(self.body, 200, headers, self.media_type)


def takes_gzip(request: Request) -> bool:
    """Tell whether the client wants a packed body."""
    return _GZIP.search(request.headers.get("accept-encoding", "")) is not None


def add_widget(app: FastAPI) -> None:
    """Add the widget's addresses to `app`."""
    script, style = _asset(widget_script(), "text/javascript"), _asset(widget_style(), "text/css")
    printing = _asset(_lean(_page_script()), "text/javascript")

    async def widget(request: Request) -> Response:
        return script.response(request)

    # Browsers without constructed style sheets fetch it by itself.
    async def sheet(request: Request) -> Response:
        return style.response(request)

    async def page_script(request: Request) -> Response:
        return printing.response(request)

    app.add_route("/page.js", page_script, methods=["GET"], include_in_schema=False)
    app.add_route("/widget.js", widget, methods=["GET"], include_in_schema=False)
    app.add_route("/widget.css", sheet, methods=["GET"], include_in_schema=False)


@cache
def widget_script() -> str:
    """Return the widget as one script."""
    parts = [f"const STYLE = {json.dumps(widget_style(), ensure_ascii=False)};\n"]
    parts += [_EXPORT.sub("", _IMPORT.sub("", _read(f"{name}.js"))) for name in FILES]
    return f'(() => {{\n"use strict";\n{_lean("".join(parts))}}})();\n'


@cache
def widget_style() -> str:
    """Return the widget's style sheet."""
    return _BREAKS.sub(r"\1", _lean(_read("style.css")))


def _read(name: str) -> str:
    return resources.files("bot.channels").joinpath("widget", name).read_text("utf-8")


def _page_script() -> str:
    return resources.files("bot.channels").joinpath("style/page.js").read_text("utf-8")


def _lean(text: str) -> str:
    """Leave out what only the readers of the source need: lines of comment, indents, empty lines."""
    return _SPACE.sub("", _COMMENT.sub("", text))


@cache
def _asset(text: str, media_type: str) -> Asset:
    body = text.encode()
    # A fixed time in its header: the same text gives the same bytes.
    packed = gzip.compress(body, 9, mtime=0)
    # Weak, for the packed and the plain body are the same thing.
    return Asset(body, packed, f'W/"{hashlib.sha256(body).hexdigest()[:16]}"', media_type)
