"""What devices make of the rate of a procedure in an ambulatory surgical center, and its APC."""

from payeratlas.tables.contract import Column, Table

TABLE = Table(
    name="asc_ff",
    grain="one surgical procedure in one release",
    key=("hcpcs",),
    note="ASC Addendum FF, printed from 2022 on. The Short Descriptor column is AMA text and is "
    "dropped.",
    columns=(
        Column("hcpcs", "text", "CPT or HCPCS code.", required=True, licence="code only"),
        Column("mark", "text", "As in Addendum AA; printed from 2024 on."),
        Column("payment_indicator", "text", "Payment indicator (Addendum DD1).", required=True),
        Column("apc", "text", "Ambulatory payment classification under the OPPS, four digits."),
        Column(
            "apc_device_offset",
            "decimal",
            "Share of devices in the costs of the APC; printed from 2025 on.",
            "percent",
            2,
        ),
        Column(
            "opps_rate",
            "decimal",
            "OPPS rate as worked out for this schedule, without the packaging of comprehensive "
            "APCs: what the device offset is a share of. Not what a hospital is paid.",
            "USD",
            2,
        ),
        Column(
            "device_offset",
            "decimal",
            "Share of devices: of the OPPS rate where the payment indicator is J8 "
            "(device-intensive), of the center's own rate elsewhere.",
            "percent",
            2,
        ),
        Column(
            "device_portion",
            "decimal",
            "That share in dollars: what is taken off the rate where the device is not paid for.",
            "USD",
            2,
        ),
    ),
)
