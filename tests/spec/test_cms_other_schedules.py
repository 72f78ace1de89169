"""Every drug limit and laboratory rate of CMS's files gives a line, or a reason for none."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from payeratlas.model.amounts import Money
from payeratlas.pricing.drugs import BillingUnit, dose
from payeratlas.pricing.rules import rerun


def records(path: Path, heading: str) -> list[dict[str, str]]:
    """The records below a heading, by its names, with plain csv."""
    with path.open(encoding="cp1252", newline="") as stream:
        found = list(csv.reader(stream))
    head = next(i for i, record in enumerate(found) if record[0] == heading)
    return [dict(zip(found[head], record, strict=True)) for record in found[head + 1 :]]


@pytest.fixture(scope="module")
def drugs(shared_data: Path) -> list[dict[str, str]]:
    return records(shared_data / "cms/asp/asp_2026-01_payment_limits.csv", "HCPCS Code")


def test_every_billing_unit_with_an_amount_is_read(drugs: list[dict[str, str]]) -> None:
    units = {
        drug["HCPCS Code Dosage"]: BillingUnit.parse(drug["HCPCS Code Dosage"]) for drug in drugs
    }
    assert len(units) == 143
    without = {text.split()[0].lower() for text, unit in units.items() if unit is None}
    assert without == {"up", "per", "greater", "less"}, "no fixed amount, so none is read"
    assert sum(unit is None for unit in units.values()) == 23


def test_every_limit_gives_a_line_and_a_share(drugs: list[dict[str, str]]) -> None:
    without = []
    for drug in drugs:
        if drug["Payment Limit"] == "N/A":
            without.append(drug["HCPCS Code"])
            continue
        limit, share = Decimal(drug["Payment Limit"]), Decimal(drug["Co-insurance Percentage"])
        allowed = rerun("drug.payment", {"payment_limit": limit}, {"units": "1000"})
        assert allowed == Money((limit * 1000).quantize(Decimal("0.01")))
        patient = rerun("drug.patient_share", {"allowed": allowed, "coinsurance": share})
        assert isinstance(patient, Money)
        assert isinstance(allowed, Money)
        assert patient.amount <= allowed.amount / 5 + Decimal("0.005")
    assert without == ["A9606"]


def test_a_vial_of_botulinum_toxin(drugs: list[dict[str, str]]) -> None:
    (drug,) = [drug for drug in drugs if drug["HCPCS Code"] == "J0585"]
    unit = BillingUnit.parse(drug["HCPCS Code Dosage"])
    assert unit is not None
    made = dose(Decimal(155), unit.amount, Decimal(200))
    limit = {"payment_limit": Decimal(drug["Payment Limit"])}
    paid = [rerun("drug.payment", limit, {"units": str(n), "modifiers": m}) for m, n in made.lines]
    assert paid == [Money(Decimal("1009.05")), Money(Decimal("292.95"))]


def test_every_rate_is_a_price_or_the_contractors(shared_data: Path) -> None:
    found = records(shared_data / "cms/clfs/CLFS_2025_Q1V1.csv", "YEAR")
    assert len(found) == 2087
    priced = 0
    for test in found:
        rate = Decimal(test["RATE"])
        assert (rate == 0) == (test["INDICATOR"] == "L")
        if rate:
            values = {"rate": rate, "indicator": test["INDICATOR"]}
            allowed = rerun("lab.payment", values, {"modifiers": test["MOD"]})
            assert allowed == Money(rate.quantize(Decimal("0.01")))
            priced += 1
    assert priced == 2042
