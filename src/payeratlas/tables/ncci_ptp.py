"""Procedure-to-procedure edits: pairs of codes that are not paid together, or only with a modifier.

Source: CMS NCCI PTP files; NCCI Policy Manual for Medicare Services, introduction and chapter I.
"""

from payeratlas.tables.contract import Column, Table

TABLE = Table(
    name="ncci_ptp",
    grain="one edit: a pair of codes of one service type from one day to another, in one release",
    key=("service", "column1", "column2", "effective", "deletion", "rationale"),
    note="A pair may have had several edits, one after another; at most one is in effect on a day.",
    row_group=32_768,
    columns=(
        Column("service", "text", "practitioner or hospital (outpatient).", required=True),
        Column(
            "column1",
            "text",
            "The code that is paid where both are reported.",
            required=True,
            licence="code only",
        ),
        Column(
            "column2",
            "text",
            "The code that is denied where both are reported.",
            required=True,
            licence="code only",
        ),
        Column("prior_1996", "text", "'*' where the edit was in existence before 1996."),
        Column("effective", "date", "First day of the edit."),
        Column("deletion", "date", "Last day of the edit; empty while it is in effect."),
        Column(
            "modifier_indicator",
            "text",
            "0: no modifier lifts the edit. 1: an NCCI-associated modifier may. 9: the edit was "
            "deleted back to its first day.",
            required=True,
        ),
        Column("rationale", "text", "CMS's rationale for the edit.", required=True),
    ),
)
