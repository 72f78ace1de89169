"""The plain reader of hospitals' JSON files: what it keeps, counts, rejects and refuses."""

from __future__ import annotations

import json
from collections import defaultdict
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from payeratlas.formats import hospital_json
from payeratlas.formats.hospital_account import HospitalAccount
from payeratlas.formats.tic_json import JsonError

HEAD = {"hospital_name": "Example Hospital", "last_updated_on": "2026-04-01", "version": "3.0.0"}
PAYER = {"payer_name": "A", "plan_name": "B", "standard_charge_dollar": 10}


def read(
    data: object, held: int = hospital_json.HELD
) -> tuple[dict[str, list[Any]], HospitalAccount]:
    """Rows by table, and the account."""
    content = data if isinstance(data, bytes) else json.dumps(data).encode()
    rows: dict[str, list[Any]] = defaultdict(list)
    account = hospital_json.read([content], lambda t, row: rows[t].append(row), held=held)
    return rows, account


def refusal(data: bytes, held: int = hospital_json.HELD) -> tuple[str, int, str]:
    with pytest.raises(JsonError) as found:
        read(data, held)
    return found.value.reason, found.value.offset, found.value.pointer


def element(*charges: object, **more: object) -> dict[str, object]:
    codes = [{"code": "64640", "type": "CPT"}]
    return {"code_information": codes, "standard_charges": list(charges), **more}


def charge(*payers: object, **more: object) -> dict[str, object]:
    return {"setting": "outpatient", "payers_information": list(payers), **more}


def file(*elements: object, **more: object) -> dict[str, object]:
    return {**HEAD, "standard_charge_information": list(elements), **more}


def one_item(found: dict[str, object], **more: object) -> Any:
    rows, _ = read(file(element(found, **more)))
    (row,) = rows["hospital_item"]
    return row


def one_charge(**found: object) -> Any:
    rows, _ = read(file(element(charge({"payer_name": "A", **found}))))
    (row,) = rows["hospital_charge"]
    return row


def test_what_stands_where() -> None:
    drug = {"unit": 2.5, "type": "ML"}
    payer = {
        "payer_name": " A ", "plan_name": "B", "additional_payer_notes": "n",
        "standard_charge_dollar": 10.5, "standard_charge_percentage": 60,
        "standard_charge_algorithm": "words", "estimated_amount": 7, "median_amount": 8,
        "10th_percentile": 6, "90th_percentile": 9, "count": "1 through 10",
        "methodology": "case rate",
    }  # fmt: skip
    found = charge(
        payer, gross_charge=100, discounted_cash=60, minimum=10.5, maximum=11,
        billing_class="facility", modifier_code=["26", "TC"], additional_generic_notes="notes",
    )  # fmt: skip
    rows, account = read(file(element(found, drug_information=drug, description="never kept")))
    (item,), (paid,) = rows["hospital_item"], rows["hospital_charge"]
    assert (item.item, item.record, item.charge) == (1, 1, 1)
    assert (item.code, item.code_type, item.modifiers) == (("64640",), ("CPT",), ("26", "TC"))
    assert (item.setting, item.billing_class, item.notes) == ("outpatient", "facility", "notes")
    assert (item.drug_unit, item.drug_type) == ("2.5", "ML")
    assert (item.gross, item.cash, item.minimum, item.maximum) == (100, 60, Decimal("10.5"), 11)
    assert (paid.item, paid.payer, paid.column) == (1, 1, 0)
    assert (paid.payer_name, paid.plan_name, paid.notes) == ("A", "B", "n")
    assert (paid.dollar, paid.percentage, paid.algorithm) == (Decimal("10.5"), 60, "words")
    assert (paid.estimated, paid.median, paid.p10, paid.p90) == (7, 8, 6, 9)
    assert (paid.count, paid.methodology) == ("1 through 10", "case rate")
    assert account.oddities == {"hospital_item.drug_unit_as_number": 1}  # right in version 3
    assert "never kept" not in repr(rows)
    assert account.layout == "json"


