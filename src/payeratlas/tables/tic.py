"""Contracts of one payer Transparency-in-Coverage (TiC) file, normalised.

Nine tables hold what an in-network file, an allowed-amount file, a provider-reference file or a
table of contents prints. They are normalised because prices repeat: a price points to a row of
terms and to a set of providers by number; joining them out is a query's business. Numbers are
those of one file: rows of two files never share them. All text is as printed; ``name`` and
``description`` are never read, for they may be the AMA's.

They stand outside the catalogue of tables (no module here defines TABLE) because their rows are
not read record by record through ``layouts.toml``: the file is pinned by the partition, and each
row carries the ordinals of the objects it was printed in instead of PROVENANCE.

Source of the columns: CMS, price-transparency-guide, schemas 1.0.0 to 2.2.0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from payeratlas.tables.contract import Column, Table

if TYPE_CHECKING:
    import pyarrow as pa

RATE_DIGITS = 18
RATE_SCALE = 4

_PAYER = "published under 45 CFR 147.212 and 26 CFR 54.9815-2715A3"
_CODE = "code only"
_WIDE = {"offset"}  # integers of 64 bits; all others are counted in one file and fit 32


def _text(name: str, meaning: str, *, required: bool = False, licence: str = _PAYER) -> Column:
    return Column(name, "text", meaning, required=required, licence=licence)


def _number(name: str, meaning: str, *, required: bool = True) -> Column:
    return Column(name, "integer", meaning, required=required, licence=_PAYER)


def _texts(name: str, meaning: str) -> Column:
    return Column(name, "texts", meaning, licence=_PAYER)


def _money(name: str, meaning: str) -> tuple[Column, Column]:
    """An amount and, where it does not fit 14 digits before and 4 after the point, its text."""
    printed = f"The number as printed, only where {name} is null because it does not fit."
    return (
        Column(
            name, "decimal", meaning, "USD, or percent by type", RATE_SCALE, False, licence=_PAYER
        ),
        _text(f"{name}_printed", printed),
    )


FILE = Table(
    name="tic_file",
    grain="one file",
    key=("kind",),
    columns=(
        _text(
            "kind",
            "in_network, allowed_amounts, index or providers: by the arrays it holds.",
            required=True,
        ),
        _text("reporting_entity_name", "Who publishes the file."),
        _text("reporting_entity_type", "What kind of entity that is, in its words."),
        _text("last_updated_on", "Date, or date with time, as printed."),
        _text("version", "Schema version the file declares; often not the one it follows."),
        _text("plan_name", "Plan, in a file of one plan."),
        _text("issuer_name", "Issuer (schema 2)."),
        _text("plan_sponsor_name", "Sponsor of an employer plan (schema 2)."),
        _text("plan_id_type", "ein or hios, in any case."),
        _text("plan_id", "EIN or HIOS id."),
        _text("plan_market_type", "group or individual, in any case."),
    ),
)

PROVIDER_GROUP = Table(
    name="tic_provider_group",
    grain="one group of NPIs under one TIN, of one provider entry that a written price points to",
    key=("provider", "group"),
    note="An entry is a provider reference or a distinct inline group. Entries no price points to "
    "are not written; an id that is used and never defined is written as kind dangling.",
    columns=(
        _number("provider", "Number of the entry, in order of first appearance, from 1."),
        _number("group", "Ordinal of the group in its entry, from 1."),
        _text(
            "kind",
            "reference, remote (only a location is printed), empty (neither), inline, dangling, "
            "or file (the groups of a provider-reference file).",
            required=True,
        ),
        _text("provider_group_id", "Id of a provider reference, its token as printed."),
        _texts("network_name", "Networks of the reference (schema 2)."),
        _text("location", "Address of the remote provider-reference file (schema 1)."),
        _text("tin_type", "ein or npi, as printed."),
        _text("tin", "Tax identification number, or an NPI, as printed."),
        _text("business_name", "Name of the TIN's holder (schema 2)."),
        Column(
            "npi",
            "integers",
            "NPIs in printed order, repeats included; 0 alone means all of the TIN.",
            licence=_PAYER,
        ),
    ),
)

PROVIDER_SET = Table(
    name="tic_provider_set",
    grain="one list of provider entries, as one or more rates print it",
    key=("provider_set",),
    note="A list may stand under more than one number, since memory is bounded.",
    columns=(
        _number("provider_set", "Number of the set, in order of first appearance, from 1."),
        Column(
            "providers",
            "integers",
            "Numbers of its entries in tic_provider_group: references, then inline groups.",
            required=True,
            licence=_PAYER,
        ),
    ),
)

ITEM = Table(
    name="tic_item",
    grain="one element of in_network or out_of_network that the code filter lets through",
    key=("item",),
    note="name and description are not read.",
    columns=(
        _number("item", "Ordinal in the array, from 1, with those the filter leaves out."),
        _number("offset", "Byte offset of its opening brace in the unpacked file."),
        _text("negotiation_arrangement", "ffs, bundle or capitation."),
        _text("billing_code_type", "CPT, HCPCS, MS-DRG, RC and so on, as printed."),
        _text("billing_code_type_version", "Version of the code set."),
        _text("billing_code", "The code as printed.", licence=_CODE),
        _text("severity_of_illness", "Severity of an APR-DRG (schema 2)."),
        Column("bundled_codes", "codes", "Codes bundled with it.", licence=_CODE),
        Column("covered_services", "codes", "Codes a capitation covers.", licence=_CODE),
    ),
)

PRICE = Table(
    name="tic_price",
    grain="one negotiated price of one item and rate",
    key=("item", "rate", "price"),
    columns=(
        _number("item", "Ordinal of the item."),
        _number("rate", "Ordinal in negotiated_rates of the item, from 1."),
        _number("price", "Ordinal in negotiated_prices of the rate, from 1."),
        *_money("negotiated_rate", "The price; the type of its terms says of what."),
        _number("terms", "Number of its row in tic_terms."),
        _number("provider_set", "Number of its row in tic_provider_set."),
    ),
)

TERMS = Table(
    name="tic_terms",
    grain="one combination of all that a price object prints besides its rate",
    key=("terms",),
    note="A combination may stand under more than one number, since memory is bounded.",
    columns=(
        _number("terms", "Number of the row, in order of first appearance, from 1."),
        _text("negotiated_type", "negotiated, derived, fee schedule, percentage or per diem."),
        _text("expiration_date", "Date as printed; 9999-12-31 means none."),
        _text("billing_class", "professional, institutional or both, as printed."),
        _text("setting", "inpatient, outpatient or both (schema 2)."),
        _texts("service_code", "Places of service in printed order; null where not printed."),
        _texts("billing_code_modifier", "Modifiers in printed order; null where not printed."),
        _text("additional_information", "Free text of the payer."),
    ),
)

ALLOWED_AMOUNT = Table(
    name="tic_allowed_amount",
    grain="one billed charge of one payment of one out-of-network allowed amount",
    key=("item", "allowed", "payment", "charge"),
    columns=(
        _number("item", "Ordinal of the item."),
        _number("allowed", "Ordinal in allowed_amounts of the item, from 1."),
        _number("payment", "Ordinal in payments, from 1."),
        _number("charge", "Ordinal in providers, from 1; 0 where the payment names none."),
        *_money("allowed_amount", "What the plan allowed."),
        *_money("billed_charge", "What was billed."),
        _number("terms", "Number of its row in tic_terms."),
        _number("provider", "Number of its row in tic_provider_group."),
    ),
)

INDEX_PLAN = Table(
    name="tic_index_plan",
    grain="one plan of one reporting structure of a table of contents",
    key=("structure", "plan"),
    columns=(
        _number("structure", "Ordinal in reporting_structure, from 1."),
        _number("plan", "Ordinal in reporting_plans, from 1."),
        _text("plan_name", "Plan."),
        _text("issuer_name", "Issuer (schema 2)."),
        _text("plan_sponsor_name", "Sponsor of an employer plan (schema 2)."),
        _text("plan_id_type", "ein or hios, in any case."),
        _text("plan_id", "EIN or HIOS id."),
        _text("plan_market_type", "group or individual, in any case."),
    ),
)

INDEX_FILE = Table(
    name="tic_index_file",
    grain="one file that one reporting structure of a table of contents names",
    key=("structure", "kind", "file"),
    columns=(
        _number("structure", "Ordinal in reporting_structure, from 1."),
        _text("kind", "in_network or allowed_amounts.", required=True),
        _number("file", "Ordinal among the files of its kind, from 1."),
        _text("location", "Address as printed, with its signature."),
    ),
)

TIC = {
    table.name: table
    for table in (
        FILE,
        PROVIDER_GROUP,
        PROVIDER_SET,
        ITEM,
        PRICE,
        TERMS,
        ALLOWED_AMOUNT,
        INDEX_PLAN,
        INDEX_FILE,
    )
}


def schema(table: Table) -> pa.Schema:
    """The Arrow schema of one of these tables; numbers are 32 bits wide, NPIs and offsets 64."""
    import pyarrow as pa  # late: reading a contract must stay cheap at start-up

    words = pa.field("item", pa.string(), nullable=False)
    parts = ("billing_code_type", "billing_code_type_version", "billing_code")
    code = pa.field("item", pa.struct([pa.field(n, pa.string()) for n in parts]), nullable=False)

    def arrow_type(column: Column) -> pa.DataType:
        if column.kind == "decimal":
            return pa.decimal128(RATE_DIGITS, column.scale)
        if column.kind == "integer":
            return pa.int64() if column.name in _WIDE else pa.int32()
        if column.kind == "integers":
            wide = pa.int32() if column.name == "providers" else pa.int64()
            return pa.list_(pa.field("item", wide, nullable=False))
        if column.kind == "codes":
            return pa.list_(code)
        return pa.list_(words) if column.kind == "texts" else pa.string()

    return pa.schema(
        [pa.field(c.name, arrow_type(c), nullable=not c.required) for c in table.columns]
    )
