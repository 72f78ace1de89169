"""What families of Facts share: the rows on hand that were known on a day."""

from __future__ import annotations

from collections.abc import Iterable

from payeratlas.model.time import AsOf
from payeratlas.store import Store
from payeratlas.tables.contract import Row


def known(rows: Iterable[Row], as_of: AsOf, store: Store) -> list[Row]:
    """Those of the rows whose release was issued by the day asked for, in their order."""
    return [row for row in rows if as_of.knows(store.release_of(row).issued)]
