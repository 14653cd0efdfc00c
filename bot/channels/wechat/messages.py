"""Messages: what WeChat posts, read into one shape."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.channels.wechat.refusal import Reason, Refused
from bot.channels.wechat.xml import read_xml
from bot.reply import trim

# What arrives as text in place of a sticker and the like.
_UNREADABLE = {"【收到不支持的消息类型，暂无法显示】", "[Unsupported Message]"}
_OPENID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SECONDS = re.compile(r"[0-9]{1,12}")
_MESSAGES = {"text", "voice", "image", "video", "shortvideo", "location", "link"}
_EVENTS = {"subscribe", "unsubscribe", "CLICK", "VIEW", "SCAN", "LOCATION", "TEMPLATESENDJOBFINISH"}


@dataclass(frozen=True)
class Message:
    """One message or event; `fields` are its elements by name."""

    recipient: str
    sender: str
    created: str
    type: str
    fields: Mapping[str, str]

    @property
    def event(self) -> str:
        """The name of the event, or an empty string for a message of a person."""
        return self.fields.get("Event", "") if self.type == "event" else ""

    @property
    def label(self) -> str:
        """The type for metrics; whatever is new to us counts as unknown."""
        if self.type == "event":
            return f"event_{self.event.lower()}" if self.event in _EVENTS else "event_unknown"
        return self.type if self.type in _MESSAGES else "unknown"

    @property
    def question(self) -> str | None:
        """What a person typed, spoke or tapped, trimmed; None if there are no words in it that can be read."""
        if self.event == "CLICK":
            return trim(self.fields.get("EventKey", ""))
        if self.type == "voice":
            return trim(self.fields.get("Recognition", "")) or None
        text = trim(self.fields.get("Content", ""))
        return text if self.type == "text" and text not in _UNREADABLE else None

    @property
    def menu_id(self) -> str:
        """The id of the tapped menu link or button, if it was one."""
        return self.fields.get("EventKey" if self.event == "CLICK" else "bizmsgmenuid", "")

    @property
    def identity(self) -> tuple[str, ...]:
        """What is the same in every try of one message; MsgId alone is not unique among users."""
        names = ("Event", "EventKey") if self.type == "event" else ("MsgId",)
        return (self.recipient, self.sender, self.created, *(self.fields.get(name, "") for name in names))


def read_message(data: bytes) -> Message:
    """Return the message in a decrypted or plain document; raise Refused if it is none."""
    fields = read_xml(data)
    message = Message(
        fields.get("ToUserName", ""),
        fields.get("FromUserName", ""),
        fields.get("CreateTime", ""),
        fields.get("MsgType", ""),
        fields,
    )
    if not (_OPENID.fullmatch(message.sender) and _SECONDS.fullmatch(message.created) and message.type):
        raise Refused(Reason.XML)
    return message
