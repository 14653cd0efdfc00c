"""Markup: what WeChat shows: plain lines, links, and links that send a message."""

from __future__ import annotations

import re

from bot.channels.wechat.xml import clean

# The hard limit is 2,047 bytes of UTF-8: a longer text is not cut by WeChat, the user gets a fault notice instead.
MOST_BYTES = 2047
_WIDE = str.maketrans("<>", "＜＞")
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_LINK = re.compile(r"\[([^\[\]\n]+)\]\(([^()\s]+)\)")
# Only what an address cannot hold as it is; Chinese stays as it is, as in most accounts' links.
_QUOTED = str.maketrans({sign: f"%{ord(sign):02X}" for sign in '%&#?+"<>= \n'})
_MARKDOWN = [
    # Fences, rules and the second line of tables have no words in them.
    (re.compile(r"^[ \t]*(?:```.*|~~~.*|[-*_]{3,}[ \t]*|\|?(?:[ \t]*:?-{3,}:?[ \t]*\|?)+)\n?", re.MULTILINE), ""),
    (re.compile(r"^([ \t]*)#{1,6}[ \t]+", re.MULTILINE), r"\1"),
    (re.compile(r"^([ \t]*)[-*+][ \t]+", re.MULTILINE), r"\1· "),
    (re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*"), r"\1"),
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+)(?<=\S)\*(?![\w*])"), r"\1"),
    (re.compile(r"`([^`\n]+)`"), r"\1"),
    (re.compile(r"^[ \t]*\|[ \t]*(.*?)[ \t]*\|[ \t]*$", re.MULTILINE), r"\1"),
    (_LINK, r"\1（\2）"),
    (re.compile(r"\\([\\`*_{}\[\]()#+\-.!|<>])"), r"\1"),
    (re.compile(r"\n{3,}"), "\n\n"),
]


def size(text: str) -> int:
    """Return how many bytes `text` takes on the way."""
    return len(text.encode("utf-8", "replace"))


def plain(text: str) -> str:
    """Return Markdown as plain lines, its words untouched; tags in it are shown, not obeyed."""
    for pattern, replacement in _MARKDOWN:
        text = pattern.sub(replacement, text)
    return harmless(text)


def harmless(text: str) -> str:
    """Return `text` with brackets that look like a tag made full-width, so that nobody's words become a link."""
    text = clean(text)
    return text.translate(_WIDE) if _TAG.search(text) else text


def link(address: str, label: str) -> str:
    """Return a link to a page."""
    return f'<a href="{address}">{label.translate(_WIDE)}</a>'


def menu_link(text: str, menu_id: str, label: str = "") -> str:
    """Return a link that sends `text` as the user's own message."""
    address = f"weixin://bizmsgmenu?msgmenucontent={text.translate(_QUOTED)}&msgmenuid={menu_id.translate(_QUOTED)}"
    return link(address, label or text)


def linked(sentence: str) -> str:
    """Return one of the bot's own sentences with its links: [words](address) or [words](message to send)."""

    def replace(match: re.Match[str]) -> str:
        label, target = match.groups()
        return link(target, label) if target.startswith(("http://", "https://")) else menu_link(target, "0", label)

    return _LINK.sub(replace, sentence)
