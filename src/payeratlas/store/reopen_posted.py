"""Go back to where a posted rate is cited and read it again: in the file itself, or as posted.

Price files are too large to keep. ``table``: the amount stands at that place among the posted rates
made of the file. ``bytes``: the file itself was at hand, and the amount stands in it. A number is
compared as a number: its text is plain digits, not the text as printed.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from payeratlas.model.errors import AtlasError, StoreError
from payeratlas.model.provenance import Citation
from payeratlas.store.benchmarks import RATES, embedded_manifest
from payeratlas.store.price_manifest import FOLDER
from payeratlas.store.query import connect
from payeratlas.store.reopen import Reopened

SOURCES = frozenset(("tic", "tic_extract", "hospital"))
"""Sources whose citations are read again here."""
MOST_JSON = 1 << 26  # unpacked bytes of a JSON file that is read whole
_COLUMNS = {
    "standard_charge|gross": "gross",
    "standard_charge|discounted_cash": "cash",
    "median_amount": "allowed_median",
    "10th_percentile": "allowed_p10",
    "90th_percentile": "allowed_p90",
    "count": "allowed_count",
    "negotiated_rate": "amount",
}
_MEMBERS = {
    "negotiated_rate": "amount",
    "gross_charge": "gross",
    "discounted_cash": "cash",
    "standard_charge_dollar": "amount",
    "standard_charge_percentage": "amount",
    **{name: _COLUMNS[name] for name in ("median_amount", "10th_percentile", "90th_percentile")},
    "count": "allowed_count",
}
_CELL = re.compile(r"cell=(\d+),(\d+)")
_ROW = re.compile(r"row=(\d+)")
_POINTER = re.compile(
    r"/(?:in_network/(\d+)/negotiated_rates/(\d+)/negotiated_prices/(\d+)"
    r"|standard_charge_information/(\d+)/standard_charges/(\d+)(?:/payers_information/(\d+))?)"
    r"/(\w+)"
)
_FOUND = ("amount", "gross", "cash", "allowed_median", "allowed_p10", "allowed_p90")

Wanted = tuple[int, int | None, int | None, str]
"""at_item, at_rate, at_price (None where the locator does not say), and the column."""


def reopen_posted(
    citations: Sequence[Citation], root: Path, embedded: Path | None, originals: Mapping[str, Path]
) -> Iterator[tuple[Citation, Reopened | AtlasError]]:
    """Each citation with what stands at its place, or why that is not what it says.

    ``originals`` maps sha256 to files that the user has. A file is read once for all its citations.
    """
    by_file: dict[str, list[Citation]] = defaultdict(list)
    for citation in citations:
        by_file[citation.artifact.sha256].append(citation)
    for sha256, cited in by_file.items():
        left = cited
        if path := originals.get(sha256):
            opened = dict(_from_bytes(cited, path))
            yield from opened.items()
            left = [citation for citation in cited if citation not in opened]
        yield from _from_posted(left, _posted(cited[0].release, root, embedded))


def _posted(file_id: str, root: Path, embedded: Path | None) -> Mapping[str, Path]:
    """The Parquet files of a price file's posted rates, by table; none where it is not on hand."""
    for account in sorted((root / FOLDER / "posted" / file_id).glob("*/account.json")):
        return {path.stem: path for path in account.parent.glob("*.parquet")}
    for told in embedded_manifest(embedded):
        if told["note"][0] == file_id and embedded is not None:
            return {table: embedded / RATES / path for table, path in told["tables"].items()}
    return {}


def _from_posted(
    cited: Sequence[Citation], tables: Mapping[str, Path]
) -> Iterator[tuple[Citation, Reopened | AtlasError]]:
    if not cited:
        return
    if not tables:
        why = StoreError(
            "the price file is not on hand.",
            where=cited[0].artifact.name,
            cure="add it: payeratlas sources add.",
        )
        yield from ((citation, why) for citation in cited)
        return
    places = {citation: wanted(citation) for citation in cited}
    found = _rows(tables, {place[0] for place in places.values() if place})
    for citation, place in places.items():
        path = tables.get("posted_rate") or tables["posted_item"]
        if place is None:
            yield citation, _not_there(citation, path)
            continue
        item, rate, price, column = place
        values = [
            row[column]
            for row in found.get(item, ())
            if row.get(column) is not None
            and rate in (None, row["at_rate"])
            and price in (None, row.get("at_price"))
        ]
        yield citation, _judged(citation, values, "table", path)


