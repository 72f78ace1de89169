"""Posted rates made by hand, and their benchmarks the slow way: row by row, nothing grouped."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from payeratlas.model.facts import Unknown
from payeratlas.rates.benchmark import FileNote, Medicare, Series
from payeratlas.rates.rows import OnHand
from payeratlas.tables.posted import ITEM, PROVIDER, RATE, schema

DAY = "2025-08-01"
RATE_DEFAULTS: dict[str, Any] = {
    "code": "64640",
    "code_type": "CPT",
    "payer_name": "Aetna",
    "plan_name": "Open Access PPO",
    "network_name": None,
    "arrangement": "ffs",
    "kind": "dollars",
    "methodology": "negotiated",
    "modifiers": "",
    "billing_class": "professional",
    "places": "11",
    "expiration": "9999-12-31",
    "provider_set": 1,
}


def rate(at: int, amount: str | None, **more: object) -> dict[str, Any]:
    """A posted rate at item ``at``; ``more`` replaces what it has."""
    blank = dict.fromkeys(column.name for column in RATE.columns)
    told = {"at_item": at, "at_rate": 1, "at_price": 1}
    value = None if amount is None else Decimal(amount)
    return {**blank, **RATE_DEFAULTS, **told, "amount": value, **more}


def provider(number: int, organisation: str, **more: object) -> dict[str, Any]:
    """An organisation of a provider set, known, with one NPI."""
    return {
        "provider_set": number,
        "organisation": organisation,
        "state_of_reference": "known",
        "name": None,
        "us_state": None,
        "zip": None,
        "npis": 1,
        "npi": [1234567893],
        "bad_npis": 0,
        **more,
    }


def item(at: int, gross: str | None, cash: str | None, **more: object) -> dict[str, Any]:
    """A hospital's own prices of a code at item ``at``."""
    blank = dict.fromkeys(column.name for column in ITEM.columns)
    return {
        **blank,
        "code": "64640",
        "code_type": "CPT",
        "at_item": at,
        "at_rate": 0,
        "items": 1,
        "setting": "outpatient",
        "billing_class": "facility",
        "modifiers": "",
        "gross": gross and Decimal(gross),
        "cash": cash and Decimal(cash),
        **more,
    }


def on_hand(
    folder: Path,
    name: str,
    rates: Sequence[Mapping[str, Any]],
    providers: Sequence[Mapping[str, Any]],
    items: Sequence[Mapping[str, Any]] = (),
    *,
    kind: str = "payer",
    publisher: str = "",
    state: str = "",
    day: str = DAY,
    series: str = "",
    codes: frozenset[str] | None = None,
) -> OnHand:
    """A posted file on disk, sorted by code and place."""
    tables = {}
    for table, rows in ((RATE, rates), (PROVIDER, providers), (ITEM, items)):
        if rows:
            at = ("code", "at_item", "at_rate", "at_price")
            keys = [key for key in (*at, "provider_set", "organisation") if key in rows[0]]
            if table is not PROVIDER:
                keys = [key for key in at if key in rows[0]]
            ordered = sorted(rows, key=lambda row: [row[key] for key in keys])
            path = folder / name / f"{table.name}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(pa.Table.from_pylist(ordered, schema(table)), path)
            tables[table.name] = path
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    note = FileNote(
        id=sha256[:16],
        name=name,
        sha256=sha256,
        size=1,
        url="",
        publisher=publisher or name,
        kind="hospital" if kind == "hospital" else "payer",
        state=state,
        day=day,
        version="",
    )
    return OnHand(note, series or f"series of {name}", "", codes, tables, sha256[:12])


def medicare(code: str, series: Series, state: str, zip_code: str, day: date) -> Medicare | Unknown:
    """Medicare of a made-up world: by place, for dollars of professionals and of outpatients."""
    if series.kind not in ("dollars", "case") or series.bill_type == "unclear":
        return Unknown("not_priced", "no price.")
    if series.setting == "asc":
        return Unknown("not_covered", "no release.")
    base = Decimal(200) if series.bill_type == "professional" else Decimal(900)
    local = Decimal(sum(map(ord, zip_code)) % 7)
    return Medicare(base + local, "a schedule", "a release", zip_code or "national")


def plain_quantile(values: Sequence[Decimal], p: Fraction) -> Fraction:
    """Hyndman-Fan 7 as its definition says."""
    ordered = [Fraction(value) for value in sorted(values)]
    place = p * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def most_common(amounts: Sequence[Decimal]) -> Decimal:
    """The amount of most rows; of several the lowest."""
    counts = Counter(amounts)
    return min(counts, key=lambda amount: (-counts[amount], amount))
