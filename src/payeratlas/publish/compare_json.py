"""The comparison of a user's own rates as JSON, schema version v1: ``schema/v1/compare.json``.

It holds the user's rates, as the workbook does. Figures are texts of exact decimals; those that a
division leaves without an end are cut at six decimals, half up.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from payeratlas.model.facts import Unknown
from payeratlas.publish.fact_json import Json
from payeratlas.publish.spreadsheet import exact, exact_or_none
from payeratlas.rates.benchmark import Cell, Medicare
from payeratlas.rates.compare import Comparison, Matched, Total, Unmatched, line_of
from payeratlas.rates.my_rates import MyRate

_SIX = Decimal("0.000001")


def compare_json(found: Comparison) -> Json:
    """The account of all rows, totals, payers, matched rows, opportunities, and the others."""
    mine = found.mine
    return {
        "file": mine.name,
        "headings": dict(mine.headings),
        "columns_not_used": mine.others,
        "records_before_headings": mine.before,
        "blank_rows": mine.blank,
        "state": found.state or None,
        "strictness": found.strictness,
        "editions": list(found.editions),
        "read": found.read,
        "matched": len(found.matched),
        "unmatched": found.reasons,
        "rows_share": _cut(found.rows_share),
        "dollars_share": _cut(found.dollars_share),
        "total": _total(found.total),
        "payers": [
            {
                "family": one.family,
                "line": one.line,
                "unmatched": one.unmatched,
                "total": _total(one.total),
            }
            for one in found.payers
        ],
        "opportunities": [one.mine.row for one in found.opportunities],
        "rows": [_matched(one) for one in found.matched],
        "rows_unmatched": [_unmatched(one) for one in found.unmatched],
        "files": [
            {
                "id": note.id,
                "name": note.name,
                "sha256": note.sha256,
                "url": note.url or None,
                "publisher": note.publisher,
                "kind": note.kind,
                "state": note.state or None,
                "day": note.day,
            }
            for note in found.files
        ],
    }


def _total(total: Total) -> Json:
    return {
        "rows": total.rows,
        "with_volume": total.with_volume,
        "below_median": total.below,
        "yours": exact(total.yours),
        "at_median": exact(total.at_median),
        "gap": exact(total.gap),
        "opportunity": exact(total.opportunity),
        "with_medicare": total.with_medicare,
        "of_medicare": _cut(total.of_medicare),
    }


def _mine(mine: MyRate) -> Json:
    return {
        "row": mine.row,
        "code": mine.code,
        "modifiers": list(mine.modifiers),
        "payer_typed": mine.payer,
        "plan_typed": mine.plan,
        "setting_typed": mine.setting,
        "bill_type": mine.where.bill_type,
        "setting": mine.where.setting,
        "rate": exact(mine.rate),
        "volume": None if mine.volume is None else f"{mine.volume:f}",
    }


def _matched(one: Matched) -> Json:
    at = one.position
    return {
        **_mine(one.mine),
        "family": one.payer.family,
        "line": line_of(one.payer),
        "cell": _cell(one.cell),
        "median": exact(one.median),
        "gap": exact(one.gap),
        "gap_share": _cut(one.gap_share),
        "gap_year": exact_or_none(one.at_volume),
        "opportunity_year": exact_or_none(one.opportunity),
        "percentile": _cut(at.percentile),
        "paid_less": at.below,
        "paid_same": at.equal,
        "paid_more": at.above,
        "medicare": _medicare(one.medicare),
        "of_medicare": _cut(one.of_medicare),
        "cautions": list(one.cautions),
        "repeats_row": one.mine.repeats or None,
    }


def _cell(cell: Cell) -> Json:
    basis = cell.basis
    return {
        "setting": cell.key.series.setting,
        "state": cell.key.state or None,
        "organisations": cell.organisations,
        "grade": cell.grade,
        "quartiles": [exact(value) for value in cell.quartiles] if cell.quartiles else None,
        "tails": [exact(value) for value in cell.tails] if cell.tails else None,
        "ratio_of_medians": _cut(cell.ratio_of_medians),
        "basis": {
            "files": list(basis.files),
            "publishers": list(basis.publishers),
            "states": list(basis.states),
            "first_day": basis.first_day,
            "last_day": basis.last_day,
            "national": basis.national,
        },
    }


def _unmatched(one: Unmatched) -> Json:
    return {
        "row": one.row,
        "reason": one.reason,
        "detail": one.detail,
        "column": one.column or None,
        "code": one.code or None,
        "payer_typed": one.payer_typed,
        "organisations": one.organisations,
        "medicare": _medicare(one.medicare),
        "of_medicare": _cut(one.of_medicare),
        "read": _mine(one.mine) if one.mine else None,
    }


def _medicare(medicare: Medicare | Unknown | None) -> Json | None:
    if medicare is None:
        return None
    if isinstance(medicare, Unknown):
        return {"unknown": {"reason": medicare.reason, "detail": medicare.detail}}
    return {
        "amount": exact(medicare.amount),
        "schedule": medicare.schedule,
        "release": medicare.release,
        "where": medicare.where,
        "covers": medicare.covers,
    }


def _cut(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.quantize(_SIX, ROUND_HALF_UP):f}"
