"""Geographic practice cost indices by Medicare payment locality."""

from payeratlas.tables.contract import Column, Table

TABLE = Table(
    name="pfs_gpci",
    grain="one Medicare payment locality (MAC and locality number) in one release",
    key=("mac", "locality"),
    note="Addendum E. The converted 2020-2024 set adds a GAF of its own making: dropped.",
    columns=(
        Column("mac", "text", "Medicare administrative contractor, five digits.", required=True),
        Column("state", "text", "Postal abbreviation; not printed in 2020."),
        Column("locality", "text", "Locality number, two digits.", required=True),
        Column("locality_name", "text", "Locality name, footnote marks removed.", required=True),
        Column("work_gpci", "decimal", "Work index, with the 1.0 floor.", "index", 3, True),
        Column("pe_gpci", "decimal", "Practice expense index.", "index", 3, True),
        Column("mp_gpci", "decimal", "Malpractice index.", "index", 3, True),
    ),
)
