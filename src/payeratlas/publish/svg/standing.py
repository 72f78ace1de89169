"""Where a user's rates stand: one strip a payer, one mark a rate along its percentile rank."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from payeratlas.publish.svg.parts import SCREEN, SMALL, Drawing, Key, Theme, is_narrow
from payeratlas.publish.svg.spread import swarm

_SIDE = 14.0
_MARKS = (0, 25, 50, 75, 100)
_MIDDLE = 50
_MANY = 400  # marks in a strip from which on they have no titles
_REACH = 44.0  # pixels from a strip's middle that marks may fill


@dataclass(frozen=True, slots=True)
class Stand:
    """One rate: its percentile rank, what a pointer reads on it, and whether it is an office's."""

    percentile: Decimal
    label: str
    office: bool


@dataclass(frozen=True, slots=True)
class Strip:
    """The rates of one payer."""

    title: str
    stands: tuple[Stand, ...]


def standing(
    strips: Sequence[Strip], *, id: str, title: str, words: str, width: int, theme: Theme = SCREEN
) -> str:
    """The strips as one ``<svg>`` element, its ids prefixed with ``id``; ``words`` describe it.

    Discs are offices, diamonds every other setting, as in the charts of a page.
    """
    drawing = Drawing(width, theme, id)
    left, right = _SIDE, width - _SIDE
    radius = 2.6 if is_narrow(width) else 3.6

    def across(percentile: Decimal | int) -> float:
        return left + float(percentile) / 100 * (right - left)

    laid = [_laid(strip, across, radius) for strip in strips]
    top = 16.0
    foot = top + sum(28 + 2 * reach + 12 for _, _, reach in laid)
    drawing.text(left, 10, "others are paid more", fill=theme.muted, size=SMALL)
    drawing.text(right, 10, "others are paid less", fill=theme.muted, size=SMALL, anchor="end")
    for mark in _MARKS:
        stroke = theme.muted if mark == _MIDDLE else ""
        drawing.line(across(mark), top, across(mark), foot + 5, stroke)
        drawing.text(
            across(mark), foot + 18, str(mark), fill=theme.muted, anchor="middle", size=SMALL
        )
    drawing.line(left, foot, right, foot, theme.muted)
    for strip, places, reach in laid:
        drawing.text(left, top + 18, strip.title, weight="600", halo=True)
        middle = top + 28 + reach
        _marks(drawing, strip, [(x, middle + y) for x, y in places], radius)
        top = middle + reach + 12
    drawing.height = foot + 26
    return drawing.svg(title, words)


def _laid(
    strip: Strip, across: Callable[[Decimal], float], radius: float
) -> tuple[Strip, list[tuple[float, float]], float]:
    """The strip's marks in order, their places about the middle line, and how far they reach."""
    ordered = sorted(strip.stands, key=lambda one: (one.percentile, one.label))
    places = swarm([across(one.percentile) for one in ordered], radius)
    most = max((abs(y) for _, y in places), default=0.0)
    if most > _REACH:  # they overlap rather than run off
        places = [(x, y * _REACH / most) for x, y in places]
        most = _REACH
    return Strip(strip.title, tuple(ordered)), places, most + radius


def _marks(
    drawing: Drawing, strip: Strip, places: Sequence[tuple[float, float]], radius: float
) -> None:
    titled = len(places) <= _MANY and not is_narrow(drawing.width)
    keys: tuple[Key, Key] = ("facility", "office")
    for key in keys:
        chosen = [
            (place, one.label)
            for place, one in zip(places, strip.stands, strict=True)
            if one.office == (key == "office")
        ]
        if chosen:
            titles = [label for _, label in chosen] if titled else []
            drawing.marks(key, [place for place, _ in chosen], radius, titles)
