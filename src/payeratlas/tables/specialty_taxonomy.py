"""Which provider taxonomy codes Medicare enrols under which of its specialty codes."""

from payeratlas.tables.contract import Column, Table

TABLE = Table(
    name="specialty_taxonomy",
    grain="one Medicare specialty or supplier type with one provider taxonomy code",
    key=("specialty", "provider_type", "taxonomy"),
    note="The taxonomy's own description is text of the NUCC and is dropped on reading. One code "
    "can stand for several types (A0 hospitals, B4 certified providers).",
    columns=(
        Column("specialty", "text", "Medicare specialty code, two characters.", required=True),
        Column(
            "provider_type",
            "text",
            "CMS's words for the provider or supplier type, footnote marks removed.",
            required=True,
        ),
        Column(
            "taxonomy",
            "text",
            "Provider taxonomy code, or empty: CMS names none for the specialty.",
            required=True,
            licence="code only",
        ),
    ),
)
