"""Facts of the Restructured BETOS Classification System: where a code stands in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from payeratlas.model.facts import Fact, Measure, Unknown
from payeratlas.model.time import AsOf, Period
from payeratlas.store import Store
from payeratlas.tables.contract import Row

TABLE = "rbcs"
_SOURCE = "CMS Restructured BETOS Classification System (RBCS)"
MEASURES: tuple[Measure, ...] = tuple(
    Measure(f"rbcs.{column}", title, "text", meaning, f"{_SOURCE}, {column}")
    for column, title, meaning in (
        ("category", "RBCS category", "The broadest group of CMS's classification."),
        ("subcategory", "RBCS subcategory", "The group within the category."),
        ("family", "RBCS family", "The group within the subcategory; many codes have none."),
        ("major", "RBCS major procedure", "Whether it is a major, another, or no procedure."),
    )
)


def facts(code: str, as_of: AsOf, store: Store) -> list[Fact]:
    """Category, subcategory, family and kind of procedure, by the latest assignment of the code
    that does not begin after the date of service; or why there is none."""
    found = store.look_up(TABLE, as_of, hcpcs=code)
    if isinstance(found, Unknown):
        return [Fact(m.id, code, found, m.unit, None) for m in MEASURES]
    day = as_of.service_date
    begun = [row for row in found if _day(row, "assigned") <= day]
    if not begun:
        first = min(_day(row, "assigned") for row in found)
        why = Unknown("not_listed", f"the code was first assigned on {first}.")
        return [Fact(m.id, code, why, m.unit, None) for m in MEASURES]
    row = max(begun, key=lambda one: _day(one, "assigned"))
    stated = [
        store.fact(
            measure.id,
            row,
            measure.id.rpartition(".")[2],
            unit=measure.unit,
            subject=code,
            period=_period(row, found, store),
        )
        for measure in MEASURES
    ]
    ended = row["ended"]
    if isinstance(ended, date) and ended < day:
        why = Unknown("not_listed", f"the classification has the code as ended on {ended}.")
        return [
            replace(fact, value=replace(why, last_known=fact), period=None, basis=None)
            for fact in stated
        ]
    return stated


def _period(row: Row, rows: list[Row], store: Store) -> Period:
    """From the assignment to the next one, to the code's end, or open as the release is."""
    start, ended = _day(row, "assigned"), row["ended"]
    ends = [_day(other, "assigned") for other in rows if _day(other, "assigned") > start]
    if isinstance(ended, date) and ended >= start:
        ends.append(ended + timedelta(days=1))
    observed = not ends and store.release_of(row).covers.observed
    return Period(start, min(ends, default=None), observed)


def _day(row: Row, column: str) -> date:
    value = row[column]
    if not isinstance(value, date):
        raise TypeError(f"{row.table}.{column} is not a date: {value!r}")
    return value
