"""HTTP: the JSON API of the contract."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from fastapi import APIRouter
from fastapi import Path as FromPath
from fastapi import Query as FromQuery
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from bot.channels.desk import Desk, checked_question
from bot.channels.errors import invalid, not_found, too_large, wrong_type
from bot.channels.presenter import tongue
from bot.channels.welcome import welcome_of
from bot.chat import entry_info
from bot.reply import (
    MAX_QUESTION,
    ChatRequest,
    EntryDetail,
    EntryList,
    ErrorReply,
    Feedback,
    PassageInfo,
    Query,
    Ready,
    Reply,
    SuggestionList,
    Welcome,
    trim,
)

MAX_BODY = 64 * 1024

_SUGGESTIONS = 5
_BOM = b"\xef\xbb\xbf"
_Model = TypeVar("_Model", bound=BaseModel)
_Responses = dict[int | str, dict[str, Any]]


def api_router(desk: Desk) -> APIRouter:
    """Return the routes of the API."""
    router = APIRouter()
    _add_chat(router, desk)
    _add_entries(router, desk)
    _add_state(router, desk)
    return router


def _add_chat(router: APIRouter, desk: Desk) -> None:
    @router.post(
        "/api/chat",
        summary="提问",
        responses=_errors(400, 413, 415, 422, 429, 503),
        openapi_extra=_body(ChatRequest),
    )
    async def chat(request: Request) -> Reply:
        asked = await _read(request, ChatRequest)
        reply = await desk.ask(
            request, Query(checked_question(asked.question), "api", asked.session_id, asked.language)
        )
        return desk.presenter.reply(reply, tongue(asked.question, asked.language))

    @router.post(
        "/api/feedback",
        summary="评价一次答复",
        status_code=204,
        responses=_errors(400, 413, 415, 422, 429, 503),
        openapi_extra=_body(Feedback),
    )
    async def feedback(request: Request) -> None:
        await desk.take_feedback(request, await _read(request, Feedback))


def _add_entries(router: APIRouter, desk: Desk) -> None:
    @router.get("/api/welcome", summary="打开聊天窗口时的问候和常问的问题", responses=_errors(422, 503))
    async def welcome(
        language: Annotated[str | None, FromQuery(description="zh-Hans、zh-Hant 或 en")] = None,
    ) -> Welcome:
        return welcome_of(desk, language)

    @router.get("/api/suggest", summary="边输入边提示", responses=_errors(400, 422, 429, 503))
    async def suggest(
        request: Request,
        q: Annotated[str, FromQuery(description=f"已输入的字，去掉首尾空白后最多 {MAX_QUESTION} 个")],
    ) -> SuggestionList:
        prefix = checked_question(q, "q") if trim(q) else ""
        return SuggestionList(suggestions=await desk.suggest(request, prefix, _SUGGESTIONS) if prefix else [])

    @router.get("/api/entries", summary="全部问答", responses=_errors(503))
    async def entries() -> EntryList:
        return EntryList(entries=[entry_info(entry) for entry in desk.chat.engine.entries.values()])

    @router.get("/api/entries/{entry_id}", summary="一条问答", responses=_errors(404, 422, 503))
    async def entry(entry_id: Annotated[str, FromPath(description="编号，例如 P3")]) -> EntryDetail:
        return _detail(desk, entry_id)


def _add_state(router: APIRouter, desk: Desk) -> None:
    @router.get("/api/health", summary="进程是否在服务")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/api/ready", summary="是否可以回答", responses=_errors(503))
    async def ready() -> Ready:
        engine = desk.chat.engine
        return Ready(index_version=engine.version, entries=len(engine.entries), model=engine.model_name)

    @router.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return Response(desk.metrics.text(), media_type=CONTENT_TYPE_LATEST)


def _detail(desk: Desk, entry_id: str) -> EntryDetail:
    chat = desk.chat
    entry = chat.engine.entries.get(entry_id)
    if entry is None:
        raise not_found(f"没有编号为“{entry_id[:20]}”的问答。", "entry_not_found")
    return EntryDetail(
        **entry_info(entry).model_dump(),
        answer=entry.answer,
        short_answer=entry.short_answer or None,
        passages=[PassageInfo(name=part.name, text=part.text) for part in entry.passages],
        related=chat.related(entry.id),
    )


async def _read(request: Request, model: type[_Model]) -> _Model:
    """Return the body: no more of it than there may be, and with errors of our own."""
    if not _is_json(request.headers.get("content-type", "")):
        raise wrong_type()
    body = await body_of(request)
    try:
        return model.model_validate_json(body.removeprefix(_BOM))
    except ValidationError as error:
        raise invalid(error.errors(include_url=False, include_context=False, include_input=False)) from None


def _is_json(content_type: str) -> bool:
    if content_type == "application/json":
        return True
    kind, _, parameters = content_type.lower().partition(";")
    charset = parameters.replace(" ", "").replace('"', "")
    return kind.strip() == "application/json" and charset in ("", "charset=utf-8", "charset=utf8")


async def body_of(request: Request) -> bytes:
    """Return the body; raise the 413 error as soon as it is over the limit."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > MAX_BODY:
        raise too_large(MAX_BODY)
    body, more = b"", True
    # A chunked body does not say its length beforehand, so it is measured on the way.
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > MAX_BODY:
            raise too_large(MAX_BODY)
    return body


_WHAT = {
    400: "内容不对",
    404: "没有",
    413: "请求太大",
    415: "不是 JSON",
    422: "字段不对",
    429: "问得太快",
    503: "还没准备好",
}


def _errors(*statuses: int) -> _Responses:
    return {status: {"model": ErrorReply, "description": _WHAT[status]} for status in statuses}


def _body(model: type[BaseModel]) -> dict[str, Any]:
    content = {"application/json": {"schema": model.model_json_schema()}}
    return {"requestBody": {"required": True, "content": content}}
