"""Price files whose posted rates are on hand: the user's, and those of the software."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

from payeratlas.rates.benchmark import FileNote
from payeratlas.rates.rows import OnHand
from payeratlas.store.benchmarks import RATES, embedded_manifest
from payeratlas.store.posted import Posted
from payeratlas.store.price_manifest import PriceFile


def note_of(file: PriceFile) -> FileNote:
    """What a benchmark says of a price file. A payer's file has no state."""
    printed = file.printed
    hospital = file.kind == "hospital"
    return FileNote(
        id=file.id,
        name=file.artifact.name,
        sha256=file.artifact.sha256,
        size=file.artifact.size,
        url=file.artifact.url,
        publisher=file.entity,
        kind="hospital" if hospital else "payer",
        state=(printed.get("license_state") or "").strip().upper()[:2] if hospital else "",
        day=file.issue.observed_from,
        version=printed.get("version") or "",
    )


def of_posted(posted: Posted) -> OnHand:
    """A price file of the user's store with its posted rates."""
    file = posted.file
    return OnHand(
        note=note_of(file),
        series=file.issue.series,
        market=file.printed.get("plan_market_type") or "",
        codes=None if file.codes is None else frozenset(file.codes),
        tables=dict(posted.paths),
        digest=posted.digest,
    )


def of_embedded(embedded: Path | None) -> tuple[OnHand, ...]:
    """The price files that come with the software, in the order of their manifest."""
    return tuple(_of_entry(told, embedded) for told in embedded_manifest(embedded) if embedded)


def _of_entry(told: Mapping[str, Any], embedded: Path) -> OnHand:
    root = embedded / RATES
    return OnHand(
        note=FileNote(*told["note"]),
        series=told["series"],
        market=told["market"],
        codes=frozenset(told["codes"]),
        tables={table: root / path for table, path in told["tables"].items()},
        digest=told["digest"],
        evidence=root / told["evidence"],
    )


def entry_of(file: OnHand, codes: Sequence[str], tables: Mapping[str, str], evidence: str) -> Any:
    """The manifest's entry of a file, ``codes`` of which are kept; paths are below the folder."""
    return {
        "note": list(astuple(file.note)),
        "series": file.series,
        "market": file.market,
        "codes": sorted(codes),
        "tables": dict(tables),
        "digest": file.digest,
        "evidence": evidence,
    }


def together(users: Sequence[OnHand], embedded: Sequence[OnHand]) -> tuple[OnHand, ...]:
    """The user's files first; of those that come with the software not one that the user has read
    whole. See ``store.benchmarks.sources``, which tells the same without opening them."""
    whole = {file.note.id for file in users if file.codes is None}
    return (*users, *(file for file in embedded if file.note.id not in whole))
