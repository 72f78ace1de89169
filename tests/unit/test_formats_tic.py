"""The plain reader of payer price files: what it keeps, counts, rejects and refuses."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal
from typing import Any

import pytest

from payeratlas.formats import tic
from payeratlas.formats.tic_account import TicAccount
from payeratlas.formats.tic_json import DEPTH, TOKEN, JsonError
from payeratlas.formats.tic_rows import ROWS, amount, luhn
from payeratlas.formats.tic_values import LIMITS, TicLimits
from payeratlas.tables.tic import TIC, schema

PRICE = {"negotiated_type": "negotiated", "negotiated_rate": 1.5, "billing_class": "both"}
CODE = "/in_network/0/billing_code"
GROUP = {"npi": [1234567893], "tin": {"type": "ein", "value": "11-1111111"}}


def read(
    data: object, codes: Collection[str] | None = None, limits: TicLimits = LIMITS
) -> tuple[dict[str, list[Any]], TicAccount]:
    """Rows by table, and the account."""
    content = data if isinstance(data, bytes) else json.dumps(data).encode()
    rows: dict[str, list[Any]] = defaultdict(list)
    account = tic.read([content], lambda t, row: rows[t].append(row), codes, limits=limits)
    return rows, account


def item(code: object = "99213", *rates: object, **more: object) -> dict[str, object]:
    return {
        "billing_code_type": "CPT",
        "billing_code": code,
        "negotiated_rates": list(rates),
        **more,
    }


def rate(*prices: object, **providers: object) -> dict[str, object]:
    return {**(providers or {"provider_references": [1]}), "negotiated_prices": list(prices)}


def refusal(data: bytes, codes: Collection[str] | None = None) -> tuple[str, int, str]:
    with pytest.raises(JsonError) as found:
        read(data, codes)
    return found.value.reason, found.value.offset, found.value.pointer


def test_rows_have_the_columns_of_their_contract() -> None:
    assert set(ROWS) == set(TIC)
    for name, row in ROWS.items():
        assert list(row.__annotations__) == [column.name for column in TIC[name].columns]
        assert schema(TIC[name]).names == list(row.__annotations__)
        for key in TIC[name].key:
            assert TIC[name].column(key).required


def test_references_may_come_after_the_rates() -> None:
    reference = {"provider_group_id": 1, "network_name": ["N"], "provider_groups": [GROUP, GROUP]}
    unused = {"provider_group_id": 2, "provider_groups": [GROUP]}
    rows, account = read(
        {"in_network": [item("99213", rate(PRICE))], "provider_references": [unused, reference]}
    )
    assert [(g.provider, g.group, g.kind, g.npi) for g in rows["tic_provider_group"]] == [
        (1, 1, "reference", (1234567893,)),
        (1, 2, "reference", (1234567893,)),
    ]
    assert rows["tic_provider_set"] == [(1, (1,))]
    assert rows["tic_price"] == [(1, 1, 1, Decimal("1.5000"), None, 1, 1)]
    assert account.groups.kept == 2
    assert dict(account.groups.rejected) == {"unreferenced": 1}
    assert account.kind == "in_network"


def test_a_reference_nobody_defines_is_written_as_dangling() -> None:
    rows, account = read({"in_network": [item("99213", rate(PRICE))]})
    (group,) = rows["tic_provider_group"]
    assert (group.kind, group.provider_group_id, group.npi) == ("dangling", "1", None)
    assert account.oddities["tic_provider_group.dangling_reference"] == 1
    assert account.groups.read == account.groups.kept == 0


def test_inline_groups_are_written_once() -> None:
    inline = rate(PRICE, provider_groups=[GROUP])
    rows, account = read({"in_network": [item("99213", inline, inline), item("64640", inline)]})
    assert [g.kind for g in rows["tic_provider_group"]] == ["inline"]
    assert {price.provider_set for price in rows["tic_price"]} == {1}
    assert dict(account.groups.merged) == {"same_inline_group": 2}
    assert account.groups.read == 3


def test_printed_ids_are_kept_and_repeats_counted() -> None:
    one = b'{"provider_group_id":690.64470,"location":"https://example.com/a"}'
    data = (
        b'{"provider_references":[%b,%b],"in_network":[{"billing_code":"1","negotiated_rates":['
        % (
            one,
            one,
        )
    )
    data += b'{"provider_references":[690.64470],"negotiated_prices":[{"negotiated_rate":1}]}]}]}'
    rows, account = read(data)
    assert [(g.provider_group_id, g.group, g.kind) for g in rows["tic_provider_group"]] == [
        ("690.64470", 1, "remote"),
        ("690.64470", 2, "remote"),
    ]
    assert account.oddities["tic_provider_group.group_id_repeated"] == 1
    assert account.oddities["tic_provider_group.group_id_not_integer"] == 2


def test_prices_without_a_rate_are_rejected_by_reason() -> None:
    prices = [{**PRICE, "negotiated_rate": value} for value in (None, "n/a", "2.5", 0, -1)]
    rows, account = read({"in_network": [item("99213", rate({}, *prices))]})
    assert account.prices.read == 6
    assert dict(account.prices.rejected) == {"rate_missing": 2, "rate_not_a_number": 1}
    kept = [(price.price, price.negotiated_rate) for price in rows["tic_price"]]
    assert kept == [(4, Decimal("2.5")), (5, Decimal(0)), (6, Decimal(-1))]
    names = {k.partition(".")[2] for k in account.oddities if k.startswith("tic_price")}
    assert names == {"rate_as_string", "rate_zero", "rate_negative"}


def test_oddities_of_providers_are_counted_by_row() -> None:
    groups = [
        {"npi": ["1234567893", "x", 5], "tin": {"type": "EIN", "value": 111111111}},
        {"npi": [1234567890], "tin": {"type": "tax", "value": "1"}},
    ]
    rows, account = read({"in_network": [item("j1885", rate(PRICE, provider_groups=groups))]})
    assert rows["tic_provider_group"][0].npi == (1234567893, 5)
    assert rows["tic_provider_group"][0].tin == "111111111"
    lead = "tic_provider_group."
    found = {k.removeprefix(lead) for k in account.oddities if k.startswith(lead)}
    assert found == {
        "npi_as_string", "npi_unreadable", "npi_length", "npi_check_digit", "tin_type_case",
        "tin_type_unknown", "number_as_text",
    }  # fmt: skip
    assert account.oddities["tic_item.code_lower_case"] == 1


def test_the_code_filter_reads_rates_that_stand_before_their_code() -> None:
    before = (
        b'{"negotiated_rates":[{"negotiated_prices":[{"negotiated_rate":%b}]}],"billing_code":"%b"}'
    )
    data = b'{"in_network":[' + before % (b"1", b"A") + b"," + before % (b"2", b"B") + b"]}"
    rows, account = read(data, ["B"])
    assert [(p.item, p.negotiated_rate) for p in rows["tic_price"]] == [(2, Decimal(2))]
    assert dict(account.items.rejected) == {"not_wanted": 1}
    offset = rows["tic_item"][0].offset
    assert data[offset:].startswith(before % (b"2", b"B"))
    # A fault in rates that are wanted is told with its place in the file.
    bad = data.replace(b":2}", b":02}")
    place = bad.index(b":02}") + 2
    assert refusal(bad, ["B"]) == (
        "unexpected_byte", place, "/in_network/1/negotiated_rates/0/negotiated_prices/0",
    )  # fmt: skip
    assert not read(bad, ["A"])[0].get("tic_price", [])[1:]


def test_too_much_before_the_code_is_refused() -> None:
    data = json.dumps({"in_network": [{"negotiated_rates": [rate(PRICE)], "billing_code": "A"}]})
    with pytest.raises(JsonError) as found:
        read(data.encode(), ["A"], TicLimits(leapt=20))
    assert found.value.reason == "too_long_to_keep"
    assert read(data.encode(), None, TicLimits(leapt=20))[1].prices.kept == 1


def test_tables_of_what_repeats_begin_anew() -> None:
    other = {**PRICE, "negotiated_type": "derived"}
    prices = [PRICE, other, PRICE]
    rows, _ = read({"in_network": [item("99213", rate(*prices))]}, None, TicLimits(terms=1))
    assert [terms.terms for terms in rows["tic_terms"]] == [1, 2, 3]
    assert [price.terms for price in rows["tic_price"]] == [1, 2, 3]


def test_allowed_amounts() -> None:
    charges = [{"billed_charge": 50.0, "npi": [1234567893]}, {"billed_charge": "x"}]
    payments = [
        {"allowed_amount": 25, "billing_code_modifier": ["25"], "providers": charges},
        {"allowed_amount": 30},
        {"providers": [{}]},
    ]
    amounts = [{"payments": payments, "tin": GROUP["tin"], "service_code": ["11"]}]
    rows, account = read(
        {"out_of_network": [{"billing_code": "99213", "allowed_amounts": amounts}]}
    )
    found = [
        (r.payment, r.charge, r.allowed_amount, r.billed_charge) for r in rows["tic_allowed_amount"]
    ]
    assert found == [(1, 1, 25, 50), (1, 2, 25, None), (2, 0, 30, None)]
    assert account.prices.read == 4
    assert dict(account.prices.rejected) == {"rate_missing": 1}
    assert account.oddities["tic_allowed_amount.charge_not_a_number"] == 1
    assert account.kind == "allowed_amounts"


def test_a_table_of_contents() -> None:
    structure = {
        "reporting_plans": [{"plan_name": "P", "plan_id_type": "EIN"}],
        "in_network_files": [{"description": "dropped", "location": "https://a"}, {}],
        "allowed_amount_files": [{"location": "https://b"}],
    }
    rows, account = read({"reporting_structure": [structure]})
    assert [tuple(r) for r in rows["tic_index_file"]] == [
        (1, "in_network", 1, "https://a"),
        (1, "in_network", 2, None),
        (1, "allowed_amounts", 1, "https://b"),
    ]
    assert rows["tic_index_plan"][0].plan_name == "P"
    assert account.oddities == {
        "tic_index_file.allowed_amount_files": 1,
        "tic_index_file.location_missing": 1,
    }


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", ("unexpected_end", 0, "")),
        (b"[]", ("wrong_type", 0, "")),
        (b"{}", ("not_a_price_file", 2, "")),
        (b'{"in_network":[]} x', ("trailing_data", 18, "")),
        (b'{"in_network":[{"billing_code":NaN}]}', ("unexpected_byte", 31, CODE)),
        (b'{"in_network":[{"billing_code":true}]}', ("wrong_type", 31, CODE)),
        (b'{"in_network":[{},', ("unexpected_end", 18, "/in_network/1")),
        (b'{"version":"1","version":"2"}', ("duplicate_key", 15, "")),
        (b'{"a/b~c":[01]}', ("unexpected_byte", 11, "/a~1b~0c")),
        (b'{"version":"\xc3("}', ("invalid_utf8", 12, "/version")),
        (b'{"version":"a\\q"}', ("invalid_escape", 13, "/version")),
        (b'{"version":"\\ud800x"}', ("lone_surrogate", 12, "/version")),
        (b'{"version":"a\nb"}', ("control_character", 13, "/version")),
        (b'{"x":' + b"[" * DEPTH, ("too_deep", 4 + DEPTH, "/x" + "/0" * (DEPTH - 1))),
        (b'{"x":"' + b"y" * (TOKEN + 1) + b'"}', ("token_too_long", 5, "/x")),
        (b'{"x":' + b"1" * (TOKEN + 1) + b"}", ("token_too_long", 5, "/x")),
    ],
)  # fmt: skip
def test_what_is_refused_and_where(data: bytes, said: tuple[str, int, str]) -> None:
    assert refusal(data) == said


@pytest.mark.parametrize(
    ("token", "value"),
    [
        ("1e2", "100.0000"), ("-0", "0.0000"), ("12340000e-3", "12340.0000"),
        ("0e999999999999", "0.0000"),
        ("99999999999999.9999", "99999999999999.9999"), ("100000000000000", None),
        ("0.00001", None), ("1e99999999999999999999", None), ("-7.25", "-7.2500"),
    ],
)  # fmt: skip
def test_amounts_are_exact_or_left_as_printed(token: str, value: str | None) -> None:
    found = amount(token)
    assert (None if found is None else str(found)) == value


def test_check_digits() -> None:
    assert luhn(1234567893)
    assert not luhn(1234567890)
