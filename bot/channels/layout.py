"""Layout: what all pages share, from the head to the policy that the browser keeps."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from importlib import resources

from starlette.responses import HTMLResponse, Response

from bot.channels.desk import Desk
from bot.channels.errors import ApiError

_STYLE = resources.files("bot.channels").joinpath("style/page.css").read_text("utf-8")
_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; script-src 'self'; style-src 'sha256-{_DIGEST}'; connect-src 'self'; img-src data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors {frames}"
)
# A speech bubble, so that no browser asks for /favicon.ico.
_ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'%3E"
    "%3Crect width='24' height='24' rx='6' fill='%230b695c'/%3E%3Cpath d='M5 6h14v9H9l-4 3z' fill='white'/%3E%3C/svg%3E"
)


def page(
    desk: Desk, body: str, title: str, status: int = 200, description: str = "", home: bool = False
) -> HTMLResponse:
    """Return a whole page; before the index is open it goes without the bot's own sentences."""
    brand = desk.say("title")
    name = title if title == brand or not brand else f"{title} - {brand}"
    described = f'<meta name="description" content="{escape(description)}">' if description else ""
    top = "" if home or not brand else f'<header class="top"><a href="/">{escape(brand)}</a></header>'
    # The hotline in its sentence can be tapped.
    phone = escape(desk.say("phone"))
    call = f'<a href="tel:{phone}">{phone}</a>'
    foot = f"{escape(desk.say('hotline')).replace(phone, call)} {escape(desk.say('privacy'))}" if phone else ""
    html = (
        '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">'
        f'<title>{escape(name)}</title>{described}<link rel="icon" href="{_ICON}"><style>{_STYLE}</style></head>'
        f'<body><a class="skip" href="#main">跳到正文</a>{top}<main id="main">{body}</main>'
        f'<footer><div class="wrap{"" if home else " narrow"}">{foot}</div></footer></body></html>'
    )
    frames = " ".join(desk.settings.frames) or "'none'"
    return HTMLResponse(html, status, {"Content-Security-Policy": _POLICY.replace("{frames}", frames)})


def missing_page(desk: Desk) -> Response:
    """Return the page for an address that is not there."""
    body = _plain("没有找到这一页", "这条问答可能换了编号，或者已经停用。")
    return page(desk, body, "没有找到", 404)


def trouble_page(desk: Desk, error: ApiError) -> Response:
    """Return the page for what cannot be shown now."""
    response = page(desk, _plain("暂时打不开", error.message), "暂时打不开", error.status)
    response.headers.update(error.headers or {})
    return response


def _plain(heading: str, message: str) -> str:
    return (
        f'<div class="wrap narrow"><h1>{heading}</h1><p role="alert">{escape(message)}</p>'
        '<p><a class="button" href="/">回到首页提问</a></p></div>'
    )
