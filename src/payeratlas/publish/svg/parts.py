"""Elements, scales and themes that all charts are drawn with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from math import ceil, floor, sqrt
from typing import Literal

from payeratlas.model.amounts import Money
from payeratlas.model.facts import Fact
from payeratlas.pages.page import Series
from payeratlas.publish.wording import clean

Key = Literal["office", "facility"]
Anchor = Literal["start", "middle", "end"]

SIZE = 12.0
"""Size of chart text in pixels; SMALL is for axes."""
SMALL = 11.0


_ARM = 1.25  # of a diamond, as a share of a disc's radius: the two look alike in size
_EIGHTH = sqrt(0.5)  # sine and cosine of an eighth of a turn


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours and face of a drawing; each is any SVG paint."""

    ink: str
    muted: str
    rule: str
    paper: str
    office: str
    facility: str
    font: str

    def of(self, key: Key) -> str:
        """The colour of a series."""
        return self.office if key == "office" else self.facility


SCREEN = Theme(
    ink="var(--ink)",
    muted="var(--muted)",
    rule="var(--rule)",
    paper="var(--paper)",
    office="var(--office)",
    facility="var(--facility)",
    font="inherit",
)
PAPER = Theme(
    ink="#1b1f24",
    muted="#555c64",
    rule="#d9d5cc",
    paper="#ffffff",
    office="#0f5c6e",
    facility="#9a4f12",
    font="Libertinus Serif",
)


@dataclass(frozen=True, slots=True)
class Axis:
    """Where dollars stand across."""

    low: int
    high: int
    left: float
    right: float

    def x(self, dollars: Decimal | int) -> float:
        """The place of an amount."""
        share = float(dollars - self.low) / (self.high - self.low)
        return self.left + share * (self.right - self.left)


def draw_axis(
    drawing: Drawing, axis: Axis, dollars: Sequence[int], top: float, foot: float
) -> None:
    """The lines of round dollars from ``top`` to a little below ``foot``, their amounts, and the
    line that they stand on."""
    for one in dollars:
        drawing.line(axis.x(one), top, axis.x(one), foot + 5)
        drawing.text(
            axis.x(one),
            foot + 18,
            f"${one:,}",
            fill=drawing.theme.muted,
            anchor="middle",
            size=SMALL,
        )
    drawing.line(axis.left, foot, axis.right, foot, drawing.theme.muted)


