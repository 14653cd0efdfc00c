"""Places: where a hospital is, as far as a sentence says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from bot.calculator.vocabulary import ABROAD, COUNTRY, HERE, PROVINCE, Named

LOCAL, IN_PROVINCE, OUT_PROVINCE = "local", "in_province", "out_province"
# Out of the city, nobody says where; not covered; several places at once.
AWAY, UNCOVERED, SEVERAL = "away", "uncovered", "several"
_SLOT = {HERE: LOCAL, PROVINCE: IN_PROVINCE, COUNTRY: OUT_PROVINCE, ABROAD: UNCOVERED}
# Said of a person, a university or the insurance itself, a place is not where the hospital is.
_NOT_WHERE = re.compile(
    r"(?:的)?(?:户口|户籍|户|路|大道|街|人(?!民)|籍|医保|少儿|学生|社保|参保|大学|话|口音|妹|仔|佬|转学|来的|过来|来深"
    r"|本地户|这边的?户|银行|牌照|回来)"
)
_FROM = re.compile(r"(?:从|来自|户口在|户口还在|户籍在|离开|户口是|户籍是|不在|没在|不是|唔喺)$")
_AT = re.compile(r"(?:在|到|去|回|喺|于|来|返|住|跑|转|往|外|备案|备案在|转诊到|转诊去|送)(?:了|咗|过|到)?$")
_CORRECTED = re.compile(r"不对|错了|说错|写错|打错|哦不|应该是|更正|,不,")
_AWAY = re.compile(
    r"(?<!非)(?<!不是)(?<!不在)(?<!没去)(?<!没有去)(?<!从)"
    r"(?:外地|异地|老家|外市|市外|乡下|乡里|别的城市|其他城市|外头城市|娘家|婆家|外婆家|姥姥家|奶奶家)"
    r"(?!户口|户籍|户|人|备案.{0,3}(?:没|未)|的户|转学|过来|来|带|寄|回来)"
)
_WENT_AWAY = re.compile(
    r"(?<!从)(?:在|回|去|到|喺)(?:了|咗|过)?(?:外地|老家|外市|市外|乡下|娘家|婆家|外婆家|姥姥家|奶奶家)(?!户口|户籍|的?户)"
)
_BACK = re.compile(r"回(?:到|来|了)?深圳")
# 东莞住了又去长沙住: both.
_AND_THEN = re.compile(r"又(?:去|到|转)|再(?:去|到|转)")
_NOT_HERE = re.compile(r"(?:不在|没在|不是在|离开)深圳")
# 湖南省的长沙 is one place; 长沙，在武汉 are two.
_WITHIN, _ELSEWHERE = 2, re.compile(r"[,。;在去到]")
_INSURANCE = re.compile(
    r"(?:那边|这边|市|省|地区|本地)?(?:的)?(?:小孩|少儿|居民|城乡|学生|孩子|娃|儿童|小朋友|大学生|职工|一老一小)*(?:的)?"
    r"(?:医保|健保|社保|医疗保险)"
    # 在东莞他外婆那里交的医保
    r"|[^,。;!?住院看病医]{0,8}?(?:交|参|买|上|入)(?:的|咗|哩|了|过|嘅)(?:是|系)?(?:少儿|学生|居民|城乡)*(?:医保|社保|保险)"
    # 梅州那边今年医保收几多
    r"|(?:那边|这边)(?:今年|明年|去年|现在)(?:的)?(?:小孩|少儿|居民|学生|孩子|娃)*(?:的)?医保"
)
_AWAY_SAID = re.compile(r"异地|外地|转诊|备案|市外")
_COUNTRY_SAID = re.compile(r"省外|外省")


def find_place(text: str, named: Sequence[Named]) -> str:
    """Return local, in_province, out_province, away (outside, unknown where), uncovered or an empty string."""
    found = [
        (start, end, _SLOT[group], _AT.search(text[:start]) is not None)
        for start, end, group in named
        if not (_NOT_WHERE.match(text, end) or _FROM.search(text[:start]))
    ]
    for place in range(len(found) - 1, 0, -1):
        if _CORRECTED.search(text, found[place - 1][1], found[place][0]):
            found = found[place:]
            break
    kinds = {kind for _, _, kind, _ in found}
    if LOCAL in kinds and _BACK.search(text):
        return LOCAL
    if kinds == {LOCAL} and _WENT_AWAY.search(text) and not any(at for *_, at in found):
        # 回老家住了院，深圳这边能报多少: Shenzhen pays, and the hospital is elsewhere.
        return AWAY
    if len(kinds) > 1 and not _AND_THEN.search(text):
        kinds = {kind for _, _, kind, at in found if at} or kinds
    if kinds == {IN_PROVINCE, OUT_PROVINCE} and _COUNTRY_SAID.search(text):
        return OUT_PROVINCE
    if len(kinds) > 1 and _AWAY_SAID.search(text):
        kinds -= {LOCAL}
    if len(kinds) == 1:
        return kinds.pop()
    return SEVERAL if kinds else AWAY if _AWAY.search(text) or _NOT_HERE.search(text) else ""


def insured_elsewhere(text: str, named: Sequence[Named]) -> bool:
    """Tell whether another place's insurance is spoken of: 广州小孩居民医保今年交多少."""
    insured = {group == HERE for _, end, group in named if _INSURANCE.match(text, end)}
    return insured == {False}


def has_two_places(text: str, named: Sequence[Named]) -> bool:
    """Tell whether two places are named that are not one within the other (湖南长沙): filed here, treated there."""
    found = [(start, end) for start, end, group in named if group != HERE]
    between = [text[first[1] : second[0]] for first, second in pairwise(found)]
    apart = any(len(gap) > _WITHIN or _ELSEWHERE.search(gap) for gap in between)
    return apart and len({text[start:end] for start, end in found}) > 1
