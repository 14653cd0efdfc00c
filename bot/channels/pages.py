"""Pages: the start page and one readable page an entry, without any script."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from html import escape
from importlib import resources
from itertools import groupby
from urllib.parse import quote

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.channels.desk import Desk, checked_question
from bot.channels.errors import ApiError
from bot.channels.markdown import paragraphs, render
from bot.chat import Chat
from bot.reply import MAX_QUESTION, SESSION_ID, Option, Query, Reply
from corpus.entry import Entry

_TITLE = "深圳少儿医保问答"
_STYLE = resources.files("bot.channels").joinpath("style/page.css").read_text("utf-8")
_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_DIGEST}'; img-src data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


def add_pages(app: FastAPI, desk: Desk) -> None:
    """Add the pages to `app`."""

    async def start(request: Request) -> Response:
        return await _start(request, desk)

    async def answer(request: Request) -> Response:
        try:
            chat = desk.chat
        except ApiError as error:
            return _trouble(error)
        entry = chat.engine.entries.get(request.path_params["entry_id"])
        return missing_page() if entry is None else _page(_answer(chat, entry), entry.question)

    app.add_route("/", start, methods=["GET"], include_in_schema=False)
    app.add_route("/answers/{entry_id}", answer, methods=["GET"], include_in_schema=False)


def missing_page() -> Response:
    """Return the page for an address that is not there."""
    body = '<h1>没有找到这一页</h1><p>问答可能换了编号，或者已经停用。</p><p><a href="/">回到首页提问</a></p>'
    return _page(body, "没有找到", 404)


async def _start(request: Request, desk: Desk) -> Response:
    text = request.query_params.get("q", "")
    status, said, session_id = 200, "", ""
    try:
        chat = desk.chat
        if text:
            reply = await desk.ask(request, Query(checked_question(text, "q"), "web", _session_id(request)))
            said, session_id = _reply(chat, reply), reply.session_id
    except ApiError as error:
        if error.status == 503:
            return _trouble(error)
        desk.metrics.count_error(error.code)
        status, said = error.status, f'<p class="note" role="alert">{escape(error.message)}</p>'
    greeting = "" if text else f"<p>{escape(chat.engine.phrases.text('greeting'))}</p>"
    body = f"<h1>{_TITLE}</h1>{greeting}{said}{_form(text, session_id)}{_list(chat.engine.entries.values())}"
    return _page(body, _TITLE, status)


def _session_id(request: Request) -> str | None:
    given = request.query_params.get("s", "")
    return given if re.fullmatch(SESSION_ID, given) else None


def _form(text: str, session_id: str) -> str:
    session = f'<input type="hidden" name="s" value="{escape(session_id)}">' if session_id else ""
    return (
        '<form action="/" method="get" role="search"><label for="q">您的问题</label>'
        f'<input id="q" name="q" type="text" required maxlength="{MAX_QUESTION}" autocomplete="off"'
        f' placeholder="例如：少儿医保每年要交多少钱？" value="{escape(text[:MAX_QUESTION])}">{session}'
        "<button>提问</button></form>"
    )


def _list(entries: Iterable[Entry]) -> str:
    groups = groupby(entries, key=lambda entry: entry.category)
    return "".join(
        f"<section><h2>{escape(category)}</h2>{_links((entry.id, entry.question) for entry in members)}</section>"
        for category, members in groups
    )


def _links(pairs: Iterable[tuple[str, str]]) -> str:
    items = (f'<li><a href="{_address(entry_id)}">{escape(question)}</a></li>' for entry_id, question in pairs)
    return f'<ul class="links">{"".join(items)}</ul>'


def _address(entry_id: str) -> str:
    return escape(f"/answers/{quote(entry_id, safe='')}")


def _reply(chat: Chat, reply: Reply) -> str:
    say = chat.engine.phrases.text
    parts = [f"<h2>{escape(reply.entry.question)}</h2>" if reply.entry else ""]
    if reply.passage:
        parts += [f'{paragraphs(say("passage_intro"))}<div class="part">{render(reply.passage)}</div>']
        parts += [paragraphs(say("full_answer"))]
    parts += [render(reply.text) if reply.kind == "answer" else paragraphs(reply.text)]
    parts += [_note(reply.notice)]
    if reply.entry and reply.entry.basis:
        link = f'<a href="{_address(reply.entry.id)}">{escape(reply.entry.basis)}</a>'
        parts += [f'<p class="soft">{escape(say("basis"))}{link}</p>']
    parts += [_options(chat, reply)]
    return f'<article class="card" aria-label="答复">{"".join(parts)}</article>'


def _options(chat: Chat, reply: Reply) -> str:
    if not reply.options:
        return ""
    key = {"answer": "related", "abstain": "abstain_options"}.get(reply.kind)
    intro = paragraphs(chat.engine.phrases.text(key)) if key else ""
    return intro + _links((option.entry_id, option.question) for option in reply.options)


def _answer(chat: Chat, entry: Entry) -> str:
    say = chat.engine.phrases.text
    facts = [f"{say('basis')}{entry.basis}" if entry.basis else "", f"适用：{entry.years}学年度" if entry.years else ""]
    soft = "<br>".join(escape(fact) for fact in facts if fact)
    return (
        f'<p class="soft">{escape(entry.category)}</p><h1>{escape(entry.question)}</h1>'
        f'<article class="card">{render(entry.answer)}</article>{_note(chat.notice(entry))}'
        f'<p class="soft">{soft}</p>{_related(say("related"), chat.related(entry.id))}'
        f"{_form('', '')}"
    )


def _related(heading: str, options: list[Option]) -> str:
    links = _links((option.entry_id, option.question) for option in options)
    return f"<section><h2>{escape(heading)}</h2>{links}</section>" if options else ""


def _note(notice: str | None) -> str:
    return f'<p class="note">{escape(notice)}</p>' if notice else ""


def _trouble(error: ApiError) -> Response:
    body = f'<h1>{_TITLE}</h1><p class="note" role="alert">{escape(error.message)}</p>'
    response = _page(body, _TITLE, error.status)
    response.headers.update(error.headers or {})
    return response


def _page(body: str, title: str, status: int = 200) -> Response:
    name = title if title == _TITLE else f"{escape(title)} - {_TITLE}"
    html = (
        '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{name}</title><style>{_STYLE}</style></head><body>"
        f'<header><a href="/">{_TITLE}</a></header><main>{body}</main>'
        '<footer class="soft">还有疑问，请拨打 <a href="tel:12345">12345</a> 热线。'
        "请勿填写身份证号、电话等个人信息。</footer>"
        "</body></html>"
    )
    return HTMLResponse(html, status, {"Content-Security-Policy": _POLICY})
