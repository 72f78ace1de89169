"""Raw rates as JSON (``schema/v1/raw_rates.json``) and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from decimal import Decimal

from payeratlas.model.time import Period
from payeratlas.publish.fact_json import Json
from payeratlas.publish.spreadsheet import exact, inert, listed
from payeratlas.rates.raw import InFile, RawRates
from payeratlas.store.price_rows import RawPrice

PLANS = 20  # plans of one file that the JSON names; all are counted

COLUMNS = (
    "payer", "entity", "file", "sha256", "last_updated_on", "observed_from", "observed_to",
    "unknown", "kind", "item", "rate", "price", "charge", "billing_code_type", "billing_code",
    "modifiers", "amount", "unit", "billed_charge", "negotiated_type", "negotiation_arrangement",
    "billing_class", "setting", "places", "expiration_date", "severity_of_illness",
    "additional_information", "provider_set", "provider_entries", "tins", "npis", "whole_tins",
    "remote", "not_fetched", "dangling",
)  # fmt: skip
"""The columns of the CSV; the last seven count providers."""


def raw_rates_json(found: RawRates) -> Json:
    """Every price by file, in source order; a file without any says why."""
    return {
        "code": found.code,
        "payer": found.payer or None,
        "files": [_file(one) for one in found.files],
    }


def raw_rates_csv(found: RawRates) -> str:
    """One line a price, and one line a file that has none, with its reason under ``unknown``.

    Text that a spreadsheet could take for a formula has an apostrophe put before it.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in found.files:
        head = _head(one)
        if one.unknown is not None:
            words = inert(f"{one.unknown.reason}: {one.unknown.detail}")
            writer.writerow([*head, words, *[""] * (len(COLUMNS) - len(head) - 1)])
        writer.writerows([*head, "", *_cells(price)] for price in one.prices)
    return out.getvalue()


def _head(one: InFile) -> list[str]:
    file, period = one.file, one.observed
    return [
        inert(file.payer),
        inert(file.printed_name),
        inert(file.artifact.name),
        file.artifact.sha256,
        inert(file.printed.get("last_updated_on")),
        period.start.isoformat() if period else "",
        period.end.isoformat() if period and period.end else "",
    ]


def _cells(price: RawPrice) -> list[object]:
    who = price.providers
    return [
        price.kind,
        price.item,
        price.rate,
        price.price,
        "" if price.charge is None else price.charge,
        inert(price.billing_code_type),
        inert(price.billing_code),
        listed(price.billing_code_modifier),
        _amount(price.amount, price.printed) or "",
        price.unit,
        exact(price.billed_charge) if price.billed_charge is not None else "",
        inert(price.negotiated_type),
        inert(price.negotiation_arrangement),
        inert(price.billing_class),
        inert(price.setting),
        listed(price.service_code),
        inert(price.expiration_date),
        inert(price.severity_of_illness),
        inert(price.additional_information),
        price.provider_set,
        who.entries,
        "" if who.known_tins is None else who.known_tins,
        "" if who.known_npis is None else who.known_npis,
        who.whole_tins,
        who.remote,
        who.not_fetched,
        who.dangling,
    ]


def _amount(value: Decimal | None, printed: str | None) -> str | None:
    return exact(value) if value is not None else printed


def _period(period: Period | None) -> Json | None:
    if period is None:
        return None
    return {
        "from": period.start.isoformat(),
        "to": period.end.isoformat() if period.end else None,
        "observed": period.observed,
    }


def _file(one: InFile) -> Json:
    file = one.file
    return {
        "id": file.id,
        "name": file.artifact.name,
        "sha256": file.artifact.sha256,
        "size": file.artifact.size,
        "url": file.artifact.url or None,
        "retrieved": file.artifact.retrieved or None,
        "kind": file.kind,
        "payer": file.payer or None,
        "entity": file.printed_name,
        "schema_version": file.printed.get("version"),
        "last_updated_on": file.printed.get("last_updated_on"),
        "observed": _period(one.observed),
        "observed_basis": file.issue.basis,
        "codes_read": None if file.codes is None else list(file.codes),
        "plans": {
            "count": len(one.plans),
            "first": [
                {
                    "name": plan.name,
                    "id_type": plan.id_type,
                    "id": plan.id,
                    "market_type": plan.market_type,
                }
                for plan in one.plans[:PLANS]
            ],
        },
        "items": one.items,
        "unknown": (
            {"reason": one.unknown.reason, "detail": one.unknown.detail} if one.unknown else None
        ),
        "prices": [_price(price) for price in one.prices],
    }


def _price(price: RawPrice) -> Json:
    who = price.providers
    return {
        "kind": price.kind,
        "item": price.item,
        "rate": price.rate,
        "price": price.price,
        "charge": price.charge,
        "item_offset": price.offset,
        "amount": _amount(price.amount, price.printed),
        "unit": price.unit,
        "billed_charge": exact(price.billed_charge) if price.billed_charge is not None else None,
        "billing_code_type": price.billing_code_type,
        "billing_code": price.billing_code,
        "modifiers": _maybe(price.billing_code_modifier),
        "negotiated_type": price.negotiated_type,
        "negotiation_arrangement": price.negotiation_arrangement,
        "billing_class": price.billing_class,
        "setting": price.setting,
        "places": _maybe(price.service_code),
        "expiration_date": price.expiration_date,
        "severity_of_illness": price.severity_of_illness,
        "additional_information": price.additional_information,
        "providers": {
            "set": price.provider_set,
            "entries": who.entries,
            "tins": who.known_tins,
            "npis": who.known_npis,
            "whole_tins": who.whole_tins,
            "remote": who.remote,
            "not_fetched": who.not_fetched,
            "dangling": who.dangling,
            "complete": who.complete,
        },
    }


def _maybe(texts: Iterable[str] | None) -> list[str] | None:
    return None if texts is None else list(texts)
