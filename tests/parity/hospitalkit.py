"""Both readers of hospitals' JSON files on the same bytes, and what each of them says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from tickit import levels, rows_of

from payeratlas.formats import hospital_json, hospital_kernel
from payeratlas.formats.hospital_account import HospitalAccount
from payeratlas.formats.hospital_json import HELD
from payeratlas.formats.hospital_rows import HospitalCharge, HospitalFile, HospitalItem
from payeratlas.formats.tic_json import JsonError
from payeratlas.tables.hospital import HOSPITAL

Said = tuple[dict[str, list[tuple[Any, ...]]], HospitalAccount] | tuple[str, int, str]

ROWS: dict[str, type[tuple[object, ...]]] = {
    "hospital_file": HospitalFile,
    "hospital_item": HospitalItem,
    "hospital_charge": HospitalCharge,
}


def plain(chunks: Iterable[bytes], held: int = HELD) -> Said:
    """Rows by table and the account, or the reason, offset and pointer of the refusal."""
    rows: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    order: list[str] = []

    def take(table: str, row: tuple[object, ...]) -> None:
        rows[table].append(tuple(row))
        order.append(table)

    try:
        account = hospital_json.read(chunks, take, held=held)
    except JsonError as error:
        return error.reason, error.offset, error.pointer
    assert order[-1] == "hospital_file"
    return dict(rows), account


def native(
    chunks: Iterable[bytes], held: int = HELD, *, level: str = "", batch_rows: int = 1000
) -> Said:
    """The same of the native reader."""
    rows: dict[str, list[tuple[Any, ...]]] = defaultdict(list)

    def take(table: str, batch: hospital_kernel.ArrowRows) -> None:
        rows[table] += rows_of(batch, [column.name for column in HOSPITAL[table].columns])

    try:
        account = hospital_kernel.read(chunks, take, held=held, level=level, batch_rows=batch_rows)
    except JsonError as error:
        return error.reason, error.offset, error.pointer
    return dict(rows), account


def agree(chunks: list[bytes], held: int = HELD) -> Said:
    """What both readers say, at every level."""
    said = plain(chunks, held)
    for level in levels():
        assert native(chunks, held, level=level) == said, level
    return said
