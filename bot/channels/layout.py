"""Layout: what all pages share, from the head to the policy that the browser keeps."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from html import escape
from importlib import resources
from typing import Any

from starlette.responses import HTMLResponse, Response

from bot.channels.desk import Desk
from bot.channels.errors import ApiError

STYLE = resources.files("bot.channels").joinpath("style/page.css").read_text("utf-8")
_DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; script-src 'self'; style-src 'sha256-{_DIGEST}'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors {frames}"
)
# A speech bubble, so that no browser asks for /favicon.ico.
_ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'%3E"
    "%3Crect width='24' height='24' rx='6' fill='%230b695c'/%3E%3Cpath d='M5 6h14v9H9l-4 3z' fill='white'/%3E%3C/svg%3E"
)
# Where a record number can be looked up; the ministry asks for this link.
_RECORDS = "https://beian.miit.gov.cn/"


@dataclass(frozen=True)
class Head:
    """What a page says of itself: to the reader's tab, to search engines, to whoever it is shared with."""

    title: str
    description: str = ""
    path: str = "/"
    facts: Any = None
    home: bool = False
    found: bool = True
    """Whether search engines may list it."""


def page(desk: Desk, body: str, head: Head, status: int = 200) -> HTMLResponse:
    """Return a whole page; before the index is open it goes without the bot's own sentences."""
    brand = desk.say("title")
    top = "" if head.home or not brand else f'<header class="top"><a href="/">{escape(brand)}</a></header>'
    html = (
        '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">'
        f"{_head(desk, head, brand)}<style>{STYLE}</style></head>"
        f'<body><a class="skip" href="#main">跳到正文</a>{top}<main id="main">{body}</main>'
        f'<footer><div class="wrap{"" if head.home else " narrow"}">{_foot(desk)}</div></footer></body></html>'
    )
    frames = " ".join(desk.settings.frames) or "'none'"
    return HTMLResponse(html, status, {"Content-Security-Policy": _POLICY.replace("{frames}", frames)})


def called(desk: Desk, text: str) -> str:
    """Return a sentence as HTML; the hotline in it can be tapped."""
    phone = escape(desk.say("phone"))
    safe = escape(text)
    return safe.replace(phone, f'<a href="tel:{phone}">{phone}</a>') if phone else safe


def data(value: Any, kind: str) -> str:
    """Return a block of data for programs, which no browser runs."""
    text = json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")
    return f'<script type="{kind}">{text}</script>'


def trouble_page(desk: Desk, error: ApiError) -> Response:
    """Return the page for what cannot be shown now."""
    body = (
        f'<div class="wrap narrow"><h1>暂时打不开</h1><p role="alert">{escape(error.message)}</p>'
        '<p><a class="button" href="/">回到首页提问</a></p></div>'
    )
    response = page(desk, body, Head("暂时打不开", found=False), error.status)
    response.headers.update(error.headers or {})
    return response


def _head(desk: Desk, head: Head, brand: str) -> str:
    name = head.title if head.title == brand or not brand else f"{head.title} - {brand}"
    shared = {"og:type": "website" if head.home else "article", "og:title": head.title, "og:site_name": brand}
    shared |= {"og:description": head.description, "og:locale": "zh_CN"}
    links = "" if head.found else '<meta name="robots" content="noindex">'
    if url := desk.settings.public_url:
        # These must be whole addresses, which only this setting knows.
        shared |= {"og:url": url + head.path, "og:image": f"{url}/icon.png"}
        links = links or f'<link rel="canonical" href="{escape(url + head.path)}">'
    parts = [f"<title>{escape(name)}</title>"]
    parts += [f'<meta name="description" content="{escape(head.description)}">'] if head.description else []
    parts += [f'<meta property="{key}" content="{escape(text)}">' for key, text in shared.items() if text]
    parts += [f'{links}<link rel="icon" href="{_ICON}"><link rel="apple-touch-icon" href="/icon.png">']
    parts += [data(head.facts, "application/ld+json")] if head.facts else []
    return "".join(parts)


def _foot(desk: Desk) -> str:
    help_line = " ".join(called(desk, text) for text in (desk.say("hotline"), desk.say("privacy")) if text)
    operator, record = desk.find("operator"), desk.find("icp")
    lines = [help_line, escape(desk.find("standing")), f"主办：{escape(operator)}" if operator else ""]
    lines += [f'<a href="{_RECORDS}" rel="noopener noreferrer">{escape(record)}</a>' if record else ""]
    return "".join(f"<p>{line}</p>" for line in lines if line)
