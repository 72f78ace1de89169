"""CMS's releases against themselves: what adds up, and every exception with its cause."""

from __future__ import annotations

import csv
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from cms_raw import RELEASES, cap_rows, gpci_rows, rvu_rows

from payeratlas.pricing.consistency import (
    NOT_FROM_RVUS,
    caps,
    components,
    totals,
)
from payeratlas.pricing.fee import Gpci, exact_amount
from payeratlas.pricing.localities import gpci_locality
from payeratlas.pricing.places import DISPUTED, rate_type

# Rows compared, wholes of PC/TC indicator 1, those whose components do not add up (all of them rows
# that Medicare does not price from RVUs), those without component rows.
COUNTS = {
    "rvu20a": (17236, 984, 100, 0),
    "rvu20b": (17250, 984, 100, 0),
    "rvu20c": (17320, 984, 100, 0),
    "rvu20d": (17346, 984, 100, 0),
    "rvu21a": (17327, 986, 100, 0),
    "rvu21b": (17338, 986, 100, 0),
    "rvu21c": (17403, 989, 100, 0),
    "rvu21d": (17432, 989, 100, 0),
    "rvu22a": (17600, 998, 100, 1),
    "rvu22b": (17630, 998, 100, 1),
    "rvu22c": (17695, 1003, 100, 1),
    "rvu22d": (17726, 1003, 100, 1),
    "rvu23a": (18010, 1067, 100, 1),
    "rvu23b": (18037, 1067, 100, 1),
    "rvu23c": (18132, 1070, 100, 1),
    "rvu23d": (18168, 1070, 100, 1),
    "rvu24a": (18499, 1077, 104, 1),
    "rvu24ar": (18499, 1077, 104, 1),
    "rvu24b": (18534, 1077, 104, 1),
    "rvu24c": (18664, 1086, 104, 1),
    "rvu25a": (18865, 1099, 104, 1),
    "rvu25d": (19090, 1109, 105, 1),
    "rvu26c": (49, 4, 0, 1),
}


@pytest.mark.parametrize("release", RELEASES)
def test_rvus_add_up_and_components_make_the_whole(shared_data: Path, release: str) -> None:
    rows = rvu_rows(shared_data, release)
    count, wholes, differing, missing = COUNTS[release]
    summed = totals(rows)
    assert (summed.compared, summed.found) == (2 * count, ())

    split = components(rows)
    assert split.compared == wholes
    lacking = [found for found in split.found if found.expected == "rows with 26 and TC"]
    assert len(lacking) == missing
    # The excerpt leaves out the component rows of one code; CMS itself gives 80506, an add-on that
    # it prices as a whole, the indicator of a divisible service and no component rows.
    assert [found.subject for found in lacking] == ["76977" if release == "rvu26c" else "80506"][
        :missing
    ]
    assert list(split.unexplained) == lacking
    assert Counter(found.cause for found in split.found) == Counter(
        {NOT_FROM_RVUS: differing, "": missing}
    )

    for row in rows:  # what the rules rest on: caps all three or none, one PE beside an NA flag
        cap = {
            bool(row.decimal(f"opps_{name}")) for name in ("pe_nonfacility", "pe_facility", "mp")
        }
        assert len(cap) == 1, row.values
        if row.text("status") in "ART" and "NA" in (
            row.text("na_nonfacility"),
            row.text("na_facility"),
        ):
            assert row.decimal("pe_rvu_nonfacility") == row.decimal("pe_rvu_facility")


@pytest.mark.parametrize(
    ("release", "amounts", "priced", "twice"),
    [("rvu24ar", 17710, 8510, 6), ("rvu25a", 16100, 6670, 6)],
)
def test_every_capped_amount_to_the_cent(
    shared_data: Path, release: str, amounts: int, priced: int, twice: int
) -> None:
    rvus, indices = rvu_rows(shared_data, release), gpci_rows(shared_data, release)
    printed = cap_rows(shared_data, release)
    assert len(printed) == amounts
    assert Counter(row.text("status") for row in printed) == {"A": priced, "C": amounts - priced}
    checked = caps(rvus, indices, printed)
    assert (checked.compared, checked.found) == (2 * amounts, ())

    # The one named difference: southern California stands under two contractors, GPCI under one.
    known = {(row.text("mac"), row.text("locality")) for row in indices}
    strangers = {(r.text("carrier"), r.text("locality")) for r in printed} - known
    assert len(strangers) == twice
    assert {carrier for carrier, _ in strangers} == {"01112"}
    assert {gpci_locality(*place) for place in strangers} <= known
    assert {gpci_locality(*place) for place in known} <= known


@pytest.mark.parametrize("release", ["rvu24ar", "rvu25a"])
def test_the_cap_file_holds_every_priced_row_that_a_cap_lowers_somewhere(
    shared_data: Path, release: str
) -> None:
    indices = [
        Gpci(row.decimal("work_gpci"), row.decimal("pe_gpci"), row.decimal("mp_gpci"))
        for row in gpci_rows(shared_data, release)
    ]
    lowered = set()
    for row in rvu_rows(shared_data, release):
        if row.text("status") not in "ART" or not row.decimal("opps_mp"):
            continue
        work, factor = row.decimal("work_rvu"), row.decimal("conversion_factor")
        cap = row.decimal("opps_pe_nonfacility"), row.decimal("opps_mp")
        own = row.decimal("pe_rvu_nonfacility"), row.decimal("mp_rvu")
        if any(
            exact_amount(work, *cap, factor, gpci) < exact_amount(work, *own, factor, gpci)
            for gpci in indices
        ):
            lowered.add((row.text("hcpcs"), row.text("modifier")))
    printed = {
        (row.text("hcpcs"), row.text("modifier"))
        for row in cap_rows(shared_data, release)
        if row.text("status") == "A"
    }
    assert lowered == printed


def test_a_cap_worked_out_with_the_wholes_own_work_is_low(shared_data: Path) -> None:
    """Contractor-priced wholes print no work RVU; the cap takes that of the -26 row."""
    rvus = rvu_rows(shared_data, "rvu25a")
    without = [row for row in rvus if row.text("modifier") != "26"]
    printed = [r for r in cap_rows(shared_data, "rvu25a") if r.text("status") == "C"]
    found = caps(without, gpci_rows(shared_data, "rvu25a"), printed).found
    wholes = [row for row in printed if not row.text("modifier")]
    assert len(wholes) == 3910
    assert len(found) == 2 * len(wholes)
    assert all(
        Decimal(item.expected.split()[1]) < Decimal(item.printed.split()[1]) for item in found
    )


def test_cms_list_of_places_agrees_but_for_two(shared_data: Path) -> None:
    path = shared_data / "cms/codes/northstar_pos_codes_2024.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        listed = {
            record["pos_code"]: record["pos_type"].replace("-", "").lower()
            for record in csv.DictReader(stream)
            if record["pos_type"] != "Unassigned"
        }
    assert len(listed) > 45
    assert {place for place, kind in listed.items() if rate_type(place) != kind} == DISPUTED
