"""Medicare carrier and payment locality of each ZIP code, and of ZIP+4 where a ZIP is divided."""

from payeratlas.tables.contract import Column, Table

OPEN = 9999
"""The last year of a row that had not ended when the file was made."""

TABLE = Table(
    name="zip_locality",
    grain="one ZIP code or ZIP+4 and the years for which it lay in one payment locality",
    key=("zip", "plus4", "from_year"),
    note="Years only: a change within a year is not dated. A ZIP with ZIP+4 rows is divided, or "
    "was in some year; its own row then stands for no more than its main part.",
    columns=(
        Column("zip", "text", "ZIP code, five digits.", required=True),
        Column("plus4", "text", "The four digits of a ZIP+4, or empty: the ZIP.", required=True),
        Column("from_year", "integer", "First year.", "calendar year", required=True),
        Column("to_year", "integer", "Last year, included; 9999 open.", "calendar year", 0, True),
        Column("carrier", "text", "Medicare contractor, five digits.", required=True),
        Column("locality", "text", "Locality number, two digits.", required=True),
    ),
)
