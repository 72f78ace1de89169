"""Text with places for Facts: the only form in which this layer says anything."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from string import Formatter, ascii_lowercase

from payeratlas.tables import ncci_addon, ncci_mue, ncci_ptp, pfs_rvu
from payeratlas.tables.contract import Cell

Row = Mapping[str, Cell]
"""A fee schedule row as this layer takes it: printed values by column of ``pfs_rvu``."""

FACTS = frozenset(
    column.name
    for table in (pfs_rvu.TABLE, ncci_mue.TABLE, ncci_ptp.TABLE, ncci_addon.TABLE)
    for column in table.columns
    if column.name not in table.key or column.kind == "date"
)
"""Placeholders that stand for a Fact: the columns of these tables that name no row, and days. The
layer above puts the cited value there."""

_MARKED = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True)
class Wording:
    """A sentence template. ``{column}`` stands for a Fact, any other placeholder for a name.

    ``names`` holds those names as they are to be printed: modifiers, codes, percentages set by a
    manual. The template's own words hold no digit, so a figure can only come from a Fact or a
    name. Raises ValueError where that does not hold, where a placeholder is neither a Fact nor a
    name, and where a name has no place or hides a Fact.
    """

    template: str
    names: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        for literal, _, form, conversion in Formatter().parse(self.template):
            if re.search(r"\d", literal):
                raise ValueError(f"a digit in the words of a template: {self.template!r}")
            if form or conversion:
                raise ValueError(f"a formatted placeholder: {self.template!r}")
        places = set(self.placeholders())
        if hidden := FACTS & set(self.names):
            raise ValueError(f"names that hide a Fact: {sorted(hidden)}")
        if lost := places - FACTS - set(self.names):
            raise ValueError(f"neither a Fact nor a name: {sorted(lost)} in {self.template!r}")
        if idle := set(self.names) - places:
            raise ValueError(f"names without a place: {sorted(idle)} in {self.template!r}")

    def placeholders(self) -> tuple[str, ...]:
        """Every placeholder once, in reading order."""
        found = (name for _, name, _, _ in Formatter().parse(self.template) if name is not None)
        return tuple(dict.fromkeys(found))

    def facts(self) -> tuple[str, ...]:
        """The placeholders that stand for Facts, in reading order."""
        return tuple(place for place in self.placeholders() if place in FACTS)


def wording(text: str) -> Wording:
    """A Wording from marked text: ``wording("Report `50` ({bilateral}).")``.

    Each token between backquotes becomes a name; equal tokens share one placeholder.
    """
    labels = _labels()
    names: dict[str, str] = {}
    places: dict[str, str] = {}

    def place(match: re.Match[str]) -> str:
        token = match.group(1)
        if token not in places:
            places[token] = next(labels)
            names[places[token]] = token
        return "{" + places[token] + "}"

    return Wording(_MARKED.sub(place, text), names)


def _labels() -> Iterator[str]:
    """name_a to name_z: more names than that are too many for one sentence."""
    return (f"name_{letter}" for letter in ascii_lowercase)


def text(row: Row, column: str) -> str:
    """The printed value of a row's column; empty where the row lacks it or it is null."""
    value = row.get(column)
    return "" if value is None else str(value).strip()
