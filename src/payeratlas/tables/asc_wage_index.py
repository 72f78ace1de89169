"""Wage indices by which payments to ambulatory surgical centers are adjusted."""

from payeratlas.tables.contract import Column, Table

TABLE = Table(
    name="asc_wage_index",
    grain="one wage index of one labor market area (CBSA, or rural area of a state) in one release",
    key=("cbsa", "wage_index"),
    note="In 2025 an area may have several indices, because counties that changed area are capped; "
    "the county then decides, and the file does not name it.",
    columns=(
        Column(
            "cbsa",
            "text",
            "Core-based statistical area, five digits; two digits for the rural area of a state.",
            required=True,
        ),
        Column("area", "text", "Name as printed.", required=True),
        Column("wage_index", "decimal", "Wage index.", "index", 4, True),
    ),
)
