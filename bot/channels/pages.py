"""Pages: the start page and one readable page an entry; all that matters is there without a script."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from html import escape
from importlib import resources
from itertools import groupby
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.channels.article import address, links, note, option_links, reply_card
from bot.channels.bundle import takes_gzip
from bot.channels.desk import Desk, checked_question
from bot.channels.errors import ApiError
from bot.channels.layout import Head, called, data, page, trouble_page
from bot.channels.markdown import render
from bot.channels.welcome import welcome_of
from bot.chat import CHINA, Chat
from bot.reply import MAX_QUESTION, SESSION_ID, Option, Query
from corpus.entry import Entry

_SUMMARY = 120
# A page says nothing that a few minutes change; going back to it must not load it again.
_KEPT = "public, max-age=600"
_ASKED_ANEW = "no-cache"
_SMALL = 1024
_LEVEL = 6
_PICTURE = resources.files("bot.channels").joinpath("style/icon.png").read_bytes()


def add_pages(app: FastAPI, desk: Desk) -> None:
    """Add the pages to `app`."""

    async def start(request: Request) -> Response:
        return _packed(request, await _start(request, desk))

    async def answer(request: Request) -> Response:
        try:
            chat = desk.chat
        except ApiError as error:
            return trouble_page(desk, error)
        entry = chat.engine.entries.get(request.path_params["entry_id"])
        if entry is None:
            return missing_page(desk)
        path = f"/answers/{entry.id}"
        head = Head(entry.question, _summary(entry), path, facts=_facts([entry]))
        return _packed(request, _kept(page(desk, _answer(desk, chat, entry), head), _KEPT))

    async def robots(request: Request) -> Response:
        # Every question that somebody asked is a page of its own, which nobody should find.
        return PlainTextResponse(
            f"User-agent: *\nDisallow: /?\nDisallow: /api/\nSitemap: {_base(desk, request)}/sitemap.xml\n"
        )

    async def sitemap(request: Request) -> Response:
        return Response(_sitemap(desk, _base(desk, request)), media_type="application/xml")

    async def icon(request: Request) -> Response:
        return Response(_PICTURE, media_type="image/png", headers={"Cache-Control": "public, max-age=86400"})

    routes = {
        "/": start,
        "/answers/{entry_id}": answer,
        "/robots.txt": robots,
        "/sitemap.xml": sitemap,
        "/icon.png": icon,
    }
    for path, endpoint in routes.items():
        app.add_route(path, endpoint, methods=["GET"], include_in_schema=False)


def missing_page(desk: Desk) -> Response:
    """Return the page for an address that is not there: a box, and everything that is."""
    try:
        entries = desk.chat.engine.entries.values()
    except ApiError as error:
        return trouble_page(desk, error)
    body = (
        '<div class="wrap narrow"><h1>没有找到这一页</h1><p role="alert">地址可能抄漏了，或者这条问答已经停用。'
        f"可以直接问，也可以从下面找。</p>{_form(desk)}{_list(entries)}</div>"
    )
    return page(desk, body, Head("没有找到", found=False), 404)


async def _start(request: Request, desk: Desk) -> Response:
    text = request.query_params.get("q", "")
    status, said, session_id, question = 200, "", "", ""
    more: Mapping[str, str] = {}
    turn: dict[str, Any] | None = None
    try:
        chat = desk.chat
        if text:
            question = checked_question(text, "q")
            reply = await desk.ask(request, Query(question, "web", _session_id(request)))
            reply = desk.presenter.reply(reply)
            said, session_id = reply_card(desk, question, reply), reply.session_id
            turn = {"question": question, "reply": reply.model_dump()}
    except ApiError as error:
        if error.status == 503:
            return trouble_page(desk, error)
        desk.metrics.count_error(error.code)
        # Shown beside the window, for only the server knows of it.
        status, question, more = error.status, "", error.headers or {}
        said = f'<p class="note" role="alert">{escape(error.message)}</p>'
    title, about = desk.say("title"), desk.say("about")
    entries = list(chat.engine.entries.values())
    outside, inside = (said, "") if status != 200 else ("", said)
    body = (
        f'<div class="hero"><div class="wrap"><h1>{escape(title)}</h1><p>{_sentences(about)}</p></div></div>'
        f'<div class="wrap columns"><section class="talk" aria-label="提问">{outside}'
        f'<faq-chat mode="inline" heading="问一问">{_bar(desk)}{inside}{_brought(desk, turn)}'
        f"{_form(desk, text, session_id)}</faq-chat></section>"
        f'<section class="all"><h2>常见问题（{len(entries)} 个）</h2>'
        f"{_list(entries)}{_origin(desk, chat)}</section></div>"
        '<script src="/widget.js" defer></script>'
    )
    head = Head(question or title, about, facts=None if text else _facts(entries), home=True, found=not text)
    response = page(desk, body, head, status)
    response.headers.update(more)
    return response if text else _kept(response, _ASKED_ANEW)


def _session_id(request: Request) -> str | None:
    given = request.query_params.get("s", "")
    return given if re.fullmatch(SESSION_ID, given) else None


def _brought(desk: Desk, turn: dict[str, Any] | None) -> str:
    """Hand greeting and reply to the chat window, which goes on from here and need not fetch them."""
    welcome = welcome_of(desk, "zh-Hans").model_dump()
    return data({"welcome": {**welcome, "language": "zh-Hans"}, "turn": turn}, "application/json")


def _form(desk: Desk, text: str = "", session_id: str = "", label: str = "您的问题") -> str:
    session = f'<input type="hidden" name="s" value="{escape(session_id)}">' if session_id else ""
    return (
        '<form action="/" method="get" role="search">'
        f'<label for="q">{label}</label>'
        f'<input id="q" name="q" type="text" required maxlength="{MAX_QUESTION}" autocomplete="off"'
        f' placeholder="{escape(desk.say("example"))}" value="{escape(text[:MAX_QUESTION])}">{session}'
        '<button type="submit">提问</button></form>'
    )


def _sentences(text: str) -> str:
    """Keep each sentence on a line of its own where it fits."""
    return "".join(f'<span class="whole">{escape(part)}</span>' for part in re.findall("[^。]+。?", text))


def _list(entries: Iterable[Entry]) -> str:
    groups = groupby(entries, key=lambda entry: entry.category)
    return "".join(
        f"<h3>{escape(category)}</h3>{links((address(entry.id), _named(entry)) for entry in members)}"
        for category, members in groups
    )


def _named(entry: Entry) -> str:
    """Name an entry in plain words, the official question below."""
    if not entry.label:
        return escape(entry.question)
    return f"<span>{escape(entry.label)}<small>{escape(entry.question)}</small></span>"


def _origin(desk: Desk, chat: Chat) -> str:
    """Say where the answers come from, for which years, and which of these are over if not all are."""
    entries = list(chat.engine.entries.values())
    years = "、".join(dict.fromkeys(entry.valid for entry in entries if entry.years))
    notices = () if desk.bar() else dict.fromkeys(notice for entry in entries if (notice := chat.notice(entry)))
    valid = f" 适用：{escape(years)}。" if years else ""
    return f'<p class="soft">{escape(desk.say("source"))}{valid}</p>{"".join(map(note, notices))}'


def _bar(desk: Desk) -> str:
    bar = desk.bar()
    return f'<p class="bar">{called(desk, bar)}</p>' if bar else ""


def _answer(desk: Desk, chat: Chat, entry: Entry) -> str:
    facts = "".join(
        f"<div><dt>{name}</dt><dd>{escape(text)}</dd></div>"
        for name, text in (("依据", entry.basis), ("适用", entry.valid))
        if text
    )
    return (
        f'<div class="wrap narrow">{_bar(desk)}<p class="soft">{escape(entry.category)}</p>'
        f'<h1>{escape(entry.question)}</h1><article class="card answer">{render(entry.answer)}</article>'
        f'{"" if desk.bar() else note(chat.notice(entry))}<dl class="facts">{facts}</dl>{_paper(desk, entry)}'
        '<p><button type="button" class="plain" data-print hidden>打印这一页</button></p>'
        f"{_related(desk.say('related'), chat.related(entry.id))}"
        f'<section class="more">{_form(desk, label="还想问别的")}</section></div>'
        '<script src="/page.js" defer></script>'
    )


def _paper(desk: Desk, entry: Entry) -> str:
    """Say on paper what the screen shows around the page: where it is from, of which day, whom to ask."""
    today = datetime.fromtimestamp(desk.now(), CHINA)
    where = f"{desk.settings.public_url}/answers/{entry.id}" if desk.settings.public_url else desk.say("title")
    day = f"{today.year}年{today.month}月{today.day}日"
    return f'<p class="paper">{escape(where)}　{day}打印　{escape(desk.say("hotline"))}</p>'


def _related(heading: str, options: list[Option]) -> str:
    return f'<section class="related"><h2>{escape(heading)}</h2>{option_links(options)}</section>' if options else ""


def _summary(entry: Entry) -> str:
    text = " ".join(entry.answer.split())
    return text if len(text) <= _SUMMARY else f"{text[: _SUMMARY - 1]}…"


def _facts(entries: Iterable[Entry]) -> dict[str, Any]:
    """Return questions and answers as search engines read them: https://schema.org/FAQPage."""
    questions = [
        {"@type": "Question", "name": one.question, "acceptedAnswer": {"@type": "Answer", "text": one.answer}}
        for one in entries
    ]
    return {"@context": "https://schema.org", "@type": "FAQPage", "inLanguage": "zh-CN", "mainEntity": questions}


def _base(desk: Desk, request: Request) -> str:
    return desk.settings.public_url or str(request.base_url).rstrip("/")


def _sitemap(desk: Desk, base: str) -> str:
    paths = ["/", *(address(entry_id) for entry_id in desk.chat.engine.entries)]
    urls = "".join(f"<url><loc>{escape(base)}{path}</loc></url>" for path in paths)
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'


def _kept(response: Response, how: str) -> Response:
    response.headers["Cache-Control"] = how
    return response


def _packed(request: Request, response: Response) -> Response:
    """Pack a page for browsers that take it so; on a slow phone that is half of the wait."""
    response.headers["Vary"] = "Accept-Encoding"
    if takes_gzip(request) and len(response.body) > _SMALL:
        response.body = gzip.compress(response.body, _LEVEL, mtime=0)
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(response.body))
    return response
