"""Counties that make up each Medicare payment locality."""

from payeratlas.tables.contract import Column, Table

TABLE = Table(
    name="pfs_locality",
    grain="one fee schedule area of one contractor in one release",
    key=("mac", "locality"),
    note="LOCCO file. Its CSV lost leading zeros, which are put back; its state is printed once.",
    columns=(
        Column("mac", "text", "Medicare administrative contractor, five digits.", required=True),
        Column("locality", "text", "Locality number, two digits.", required=True),
        Column("state_name", "text", "State, carried down from the row that prints it."),
        Column("area", "text", "Fee schedule area as printed.", required=True),
        Column("counties", "text", "Counties as printed.", required=True),
    ),
)
