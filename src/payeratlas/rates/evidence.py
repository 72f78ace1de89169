"""What a whole price file shows: of its billing classes, and of dollars that are no dollars.

Both need every code of a file, while a benchmark is made of one. So they are worked out once for
each posted file, and kept beside it as a small JSON file.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from payeratlas.model.facts import Unknown
from payeratlas.rates.benchmark import Medicare, Series
from payeratlas.rates.multipliers import LEAST_CODES, are_multipliers
from payeratlas.rates.offer import Offer
from payeratlas.rates.rows import OnHand
from payeratlas.rates.series import (
    TRUSTED,
    ClassUse,
    FileEvidence,
    code_kind,
    file_evidence,
    series_of,
)
from payeratlas.store.posted_write import working

if TYPE_CHECKING:
    import duckdb

MedicareOf = Callable[[str, Series, str, str, date], "Medicare | Unknown"]
"""Code, series, state, ZIP code, day: what Medicare pays for it there and then."""
Group = tuple[str, str]
"""Payer as printed, and kind of rate."""
MOST_CODES = 100
"""Codes of a group that are compared with Medicare: those whose digest comes first."""

_CLASSES = (
    "SELECT coalesce(billing_class, ''), code, coalesce(code_type, ''), coalesce(places, ''), "
    "count(*) FROM read_parquet(?) GROUP BY ALL"
)
_GROUPS = f"""
WITH apart AS (
  SELECT coalesce(payer_name, '') AS payer, kind, code, amount,
    min(row(at_item, at_rate, at_price)) AS first_at,
    arg_min(struct_pack(code_type, arrangement, modifiers, billing_class, setting, places,
      plan_name), row(at_item, at_rate, at_price)) AS told
  FROM read_parquet(?)
  WHERE kind IN ('dollars', 'case') AND amount > 0 AND coalesce(modifiers, '') = ''
  GROUP BY ALL
), ranked AS (
  SELECT *, dense_rank() OVER (PARTITION BY payer, kind ORDER BY md5(code), code) AS place
  FROM apart
)
SELECT payer, kind, code, amount, told FROM ranked WHERE place <= {MOST_CODES}
ORDER BY payer, kind, code, first_at, amount
"""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Of one file: whether its billing classes are believed, and which groups are multipliers."""

    classes: FileEvidence = TRUSTED
    multipliers: frozenset[Group] = frozenset()


def evidence_of(file: OnHand, medicare: MedicareOf, spill: Path) -> Evidence:
    """The evidence of a posted file; of one without a day nothing is compared with Medicare.

    What does not fit in memory is written below ``spill``. StoreError where the rows cannot be
    read.
    """
    path = file.tables.get("posted_rate")
    if path is None:
        return Evidence()
    with working([path.parent], spill, file.note.name) as connection:
        classes = TRUSTED
        if file.note.kind == "payer":
            classes = file_evidence(_uses(connection, str(path)))
        rows = connection.execute(_GROUPS, [str(path)]).fetchall()
    return Evidence(classes, multipliers_in(rows, file, classes, medicare))


def multipliers_in(
    rows: Sequence[tuple[str, Any, str, Decimal, Mapping[str, str | None]]],
    file: OnHand,
    classes: FileEvidence,
    medicare: MedicareOf,
) -> frozenset[Group]:
    """The groups whose dollars are no dollars: rows are (payer, kind, code, amount, terms)."""
    if not file.note.day:
        return frozenset()
    day = date.fromisoformat(file.note.day)
    groups: dict[Group, list[tuple[str, Decimal, Mapping[str, str | None]]]] = defaultdict(list)
    for payer, kind, code, amount, told in rows:
        groups[payer, kind].append((code, amount, told))
    found = set()
    for (payer, kind), members in groups.items():
        if len({code for code, _, _ in members}) < LEAST_CODES:
            continue
        paid: dict[str, Decimal | None] = {}
        for code, _, told in members:
            if code not in paid:
                paid[code] = _paid(code, kind, told, file, classes, day, medicare)
        if are_multipliers((code, amount, paid[code]) for code, amount, _ in members):
            found.add((payer, kind))
    return frozenset(found)


def _paid(
    code: str,
    kind: Any,
    told: Mapping[str, str | None],
    file: OnHand,
    classes: FileEvidence,
    day: date,
    medicare: MedicareOf,
) -> Decimal | None:
    """Medicare's amount for a code as the group's first row of it has it; national."""
    offer = Offer(
        code,
        told["code_type"] or "",
        kind,
        arrangement=told["arrangement"] or "",
        billing_class=told["billing_class"] or "",
        setting=told["setting"] or "",
        places=tuple((told["places"] or "").split()),
        plan_name=told["plan_name"] or "",
        publisher_kind=file.note.kind,
        day=day,
    )
    series = series_of(offer, evidence=classes)
    if isinstance(series, str):
        return None
    found = medicare(code, series, file.note.state, "", day)
    return None if isinstance(found, Unknown) else found.amount


def _uses(connection: duckdb.DuckDBPyConnection, path: str) -> dict[ClassUse, int]:
    uses: dict[ClassUse, int] = defaultdict(int)
    for billing_class, code, code_type, places, rows in connection.execute(
        _CLASSES, [path]
    ).fetchall():
        uses[ClassUse(billing_class, code_kind(code, code_type), tuple(places.split()))] += rows
    return uses


def encode(evidence: Evidence) -> bytes:
    """As JSON, one fixed layout."""
    classes = evidence.classes
    document = {
        "trusted": classes.trusted,
        "centers": classes.centers,
        "reason": classes.reason,
        "multipliers": sorted(map(list, evidence.multipliers)),
    }
    return (json.dumps(document, sort_keys=True, indent=1) + "\n").encode()


def decode(data: bytes) -> Evidence:
    """What :func:`encode` wrote."""
    found = json.loads(data)
    return Evidence(
        FileEvidence(found["trusted"], found["centers"], found["reason"]),
        frozenset((payer, kind) for payer, kind in found["multipliers"]),
    )