def test_the_head_by_the_names_of_either_version() -> None:
    attested = {"attestation": "T", "confirm_attestation": True, "attester_name": "N"}
    head = {
        "location_name": ["One", "Two"],
        "hospital_address": "1 Street",
        "type_2_npi": ["1234567893"],
        "license_information": {"license_number": 12, "state": "CA"},
    }
    rows, _ = read(file(**head, attestation=attested))
    (new,) = rows["hospital_file"]
    assert new == (
        "hospital", "json", "Example Hospital", "2026-04-01", "3.0.0", ("One", "Two"),
        ("1 Street",), ("1234567893",), "12", "CA", "true", "N",
    )  # fmt: skip
    affirmed = {"affirmation": "T", "confirm_affirmation": "false"}
    rows, _ = read(file(hospital_location=["One"], affirmation=affirmed))
    (old,) = rows["hospital_file"]
    assert (old.location, old.attestation, old.attester_name) == (("One",), "false", None)


def test_unknown_keys_are_counted_and_passed() -> None:
    found = element({**charge({**PAYER, "x": {"y": [1]}}), "z": 1})
    _, account = read(file(found, own_key={"a": {}}, financial_aid_policy=["x"]))
    assert account.oddities == dict.fromkeys(
        (f"hospital_{table}.key_unknown" for table in ("file", "item", "charge")), 1
    )


def test_keys_may_stand_in_any_order() -> None:
    members = {
        "standard_charges": [charge(PAYER, gross_charge=1), charge(PAYER, PAYER)],
        "code_information": [{"type": "RC", "code": "360"}],
        "drug_information": {"type": "UN", "unit": "1"},
        "description": "x",
    }
    said = {repr(read(file(dict(order)))[0]) for order in permutations(members.items())}
    assert len(said) == 1
    rows, _ = read(file(members))
    assert [row[:3] for row in rows["hospital_item"]] == [(1, 1, 1), (2, 1, 2)]
    assert [row[:2] for row in rows["hospital_charge"]] == [(1, 1), (2, 1), (2, 2)]
    assert {row.drug_unit for row in rows["hospital_item"]} == {"1"}


@pytest.mark.parametrize("name", ["modifiers", "modifier_code"])
@pytest.mark.parametrize(
    ("printed", "kept"),
    [
        (["26"], ("26",)),
        (["LT, RT", None, "80|AS"], ("LT", "RT", "80", "AS")),
        ("52 53", ("52", "53")),
        ("LT,RT;26", ("LT", "RT", "26")),
        (50, ("50",)),
        (" ", None),
        ([], None),
        (None, None),
    ],
)
def test_modifiers(name: str, printed: object, kept: object) -> None:
    assert one_item(charge(**{name: printed})).modifiers == kept


def test_modifiers_that_differ_under_both_keys_are_counted() -> None:
    both = charge(modifier_code=["26"], modifiers="TC")
    rows, account = read(file(element(both, charge(modifier_code=["26"], modifiers="26"))))
    assert [row.modifiers for row in rows["hospital_item"]] == [("26",), ("26",)]
    assert account.oddities["hospital_item.modifiers_twice"] == 1


@pytest.mark.parametrize(
    ("printed", "value", "text", "odd"),
    [
        (12.5, "12.5", None, []),
        ("12.50", "12.5", None, ["as_string"]),
        (0, "0", None, ["zero"]),
        (-3, "-3", None, ["negative"]),
        (999999999, "999999999", None, ["nine_nines"]),
        (999999999.99, "999999999.99", None, ["nine_nines"]),
        (0.00001, None, "1e-05", ["does_not_fit"]),
        (10**14, None, "1" + "0" * 14, ["does_not_fit"]),
        ("$12.50", None, "$12.50", ["as_string", "not_a_number"]),
        ("1,200", None, "1,200", ["as_string", "not_a_number"]),
        (" .5 ", "0.5", None, ["as_string"]),
        ("", None, None, []),
        (None, None, None, []),
    ],
)
def test_amounts(printed: object, value: str | None, text: str | None, odd: list[str]) -> None:
    rows, account = read(file(element(charge(PAYER, gross_charge=printed))))
    (item,) = rows["hospital_item"]
    assert (item.gross, item.gross_printed) == (value and Decimal(value), text)
    assert account.oddities == {f"hospital_item.gross_{name}": 1 for name in odd}


