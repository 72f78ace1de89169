"""Verdicts on modifiers, derived from a code's fee schedule indicators, each with its reason.

Sources: CMS, PFS relative value file record layout, Attachment A; Pub. 100-04 chapters 4, 12, 13
and 23; NCCI Policy Manual chapter I. Each verdict names its own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from payeratlas.coding.catalogue import (
    Case,
    Record,
    Ruling,
    confusions,
    records,
    undecided,
)
from payeratlas.coding.indicators import canonical
from payeratlas.coding.kinds import is_visit, kind
from payeratlas.coding.places import PRICED
from payeratlas.coding.wording import Row, Wording, text, wording
from payeratlas.model.codes import Modifier
from payeratlas.tables.contract import Cell

__all__ = [
    "Ruling",
    "Verdict",
    "bilateral_methods",
    "standing",
    "unjudged",
    "verdict_for",
    "verdicts",
]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a modifier can stand on a code, and why.

    ``verdict`` is ``valid`` where the indicators allow it outright, ``conditional`` where they
    leave it to ``depends`` (documentation, payer, who bills, laterality, edit), ``not_valid``
    where they rule it out, ``not_a_modifier`` where no such modifier exists, and ``not_judged``
    where no indicator decides. ``title`` says in our words what the modifier says. ``note`` warns
    where the same two characters are also a place of service.
    """

    modifier: str
    verdict: Ruling
    reason: Wording
    title: str
    purpose: Wording | None = None
    depends: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    note: Wording | None = None


_STANDING = {
    "B": "Status {status}, bundled: Medicare pays the code only inside another service.",
    "E": "Status {status}, excluded by regulation: paid, where covered, under other rules than "
    "the physician fee schedule, and those rules decide which modifiers matter.",
    "I": "Status {status}, not valid for Medicare: another code reports the service.",
    "J": "Status {status}, anesthesia: base units and time decide the payment, and of the "
    "modifiers only those that say who gave the anesthesia change it.",
    "M": "Status {status}, a measurement code: it is reported and not paid.",
    "N": "Status {status}, not covered by Medicare.",
    "P": "Status {status}: no separate payment under the physician fee schedule.",
    "X": "Status {status}, outside the physician fee schedule by statute: where another fee "
    "schedule pays the code, its rules decide which modifiers matter.",
}
_DELETED = "Status {status}: the code is no longer valid."
_MOOT = " No physician fee schedule payment is left for a modifier to change."

_NO_STATUS = wording("The row has no readable status, so nothing follows for a modifier.")
_NO_INDICATOR = wording("Not judged: the indicator that decides it is missing or unreadable.")
_NO_RULE = wording("Not judged: no indicator of the physician fee schedule decides this modifier.")

_TIERS = {"not_a_modifier": 0, "not_valid": 1, "valid": 2, "conditional": 3}


def verdicts(
    row: Row, code: str, *, own_rows: Collection[str] | None = None
) -> tuple[Verdict, ...]:
    """Verdicts on every modifier that the row's indicators decide, mistakes people make first.

    ``row`` is the code's fee schedule row without modifier, by column of ``pfs_rvu``. ``own_rows``
    are the modifiers for which the same release prints a row of its own for the code (26, TC, 53);
    None where the caller does not know. First what is no modifier, then modifiers often put on
    codes that cannot take them, then valid, conditional and the remaining impossible ones.
    Together with :func:`unjudged` each modifier known here appears exactly once, except that those
    of anesthesia, of drugs and of laboratory tests are listed for such codes only.
    """
    judged = _judged(row, code, own_rows)
    found = [verdict for verdict in judged if verdict.verdict != "not_judged"]

    def tier(verdict: Verdict) -> int:
        rank = _TIERS[verdict.verdict]
        return 4 if rank == 1 and not records()[verdict.modifier].mistaken else rank

    return (*_confusions(), *sorted(found, key=tier))


def unjudged(
    row: Row, code: str, *, own_rows: Collection[str] | None = None
) -> tuple[Verdict, ...]:
    """The modifiers that the row's indicators do not decide, each with the reason why not."""
    judged = _judged(row, code, own_rows)
    rest = [Verdict(item, "not_judged", _NO_RULE, title) for item, title in undecided().items()]
    return (*(verdict for verdict in judged if verdict.verdict == "not_judged"), *rest)


def verdict_for(
    modifier: str,
    row: Row,
    code: str,
    *,
    known_hcpcs_modifiers: Collection[str] = (),
    places: Mapping[str, str] | None = None,
    own_rows: Collection[str] | None = None,
) -> Verdict:
    """The verdict on one modifier as a person asks for it (``26``, ``-26``, ``lt``).

    ``known_hcpcs_modifiers`` are those of the HCPCS release in force, ``places`` its places of
    service (code to CMS's name). Without the first, a letter modifier unknown here is not judged
    rather than called none. Raises InputError where the text has not the shape of a modifier.
    """
    asked = Modifier.parse(modifier).code
    place = _place(asked, places)
    if asked in records():
        verdict = _judge(records()[asked], row, code, own_rows)
        return _noted(verdict, place)
    for verdict in _confusions():
        if verdict.modifier == asked:
            return verdict
    if asked in undecided():
        return _noted(Verdict(asked, "not_judged", _NO_RULE, undecided()[asked]), place)
    if asked in known_hcpcs_modifiers:
        return Verdict(asked, "not_judged", _NO_RULE, "A modifier of the HCPCS release in force")
    if place is not None:
        why = f"`{asked}` is not a modifier: it is a place-of-service code, `{place}`, and has "
        return Verdict(
            asked, "not_a_modifier", wording(f"{why}its own field on the claim."), "A place"
        )
    if asked.isdigit() or known_hcpcs_modifiers:
        why = f"`{asked}` is not a modifier: neither code set has it."
        return Verdict(asked, "not_a_modifier", wording(why), "No modifier")
    why = f"Not judged: no list of HCPCS modifiers is on hand to say whether `{asked}` is one."
    return Verdict(asked, "not_judged", wording(why), "Not known here")


