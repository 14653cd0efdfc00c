"""Upload: a form that brings files along, of people who are signed in only and never more than fits."""

from __future__ import annotations

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message, Receive

from bot.channels.admin.login import Form, TurnedAway

# A line of an office brings so much within the time that a request may take.
MOST_BYTES = 10 * 1024 * 1024
MOST_FILES = 6
_MOST_FIELDS = 40
_LONGEST_FIELD = 64 * 1024
_TOO_LARGE = (
    f"文件一共最多 {MOST_BYTES // 1024 // 1024} MB，没有收。请拆成几份，或者去掉图片；"
    "再大的，请管服务的人在命令行收（faq import、faq draft）。"
)


async def upload_of(request: Request) -> Form:
    """Read a form with files; raise what is wrong with it."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise TurnedAway(415, "这里只收网页上的表单。")
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdecimal() and int(length) > MOST_BYTES:
        raise TurnedAway(413, _TOO_LARGE)
    bounded = Request(request.scope, _bounded(request))
    try:
        async with bounded.form(max_files=MOST_FILES, max_fields=_MOST_FIELDS, max_part_size=_LONGEST_FIELD) as sent:
            pairs, files = [], []
            for name, value in sent.multi_items():
                if isinstance(value, UploadFile):
                    # A field that was left empty comes as a file without a name.
                    files += [(value.filename, await value.read())] if value.filename else []
                else:
                    pairs.append((name, value.replace("\x00", "")))
    except HTTPException:
        raise TurnedAway(400, f"表单读不懂，没有收。一次最多 {MOST_FILES} 个文件。请刷新网页再试。") from None
    return Form(pairs, files)


def _bounded(request: Request) -> Receive:
    seen = 0

    async def receive() -> Message:
        nonlocal seen
        message = await request.receive()
        seen += len(message.get("body", b""))
        if seen > MOST_BYTES:
            raise TurnedAway(413, _TOO_LARGE)
        return message

    return receive
