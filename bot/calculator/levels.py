"""Levels: of which level a hospital is, as far as a sentence says."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.calculator.vocabulary import Words

Span = tuple[int, int]

# 一级护理, 三级台阶: no hospital.
_NO_HOSPITAL = r"(?!护理|手术|残疾|保护|台阶|电梯|预警|风|伤残|地震|跳|心理|教师|厨师|烧伤|烫伤|肥胖|高血压|证)"
# 上一级医院, 2023级学生.
_NO_LEVEL_BEFORE = re.compile(r"(?:(?<![以镇县市区街村路])[上高下低更]|\d)$")
_NUMERALS = "一二三两叁123"
_IS_HOSPITAL = re.compile(_NO_HOSPITAL)
_IMPOSSIBLE = re.compile(rf"(?<![\d十年])(?:[四五六七八九零0]|[4-9])级{_NO_HOSPITAL}|四甲|五甲")
_RANGE = re.compile(r"[一二三123]级(?:及|和|或)?(?:以下|以上)")
_CORRECTED = re.compile(r"不对|错了|哦不|应该是|说错|讲错|记错|唉不|啊不|哎不|噢不|不是|更正|,不,")
_CHOSEN = re.compile(r"(?:绑|选定|签约)[^,。;]{0,5}$")
# A hospital that is only named by the one it belongs to (社康的结算医院), or that one comes from (社康转诊到).
_UNDER = re.compile(r"(?:医院)?(?:底下|旗下|下面|下属|名下)")
_BEFORE_ANOTHER = re.compile(
    r"(?:中心|健康|服务|站|医院)*(?:的|所属|那边的|上面的|上面那家|那个|那家|嘅)?"
    r"(?:结算|上级|转诊|转到|转去|转上|转院|开了?转诊|开转诊|医生转|医生?说看不了|大夫)"
)


def find_levels(text: str, levels: Mapping[str, Words]) -> tuple[tuple[str, ...], list[Span]]:
    """Return the levels that are said and not denied, and where they stand; a correction drops those before it."""
    ranges = [match.span() for match in _RANGE.finditer(text)]
    found = sorted(
        (one.start, one.end, level, one.denied)
        for level, words in levels.items()
        for one in words.find(text)
        if _IS_HOSPITAL.match(text, one.end)
        # 楼下社康 is a level all the same.
        and not (text[one.start] in _NUMERALS and _NO_LEVEL_BEFORE.search(text[: one.start]))
        and not any(start <= one.start < end for start, end in ranges)
    )
    kept = [one for one in found if not one[3] and not _is_passed(text, one[1], one[2])]
    if len(kept) > 1 and "住" in text:
        # 绑的是社康，住的是三级: the chosen one matters for outpatient care only.
        kept = [one for one in kept if not _CHOSEN.search(text[: one[0]])] or kept
    for place in range(len(kept) - 1, 0, -1):
        if _CORRECTED.search(text, kept[place - 1][1], kept[place][0]):
            kept = kept[place:]
            break
    return tuple(dict.fromkeys(level for _, _, level, _ in kept)), [*((one[0], one[1]) for one in found), *ranges]


def impossible_level(text: str) -> str:
    """Return a level that there is not, such as 四级, or an empty string."""
    match = _IMPOSSIBLE.search(text)
    return match[0] if match else ""


def _is_passed(text: str, end: int, level: str) -> bool:
    return _UNDER.match(text, end) is not None or (level == "1" and _BEFORE_ANOTHER.match(text, end) is not None)
