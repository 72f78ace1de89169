"""Extracts of payers' in-network rates: the rows of a payer's own file, from flat records."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from payeratlas.build.download import Watch
from payeratlas.build.price_files import Wish, add
from payeratlas.build.registry import load_price_source
from payeratlas.model.errors import FileError
from payeratlas.store.price_files import PriceFiles
from payeratlas.store.price_manifest import PriceFile
from pricekit import Clock, found, tree

SAMPLE = Path(__file__).parent / "samples" / "made-up_rates_extract.csv"


@pytest.fixture
def held(tmp_path: Path) -> PriceFiles:
    return PriceFiles(tmp_path / "store")


def put(path: Path, held: PriceFiles, codes: frozenset[str] | None = None) -> PriceFile:
    source = load_price_source("tic_extract")
    assert source is not None
    return add(path, held, source, Wish("", codes), watch=Watch(Clock())).file


def test_its_prices_are_found_as_those_of_a_payers_own_file(held: PriceFiles) -> None:
    file = put(SAMPLE, held)
    assert (file.kind, file.entity) == ("in_network", "Made-up Health")
    assert file.issue.observed_from == "2026-11-01"
    assert (file.account.items.kept, file.account.prices.kept) == (3, 2)
    assert dict(file.account.prices.rejected) == {"rate_not_a_number": 1}
    first, second = found(held, file, "64640").prices
    assert (first.amount, second.amount) == (Decimal("202.91"), Decimal("405.5"))
    assert (first.item, second.item) == (1, 2)
    assert (list(first.service_code or ()), list(second.service_code or ())) == (["21", "22"], [])
    assert first.providers.known_npis == 1
    data = SAMPLE.read_bytes()
    assert data[first.offset :].startswith(b"168,1234567893")
    assert not any(b"FORBIDDEN" in kept for kept in tree(held.root).values())


def test_only_wanted_codes_are_kept(held: PriceFiles) -> None:
    file = put(SAMPLE, held, frozenset({"99213"}))
    assert dict(file.account.items.rejected) == {"not_wanted": 2}
    assert not file.holds_code("64640")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("negotiated_rate,", "rate,", "headings negotiated_rate"),
        ("version,", "npi,", "twice"),
        ("405.50,", "405.50,,", "cells"),
        (
            "Made-up Health,Insurer,2026-11-01,1.0.0,n/a",
            "Other,Insurer,2026-11-01,1.0.0,n/a",
            "another payer",
        ),
        ("64640,CPT,FORBIDDEN,", '64640,CPT,"FORBIDDEN,', "never closed"),
    ],
)
def test_what_is_no_extract_of_one_file_is_refused(
    held: PriceFiles, tmp_path: Path, old: str, new: str, says: str
) -> None:
    path = tmp_path / "extract.csv"
    path.write_text(SAMPLE.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(FileError, match=says) as refused:
        put(path, held)
    assert "record" in refused.value.where
    assert held.all() == ()


def test_a_real_extract_is_read_whole(held: PriceFiles, shared_data: Path) -> None:
    name = "2025-08-01_UnitedHealthcare-GA_rates_extract.csv"
    file = put(shared_data / "tic" / name, held)
    assert (file.account.items.kept, file.account.prices.kept) == (7234, 7234)
    assert [p.amount for p in found(held, file, "64640").prices] == [
        Decimal("455.92"),
        Decimal("591.14"),
    ]
