"""Pages: the start page and one readable page an entry; all that matters is there without a script."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import escape
from itertools import groupby
from urllib.parse import quote, urlencode

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from bot.channels.desk import Desk, checked_question
from bot.channels.errors import ApiError
from bot.channels.layout import missing_page, page, trouble_page
from bot.channels.markdown import paragraphs, render
from bot.chat import Chat
from bot.reply import MAX_QUESTION, SESSION_ID, Option, Query, Reply
from corpus.entry import Entry

_SUMMARY = 120


def add_pages(app: FastAPI, desk: Desk) -> None:
    """Add the pages to `app`."""

    async def start(request: Request) -> Response:
        return await _start(request, desk)

    async def answer(request: Request) -> Response:
        try:
            chat = desk.chat
        except ApiError as error:
            return trouble_page(desk, error)
        entry = chat.engine.entries.get(request.path_params["entry_id"])
        if entry is None:
            return missing_page(desk)
        return page(desk, _answer(desk, chat, entry), entry.question, description=_summary(entry))

    app.add_route("/", start, methods=["GET"], include_in_schema=False)
    app.add_route("/answers/{entry_id}", answer, methods=["GET"], include_in_schema=False)


async def _start(request: Request, desk: Desk) -> Response:
    text = request.query_params.get("q", "")
    status, said, session_id = 200, "", ""
    headers: Mapping[str, str] = {}
    try:
        chat = desk.chat
        if text:
            reply = await desk.ask(request, Query(checked_question(text, "q"), "web", _session_id(request)))
            said, session_id = _reply(desk, chat, reply), reply.session_id
    except ApiError as error:
        if error.status == 503:
            return trouble_page(desk, error)
        desk.metrics.count_error(error.code)
        headers = error.headers or {}
        status, said = error.status, f'<p class="note" role="alert">{escape(error.message)}</p>'
    title, about = desk.say("title"), desk.say("about")
    entries = chat.engine.entries.values()
    body = (
        f'<div class="hero"><div class="wrap"><h1>{escape(title)}</h1><p>{_sentences(about)}</p></div></div>'
        f'<div class="wrap columns"><section class="talk" aria-label="提问">{said}'
        f'<faq-chat mode="inline" heading="问一问">{_form(desk, text, session_id)}</faq-chat></section>'
        f'<section class="all"><h2>资料里的 {len(entries)} 个问题</h2>'
        f"{_list(entries)}{_origin(desk, chat)}</section></div>"
        '<script src="/widget.js" defer></script>'
    )
    response = page(desk, body, title, status, about, home=True)
    response.headers.update(headers)
    return response


def _session_id(request: Request) -> str | None:
    given = request.query_params.get("s", "")
    return given if re.fullmatch(SESSION_ID, given) else None


def _form(desk: Desk, text: str = "", session_id: str = "", label: str = "您的问题") -> str:
    session = f'<input type="hidden" name="s" value="{escape(session_id)}">' if session_id else ""
    return (
        '<form action="/" method="get" role="search">'
        f'<label for="q">{label}</label>'
        f'<input id="q" name="q" type="text" required maxlength="{MAX_QUESTION}" autocomplete="off"'
        f' placeholder="{escape(desk.say("example"))}" value="{escape(text[:MAX_QUESTION])}">{session}'
        "<button>提问</button></form>"
    )


def _sentences(text: str) -> str:
    """Keep each sentence on a line of its own where it fits."""
    return "".join(f'<span class="whole">{escape(part)}</span>' for part in re.findall("[^。]+。?", text))


def _list(entries: Iterable[Entry]) -> str:
    groups = groupby(entries, key=lambda entry: entry.category)
    return "".join(
        f"<h3>{escape(category)}</h3>{_links((_address(entry.id), entry.question) for entry in members)}"
        for category, members in groups
    )


def _origin(desk: Desk, chat: Chat) -> str:
    """Say where the answers come from, for which years, and whether these are over."""
    entries = list(chat.engine.entries.values())
    years = "、".join(dict.fromkeys(f"{entry.years}学年度" for entry in entries if entry.years))
    notices = dict.fromkeys(notice for entry in entries if (notice := chat.notice(entry)))
    valid = f" 适用：{escape(years)}。" if years else ""
    return f'<p class="soft">{escape(desk.say("source"))}{valid}</p>{"".join(map(_note, notices))}'


def _links(pairs: Iterable[tuple[str, str]]) -> str:
    items = (f'<li><a href="{address}">{escape(text)}</a></li>' for address, text in pairs)
    return f'<ul class="links">{"".join(items)}</ul>'


def _address(entry_id: str) -> str:
    return escape(f"/answers/{quote(entry_id, safe='')}")


def _reply(desk: Desk, chat: Chat, reply: Reply) -> str:
    parts = [f"<h2>{escape(reply.entry.question)}</h2>" if reply.entry else ""]
    if reply.passage:
        parts += [f'{paragraphs(desk.say("passage_intro"))}<div class="part">{render(reply.passage)}</div>']
        parts += [paragraphs(desk.say("full_answer"))]
    parts += [render(reply.text) if reply.kind == "answer" else paragraphs(reply.text)]
    parts += [_note(reply.notice)]
    if reply.entry and reply.entry.basis:
        link = f'<a href="{_address(reply.entry.id)}">{escape(reply.entry.basis)}</a>'
        parts += [f'<p class="soft">{escape(desk.say("basis"))}{link}</p>']
    parts += [_values(reply), _options(desk, reply)]
    return f'<article class="card" aria-label="答复">{"".join(parts)}</article>'


def _values(reply: Reply) -> str:
    """Offer the values that the reply asks for, in the same session."""
    values = reply.ask.options if reply.ask else []
    pairs = ((escape("/?" + urlencode({"q": value, "s": reply.session_id})), value) for value in values)
    return _links(pairs) if values else ""


def _options(desk: Desk, reply: Reply) -> str:
    if not reply.options:
        return ""
    key = {"answer": "related", "abstain": "abstain_options"}.get(reply.kind)
    intro = paragraphs(desk.say(key)) if key else ""
    return intro + _links((_address(option.entry_id), option.question) for option in reply.options)


def _answer(desk: Desk, chat: Chat, entry: Entry) -> str:
    years = f"{entry.years}学年度" if entry.years else ""
    facts = "".join(
        f"<div><dt>{name}</dt><dd>{escape(text)}</dd></div>"
        for name, text in (("依据", entry.basis), ("适用", years), ("编号", entry.id))
        if text
    )
    return (
        f'<div class="wrap narrow"><p class="soft">{escape(entry.category)}</p><h1>{escape(entry.question)}</h1>'
        f'<article class="card answer">{render(entry.answer)}</article>{_note(chat.notice(entry))}'
        f'<dl class="facts">{facts}</dl>{_related(desk.say("related"), chat.related(entry.id))}'
        f'<section class="more">{_form(desk, label="还想问别的")}</section></div>'
    )


def _related(heading: str, options: list[Option]) -> str:
    links = _links((_address(option.entry_id), option.question) for option in options)
    return f'<section class="related"><h2>{escape(heading)}</h2>{links}</section>' if options else ""


def _summary(entry: Entry) -> str:
    text = " ".join(entry.answer.split())
    return text if len(text) <= _SUMMARY else f"{text[: _SUMMARY - 1]}…"


def _note(notice: str | None) -> str:
    return f'<p class="note">{escape(notice)}</p>' if notice else ""
