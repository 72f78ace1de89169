"""A price question answered from the store: rows found, cells cited, the claim worked out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from payeratlas.coding.modifiers import verdict_for
from payeratlas.model.errors import InputError
from payeratlas.model.facts import Fact, Unknown
from payeratlas.model.time import AsOf
from payeratlas.pages.facts.pfs import period_of
from payeratlas.pages.medicare import GPCI
from payeratlas.pages.other_price import AnesthesiaGiven, OtherPrice, other_price
from payeratlas.pages.places import Area, area_of
from payeratlas.pricing import Request
from payeratlas.pricing.adjust import known_modifiers
from payeratlas.pricing.claim import ClaimRequest, claim_roles
from payeratlas.pricing.claim_quote import price_claim
from payeratlas.pricing.claim_result import ClaimQuote
from payeratlas.pricing.places import RateType
from payeratlas.store import Store
from payeratlas.tables.contract import Row

RVU = "pfs_rvu"
_TWO_RATES = {"nonfacility": "non-facility rate", "facility": "facility rate"}
OFFICE = "11"


@dataclass(frozen=True, slots=True)
class Priced:
    """The answer to a price question: the claim's quote, and the cited cells it rests on.

    ``title`` says the question back in one line. ``inputs`` are named by row and role
    (``64640 work_rvu``, ``06102-16 pe_gpci``). ``area`` is where the services are given; None
    where no locality was asked for. ``other`` are the lines, by number, that the physician fee
    schedule does not pay and another schedule does; they are not in the claim's total.
    """

    title: str
    claim: ClaimQuote
    inputs: Mapping[str, Fact]
    area: Area | None = None
    other: Mapping[int, OtherPrice] = field(default_factory=dict)


def price(
    lines: Sequence[str],
    as_of: AsOf,
    store: Store,
    *,
    pos: str | None = None,
    locality: str | None = None,
    zip_code: str | None = None,
    anesthesia: AnesthesiaGiven | None = None,
    qualifying: bool = False,
    participating: bool = True,
) -> Priced:
    """What Medicare allows for service lines of one patient and day under the fee schedule.

    ``lines`` are as typed: ``64640``, ``64640-50``, ``64640x3``, ``77002-26``. ``pos`` is by
    default 11, an office. ``zip_code`` (five or nine digits) or ``locality`` (``MAC-locality``)
    says where; neither gives the national amount. ``anesthesia`` is what is known of an anesthesia
    line. ``qualifying`` asks for the conversion factor of
    qualifying APM participants. InputError names a line, modifier, place or locality that does
    not exist on that date; a line that exists and has no price is an Unknown with its reason.
    """
    if zip_code and locality:
        raise InputError(
            "both a ZIP code and a locality are given.", cure="the ZIP code or the locality"
        )
    area = area_of(as_of, store, zip_code=zip_code, locality=locality)
    request = ClaimRequest.parse(
        lines,
        as_of=as_of,
        place=pos or OFFICE,
        locality=area.id if area else None,
        qp=qualifying,
        participating=participating,
    )
    check_place(request.first, store)
    found = answer(request, area, store)
    other = {
        line.number: by_other
        for line in found.claim.lines
        if not line.quote.fee.known
        and not line.included
        and (by_other := other_price(line.request, area, anesthesia or AnesthesiaGiven(), store))
        is not None
    }
    return replace(found, other=other)


def answer(request: ClaimRequest, area: Area | None, store: Store) -> Priced:
    """The quote of a claim whose place and area have been checked."""
    as_of = request.first.as_of
    roles = claim_roles(request)
    inputs: dict[str, Fact] = dict(area.inputs) if area else {}

    def rows_of(code: str) -> Mapping[str, Mapping[str, Fact]] | Unknown:
        found = store.look_up(
            RVU, as_of, constants={"participation": request.first.participation}, hcpcs=code
        )
        if isinstance(found, Unknown):
            return found
        if area is not None and isinstance(area.row, Unknown):
            return area.row
        rows = {RVU: found, GPCI: area.row if area else None}
        return {row.text("modifier"): facts_for({**rows, RVU: row}) for row in found}

    def facts_for(rows: Mapping[str, object]) -> dict[str, Fact]:
        facts = {}
        for role, (table, column) in roles.items():
            row = rows[table]
            assert isinstance(row, Row), f"{table} has no row and is asked for {role}"
            facts[role] = fact = _cell(row, column, request.first, store)
            inputs[f"{fact.subject} {role}"] = fact
        return facts

    for line in request.lines:
        _check_modifiers(line, store)
    return Priced(_title(request, area), price_claim(request, rows_of), inputs, area)


def _cell(row: Row, column: str, request: Request, store: Store) -> Fact:
    """A cited Fact of one cell; a blank indicator states the blank that CMS printed."""
    schedule = row.table == RVU
    who = row.text("hcpcs") if schedule else request.locality
    if schedule and row.text("modifier"):
        who = f"{who}-{row.text('modifier')}"
    return store.fact(
        f"{row.table.removesuffix('_rvu').replace('_', '.')}.{column}",
        row,
        column,
        unit="",
        subject=who,
        value="" if row[column] is None and schedule else None,
        period=period_of(row, request.as_of, store),
    )


def check_place(request: Request, store: Store) -> None:
    """InputError where the place of service does not exist in the list in force."""
    match = store.in_force("pos", request.as_of)
    if isinstance(match, Unknown) or not match.release.complete:
        return
    names = {row.text("pos"): row.text("name") for row in store.rows("pos", match)}
    name = names.get(request.place, "unassigned")
    if name.strip().lower().startswith("unassigned"):
        raise InputError(
            f"{request.place} is not a place of service of {match.release.title}.",
            cure="a place of that list, for example 11 (office), 22 (hospital outpatient) or 24 "
            "(surgical center)",
        )


def _check_modifiers(request: Request, store: Store) -> None:
    """Refuse what is no modifier at all; one whose effect is not known is the quote's to refuse."""
    asked = [m for m in request.modifiers if m not in known_modifiers()]
    if not asked:
        return
    match = store.in_force("hcpcs_modifier", request.as_of)
    listed = () if isinstance(match, Unknown) else store.rows("hcpcs_modifier", match)
    codes = [entry.text("modifier") for entry in listed]
    for modifier in asked:
        verdict = verdict_for(modifier, {}, request.code, known_hcpcs_modifiers=codes)
        if verdict.verdict == "not_a_modifier":
            words = verdict.reason.template.format(**verdict.reason.names)
            raise InputError(words, cure="leave it out, or name the modifier meant")


def _title(request: ClaimRequest, area: Area | None) -> str:
    """The question back: ``64640 x3 + 77002, place of service 11 (non-facility rate), ...``."""
    first = request.first
    national = replace(request, lines=tuple(replace(x, locality="") for x in request.lines))
    parts = [
        national.subject,
        f"place of service {first.place} ({_TWO_RATES[first.rate_type]})",
        area.title if area else "national",
        f"date of service {first.as_of.service_date}",
    ]
    if first.qp:
        parts.append("qualifying APM participant")
    if not first.participating:
        parts.append("non-participating")
    return ", ".join(parts)


__all__ = ["OFFICE", "Priced", "RateType", "answer", "check_place", "price"]
