"""Services and items beside the surgery in an ambulatory surgical center, with their rates."""

from payeratlas.tables.contract import Column, Table

TABLE = Table(
    name="asc_bb",
    grain="one ancillary service or item in one release",
    key=("hcpcs",),
    note="ASC Addendum BB. The Short Descriptor column is AMA text in part and is dropped.",
    columns=(
        Column("hcpcs", "text", "CPT or HCPCS code.", required=True, licence="code only"),
        Column(
            "mark",
            "text",
            "'**' a preventive service, for which the patient pays no coinsurance and no "
            "deductible; '***' a non-opioid treatment for pain relief, whose payment is limited.",
        ),
        Column("comment_indicator", "text", "Comment indicator (Addendum DD2), January 2021 only."),
        Column(
            "pass_through_expires",
            "text",
            "'*' where pass-through status of a drug or device ends during the calendar year.",
        ),
        Column(
            "payment_indicator",
            "text",
            "Payment indicator: whether and how the center is paid (Addendum DD1).",
            required=True,
        ),
        Column("payment_weight", "decimal", "Relative payment weight.", "relative weight", 4),
        Column("payment_rate", "decimal", "National unadjusted payment.", "USD", 2),
        Column(
            "ira_copayment",
            "decimal",
            "Copayment of a drug adjusted for inflation under the Inflation Reduction Act.",
            "USD",
            2,
        ),
    ),
)
