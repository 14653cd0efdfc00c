"""Expect: what a corpus of this size can be expected to do, in words for the clerk."""

from __future__ import annotations

from index.calibrate import STRANGERS, Calibration

_ASKED = 0.98
_TENTHS = "零一二三四五六七八九"


def expectation(calibration: Calibration, precision: float = _ASKED, strangers: float = STRANGERS) -> str:
    """Return what to expect at `precision`, and what would help."""
    point = calibration.point(precision, strangers)
    direct = f"市民的问题里，资料有答案的约{_share(point.right)}能直接回答，其余的反问或者列出相近的问题；"
    if point.shown(strangers) < precision:
        right = point.precision(strangers)
        # Right as all may be, a few questions show nothing; 100 % beside "not shown" would puzzle whoever reads.
        highest = "问法太少，答对再多也不算数" if right >= precision else f"约 {right:.0%}"
        reached = f"要求的正确率 {precision:.0%} 在现有的问法上还看不出来，先按看得出的最高正确率（{highest}）回答。"
        return reached + direct + "给每条问答再添几个不一样的问法，再添一些不能答的问题，会好得多。"
    advice = "每条问答再添几个不一样的问法，还能多答。" if point.right < 0.8 else "可以用了。"
    return direct + f"直接回答的约 {point.precision(strangers):.1%} 是对的。{advice}"


def _share(part: float) -> str:
    tenths = round(10 * part)
    return "全部" if tenths == 10 else f"{_TENTHS[tenths]}成" if tenths else "没有几个"
