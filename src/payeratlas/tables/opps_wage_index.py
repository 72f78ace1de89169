"""Wage indices by which payments to hospitals for outpatients are adjusted."""

from payeratlas.tables.contract import Column, Table

_NONE = "0.0000 where there is none."

TABLE = Table(
    name="opps_wage_index",
    grain="one labor market area (CBSA, or rural area of a state) in one release",
    key=("cbsa",),
    note="Of an area, not of a hospital: which of the indices a hospital has, and what is added to "
    "it or taken off, stands in CMS's file of providers.",
    columns=(
        Column(
            "cbsa",
            "text",
            "Core-based statistical area or its division, five digits; two digits for the rural "
            "area of a state; 98 and 99 for hospitals of the Indian Health Service.",
            required=True,
        ),
        Column("area", "text", "Name as printed.", required=True),
        Column("effective", "date", "First day of service that the indices are for.", "", 0, True),
        Column(
            "geographic",
            "decimal",
            f"Wage index of hospitals that lie in the area. {_NONE}",
            "index",
            4,
            True,
        ),
        Column(
            "reclassified",
            "decimal",
            f"Wage index of hospitals that are reclassified into the area. {_NONE}",
            "index",
            4,
            True,
        ),
        Column(
            "imputed_floor",
            "decimal",
            f"Of the row of a state: the least index of every hospital in it. {_NONE}",
            "index",
            4,
            True,
        ),
    ),
)