def test_what_is_odd_is_counted_once_a_row() -> None:
    codes = [{"code": 1, "type": "XX"}, {"code": "2"}, {"type": "CPT"}, {"code": "3", "type": "y"}]
    payer = {"methodology": "barter", "count": 12}
    _, account = read(
        file(
            element(
                charge({**payer, "standard_charge_dollar": 1}, setting="home", billing_class="x"),
                code_information=codes,
                drug_information="2 ML",
            ),
            element(charge({"payer_name": "A", "count": "5"}), code_information=None),
        )
    )
    assert account.oddities == {
        "hospital_charge.count_unknown": 1,
        "hospital_charge.methodology_unknown": 1,
        "hospital_charge.no_amount": 1,
        "hospital_charge.number_as_text": 1,
        "hospital_charge.payer_name_missing": 1,
        "hospital_item.billing_class_unknown": 1,
        "hospital_item.code_type_alone": 1,
        "hospital_item.code_type_missing": 1,
        "hospital_item.code_type_unknown": 1,
        "hospital_item.drug_not_an_object": 1,
        "hospital_item.no_code": 1,
        "hospital_item.number_as_text": 1,
        "hospital_item.setting_unknown": 1,
    }


def test_the_account_says_where_everything_went() -> None:
    rows, account = read(
        file(
            element(charge(PAYER, {}, {"payer_name": " ", "x": 1}), charge()),
            element(),
            {"description": "no charges at all"},
            element({"setting": "both", "payers_information": None}),
            modifier_information=[{"code": "26"}, {"code": "TC"}],
        )
    )
    assert (account.records.read, account.records.kept) == (4, 2)
    assert account.records.rejected == (("no_standard_charges", 2),)
    assert account.items.read == account.items.kept == len(rows["hospital_item"]) == 3
    assert (account.charges.read, account.charges.kept) == (3, 1)
    assert account.charges.rejected == (("blank", 2),)
    assert account.oddities == {
        "hospital_file.modifier_information_incomplete": 2,  # neither has a description
        "hospital_file.modifier_information_unread": 2,
        "hospital_item.no_payer": 2,
    }


def test_a_byte_order_mark_may_stand_first() -> None:
    data = b"\xef\xbb\xbf" + json.dumps(file(element(charge(PAYER)))).encode()
    assert read(data)[1].bytes == len(data)


def test_refusals_say_where() -> None:
    begun = b'{"standard_charge_information":[{"standard_charges":'
    place = "/standard_charge_information/0/standard_charges"
    assert refusal(b"{}") == ("not_a_hospital_file", 2, "")
    assert refusal(b'{"in_network":[]}') == ("not_a_hospital_file", 17, "")
    assert refusal(begun + b"{}") == ("wrong_type", len(begun), place)
    assert refusal(begun + b"[1]") == ("wrong_type", len(begun) + 1, f"{place}/0")
    assert refusal(begun + b'[{"setting":tru') == (
        "wrong_type", len(begun) + 12, f"{place}/0/setting",
    )  # fmt: skip
    assert refusal(begun + b'[{"setting":"a"') == ("unexpected_end", len(begun) + 15, f"{place}/0")
    assert refusal(begun + b'[{"minimum":1,"minimum":2}]') == (
        "duplicate_key", len(begun) + 14, f"{place}/0",
    )  # fmt: skip
    assert refusal(b"<html>") == ("unexpected_byte", 0, "")


def test_an_element_too_long_to_keep_is_refused() -> None:
    notes = charge(PAYER, additional_generic_notes="n" * 100)
    data = json.dumps(file(*(element(notes) for _ in range(50)))).encode()
    assert read(data, held=500)[1].items.kept == 50  # each element begins anew
    data = json.dumps(file(element(*(notes for _ in range(50))))).encode()
    reason, _, pointer = refusal(data, held=500)
    assert (reason, pointer) == (
        "element_too_long",
        "/standard_charge_information/0/standard_charges/1/additional_generic_notes",
    )
    reason, _, pointer = refusal(json.dumps(file(type_2_npi=["1" * 10] * 99)).encode(), held=500)
    assert (reason, pointer.rpartition("/")[0]) == ("element_too_long", "/type_2_npi")
