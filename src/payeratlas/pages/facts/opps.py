"""Facts of the hospital outpatient schedule: status indicator, APC, payment, copayment."""

from __future__ import annotations

from dataclasses import replace

from payeratlas.model.amounts import CENT, Money
from payeratlas.model.facts import Fact, Measure, Unknown, Value
from payeratlas.model.time import AsOf
from payeratlas.pricing.opps import why_not_paid
from payeratlas.store import Store
from payeratlas.tables.contract import Row

TABLE = "opps_addendum_b"
_SOURCE = "CMS OPPS Addendum B"
_CELLS = (
    (
        "opps.status_indicator",
        "status_indicator",
        "OPPS status indicator",
        "code",
        "Whether and how Medicare's hospital outpatient system pays the code.",
    ),
    (
        "opps.apc",
        "apc",
        "Ambulatory payment classification",
        "code",
        "The group of services that share the payment (APC).",
    ),
    (
        "opps.relative_weight",
        "relative_weight",
        "OPPS relative weight",
        "relative weight",
        "Weight of the APC; drugs have none.",
    ),
    (
        "opps.payment",
        "payment_rate",
        "Medicare payment, hospital outpatient",
        "USD",
        "National payment to the hospital before wages, of one unit paid separately.",
    ),
    (
        "opps.copayment.national",
        "copayment_national",
        "National copayment, hospital outpatient",
        "USD",
        "National unadjusted copayment, where CMS prints one beside the minimum.",
    ),
    (
        "opps.copayment.minimum",
        "copayment_minimum",
        "Minimum copayment, hospital outpatient",
        "USD",
        "Minimum unadjusted copayment: a fifth of the payment.",
    ),
    (
        "opps.copayment.adjusted",
        "copayment_adjusted",
        "Adjusted copayment, hospital outpatient",
        "USD",
        "What the patient owes where CMS caps it at the inpatient deductible, or adjusts it for "
        "inflation.",
    ),
)
MEASURES: tuple[Measure, ...] = tuple(
    Measure(id, title, unit, meaning, f"{_SOURCE}, {column}")
    for id, column, title, unit, meaning in _CELLS
)
_COLUMNS = {id: column for id, column, *_ in _CELLS}
_ONLY_WHERE_PRINTED = "opps.copayment.adjusted"
_NOT_PRINTED = {
    "opps.apc": "CMS prints no APC for it.",
    "opps.relative_weight": "CMS prints no weight for it: its payment does not rest on one.",
    "opps.payment": "CMS prints no payment for it.",
    "opps.copayment.national": "CMS prints no national copayment for it: the minimum applies.",
    "opps.copayment.minimum": "CMS prints no minimum copayment for it.",
}


def facts(code: str, as_of: AsOf, store: Store) -> list[Fact]:
    """What Addendum B says of the code, or why it says nothing.

    A code that the OPPS does not pay separately has no payment, whatever stands in its row: the
    reason is that of its status indicator.
    """
    found = store.look_up(TABLE, as_of, hcpcs=code)
    if not isinstance(found, Unknown):
        return row_facts(found[0], store)
    rows = [
        row for row in store.history(TABLE, hcpcs=code) if as_of.knows(store.release_of(row).issued)
    ]
    last = {fact.measure: fact for fact in (row_facts(rows[-1], store) if rows else ())}
    stated = []
    for measure in MEASURES:
        known = last.get(measure.id) if found.reason == "not_covered" else None
        if measure.id == _ONLY_WHERE_PRINTED and known is None:
            continue
        unknown = replace(found, last_known=known if known and known.known else None)
        stated.append(Fact(measure.id, code, unknown, measure.unit, None))
    return stated


def row_facts(row: Row, store: Store) -> list[Fact]:
    """The Facts of one row: a cited cell each, or an Unknown."""
    code, indicator = row.text("hcpcs"), row.text("status_indicator")
    why = why_not_paid(indicator)
    period = store.release_of(row).covers
    stated = []
    for measure in MEASURES:
        column, money = _COLUMNS[measure.id], measure.unit == "USD"
        if row[column] is None or (money and why):  # a rate may stand beside what is not paid
            if measure.id != _ONLY_WHERE_PRINTED:
                nothing = Unknown("not_listed", _NOT_PRINTED[measure.id])
                if why:
                    nothing = Unknown("not_priced", f"{why}.")
                stated.append(Fact(measure.id, code, nothing, measure.unit, period))
            continue
        stated.append(
            store.fact(
                measure.id,
                row,
                column,
                unit=measure.unit,
                subject=code,
                value=amount(row, column) if money else None,
            )
        )
    return stated


def amount(row: Row, column: str) -> Value:
    """Dollars in whole cents, or the exact figure where CMS pays by tenths of a cent (drugs)."""
    exact = row.decimal(column)
    cents = exact.quantize(CENT)
    return Money(cents) if cents == exact else exact
