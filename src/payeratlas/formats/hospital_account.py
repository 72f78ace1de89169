"""Where everything went that a hospital's standard-charge file holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from payeratlas.formats.price_account import odd_rows, rows_of
from payeratlas.model.provenance import RowAccount


@dataclass(frozen=True, slots=True)
class HospitalAccount:
    """Accounts of one file: read = kept + rejected[reason] + merged[reason] for each kind of row.

    ``records``: of a CSV file every record, headings included (rejected ``heading``); of a JSON
    file the elements of standard_charge_information. ``items``: rows of hospital_item read from
    the records kept. ``charges``: groups of payer cells, or elements of payers_information, of
    those items; a group that is blank throughout is none.

    ``oddities`` counts rows by table and name, such as ``hospital_charge.dollar_zero`` (see
    ``hospital_rows``). ``bytes`` is the length of the unpacked data.
    """

    layout: str
    records: RowAccount
    items: RowAccount
    charges: RowAccount
    bytes: int
    oddities: Mapping[str, int] = field(default_factory=dict)
    kind: str = "hospital"
    TABLES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "items": ("hospital_item",),
        "charges": ("hospital_charge",),
    }

    @property
    def prices(self) -> RowAccount:
        """The charges, by the name that they have in every price file."""
        return self.charges


def account_of(layout: str, size: int, counts: Counter[str]) -> HospitalAccount:
    """The account from raw counts: ``items.read``, ``items.rejected.blank``, and oddities."""
    if mended := counts.pop("windows_1252_letter", 0):  # as csv_text counts them
        counts["hospital_file.windows_1252_letter"] = mended
    return HospitalAccount(
        layout=layout,
        records=rows_of(counts, "records"),
        items=rows_of(counts, "items"),
        charges=rows_of(counts, "charges"),
        bytes=size,
        oddities=odd_rows(counts, "hospital_"),
    )
