"""Contracts of one hospital standard-charge file, normalised.

Three tables hold what a machine-readable file of 45 CFR 180.50 prints, whichever of CMS's layouts
(CSV tall, CSV wide, JSON) and versions it follows. A charge points to its item by number; numbers
are those of one file. All text is as printed; the description column is never read, for it may be
the AMA's. Amounts are exact; nothing is made dollars that was not printed as dollars.

They stand outside the catalogue of tables (no module here defines TABLE) for the reason given in
``tables.tic``.

Source of the columns: CMS, hospital-price-transparency, data dictionaries 2.0 to 3.0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from payeratlas.tables.contract import Column, Table

if TYPE_CHECKING:
    import pyarrow as pa

AMOUNT_DIGITS = 18
AMOUNT_SCALE = 4

_PUBLIC = "published under 45 CFR 180.50"


def _text(name: str, meaning: str, *, required: bool = False, licence: str = _PUBLIC) -> Column:
    return Column(name, "text", meaning, required=required, licence=licence)


def _number(name: str, meaning: str, *, required: bool = True) -> Column:
    return Column(name, "integer", meaning, required=required, licence=_PUBLIC)


def _texts(name: str, meaning: str) -> Column:
    return Column(name, "texts", meaning, licence=_PUBLIC)


def _amount(name: str, meaning: str, unit: str = "USD") -> tuple[Column, Column]:
    """An amount and, where it is no number of 14 digits before and 4 after the point, its text."""
    printed = f"The cell as printed, only where it is not blank and {name} is null."
    return (
        Column(name, "decimal", meaning, unit, AMOUNT_SCALE, False, licence=_PUBLIC),
        _text(f"{name}_printed", printed),
    )


FILE = Table(
    name="hospital_file",
    grain="one file",
    key=("kind",),
    columns=(
        _text("kind", "hospital: what tells it from a payer's file.", required=True),
        _text("layout", "tall, wide or json: as found, whatever it declares.", required=True),
        _text("hospital_name", "Legal name of the hospital."),
        _text("last_updated_on", "Date as printed (ISO or month/day/year)."),
        _text("version", "Template version the file declares; often not the one it follows."),
        _texts("location", "Names of its locations (location_name, hospital_location)."),
        _texts("address", "Addresses, as printed."),
        _texts("type_2_npi", "NPIs of the organisation (version 3)."),
        _text("license_number", "State licence number."),
        _text("license_state", "State of that licence: two letters, from heading or JSON."),
        _text("attestation", "true or false as printed, of the attestation or affirmation."),
        _text("attester_name", "Who attests (version 3)."),
    ),
)

ITEM = Table(
    name="hospital_item",
    grain="one record of a CSV file, or one element of standard_charges in a JSON file",
    key=("item",),
    note="The description is not read. In a tall file each payer has a record, so that what is "
    "printed of the service repeats.",
    columns=(
        _number("item", "Ordinal in the file, from 1: of the data records, or of the elements."),
        _number(
            "record",
            "CSV: record number from 1, headings included. JSON: ordinal of the element of "
            "standard_charge_information, from 1.",
        ),
        _number("charge", "JSON: ordinal in standard_charges of that element, from 1. CSV: 0."),
        _texts(
            "code",
            "Codes as printed, in order; blank ones left out.",
        ),
        _texts("code_type", "Type of each code, as printed; empty text where none is."),
        _texts("modifiers", "Modifiers as printed, split at |, comma, blank and semicolon."),
        _text("setting", "inpatient, outpatient or both, as printed."),
        _text("billing_class", "professional, facility or both, where the column is there."),
        _text("drug_unit", "Unit of measurement of a drug, as printed."),
        _text("drug_type", "GR, ME, ML, UN, F2, EA or GM."),
        *_amount("gross", "Gross charge: the chargemaster's price."),
        *_amount("cash", "Discounted cash price."),
        *_amount("minimum", "De-identified minimum over payers, as printed."),
        *_amount("maximum", "De-identified maximum over payers, as printed."),
        _text("notes", "additional_generic_notes."),
    ),
)

CHARGE = Table(
    name="hospital_charge",
    grain="what one payer and plan pays for one item: payer cells of a tall record, the columns "
    "of one payer in a wide record, or one element of payers_information",
    key=("item", "payer"),
    columns=(
        _number("item", "Ordinal of the item."),
        _number(
            "payer",
            "CSV tall: 1. CSV wide: ordinal of the payer and plan among the headings, from 1. "
            "JSON: ordinal in payers_information, from 1.",
        ),
        _number(
            "column",
            "CSV: column of negotiated_dollar, from 1 (of the first of the payer's "
            "columns where that is absent). JSON: 0.",
        ),
        _text("payer_name", "Payer as printed."),
        _text("plan_name", "Plan as printed."),
        *_amount("dollar", "Negotiated dollar amount."),
        *_amount("percentage", "Negotiated percentage.", "percent"),
        _text("algorithm", "Negotiated algorithm, in the hospital's words."),
        *_amount("estimated", "Estimated allowed amount (version 2.2)."),
        *_amount("median", "Median of allowed amounts (version 3)."),
        *_amount("p10", "Tenth percentile of allowed amounts (version 3)."),
        *_amount("p90", "Ninetieth percentile of allowed amounts (version 3)."),
        _text("count", "Remittances behind them: 0, 1 through 10, or a number of 11 and more."),
        _text(
            "methodology",
            "case rate, fee schedule, percent of total billed charges, per diem or other.",
        ),
        _text(
            "notes", "additional_payer_notes (tall: additional_generic_notes stays with the item)."
        ),
    ),
)

HOSPITAL = {table.name: table for table in (FILE, ITEM, CHARGE)}


def schema(table: Table) -> pa.Schema:
    """The Arrow schema of one of these tables; numbers are 32 bits wide."""
    import pyarrow as pa  # late: reading a contract must stay cheap at start-up

    words = pa.field("item", pa.string(), nullable=False)

    def arrow_type(column: Column) -> pa.DataType:
        if column.kind == "decimal":
            return pa.decimal128(AMOUNT_DIGITS, column.scale)
        if column.kind == "integer":
            return pa.int32()
        return pa.list_(words) if column.kind == "texts" else pa.string()

    return pa.schema(
        [pa.field(c.name, arrow_type(c), nullable=not c.required) for c in table.columns]
    )
