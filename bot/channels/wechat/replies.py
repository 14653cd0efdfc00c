"""Replies: the documents that WeChat takes as an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.channels.wechat.messages import Message
from bot.channels.wechat.xml import element


@dataclass(frozen=True)
class Article:
    """One article of a news reply."""

    title: str
    description: str
    picture: str
    url: str


def text_reply(message: Message, now: int, content: str) -> str:
    """Return a reply that says `content`."""
    return _reply(message, now, "text", element("Content", content))


def staff_reply(message: Message, now: int) -> str:
    """Return the reply that hands the conversation over to the account's staff."""
    return _reply(message, now, "transfer_customer_service")


def news_reply(message: Message, now: int, articles: Sequence[Article]) -> str:
    """Return a reply of articles; a user's message is answered with one at the most."""
    items = "".join(
        f"<item>{element('Title', article.title)}{element('Description', article.description)}"
        f"{element('PicUrl', article.picture)}{element('Url', article.url)}</item>"
        for article in articles
    )
    body = f"<ArticleCount>{len(articles)}</ArticleCount><Articles>{items}</Articles>"
    return _reply(message, now, "news", body)


def envelope(encrypted: str, signature: str, timestamp: str, nonce: str) -> str:
    """Return an encrypted reply with what WeChat checks it by."""
    return (
        f"<xml>{element('Encrypt', encrypted)}{element('MsgSignature', signature)}"
        f"<TimeStamp>{timestamp}</TimeStamp>{element('Nonce', nonce)}</xml>"
    )


def _reply(message: Message, now: int, kind: str, body: str = "") -> str:
    return (
        f"<xml>{element('ToUserName', message.sender)}{element('FromUserName', message.recipient)}"
        f"<CreateTime>{now}</CreateTime>{element('MsgType', kind)}{body}</xml>"
    )
