"""Contracts of posted rates: what payers' and hospitals' files print, brought to one shape.

A posted rate is one printed amount (dollars, or a percentage, or words) for one code, with the text
that says whose it is and what it is for. Nothing is judged here: who is who, what compares with
what, and what is plausible are said in ``rates``. Rows of one file are sorted by code and, within
it, by place in the file, so that one code is one run of rows.

Source of the columns: ``tables.tic`` and ``tables.hospital``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from payeratlas.tables.contract import Column, Table

if TYPE_CHECKING:
    import pyarrow as pa

AMOUNT_DIGITS = 20
AMOUNT_SCALE = 6  # hospitals print amounts with as many decimals

_PUBLIC = "published under 45 CFR 147.212, 26 CFR 54.9815-2715A3 or 45 CFR 180.50"
_CODE = "code only"


_CLASS = (
    "As printed, lower case. Of a hospital that prints none: professional, where a revenue code of "
    "professional fees (096x to 098x) stands beside the code."
)


def _text(name: str, meaning: str, *, required: bool = False, licence: str = _PUBLIC) -> Column:
    return Column(name, "text", meaning, required=required, licence=licence)


def _number(name: str, meaning: str, *, required: bool = True) -> Column:
    return Column(name, "integer", meaning, required=required, licence=_PUBLIC)


def _money(name: str, meaning: str, unit: str = "USD") -> Column:
    return Column(name, "decimal", meaning, unit, AMOUNT_SCALE, licence=_PUBLIC)


RATE = Table(
    name="posted_rate",
    grain="one amount that one file prints for one code, payer and plan",
    key=("code", "at_item", "at_rate", "at_price"),
    note="A hospital's item with several codes gives a row for each code. Where a hospital prints "
    "dollars and a percentage for the same charge, the dollars are the rate.",
    columns=(
        _text("code", "Billing code, upper case, trimmed.", required=True, licence=_CODE),
        _text("code_type", "Its type as printed, upper case; half the hospitals call CPT HCPCS."),
        _number("at_item", "Place: TiC item; CSV record; JSON charge element."),
        _number("at_rate", "Place: TiC rate; CSV column; JSON ordinal in standard_charges."),
        _number("at_price", "Place: TiC price; payer ordinal in wide CSV and JSON; 1 in tall."),
        _text("payer_name", "Payer as printed; in a payer's own file its reporting entity."),
        _text("plan_name", "Plan as printed; in a payer's own file the plan, where it names one."),
        _text("network_name", "Networks of its provider references, sorted, joined by |."),
        _text("arrangement", "ffs, bundle or capitation (TiC); null in a hospital's file."),
        _text(
            "kind",
            "dollars, percentage, per_diem, case, derived or algorithm (words only). A hospital's "
            "dollars by percent of charges are dollars: it printed them.",
            required=True,
        ),
        _text("methodology", "negotiated_type or methodology, as printed, lower case."),
        _money("amount", "The amount: dollars, or percent where kind is percentage."),
        _text("amount_printed", "As printed, only where amount is null."),
        _text("modifiers", "Sorted, joined by blank; empty where none."),
        _text("billing_class", _CLASS),
        _text("setting", "As printed, lower case."),
        _text(
            "places",
            "Places of service, two digits each, sorted, joined by blank; empty where none.",
        ),
        _text("expiration", "Date as printed."),
        _text("additional", "additional_information, or the payer's notes."),
        _number(
            "provider_set",
            "Number in posted_provider; null where nobody is printed.",
            required=False,
        ),
        _money("gross", "Gross charge of the item (hospital)."),
        _money("cash", "Discounted cash price of the item (hospital)."),
        _money("allowed_median", "Median allowed amount (hospital, version 3)."),
        _money("allowed_p10", "Tenth percentile of allowed amounts (hospital, version 3)."),
        _money("allowed_p90", "Ninetieth percentile of allowed amounts (hospital, version 3)."),
        _text("allowed_count", "Remittances behind them, as printed."),
    ),
)

PROVIDER = Table(
    name="posted_provider",
    grain="one organisation of one provider set",
    key=("provider_set", "organisation"),
    note="An organisation is a TIN, or an NPI where the payer prints one in its place, or a "
    "hospital. A reference that leads nowhere is a row of state dangling or remote.",
    columns=(
        _number("provider_set", "Number of the set."),
        _text(
            "organisation",
            "ein:NN, npi:NN, hospital:<lowest NPI, or licence, or name>, or ref:<id or location>.",
            required=True,
        ),
        _text("state_of_reference", "known, remote (file not on hand) or dangling.", required=True),
        _text("name", "business_name, or the hospital's name."),
        _text("us_state", "Two letters, where the file prints it."),
        _text("zip", "Five digits, where the file prints an address."),
        _number("npis", "Distinct NPIs; 0 where the file says all of the TIN, or none."),
        Column("npi", "integers", "Distinct NPIs, sorted; the first hundred.", licence=_PUBLIC),
        _number("bad_npis", "NPIs that fail the check digit, left out of the two before."),
    ),
)

ITEM = Table(
    name="posted_item",
    grain="one combination of what a hospital's items print for one code besides its payers",
    key=("code", "at_item", "at_rate"),
    note="Of a hospital's file only, and of items without payers too. A tall file prints the same "
    "in the record of each payer; the place is that of the first. Items that print no amount here "
    "are left out.",
    columns=(
        _text("code", "Billing code, upper case, trimmed.", required=True, licence=_CODE),
        _text("code_type", "Its type as printed, upper case; null where none is."),
        _number("at_item", "Place: CSV record; JSON element of standard_charge_information."),
        _number("at_rate", "Place: 0 in CSV; JSON ordinal in standard_charges."),
        _number("items", "Records or elements that print it so."),
        _text("setting", "As printed, lower case."),
        _text("billing_class", _CLASS),
        _text("modifiers", "Sorted, joined by blank; empty where none."),
        _money("gross", "Gross charge: the chargemaster's price."),
        _money("cash", "Discounted cash price."),
        _money("minimum", "De-identified minimum over payers, as printed."),
        _money("maximum", "De-identified maximum over payers, as printed."),
    ),
)

POSTED = {table.name: table for table in (RATE, PROVIDER, ITEM)}


def schema(table: Table) -> pa.Schema:
    """The Arrow schema of one of these tables."""
    import pyarrow as pa  # late: reading a contract must stay cheap at start-up

    def arrow_type(column: Column) -> pa.DataType:
        if column.kind == "decimal":
            return pa.decimal128(AMOUNT_DIGITS, column.scale)
        if column.kind == "integer":
            return pa.int32()
        if column.kind == "integers":
            return pa.list_(pa.field("item", pa.int64(), nullable=False))
        return pa.string()

    return pa.schema(
        [pa.field(c.name, arrow_type(c), nullable=not c.required) for c in table.columns]
    )
