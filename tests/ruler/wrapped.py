"""Wrapped: the same questions as people send them, in greetings, thanks, chat marks and numbers of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.ruler.cases import Case

_GREETINGS = ("您好，", "你好呀 ", "老师好！请问", "hello，", "打扰一下，想咨询个事，", "晚上好～ ")
_THANKS = ("，谢谢", " 麻烦您了", "。感谢感谢！", "，多谢啦", "？急，在线等", "，盼回复")
_PHONES = (
    "，我电话13800138000",
    " 联系方式：159 2000 0000",
    "。手机18600001111，请回电",
    " 136-1234-5678",
    "（0755-88123456）",
)
_IDENTITIES = (
    "，孩子身份证440301201806071234",
    " 身份证号：44030420150203567X",
    "。社保电脑号600123456",
    " 440306 20200915 0018",
)
_MARKS = (
    "[微笑]{}[玫瑰][玫瑰]",
    "1、{}",
    "😊{}🙏",
    "@小助手 {}",
    "【咨询】{}",
    "{} https://mp.weixin.qq.com/s/AbCdEf123",
)

# Each takes the question and the number of its case, so that all wordings have their turn.
WAYS: dict[str, Callable[[str, int], str]] = {
    "问候": lambda text, turn: _turn(_GREETINGS, turn) + text,
    "道谢": lambda text, turn: _bare(text) + _turn(_THANKS, turn),
    "问候和道谢": lambda text, turn: _turn(_GREETINGS, turn) + _bare(text) + _turn(_THANKS, turn + turn // 6),
    "电话号码": lambda text, turn: _bare(text) + _turn(_PHONES, turn),
    "身份证号": lambda text, turn: _bare(text) + _turn(_IDENTITIES, turn),
    "表情、编号、链接": lambda text, turn: _turn(_MARKS, turn).format(text),
    "说两遍": lambda text, _: f"{text} {text}",
}


def wrapped(cases: Sequence[Case], way: Callable[[str, int], str]) -> list[Case]:
    """Return the cases with their questions wrapped."""
    return [Case(way(case.text, turn), case.style, case.entries, case.passage) for turn, case in enumerate(cases)]


def _turn(items: Sequence[str], turn: int) -> str:
    return items[turn % len(items)]


def _bare(text: str) -> str:
    return text.rstrip("。？?！! ")
