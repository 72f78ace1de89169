"""CMS's anesthesia conversion factor of every locality follows from the national one.

The files are read with plain csv. The national factor is printed in the file of 2025 only. Shares
were fitted to the files themselves; that they give every locality to the cent is what speaks for
them, and for the national factors of the years before, which the files at hand have lost.
"""

from __future__ import annotations

import csv
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from cms_raw import gpci_rows

from payeratlas.model.facts import Value
from payeratlas.pricing.rules import rerun

# Release: national factor, localities, and how many factors come out to the cent.
FACTORS = {
    "rvu21a": ("21.5600", 112, 112),
    "rvu22a": ("21.5623", 112, 112),
    "rvu23a": ("21.1249", 112, 112),
    "rvu24a": ("20.4349", 109, 109),
    "rvu24ar": ("20.7739", 109, 109),
    "rvu25a": ("20.3178", 109, 109),
}
INDICES = ("work_gpci", "pe_gpci", "mp_gpci")


def printed(data: Path, release: str) -> dict[tuple[str, str], Decimal]:
    """Every factor that a file prints, by contractor and locality."""
    name = "rvu25a/ANES2025.csv" if release == "rvu25a" else f"rvu20-24/anes_{release}.csv"
    path = data / "cms" / "pfs" / name
    with path.open(encoding="cp1252", newline="") as stream:
        records = [[cell.strip() for cell in record] for record in csv.reader(stream)]
    return {(r[0].zfill(5), r[1]): Decimal(r[3]) for r in records if r[0].isdigit()}


def differences(data: Path, release: str, national: str) -> Counter[Decimal]:
    """Printed factor less the computed one, counted over the localities."""
    factors = printed(data, release)
    found: Counter[Decimal] = Counter()
    for row in gpci_rows(data, release):
        values: dict[str, Value] = {"national": Decimal(national)}
        values |= {index: row.decimal(index) for index in INDICES}
        made = rerun("anes.conversion_factor", values, {"year": f"20{release[3:5]}"})
        assert isinstance(made, Decimal)
        found[factors.pop((row.text("mac"), row.text("locality"))) - made] += 1
    assert not factors, "every factor has its indices"
    return found


@pytest.mark.parametrize("release", FACTORS)
def test_every_locality_factor_to_the_cent(shared_data: Path, release: str) -> None:
    national, localities, exact = FACTORS[release]
    found = differences(shared_data, release, national)
    assert found.total() == localities
    assert found[Decimal("0.00")] == exact


def test_the_national_factor_of_2025_is_the_printed_one(shared_data: Path) -> None:
    heading = (shared_data / "cms/pfs/rvu25a/ANES2025.csv").read_text("cp1252").splitlines()[0]
    assert heading.endswith(f"National Anes CF of {FACTORS['rvu25a'][0]}")


def test_the_factors_of_2020_are_made_in_some_other_way(shared_data: Path) -> None:
    """A named exception: no shares of three or four decimals give more than 89 of 112."""
    found = differences(shared_data, "rvu20a", "22.2000")
    assert found == Counter({Decimal("0.00"): 88, Decimal("0.01"): 15, Decimal("-0.01"): 9})


def test_other_shares_would_not_do(shared_data: Path) -> None:
    """The shares of one year give less than all localities of the next: they are no accident."""
    factors = printed(shared_data, "rvu25a")
    wrong = 0
    for row in gpci_rows(shared_data, "rvu25a"):
        values: dict[str, Value] = {"national": Decimal(FACTORS["rvu25a"][0])}
        values |= {index: row.decimal(index) for index in INDICES}
        made = rerun("anes.conversion_factor", values, {"year": "2024"})
        wrong += made != factors[row.text("mac"), row.text("locality")]
    assert wrong > 10
