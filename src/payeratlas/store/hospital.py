"""A hospital's standard-charge file, of any size, to Parquet tables in bounded memory.

CSV (tall or wide) and JSON are told apart by their first character, whatever the file is called.
Nothing is left behind where the file is refused: what was written before its fault is removed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from payeratlas.formats.tic_json import JsonError
from payeratlas.formats.witness import KEPT_OF_HOSPITALS
from payeratlas.model.errors import InputError
from payeratlas.store.price_tables import Batches, Groups, PriceTables, Tuning, called, written
from payeratlas.store.tic import refusal
from payeratlas.tables.hospital import HOSPITAL, schema

if TYPE_CHECKING:
    import pyarrow as pa

    from payeratlas.formats.hospital_account import HospitalAccount
    from payeratlas.store.price_tables import Rows

_ROW_GROUP = 1 << 16
_AMOUNTS = ("dollar", "percentage", "estimated", "median", "p10", "p90")
_ITEM_AMOUNTS = ("gross", "cash", "minimum", "maximum")

TUNING = Tuning(
    catalogue=HOSPITAL,
    schema=schema,
    # Nearly everything repeats: of an item with each payer in a tall file, of a payer with each
    # item in a wide one. Amounts do too, for many payers agree on one.
    dictionary={
        "hospital_item": (
            *("code.list.element", "code_type.list.element", "modifiers.list.element"),
            *("setting", "billing_class", "drug_unit", "drug_type", "notes"),
            *_ITEM_AMOUNTS,
            *(f"{name}_printed" for name in _ITEM_AMOUNTS),
        ),
        "hospital_charge": (
            *("payer", "column", "payer_name", "plan_name", "algorithm", "count"),
            *("methodology", "notes"),
            *_AMOUNTS,
            *(f"{name}_printed" for name in _AMOUNTS),
        ),
    },
    pruned={"hospital_item": ("item",), "hospital_charge": ("item",)},
    split=frozenset(),
    packed=frozenset(("item", "record", "charge")),
)


def read_hospital(
    source: Path | Iterable[bytes],
    sink: Path,
    codes: Collection[str] | None = None,
    *,
    name: str = "",
    notes: Mapping[str, str] | None = None,
    threads: int = 2,
    row_group: int = _ROW_GROUP,
    fast: bool = True,
) -> PriceTables[HospitalAccount]:
    """Read a hospital's file into ``sink/<table>.parquet``, one file a table of
    ``tables.hospital``.

    ``source`` is a path (gzip, zip or plain) or the file's bytes in chunks, then called ``name``
    in errors. ``notes`` become metadata of each Parquet file. With ``threads=1`` nothing overlaps.
    ``fast=False`` has the plain readers read it.

    Raises FileError where the file is damaged or not what it should be; the sink is then as empty
    of these tables as before. InputError for ``codes``: a hospital's file is read whole.
    """
    if codes is not None:
        raise InputError(
            "a hospital's file is read whole.", cure="leave out the codes that it is read for."
        )
    where = called(source, name)

    def parse(
        chunks: Generator[bytes, None, None], put: Callable[[str, Rows], None]
    ) -> HospitalAccount:
        return _parse(chunks, put, row_group, where, fast)

    try:
        account, files = written(
            source,
            sink,
            TUNING,
            parse,
            where=where,
            notes=notes,
            threads=threads,
            row_group=row_group,
        )
    except JsonError as error:
        raise refusal(error, where) from error
    keys = KEPT_OF_HOSPITALS if account.layout == "json" else None
    return PriceTables(account, files, "hospital_file", keys)


def _parse(
    chunks: Generator[bytes, None, None],
    put: Callable[[str, Rows], None],
    row_group: int,
    where: str,
    fast: bool,
) -> HospitalAccount:
    head, whole = _begun(chunks)
    batches = Batches(TUNING, put, row_group)
    if head[:1] in (b"{", b"["):
        from payeratlas.formats import hospital_kernel  # late: one of both is needed

        if fast and hospital_kernel.available():
            account = hospital_kernel.read(whole, put, batch_rows=row_group)
        else:
            from payeratlas.formats import hospital_json

            account = hospital_json.read(whole, batches.emit)
    elif fast:
        import pyarrow as pa

        from payeratlas.formats import hospital_arrow

        groups = Groups(put, row_group)
        account = hospital_arrow.read(whole, groups.put, _schema_of, where=where)
        groups.flush()
        pa.default_memory_pool().release_unused()  # or the next file adds to what this one took
    else:
        from payeratlas.formats import hospital_csv

        account = hospital_csv.read(whole, batches.emit, where=where)
    batches.flush()
    return account


def _schema_of(table: str) -> pa.Schema:
    return schema(HOSPITAL[table])


def _begun(chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first bytes that are not blank, and all chunks again."""
    held: list[bytes] = []
    head = b""
    for chunk in chunks:
        held.append(chunk)
        head = (head + chunk).removeprefix(b"\xef\xbb\xbf").lstrip()
        if head:
            break
    return head, chain(held, chunks)
