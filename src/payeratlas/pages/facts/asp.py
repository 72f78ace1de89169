"""Facts of the Part B payment limits: what Medicare pays at most for a billing unit of a drug."""

from __future__ import annotations

from dataclasses import replace

from payeratlas.model.facts import Fact, Measure, Unknown
from payeratlas.model.time import AsOf
from payeratlas.pages.facts._history import known
from payeratlas.pricing.drugs import NO_LIMIT
from payeratlas.store import Store
from payeratlas.tables.contract import Row

TABLE = "asp_limit"
LIMIT = "asp.payment_limit"
COINSURANCE = "asp.coinsurance"
_SOURCE = "CMS payment limits of Part B drugs"
_PARTS = (
    (
        LIMIT,
        "Payment limit",
        "payment_limit",
        "USD per billing unit",
        "The most that Medicare pays for one billing unit of the drug.",
    ),
    ("asp.dosage", "Billing unit", "dosage", "text", "What one billing unit of the drug is."),
    (
        COINSURANCE,
        "Patient's share",
        "coinsurance",
        "percent",
        "The coinsurance on the payment limit.",
    ),
)
MEASURES: tuple[Measure, ...] = tuple(
    Measure(id, title, unit, meaning, f"{_SOURCE}, {column}")
    for id, title, column, unit, meaning in _PARTS
)
NOT_A_DECISION = "Whether Medicare covers a drug does not follow from it, as CMS says there."


def facts(code: str, as_of: AsOf, store: Store) -> list[Fact]:
    """The payment limit of the code with its unit and share, or why there is none to state.

    Nothing for a code that no list on hand has and that is no J code: the list is of drugs.
    """
    found = store.look_up(TABLE, as_of, hcpcs=code)
    if not isinstance(found, Unknown):
        return row_facts(found[0], store)
    rows = known(store.history(TABLE, hcpcs=code), as_of, store)
    if not rows and not code.startswith("J"):
        return []
    if found.reason == "not_listed":
        found = replace(found, detail=f"{found.detail} {NOT_A_DECISION}")
    last: dict[str, Fact] = {}
    if rows and found.reason == "not_covered":
        stated = row_facts(rows[-1], store)
        last = {fact.measure: fact for fact in stated if fact.known}
    return [
        Fact(id, code, replace(found, last_known=last.get(id)), unit, None)
        for id, _, _, unit, _ in _PARTS
    ]


def row_facts(row: Row, store: Store) -> list[Fact]:
    """What one row of the payment limits states; a limit printed as N/A is no price."""
    code, period = row.text("hcpcs"), store.release_of(row).covers
    stated = []
    for id, _, column, unit, _ in _PARTS:
        if id == LIMIT and row[column] is None:
            note = " ".join(row.text("note").split())
            detail = f"{NO_LIMIT}{f' ({note})' if note else ''}."
            stated.append(Fact(id, code, Unknown("not_priced", detail), unit, period))
            continue
        stated.append(store.fact(id, row, column, unit=unit, subject=code))
    return stated
