"""Where a release of the fee schedule contradicts itself, and why.

Pure checks: rows in, a :class:`Checked` out. An inconsistency with a ``cause`` is understood; one
without is a contradiction in the publisher's file that nothing here explains.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from payeratlas.model.amounts import Money
from payeratlas.model.codes import subject
from payeratlas.pricing.fee import Gpci, exact_amount
from payeratlas.pricing.localities import gpci_locality
from payeratlas.pricing.status import PRICED
from payeratlas.tables.contract import Row

_RATES = ("nonfacility", "facility")
_PARTS = ("work_rvu", "pe_rvu_nonfacility", "pe_rvu_facility", "mp_rvu")

NOT_FROM_RVUS = (
    "the row without a modifier is of a status that is not priced from RVUs and prints none, "
    "while its component's RVUs are printed"
)
EXCERPT = "only an excerpt is on hand; the component rows may stand in the whole release"
NO_COMPONENT_ROWS = "the code is of a status that is not priced from RVUs, and no row is printed"


@dataclass(frozen=True, slots=True)
class Inconsistency:
    """Two places of a release that do not agree.

    ``subject`` is the row (and locality), ``ordinals`` the records in their files. ``expected`` is
    what follows from the other figures, ``printed`` what the file says; ``cause`` is empty where
    it is not understood.
    """

    check: str
    subject: str
    ordinals: tuple[int, ...]
    printed: str
    expected: str
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """What one check looked at (``compared`` comparisons) and where they failed."""

    check: str
    title: str
    compared: int
    found: tuple[Inconsistency, ...]

    @property
    def unexplained(self) -> tuple[Inconsistency, ...]:
        """The inconsistencies without a known cause."""
        return tuple(item for item in self.found if not item.cause)


def totals(rows: Iterable[Row]) -> Checked:
    """Work + PE + MP = the printed total, for both settings of every row of ``pfs_rvu``."""
    found = []
    compared = 0
    for row in rows:
        for rate in _RATES:
            compared += 1
            printed = row.decimal(f"total_rvu_{rate}")
            expected = (
                row.decimal("work_rvu") + row.decimal(f"pe_rvu_{rate}") + row.decimal("mp_rvu")
            )
            if printed != expected:
                found.append(
                    Inconsistency(
                        "pfs_totals",
                        f"{_name(row)} {rate}",
                        (row.ordinal,),
                        str(printed),
                        str(expected),
                    )
                )
    title = "Work, practice expense and malpractice RVUs add up to the printed total"
    return Checked("pfs_totals", title, compared, tuple(found))


def components(rows: Iterable[Row], *, complete: bool = True) -> Checked:
    """26 + TC = the row without a modifier, RVU by RVU, where the PC/TC indicator is 1.

    ``rows`` are those of one release and one kind of participation, ``complete`` False where it is
    an excerpt. Source: record layout, Attachment A, PC/TC indicator.
    """
    by_key = {(row.text("hcpcs"), row.text("modifier")): row for row in rows}
    found = []
    compared = 0
    for (code, modifier), whole in by_key.items():
        if modifier or whole.text("pctc") != "1":
            continue
        compared += 1
        parts = [by_key[code, m] for m in ("26", "TC") if (code, m) in by_key]
        if len(parts) < 2:
            cause = "" if whole.text("status") in PRICED else NO_COMPONENT_ROWS
            cause = cause if complete else EXCERPT
            printed = ", ".join(_name(part) for part in parts) or "no component row"
            found.append(
                Inconsistency(
                    "pfs_components",
                    code,
                    (whole.ordinal, *(part.ordinal for part in parts)),
                    printed,
                    "rows with 26 and TC",
                    cause,
                )
            )
            continue
        sums = {name: sum(part.decimal(name) for part in parts) for name in _PARTS}
        differing = [name for name in _PARTS if whole.decimal(name) != sums[name]]
        if differing:
            empty = not any(whole.decimal(name) for name in _PARTS)
            explained = empty and whole.text("status") not in PRICED
            found.append(
                Inconsistency(
                    "pfs_components",
                    code,
                    (whole.ordinal, *(part.ordinal for part in parts)),
                    ", ".join(f"{name} {whole.decimal(name)}" for name in differing),
                    ", ".join(f"{name} {sums[name]}" for name in differing),
                    NOT_FROM_RVUS if explained else "",
                )
            )
    title = "The professional and the technical component add up to the whole"
    return Checked("pfs_components", title, compared, tuple(found))


def caps(rvu_rows: Iterable[Row], gpci_rows: Iterable[Row], cap_rows: Iterable[Row]) -> Checked:
    """Every amount of ``pfs_oppscap`` follows, to the cent, from ``pfs_rvu`` and ``pfs_gpci``.

    For a priced status the amount is the lower of the fee and the outpatient cap; for status C it
    is the cap alone, worked out for the whole with the work RVU of the -26 row. Source: record
    layout, OPPS payment amount and OPPSCAP file.
    """
    by_key = {(row.text("hcpcs"), row.text("modifier")): row for row in rvu_rows}
    indices = {
        (row.text("mac"), row.text("locality")): Gpci(
            row.decimal("work_gpci"), row.decimal("pe_gpci"), row.decimal("mp_gpci")
        )
        for row in gpci_rows
    }
    found: list[Inconsistency] = []
    compared = 0
    for row in cap_rows:
        compared += len(_RATES)
        found += _cap_faults(row, by_key, indices)
    title = "Amounts capped at the outpatient rate follow from the RVUs and indices"
    return Checked("pfs_oppscap", title, compared, tuple(found))


def _cap_faults(
    row: Row,
    by_key: Mapping[tuple[str, str], Row],
    indices: Mapping[tuple[str, str], Gpci],
) -> Iterator[Inconsistency]:
    carrier, locality = row.text("carrier"), row.text("locality")
    name = f"{_name(row)} @{carrier}-{locality}"

    def fault(printed: str, expected: str, *ordinals: int) -> Inconsistency:
        return Inconsistency("pfs_oppscap", name, (row.ordinal, *ordinals), printed, expected)

    rvus = by_key.get((row.text("hcpcs"), row.text("modifier")))
    gpci = indices.get((carrier, locality)) or indices.get(gpci_locality(carrier, locality))
    if rvus is None or gpci is None:
        lacking = "its row of RVUs" if rvus is None else "its locality indices"
        yield fault("an amount", f"{lacking} in the same release")
        return
    if rvus.text("status") != row.text("status"):
        yield fault(f"status {row.text('status')}", f"status {rvus.text('status')}", rvus.ordinal)
    factor = rvus.decimal("conversion_factor")
    work = rvus.decimal("work_rvu")
    priced = row.text("status") in PRICED
    professional = by_key.get((row.text("hcpcs"), "26"))
    if not priced and not row.text("modifier") and professional is not None:
        work = professional.decimal("work_rvu")
    for rate in _RATES:
        cap = exact_amount(
            work, rvus.decimal(f"opps_pe_{rate}"), rvus.decimal("opps_mp"), factor, gpci
        )
        fee = exact_amount(
            work, rvus.decimal(f"pe_rvu_{rate}"), rvus.decimal("mp_rvu"), factor, gpci
        )
        expected = Money.round_once(min(fee, cap) if priced else cap)
        printed = row.decimal(f"price_{rate}")
        if printed != expected.amount:
            yield fault(f"{rate} {printed}", f"{rate} {expected}", rvus.ordinal)


def _name(row: Row) -> str:
    return subject(row.text("hcpcs"), row.text("modifier"))
