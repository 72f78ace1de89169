"""Claims for tests: rows made up so that a fee is a plain amount, handed over as Facts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from payeratlas.model.amounts import Money
from payeratlas.model.facts import Fact, Unknown, Value
from payeratlas.model.provenance import Citation
from payeratlas.model.time import AsOf, Period
from payeratlas.pricing.claim import ClaimRequest, claim_roles
from payeratlas.pricing.claim_quote import price_claim
from payeratlas.pricing.claim_result import ClaimQuote
from payeratlas.pricing.claim_rows import Rows
from pricing_facts import AS_OF, CITATION, ROW_64640, YEAR

Cells = Mapping[str, Value | Unknown]
Table = Mapping[tuple[str, str], Cells]
ZERO = Decimal("0.00")


def row(
    work: str = "0.00", pe: str = "0.00", mp: str = "0.00", *, cap: str = "0.00", **more: object
) -> dict[str, Value | Unknown]:
    """A row whose RVUs are dollars (conversion factor 1): ``row("120.00")`` pays 120.00.

    ``cap`` is the PE RVU of the outpatient cap; ``more`` overrides any other column.
    """
    cells: dict[str, Value | Unknown] = {
        **ROW_64640,
        "work_rvu": Decimal(work),
        "pe_rvu_nonfacility": Decimal(pe),
        "pe_rvu_facility": Decimal(pe),
        "mp_rvu": Decimal(mp),
        "opps_pe_nonfacility": Decimal(cap),
        "opps_pe_facility": Decimal(cap),
        "conversion_factor": Decimal("1.0000"),
        "multiple_procedure": "2",
        "bilateral": "1",
        "endo_base": "",
        "imaging_family": "99",
    }
    return {**cells, **more}  # type: ignore[dict-item]


def whole(code: str, pc: str, tc: str, *, cap: str = "0.00", **more: object) -> Table:
    """The rows of a whole test and of its two components; ``cap`` is that on the technical one.

    The professional amount is all work, which is in the cap of the whole as well.
    """
    kind: dict[str, object] = {"pctc": "1", "multiple_procedure": "4", "imaging_family": "88"}
    kind |= {"bilateral": "3", **more}
    return {
        (code, ""): row(pc, tc, cap=cap, **kind),
        (code, "26"): row(pc, **kind),
        (code, "TC"): row("0.00", tc, cap=cap, **kind),
    }


def rows_of(
    table: Table,
    request: ClaimRequest,
    gpci: Mapping[str, Value] | None = None,
    citation: Citation = CITATION,
    period: Period = YEAR,
) -> Rows:
    """The function that ``price_claim`` asks, over rows by code and modifier."""
    roles = claim_roles(request)

    def ask(code: str) -> Mapping[str, Mapping[str, Fact]] | Unknown:
        found = {m: table[code, m] for m in ("", "26", "TC", "53") if (code, m) in table}
        if not found:
            return Unknown("not_listed", f"{code} is not listed.")
        return {
            modifier: {
                role: _fact(role, (cells if t == "pfs_rvu" else gpci or {})[column], code)
                for role, (t, column) in roles.items()
            }
            for modifier, cells in found.items()
        }

    def _fact(role: str, value: Value | Unknown, code: str) -> Fact:
        basis = None if isinstance(value, Unknown) else citation
        return Fact(f"pfs.{role}", code, value, "", period, basis)

    return ask


def claim(
    table: Table,
    *lines: str,
    gpci: Mapping[str, Value] | None = None,
    day: date = AS_OF.service_date,
    **options: object,
) -> ClaimQuote:
    """A priced claim over made-up rows, in an office unless told otherwise."""
    given: dict[str, object] = {"place": "11", **options}
    request = ClaimRequest.parse(lines, as_of=AsOf(day), **given)  # type: ignore[arg-type]
    return price_claim(request, rows_of(table, request, gpci))


def cents(fact: Fact | None) -> str:
    """The amount of a Fact as text; the reason where there is none."""
    if fact is None:
        return "nothing"
    if isinstance(fact.value, Unknown):
        return fact.value.reason
    assert isinstance(fact.value, Money)
    return str(fact.value)


def amounts(answer: ClaimQuote) -> list[str]:
    """Each line's allowed amount; ``part of 2`` where it is part of line 2."""
    return [f"part of {x.part_of}" if x.included else cents(x.allowed) for x in answer.lines]