def standing(row: Row) -> Wording | None:
    """Why no modifier changes a Medicare payment for the code; None where one can.

    The single rule for codes that the physician fee schedule does not pay: what an indicator rules
    out stays ruled out, and nothing else is judged.
    """
    status = text(row, "status")
    if status in PRICED:
        return None
    if not status:
        return _NO_STATUS
    return wording(_STANDING.get(status, _DELETED) + ("" if status == "J" else _MOOT))


def bilateral_methods(row: Row) -> tuple[Wording, ...]:
    """How two sides in one session are reported: Medicare's way first, then other payers'.

    Source: Pub. 100-04 chapter 12, section 40.7; for surgery centers chapter 14, section 40.5.
    Empty where the bilateral indicator is missing or unknown.
    """
    return _METHODS.get(text(row, "bilateral"), ())


_METHODS: dict[str, tuple[Wording, ...]] = {
    "1": (
        wording(
            "Medicare, clinician and hospital: one line with `50` and one unit "
            "(bilateral indicator {bilateral}); payment is `150%` of one side."
        ),
        wording(
            "Medicare, surgery center: without `50`, as two lines of one unit or one line of two."
        ),
        wording(
            "Some other payers: two lines, one with `LT` and one with `RT`, a unit each. Never "
            "`50` together with `LT` or `RT` on one line."
        ),
    ),
    "3": (
        wording(
            "Medicare: one line with `50`, or two lines with `LT` and `RT` (bilateral indicator "
            "{bilateral}); each side is paid in full."
        ),
    ),
    "0": (
        wording(
            "Once, without `50` (bilateral indicator {bilateral}): two sides are paid as one. "
            "Where another code reports both sides, that code is the one to use."
        ),
    ),
    "2": (
        wording("Once, without `50` (bilateral indicator {bilateral}): the fee is for both sides."),
    ),
    "9": (wording("Two-sided reporting does not apply (bilateral indicator {bilateral})."),),
}


# Kinds of codes that another schedule than the physicians' pays, and the modifiers they take there.
_OWN_SCHEDULE = {
    "anesthesia": "anesthesia",
    "hcpcs_j": "drug",
    **dict.fromkeys(("laboratory", "cpt_m", "cpt_u", "hcpcs_p", "hcpcs_u"), "laboratory"),
}


def _group(code: str, row: Row) -> str:
    """The group of modifiers that go with the code's own schedule: ``anesthesia``, ``drug`` or
    ``laboratory``; ``service`` where the physician fee schedule is its schedule."""
    return _OWN_SCHEDULE.get(kind(code, row).id, "service")


def _judged(row: Row, code: str, own_rows: Collection[str] | None) -> tuple[Verdict, ...]:
    # Several parts of a page ask about the same row.
    own = None if own_rows is None else frozenset(own_rows)
    return _judged_once(tuple(row.items()), code, own)


@lru_cache(maxsize=16)
def _judged_once(
    cells: tuple[tuple[str, Cell], ...], code: str, own_rows: frozenset[str] | None
) -> tuple[Verdict, ...]:
    row = dict(cells)
    groups = ("service", _group(code, row))
    return tuple(
        _judge(record, row, code, own_rows)
        for record in records().values()
        if record.group in groups
    )


def _judge(record: Record, row: Row, code: str, own_rows: Collection[str] | None) -> Verdict:
    case = next((c for c in record.cases if _holds(c, record.code, row, code, own_rows)), None)
    if case is None:
        return _verdict(record, "not_judged", _NO_INDICATOR)
    # Another schedule pays for it, and its own modifiers do count there.
    own_payment = record.group != "service" and record.group == _group(code, row)
    moot = None if own_payment else standing(row)
    if moot is not None and case.ruling in ("valid", "conditional"):
        return _verdict(record, "not_judged", moot)
    return _verdict(record, case.ruling, case.why, case.depends)


def _holds(
    case: Case, modifier: str, row: Row, code: str, own_rows: Collection[str] | None
) -> bool:
    if case.visit is not None and case.visit != is_visit(code):
        return False
    if case.own_row is not None and case.own_row != (modifier in (own_rows or ())):
        return False
    if case.kinds and kind(code, row).id not in case.kinds:
        return False
    if not all(_is_zero(text(row, column)) for column in case.zero):
        return False
    return all(
        canonical(column, text(row, column)) in values for column, values in case.columns.items()
    )


def _is_zero(printed: str) -> bool:
    try:
        return Decimal(printed) == 0
    except InvalidOperation:
        return False


def _verdict(
    record: Record, ruling: Ruling, reason: Wording, depends: tuple[str, ...] = ()
) -> Verdict:
    return Verdict(
        record.code, ruling, reason, record.title, record.purpose, depends, record.references
    )


def _confusions() -> tuple[Verdict, ...]:
    return tuple(
        Verdict(item.code, "not_a_modifier", item.why, item.title, references=item.references)
        for item in confusions()
    )


def _noted(verdict: Verdict, place: str | None) -> Verdict:
    if place is None:
        return verdict
    note = wording(
        f"`{verdict.modifier}` is also a place-of-service code, `{place}`; a place has its own "
        "field on the claim."
    )
    return replace(verdict, note=note)


def _place(code: str, places: Mapping[str, str] | None) -> str | None:
    """CMS's name of the place of service, or None where it has none (or only reserves it)."""
    name = (places or {}).get(code)
    return None if name is None or name.strip().lower().startswith("unassigned") else name
