"""Picks: how people choose from a list: 2, 第二个, 要第二个谢谢, 后面那个, 是的, 都不是."""

from __future__ import annotations

import re
from typing import Literal

from corpus.text import fold
from index.bare import bare

Pick = int | Literal["none", "which"]

_NUMBERS = {sign: place % 9 + 1 for place, sign in enumerate("一二三四五六七八九壹贰叁肆伍陆柒捌玖")}
_NUMBER = "[1-9一二三四五六七八九壹贰叁肆伍陆柒捌玖]"
_WANTS = "(?:就是|就|那就|那|我|想|要|选择|选|点|看|看看|问|问的是|是|回复|还是|应该是|应该|好像是|好像)*"
_END = "(?:问题)?(?:吧|的|呢|呀|啊|哈|谢谢|谢了|了|可以|行|看看)*"
_NTH = re.compile(f"{_WANTS}(?:第|选项|答案|序号|编号|no)?({_NUMBER})(?:个|条|项|种|号|题|款|那个|那条)?{_END}")
_LAST = re.compile(f"{_WANTS}(?:最后|后|下|最下|末)(?:面|边|头)?(?:那|一|的)*(?:个|条|项|种|者)?{_END}")
_FIRST = re.compile(f"{_WANTS}(?:最前|前|上|最上|头)(?:面|边|头)?(?:那|一|的)*(?:个|条|项|种|者)?{_END}")
_MIDDLE = re.compile(f"{_WANTS}中间(?:那|一|的)*(?:个|条|项)?{_END}")
_YES = re.compile(
    "(?:嗯|恩|是|是的|是啊|对|对的|对啊|没错|好|好的|可以|行|就是这个|就是它|就这个|就是|yes|y|ok|要|想|系|系啊|中|得)+"
)
_NO = re.compile(
    "都?(?:不是|不对|没有|都不|不要)(?:的|啊|这些|这个|我要的|我要问的|我想问的|我问的)*|没一个(?:是|对)的?|no|n|都?唔系"
)
_ALL = re.compile(f"{_WANTS}(?:[两二三俩仨]个|全部|所有)?(?:都要|都看|都想|都是|都有|全部|全要)(?:看|问|知道)?{_END}")


def picked(text: str, offered: int) -> Pick | None:
    """Return the place in a list of `offered` that `text` names and nothing else.

    "none" where it says that none fits, "which" where it picks something that cannot be told; None for other messages.
    """
    said = "".join(filter(str.isalnum, bare(fold(text))))
    if match := _NTH.fullmatch(said):
        return _NUMBERS.get(match[1]) or int(match[1])
    if _NO.fullmatch(said):
        return "none"
    if _YES.fullmatch(said) or _ALL.fullmatch(said):
        return 1 if offered == 1 else "which"
    if _MIDDLE.fullmatch(said):
        return 2 if offered == 3 else "which"
    return 1 if _FIRST.fullmatch(said) else offered if _LAST.fullmatch(said) else None
