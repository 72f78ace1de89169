"""Small price files of a made-up payer, and the store they are added to."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from payeratlas.build.download import Watch
from payeratlas.build.price_files import Added, Wish, add
from payeratlas.build.registry import PriceSource, load_price_source
from payeratlas.store.price_files import PriceFiles
from payeratlas.store.price_manifest import Place, PriceFile
from payeratlas.store.price_rows import Found, PriceReader

REMOTE = "https://mrf.example.com/providers/ref-7.json"


def tic() -> PriceSource:
    """The source of price files."""
    source = load_price_source("tic")
    assert source is not None
    return source


SOURCE = tic()


def group(npi: int, tin: str) -> dict[str, Any]:
    """One NPI under one TIN."""
    return {"npi": [npi], "tin": {"type": "ein", "value": tin}}


GROUPS = (group(1234567893, "11-1111111"), group(1245319599, "22-2222222"))


def price(rate: object, **more: object) -> dict[str, Any]:
    """A price object; ``more`` adds to it or replaces what it has."""
    return {
        "negotiated_type": "negotiated",
        "negotiated_rate": rate,
        "expiration_date": "9999-12-31",
        "billing_class": "professional",
        "service_code": ["11"],
        **more,
    }


def item(code: str, *rates: Mapping[str, object], **more: object) -> dict[str, Any]:
    """An item whose name and description must never be seen anywhere."""
    return {
        "negotiation_arrangement": "ffs",
        "name": "FORBIDDEN",
        "billing_code_type": "CPT",
        "billing_code_type_version": "2026",
        "billing_code": code,
        "description": "FORBIDDEN TOO",
        "negotiated_rates": list(rates),
        **more,
    }


def rate(*prices: Mapping[str, object], references: Sequence[object] = (1,)) -> dict[str, Any]:
    """A rate for provider references."""
    return {"provider_references": list(references), "negotiated_prices": list(prices)}


def in_network(*items: Mapping[str, object], **more: object) -> dict[str, Any]:
    """An in-network file with a reference 1 (two groups) and a remote one, 7."""
    return {
        "reporting_entity_name": "Made-up Health",
        "reporting_entity_type": "health insurance issuer",
        "last_updated_on": "2026-11-01",
        "version": "1.6.2",
        "provider_references": [
            {"provider_group_id": 1, "provider_groups": list(GROUPS)},
            {"provider_group_id": 7, "location": f"{REMOTE}?sig=abc"},
        ],
        "in_network": list(items),
        **more,
    }


ITEMS = (
    item("64640", rate(price(202.91), price(405.5, billing_code_modifier=["50"]))),
    item("99213", rate(price(80), references=[7]), rate(price(40.5, negotiated_type="percentage"))),
)
FILE = in_network(*ITEMS)
ALLOWED = {
    "reporting_entity_name": "Made-up Health",
    "last_updated_on": "2026-11-01",
    "out_of_network": [
        {
            "name": "FORBIDDEN",
            "billing_code_type": "CPT",
            "billing_code": "64640",
            "allowed_amounts": [
                {
                    "tin": {"type": "ein", "value": "33-3333333"},
                    "service_code": ["11"],
                    "billing_class": "professional",
                    "payments": [
                        {
                            "allowed_amount": 150.25,
                            "providers": [{"billed_charge": 300, "npi": [1234567893, 1245319599]}],
                        }
                    ],
                }
            ],
        }
    ],
}
REFERENCES = {"version": "1.0.0", "provider_groups": [GROUPS[1]]}


def index(*locations: str, plans: Sequence[str] = ("Plan A", "Plan B")) -> dict[str, Any]:
    """A table of contents of one structure."""
    return {
        "reporting_entity_name": "Made-up Health",
        "last_updated_on": "2026-11-01",
        "reporting_structure": [
            {
                "reporting_plans": [
                    {
                        "plan_name": name,
                        "plan_id_type": "EIN",
                        "plan_id": f"{n:09}",
                        "plan_market_type": "group",
                    }
                    for n, name in enumerate(plans)
                ],
                "in_network_files": [
                    {"description": "rates", "location": location} for location in locations
                ],
            }
        ],
    }


def packed(document: object) -> bytes:
    """A document as a payer serves it: gzip, always the same bytes."""
    return gzip.compress(json.dumps(document).encode(), mtime=0)


def written(path: Path, document: object) -> Path:
    """The document in a file, packed if the name says so; bytes are written as they are."""
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)
    return path


class Clock:
    """Stands still."""

    def __call__(self) -> float:
        return 0.0


def added(
    path: Path, held: PriceFiles, *codes: str, payer: str = "", place: Place | None = None
) -> Added:
    """Add a file for some codes, or for all."""
    wish = Wish(payer, frozenset(codes) if codes else None)
    return add(path, held, SOURCE, wish, watch=Watch(Clock()), place=place)


def added_hospital(path: Path, held: PriceFiles) -> Added:
    """Add a hospital's standard-charge file."""
    source = load_price_source("hospital")
    assert source is not None
    return add(path, held, source, Wish(), watch=Watch(Clock()))


def found(held: PriceFiles, file: PriceFile, code: str) -> Found:
    """What a file on hand has of a code."""
    reader = PriceReader(held.root, held.all(), SOURCE.key_of)
    try:
        return reader.prices(file, code)
    finally:
        reader.close()


def amounts(held: PriceFiles, file: PriceFile, code: str) -> list[Decimal | None]:
    """The amounts of a code in a file, in its order."""
    return [one.amount for one in found(held, file, code).prices]


def tree(root: Path) -> dict[str, bytes]:
    """Every file below a store's prices, but for locks."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted((root / "prices").rglob("*"))
        if path.is_file()
    }
