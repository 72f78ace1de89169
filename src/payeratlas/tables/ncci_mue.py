"""Medically unlikely edits: the most units of a code that one patient plausibly has in a day."""

from payeratlas.tables.contract import Column, Table

TABLE = Table(
    name="ncci_mue",
    grain="one billing code and service type in one release",
    key=("service", "hcpcs"),
    columns=(
        Column("service", "text", "practitioner, hospital or dme.", required=True),
        Column("hcpcs", "text", "CPT or HCPCS code.", required=True, licence="code only"),
        Column("mue", "integer", "Most units of service.", "units of service", 0, True),
        Column("mai", "text", "MUE adjudication indicator: 1, 2 or 3.", required=True),
        Column("rationale", "text", "CMS's rationale for the value."),
    ),
)
