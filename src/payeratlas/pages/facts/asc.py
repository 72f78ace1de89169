"""Facts of ambulatory surgical centers: payment indicator, payment, multiple-procedure discount."""

from __future__ import annotations

from dataclasses import replace

from payeratlas.model.amounts import Money
from payeratlas.model.facts import Fact, Measure, Unknown
from payeratlas.model.time import AsOf
from payeratlas.pricing.asc import EXCLUDED, why_not_paid
from payeratlas.store import Store
from payeratlas.tables.contract import Row

SURGERY, ANCILLARY, NOT_PAID = "asc_aa", "asc_bb", "asc_ee"
TABLE = SURGERY  # the dates of its releases are those of the others
_INDICATOR, _PAYMENT, _DISCOUNT = (
    "asc.payment_indicator",
    "asc.payment",
    "asc.multiple_procedure_discount",
)
_SOURCE = "CMS ASC Addenda AA and BB"
MEASURES: tuple[Measure, ...] = (
    Measure(
        _INDICATOR,
        "ASC payment indicator",
        "code",
        "Whether and how Medicare pays an ambulatory surgical center for the code.",
        f"{_SOURCE}, payment_indicator",
    ),
    Measure(
        _PAYMENT,
        "Medicare payment, ambulatory surgical center",
        "USD",
        "National payment to the center before wages.",
        f"{_SOURCE}, payment_rate",
    ),
    Measure(
        _DISCOUNT,
        "ASC multiple procedure discount",
        "flag",
        "Whether half is paid beside a higher-paid procedure; of surgery only.",
        "CMS ASC Addendum AA, multiple_procedure_discount",
    ),
)


def facts(code: str, as_of: AsOf, store: Store) -> list[Fact]:
    """What the addenda of surgery (AA) and of services beside it (BB) say of the code; else
    whether CMS lists it among surgery not paid for in a center (EE); else why nothing is known."""
    found: Unknown | None = None
    for table in (SURGERY, ANCILLARY):
        rows = store.look_up(table, as_of, hcpcs=code)
        if not isinstance(rows, Unknown):
            return row_facts(rows[0], store)
        found = found or rows
    assert found is not None
    excluded = store.look_up(NOT_PAID, as_of, hcpcs=code)
    if not isinstance(excluded, Unknown):
        period = store.release_of(excluded[0]).covers
        unpaid = Unknown("not_priced", f"{EXCLUDED}.")
        bare = Unknown("not_listed", "the list of what is not paid for prints no indicator.")
        return [
            Fact(m.id, code, bare if m.id == _INDICATOR else unpaid, m.unit, period)
            for m in MEASURES
        ]
    if found.reason == "not_listed":
        found = replace(
            found,
            detail=f"{found.detail} Nor do its addenda of services beside surgery and of surgery "
            "not paid for in a center.",
        )
    last = {fact.measure: fact for fact in _newest(code, as_of, store)}
    stated = []
    for measure in MEASURES:
        known = last.get(measure.id) if found.reason == "not_covered" else None
        unknown = replace(found, last_known=known if known and known.known else None)
        stated.append(Fact(measure.id, code, unknown, measure.unit, None))
    return stated


def _newest(code: str, as_of: AsOf, store: Store) -> list[Fact]:
    """The Facts of the newest row known on the day, of either addendum."""
    rows = [
        row
        for table in (ANCILLARY, SURGERY)
        for row in store.history(table, hcpcs=code)
        if as_of.knows(store.release_of(row).issued)
    ]
    newest = max(rows, key=lambda row: store.release_of(row).covers.start, default=None)
    return row_facts(newest, store) if newest else []


def row_facts(row: Row, store: Store) -> list[Fact]:
    """The Facts of one row of Addendum AA or BB; an indicator without payment says why."""
    code = row.text("hcpcs")
    why = why_not_paid(row.text("payment_indicator"))
    period = store.release_of(row).covers
    stated = []
    for measure in MEASURES:
        column = measure.source.rpartition(", ")[2]
        if measure.id == _DISCOUNT and row.table != SURGERY:
            continue
        nothing = None
        if measure.id == _PAYMENT and why:  # a rate may stand beside what is not paid
            nothing = Unknown("not_priced", f"{why}.")
        elif row[column] is None:
            nothing = Unknown("not_listed", "CMS leaves the cell empty for this code.")
        if nothing:
            stated.append(Fact(measure.id, code, nothing, measure.unit, period))
            continue
        value: Money | bool | None = None
        if measure.id == _PAYMENT:
            value = Money(row.decimal(column))
        elif measure.id == _DISCOUNT:
            value = row.text(column) == "Y"
        stated.append(
            store.fact(measure.id, row, column, unit=measure.unit, subject=code, value=value)
        )
    return stated
