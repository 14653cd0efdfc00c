"""Fuzz: random messages and conversations for the calculator: python -m tests.support.calculator_fuzz 100000."""

from __future__ import annotations

import random
import re
import sys
import time
from collections.abc import Iterator

from corpus.entries import corpus_path
from corpus.words import load_words
from tests.support.calculator_cases import outcome, real_calculator

_NUMBERS = re.split(
    " ",
    "0 1 2 600 -600 1.5 2471.31 12,000 20000 999999999999 1e12 10^999 9^9^9 两万三 一百零五块六毛 三百五 半 几百 "
    "负三百 120% 百分之九十 12345 13800138000 440301199001011234 2w 5k 3千8 500块 8毛 0.01元 (((( )))) ÷0 + - × 的",
)
_DATES = re.split(
    " ",
    "13月 0月 2月30号 12月 明年3月 去年12月 2024年8月 25年9月 "
    "下个月 上个月20号 今天 昨天 国庆 2024-2025学年 九九年 元月",
)
_SIGNS = ["，", "。", "？", " ", "", "", "\n", "…", "<b>", "]]>", "\u202e", "👶", "\x00", "ａ", "﷽"]


def messages(seed: int) -> Iterator[str]:
    """Yield random messages out of the calculator's own words, numbers, dates and rubbish."""
    chance = random.Random(seed)
    meanings, _ = load_words(corpus_path())
    known = [word for lists in meanings.values() for words in lists.values() for word in words]
    pools = (
        known,
        known,
        _NUMBERS,
        _DATES,
        ["深圳", "广州", "上海", "香港", "老家", "多少", "能报", "呢", "不是", "没"],
    )
    while True:
        parts = [chance.choice(chance.choice(pools)) + chance.choice(_SIGNS) for _ in range(chance.randint(1, 14))]
        yield "".join(parts)[:500]


def main(count: int, seed: int = 1) -> None:
    """Run `count` messages as conversations; print what became of them and the slowest."""
    calculator, chance, state = real_calculator(), random.Random(seed), None
    kinds: dict[str, int] = {}
    slowest = (0.0, "")
    for message, _ in zip(messages(seed), range(count), strict=False):
        started = time.perf_counter()
        reply = calculator.turn(message, state)
        slowest = max(slowest, (time.perf_counter() - started, message))
        kind = outcome(reply).split(":")[0][:1]
        kinds[kind] = kinds.get(kind, 0) + 1
        state = reply.state if reply and chance.random() < 0.7 else None
    print(f"{count} messages, outcomes by first sign: {kinds}; slowest {1000 * slowest[0]:.1f} ms: {slowest[1]!r}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
