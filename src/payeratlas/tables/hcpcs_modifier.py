"""HCPCS Level II modifiers (public text of CMS; CPT modifiers are not in this table)."""

from payeratlas.tables.contract import Column, Table

TABLE = Table(
    name="hcpcs_modifier",
    grain="one HCPCS Level II modifier in one release",
    key=("modifier",),
    columns=(
        Column("modifier", "text", "Two-character modifier.", required=True),
        Column("description", "text", "CMS's text of the modifier.", required=True),
    ),
)
