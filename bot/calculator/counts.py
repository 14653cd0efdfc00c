"""Counts: how many children a sentence speaks of."""

from __future__ import annotations

import re

from bot.calculator.numbers import read_number

Span = tuple[int, int]

# Counts that do not agree: 38人九月交, 另有3个插班生.
SEVERAL = "several"
_LARGEST = 9999
_NOUN = (
    "娃|孩|小孩|宝宝|小朋友|仔|崽|细路|细佬|bb|儿子|女儿|闺女|小鬼|小家伙|学生|插班生|女|囡|囝|kids?|孙|神兽|外孙|妞|丫头"
    r"|小子|仔女|名|双胞胎|细蚊|人(?![民家])|人一起|个一起|个都|个加|个总|个一共|个小的|个合|个埋|个(?=\d{1,2}月)|个人"
)
_COUNT = re.compile(
    r"(?P<count>(?:-|负)?(?:\d+(?:\.\d+)?|[一两二三四五六七八九十百千万亿]+)|俩|仨)\s*(?:个|位|名|只|条)?\s*"
    rf"(?P<noun>{_NOUN})"
)
_PAIRS = re.compile(
    r"(?:兄妹|姐弟|哥俩|姐俩|兄弟|姐妹|龙凤胎|双胞胎|双胎|孖仔|孖女|孖|一儿一女|一男一女|一仔一女|一对|twins)(?:俩|两)?"
)
_TRIPLETS = re.compile(r"三胞胎|仨(?:娃|孩|宝)?")
_ORDINAL = re.compile(r"第|老|[一二三四]胎|[二三]孩")
_WORDS = {"俩": 2, "仨": 3}


def find_children(text: str) -> tuple[str, list[Span]]:
    """Return how many children are spoken of (empty if nobody says, 0 if impossible), and where it is said."""
    found = [
        match
        for match in _COUNT.finditer(text)
        if not _ORDINAL.search(text[max(0, match.start() - 1) : match.start("noun")])
    ]
    spans = [match.span() for match in found]
    counts = {_number(match["count"]) for match in found}
    if counts:
        largest = max(counts)
        # 姐姐家两个我家两个，四个小孩: the largest is the sum of the others.
        agree = len(counts) == 1 or 2 * largest == sum(_number(match["count"]) for match in found)
        return str(largest) if agree else SEVERAL, spans
    for pattern, count in ((_PAIRS, 2), (_TRIPLETS, 3)):
        if match := pattern.search(text):
            return str(count), [match.span()]
    return "", []


def _number(said: str) -> int:
    if said in _WORDS:
        return _WORDS[said]
    number = read_number(said.lstrip("-负"))
    possible = number is not None and number == int(number) <= _LARGEST and said[0] not in "-负"
    return int(number) if possible and number is not None else 0
