"""Facts of the clinical laboratory fee schedule: what Medicare pays for a test."""

from __future__ import annotations

import re
from dataclasses import replace

from payeratlas.model.amounts import Money
from payeratlas.model.codes import subject
from payeratlas.model.facts import Fact, Measure, Unknown
from payeratlas.model.time import AsOf
from payeratlas.pages.facts._history import known
from payeratlas.pricing.lab import NO_RATE
from payeratlas.store import Store
from payeratlas.tables.clfs import LOCAL
from payeratlas.tables.contract import Row

TABLE = "clfs"
PAYMENT = Measure(
    "clfs.payment",
    "Medicare payment, laboratory",
    "USD",
    "National rate of the test; the patient pays no share of it.",
    "CMS clinical laboratory fee schedule, rate",
)
MEASURES: tuple[Measure, ...] = (PAYMENT,)
_ALWAYS_A_TEST = re.compile(r"[0-9]{4}[MU]")


def facts(code: str, as_of: AsOf, store: Store) -> list[Fact]:
    """The rate of the code, and of its waived version (``80053-QW``), or why there is none.

    Nothing for a code that no schedule on hand lists, unless codes of its kind (M, U) are
    laboratory tests always.
    """
    found = store.look_up(TABLE, as_of, hcpcs=code)
    if not isinstance(found, Unknown):
        return [row_fact(row, store) for row in found]
    rows = known(store.history(TABLE, hcpcs=code), as_of, store)
    if not rows and not _ALWAYS_A_TEST.fullmatch(code):
        return []
    last: dict[str, Fact] = {}
    if found.reason == "not_covered":
        newest = [row for row in rows if row.release == rows[-1].release]
        stated = [row_fact(row, store) for row in newest]
        last = {fact.subject: fact for fact in stated if fact.known}
    subjects = dict.fromkeys([code, *last])
    return [
        Fact(PAYMENT.id, who, replace(found, last_known=last.get(who)), PAYMENT.unit, None)
        for who in subjects
    ]


def row_fact(row: Row, store: Store) -> Fact:
    """What one row of the schedule states; a zero beside indicator L is no price."""
    who = subject(row.text("hcpcs"), row.text("modifier"))
    if row.text("indicator") == LOCAL:
        why = Unknown("not_priced", f"{NO_RATE}.")
        return Fact(PAYMENT.id, who, why, PAYMENT.unit, store.release_of(row).covers)
    rate = Money.round_once(row.decimal("rate"))
    return store.fact(PAYMENT.id, row, "rate", unit=PAYMENT.unit, subject=who, value=rate)
