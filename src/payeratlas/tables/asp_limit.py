"""Medicare's payment limits for Part B drugs, quarter by quarter."""

from payeratlas.tables.contract import Column, Table


def _dollars(name: str, meaning: str) -> Column:
    return Column(name, "decimal", meaning, "USD per billing unit", 3)


TABLE = Table(
    name="asp_limit",
    grain="one billing code in one quarter",
    key=("hcpcs",),
    note="Being listed does not mean that Medicare covers the drug, nor being left out that it "
    "does not: the file says so itself. Its short description is dropped on reading.",
    columns=(
        Column("hcpcs", "text", "HCPCS or CPT code.", required=True, licence="code only"),
        Column("dosage", "text", "What one billing unit is, as printed.", required=True),
        _dollars("payment_limit", "The most Medicare pays for one billing unit; empty: N/A."),
        Column("coinsurance", "decimal", "The patient's share.", "percent", 3, True),
        Column("vaccine_awp", "integer", "Share of the average wholesale price.", "percent"),
        _dollars("vaccine_limit", "Limit as a vaccine."),
        Column("blood_awp", "integer", "Share of the average wholesale price.", "percent"),
        _dollars("blood_limit", "Limit as a blood product."),
        Column("clotting_factor", "text", "1 where it is a clotting factor."),
        Column("note", "text", "CMS's note on the limit."),
    ),
)
