"""The national anesthesia conversion factor, printed in the heading of the ANES file."""

from payeratlas.tables.contract import Column, Table

TABLE = Table(
    name="anes_national_cf",
    grain="one national conversion factor in one release",
    key=("participation",),
    note="Stands in the heading of the last column; converted files lost it.",
    columns=(
        Column(
            "participation",
            "text",
            "all to 2025; from 2026 nonqpp or qpp (qualifying APM participants).",
            required=True,
        ),
        Column(
            "conversion_factor",
            "decimal",
            "Dollars per anesthesia unit before the geographic adjustment.",
            "USD per anesthesia unit",
            4,
            True,
        ),
    ),
)
