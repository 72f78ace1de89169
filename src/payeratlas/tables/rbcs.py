"""Where a code stands in CMS's Restructured BETOS Classification System (RBCS)."""

from payeratlas.tables.contract import Column, Table

TABLE = Table(
    name="rbcs",
    grain="one assignment of a billing code from one day on, in one release",
    key=("hcpcs", "assigned"),
    note="A code may be assigned anew; the latest assignment not after a day holds on it.",
    columns=(
        Column("hcpcs", "text", "CPT or HCPCS code.", required=True, licence="code only"),
        Column("category", "text", "Category, in CMS's words.", required=True),
        Column("subcategory", "text", "Subcategory, in CMS's words.", required=True),
        Column(
            "family",
            "text",
            "Family, in CMS's words; 'No RBCS Family' where CMS names none.",
            required=True,
        ),
        Column("major", "text", "Major, Other or Non-Procedure.", required=True),
        Column("added", "date", "Day the code was added to the code set."),
        Column("ended", "date", "Last day of the code; empty while it is valid."),
        Column("assigned", "date", "First day of this assignment.", required=True),
    ),
)
