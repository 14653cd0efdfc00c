"""Describe: the document of the API, in the words of the office whose answers it gives."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from bot.channels.desk import Desk
from bot.channels.welcome import welcome_of
from bot.chat import Chat, entry_info
from bot.reply import Reply

_IDS = {"reply_id": "01JD8Q3W5Y0000000000000000", "session_id": "k3J9x2mQ7vTzL5wa"}


def describe(app: FastAPI, desk: Desk) -> None:
    """Let `app` describe itself with questions of its own; before the index is open it does without examples."""
    made: dict[str, dict[str, Any]] = {}

    def document() -> dict[str, Any]:
        version = desk.chat.engine.version if desk.ready else ""
        if version not in made:
            made.clear()
            made[version] = _document(app, desk)
        return made[version]

    # The way that FastAPI documents for a document of one's own.
    app.openapi = document  # type: ignore[method-assign]


def _document(app: FastAPI, desk: Desk) -> dict[str, Any]:
    title, subject = desk.find("title") or app.title, desk.find("subject")
    summary = f"{subject}的 HTTP 接口" if subject else None
    document = get_openapi(title=title, version=app.version, summary=summary, routes=app.routes)
    if desk.ready:
        _show(document, desk)
    return document


def _show(document: dict[str, Any], desk: Desk) -> None:
    """Put examples into the document: the question that the office is asked first, and its answer."""
    welcome = welcome_of(desk, None)
    first = next((option for option in welcome.questions if option.entry_id), None)
    answer = _answer(desk.chat, first.entry_id if first else next(iter(desk.chat.engine.entries)))
    entry = answer["entry"]
    option = desk.chat.option(entry["id"]).model_dump()
    shown = {"Option": option, "EntryInfo": entry, "EntryDetail": entry, "Welcome": welcome.model_dump()}
    for name, values in shown.items():
        for field, about in document["components"]["schemas"][name]["properties"].items():
            if isinstance(values.get(field), str) and values[field]:
                about["examples"] = [values[field]]
    chat = document["paths"]["/api/chat"]["post"]
    _media(chat["requestBody"])["examples"] = {
        "question": {"summary": "提问", "value": {"question": entry["question"]}}
    }
    silent = Reply(kind="abstain", text=desk.say("abstain"), confidence=0.0312).model_dump()
    _media(chat["responses"]["200"])["examples"] = {
        "answer": {"summary": "直接回答", "value": answer | _IDS},
        "abstain": {"summary": "资料没有讲", "value": silent | _IDS},
    }


def _media(described: dict[str, Any]) -> dict[str, Any]:
    media: dict[str, Any] = described["content"]["application/json"]
    return media


def _answer(chat: Chat, entry_id: str) -> dict[str, Any]:
    entry = chat.engine.entries[entry_id]
    related = chat.related(entry_id)
    reply = Reply(kind="answer", text=entry.answer, entry=entry_info(entry), options=related, confidence=0.9912)
    return reply.model_dump()
