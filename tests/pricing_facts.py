"""Facts for pricing tests: a fee schedule row as the layer above would hand it over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from payeratlas.model.facts import Fact, Unknown, Value
from payeratlas.model.provenance import Artifact, Citation, Locator
from payeratlas.model.time import AsOf, Period
from payeratlas.pricing.request import Request, roles

YEAR = Period(date(2025, 1, 1), date(2026, 1, 1))
AS_OF = AsOf(date(2025, 10, 15))
CITATION = Citation(
    "pfs_rvu", "rvu25d", Artifact("PPRRVU.csv", "0" * 64, 1), Locator.cell(11, 1), "as printed"
)

# 64640 as CMS printed it in October 2025, and the indices of Alaska of that year.
ROW_64640: dict[str, Value] = {
    "status": "A",
    "work_rvu": Decimal("1.98"),
    "pe_rvu_nonfacility": Decimal("5.26"),
    "na_nonfacility": "",
    "pe_rvu_facility": Decimal("1.43"),
    "na_facility": "",
    "mp_rvu": Decimal("0.21"),
    "pctc": "0",
    "global_days": "010",
    "pre_op": Decimal("0.10"),
    "intra_op": Decimal("0.80"),
    "post_op": Decimal("0.10"),
    "multiple_procedure": "2",
    "bilateral": "1",
    "assistant": "1",
    "co_surgeon": "0",
    "team": "0",
    "conversion_factor": Decimal("32.3465"),
    "opps_pe_nonfacility": Decimal("0.00"),
    "opps_pe_facility": Decimal("0.00"),
    "opps_mp": Decimal("0.00"),
}
ALASKA: dict[str, Value] = {
    "work_gpci": Decimal("1.500"),
    "pe_gpci": Decimal("1.081"),
    "mp_gpci": Decimal("0.592"),
}


def fact(role: str, value: Value | Unknown, subject: str = "64640") -> Fact:
    basis = None if isinstance(value, Unknown) else CITATION
    return Fact(f"pfs.{role}", subject, value, "", YEAR, basis)


def facts(values: Mapping[str, Value | Unknown], subject: str = "64640") -> dict[str, Fact]:
    return {role: fact(role, value, subject) for role, value in values.items()}


def inputs_for(
    request: Request,
    row: Mapping[str, Value | Unknown] = ROW_64640,
    gpci: Mapping[str, Value] = ALASKA,
) -> dict[str, Fact]:
    """The Facts that ``quote`` asks for, taken from a row and its locality."""
    cells = {"pfs_rvu": row, "pfs_gpci": gpci}
    return {
        role: fact(role, cells[table][column], request.code)
        for role, (table, column) in roles(request).items()
    }
