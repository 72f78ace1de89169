"""From the posted rates of one code to its Benchmarks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from payeratlas.rates.benchmark import (
    HEADLINE,
    Aside,
    Benchmarks,
    BillType,
    FileNote,
    HospitalPrice,
    Paid,
    Place,
)
from payeratlas.rates.cells import cells_of
from payeratlas.rates.judge import KEPT, Context, Judged, judge, order, payer_of
from payeratlas.rates.offer import Offer
from payeratlas.rates.rows import Allowed, Charge, OfFile
from payeratlas.rates.series import modifier_of, series_of

MOST_ASIDE = 200
"""Of each reason, as many posted rates are listed that were set aside."""


def assemble(
    code: str,
    found: Sequence[OfFile],
    files: Sequence[FileNote],
    context: Context,
    *,
    edition: str,
    as_of: date | None,
) -> Benchmarks:
    """The benchmarks of a code from what each file prints of it.

    ``files`` are all that were read for the code; ``as_of`` is the day for which cells are graded.
    """
    judged = judge(code, found, context)
    aside: Counter[str] = Counter()
    kept = 0
    for each in judged:
        if name := each.reasons[HEADLINE]:
            aside[name] += each.group.rows
        else:
            kept += each.group.rows
    places = order()
    return Benchmarks(
        code=code,
        edition=edition,
        cells=cells_of(code, judged, context, as_of=as_of),
        files=tuple(files),
        hospital=tuple(price for one in found for price in hospital_prices(code, one)),
        outliers=_outliers(judged),
        aside={name: aside[name] for name in sorted(aside, key=lambda name: places[name])},
        read=kept + sum(aside.values()),
        kept=kept,
    )


def _outliers(judged: Sequence[Judged]) -> tuple[Aside, ...]:
    """The first rates of each reason at the headline strictness; equal ones once."""
    places = order()
    found: dict[str, list[Aside]] = defaultdict(list)
    for each in sorted(judged, key=lambda one: _position(one.group.place)):
        name = each.reasons[HEADLINE]
        if name != KEPT and len(found[name]) < MOST_ASIDE:
            group = each.group
            found[name].append(
                Aside(
                    reason=name,
                    amount=group.amount,
                    printed=group.amount_printed,
                    payer_name=group.payer_name,
                    plan_name=group.plan_name,
                    organisation=each.members[0].organisation if each.members else "",
                    place=group.place,
                )
            )
    return tuple(
        each for name in sorted(found, key=lambda name: places[name]) for each in found[name]
    )


def _position(place: Place) -> tuple[str, int, int, int]:
    return place.file, place.item, place.rate, place.price


_Printed = tuple[str, BillType, Decimal | None, Decimal | None]
"""Setting, bill type, gross charge and cash price."""


def hospital_prices(code: str, found: OfFile) -> list[HospitalPrice]:
    """What a hospital prints of a code besides negotiated rates, without modifiers.

    Charges that print the same prices for the same bill type and setting are one, with all that
    was paid under them.
    """
    hospital = found.hospital
    if hospital is None:
        return []
    note = found.file.note
    merged: dict[_Printed, tuple[list[Place], list[Allowed]]] = {}
    own = [(charge, None) for charge in found.charges]
    for charge, row in (*own, *((row.charge, row) for row in found.allowed)):
        if modifier_of(charge.modifiers) == "":
            key = (*_setting(code, charge), charge.gross, charge.cash)
            places, paid = merged.setdefault(key, ([], []))
            places.append(charge.place)
            if row is not None:
                paid.append(row)
    prices = []
    for (setting, bill_type, gross, cash), (places, paid) in merged.items():
        prices.append(
            HospitalPrice(
                file=note.id,
                organisation=hospital.organisation,
                name=hospital.name,
                state=hospital.state or note.state,
                setting=setting,
                bill_type=bill_type,
                gross=gross,
                cash=cash,
                place=min(places, key=_position),
                paid=tuple(
                    _paid(row, found) for row in sorted(paid, key=lambda row: _position(row.place))
                ),
            )
        )
    prices.sort(key=lambda price: _position(price.place))
    return prices


def _setting(code: str, charge: Charge) -> tuple[str, BillType]:
    offer = Offer(
        code,
        charge.code_type,
        billing_class=charge.billing_class,
        setting=charge.setting,
        publisher_kind="hospital",
    )
    series = series_of(offer)
    if isinstance(series, str):
        return charge.setting or "any", "unclear"
    return series.setting, series.bill_type


def _paid(row: Allowed, found: OfFile) -> Paid:
    payer = payer_of(found, row.payer_name, row.plan_name)
    return Paid(
        family=payer.family,
        line=payer.line,
        plan_name=row.plan_name,
        negotiated=row.negotiated,
        median=row.median,
        p10=row.p10,
        p90=row.p90,
        count=row.count,
        place=row.place,
    )
