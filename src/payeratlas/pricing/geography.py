"""The Medicare payment locality of a ZIP code on a date of service.

The place is where the service is given: Medicare Claims Processing Manual, Pub. 100-04, ch. 1
§10.1.1 (payment jurisdiction). CMS's ZIP file gives each ZIP code one locality, and lists every
ZIP+4 of those that are divided. Without the four further digits a divided ZIP code has several
candidates; they are all told, and none is chosen.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from payeratlas.model.errors import InputError
from payeratlas.model.facts import Unknown
from payeratlas.model.time import Period
from payeratlas.pricing.localities import gpci_locality
from payeratlas.tables.contract import Row
from payeratlas.tables.zip_locality import OPEN

REFERENCE = (
    "Medicare Claims Processing Manual, Pub. 100-04, ch. 1 §10.1.1; CMS ZIP code to carrier "
    "locality file"
)
DIVIDED = "The ZIP code lies in more than one payment locality; its four further digits decide."
NOT_LISTED = (
    "The ZIP code lies in more than one payment locality, and its four further digits are not "
    "listed for that year."
)

_ZIP = re.compile(r"(?P<zip>\d{5})(?:[- ]?(?P<plus4>\d{4}))?", re.ASCII)


@dataclass(frozen=True, order=True, slots=True)
class Zip:
    """A ZIP code, with its four further digits or without (``plus4`` empty)."""

    code: str
    plus4: str = ""

    @classmethod
    def parse(cls, text: str) -> Zip:
        """Read a ZIP code as typed: ``60601``, ``91759-9000`` or nine digits in one.

        Raises InputError for anything else: a lost leading zero is not guessed back.
        """
        found = _ZIP.fullmatch(text.strip())
        if not found:
            raise InputError(
                f"'{text}' is not a ZIP code.", cure="five digits or nine, for example 60601-1234"
            )
        return cls(found["zip"], found["plus4"] or "")

    def __str__(self) -> str:
        return f"{self.code}-{self.plus4}" if self.plus4 else self.code


@dataclass(frozen=True, slots=True)
class Candidate:
    """One payment locality that a ZIP code may lie in.

    ``row`` is the row of ``zip_locality`` that says so: the ZIP code's own, else the first of its
    ZIP+4. ``main`` is whether it is the ZIP code's own; ``plus4`` counts its ZIP+4 there.
    """

    row: Row
    main: bool
    plus4: int

    @property
    def mac_and_locality(self) -> tuple[str, str]:
        """MAC and locality number under which the index files print the locality."""
        return gpci_locality(self.row.text("carrier"), self.row.text("locality"))

    @property
    def id(self) -> str:
        """The locality as a price question takes it: ``06102-16``."""
        return "-".join(self.mac_and_locality)

    @property
    def period(self) -> Period:
        """The years for which the row holds, as days."""
        last = self.row.integer("to_year")
        end = None if last == OPEN else date(last + 1, 1, 1)
        return Period(date(self.row.integer("from_year"), 1, 1), end)


@dataclass(frozen=True, slots=True)
class Located:
    """Where a ZIP code lies in a year: the candidates, the ZIP code's own locality first.

    ``ask`` says what would decide between them; empty where there is one.
    """

    zip: Zip
    year: int
    candidates: tuple[Candidate, ...]
    ask: str = ""

    @property
    def settled(self) -> Candidate | None:
        """The locality, where there is no doubt about it."""
        return self.candidates[0] if len(self.candidates) == 1 else None


def locate(zip_: Zip, rows: Iterable[Row], day: date) -> Located | Unknown:
    """The localities of a ZIP code on a day, from all rows that one release has of it.

    Rows are dated by year, so a change within a year cannot be seen. Unknown (``not_listed``)
    where the ZIP code has no row for the year.
    """
    of_zip = [row for row in rows if row.text("zip") == zip_.code]
    held = [r for r in of_zip if r.integer("from_year") <= day.year <= r.integer("to_year")]
    if not held:
        years = ", ".join(sorted({_years(row) for row in of_zip if not row.text("plus4")}))
        listed = f"listed for {years} only" if years else "not listed"
        return Unknown("not_listed", f"ZIP code {zip_.code} is {listed}, asked for {day.year}.")
    exact = [row for row in held if zip_.plus4 and row.text("plus4") == zip_.plus4]
    candidates = _candidates(exact or held)
    ask = ""
    if len(candidates) > 1:
        ask = NOT_LISTED if zip_.plus4 else DIVIDED
    return Located(zip_, day.year, candidates, ask)


def _candidates(rows: Iterable[Row]) -> tuple[Candidate, ...]:
    """One candidate a locality: the ZIP code's own first, then by how many ZIP+4 lie there."""
    places: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        places[row.text("carrier"), row.text("locality")].append(row)
    found = []
    for group in places.values():
        own = [row for row in group if not row.text("plus4")]
        found.append(Candidate((own or group)[0], bool(own), len(group) - len(own)))
    return tuple(sorted(found, key=lambda c: (not c.main, -c.plus4, c.id)))


def _years(row: Row) -> str:
    first, last = row.integer("from_year"), row.integer("to_year")
    if last == OPEN:
        return f"{first} on"
    return f"{first}" if first == last else f"{first} to {last}"
