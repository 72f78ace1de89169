"""Medicare's rates for clinical laboratory tests."""

from payeratlas.tables.contract import Column, Table

LOCAL = "L"
"""Indicator of a test for which the Medicare contractor sets the rate; its printed rate is zero."""

TABLE = Table(
    name="clfs",
    grain="one billing code and modifier (none or QW) in one release",
    key=("hcpcs", "modifier"),
    note="A rate of zero beside indicator L is no price. The three columns of descriptions are "
    "AMA text and are dropped on reading.",
    columns=(
        Column("hcpcs", "text", "CPT or HCPCS code.", required=True, licence="code only"),
        Column("modifier", "text", "QW (waived test), or empty.", required=True),
        Column("effective", "date", "Day from which the rate holds.", required=True),
        Column("indicator", "text", "N national rate, L set by the contractor.", required=True),
        Column("rate", "decimal", "Dollars per test.", "USD per test", 2, True),
    ),
)
