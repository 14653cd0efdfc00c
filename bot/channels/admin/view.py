"""View: the console's pages, made of templates in which whatever somebody typed stays text."""

from __future__ import annotations

import hashlib
from datetime import datetime
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from bot.channels.admin.login import Visit
from bot.channels.layout import STYLE
from bot.channels.markdown import render
from bot.chat import CHINA

_SHEET = STYLE + resources.files("bot.channels.admin").joinpath("style/admin.css").read_text("utf-8")
_MARK = hashlib.sha256(_SHEET.encode()).hexdigest()[:12]
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
# What a page says after something was done; the address names it, so that no address can say anything else.
_DONE = {
    "saved": "已保存到草稿。到“发布”里检验，看过结果再发布，市民才会看到。",
    "saved-exam": "已保存到草稿。到“发布”里检验，就照这些题考一遍。",
    "same": "和原来的一样，没有改动。",
    "added": "已加进草稿。到“发布”里检验，看过结果再发布，市民才会看到。",
    "known": "草稿里已经有了，没有再加。",
    "published": "已经发布。几秒钟之内，所有进程都换上新的一版，服务没有停。",
    "back": "已经退回。几秒钟之内生效；草稿也回到了这一版。",
    "back-kept": "已经退回。几秒钟之内生效；草稿里没有发布的改动还在。",
    "dropped": "草稿已经回到正在使用的那一版；放弃的改动在“历史”里查得到。",
    "copied": "新年度的文件已经在草稿里。请照新的官方文件，一个数一个数地改。",
    "started": "开始检验。",
    "taken": "工作簿里的改动都在草稿里了。到“发布”里检验，看过结果再发布，市民才会看到。",
    "drafted": "起草的问答都在草稿里了，状态是“待核对”，还不会回答。照原件一条一条核对，改成“启用”再保存、发布。",
    "let-go": "不要了。草稿没有动过。",
    "ignored": "已忽略，不再列在待办里；在“忽略的”里找得到。",
    "again": "已放回待办。",
    "begun": "已经建好，状态是“待核对”，还不会回答。写好答案、类别和依据，把状态改成“启用”再保存、发布。",
    "outside": "已加进草稿里“不能答的问题”。到“发布”里检验，看过结果再发布。",
    "out": "已退出。",
}


class View:
    """Renders the templates of the console."""

    def __init__(self) -> None:
        """Read the templates."""
        self._templates = Environment(
            loader=PackageLoader("bot.channels.admin"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {"day": _day, "moment": _moment, "rendered": _rendered}

    def page(self, template: str, visit: Visit | None, menu: Any = (), status: int = 200, /, **values: Any) -> Response:
        """Return a page; `values` are what its template shows."""
        done = _DONE.get(values.pop("done", "") or "", "")
        shown = {"visit": visit, "menu": menu, "done": done, "sheet": _MARK, "refresh": 0, **values}
        return HTMLResponse(self._templates.get_template(f"{template}.html").render(shown), status, _HEADERS)

    def sheet(self) -> Response:
        """Return the style sheet, which its address names by content."""
        return Response(_SHEET, media_type="text/css", headers={"Cache-Control": "public, max-age=31536000, immutable"})


def _moment(time: datetime) -> str:
    here = time.astimezone(CHINA)
    return f"{here.year}年{here.month}月{here.day}日 {here:%H:%M}"


def _day(time: datetime) -> str:
    here = time.astimezone(CHINA)
    return f"{here.month}月{here.day}日"


def _rendered(text: str) -> Markup:
    # The renderer shows tags as text and makes none but its own.
    return Markup(render(text))
