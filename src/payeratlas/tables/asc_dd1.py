"""What the payment indicators of ambulatory surgical centers mean, in CMS's words."""

from payeratlas.tables.contract import Column, Table

TABLE = Table(
    name="asc_dd1",
    grain="one payment indicator in one release",
    key=("indicator",),
    note="ASC Addendum DD1.",
    columns=(
        Column("indicator", "text", "Payment indicator, two characters.", required=True),
        Column("definition", "text", "CMS's definition.", required=True),
    ),
)
