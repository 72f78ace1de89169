"""Where everything went that a payer's file holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from payeratlas.formats.price_account import odd_rows, rows_of
from payeratlas.model.provenance import RowAccount


@dataclass(frozen=True, slots=True)
class TicAccount:
    """Accounts of one file: read = kept + rejected[reason] + merged[reason] for each kind of row.

    ``items``: elements of in_network or out_of_network; rejected ``not_wanted`` by the code filter.
    ``prices``: negotiated prices or allowed amounts of the wanted items; rejected
    ``rate_missing`` or ``rate_not_a_number``. ``groups``: groups of NPIs under a TIN; rejected
    ``unreferenced`` (no written price points to them) or ``no_id``; merged ``same_inline_group``.
    ``plans`` and ``files``: of a table of contents. ``rates``: negotiated_rates read.

    ``oddities`` counts rows by table and name, such as ``tic_price.rate_zero``. ``bytes`` is the
    length of the unpacked data.
    """

    kind: str
    items: RowAccount
    prices: RowAccount
    groups: RowAccount
    plans: RowAccount
    files: RowAccount
    rates: int
    bytes: int
    oddities: Mapping[str, int] = field(default_factory=dict)
    TABLES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "items": ("tic_item",),
        "prices": ("tic_price", "tic_allowed_amount"),
        "plans": ("tic_index_plan",),
        "files": ("tic_index_file",),
    }


def account_of(kind: str, size: int, counts: Counter[str]) -> TicAccount:
    """The account from raw counts: ``items.read``, ``items.rejected.not_wanted``, and oddities."""
    return TicAccount(
        kind=kind,
        items=rows_of(counts, "items"),
        prices=rows_of(counts, "prices"),
        groups=rows_of(counts, "groups"),
        plans=rows_of(counts, "plans"),
        files=rows_of(counts, "files"),
        rates=counts["rates.read"],
        bytes=size,
        oddities=odd_rows(counts, "tic_"),
    )