class Drawing:
    """An SVG being drawn: elements are added in painting order, then wrapped once.

    Where it is ``bare``, marks by the hundred have no titles: the table beside them says the same.
    """

    def __init__(self, width: int, theme: Theme, id: str, bare: bool = False) -> None:
        self.width = width
        self.height = 0.0
        self.theme = theme
        self.id = id
        self.bare = bare
        self._parts: list[str] = []

    def add(self, name: str, title: str = "", **attributes: str | float) -> None:
        """Add an empty element, or one with a title that says what the mark stands for."""
        inside = f"<title>{_text(title)}</title>" if title else ""
        end = f">{inside}</{name}>" if inside else "/>"
        self._parts.append(f"<{name}{_attributes(attributes)}{end}")

    def ground(self, title: str, x: float, y: float, width: float, height: float) -> None:
        """A rectangle that shows nothing but its title, where a pointer rests on it."""
        self._parts.append(
            f'<rect x="{_tenth(x)}" y="{_tenth(y)}" width="{_tenth(width)}" '
            f'height="{_number(height)}" fill="transparent"><title>{_text(title)}</title></rect>'
        )

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        fill: str = "",
        anchor: Anchor = "start",
        size: float = SIZE,
        weight: str = "",
        turned: bool = False,
        halo: bool = False,
    ) -> None:
        """Words at a point on their baseline; ``turned`` writes them upwards, ``halo`` keeps
        lines behind them clear."""
        extra: dict[str, str | float] = {"font-weight": weight} if weight else {}
        if halo:
            extra |= {"stroke": self.theme.paper, "stroke-width": 4, "paint-order": "stroke"}
            extra["stroke-linejoin"] = "round"
        if anchor != "start":
            extra["text-anchor"] = anchor
        if turned:
            extra["transform"] = f"rotate(-90 {_number(x)} {_number(y)})"
        attributes = {"x": x, "y": y, "fill": fill or self.theme.ink, "font-size": size, **extra}
        self._parts.append(f"<text{_attributes(attributes)}>{_text(words)}</text>")

    def line(self, x1: float, y1: float, x2: float, y2: float, stroke: str = "") -> None:
        """A hairline."""
        self.add("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=stroke or self.theme.rule)

    def mark(self, key: Key, x: float, y: float, radius: float, title: str = "") -> None:
        """The mark of a series: a disc for the office, a diamond for the facility."""
        if key == "office":
            self.add("circle", title, cx=x, cy=y, r=radius, fill=self.theme.office)
        else:
            self.add("path", title, d=_diamond(x, y, radius), fill=self.theme.facility)

    def marks(
        self,
        key: Key,
        places: Sequence[tuple[float, float]],
        radius: float,
        titles: Sequence[str] = (),
    ) -> None:
        """Many marks of a series at once, a title for each.

        For a phone, and where the drawing is bare, they are one path of lines without length: small
        on a screen, and nothing on paper, where only round ends of such lines are drawn.
        """
        colour = _text(self.theme.of(key))
        if titles and not self.bare:
            made = []
            for (x, y), title in zip(places, titles, strict=True):
                if key == "office":
                    shape = f'circle cx="{_tenth(x)}" cy="{_tenth(y)}" r="{_number(radius)}"'
                else:
                    shape = f'path d="{_diamond(x, y, radius)}"'
                made.append(f"<{shape}><title>{_text(title)}</title></{shape.split(' ', 1)[0]}>")
            self._parts.append(f'<g fill="{colour}">{"".join(made)}</g>')
        elif not self.bare and not is_narrow(self.width):
            for x, y in places:
                self.mark(key, x, y, radius)
        elif key == "office":  # a line of no length with round ends is a disc
            self._dots(places, colour, 2 * radius, "round")
        else:  # and one with square ends, in a frame turned by an eighth, a diamond
            turned = [((x + y) * _EIGHTH, (y - x) * _EIGHTH) for x, y in places]
            self._dots(turned, colour, radius * _ARM / _EIGHTH, "square", "rotate(45)")

    def _dots(
        self,
        places: Sequence[tuple[float, float]],
        colour: str,
        width: float,
        ends: str,
        turned: str = "",
    ) -> None:
        """Lines of no length at places, as one path: each a step from the one before, in tenths."""
        x = y = 0
        path = ["M0 0"]
        for across, down in places:
            at = round(across * 10), round(down * 10)
            path.append(f"m{at[0] - x} {at[1] - y}h0")
            x, y = at
        self._parts.append(
            f'<path d="{"".join(path).replace(" -", "-")}" fill="none" stroke="{colour}" '
            f'stroke-width="{_number(10 * width)}" stroke-linecap="{ends}" '
            f'transform="{turned}scale(.1)"/>'
        )

    def hatch(self) -> str:
        """Define the hatching of a span without data; returns its paint."""
        name = f"{self.id}-hatch"
        self._parts.append(
            f'<pattern id="{_text(name)}" width="6" height="6" patternUnits="userSpaceOnUse" '
            f'patternTransform="rotate(45)"><line x1="0" y1="0" x2="0" y2="6" '
            f'stroke="{self.theme.muted}" stroke-opacity="0.5"/></pattern>'
        )
        return f"url(#{name})"

    def svg(self, title: str, description: str) -> str:
        """The whole element with its accessible name and description."""
        name = _text(self.id)
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" id="{name}" '
            f'aria-labelledby="{name}-title" aria-describedby="{name}-desc" '
            f'width="{self.width}" height="{_number(self.height)}" '
            f'viewBox="0 0 {self.width} {_number(self.height)}" '
            f'font-family="{_text(self.theme.font)}" font-size="{_number(SIZE)}">'
            f'<title id="{name}-title">{_text(title)}</title>'
            f'<desc id="{name}-desc">{_text(description)}</desc>'
        )
        return head + "".join(self._parts) + "</svg>"


def is_narrow(width: int) -> bool:
    """Whether it is drawn for a phone, which has no pointer to rest on a mark."""
    return width < 500


def amount(fact: Fact) -> Decimal | None:
    """The height of a fact on a dollar axis; None where it is Unknown or no amount."""
    if isinstance(fact.value, Money):
        return fact.value.amount
    return fact.value if isinstance(fact.value, Decimal) else None


def amounts(series: Iterable[Series]) -> list[Decimal]:
    """Every amount drawn."""
    return [value for one in series for p in one.points if (value := amount(p.fact)) is not None]


def ticks(low: Decimal, high: Decimal, most: int) -> list[int]:
    """At most ``most`` + 1 round dollar marks around a range: steps of 1, 2 or 5 times 10^k."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            size = step * factor
            first, last = floor(low / size) * size, ceil(high / size) * size
            if last == first:
                last += size
            if (last - first) // size <= most:
                return list(range(first, last + size, size))
        step *= 10


def wrap(words: str, width: float, size: float = SIZE) -> list[str]:
    """Words in as few lines as fit the width."""
    lines: list[str] = []
    for word in words.split():
        if lines and wide(f"{lines[-1]} {word}", size) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def wide(words: str, size: float = SIZE) -> float:
    """A generous estimate of the width of words, in pixels."""
    return len(words) * size * 0.6


def _diamond(x: float, y: float, radius: float) -> str:
    arm = radius * _ARM
    a = _number(arm)
    return f"M{_tenth(x)} {_tenth(y - arm)}l{a} {a}-{a} {a}-{a}-{a}z"


def _tenth(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _attributes(values: dict[str, str | float]) -> str:
    return "".join(
        f' {name.replace("_", "-")}="{_text(v) if isinstance(v, str) else _number(v)}"'
        for name, v in values.items()
    )


def _text(words: str) -> str:
    return escape(clean(words), quote=True)
