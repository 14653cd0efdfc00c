"""HTTP: the JSON API of the contract."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fastapi import APIRouter
from fastapi.routing import APIRoute
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel, ValidationError
from pydantic_core import to_json
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from bot.channels.desk import Desk, checked_question
from bot.channels.errors import invalid, not_found, too_large, wrong_type
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

_NO_BODY: dict[str, Any] = {"entry": None, "passage": None, "estimate": None, "ask": None, "card": None, "notice": None}
_IDS = {"reply_id": "01JD8Q3W5Y0000000000000000", "session_id": "k3J9x2mQ7vTzL5wa"}
_EXAMPLES: dict[str, Any] = {
    "answer": {
        "summary": "直接回答",
        "value": {
            **_IDS,
            **_NO_BODY,
            "kind": "answer",
            "text": "2024-2025学年度个人缴费436.32元/年……",
            "entry": {
                "id": "P3",
                "question": "少儿医保每年要交多少钱？",
                "category": "保费缴纳",
                "basis": "少儿参保缴费 热点问答（2024年8月）保费缴纳 第3问",
                "valid": "2024-2025学年度",
                "url": "/answers/P3",
            },
            "options": [
                {"entry_id": "P1", "question": "非在园在校少儿医保费用怎么交？", "label": "没上学的孩子怎么交钱"},
            ],
            "confidence": 0.9912,
        },
    },
    "abstain": {
        "summary": "资料没有讲",
        "value": {
            **_IDS,
            **_NO_BODY,
            "kind": "abstain",
            "text": "这份资料没有讲这件事，我不能乱说。请拨打 12345 热线问工作人员。",
            "options": [],
            "confidence": 0.0312,
        },
    },
}


class LeanRoute(APIRoute):
    """A route in the OpenAPI document whose endpoint reads the request itself.

    FastAPI's own reading of parameters and bodies, and the stacks it keeps for dependencies, would take longer than
    the rest of a reply.
    """

    def __init__(self, path: str, endpoint: Callable[[Request], Awaitable[Response]], **options: Any) -> None:
        """Serve `path` by the endpoint as it is."""
        super().__init__(path, endpoint, **options)

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            response = await endpoint(Request(scope, receive))
            await response(scope, receive, send)

        self.app = app


def api_router(desk: Desk) -> APIRouter:
    """Return the routes of the API, the busiest first."""
    lean = APIRouter(route_class=LeanRoute)
    _add_chat(lean, desk)
    _add_feedback(lean, desk)
    _add_entries(lean, desk)
    _add_state(lean, desk)
    return lean


def _add_chat(router: APIRouter, desk: Desk) -> None:
    @router.post(
        "/api/chat",
        summary="提问",
        response_model=None,
        responses={
            200: {"model": Reply, "content": {"application/json": {"examples": _EXAMPLES}}},
            **_errors(400, 413, 415, 422, 429, 503),
        },
        openapi_extra=_body(ChatRequest),
    )
    async def chat(request: Request) -> Response:
        asked = await _read(request, ChatRequest)
        question = checked_question(asked.question)
        reply = await desk.ask(request, Query(question, "api", asked.session_id))
        return _json(desk.presenter.reply(reply, asked.language))


def _add_feedback(router: APIRouter, desk: Desk) -> None:
    @router.post(
        "/api/feedback",
        summary="评价一次答复",
        status_code=204,
        response_model=None,
        responses=_errors(400, 413, 415, 422, 429),
        openapi_extra=_body(Feedback),
    )
    async def feedback(request: Request) -> Response:
        desk.take_feedback(request, await _read(request, Feedback))
        return Response(status_code=204)


def _add_entries(router: APIRouter, desk: Desk) -> None:
    @router.get(
        "/api/welcome",
        summary="打开聊天窗口时的问候和常问的问题",
        response_model=None,
        responses={200: {"model": Welcome}, **_errors(503)},
        openapi_extra={"parameters": [_parameter("language", "query", "zh-Hans、zh-Hant 或 en", required=False)]},
    )
    async def welcome(request: Request) -> Response:
        return _json(welcome_of(desk, request.query_params.get("language")))

    @router.get(
        "/api/suggest",
        summary="边输入边提示",
        response_model=None,
        responses={200: {"model": SuggestionList}, **_errors(400, 422, 503)},
        openapi_extra={"parameters": [_parameter("q", "query", "已输入的字", {"maxLength": MAX_QUESTION})]},
    )
    async def suggest(request: Request) -> Response:
        text = request.query_params.get("q")
        if text is None:
            raise invalid([{"type": "missing", "loc": ("query", "q")}])
        prefix = checked_question(text, "q") if trim(text) else ""
        ids = desk.chat.engine.suggest(prefix, _SUGGESTIONS) if prefix else ()
        return _json(SuggestionList(suggestions=[desk.chat.option(entry_id) for entry_id in ids]))

    @router.get(
        "/api/entries",
        summary="全部问答",
        response_model=None,
        responses={200: {"model": EntryList}, **_errors(503)},
    )
    async def entries(request: Request) -> Response:
        return _json(EntryList(entries=[entry_info(entry) for entry in desk.chat.engine.entries.values()]))

    @router.get(
        "/api/entries/{entry_id}",
        summary="一条问答",
        response_model=None,
        responses={200: {"model": EntryDetail}, **_errors(404, 503)},
        openapi_extra={"parameters": [_parameter("entry_id", "path", "编号，例如 P3")]},
    )
    async def entry(request: Request) -> Response:
        return _json(_detail(desk, request.path_params["entry_id"]))


def _add_state(router: APIRouter, desk: Desk) -> None:
    @router.get("/api/health", summary="进程是否在服务", response_model=None)
    async def health(request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    @router.get("/api/ready", summary="是否可以回答", response_model=None, responses=_errors(503))
    async def ready(request: Request) -> Response:
        engine = desk.chat.engine
        return JSONResponse(
            {
                "status": "ready",
                "index_version": engine.version,
                "entries": len(engine.entries),
                "model": engine.model_name,
            }
        )

    @router.get("/metrics", include_in_schema=False)
    async def metrics(request: Request) -> Response:
        return Response(desk.metrics.text(), media_type=CONTENT_TYPE_LATEST)


def _detail(desk: Desk, entry_id: str) -> EntryDetail:
    entry = desk.chat.engine.entries.get(entry_id)
    if entry is None:
        raise not_found(f"没有编号为“{entry_id[:20]}”的问答。", "entry_not_found")
    return EntryDetail(
        **entry_info(entry).model_dump(),
        answer=entry.answer,
        short_answer=entry.short_answer or None,
        passages=[PassageInfo(name=part.name, text=part.text) for part in entry.passages],
        related=desk.chat.related(entry.id),
    )


async def _read(request: Request, model: type[_Model]) -> _Model:
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


def _json(model: BaseModel) -> Response:
    # Straight to bytes: by way of a string takes twice as long.
    return Response(to_json(model), media_type="application/json")


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


def _parameter(
    name: str, place: str, description: str, limits: dict[str, Any] | None = None, required: bool = True
) -> dict[str, Any]:
    schema = {"type": "string", **(limits or {})}
    return {"name": name, "in": place, "required": required, "description": description, "schema": schema}
