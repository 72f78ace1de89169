"""A payer's price file, of any size, to Parquet tables in bounded memory.

Unpacking, parsing and writing overlap, each on a thread of its own. Nothing is left behind where
the file is refused: what was written before its fault is removed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from payeratlas.formats import tic_kernel
from payeratlas.formats.tic_json import JsonError
from payeratlas.formats.witness import KEPT
from payeratlas.model.errors import FileError
from payeratlas.store.price_tables import (
    ROW_GROUP,
    Batches,
    PriceTables,
    Tuning,
    called,
    written,
)
from payeratlas.tables.tic import TIC, schema

if TYPE_CHECKING:
    from payeratlas.formats.tic_account import TicAccount
    from payeratlas.store.price_tables import Rows

MOST_PLAIN = 1 << 30  # unpacked bytes that the plain reader takes on

TUNING = Tuning(
    catalogue=TIC,
    schema=schema,
    # Columns that repeat enough for a dictionary; the rest is delta-packed or plain.
    dictionary={
        "tic_provider_group": ("kind", "network_name.list.element", "tin_type", "business_name"),
        "tic_item": (
            "negotiation_arrangement",
            "billing_code_type",
            "billing_code_type_version",
            "severity_of_illness",
        ),
        "tic_terms": (
            "negotiated_type",
            "expiration_date",
            "billing_class",
            "setting",
            "service_code.list.element",
            "billing_code_modifier.list.element",
        ),
        "tic_index_plan": ("issuer_name", "plan_sponsor_name", "plan_id_type", "plan_market_type"),
        "tic_index_file": ("kind", "location"),
    },
    # Amounts: their high bytes are nearly all alike, and pack well when they stand together.
    split=frozenset(("negotiated_rate", "allowed_amount", "billed_charge")),
    # Statistics where a query prunes by them, and nowhere else: they cost time.
    pruned={
        "tic_item": ("item", "billing_code"),
        "tic_price": ("item",),
        "tic_allowed_amount": ("item",),
        "tic_provider_group": ("provider",),
        "tic_provider_set": ("provider_set",),
        "tic_terms": ("terms",),
    },
    # Numbers that rise or stay as they were from row to row: their differences take few bits.
    packed=frozenset(
        (
            *("item", "offset", "rate", "price", "terms", "provider_set", "provider", "group"),
            *("allowed", "payment", "charge", "structure", "plan", "file"),
        )
    ),
)

REASONS = {
    "unexpected_byte": "this byte cannot stand here",
    "unexpected_end": "the data ends too soon",
    "trailing_data": "something follows the end of the document",
    "control_character": "a string holds a control character",
    "invalid_escape": "a string holds an escape that JSON does not know",
    "invalid_utf8": "a string is not UTF-8",
    "lone_surrogate": "a string holds half of a surrogate pair",
    "token_too_long": "a string or number is longer than any known",
    "too_deep": "values nest deeper than any known",
    "duplicate_key": "a key stands twice in one object",
    "wrong_type": "the value is of a type that the schema has not here",
    "too_long_to_keep": "the rates of an item stand before its code and are too long to keep",
    "element_too_long": "one element holds more text than is kept in memory",
    "not_a_hospital_file": "this is JSON, but standard_charge_information is not in it",
    "not_a_price_file": "this is JSON, but none of in_network, out_of_network, "
    "reporting_structure and provider_groups is in it",
}
_DOWNLOAD = "compare its size with the publisher's and download it again, or report it to them."
_CURES = {
    "too_long_to_keep": "read the file without choosing codes.",
    "not_a_hospital_file": "check that it follows CMS's JSON schema, version 2.0 or later.",
    "not_a_price_file": "check that it is a Transparency-in-Coverage file.",
}


def read_tic(
    source: Path | Iterable[bytes],
    sink: Path,
    codes: Collection[str] | None = None,
    *,
    name: str = "",
    notes: Mapping[str, str] | None = None,
    threads: int = 2,
    row_group: int = ROW_GROUP,
    native: bool | None = None,
) -> PriceTables[TicAccount]:
    """Read a payer's file into ``sink/<table>.parquet``, one file a table of ``tables.tic``.

    ``source`` is a path (gzip, zip or plain) or the file's bytes in chunks as served (gzip or
    plain), then called ``name`` in errors. ``codes`` lets only items of these billing codes
    through. ``notes`` become metadata of each Parquet file. With ``threads=1`` nothing overlaps.
    ``native`` forces or forbids the native reader; it is used where it is installed.

    Raises FileError where the file is damaged or not what it should be, or is larger than the
    plain reader takes on; the sink is then as empty of these tables as before.
    """
    where = called(source, name)
    fast = tic_kernel.available() if native is None else native

    def parse(chunks: Generator[bytes, None, None], put: Callable[[str, Rows], None]) -> TicAccount:
        return _parse(chunks if fast else _at_most(chunks, where), put, codes, row_group, fast)

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
    return PriceTables(account, files, "tic_file", KEPT)


def read_extract(
    source: Path | Iterable[bytes],
    sink: Path,
    codes: Collection[str] | None = None,
    *,
    name: str = "",
    notes: Mapping[str, str] | None = None,
    row_group: int = ROW_GROUP,
) -> PriceTables[TicAccount]:
    """Read an extract of in-network rates (``formats.tic_extract``) as ``read_tic`` reads a
    payer's own file."""
    from payeratlas.formats import tic_extract  # late: few files are extracts

    where = called(source, name)

    def parse(chunks: Generator[bytes, None, None], put: Callable[[str, Rows], None]) -> TicAccount:
        batches = Batches(TUNING, put, row_group)
        account = tic_extract.read(chunks, batches.emit, codes, where=where)
        batches.flush()
        return account

    account, files = written(
        source, sink, TUNING, parse, where=where, notes=notes, threads=1, row_group=row_group
    )
    return PriceTables(account, files, "tic_file", None)


def refusal(error: JsonError, where: str) -> FileError:
    """The FileError that tells a reader of the file what a JsonError found, and where."""
    place = f"{where}, byte {error.offset}"
    if error.pointer:
        place += f", {error.pointer}"
    near = f" Near: {error.context.decode('utf-8', 'replace')!r}." if error.context else ""
    return FileError(
        f"{REASONS[error.reason]}.{near}",
        where=place,
        cure=_CURES.get(error.reason, _DOWNLOAD),
    )


def _at_most(chunks: Iterable[bytes], where: str) -> Generator[bytes, None, None]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > MOST_PLAIN:
            raise FileError(
                f"it unpacks to more than {MOST_PLAIN} bytes, too much for the plain reader.",
                where=where,
                cure="install a C++ compiler and run scripts/setup, which builds the native one.",
            )
        yield chunk


def _parse(
    chunks: Iterable[bytes],
    put: Callable[[str, Rows], None],
    codes: Collection[str] | None,
    row_group: int,
    fast: bool,
) -> TicAccount:
    if fast:
        return tic_kernel.read(
            chunks,
            put,
            codes,
            batch_rows=row_group,
        )
    from payeratlas.formats import tic  # late: the native reader needs none of it

    batches = Batches(TUNING, put, row_group)
    account = tic.read(chunks, batches.emit, codes)
    batches.flush()
    return account
