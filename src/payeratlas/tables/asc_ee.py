"""Surgical procedures that Medicare does not pay for in an ambulatory surgical center."""

from payeratlas.tables.contract import Column, Table

TABLE = Table(
    name="asc_ee",
    grain="one surgical procedure excluded from payment, in one release",
    key=("hcpcs",),
    note="ASC Addendum EE. The Short Descriptor column is AMA text and is dropped.",
    columns=(Column("hcpcs", "text", "CPT or HCPCS code.", required=True, licence="code only"),),
)
