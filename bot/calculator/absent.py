"""Absent: numbers that people ask for and the documents do not give, and questions about another place's insurance."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.calculator.reader import Sentence
from bot.calculator.record import Record
from bot.calculator.spans import HERE, PLACE
from corpus.policy import Absent, Policy
from corpus.text import fold
from corpus.words import GAP

# A ratio is asked for so surely that the deductible is only named (起付线以上报几成).
_SURE = 0.6
_HOW_MUCH = re.compile(r"^[^,。;以后外上]{0,6}(?:多少|几)")
_INSURANCE = re.compile(
    r"(?:那边|这边|市|省|地区|本地|的)*(?:小孩|少儿|居民|城乡|学生|孩子|娃|儿童|大学生|职工|的)*(?:医保|健保|社保|医疗保险)"
    r"|[^,。;!?住院看病医]{0,8}?(?:交|参|买|上|入)(?:的|咗|了|过|嘅)(?:是|系)?(?:少儿|学生|居民|城乡)*(?:医保|社保|保险)"
)


class Absences:
    """Knows by which words the missing numbers are called."""

    def __init__(self, policy: Policy, on_bill: Callable[[str], bool]) -> None:
        """Take the missing numbers; what may also stand on a bill (自费, 起付线) refuses only where no cost is told."""
        self._absent = tuple((absent.name, _patterns(absent)) for absent in policy.absent)
        self._weak = {absent.name for absent in policy.absent if any(on_bill(fold(word)) for word in absent.words)}

    def named(self, text: str, *, strictly: bool = False) -> str:
        """Return the name of the first missing number that a text names, strictly none that may stand on a bill."""
        known = ((name, words) for name, words in self._absent if not strictly or name not in self._weak)
        return next((name for name, words in known if _named(words, text)), "")

    def asked(self, record: Record, sentence: Sentence) -> str:
        """Return the name of the missing number that a question asks for, an empty string if there is none."""
        if record.task in ("income", "wage", "binforce"):
            return ""
        ratio = record.want in ("ratio", "selfratio") and sentence.reading.sure("want") > _SURE
        told = record.told_cost or record.unclear or record.deductible is not None or record.paid is not None
        # 起付线过了以后报多少: the line is only named.
        weak = record.task == "claim" and not told and not ratio and "above" not in sentence.words
        known = ((name, words) for name, words in self._absent if weak or name not in self._weak)
        return next((name for name, words in known if _named(words, sentence.text)), "")

    def asked_right_out(self, text: str) -> str:
        """Return the name of a missing number whose word stands right before the question for it: 起付线到底是多少."""
        for name, words in self._absent:
            for word in (parts[0] for parts in words if len(parts) == 1):
                at = text.find(word)
                if at >= 0 and _HOW_MUCH.search(text[at + len(word) : at + len(word) + 8]):
                    return name
        return ""


def _patterns(absent: Absent) -> tuple[tuple[str, ...], ...]:
    """Return what each word of a missing number is made of; … stands for a gap."""
    return tuple(tuple(fold(part) for part in word.split(GAP)) for word in absent.words)


def _named(words: tuple[tuple[str, ...], ...], text: str) -> bool:
    # Of the hundreds of words hardly one is there, so the first part of each is looked for by itself.
    return any(parts[0] in text and all(part in text for part in parts) for parts in words)


def is_insured_elsewhere(sentence: Sentence) -> bool:
    """Tell whether another place's insurance is spoken of: 广州小孩居民医保今年交多少."""
    elsewhere = [span for span in sentence.spans if span.kind == PLACE and span.name != HERE]
    return any(_INSURANCE.match(sentence.text, span.end) for span in elsewhere)
