"""Contradictions inside a release: what is found, what is explained, what is not."""

from __future__ import annotations

from decimal import Decimal

import pytest

from payeratlas.pricing.consistency import caps, components, totals
from payeratlas.pricing.localities import gpci_locality
from payeratlas.tables.contract import Row

CF = Decimal("32.3465")


def rvu(
    code: str = "70336",
    modifier: str = "",
    *,
    status: str = "A",
    pctc: str = "1",
    work: str = "0.00",
    pe: str = "0.00",
    mp: str = "0.00",
    caps: tuple[str, str] = ("0.00", "0.00"),
    ordinal: int = 11,
    **changed: Decimal,
) -> Row:
    w, p, m = Decimal(work), Decimal(pe), Decimal(mp)
    values = {
        "hcpcs": code,
        "modifier": modifier,
        "status": status,
        "pctc": pctc,
        "work_rvu": w,
        "pe_rvu_nonfacility": p,
        "pe_rvu_facility": p,
        "mp_rvu": m,
        "total_rvu_nonfacility": w + p + m,
        "total_rvu_facility": w + p + m,
        "conversion_factor": CF,
        "opps_pe_nonfacility": Decimal(caps[0]),
        "opps_pe_facility": Decimal(caps[0]),
        "opps_mp": Decimal(caps[1]),
        **changed,
    }
    return Row("pfs_rvu", "pfs_rvu", "rvu25a", "0" * 64, ordinal, values)


WHOLE = rvu(work="1.48", pe="6.00", mp="0.10", caps=("5.00", "0.10"))
PROFESSIONAL = rvu(modifier="26", work="1.48", pe="0.60", mp="0.08", ordinal=12)
TECHNICAL = rvu(modifier="TC", pe="5.40", mp="0.02", caps=("4.40", "0.02"), ordinal=13)


def gpci(mac: str, locality: str) -> Row:
    values = {
        "mac": mac,
        "locality": locality,
        "work_gpci": Decimal("1.042"),
        "pe_gpci": Decimal("1.194"),
        "mp_gpci": Decimal("0.690"),
    }
    return Row("pfs_gpci", "pfs_rvu", "rvu25a", "1" * 64, 4, values)


def cap(price: str, *, carrier: str = "01182", status: str = "A", modifier: str = "") -> Row:
    values = {
        "hcpcs": "70336",
        "modifier": modifier,
        "status": status,
        "carrier": carrier,
        "locality": "18",
        "price_facility": Decimal(price),
        "price_nonfacility": Decimal(price),
    }
    return Row("pfs_oppscap", "pfs_rvu", "rvu25a", "2" * 64, 9, values)


def test_a_total_that_does_not_add_up_is_found_with_both_figures() -> None:
    wrong = rvu(work="1.00", total_rvu_facility=Decimal("1.01"))
    checked = totals([WHOLE, wrong])
    assert checked.compared == 4
    (found,) = checked.found
    assert (found.subject, found.printed, found.expected) == ("70336 facility", "1.01", "1.00")
    assert checked.unexplained == (found,)


def test_components_that_add_up_leave_nothing() -> None:
    assert components([WHOLE, PROFESSIONAL, TECHNICAL]).found == ()


@pytest.mark.parametrize(
    ("whole", "explained"),
    [
        (rvu(status="C"), True),
        (rvu(status="N"), True),
        (rvu(status="A"), False),
        (rvu(status="C", work="0.01"), False),
    ],
)
def test_components_that_do_not_add_up_are_explained_only_where_no_rvus_are_due(
    whole: Row, explained: bool
) -> None:
    checked = components([whole, PROFESSIONAL, TECHNICAL])
    (found,) = checked.found
    assert found.ordinals == (11, 12, 13)
    assert (found not in checked.unexplained) == explained


@pytest.mark.parametrize(("status", "explained"), [("C", True), ("A", False)])
def test_a_missing_component_row_is_an_inconsistency(status: str, explained: bool) -> None:
    checked = components([rvu(status=status), PROFESSIONAL])
    assert [found.printed for found in checked.found] == ["70336-26"]
    assert (checked.unexplained == ()) == explained


def test_only_indicator_one_is_split() -> None:
    assert components([rvu(pctc="0", work="1.00")]).compared == 0


def amount(work: str, pe: str, mp: str) -> str:
    total = (
        Decimal(work) * Decimal("1.042")
        + Decimal(pe) * Decimal("1.194")
        + Decimal(mp) * Decimal("0.690")
    )
    return str((total * CF).quantize(Decimal("0.01")))


def test_a_capped_amount_follows_under_either_contractor_number() -> None:
    rows = [cap(amount("1.48", "5.00", "0.10"), carrier=carrier) for carrier in ("01182", "01112")]
    checked = caps([WHOLE], [gpci("01182", "18")], rows)
    assert (checked.compared, checked.found) == (4, ())
    for locality in ("17", "18", "26", "71", "72", "73", "74"):
        assert gpci_locality("01112", locality) == ("01182", locality)
    assert gpci_locality("01112", "05") == ("01112", "05")


def test_a_contractor_priced_whole_is_capped_with_the_work_of_its_professional_row() -> None:
    whole = rvu(status="C", caps=("5.00", "0.10"))
    rows = [cap(amount("1.48", "5.00", "0.10"), status="C")]
    assert caps([whole, PROFESSIONAL], [gpci("01182", "18")], rows).found == ()
    without = caps([whole], [gpci("01182", "18")], rows).found
    assert [found.subject for found in without] == ["70336 @01182-18"] * 2


def test_a_contractor_priced_technical_row_has_no_work_in_its_cap() -> None:
    technical = rvu(modifier="TC", status="C", caps=("4.40", "0.02"))
    rows = [cap(amount("0.00", "4.40", "0.02"), status="C", modifier="TC")]
    assert caps([technical, PROFESSIONAL], [gpci("01182", "18")], rows).found == ()


def test_other_rates_statuses_and_localities_are_found() -> None:
    indices = [gpci("01182", "18")]
    cent = caps([WHOLE], indices, [cap("1.00")]).found
    assert [found.printed for found in cent] == ["nonfacility 1.00", "facility 1.00"]
    status = caps([WHOLE], indices, [cap(amount("1.48", "5.00", "0.10"), status="R")]).found
    assert [found.printed for found in status] == ["status R"]
    assert "indices" in caps([WHOLE], [], [cap("1.00")]).found[0].expected
    assert "RVUs" in caps([], indices, [cap("1.00")]).found[0].expected
