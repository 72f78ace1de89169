"""Place-of-service codes."""

from payeratlas.tables.contract import Column, Table

TABLE = Table(
    name="pos",
    grain="one place-of-service code in one release",
    key=("pos",),
    note="CMS's descriptions are sentences and are left out; names and types are facts.",
    columns=(
        Column("pos", "text", "Place of service, two digits.", required=True),
        Column("name", "text", "CMS's name of the place.", required=True),
        Column("rate_type", "text", "Facility or Non-Facility as printed."),
    ),
)
