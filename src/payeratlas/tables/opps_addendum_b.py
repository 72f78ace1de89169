"""Hospital outpatient payment by billing code: status indicator, APC, rate and copayment."""

from payeratlas.tables.contract import Column, Table

TABLE = Table(
    name="opps_addendum_b",
    grain="one billing code in one release",
    key=("hcpcs",),
    note="OPPS Addendum B. The Short Descriptor column is AMA text in part and is dropped.",
    columns=(
        Column("hcpcs", "text", "CPT or HCPCS code.", required=True, licence="code only"),
        Column(
            "status_indicator",
            "text",
            "Status indicator: whether and how the OPPS pays the code (Addendum D1).",
            required=True,
        ),
        Column("apc", "text", "Ambulatory payment classification, four digits."),
        Column("relative_weight", "decimal", "Relative weight of the APC.", "relative weight", 4),
        Column(
            "payment_rate",
            "decimal",
            "National unadjusted payment; of drugs, the payment of one billing unit.",
            "USD",
            3,
        ),
        Column(
            "copayment_national",
            "decimal",
            "National unadjusted copayment; empty where the minimum applies.",
            "USD",
            2,
        ),
        Column(
            "copayment_minimum",
            "decimal",
            "Minimum unadjusted copayment: a fifth of the payment.",
            "USD",
            2,
        ),
        Column(
            "ira_coinsurance",
            "decimal",
            "Coinsurance of a drug adjusted for inflation under the Inflation Reduction Act.",
            "percent",
            3,
        ),
        Column(
            "copayment_adjusted",
            "decimal",
            "What the patient pays where it differs from the copayments beside it: capped at the "
            "inpatient deductible, or adjusted for inflation.",
            "USD",
            2,
        ),
        Column(
            "pass_through_expires",
            "text",
            "'*' where pass-through status of a drug or device ends during the calendar year.",
        ),
        Column("note", "text", "CMS's note on the copayment or the rate."),
        Column("changed", "text", "'*' where the row differs from the quarter before."),
    ),
)
