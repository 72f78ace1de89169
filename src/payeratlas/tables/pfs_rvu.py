"""Relative value units and payment policy indicators of the Medicare physician fee schedule."""

from payeratlas.tables.contract import Column, Table

_RVU = "relative value units"


def _indicator(name: str, meaning: str) -> Column:
    return Column(name, "text", meaning)


TABLE = Table(
    name="pfs_rvu",
    grain="one billing code and modifier (none, 26, TC or 53) for one kind of clinician",
    key=("participation", "hcpcs", "modifier"),
    note="PPRRVU file. The DESCRIPTION column is AMA text and is dropped on reading.",
    columns=(
        Column(
            "participation",
            "text",
            "all to 2025; from 2026 nonqpp or qpp (qualifying APM participants), a file each.",
            required=True,
        ),
        Column("hcpcs", "text", "CPT or HCPCS code.", required=True, licence="code only"),
        Column("modifier", "text", "26, TC, 53, or empty for the row without one.", required=True),
        Column("status", "text", "Status code: how Medicare treats the code.", required=True),
        _indicator("not_used", "'+' where the printed RVUs are not used for Medicare payment."),
        Column("work_rvu", "decimal", "Physician work.", _RVU, 2, True),
        Column("pe_rvu_nonfacility", "decimal", "Practice expense, non-facility.", _RVU, 2, True),
        _indicator("na_nonfacility", "'NA' where rarely or never done in a non-facility setting."),
        Column("pe_rvu_facility", "decimal", "Practice expense, facility.", _RVU, 2, True),
        _indicator("na_facility", "'NA' where rarely or never done in a facility setting."),
        Column("mp_rvu", "decimal", "Malpractice (professional liability).", _RVU, 2, True),
        Column("total_rvu_nonfacility", "decimal", "Total as printed.", _RVU, 2, True),
        Column("total_rvu_facility", "decimal", "Total as printed.", _RVU, 2, True),
        _indicator("pctc", "Professional/technical component indicator."),
        _indicator("global_days", "Global period: 000, 010, 090, MMM, XXX, YYY, ZZZ."),
        Column("pre_op", "decimal", "Share of the global fee before surgery.", "share", 2),
        Column("intra_op", "decimal", "Share of the global fee for surgery.", "share", 2),
        Column("post_op", "decimal", "Share of the global fee after surgery.", "share", 2),
        _indicator("multiple_procedure", "Multiple procedure (modifier 51) indicator."),
        _indicator("bilateral", "Bilateral surgery (modifier 50) indicator."),
        _indicator("assistant", "Assistant at surgery indicator."),
        _indicator("co_surgeon", "Co-surgeon (modifier 62) indicator."),
        _indicator("team", "Team surgery (modifier 66) indicator."),
        _indicator("pricing", "Pricing indicator, printed from 2026 on."),
        _indicator("endo_base", "Base code of the endoscopic family."),
        Column("conversion_factor", "decimal", "Dollars per RVU.", "USD per RVU", 4, True),
        _indicator("supervision", "Physician supervision of diagnostic procedures."),
        _indicator("calculation_flag", "Calculation flag as printed."),
        _indicator("imaging_family", "Diagnostic imaging family indicator."),
        Column(
            "opps_pe_nonfacility", "decimal", "Non-facility PE under the OPPS cap.", _RVU, 2, True
        ),
        Column("opps_pe_facility", "decimal", "Facility PE under the OPPS cap.", _RVU, 2, True),
        Column("opps_mp", "decimal", "Malpractice under the OPPS cap.", _RVU, 2, True),
    ),
)
