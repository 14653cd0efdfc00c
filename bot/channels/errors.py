"""Errors of the HTTP door: one shape everywhere, a sentence in Chinese, never a trace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from bot.reply import MAX_QUESTION, ErrorInfo, ErrorReply

# A field name that a client made up is repeated in the message, but not at any length.
_SHOWN = 60


class ApiError(Exception):
    """A request that cannot be served; carries all that the error shape shows."""

    def __init__(
        self, status: int, code: str, message: str, field: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        """Remember status, code for programs, sentence for people and the field it is about."""
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.headers = headers

    def response(self) -> Response:
        """Return the error as the contract's JSON."""
        body = ErrorReply(error=ErrorInfo(code=self.code, message=self.message, field=self.field))
        return Response(body.model_dump_json(), self.status, self.headers, "application/json")


class Busy(ApiError):
    """As much is being worked out as there may be, or it has taken too long."""

    def __init__(self) -> None:
        """Ask to come again."""
        super().__init__(503, "busy", "现在问的人太多，请过几秒再试。", headers={"Retry-After": "5"})


def not_found(message: str = "没有这个地址。", code: str = "not_found") -> ApiError:
    """Return the error for an address or an entry that is not there."""
    return ApiError(404, code, message)


def not_ready() -> ApiError:
    """Return the error for the time before the index is loaded."""
    return ApiError(503, "not_ready", "服务正在启动，请过几秒再试。", headers={"Retry-After": "2"})


def failed() -> ApiError:
    """Return the error for a server that could not load its index; details are in its log only."""
    return ApiError(503, "index_unavailable", "问答服务暂时不可用，请稍后再试。")


def broken() -> ApiError:
    """Return the error for a fault of ours."""
    return ApiError(500, "internal", "服务器出错了，请稍后再试。")


def malformed() -> ApiError:
    """Return the error for what is no HTTP request."""
    return ApiError(400, "bad_request", "这不是正确的 HTTP 请求，请检查地址、请求头和请求的长度。")


def too_slow() -> ApiError:
    """Return the error for a request that does not come in whole."""
    return ApiError(408, "request_timeout", "请求没有发完，等得太久了，请重发。")


def too_large(limit: int) -> ApiError:
    """Return the error for a body over the limit, in bytes."""
    return ApiError(413, "body_too_large", f"请求太大了，最多 {limit // 1024} KiB。")


def wrong_type() -> ApiError:
    """Return the error for a body that does not call itself JSON."""
    return ApiError(415, "content_type", "请求头 Content-Type 应当是 application/json，编码用 UTF-8。")


def rate_limited(limit: int, seconds: int) -> ApiError:
    """Return the error for a client that asks too often."""
    message = f"问得太快了：每分钟最多 {limit} 次，请 {seconds} 秒后再试。"
    return ApiError(429, "rate_limited", message, headers={"Retry-After": str(seconds)})


def empty_question(field: str) -> ApiError:
    """Return the error for a question with nothing but space in it."""
    return ApiError(400, "question_empty", "还没有写问题，请写 1 到 500 个字。", field)


def long_question(field: str, length: int) -> ApiError:
    """Return the error for a question over the limit."""
    return ApiError(
        400, "question_too_long", f"问题有 {length} 个字，太长了，请控制在 {MAX_QUESTION} 个字以内。", field
    )


_INVALID = {
    "missing": ("field_missing", "缺少字段 {field}。"),
    "extra_forbidden": ("field_unknown", "不认识字段 {field}，请去掉它，或核对拼写。"),
    "string_type": ("field_type", "字段 {field} 应当是一个字符串。"),
    "bool_type": ("field_type", "字段 {field} 应当是 true 或 false。"),
    "string_too_long": ("field_too_long", f"字段 {{field}} 最多 {MAX_QUESTION} 个字。"),
    "string_pattern_mismatch": ("field_invalid", "字段 {field} 的写法不对，请原样使用服务返回的值。"),
}


def invalid(errors: Sequence[Any]) -> ApiError:
    """Return the error for what pydantic found wrong, the first finding only."""
    first = errors[0]
    if first["type"] in ("json_invalid", "string_unicode"):
        return ApiError(400, "json_invalid", "请求内容不是正确的 JSON，请用 UTF-8 编码的 JSON。")
    names = [str(part) for part in first["loc"] if part not in ("body", "query", "path")]
    if not names:
        return ApiError(422, "body_type", '请求内容应当是一个 JSON 对象，例如 {"question": "…"}。')
    field = ".".join(names)[:_SHOWN]
    code, message = _INVALID.get(first["type"], ("field_invalid", "字段 {field} 的值不对。"))
    return ApiError(422, code, message.replace("{field}", field), field)
