"""Where services are given: the payment locality of a ZIP code or a locality number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from payeratlas.model.errors import InputError
from payeratlas.model.facts import Fact, Unknown
from payeratlas.model.time import AsOf
from payeratlas.pages.medicare import GPCI
from payeratlas.pricing.geography import Located, Zip, locate
from payeratlas.pricing.localities import gpci_locality
from payeratlas.pricing.request import LOCALITY
from payeratlas.store import Published, Store
from payeratlas.tables.contract import Row

ZIPS = "zip_locality"


@dataclass(frozen=True, slots=True)
class Area:
    """One payment locality: its id (``06102-16``), its row of indices, and how it was found.

    ``row`` is Unknown where no index file covers the date. ``inputs`` are the cells of the ZIP
    file that led to it, by name; empty where the locality itself was given.
    """

    id: str
    title: str
    row: Row | Unknown
    inputs: Mapping[str, Fact] = field(default_factory=dict)


def area_of(
    as_of: AsOf, store: Store, *, zip_code: str | None = None, locality: str | None = None
) -> Area | None:
    """The locality of a ZIP code or a locality number; None where neither is given.

    InputError where there is no such locality or ZIP code on that date, and, naming all of them,
    where a ZIP code lies in several: they are paid differently and none is guessed.
    """
    if zip_code:
        return _of_zip(Zip.parse(zip_code), as_of, store)
    if not locality:
        return None
    found = LOCALITY.fullmatch(locality)
    if found is None:
        raise InputError(
            f"'{locality}' is not a payment locality.",
            cure="contractor and locality number, for example 10212-99",
        )
    row = _indices((found[1], found[2]), as_of, store)
    return Area(locality, f"locality {locality}{_named(row)}", row)


def _of_zip(zip_: Zip, as_of: AsOf, store: Store) -> Area:
    rows = store.look_up(ZIPS, as_of, zip=zip_.code)
    located = rows if isinstance(rows, Unknown) else locate(zip_, rows, as_of.service_date)
    if isinstance(located, Unknown):
        raise InputError(
            f"ZIP code {zip_} leads to no payment locality: {located.detail}",
            cure="check the ZIP code, or give the locality itself",
        )
    candidate = located.settled
    if candidate is None:
        raise InputError(f"{zip_}: {located.ask}", cure=_candidates(located, as_of, store))
    row = _indices(candidate.mac_and_locality, as_of, store)
    inputs = {
        f"ZIP {zip_} {column}": store.fact(
            f"zip.{column}",
            candidate.row,
            column,
            unit="",
            subject=f"ZIP {zip_}",
            period=candidate.period,
        )
        for column in ("carrier", "locality")
    }
    title = f"ZIP {zip_}, locality {candidate.id}{_named(row)}"
    return Area(candidate.id, title, row, inputs)


def _candidates(located: Located, as_of: AsOf, store: Store) -> str:
    """The localities a ZIP code may lie in, for a person to choose from."""
    named = []
    for candidate in located.candidates:
        row = _indices(candidate.mac_and_locality, as_of, store)
        where = f" for {candidate.plus4:,} of its ZIP+4" if candidate.plus4 else ""
        named.append(f"locality {candidate.id}{_named(row)}{where}")
    return f"all nine digits, or one of: {'; '.join(named)}"


def _indices(place: tuple[str, str], as_of: AsOf, store: Store) -> Row | Unknown:
    """The index row of a locality under either of its contractor numbers."""
    match = store.in_force(GPCI, as_of)
    if isinstance(match, Unknown):
        return replace(match, detail=f"no locality indices: {match.detail}")
    for mac, number in (place, gpci_locality(*place)):
        if rows := store.rows(GPCI, match, mac=mac, locality=number):
            return rows[0]
    raise _no_locality(place, match, store)


def _no_locality(place: tuple[str, str], match: Published, store: Store) -> InputError:
    same = store.rows(GPCI, match, mac=place[0])
    near = ", ".join(f"{row.text('mac')}-{row.text('locality')}" for row in same[:8])
    return InputError(
        f"{'-'.join(place)} is not a payment locality of {match.release.title}.",
        cure=f"one of {near}" if near else "the page of any code lists all localities under C",
    )


def _named(row: Row | Unknown) -> str:
    """The name of a locality, in brackets; empty where no index file names it."""
    if isinstance(row, Unknown):
        return ""
    state = f", {row.text('state')}" if row["state"] else ""
    return f" ({row.text('locality_name').title()}{state})"
