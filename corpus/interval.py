"""Interval: months of the calendar, and the runs that they make."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, order=True)
class Month:
    """A month of the calendar."""

    year: int
    number: int

    def __post_init__(self) -> None:
        """Refuse a thirteenth month."""
        if not 1 <= self.number <= 12:
            raise ValueError(f"no such month: {self.number}")

    @classmethod
    def parse(cls, text: str) -> Month:
        """Read a month as written by `str`, such as 2024-09; raise ValueError for anything else."""
        match = _MONTH.fullmatch(text)
        if match is None:
            raise ValueError(f"not a month: {text!r}")
        return cls(int(match[1]), int(match[2]))

    def plus(self, months: int) -> Month:
        """Return the month that is `months` later, or earlier where negative."""
        year, before = divmod(self.year * 12 + self.number - 1 + months, 12)
        return Month(year, before + 1)

    def __sub__(self, other: Month) -> int:
        """Return how many months lie from `other` to this month."""
        return (self.year - other.year) * 12 + self.number - other.number

    def __str__(self) -> str:
        """Return the month as 2024-09."""
        return f"{self.year:04}-{self.number:02}"

    @property
    def chinese(self) -> str:
        """The month as 2024年9月."""
        return f"{self.year}年{self.number}月"


@dataclass(frozen=True)
class Interval:
    """A run of months, the first and the last included."""

    first: Month
    last: Month

    def __post_init__(self) -> None:
        """Refuse an interval that ends before it starts."""
        if self.last < self.first:
            raise ValueError(f"{self.last} is before {self.first}")

    def contains(self, month: Month) -> bool:
        """Return whether `month` lies in the interval."""
        return self.first <= month <= self.last

    @property
    def months(self) -> tuple[Month, ...]:
        """Every month of the interval, in order."""
        return tuple(self.first.plus(n) for n in range(self.last - self.first + 1))
