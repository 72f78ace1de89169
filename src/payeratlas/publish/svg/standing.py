"""Where a user's rates stand: one strip a payer, one mark a rate along its percentile rank."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from payeratlas.publish.svg.parts import SCREEN, SMALL, Drawing, Key, Theme, is_narrow
from payeratlas.publish.svg.spread import swarm

_SIDE = 14.0
_MARKS = (0, 25, 50, 75, 100)
_MIDDLE = 50
_MANY = 400  # marks in a strip
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

    Discs are offices, diamonds every other setting, as in the charts of a page. Of a payer with
    more rates than find room as marks, bars say how many stand at each whole percentile.
    """
    drawing = Drawing(width, theme, id)
    left, right = _SIDE, width - _SIDE
    radius = 2.6 if is_narrow(width) else 3.6

    def across(percentile: Decimal | int) -> float:
        return left + float(percentile) / 100 * (right - left)

    laid = [_laid(strip, across, radius) for strip in strips]
    top = 16.0
    foot = top + sum(28 + 2 * one.reach + 12 for one in laid)
    drawing.text(left, 10, "others are paid more", fill=theme.muted, size=SMALL)
    drawing.text(right, 10, "others are paid less", fill=theme.muted, size=SMALL, anchor="end")
    for mark in _MARKS:
        stroke = theme.muted if mark == _MIDDLE else ""
        drawing.line(across(mark), top, across(mark), foot + 5, stroke)
        drawing.text(
            across(mark), foot + 18, str(mark), fill=theme.muted, anchor="middle", size=SMALL
        )
    drawing.line(left, foot, right, foot, theme.muted)
    for one in laid:
        drawing.text(left, top + 18, one.strip.title, weight="600", halo=True)
        middle = top + 28 + one.reach
        _marks(drawing, one, middle, radius)
        _bars(drawing, one, across, middle)
        top = middle + one.reach + 12
    drawing.height = foot + 26
    return drawing.svg(title, words)


@dataclass(frozen=True, slots=True)
class _Laid:
    """A strip with the places of its marks about the middle line, or the heights of its bars."""

    strip: Strip
    places: tuple[tuple[float, float], ...]
    bars: tuple[tuple[int, float], ...]
    reach: float


def _laid(strip: Strip, across: Callable[[Decimal], float], radius: float) -> _Laid:
    ordered = sorted(strip.stands, key=lambda one: (one.percentile, one.label))
    if len(ordered) <= _MANY:
        places = swarm([across(one.percentile) for one in ordered], radius)
        reach = max((abs(y) for _, y in places), default=0.0)
        if reach <= _REACH:
            return _Laid(Strip(strip.title, tuple(ordered)), tuple(places), (), reach + radius)
    counts = Counter(int(one.percentile) for one in ordered)
    most = max(counts.values())
    bars = tuple((at, n / most * _REACH) for at, n in sorted(counts.items()))
    return _Laid(strip, (), bars, _REACH)


def _marks(drawing: Drawing, laid: _Laid, middle: float, radius: float) -> None:
    keys: tuple[Key, Key] = ("facility", "office")
    for key in keys:
        chosen = [
            ((x, middle + y), one.label)
            for (x, y), one in zip(laid.places, laid.strip.stands, strict=False)
            if one.office == (key == "office")
        ]
        if chosen:
            titles = [] if is_narrow(drawing.width) else [label for _, label in chosen]
            drawing.marks(key, [place for place, _ in chosen], radius, titles)


def _bars(drawing: Drawing, laid: _Laid, across: Callable[[int], float], middle: float) -> None:
    wide = across(1) - across(0)
    for at, height in laid.bars:
        drawing.add(
            "rect",
            x=min(across(at), across(_MARKS[-1]) - wide),
            y=middle + _REACH - 2 * height,
            width=wide,
            height=2 * height,
            fill=drawing.theme.office,
        )
