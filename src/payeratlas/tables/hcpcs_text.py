"""CMS's own long and short texts of HCPCS Level II codes, which are public.

D codes are the American Dental Association's: their texts are not in this table.
"""

from payeratlas.tables.contract import Column, Table

TABLE = Table(
    name="hcpcs_text",
    grain="one text (or one part of a long one) of one HCPCS Level II code in one release",
    key=("kind", "code", "part"),
    note="CMS breaks a text that is too long for one record: the parts follow on each other.",
    columns=(
        Column("kind", "text", "long or short.", required=True),
        Column("code", "text", "HCPCS Level II code.", required=True),
        Column("part", "text", "Number of the part: 0010, 0020 and so on.", required=True),
        Column("text", "text", "CMS's text.", required=True),
    ),
)
