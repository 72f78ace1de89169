"""Base units of anesthesia codes."""

from payeratlas.tables.contract import Column, Table

TABLE = Table(
    name="anes_base_units",
    grain="one anesthesia code in one release",
    key=("hcpcs",),
    note="A release covers the one calendar year that its heading prints.",
    columns=(
        Column("hcpcs", "text", "Anesthesia code (CPT).", required=True, licence="code only"),
        Column(
            "base_units",
            "integer",
            "Base units as printed. 0 stands beside a code without further words.",
            "base units",
            required=True,
        ),
    ),
)
