"""How often Medicare paid each kind of clinician for a service in a year."""

from payeratlas.tables.contract import Column, Table

TABLE = Table(
    name="utilization_specialty",
    grain="one billing code and provider type in one year",
    key=("hcpcs", "provider_type"),
    note="Sums that a third party made of CMS's file by provider, which leaves out providers with "
    "fewer than eleven beneficiaries: they stay below the totals of the table by geography.",
    columns=(
        Column("hcpcs", "text", "CPT or HCPCS code.", required=True, licence="code only"),
        Column("provider_type", "text", "CMS's words for the provider type.", required=True),
        Column("services", "decimal", "Services, in the code's own units.", "services", 4, True),
        Column("providers", "integer", "Providers with enough patients.", "providers", 0, True),
        Column(
            "beneficiaries",
            "integer",
            "Patients of each provider, added up: one seen by two counts twice.",
            "beneficiaries",
            0,
            True,
        ),
    ),
)
