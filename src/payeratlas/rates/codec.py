"""Benchmarks as compact JSON, and back: exact amounts as text, what repeats said once.

The cells of three levels and of the states are mostly alike, and share most of their votes; so what
they have but their keys (*bodies*), votes, series, bases and files stand once each, and cells name
them by number. Numbers of a place begin with that of its
file in ``ids``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple
from decimal import Decimal
from typing import Any, Generic, TypeVar

from payeratlas.model.facts import Unknown
from payeratlas.rates.benchmark import (
    Aside,
    Basis,
    Benchmarks,
    Cell,
    CellKey,
    FileNote,
    HospitalPrice,
    Medicare,
    Paid,
    Place,
    Series,
    Step,
    Vote,
)

T = TypeVar("T")
Json = Any


class _Once(Generic[T]):
    """Things by number, each once, in the order in which they were first met."""

    def __init__(self) -> None:
        self.numbers: dict[T, int] = {}

    def __call__(self, thing: T) -> int:
        return self.numbers.setdefault(thing, len(self.numbers))


def encode(found: Benchmarks, notes: Sequence[FileNote] = ()) -> bytes:
    """The benchmarks as JSON; the same ones give the same bytes.

    A file that is among ``notes`` is named by its number there.
    """
    known = {note: number for number, note in enumerate(notes)}
    ids: _Once[str] = _Once()
    series: _Once[Series] = _Once()
    bases: _Once[Basis] = _Once()
    votes: _Once[Vote] = _Once()

    def place(one: Place) -> list[Json]:
        return [ids(one.file), one.item, one.rate, one.price]

    def body(cell: Cell) -> list[Json]:
        return [
            [cell.organisations, cell.npis, cell.rows],
            _text(cell.median),
            *(_texts(pair) for pair in (cell.quartiles, cell.tails, cell.interval)),
            _or_unknown(cell.by_npi, _text),
            _or_unknown(cell.by_volume, _text),
            _text(cell.ratio_of_medians),
            _text(cell.median_of_ratios),
            cell.grade,
            list(cell.grade_reasons),
            bases(cell.basis),
            [[step.reason, step.rows, step.left, _text(step.median)] for step in cell.funnel],
            [votes(vote) for vote in cell.votes],
        ]

    cells = []
    bodies: _Once[str] = _Once()
    paid: _Once[str] = _Once()
    seen: dict[tuple[int, ...], int] = {}
    for cell in found.cells:
        # Cells that were made alike share these objects: no need to write them out to know.
        alike = (id(cell.votes), id(cell.funnel), id(cell.basis), id(cell.interval))
        if alike not in seen:
            seen[alike] = bodies(_json(body(cell)))
        key = cell.key
        medicare = paid(_json(_or_unknown(cell.medicare, _medicare)))
        cells.append(
            [
                *(key.family, key.line, series(key.series), key.state, key.strictness),
                *(seen[alike], medicare),
            ]
        )
    document = {
        "code": found.code,
        "edition": found.edition,
        "read": found.read,
        "kept": found.kept,
        "aside": dict(found.aside),
        "files": [known.get(note, list(astuple(note))) for note in found.files],
        "cells": cells,
        "bodies": [json.loads(one) for one in bodies.numbers],
        "medicare": [json.loads(one) for one in paid.numbers],
        "series": [list(astuple(one)) for one in series.numbers],
        "bases": [list(astuple(one)) for one in bases.numbers],
        "votes": [
            [
                *(vote.organisation, vote.name, vote.state, _text(vote.amount), vote.rows),
                *(vote.distinct, _text(vote.low), _text(vote.high), vote.npis, place(vote.place)),
                _text(vote.medicare),
            ]
            for vote in votes.numbers
        ],
        "hospital": [
            [
                *(ids(one.file), one.organisation, one.name, one.state, one.setting),
                *(one.bill_type, _text(one.gross), _text(one.cash), place(one.place)),
                [
                    [
                        *(paid.family, paid.line, paid.plan_name, _text(paid.negotiated)),
                        *(_text(paid.median), _text(paid.p10), _text(paid.p90), paid.count),
                        place(paid.place),
                    ]
                    for paid in one.paid
                ],
            ]
            for one in found.hospital
        ],
        "outliers": [
            [
                *(one.reason, _text(one.amount), one.printed, one.payer_name, one.plan_name),
                *(one.organisation, place(one.place)),
            ]
            for one in found.outliers
        ],
    }
    document["ids"] = list(ids.numbers)
    return _json(document).encode()


def decode(data: bytes, notes: Sequence[FileNote] = ()) -> Benchmarks:
    """What :func:`encode` wrote with the same ``notes``.

    ValueError, KeyError, IndexError or TypeError where it did not write it.
    """
    found = json.loads(data)
    code: str = found["code"]
    ids: list[str] = found["ids"]
    series = [Series(*one) for one in found["series"]]
    bases = [Basis(*_tuples(one)) for one in found["bases"]]

    def place(told: Sequence[int]) -> Place:
        return Place(ids[told[0]], *told[1:])

    votes = [
        Vote(
            organisation=organisation,
            name=name,
            state=state,
            amount=_exact(amount),
            rows=rows,
            distinct=distinct,
            low=_exact(low),
            high=_exact(high),
            npis=npis,
            place=place(at),
            medicare=_maybe(medicare),
        )
        for organisation, name, state, amount, rows, distinct, low, high, npis, at, medicare in (
            found["votes"]
        )
    ]
    bodies = [_body(told, bases, votes) for told in found["bodies"]]
    paid = [_known(told, _medicare_of) for told in found["medicare"]]
    cells = [
        Cell(
            key=CellKey(code, family, line, series[number], state, strictness),
            medicare=paid[medicare],
            **bodies[body],
        )
        for family, line, number, state, strictness, body, medicare in found["cells"]
    ]
    hospital = [_price(told, ids, place) for told in found["hospital"]]
    outliers = [
        Aside(reason, _maybe(amount), printed, payer, plan, organisation, place(at))
        for reason, amount, printed, payer, plan, organisation, at in found["outliers"]
    ]
    return Benchmarks(
        code=code,
        edition=found["edition"],
        cells=tuple(cells),
        files=tuple(
            notes[one] if isinstance(one, int) else FileNote(*one) for one in found["files"]
        ),
        hospital=tuple(hospital),
        outliers=tuple(outliers),
        aside=found["aside"],
        read=found["read"],
        kept=found["kept"],
    )


def _body(told: Sequence[Any], bases: Sequence[Basis], votes: Sequence[Vote]) -> dict[str, Any]:
    """All of a cell but its key and Medicare's amount, by name."""
    (organisations, npis, rows), middle, quartiles, tails, interval = told[:5]
    by_npi, by_volume, of_medians, of_ratios, grade, reasons, basis, funnel, voted = told[5:]
    return {
        "organisations": organisations,
        "npis": npis,
        "rows": rows,
        "median": _maybe(middle),
        "quartiles": _pair(quartiles),
        "tails": _pair(tails),
        "interval": _pair(interval),
        "by_npi": _known(by_npi, _exact),
        "by_volume": _known(by_volume, _exact),
        "ratio_of_medians": _maybe(of_medians),
        "median_of_ratios": _maybe(of_ratios),
        "grade": grade,
        "grade_reasons": tuple(reasons),
        "basis": bases[basis],
        "funnel": tuple(
            Step(name, rows, left, _maybe(after)) for name, rows, left, after in funnel
        ),
        "votes": tuple(votes[number] for number in voted),
    }


