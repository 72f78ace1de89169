"""Imaging amounts capped at the hospital outpatient rate, as CMS publishes them by locality."""

from payeratlas.tables.contract import Column, Table

TABLE = Table(
    name="pfs_oppscap",
    grain="one billing code and modifier in one carrier and locality in one release",
    key=("hcpcs", "modifier", "carrier", "locality"),
    note="OPPSCAP file. Southern California is printed under carrier 01112, GPCI uses 01182.",
    columns=(
        Column("hcpcs", "text", "CPT or HCPCS code.", required=True, licence="code only"),
        Column("modifier", "text", "26, TC or empty.", required=True),
        Column("status", "text", "Status code as printed.", required=True),
        Column("carrier", "text", "Carrier number, five digits.", required=True),
        Column("locality", "text", "Locality number, two digits.", required=True),
        Column("price_facility", "decimal", "Capped facility amount.", "USD", 2, True),
        Column("price_nonfacility", "decimal", "Capped non-facility amount.", "USD", 2, True),
    ),
)
