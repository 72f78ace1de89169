"""HCPCS Level II codes with CMS's coverage, pricing and dates; their texts stand in hcpcs_text.

Source: record layout of CMS's quarterly HCPCS contractor file.
"""

from payeratlas.tables.contract import Column, Table


def _text(name: str, meaning: str) -> Column:
    return Column(name, "text", meaning)


def _more(name: str, most: int, what: str) -> tuple[Column, ...]:
    return tuple(_text(f"{name}_{n}", f"{what}, number {n}.") for n in range(2, most + 1))


TABLE = Table(
    name="hcpcs_code",
    grain="one HCPCS Level II code in one release, terminated codes included",
    key=("code",),
    note="Where CMS has several cells for one thing, a conversion joins them in the first.",
    columns=(
        Column("code", "text", "HCPCS Level II code; D codes are the ADA's.", required=True),
        _text("pricing", "Pricing indicator: by which method or schedule the price is set."),
        *_more("pricing", 4, "Pricing indicator"),
        _text("multiple_pricing", "Whether the code is priced by more than one method."),
        _text("cim", "Section of the Coverage Issues Manual (now the NCD Manual)."),
        *_more("cim", 3, "Section of the Coverage Issues Manual"),
        _text("mcm", "Section of the Medicare Carriers Manual."),
        *_more("mcm", 3, "Section of the Medicare Carriers Manual"),
        _text("statute", "Statute that covers or excludes the service."),
        _text("lab_certification", "Laboratory certification code."),
        *_more("lab_certification", 8, "Laboratory certification code"),
        _text("xref", "Code to use instead of a deleted or invalid one."),
        *_more("xref", 5, "Code to use instead"),
        _text(
            "coverage",
            "Medicare coverage: C the contractor judges, D special instructions apply, I not "
            "payable, M not covered, S not covered by statute.",
        ),
        _text("asc_group", "YY where approved for ambulatory surgical centers."),
        Column("asc_date", "date", "Day from which that holds."),
        _text("mog_group", "Medicare outpatient group."),
        _text("mog_policy", "Payment policy of the Medicare outpatient group."),
        Column("mog_date", "date", "Day from which the group holds."),
        _text("processing_note", "Number of the processing note."),
        _text("betos", "Berenson-Eggers type of service (replaced by RBCS)."),
        _text("tos", "Medicare's type of service."),
        *_more("tos", 5, "Medicare's type of service"),
        Column("anesthesia_units", "integer", "Anesthesia base units.", "base units"),
        Column("added", "date", "Day the code was added."),
        Column("action_effective", "date", "Day from which the latest action holds."),
        Column("terminated", "date", "Last day on which the code may be used."),
        _text(
            "action",
            "Latest action: A added, B C F S T changed, D discontinued, N none, P payment changed, "
            "R brought back.",
        ),
    ),
)
