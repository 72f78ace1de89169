"""Prices asked of the store against the plain reader's rows, joined here one by one."""

from __future__ import annotations

import random
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from tickit import plain
from ticmake import Maker

from payeratlas.formats import tic_rows
from payeratlas.store.price_files import PriceFiles, damage
from payeratlas.store.price_rows import PriceReader, RawPrice
from pricekit import SOURCE, added

CODES = ("64640", "99213", "J1885", "CPT", "X" * 20)
Rows = dict[str, list[Any]]


def shaped(rows: dict[str, list[tuple[Any, ...]]]) -> Rows:
    """The plain rows with their names back."""
    return {table: [tic_rows.ROWS[table](*row) for row in found] for table, found in rows.items()}


def who(rows: Rows, entries: list[int]) -> tuple[int, ...]:
    """Entries, TINs, NPIs, whole TINs, remote files and undefined references of some entries."""
    groups = [g for g in rows.get("tic_provider_group", []) if g.provider in entries]
    npis = [(n, (g.tin_type, g.tin)) for g in groups for n in g.npi or ()]
    return (
        len(set(entries)),
        len({(g.tin_type, g.tin) for g in groups if g.tin is not None}),
        len({n for n, _ in npis if n}),
        len({tin for n, tin in npis if not n}),
        len({g.location for g in groups if g.kind == "remote" and g.location}),
        len({g.provider for g in groups if g.kind == "dangling"}),
    )


def joined(rows: Rows, code: str) -> list[tuple[Any, ...]]:
    """Every price of a code, by looking through all rows for each."""
    terms = {t.terms: t for t in rows.get("tic_terms", [])}
    sets = {s.provider_set: list(s.providers) for s in rows.get("tic_provider_set", [])}
    out = []
    for item in rows.get("tic_item", []):
        if (item.billing_code or "").strip(" ").upper() != code:
            continue
        for p in rows.get("tic_price", []):
            if p.item == item.item:
                places = (p.item, p.rate, p.price, None)
                out.append((places, p.negotiated_rate, p.negotiated_rate_printed, None,
                            terms[p.terms], item, who(rows, sets[p.provider_set])))  # fmt: skip
        for a in rows.get("tic_allowed_amount", []):
            if a.item == item.item:
                places = (a.item, a.allowed, a.payment, a.charge)
                out.append((places, a.allowed_amount, a.allowed_amount_printed, a.billed_charge,
                            terms[a.terms], item, who(rows, [a.provider])))  # fmt: skip
    return [
        (
            places, amount, printed, billed, t.negotiated_type, t.billing_class, t.setting,
            t.service_code, t.billing_code_modifier, t.expiration_date, t.additional_information,
            i.offset, i.billing_code_type, i.billing_code, i.negotiation_arrangement,
            i.severity_of_illness, counts,
        )
        for places, amount, printed, billed, t, i, counts in out
    ]  # fmt: skip


def told(price: RawPrice) -> tuple[Any, ...]:
    w = price.providers
    return (
        (price.item, price.rate, price.price, price.charge), price.amount, price.printed,
        price.billed_charge, price.negotiated_type, price.billing_class, price.setting,
        price.service_code, price.billing_code_modifier, price.expiration_date,
        price.additional_information, price.offset, price.billing_code_type, price.billing_code,
        price.negotiation_arrangement, price.severity_of_illness,
        (w.entries, w.tins, w.npis, w.whole_tins, w.remote, w.dangling),
    )  # fmt: skip


@pytest.mark.parametrize("first", range(0, 60, 20))
def test_the_store_gives_every_price_of_files_made_by_chance(tmp_path: Path, first: int) -> None:
    held = PriceFiles(tmp_path / "store")
    expected: dict[str, dict[str, list[tuple[Any, ...]]]] = defaultdict(dict)
    for seed in range(first, first + 20):
        data = Maker(random.Random(seed)).file()
        said = plain([data])
        if isinstance(said[0], str):
            continue
        path = tmp_path / f"{seed}.json"
        path.write_bytes(data)
        file = added(path, held).file
        assert file.account == said[1]
        assert list(damage(file)) == []
        for code in CODES:
            expected[code][file.id] = joined(shaped(said[0]), code)  # type: ignore[arg-type]
    files = held.all()
    assert len(files) > 10
    reader = PriceReader(held.root, files, SOURCE.key_of)
    prices = 0
    for code in CODES:
        for file in files:
            found = [told(price) for price in reader.prices(file, code).prices]
            assert found == expected[code][file.id], (file.artifact.name, code)
            prices += len(found)
    reader.close()
    assert prices > 20