def _price(
    told: Sequence[Any], ids: Sequence[str], place: Callable[[Sequence[int]], Place]
) -> HospitalPrice:
    file, organisation, name, state, setting, bill_type, gross, cash, at, paid = told
    return HospitalPrice(
        file=ids[file],
        organisation=organisation,
        name=name,
        state=state,
        setting=setting,
        bill_type=bill_type,
        gross=_maybe(gross),
        cash=_maybe(cash),
        place=place(at),
        paid=tuple(
            Paid(
                *(family, line, plan, _maybe(agreed), _maybe(middle), _maybe(p10), _maybe(p90)),
                count,
                place(where),
            )
            for family, line, plan, agreed, middle, p10, p90, count, where in paid
        ),
    )


def _json(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _text(amount: Decimal | None) -> str | None:
    """Without the zeros that say nothing, as equal amounts are the same text."""
    if amount is None:
        return None
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _texts(pair: tuple[Decimal, Decimal] | None) -> list[str | None] | None:
    return None if pair is None else [_text(pair[0]), _text(pair[1])]


def _exact(text: str) -> Decimal:
    return Decimal(text)


def _maybe(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _pair(texts: Sequence[str] | None) -> tuple[Decimal, Decimal] | None:
    return None if texts is None else (Decimal(texts[0]), Decimal(texts[1]))


def _or_unknown(value: T | Unknown, told: Callable[[T], Json]) -> Json:
    if isinstance(value, Unknown):
        return {"unknown": value.reason, "detail": value.detail}
    return told(value)


def _known(told: Json, value: Callable[[Any], T]) -> T | Unknown:
    if isinstance(told, Mapping):
        return Unknown(told["unknown"], told["detail"])
    return value(told)


def _medicare(value: Medicare) -> list[Json]:
    return [_text(value.amount), value.schedule, value.release, value.where, value.covers]


def _medicare_of(told: Sequence[Any]) -> Medicare:
    return Medicare(Decimal(told[0]), *told[1:])


def _tuples(told: Sequence[Any]) -> list[Any]:
    return [tuple(one) if isinstance(one, list) else one for one in told]
