"""Which lines of a claim bear on each other's amounts: series, sides of the body, families.

Sources: CMS relative value file record layout (RVU layout), multiple procedure and bilateral
surgery indicators; Medicare Claims Processing Manual, Pub. 100-04, ch. 12 §40.4 (returns to the
operating room are paid by their own rule and not ranked); MLN Matters MM6993 (modifier 59 marks
imaging of another session; XE says the same more exactly).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from payeratlas.model.amounts import Percent
from payeratlas.model.errors import InputError
from payeratlas.pricing.adjust import EACH_SIDE, FULL, both_sides
from payeratlas.pricing.rules import Settings, Values

RETURN = "78"
OTHER_SESSION = frozenset({"59", "XE"})
COMPONENT_SERIES = ("imaging", "cardiovascular", "ophthalmology")
"""Series in which components of a service are reduced, not the service as a whole."""

_SIDES = ("LT", "RT")
_SERIES = {
    "2": "surgery",
    "3": "surgery",
    "4": "imaging",
    "5": "therapy",
    "6": "cardiovascular",
    "7": "ophthalmology",
}
_INDICES = ("work_gpci", "pe_gpci", "mp_gpci")


@dataclass(frozen=True, slots=True)
class Line:
    """A service line as the rules for several lines see it.

    ``values`` are those of its fee schedule row, by role, the locality's indices among them.
    ``professional`` and ``technical`` are the rows of the components of a whole, where they are
    needed; ``base`` the row of the base procedure of an endoscopic family.
    """

    number: int
    code: str
    modifiers: tuple[str, ...]
    row_modifier: str
    units: int
    values: Values
    professional: tuple[Values, ...] = ()
    technical: tuple[Values, ...] = ()
    base: Values | None = None

    @property
    def name(self) -> str:
        """Code and modifiers: ``64640-50``."""
        return "-".join((self.code, *self.modifiers))

    def indicator(self, role: str) -> str:
        """An indicator of the row as text; empty where it is not given."""
        value = self.values.get(role, "")
        return value if isinstance(value, str) else ""

    @property
    def series(self) -> str:
        """The series it is ranked in, for imaging with its family; empty where in none."""
        kind = _SERIES.get(self.indicator("multiple_procedure"), "")
        if RETURN in self.modifiers:
            return ""
        if kind in COMPONENT_SERIES and not (self.has_technical or kind == "imaging"):
            return ""
        if kind == "imaging":
            if OTHER_SESSION & set(self.modifiers):
                return ""
            return f"imaging {self.indicator('imaging_family')}"
        return kind

    @property
    def is_whole(self) -> bool:
        """Whether it is a whole service made of a professional and a technical component."""
        return not self.row_modifier and self.indicator("pctc") in ("1", "4")

    @property
    def has_technical(self) -> bool:
        """Whether a technical component is part of it."""
        alone = self.row_modifier == "TC" or self.indicator("pctc") == "3"
        return alone or self.is_whole

    @property
    def family(self) -> str:
        """The base code of its endoscopic family; empty for anything else."""
        is_endoscopy = self.indicator("multiple_procedure") == "3"
        return self.indicator("endo_base") if is_endoscopy else ""


@dataclass(frozen=True, slots=True)
class Item:
    """What is ranked: one unit of a line, or both sides of the body on two lines.

    ``percent`` is what the item is worth, of the amount of one unit of ``first``. Both sides are
    paid on ``first``, the line of the left side; how a contractor splits the sum over the two
    lines is not laid down.
    """

    first: Line
    second: Line | None = None
    percent: Percent = FULL

    @property
    def name(self) -> str:
        """The line's name, or both sides' common name."""
        if self.second is None:
            return self.first.name
        return "-".join(part for part in self.first.name.split("-") if part not in _SIDES)


def lines_of(values: Values, settings: Settings) -> tuple[Line, ...]:
    """The lines that a rule's inputs and settings describe.

    Roles are ``1.work_rvu`` for the row of line 1 and ``1.70450-TC.work_rvu`` for another row it
    needs, which the settings name: ``1.professional``, ``1.technical``, ``1.base``. Roles without
    a number (the locality's indices) are every line's. Settings ``lines`` lists the numbers;
    ``1.code``, ``1.modifiers``, ``1.row_modifier``, ``1.units`` describe each. InputError where
    a number is none.
    """
    shared = {role: values[role] for role in _INDICES if role in values}

    def row(prefix: str) -> Values:
        own = {r.removeprefix(prefix): v for r, v in values.items() if r.startswith(prefix)}
        return {**own, **shared}

    def rows(number: str, role: str) -> tuple[Values, ...]:
        names = settings.get(f"{number}.{role}", "")
        return tuple(row(f"{number}.{name}.") for name in names.split(",") if name)

    found = []
    for number in settings.get("lines", "1").split(","):
        base = rows(number, "base")
        found.append(
            Line(
                _count(number),
                settings.get(f"{number}.code", ""),
                tuple(m for m in settings.get(f"{number}.modifiers", "").split(",") if m),
                settings.get(f"{number}.row_modifier", ""),
                _count(settings.get(f"{number}.units", "1")),
                row(f"{number}."),
                rows(number, "professional"),
                rows(number, "technical"),
                base[0] if base else None,
            )
        )
    return tuple(found)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise InputError(f"'{text}' is not a number of a line or of units.", cure="1 or more")
    return int(text)


def sides(lines: Sequence[Line]) -> tuple[tuple[Line, Line], ...]:
    """Pairs of lines that bill the two sides of one procedure: LT on one, RT on the other.

    The RVU layout treats them as modifier 50 on one line. Their other modifiers must agree (51
    aside): one that says that a side was a procedure apart keeps the two apart. Therapy, which is
    counted by time, and returns to the operating room are never paired; nor are lines that
    nothing ranks and whose sides are each paid in full.
    """

    def key(line: Line) -> tuple[str, str, frozenset[str]]:
        return line.code, line.row_modifier, frozenset(line.modifiers) - {*_SIDES, "51"}

    def pairs_with(left: Line, right: Line) -> bool:
        return "RT" in right.modifiers and key(left) == key(right)

    pairs = []
    waiting = [line for line in _in_order(lines) if _may_pair(line)]
    for left in [line for line in waiting if "LT" in line.modifiers]:
        right = next((line for line in waiting if pairs_with(left, line)), None)
        if right is not None:
            pairs.append((left, right))
            waiting.remove(right)
    return tuple(pairs)


def _in_order(lines: Sequence[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (line.name, line.units, line.number))


def _may_pair(line: Line) -> bool:
    paid = both_sides(line.indicator("bilateral"))
    if paid is None or RETURN in line.modifiers or line.series == "therapy":
        return False
    return bool(line.series) or paid[0] != EACH_SIDE


def groups(lines: Sequence[Line]) -> tuple[tuple[Line, ...], ...]:
    """The lines in groups that bear on each other, each in order of lines."""
    leader = {line.number: line.number for line in lines}
    by_series: dict[str, int] = {}
    for line in lines:
        if line.series:
            leader[line.number] = by_series.setdefault(line.series, line.number)
    for left, right in sides(lines):
        if not left.series:
            leader[right.number] = leader[left.number]
    found: dict[int, list[Line]] = {}
    for line in lines:
        found.setdefault(leader[line.number], []).append(line)
    return tuple(tuple(group) for group in found.values())


def items(lines: Sequence[Line]) -> tuple[Item, ...]:
    """What is ranked of the lines: sides paired, and every other unit by itself.

    Their order settles ties and does not depend on the order of the lines, but for lines that are
    equal in all they say.
    """
    left_over = {line.number: line.units for line in lines}
    paired: dict[int, list[Item]] = {}
    for left, right in sides(lines):
        paid = both_sides(left.indicator("bilateral"))
        assert paid is not None, "sides() pairs only what has two sides"
        count = min(left.units, right.units)
        paired[left.number] = [Item(left, right, paid[0])] * count
        left_over[left.number] -= count
        left_over[right.number] -= count
    found: list[Item] = []
    for line in _in_order(lines):
        found += paired.get(line.number, [])
        found += [Item(line)] * left_over[line.number]
    return tuple(found)
