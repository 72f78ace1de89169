"""How often Medicare paid for a service in a year, and at what average amounts, by place."""

from payeratlas.tables.contract import Column, Table


def _average(name: str, meaning: str) -> Column:
    return Column(name, "decimal", meaning, "USD per service", 10, True)


def _count(name: str, meaning: str, unit: str) -> Column:
    return Column(name, "integer", meaning, unit, 0, True)


TABLE = Table(
    name="utilization",
    grain="one billing code in one kind of place, nationally or in one state, in one year",
    key=("level", "geography", "hcpcs", "place"),
    note="Original Medicare (fee for service), final-action claims. Cells of fewer than eleven "
    "beneficiaries are left out by CMS. HCPCS_Desc is AMA text and is dropped on reading.",
    columns=(
        Column("level", "text", "National or State.", required=True),
        Column("geography", "text", "FIPS code of the state, empty: the nation.", required=True),
        Column("hcpcs", "text", "CPT or HCPCS code.", required=True, licence="code only"),
        Column("drug", "text", "Y where the code is on the ASP list, else N.", required=True),
        Column("place", "text", "F facility, O office (non-facility).", required=True),
        _count("providers", "Clinicians and suppliers who gave the service.", "providers"),
        _count("beneficiaries", "Patients who had it; one counts in each place.", "beneficiaries"),
        Column("services", "decimal", "Services, in the code's own units.", "services", 4, True),
        _count("beneficiary_days", "Patient and day, counted once each.", "beneficiary days"),
        _average("submitted_average", "Average charge submitted."),
        _average("allowed_average", "Average amount Medicare allowed, the patient's share in it."),
        _average("paid_average", "Average amount Medicare paid after deductible and coinsurance."),
        _average("standardized_average", "Average paid, geographic differences taken out."),
    ),
)
