"""Provider taxonomy codes that exist, by the NUCC code set."""

from payeratlas.tables.contract import Column, Table

TABLE = Table(
    name="nucc_taxonomy",
    grain="one provider taxonomy code in one version of the code set",
    key=("taxonomy",),
    note="Codes only: names, definitions and notes are text of the NUCC and are dropped on "
    "reading. Codes that the NUCC marked inactive are still listed.",
    columns=(
        Column("taxonomy", "text", "Ten-character code.", required=True, licence="code only"),
    ),
)
