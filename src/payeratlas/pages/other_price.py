"""Lines that the physician fee schedule does not pay, priced by the schedule that does: anesthesia,
drugs, laboratory tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from payeratlas.model.facts import Fact, Unknown
from payeratlas.model.time import AsOf
from payeratlas.pages.facts.anes import base_units
from payeratlas.pages.facts.asp import COINSURANCE, LIMIT
from payeratlas.pages.facts.asp import TABLE as DRUGS
from payeratlas.pages.facts.asp import row_facts as drug_facts
from payeratlas.pages.facts.clfs import TABLE as TESTS
from payeratlas.pages.places import Area
from payeratlas.pricing.anesthesia import AnesthesiaRequest, anesthesia_quote, is_anesthesia
from payeratlas.pricing.caveats import Caveat
from payeratlas.pricing.drugs import drug_quote
from payeratlas.pricing.lab import lab_quote, row_of
from payeratlas.pricing.request import Request
from payeratlas.store import Store
from payeratlas.store.manifest import Wanted
from payeratlas.tables.contract import Row

Schedule = Literal["anesthesia", "drug", "laboratory"]


@dataclass(frozen=True, slots=True)
class OtherPrice:
    """What another schedule than the physicians' allows for a line, and the patient's share of it
    (None where that schedule does not state one)."""

    schedule: Schedule
    allowed: Fact
    patient: Fact | None
    caveats: tuple[Caveat, ...] = ()


@dataclass(frozen=True, slots=True)
class AnesthesiaGiven:
    """What a person says of an anesthesia line: minutes, base units (by default those of CMS's
    file), presence at induction."""

    minutes: int | None = None
    base_units: int | None = None
    induction: bool = False


def other_price(
    line: Request, area: Area | None, given: AnesthesiaGiven, store: Store
) -> OtherPrice | None:
    """The price of a line under the schedule of its kind; None where it is of none of them.

    A drug or test that its schedule lists and does not price is an OtherPrice whose amount says
    why. InputError names a modifier or unit that schedule does not know.
    """
    if is_anesthesia(line.code):
        return _anesthesia(line, area, given, store)
    tests = store.look_up(TESTS, line.as_of, hcpcs=line.code)
    if not isinstance(tests, Unknown):
        return _test(line, tests, store)
    drugs = store.look_up(DRUGS, line.as_of, hcpcs=line.code)
    if not isinstance(drugs, Unknown):
        stated = {fact.measure: fact for fact in drug_facts(drugs[0], store)}
        note = " ".join(drugs[0].text("note").split())
        quote = drug_quote(
            line.code,
            line.units,
            stated[LIMIT],
            stated[COINSURANCE],
            modifiers=line.modifiers,
            note=note,
        )
        return OtherPrice("drug", quote.allowed, quote.patient, quote.caveats)
    return None


def _test(line: Request, rows: list[Row], store: Store) -> OtherPrice:
    row = row_of(rows, line.modifiers)
    if isinstance(row, Unknown):
        return OtherPrice(
            "laboratory", Fact("clfs.line.allowed", line.code, row, "USD", None), None
        )
    rate, indicator = (
        store.fact(f"clfs.{column}", row, column, unit=unit, subject=line.code)
        for column, unit in (("rate", "USD per test"), ("indicator", "code"))
    )
    quote = lab_quote(line.code, line.units, rate, indicator, modifiers=line.modifiers)
    return OtherPrice("laboratory", quote.allowed, quote.patient, quote.caveats)


def _anesthesia(
    line: Request, area: Area | None, given: AnesthesiaGiven, store: Store
) -> OtherPrice:
    request = AnesthesiaRequest.parse(
        line.code,
        minutes=given.minutes,
        modifiers=line.modifiers,
        base_units=given.base_units,
        induction=given.induction,
        locality=area.id if area else "",
    )
    factor = anesthesia_factor(line.participation, area, line.as_of, store)
    quote = anesthesia_quote(request, factor, base_units(line.code, line.as_of, store))
    return OtherPrice("anesthesia", quote.allowed, None, quote.caveats)


def anesthesia_factor(participation: Wanted, area: Area | None, as_of: AsOf, store: Store) -> Fact:
    """The anesthesia conversion factor of the locality, or of the nation; Unknown where no file
    on hand has it."""
    table, who = "anes_national_cf", "nation"
    where: dict[str, Wanted] = {"participation": participation}
    if area:
        mac, number = area.id.split("-")
        table, who = "anes_cf", area.id
        where |= {"mac": mac, "locality": number}
    found = store.look_up(table, as_of, **where)  # type: ignore[arg-type]
    if isinstance(found, Unknown):
        return Fact("anes.conversion_factor", who, found, "USD per anesthesia unit", None)
    return store.fact(
        "anes.conversion_factor",
        found[0],
        "conversion_factor",
        unit="USD per anesthesia unit",
        subject=who,
    )
