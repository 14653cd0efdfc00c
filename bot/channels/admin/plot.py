"""Plot: bars of days as shapes for an inline SVG, large enough to be read on a phone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.channels.admin.usage import Day

# As wide as a phone shows it, so that its words are as large there as they are given.
WIDTH, HEIGHT = 300, 180
_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 8, 14, 26
_GAP = 0.25
_WEEK = 7


@dataclass(frozen=True)
class Shape:
    """A rectangle of one kind, with what a pointer or a screen reader is told of it."""

    x: float
    y: float
    width: float
    height: float
    kind: int


@dataclass(frozen=True)
class Mark:
    """A word beside an axis."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Plot:
    """Everything to be drawn."""

    bars: tuple[Shape, ...]
    lines: tuple[float, ...]
    heights: tuple[Mark, ...]
    days: tuple[Mark, ...]
    width: int = WIDTH
    height: int = HEIGHT


def plot(days: Sequence[Day]) -> Plot:
    """Return the bars of days, the kinds of each on top of one another."""
    top = _round_up(max((day.total for day in days), default=0))
    room, floor = HEIGHT - _TOP - _BOTTOM, HEIGHT - _BOTTOM
    step = (WIDTH - _LEFT - _RIGHT) / max(len(days), 1)
    bars: list[Shape] = []
    for number, day in enumerate(days):
        y = float(floor)
        for kind, count in enumerate(day.counts):
            high = room * count / top
            y -= high
            if count:
                bars.append(Shape(round(_LEFT + step * (number + _GAP / 2), 2), round(y, 2),
                                  round(step * (1 - _GAP), 2), round(high, 2), kind))  # fmt: skip
    ticks = (top, top // 2) if top > 1 else (top,)
    heights = tuple(Mark(_LEFT - 6, floor - room * tick / top + 4, str(tick)) for tick in ticks)
    named = tuple(
        Mark(round(_LEFT + step * (number + 0.5), 2), HEIGHT - 6, f"{day.day.month}/{day.day.day}")
        for number, day in enumerate(days)
        # Not the last ones: their words would not fit.
        if number % _WEEK == 0 and number < len(days) - 1
    )
    return Plot(tuple(bars), tuple(floor - room * tick / top for tick in (*ticks, 0)), heights, named)


def _round_up(most: int) -> int:
    """Return an even number that is easy to read, not below `most`."""
    scale = 1
    while True:
        for unit in (2, 4, 6, 10):
            if most <= unit * scale:
                return unit * scale
        scale *= 10
