"""How two releases differ as JSON, every row of it: ``schema/v1/diff.json``."""

from __future__ import annotations

from collections.abc import Iterable

from payeratlas.model.provenance import Release
from payeratlas.pages.diff import Difference, FeeChange, Fees, FeeSummary
from payeratlas.pricing.change import Parts
from payeratlas.pricing.policy import POLICIES
from payeratlas.publish.fact_json import Json, period_json
from payeratlas.store.changes import Changed, Changes, Sheet
from payeratlas.tables.contract import Cell, Row


def difference_json(difference: Difference) -> Json:
    """Both releases, and for each kind of file the rows added, removed and changed.

    Every row carries its record number and the sha256 of its file on the sides that have it, so
    that each value can be looked up as printed.
    """
    comparison = difference.comparison
    fees = difference.fees
    return {
        "source": difference.after.source,
        "before": _release(difference.before),
        "after": _release(difference.after),
        "codes": list(difference.codes),
        "absent": list(difference.absent),
        "locality": difference.locality or None,
        "indices": list(difference.indices),
        "tables": [_table(pair, fees.get(index)) for index, pair in enumerate(comparison.pairs)],
        "missing": [sheet_json(sheet) for sheet in comparison.alone_before],
        "new": [sheet_json(sheet) for sheet in comparison.alone_after],
        "policies": policies_json() if fees else [],
    }


def policies_json() -> list[Json]:
    """Every policy that a change can be consistent with."""
    return [
        {"id": p.id, "title": p.title, "reference": p.reference, "url": p.url} for p in POLICIES
    ]


def sheet_json(sheet: Sheet) -> Json:
    """A kind of file without counterpart, and how many rows it has."""
    return {"table": sheet.table.name, "of": dict(sheet.constants), "rows": sheet.rows.num_rows}


def key_text(pair: Changes, row: Row) -> str:
    """What names a row among those of its kind: ``64640``, ``77002 26``."""
    return " ".join(filter(None, (str(row[name] or "") for name in pair.key)))


def cell_text(value: Cell) -> str | None:
    """A cell as text; None where it is empty."""
    return None if value is None else str(value)


def parts_json(parts: Parts) -> Json:
    """An amount before and after, and what each cause added."""
    return {
        "before": str(parts.before),
        "after": str(parts.after),
        "change": str(parts.total),
        "causes": {cause: str(amount) for cause, amount in parts.parts},
    }


def _release(release: Release) -> Json:
    return {
        "id": release.id,
        "title": release.title,
        "issued": release.issued.isoformat(),
        "covers": period_json(release.covers),
        "complete": release.complete,
    }


def _table(pair: Changes, fees: Fees | None) -> Json:
    return {
        "table": pair.after.table.name,
        "of": {"before": dict(pair.before.constants), "after": dict(pair.after.constants)},
        "key": list(pair.key),
        "counts": {
            "added": len(pair.added),
            "removed": len(pair.removed),
            "changed": len(pair.changed_after),
            "same": pair.same,
            "untold": pair.untold,
        },
        "columns": dict(pair.columns),
        "only_before": list(pair.only_before),
        "only_after": list(pair.only_after),
        "added": _listed(pair, pair.added_rows()),
        "removed": _listed(pair, pair.removed_rows()),
        "changed": [_changed(pair, each) for each in pair.changed_rows()],
        "fees": _fees(fees) if fees else None,
    }


def _listed(pair: Changes, rows: Iterable[Row]) -> list[Json]:
    return [{"key": key_text(pair, row), "at": _place(row)} for row in rows]


def _changed(pair: Changes, each: Changed) -> Json:
    return {
        "key": key_text(pair, each.after),
        "before_at": _place(each.before),
        "after_at": _place(each.after),
        "cells": [
            {"column": column, "before": cell_text(old), "after": cell_text(new)}
            for column, old, new in each.cells()
        ],
    }


def _place(row: Row) -> Json:
    return {"artifact": row.artifact, "record": row.ordinal}


def _fees(fees: Fees) -> Json:
    return {
        "summary": {setting: _summary(found) for setting, found in fees.summary.items()},
        "policies": dict(fees.policies),
        "rows": [_fee(row) for row in fees.rows],
    }


def _summary(summary: FeeSummary) -> Json:
    return {
        "up": summary.total.up,
        "down": summary.total.down,
        "same": summary.same,
        "priced": summary.priced,
        "unpriced": summary.unpriced,
        "none": summary.none,
        "causes": {
            cause: {"up": count.up, "down": count.down} for cause, count in summary.causes.items()
        },
    }


def _fee(row: FeeChange) -> Json:
    return {
        "code": row.code,
        "modifier": row.modifier,
        "settings": {setting: parts_json(parts) for setting, parts in row.settings.items()},
        "policies": [policy.id for policy in row.policies],
    }
