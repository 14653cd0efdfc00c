"""Pagination: a long text cut where a reader would pause."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from bot.channels.wechat.markup import size

_LINK = re.compile(r"<a\s.*?</a>", re.DOTALL)
# From the best place for a pause to the last resort: paragraph, line or list item, sentence, clause.
_PAUSES = [re.compile(pattern) for pattern in (r"\n\s*\n", r"\n", r"[。！？；!?;][”’」』）)】]*", r"[，、,：:→]")]
_JOINERS = {"\u200d", "\ufe0e", "\ufe0f", "\u20e3"}


def cut(text: str, limit: int) -> list[str]:
    """Return `text` as pages of at most `limit` bytes; joined they are the text again."""
    pages = []
    while size(text) > limit:
        end = _end(text, limit)
        pages.append(text[:end])
        text = text[end:]
    return [*pages, text]


def _end(text: str, limit: int) -> int:
    """Return where the first page of `text` ends."""
    # What half a character leaves behind is dropped by the decoder.
    longest = len(text.encode("utf-8", "replace")[:limit].decode("utf-8", "ignore"))
    links = [match.span() for match in _LINK.finditer(text)]
    longest = next((start for start, end in links if 0 < start < longest < end), longest)
    for pause in _PAUSES:
        places = [place for place in _places(pause, text[:longest], links) if 2 * place >= longest]
        if places:
            return places[-1]
    return _whole(text, longest)


def _places(pause: re.Pattern[str], head: str, links: list[tuple[int, int]]) -> Iterator[int]:
    for match in pause.finditer(head):
        if not any(start < match.end() < end for start, end in links):
            yield match.end()


def _whole(text: str, end: int) -> int:
    """Return the last place up to `end` that does not part a sign from its accent or an emoji from its parts."""
    for place in range(end, max(end - 32, 0), -1):
        following = text[place : place + 1]
        if following not in _JOINERS and not unicodedata.combining(following or " ") and text[place - 1] != "\u200d":
            return place
    return end
