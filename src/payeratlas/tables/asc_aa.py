"""Surgical procedures that Medicare covers in an ambulatory surgical center, with their rates."""

from payeratlas.tables.contract import Column, Table

TABLE = Table(
    name="asc_aa",
    grain="one surgical procedure in one release",
    key=("hcpcs",),
    note="ASC Addendum AA. The Short Descriptor column is AMA text and is dropped.",
    columns=(
        Column("hcpcs", "text", "CPT or HCPCS code.", required=True, licence="code only"),
        Column(
            "mark",
            "text",
            "'*' where being office-based is a temporary designation; '**' a preventive service, "
            "for which the patient pays no coinsurance and no deductible.",
        ),
        Column(
            "multiple_procedure_discount",
            "text",
            "Y where the rate is halved beside a higher-paid procedure, N where not.",
        ),
        Column("comment_indicator", "text", "Comment indicator (Addendum DD2), January 2021 only."),
        Column(
            "payment_indicator",
            "text",
            "Payment indicator: whether and how the center is paid (Addendum DD1).",
            required=True,
        ),
        Column("payment_weight", "decimal", "Relative payment weight.", "relative weight", 4),
        Column("payment_rate", "decimal", "National unadjusted payment.", "USD", 2),
    ),
)
