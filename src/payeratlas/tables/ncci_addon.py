"""Add-on codes and the primary codes they may be reported with.

Source: CMS NCCI add-on code edit file.
"""

from payeratlas.tables.contract import Column, Table

TABLE = Table(
    name="ncci_addon",
    grain="one add-on code and one of its primary codes in one release",
    key=("addon", "primary", "effective"),
    note="A type 2 add-on has no list of primary codes: its one row says CCCCC.",
    columns=(
        Column("addon", "text", "The add-on code.", required=True, licence="code only"),
        Column(
            "primary",
            "text",
            "A code it is reported with; CCCCC where the contractor decides.",
            required=True,
            licence="code only",
        ),
        Column(
            "type",
            "text",
            "1: the listed primary codes are all there are. 2: the contractor names them. 3: some "
            "are listed, the contractor may name more.",
            required=True,
        ),
        Column("effective", "date", "First day of the edit."),
        Column("deletion", "date", "Last day of the edit; empty while it is in effect."),
        Column("instruction", "text", "CMS's special instruction for the edit."),
    ),
)
