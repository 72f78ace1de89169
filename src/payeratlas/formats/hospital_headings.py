"""The headings of a hospital's CSV file: what stands in which column, whatever it is declared.

CMS's template has general headings and their values in two records, the headings of the charges in
a third. They are told by what they say: letter case, blanks around bars, a record of preamble, a
misspelt or a repeated heading and a template's placeholder left in are all met with.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from payeratlas.formats.hospital_rows import BLANKS, HospitalFile, split_names, trimmed

_ITEM = {
    "description": "description",
    "modifiers": "modifiers",
    "modifier": "modifiers",
    "modifers": "modifiers",
    "setting": "setting",
    "billing_class": "billing_class",
    "drug_unit_of_measurement": "drug_unit",
    "drug_type_of_measurement": "drug_type",
    "standard_charge|gross": "gross",
    "standard_charge|discounted_cash": "cash",
    "standard_charge|min": "minimum",
    "standard_charge|max": "maximum",
    "additional_generic_notes": "notes",
}
_KINDS = {
    "negotiated_dollar": "dollar",
    "negotiated_percentage": "percentage",
    "negotiated_algorithm": "algorithm",
    "methodology": "methodology",
}
_LEADS = {
    "estimated_amount": "estimated",
    "median_amount": "median",
    "10th_percentile": "p10",
    "90th_percentile": "p90",
    "count": "count",
    "additional_payer_notes": "notes",
}
_NAMES = {"payer_name": "payer_name", "plan_name": "plan_name"}
_CODE = re.compile(r"code\|([0-9]+)(\|type)?")
_PLACEHOLDER = re.compile(r"\[(?:payer_name|plan_name|i|state)\]|<[a-z_ ]+>", re.IGNORECASE)
_BAR = re.compile(r"[ \t\u00a0]*\|[ \t\u00a0]*")

_GENERAL = {
    "hospital_name": "hospital_name",
    "last_updated_on": "last_updated_on",
    "version": "version",
    "hospital_location": "location",
    "location_name": "location",
    "hospital_address": "address",
    "type_2_npi": "type_2_npi",
    "attester_name": "attester_name",
}
_SEVERAL = ("location", "address", "type_2_npi")
_PROSE = ("financial_aid_policy", "general_contract_provisions")  # known, and left out
_ATTESTATION = "to the best of its knowledge and belief"


def plain(heading: str) -> str:
    """A heading in lower case, without blanks at its ends and around its bars."""
    return _BAR.sub("|", heading.strip(BLANKS)).lower()


@dataclass(slots=True)
class Group:
    """The columns of one payer and plan, counted from 0, by the name of their contract column.

    ``payer`` and ``plan`` are those of the headings (wide); None where they stand in cells (tall).
    """

    payer: str | None = None
    plan: str | None = None
    columns: dict[str, int] = field(default_factory=dict)

    @property
    def column(self) -> int:
        """Where it is said to stand: its negotiated dollars, else its first column; from 1."""
        return self.columns.get("dollar", min(self.columns.values())) + 1


@dataclass(slots=True)
class Headings:
    """What stands in which column of the charges: item columns, pairs of code and type, groups.

    ``width`` is how many headings there are, with blank ones. ``unread`` counts headings that no
    data dictionary knows; their cells are not read.
    """

    width: int
    item: dict[str, int] = field(default_factory=dict)
    codes: list[tuple[int | None, int | None]] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)

    @property
    def layout(self) -> str:
        """tall or wide, as the headings have it."""
        return "wide" if any(group.payer is not None for group in self.groups) else "tall"


def are_headings(cells: Sequence[str]) -> bool:
    """Whether a record is the headings of the charges of CMS's template."""
    found = {plain(cell) for cell in cells}
    return "description" in found and any(
        cell == "code|1" or cell.startswith("standard_charge|") for cell in found
    )


