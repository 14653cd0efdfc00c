"""Markdown: an official answer as safe HTML, with its addresses to tap on."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.token import Token

# Chinese text follows an address without a space, so only the signs of an address belong to it.
_ADDRESS = re.compile(r"https?://[A-Za-z0-9\-._~:/?#@!$&*+,;=%]*[A-Za-z0-9/=_\-]")
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table")


def render(text: str) -> str:
    """Return `text` as HTML; tags in it are shown, not obeyed."""
    tokens = _MARKDOWN.parse(text)
    for token in tokens:
        if token.children:
            token.children = _linked(token.children)
    return str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))


def _linked(tokens: list[Token]) -> list[Token]:
    linked: list[Token] = []
    inside = 0
    for token in tokens:
        inside += token.nesting if token.type in ("link_open", "link_close") else 0
        linked += _split(token) if token.type == "text" and not inside else [token]
    return linked


def _split(token: Token) -> list[Token]:
    parts: list[Token] = []
    end = 0
    for match in _ADDRESS.finditer(token.content):
        parts += [_text(token.content[end : match.start()]), *_link(match[0])]
        end = match.end()
    return [*parts, _text(token.content[end:])]


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _link(address: str) -> list[Token]:
    attributes: dict[str, str | int | float] = {"href": address, "rel": "noopener noreferrer"}
    return [Token("link_open", "a", 1, attrs=attributes), _text(address), Token("link_close", "a", -1)]