def wanted(citation: Citation) -> Wanted | None:
    """Where posted rates have what a locator points to; None for another kind of place."""
    fragment = citation.locator.fragment
    if found := _CELL.fullmatch(fragment):
        return int(found[1]), int(found[2]), None, "amount"
    if found := _ROW.fullmatch(fragment):
        column = _COLUMNS.get(citation.locator.column)
        head = 1 if column == "amount" else 0  # an extract's records are counted without headings
        return (int(found[1]) - head, None, None, column) if column else None
    if found := _POINTER.fullmatch(fragment):
        item, rate, price, charge, nth, payer, member = found.groups()
        column = _MEMBERS.get(member)
        if column is None:
            return None
        if item is not None:
            return int(item) + 1, int(rate) + 1, int(price) + 1, column
        return int(charge) + 1, int(nth) + 1, int(payer) + 1 if payer else None, column
    return None


def _rows(tables: Mapping[str, Path], items: set[int]) -> Mapping[int, list[dict[str, Any]]]:
    """Posted rows and prices of items, by at_item."""
    connection = connect(sorted({path.parent for path in tables.values()}))
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    columns = {
        "posted_rate": ("at_item", "at_rate", "at_price", *_FOUND, "allowed_count"),
        "posted_item": ("at_item", "at_rate", "gross", "cash"),
    }
    try:
        for table, names in columns.items():
            if path := tables.get(table):
                statement = (
                    f"SELECT DISTINCT {', '.join(names)} FROM read_parquet(?) "
                    "WHERE at_item IN (SELECT unnest(?))"
                )
                for row in connection.execute(statement, [str(path), sorted(items)]).fetchall():
                    found[row[0]].append(dict(zip(names, row, strict=True)))
    finally:
        connection.close()
    return found


def _from_bytes(
    cited: Iterable[Citation], path: Path
) -> Iterator[tuple[Citation, Reopened | AtlasError]]:
    """What the file itself has at places that can be found in one pass: cells, and pointers into a
    document small enough to be held."""
    from payeratlas.formats.chunks import unpacked_chunks  # late: most pages have no originals

    cells: dict[int, list[tuple[int, Citation]]] = defaultdict(list)
    pointers = []
    for citation in cited:
        if place := _CELL.fullmatch(citation.locator.fragment):
            cells[int(place[1])].append((int(place[2]), citation))
        elif citation.locator.fragment.startswith("/"):
            pointers.append(citation)
    if cells:
        for number, record in enumerate(_records(path), start=1):
            for column, citation in cells.pop(number, ()):
                text = record[column - 1] if column <= len(record) else ""
                yield citation, _judged(citation, [text], "bytes", path)
            if not cells:
                break
        for missing in cells.values():
            yield from ((citation, _not_there(citation, path)) for _, citation in missing)
    if pointers:
        data = bytearray()
        for chunk in unpacked_chunks(path):
            data += chunk
            if len(data) > MOST_JSON:
                return
        try:
            document = json.loads(data.decode("utf-8-sig"), parse_float=Decimal, parse_int=Decimal)
        except ValueError:  # JSON lines: no document that a pointer could be followed in
            return
        for citation in pointers:
            values = _pointed(document, citation.locator.fragment)
            yield citation, _judged(citation, values, "bytes", path)


def _records(path: Path) -> Iterator[list[str]]:
    from payeratlas.formats.chunks import unpacked_chunks
    from payeratlas.formats.csv_text import Lines, records, text_chunks

    return records(Lines(text_chunks(unpacked_chunks(path), Counter(), path.name)), 0, path.name)


def _pointed(document: Any, pointer: str) -> list[Any]:
    """What an RFC 6901 pointer without escapes leads to, in a list; none where it leads nowhere."""
    for part in pointer.split("/")[1:]:
        try:
            document = document[int(part)] if isinstance(document, list) else document[part]
        except (KeyError, IndexError, ValueError, TypeError):
            return []
    return [document]


def _judged(
    citation: Citation, values: Sequence[Any], level: Any, path: Path
) -> Reopened | StoreError:
    """Whether one of the values found is what the citation says."""
    if any(_same(citation.text, value) for value in values):
        return Reopened(level, citation.text, path)
    if not values:
        return _not_there(citation, path)
    told = ", ".join(sorted({str(value) for value in values})[:3])
    return StoreError(
        f"the citation says {citation.text!r}, the file says {told}.",
        where=f"{path}, {citation.locator}",
        cure="do not trust the page that carries this citation; make it again.",
    )


def _same(text: str, value: Any) -> bool:
    try:
        return Decimal(text) == Decimal(str(value).strip())
    except InvalidOperation:
        return text == str(value)


def _not_there(citation: Citation, path: Path) -> StoreError:
    return StoreError(
        f"nothing is printed at {citation.locator}.",
        where=f"{path} ({citation.artifact.name})",
        cure="do not trust the page that carries this citation; make it again.",
    )
