"""Buttons: what a tap on one of the answers that were offered says, or its place in the row."""

from __future__ import annotations

import re
from typing import Any

from bot.calculator.record import CASES, Record
from bot.calculator.wording import OPTIONS
from corpus.text import fold

_LOOSE = re.compile(r"(?:我?选|就|是|第|那)*([1-4一二三四]|最后一?)(?:个|项|种|号|条)?(?:吧|的|了|谢谢|,|。|!)*")
_PICKS = {"一": 1, "二": 2, "三": 3, "四": 4}


def named_by(text: str, asked: str) -> Record | None:
    """Return what a button, or its place in the row, says."""
    options = OPTIONS.get(asked)
    if options is None:
        return None
    values = list(options.values())
    chosen = {fold(label): value for label, value in options.items()}.get(text)
    if chosen is None and (match := _LOOSE.fullmatch(text)):
        place = len(values) if match[1][0] == "最" else _PICKS.get(match[1]) or int(match[1])
        chosen = values[place - 1] if place <= len(values) else None
    if chosen is None:
        return None
    said: dict[str, Any] = {{"hospital_level": "level"}.get(asked, asked): chosen}
    if asked == "out_of_city_kind":
        said = dict.fromkeys(CASES, "false") | {chosen: "true"}
    return Record(**said)
