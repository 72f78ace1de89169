"""A price question answered from the store: rows found, cells cited, the quote worked out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from payeratlas.coding.modifiers import verdict_for
from payeratlas.model.errors import InputError
from payeratlas.model.facts import Fact, Unknown
from payeratlas.model.time import AsOf, Period
from payeratlas.pages.facts.pfs import period_of
from payeratlas.pages.medicare import GPCI
from payeratlas.pricing import Quote, Request, quote, roles, unanswered
from payeratlas.pricing.adjust import known_modifiers
from payeratlas.pricing.localities import gpci_locality
from payeratlas.store import Store
from payeratlas.tables.contract import Row

RVU = "pfs_rvu"
_TWO_RATES = {"nonfacility": "non-facility rate", "facility": "facility rate"}


@dataclass(frozen=True, slots=True)
class Priced:
    """The answer to a price question: the quote, and the cited cells it rests on by role.

    ``title`` says the question back in one line.
    """

    title: str
    quote: Quote
    inputs: Mapping[str, Fact]


def price(
    code: str,
    as_of: AsOf,
    store: Store,
    *,
    modifiers: Sequence[str] = (),
    pos: str | None = None,
    locality: str | None = None,
    units: int = 1,
    qualifying: bool = False,
    participating: bool = True,
) -> Priced:
    """What Medicare allows for one line under the physician fee schedule, on a date of service.

    ``pos`` is by default 11, an office; ``locality`` is ``MAC-locality``, by default none, which
    gives the national amount; ``qualifying`` asks for the conversion factor of qualifying APM
    participants. InputError names a modifier, place or locality that does not exist on that date;
    a line that exists and has no price is a Quote of Unknowns with their reason.
    """
    request = Request.parse(
        code,
        as_of=as_of,
        modifiers=modifiers,
        place=pos or "11",
        locality=locality,
        units=units,
        qp=qualifying,
        participating=participating,
    )
    _check_place(request, store)
    found = store.look_up(
        RVU, as_of, constants={"participation": request.participation}, hcpcs=request.code
    )
    rows = {} if isinstance(found, Unknown) else {row.text("modifier"): row for row in found}
    _check_modifiers(request, rows, store)
    area = _locality(request, store)
    if isinstance(found, Unknown):
        return Priced(_title(request), unanswered(request, found), {})
    modifier = next((m for m in request.row_modifiers if m in rows), None)
    if modifier is None:
        why = Unknown("not_listed", f"{request.code} has no row without a modifier.")
        return Priced(_title(request), unanswered(request, why), {})
    if isinstance(area, Unknown):
        return Priced(_title(request), unanswered(request, area, row_modifier=modifier), {})
    inputs = _inputs(request, {RVU: rows[modifier], GPCI: area}, store)
    return Priced(_title(request), quote(request, inputs, row_modifier=modifier), inputs)


def _inputs(request: Request, rows: Mapping[str, Row | None], store: Store) -> dict[str, Fact]:
    """A cited Fact for each role; a blank indicator states the blank that CMS printed."""
    facts = {}
    for role, (table, column) in roles(request).items():
        row = rows[table]
        assert row is not None, f"{table} has no row and is asked for {role}"
        period = _period(row, request.as_of, store)
        value = "" if row[column] is None and table == RVU else None
        facts[role] = store.fact(
            f"{table.removesuffix('_rvu').replace('_', '.')}.{column}",
            row,
            column,
            unit="",
            subject=request.row_subject(row.text("modifier")) if table == RVU else request.locality,
            value=value,
            period=period,
        )
    return facts


def _period(row: Row, as_of: AsOf, store: Store) -> Period:
    return period_of(row, as_of, store)


def _check_place(request: Request, store: Store) -> None:
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


def _check_modifiers(request: Request, rows: Mapping[str, Row], store: Store) -> None:
    """Refuse what is no modifier at all; one whose effect is not known is the quote's to refuse."""
    asked = [m for m in request.modifiers if m not in known_modifiers()]
    if not asked:
        return
    match = store.in_force("hcpcs_modifier", request.as_of)
    listed = () if isinstance(match, Unknown) else store.rows("hcpcs_modifier", match)
    row = rows[""].values if "" in rows else {}
    for modifier in asked:
        verdict = verdict_for(
            modifier,
            row,
            request.code,
            known_hcpcs_modifiers=[entry.text("modifier") for entry in listed],
        )
        if verdict.verdict == "not_a_modifier":
            words = verdict.reason.template.format(**verdict.reason.names)
            raise InputError(words, cure="leave it out, or name the modifier meant")


def _locality(request: Request, store: Store) -> Row | Unknown | None:
    """The index row of the locality asked for; None where none was asked for."""
    named = request.mac_and_locality
    if named is None:
        return None
    match = store.in_force(GPCI, request.as_of)
    if isinstance(match, Unknown):
        return replace(match, detail=f"no locality indices: {match.detail}")
    for mac, number in (named, gpci_locality(*named)):
        if rows := store.rows(GPCI, match, mac=mac, locality=number):
            return rows[0]
    same = store.rows(GPCI, match, mac=named[0])
    near = ", ".join(f"{row.text('mac')}-{row.text('locality')}" for row in same[:8])
    raise InputError(
        f"{request.locality} is not a payment locality of {match.release.title}.",
        cure=f"one of {near}" if near else "the page of any code lists all localities under C",
    )


def _title(request: Request) -> str:
    """The question back: ``64640-50 x2 at place 11 (non-facility rate), 10212-99, ...``."""
    name = "-".join((request.code, *request.modifiers))
    parts = [
        name + (f" x{request.units}" if request.units > 1 else ""),
        f"place of service {request.place} ({_TWO_RATES[request.rate_type]})",
        f"locality {request.locality}" if request.locality else "national",
        f"date of service {request.as_of.service_date}",
    ]
    if request.qp:
        parts.append("qualifying APM participant")
    if not request.participating:
        parts.append("non-participating")
    return ", ".join(parts)
