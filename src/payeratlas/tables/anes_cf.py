"""Anesthesia conversion factors by Medicare payment locality."""

from payeratlas.tables.contract import Column, Table

TABLE = Table(
    name="anes_cf",
    grain="one Medicare payment locality (MAC and locality number) in one release",
    key=("participation", "mac", "locality"),
    note="ANES file. Base units stand in anes_base_units, counties in pfs_locality.",
    columns=(
        Column(
            "participation",
            "text",
            "all to 2025; from 2026 nonqpp or qpp (qualifying APM participants).",
            required=True,
        ),
        Column("mac", "text", "Medicare administrative contractor, five digits.", required=True),
        Column("locality", "text", "Locality number, two digits.", required=True),
        Column("locality_name", "text", "Locality name, footnote marks removed.", required=True),
        Column(
            "conversion_factor",
            "decimal",
            "Dollars per anesthesia unit (base unit or quarter of an hour).",
            "USD per anesthesia unit",
            2,
            True,
        ),
    ),
)
