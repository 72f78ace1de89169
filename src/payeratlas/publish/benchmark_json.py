"""Benchmarks of a code as JSON (``schema/v1/benchmarks.json``)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from payeratlas.model.facts import Unknown
from payeratlas.pages.benchmarks.words import family_words
from payeratlas.publish.fact_json import Json
from payeratlas.publish.spreadsheet import exact, exact_or_none
from payeratlas.rates.benchmark import (
    Aside,
    Benchmarks,
    Cell,
    FileNote,
    HospitalPrice,
    Place,
    Series,
    Vote,
)
from payeratlas.rates.figures import amount_figure, cell_figure

_RATIO = Decimal("0.0001")


def benchmarks_json(found: Benchmarks, *, outliers: bool = False) -> Json:
    """Every cell with its figures, basis, funnel and votes, and what hospitals print beside it.

    Amounts are text; ``outliers`` adds the rates set aside, else they are null.
    """
    return {
        "code": found.code,
        "edition": found.edition,
        "read": found.read,
        "kept": found.kept,
        "aside": dict(found.aside),
        "cells": [cell_json(cell) for cell in found.cells],
        "hospital": [_hospital(one) for one in found.hospital],
        "files": [_file(one) for one in found.files],
        "outliers": [_aside(one) for one in found.outliers] if outliers else None,
    }


def cell_json(cell: Cell) -> Json:
    """One cell."""
    key = cell.key

    def amount(statistic: str) -> str | None:
        return shown(cell, statistic)

    return {
        "family": key.family,
        "payer": family_words(key.family),
        "line": key.line,
        "series": _series(key.series),
        "state": key.state or None,
        "strictness": key.strictness,
        "unit": "percent" if key.series.kind == "percentage" else "USD",
        "organisations": cell.organisations,
        "npis": cell.npis,
        "rows": cell.rows,
        "median": amount("median"),
        "interval": _pair(amount("low"), amount("high")),
        "quartiles": _pair(amount("q1"), amount("q3")),
        "tails": _pair(amount("p10"), amount("p90")),
        "by_npi": amount("by npi"),
        "by_volume": amount("by volume"),
        "medicare": _medicare(cell),
        "ratio_of_medians": ratio(cell.ratio_of_medians),
        "median_of_ratios": ratio(cell.median_of_ratios),
        "grade": cell.grade,
        "grade_reasons": list(cell.grade_reasons),
        "basis": {
            "files": list(cell.basis.files),
            "publishers": list(cell.basis.publishers),
            "kinds": list(cell.basis.kinds),
            "states": list(cell.basis.states),
            "first_day": cell.basis.first_day or None,
            "last_day": cell.basis.last_day or None,
            "national": cell.basis.national,
        },
        "funnel": [
            {
                "reason": step.reason,
                "rows": step.rows,
                "left": step.left,
                "median": None if step.median is None else str(amount_figure(cell, step.median)),
            }
            for step in cell.funnel
        ],
        "votes": [_vote(vote) for vote in cell.votes],
    }


def shown(cell: Cell, statistic: str) -> str | None:
    """A statistic as text, rounded as a page shows it; None where it is not shown."""
    value = cell_figure(cell, statistic)
    if isinstance(value, Unknown):
        return None
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def ratio(value: Decimal | None) -> str | None:
    """A multiple of Medicare with four decimals."""
    return None if value is None else f"{value.quantize(_RATIO, rounding=ROUND_HALF_UP):f}"


def _pair(low: str | None, high: str | None) -> list[str] | None:
    return None if low is None or high is None else [low, high]


def _series(one: Series) -> Json:
    return {
        "bill_type": one.bill_type,
        "setting": one.setting,
        "modifier": one.modifier or None,
        "kind": one.kind,
        "arrangement": one.arrangement,
    }


def _medicare(cell: Cell) -> Json:
    found = cell.medicare
    if isinstance(found, Unknown):
        return {
            "amount": None,
            "schedule": None,
            "release": None,
            "where": None,
            "unknown": str(found),
        }
    return {
        "amount": exact(found.amount),
        "schedule": found.schedule,
        "release": found.release,
        "where": found.where,
        "unknown": None,
    }


def _vote(vote: Vote) -> Json:
    return {
        "organisation": vote.organisation,
        "name": vote.name or None,
        "state": vote.state or None,
        "amount": exact(vote.amount),
        "rows": vote.rows,
        "distinct": vote.distinct,
        "low": exact(vote.low),
        "high": exact(vote.high),
        "npis": vote.npis,
        "medicare": exact_or_none(vote.medicare),
        "place": _place(vote.place),
    }


def _place(place: Place) -> Json:
    return {"file": place.file, "item": place.item, "rate": place.rate, "price": place.price}


def _hospital(one: HospitalPrice) -> Json:
    return {
        "organisation": one.organisation,
        "name": one.name,
        "state": one.state or None,
        "setting": one.setting,
        "bill_type": one.bill_type,
        "gross": exact_or_none(one.gross),
        "cash": exact_or_none(one.cash),
        "place": _place(one.place),
        "paid": [
            {
                "family": paid.family,
                "line": paid.line,
                "plan": paid.plan_name or None,
                "negotiated": exact_or_none(paid.negotiated),
                "median": exact_or_none(paid.median),
                "p10": exact_or_none(paid.p10),
                "p90": exact_or_none(paid.p90),
                "count": paid.count or None,
                "place": _place(paid.place),
            }
            for paid in one.paid
        ],
    }


def _file(one: FileNote) -> Json:
    return {
        "id": one.id,
        "name": one.name,
        "sha256": one.sha256,
        "size": one.size,
        "url": one.url or None,
        "publisher": one.publisher,
        "kind": one.kind,
        "state": one.state or None,
        "day": one.day or None,
        "version": one.version or None,
    }


def _aside(one: Aside) -> Json:
    return {
        "reason": one.reason,
        "amount": exact_or_none(one.amount),
        "printed": one.printed or None,
        "payer": one.payer_name or None,
        "plan": one.plan_name or None,
        "organisation": one.organisation or None,
        "place": _place(one.place),
    }
