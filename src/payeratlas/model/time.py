"""Periods and the two dates of every question: when served, and when known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""The months by their first three letters, whatever the locale."""


def month_number(name: str) -> int:
    """The number of a month by its English name or the first letters of it; else ValueError."""
    return MONTHS.index(name[:3].capitalize()) + 1


@dataclass(frozen=True, order=True, slots=True)
class Period:
    """A half-open span of days ``[start, end)``; ``end`` None means not ended.

    ``observed`` marks a span that the publisher did not print: it was taken from the file's own
    date to the next file's.
    """

    start: date
    end: date | None = None
    observed: bool = False

    def __post_init__(self) -> None:
        if self.end is not None and self.end <= self.start:
            raise ValueError(f"a period must end after it starts: {self.start} to {self.end}")

    def __contains__(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)

    def overlaps(self, other: Period) -> bool:
        """Whether any day lies in both periods."""
        return (other.end is None or self.start < other.end) and (
            self.end is None or other.start < self.end
        )

    def __str__(self) -> str:
        """First and last day: ``2024-07-01 to 2024-09-30``, or ``2024-07-01 on``."""
        if self.end is None:
            return f"{self.start} on"
        return f"{self.start} to {self.end - timedelta(days=1)}"


@dataclass(frozen=True, order=True, slots=True)
class AsOf:
    """The question's two dates: the date of service, and the day whose knowledge is used.

    ``known_on`` None means everything on hand: corrections issued later are applied.
    """

    service_date: date
    known_on: date | None = None

    def knows(self, issued: date) -> bool:
        """Whether something issued on that day was known."""
        return self.known_on is None or issued <= self.known_on
