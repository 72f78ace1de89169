"""What the accounts of price files have in common: named row accounts of one file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, ClassVar, Protocol

from payeratlas.model.provenance import RowAccount

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


class PriceAccount(Protocol):
    """Accounts of one file: read = kept + rejected[reason] + merged[reason] of each kind of row.

    ``TABLES`` names the tables whose rows together are what a row account kept.
    """

    TABLES: ClassVar[Mapping[str, tuple[str, ...]]]

    @property
    def kind(self) -> str:
        """What the file is, as its row of ``tic_file`` or ``hospital_file`` has it."""

    @property
    def items(self) -> RowAccount:
        """What of its services and supplies was read."""

    @property
    def prices(self) -> RowAccount:
        """What of its prices was read."""

    @property
    def bytes(self) -> int:
        """The length of the unpacked data."""

    @property
    def oddities(self) -> Mapping[str, int]:
        """Rows that are odd, by table and name."""


def accounts_of(account: DataclassInstance) -> dict[str, RowAccount]:
    """The row accounts of a file by name, in the order of its class."""
    found = ((field.name, getattr(account, field.name)) for field in fields(account))
    return {name: value for name, value in found if isinstance(value, RowAccount)}


def rows_of(counts: Counter[str], name: str) -> RowAccount:
    """The account of one kind of row from raw counts such as ``items.rejected.not_wanted``."""

    def reasons(part: str) -> tuple[tuple[str, int], ...]:
        lead = f"{name}.{part}."
        return tuple(
            sorted((k.removeprefix(lead), n) for k, n in counts.items() if k.startswith(lead))
        )

    return RowAccount(
        counts[f"{name}.read"], counts[f"{name}.kept"], reasons("rejected"), reasons("merged")
    )


def odd_rows(counts: Counter[str], lead: str) -> dict[str, int]:
    """The counts of odd rows of tables whose names begin so, in order of their names."""
    return {name: n for name, n in sorted(counts.items()) if n and name.startswith(lead)}
