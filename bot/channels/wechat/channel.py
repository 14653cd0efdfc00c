"""Channel: the address that WeChat calls, from request to response."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.channels.desk import Desk
from bot.channels.errors import ApiError
from bot.channels.http import body_of
from bot.channels.metrics import WechatMetrics
from bot.channels.wechat.card import Card
from bot.channels.wechat.gate import Gate
from bot.channels.wechat.messages import Message
from bot.channels.wechat.refusal import Reason, Refused
from bot.channels.wechat.replies import staff_reply, text_reply
from bot.channels.wechat.responder import Responder
from bot.channels.wechat.turns import Turns
from bot.channels.wechat.visitors import Visitors

log = logging.getLogger(__name__)

PATH = "/wechat"
# WeChat does nothing more after it, and shows the user nothing.
_SUCCESS = "success"
_QUIET_SECONDS = 60.0
_SAYS = {400: "bad request", 403: "forbidden", 413: "too large"}


class Channel:
    """Serves the callback of one account."""

    def __init__(self, desk: Desk) -> None:
        """Join the parts; `desk` says what time it is."""
        settings = desk.settings
        self._now = desk.now
        self._reach = desk.reach
        self._deadline = settings.wechat_deadline
        self._metrics = WechatMetrics(desk.metrics)
        self._gate = Gate(settings, desk.now)
        self._responder = Responder(desk)
        token = settings.wechat_token.get_secret_value() if settings.wechat_token else ""
        self._visitors = Visitors(desk.store, token)
        self._turns = Turns(desk, self._visitors, self._responder, self._metrics)
        self._refused: Counter[str] = Counter()
        self._quiet_until: dict[Reason, float] = {}

    async def serve(self, request: Request) -> Response:
        """Answer one request; whatever is genuine gets a 200 in time."""
        until = asyncio.get_running_loop().time() + self._deadline
        try:
            if request.method != "POST":
                return PlainTextResponse(self._gate.greet(request.query_params))
            letter = self._gate.open(request.query_params, await _body(request))
        except Refused as refused:
            return self._refuse(refused)
        self._metrics.count_request(letter.message.label)
        try:
            card = await self._card(letter.message, until)
        except Exception as error:
            card = self._responder.trouble(error)
        if card is None:
            return PlainTextResponse(_SUCCESS)
        document = self._gate.seal(letter, self._reply(letter.message, card))
        return Response(document, media_type="application/xml")

    async def finish(self, seconds: float) -> None:
        """Wait so long for what is being answered."""
        await self._turns.finish(seconds)

    async def _card(self, message: Message, until: float) -> Card | None:
        """Return what to say to a message, or None for nothing."""
        visitor = self._visitors.name(message.sender)
        if message.type == "event" and message.event != "CLICK":
            return await self._event(message.event, visitor)
        question = message.question
        if question is None:
            return self._responder.hint("not_text")
        # A tapped question comes back in whatever form the phone made of it; its id does not change.
        question = self._responder.question(message.menu_id) or question
        if not question:
            return self._responder.hint("empty")
        turn_id = self._visitors.name(*message.identity)
        with self._metrics.seconds.time():
            return await self._turns.take(visitor, turn_id, question, until)

    async def _event(self, event: str, visitor: str) -> Card | None:
        if event == "unsubscribe":
            await self._turns.forget(visitor)
        if event != "subscribe":
            return None
        card = self._responder.welcome()
        await self._reach(self._visitors.change, visitor, lambda state: state.show("", card))
        return card

    def _reply(self, message: Message, card: Card) -> str:
        now = int(self._now())
        # Only what a person wrote may be handed over, not a tap on the menu.
        if card.staff and message.type != "event":
            return staff_reply(message, now)
        return text_reply(message, now, card.text)

    def _refuse(self, refused: Refused) -> Response:
        reason = refused.reason
        self._metrics.rejects.labels(reason.label).inc()
        self._refused[reason.label] += 1
        # Strangers may knock as often as they like; the log stays short.
        if time.monotonic() >= self._quiet_until.get(reason, 0.0):
            self._quiet_until[reason] = time.monotonic() + _QUIET_SECONDS
            count, hint = self._refused[reason.label], refused.seen + reason.hint
            log.warning("公众号回调拒绝了请求（%s，到现在 %d 次）：%s。", reason.label, count, hint)
        return PlainTextResponse(_SAYS[reason.status], reason.status)


async def _body(request: Request) -> bytes:
    try:
        return await body_of(request)
    except ApiError:
        raise Refused(Reason.SIZE) from None
