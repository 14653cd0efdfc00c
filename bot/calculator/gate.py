"""Gate: whether a message may be a numeric question, seen at a glance; most are none and pass by quickly."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.calculator.reading import Message
from bot.calculator.vocabulary import LEVEL, Vocabulary

# A numeric question has at least one of these, or one of the cues below, or asks for what the documents do not give.
_NUMERAL = re.compile(
    r"\d(?![\d周]*岁)|[二两三四五六七八九十百千万俩仨廿双孖]|[一元](?=[级甲万千百月])|[上下这本当]个?月"
    r"|绑|选定|今[天日]|[今明去后前来]年|现在|jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec"
)
_TELLING = ("subsidy", "monthly", "base", "wage", "cap_spent", "window", "midway", "from_birth")
# Without one of these nothing is asked that can be computed. By themselves:
_ASKING = ("quantity", "from_birth", "cap")
_MONTHS = re.compile(r"[几多少哪]个?月|哪天|哪一天|多长时间|多久|时长")
# Beside an amount:
_PAYING = {"fund", "ratio"}
_MONEY = re.compile(r"\d|[百千万]|[零一二两三四五六七八九十]{2}|[一二两三四五六七八九十几][块元毛角圆蚊文]")
_SHORT = 24  # signs: 三级住院2万
# Only together:
_TOGETHER = (
    ("ask", ("wage", "base", "cap_spent", "remaining")),
    ("benefit", ("begin", "finish")),
    ("newborn", ("window",)),
)


class Gate:
    """Keeps back what is certainly no numeric question."""

    def __init__(self, words: Vocabulary, absent: Iterable[str]) -> None:
        """Take the words, and the regular expressions of what the documents do not give."""
        self._cues = words.cues
        self._levels = tuple(words.levels.values())
        self._absent = re.compile("|".join(absent) or r"(?!)")

    def passes(self, message: Message) -> bool:
        """Tell whether a message may be a numeric question; the topics decide whether it is one."""
        return self._asks(message) and self._tells(message)

    def _asks(self, message: Message) -> bool:
        # No topic is found without one of these, so this only saves the reading.
        text, hints = message.text, message.hints
        if self._has(message, _ASKING):
            return True
        beside = not hints.isdisjoint(_PAYING) or (LEVEL in hints and len(text) <= _SHORT)
        return bool(
            (beside and _MONEY.search(text))
            or _MONTHS.search(text)
            or ("apply" in hints and text.endswith("?"))
            or any(one in hints and self._has(message, others) for one, others in _TOGETHER)
        )

    def _tells(self, message: Message) -> bool:
        # 额度还剩多少哪里看 is asked by one who wants to look it up: without any number nothing is computed.
        text, hints = message.text, message.hints
        return bool(
            _NUMERAL.search(text)
            or self._has(message, _TELLING)
            or (LEVEL in hints and any(words.said_in(text) for words in self._levels))
            or self._absent.search(text)
        )

    def _has(self, message: Message, cues: Iterable[str]) -> bool:
        return any(cue in message.hints and self._cues[cue].said_in(message.text) for cue in cues)
