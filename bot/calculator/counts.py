"""Counts: how many children a sentence speaks of."""

from __future__ import annotations

import re

from bot.calculator.numbers import read_number

Span = tuple[int, int]

# Counts that do not agree: 38人九月交, 另有3个插班生.
SEVERAL = "several"
_LARGEST, _UNMEASURED = 9999, 99
_NOUN = (
    "娃|孩|小孩|宝宝|小朋友|仔|崽|细路|细佬|bb|儿子|女儿|闺女|小鬼|小家伙|学生|插班生|女|囡|囝|kids?|孙|内孙|神兽|外孙|妞|丫头"
    r"|小子|仔女|名|双胞胎|细蚊|人(?![民家])|人一起|个一起|个都|个加|个总|个一共|个小的|个合|个埋|个(?=\d{1,2}月)|个人"
)
_COUNT = re.compile(
    r"(?P<count>(?:-|负)?(?:(?<!\d)\d{1,6}(?:\.\d{1,2})?|(?<![一两二三四五六七八九十百千万亿])(?<!\d)[一两二三四五六七八九十][一两二三四五六七八九十百千万亿]{0,5})|俩|仨)\s*(?P<measure>个|位|名|只|条)?\s*"
    rf"(?P<noun>{_NOUN})"
)
_PAIRS = re.compile(
    r"(?:兄妹|姐弟|哥俩|姐俩|兄弟|姐妹|龙凤胎|双胞胎|双胎|孖仔|孖女|孖|一儿一女|一男一女|一仔一女|一对|twins|老大(?:和|跟|、)?老二|老二(?:和|跟|、)?老三|哥哥(?:和|跟|、)?(?:弟弟|妹妹)|姐姐(?:和|跟|、)?(?:弟弟|妹妹)|儿子(?:和|跟|、)?女儿|老大[^。;]{0,8}老二(?![^。;]*老三)|大[宝娃](?:和|跟|、)?[二小][宝娃])(?:俩|两)?"
)
# 孩子两个: the count behind its noun.
_BEHIND = re.compile(r"(?:孩子|娃|小孩|宝宝)(?:一共|总共|共)?(?:有)?(?P<count>[两三四五2-5])个(?![月半])")
_ONE_EACH = re.compile(r"一[儿男仔]一女|一女一[儿男仔]")
_TRIPLETS = re.compile(r"三胞胎|老大[^。;]{0,10}老二[^。;]{0,10}老三|仨(?:娃|孩|宝)?")
# 我们三个人去办, 邻居家两个孩子: not the children to insure.
_NOT_OURS = re.compile(r"(?:全家|一家|邻居|隔壁|同事|朋友|人家|别人|亲戚)[^,。;]{0,4}$")
_US = re.compile(r"(?:我们|咱们?)$")
_CLASS = re.compile(r"班[^,。;]{0,4}$")
_OWN = re.compile(r"我家|我的|我孩子|我娃|自己孩子")
# Mixtures that words add up and we do not: 老大和双胞胎弟弟, 一男两女, 两对双胞胎.
_MIXED = re.compile(
    r"[一两二三][男女儿仔][一两二三][男女儿仔](?<!一[男女儿仔]一[男女儿仔])|两对|老大和双胞胎|大的[^;。]{0,14}两个小的"
)
# 两三个孩子: nobody knows how many.
_FEW = re.compile(r"[一二两三四五六七八九]{2}")
# 二孩, 三娃: the second, the third.
_SECOND = re.compile(r"[二三](?:孩|娃|宝)")
_ORDINAL = re.compile(r"第|老|[一二三四]胎|[二三]孩")
_EACH_MONTH = re.compile(r"[一1]个(?=\d{1,2}月)")
_WORDS = {"俩": 2, "仨": 3}


def find_children(text: str) -> tuple[str, list[Span]]:
    """Return how many children are spoken of (empty if nobody says, 0 if impossible), and where it is said."""
    if match := _MIXED.search(text):
        return SEVERAL, [match.span()]
    found = [
        match
        for match in _COUNT.finditer(text)
        if not _ORDINAL.search(text[max(0, match.start() - 1) : match.start("noun")])
    ]
    # 三甲住院10000孩子能报多少: that many children would be counted with 个 or 名.
    found = [match for match in found if not _SECOND.match(text, match.start())]
    found = [match for match in found if _is_measured(match) or _number(match["count"]) <= _UNMEASURED]
    others = [match.span() for match in found if _is_others(match, text)]
    found = [match for match in found if match.span() not in others]
    if pair := _ONE_EACH.search(text):
        return "2", [pair.span()]
    spans = [match.span() for match in found]
    counts = {_number(match["count"]) for match in found}
    if counts:
        largest = max(counts)
        if counts == {1} and (len({match["noun"] for match in found}) > 1 or len(_EACH_MONTH.findall(text)) > 1):
            # 一个儿子一个女儿, 一个9月一个11月
            return str(len(found)), spans + others
        # 姐姐家两个我家两个，四个小孩: the largest is the sum of the others.
        agree = len(counts) == 1 or 2 * largest == sum(_number(match["count"]) for match in found)
        return str(largest) if agree else SEVERAL, spans + others
    if match := _BEHIND.search(text):
        return str(_number(match["count"])), [match.span(), *others]
    for pattern, count in ((_TRIPLETS, 3), (_PAIRS, 2)):
        if match := pattern.search(text):
            return str(count), [match.span(), *others]
    return "", others


def _is_measured(match: re.Match[str]) -> bool:
    return bool(match["measure"]) or match["noun"][0] in "名人"


def _is_others(match: re.Match[str], text: str) -> bool:
    before = text[: match.start()]
    us = match["noun"] == "人" and _US.search(before)
    return bool(us or _NOT_OURS.search(before) or (_CLASS.search(before) and _OWN.search(text)))


def _number(said: str) -> int:
    if said in _WORDS:
        return _WORDS[said]
    if _FEW.fullmatch(said):
        return 0
    number = read_number(said.lstrip("-负"))
    possible = number is not None and number == int(number) <= _LARGEST and said[0] not in "-负"
    return int(number) if possible and number is not None else 0