def are_general(cells: Sequence[str]) -> bool:
    """Whether a record is the general headings, above the charges."""
    return "hospital_name" in map(plain, cells)


def read_headings(cells: Sequence[str]) -> Headings:
    """The columns of the charges."""
    found = Headings(len(cells))
    codes: dict[int, list[int | None]] = {}
    groups: dict[tuple[str, str] | None, list[Group]] = {}

    def at(payer: str | None, plan: str | None, kind: str, column: int) -> None:
        key = None if payer is None else (payer.casefold(), (plan or "").casefold())
        same = groups.setdefault(key, [])
        if not same or kind in same[-1].columns:  # a heading that stands twice begins a new group
            if same:
                found.unread["heading_repeated"] += 1
            same.append(Group(payer, plan))
            found.groups.append(same[-1])
        same[-1].columns[kind] = column

    for column, cell in enumerate(cells):
        heading = plain(cell)
        printed = _BAR.sub("|", cell.strip(BLANKS))
        if _PLACEHOLDER.search(printed):
            found.unread["placeholder"] += 1
            printed = "|".join(p for p in printed.split("|") if not _PLACEHOLDER.fullmatch(p))
            heading = plain(printed)
        name = _ITEM.get(heading)
        if not heading:
            continue
        if name is not None and name not in found.item:
            found.item[name] = column
        elif code := _CODE.fullmatch(heading):
            pair = codes.setdefault(int(code[1]), [None, None])
            which = 1 if code[2] else 0
            if pair[which] is None:
                pair[which] = column
            else:
                found.unread["heading_repeated"] += 1
        elif name is not None:
            found.unread["heading_repeated"] += 1
        elif (target := _of_payer(heading, printed)) is not None:
            at(*target, column)
        else:
            found.unread["heading_unknown"] += 1
    found.codes = [(pair[0], pair[1]) for _, pair in sorted(codes.items())]
    return found


def _of_payer(heading: str, printed: str) -> tuple[str | None, str | None, str] | None:
    """Payer, plan and contract column of a payer's heading; no payer where it names none."""
    if heading in _NAMES:
        return None, None, _NAMES[heading]
    lead, *rest = printed.split("|")
    first = lead.lower()
    if first == "standard_charge" and rest and (kind := _KINDS.get(rest[-1].lower())):
        named = rest[:-1]
    elif kind := _LEADS.get(first):
        named = rest
    else:
        return None
    if not named:
        return None, None, kind
    return named[0], "|".join(named[1:]), kind


def read_general(
    headings: Sequence[str], values: Sequence[str], counts: Counter[str]
) -> dict[str, str | None]:
    """The general values by contract column, as printed and trimmed; lists are not yet split."""
    found: dict[str, str | None] = {}
    for cell, value in zip_longest(headings, values, fillvalue=""):
        heading, text = plain(cell), trimmed(value)
        name = _GENERAL.get(heading)
        if heading.partition("|")[0] == "license_number":
            found["license_number"] = text
            state = heading.partition("|")[2].upper()
            found["license_state"] = state if re.fullmatch("[A-Z]{2}", state) else None
            if _PLACEHOLDER.search(heading):
                counts["hospital_file.placeholder"] += 1
        elif heading.startswith(_ATTESTATION):
            found["attestation"] = text
        elif name is not None:
            found.setdefault(name, text)
        elif heading and heading not in _PROSE:
            counts["hospital_file.heading_unknown"] += 1
        elif text and not heading:
            counts["hospital_file.value_without_heading"] += 1
    return found


def file_row(layout: str, general: dict[str, str | None]) -> HospitalFile:
    """The row of ``hospital_file`` from the general values."""
    several = {name: split_names(general.get(name)) for name in _SEVERAL}
    one = {name: general.get(name) for name in HospitalFile._fields[2:] if name not in _SEVERAL}
    return HospitalFile(kind="hospital", layout=layout, **several, **one)  # type: ignore[arg-type]
