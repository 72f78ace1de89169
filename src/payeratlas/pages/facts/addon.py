"""Facts of the NCCI add-on code edits: what kind of add-on a code is, and its primary codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from payeratlas.coding.addon import REFERENCE, in_effect
from payeratlas.model.facts import Fact, Measure, Unknown, Value
from payeratlas.model.provenance import Derivation
from payeratlas.model.time import AsOf
from payeratlas.store import Store
from payeratlas.tables.contract import Row

TABLE = "ncci_addon"
RULE = "ncci.addon.list"
_SOURCE = "CMS NCCI add-on code edits"
MEASURES: tuple[Measure, ...] = (
    Measure(
        "addon.primary",
        "Primary codes of an add-on",
        "code",
        "The code or codes that the add-on is reported with; CCCCC where the contractor decides.",
        f"{_SOURCE}, primary code",
    ),
    Measure(
        "addon.type",
        "Type of add-on",
        "code",
        "Whether CMS (1), the Medicare contractor (2) or both (3) name its primary codes.",
        f"{_SOURCE}, edit type",
    ),
)
_COLUMNS = {"addon.primary": "primary", "addon.type": "type"}


def facts(code: str, as_of: AsOf, store: Store) -> list[Fact]:
    """Type and primary codes of an add-on; Unknown("not_listed") for a code that is none by CMS's
    list, and then the detail says so."""
    found = store.look_up(TABLE, as_of, addon=code)
    if not isinstance(found, Unknown):
        found = [row for row in found if in_effect(row.values, as_of.service_date)] or Unknown(
            "not_listed", f"no edit of {code} as an add-on is in effect on {as_of.service_date}."
        )
    if isinstance(found, Unknown):
        if found.reason == "not_listed":
            found = replace(found, detail=f"{found.detail} By that list it is no add-on.")
        return [_unknown(measure, code, found, as_of, store) for measure in _COLUMNS]
    return [
        _primaries(code, found, store),
        store.fact("addon.type", found[0], "type", unit="code", subject=code),
    ]


def gathered(values: Mapping[str, Value], settings: Mapping[str, str], store: Store) -> str:
    """The codes of several edits in one text, in the order of the file."""
    return ", ".join(str(value) for value in values.values())


RULES = {RULE: gathered}


def _primaries(code: str, rows: list[Row], store: Store) -> Fact:
    cited = [
        store.fact(
            "addon.primary",
            row,
            "primary",
            unit="code",
            subject=code if len(rows) == 1 else f"{code}/{row.text('primary')}",
        )
        for row in rows
    ]
    if len(cited) == 1:
        return cited[0]
    inputs = tuple((str(number), fact) for number, fact in enumerate(cited, start=1))
    values = {role: fact.value for role, fact in inputs if not isinstance(fact.value, Unknown)}
    value = gathered(values, {}, store)
    basis = Derivation(RULE, inputs, reference=f"{REFERENCE}: all primary codes listed")
    return Fact("addon.primary", code, value, "code", cited[0].period, basis)


def _unknown(measure: str, code: str, why: Unknown, as_of: AsOf, store: Store) -> Fact:
    """The Unknown, pointing to the newest release known that lists the code."""
    last = None
    if why.reason == "not_covered":
        rows = [
            row
            for row in store.history(TABLE, addon=code)
            if as_of.knows(store.release_of(row).issued)
        ]
        newest = [row for row in rows if row.release == rows[-1].release]
        if newest and measure == "addon.primary":
            last = _primaries(code, newest, store)
        elif newest:
            last = store.fact(measure, newest[0], _COLUMNS[measure], unit="code", subject=code)
    return Fact(measure, code, replace(why, last_known=last), "code", None)
