"""The verdict on a hospital's file is that of CMS's validator, on its samples and on real files.

What each sample is expected to break follows from its name and from CMS's rules.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from payeratlas.build.download import Watch
from payeratlas.build.price_files import Wish, add
from payeratlas.build.registry import load_price_source
from payeratlas.model.errors import FileError
from payeratlas.store.hospital_check import violations
from payeratlas.store.price_files import PriceFiles
from pricekit import Clock

REFUSED = "refused"
# file: (the version meant, the rules that it breaks)
SAMPLES = {
    "validator-fixtures": {
        "3.0__alerts-with-errors.json": ("3.0", {"number_as_text"}),
        "3.0__allowed-amounts-nine-9s.json": ("3.0", set()),
        "3.0__estimated-amount.json": ("3.0", set()),
        "3.0__false-confirmation.json": ("3.0", set()),
        "3.0__sample-empty-address.json": ("3.0", {"empty_text"}),
        "3.0__sample-empty-algorithm.json": ("3.0", {"empty_text"}),
        "3.0__sample-empty-generic-notes.json": ("3.0", {"empty_text"}),
        "3.0__sample-empty-location.json": ("3.0", {"empty_text"}),
        "3.0__sample-empty-payer-notes.json": ("3.0", {"empty_text"}),
        "3.0__sample-modifier-invalid-setting.json": ("3.0", {"modifier_information"}),
        "3.0__sample-missing-10th.json": ("3.0", {"allowed_amounts_missing"}),
        "3.0__sample-missing-90th.json": ("3.0", {"allowed_amounts_missing"}),
        "3.0__sample-missing-count-of-allowed-amounts.json": ("3.0", {"count_missing"}),
        "3.0__sample-missing-median.json": ("3.0", {"allowed_amounts_missing"}),
        "3.0__sample-payer-no-charge.json": ("3.0", {"payer_without_charge"}),
        "3.0__sample-valid-allowed-amount-zero.json": ("3.0", set()),
        "3.0__sample-valid-drug-info.json": ("3.0", set()),
        "3.0__sample-valid.json": ("3.0", set()),
        "3.0__unexpected-version.json": ("3.0", set()),
        "false-confirmation.json": ("2.0", set()),
        "sample-bad-header.csv": ("2.2", {"date", "methodology"}),
        "sample-bad-item-header.csv": ("2.2", REFUSED),
        "sample-blank-header.csv": ("2.2", {"preamble"}),
        "sample-empty.json": ("2.2", REFUSED),
        "sample-invalid.json": ("2.2", REFUSED),
        "sample-lots-of-alerts.json": ("2.2", set()),
        "sample-lots-of-errors.csv": ("2.2", {"code_type", "number"}),
        "sample-missing-estimate.json": ("2.2", {"estimate_missing"}),
        "sample-ndc-no-drug-info.json": ("2.2", {"drug_information"}),
        "sample-nine-nines.json": ("2.2", set()),
        "sample-no-charges.json": ("2.1", {"item_requires_charge"}),
        "sample-no-data.csv": ("2.2", {"no_items"}),
        "sample-no-min-max.json": ("2.1", {"dollar_needs_min_max"}),
        "sample-no-payer-charges.json": ("2.2", set()),
        "sample-other-no-notes.json": ("2.1", {"other_needs_notes"}),
        "sample-tall-mixed-line-endings.csv": ("2.0", set()),
        "sample-tall-small-rows.csv": ("2.1", set()),
        "sample-tall-valid.csv": ("2.2", set()),
        "sample-valid-bom.json": ("2.2", set()),
        "sample-valid-drug-info.json": ("2.2", set()),
        "sample-valid-modifier.json": ("2.2", set()),
        "sample-valid.json": ("2.2", set()),
        "sample-wide-blank-headers.csv": ("3.0", set()),
        "sample-wide-valid.csv": ("2.2", set()),
        "sample-wrong-drug-info.json": ("2.2", {"drug_unit"}),
        "sample-wrong-modifier.json": ("2.2", {"modifier_information", "number_as_text"}),
        "unexpected-version.json": ("2.2", set()),
    },
    "cms-examples": {
        "V2.0.0_JSON_Format_Example.json": ("2.2", set()),
        "V2.0.0_Tall_CSV_Format_Example.csv": ("2.2", set()),
        "V2.0.0_Wide_CSV_Format_Example.csv": ("2.2", set()),
        "V3.0.0_Tall_CSV_Format_Example.csv": ("3.0", set()),
        "V3.0.0_Wide_CSV_Format_Example.csv": ("3.0", set()),
        "v3_json_format_example.json": ("3.0", set()),
    },
    "v2-raw": {
        "516000279_DelawarePsychiatricCenter_standardcharges.csv": (
            "2.2",
            {"attestation", "placeholder", "item_requires_charge"},
        ),
        "630436871_grove-hill-memorial-hospital_standardcharges.csv": ("2.2", set()),
        "631282722_lake-martin-community-hospital_standardcharges.csv": ("2.2", {"plan_blank"}),
        "823462523_BayhealthEmergencyPhysicians_StandardCharges.csv": ("2.2", {"column_missing"}),
        "934333907_Dekalb-Regional-Medical-Center_standardcharges.csv": ("2.2", set()),
        "Community_Hospital_Machine_Readable_Standard_Charges_12_2020.csv": ("2.2", REFUSED),
    },
    "v3": {"marthas-vineyard_standardcharges.csv": ("3.0", set())},
}


@pytest.mark.parametrize("folder", SAMPLES)
def test_the_verdict_is_that_of_cms(folder: str, tmp_path: Path, shared_data: Path) -> None:
    source = load_price_source("hospital")
    assert source is not None
    held = PriceFiles(tmp_path)
    found, expected = {}, {}
    for name, (version, rules) in SAMPLES[folder].items():
        expected[name] = rules
        path = shared_data / "hospital" / folder / name
        try:
            file = add(path, held, source, Wish(), watch=Watch(Clock())).file
        except FileError:
            found[name] = REFUSED
            continue
        broken = violations(file, version)
        found[name] = {each.rule for each in broken}
        assert all(each.count > 0 for each in broken)
    assert found == expected


def test_every_sample_has_a_verdict(shared_data: Path) -> None:
    folder = shared_data / "hospital" / "validator-fixtures"
    assert {p.name for p in folder.iterdir()} == set(SAMPLES["validator-fixtures"])


def test_a_place_is_a_record_or_a_pointer(tmp_path: Path, shared_data: Path) -> None:
    source = load_price_source("hospital")
    assert source is not None
    held = PriceFiles(tmp_path)
    folder = shared_data / "hospital" / "validator-fixtures"
    csv, json = (
        violations(add(folder / name, held, source, Wish(), watch=Watch(Clock())).file, version)
        for name, version in (
            ("sample-bad-header.csv", "2.2"),
            ("3.0__sample-missing-median.json", "3.0"),
        )
    )
    assert {each.rule: each.places for each in csv}["methodology"] == ("record 10",)
    assert json[0].places == (
        "/standard_charge_information/0/standard_charges/0/payers_information/3",
    )
