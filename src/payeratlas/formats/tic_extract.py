"""Payers' in-network rates flattened to CSV: one record for each rate, its provider beside it.

Such extracts go round where a payer's own file is too large to pass on. They hold what the
in-network file held, under its names; what was added to them (specialties, other fee schedules) is
not read, nor are names and descriptions. The rows are those of ``tables.tic``: every record is an
item with one rate and one price. Memory holds the distinct providers and terms.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator

from payeratlas.formats.csv_text import Lines, records, text_chunks
from payeratlas.formats.delimited import DOWNLOAD_AGAIN
from payeratlas.formats.tic_account import TicAccount, account_of
from payeratlas.formats.tic_rows import (
    File,
    Item,
    Price,
    ProviderGroup,
    ProviderSet,
    Terms,
    Texts,
    amount,
    is_number,
    npi_of,
    rate_oddities,
)
from payeratlas.model.errors import FileError

Emit = Callable[[str, tuple[object, ...]], None]

_NEEDED = ("reporting_entity_name", "billing_code", "negotiated_rate", "npi", "tin_value")
_FILE = ("reporting_entity_name", "reporting_entity_type", "last_updated_on", "version")
_PROVIDER = ("provider_group_id", "tin_type", "tin_value", "npi")
_LIST = re.compile(r"\[\s*(?:'[^']*'|\"[^\"]*\")?(?:\s*,\s*(?:'[^']*'|\"[^\"]*\"))*\s*\]")
_WORD = re.compile(r"'([^']*)'|\"([^\"]*)\"")


def read(
    chunks: Iterable[bytes],
    emit: Emit,
    codes: Collection[str] | None = None,
    *,
    where: str = "the file",
) -> TicAccount:
    """Read an extract from chunks of its unpacked bytes; ``emit(table, row)`` gets every row.

    With ``codes``, records of other billing codes are passed by. Raises FileError where headings
    are missing, a record does not stand under them, or records are of several payers or issues.
    """
    return _Reader(emit, codes, where).read(chunks)


class _Counted:
    """Lines on their way; ``at`` is the byte offset of the next."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = lines
        self.at = 0

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.at += len(line.encode())
            yield line


class _Reader:
    def __init__(self, emit: Emit, codes: Collection[str] | None, where: str) -> None:
        self._emit = emit
        self._codes = codes
        self._where = where
        self._counts: Counter[str] = Counter()
        self._providers: dict[tuple[str, ...], int] = {}
        self._terms: dict[tuple[object, ...], int] = {}

    def read(self, chunks: Iterable[bytes]) -> TicAccount:
        lines = _Counted(Lines(text_chunks(chunks, self._counts, self._where)))
        rows = records(iter(lines), 0, self._where)
        headings = [cell.strip() for cell in next(rows, [])]
        if missing := [name for name in _NEEDED if name not in headings]:
            raise self._fault(1, f"the headings {', '.join(missing)} are missing.")
        if len(set(headings)) != len(headings):
            raise self._fault(1, "a heading stands twice.")
        of_file: tuple[str, ...] | None = None
        offset = lines.at
        for item, cells in enumerate(rows, 1):
            if len(cells) != len(headings):
                found = f"it has {len(cells)} cells under {len(headings)} headings."
                raise self._fault(item + 1, found)
            row = {name: cell.strip() for name, cell in zip(headings, cells, strict=True)}
            printed = tuple(row.get(name, "") for name in _FILE)
            if of_file is None:
                of_file = printed
            elif printed != of_file:
                raise self._fault(item + 1, "it is of another payer or issue than those before.")
            self._record(item, offset, row)
            offset = lines.at
        if of_file is None:
            raise self._fault(2, "no rate stands in it.")
        self._emit("tic_file", File("in_network", *(v or None for v in of_file), *[None] * 6))
        return account_of("in_network", lines.at, self._counts)

    def _fault(self, record: int, what: str) -> FileError:
        return FileError(
            what,
            where=f"{self._where}, record {record}",
            cure="check that it is an extract of one in-network file as CSV. "
            + DOWNLOAD_AGAIN.capitalize(),
        )

    def _record(self, item: int, offset: int, row: dict[str, str]) -> None:
        counts = self._counts
        counts["items.read"] += 1
        if self._codes is not None and row["billing_code"] not in self._codes:
            counts["items.rejected.not_wanted"] += 1
            return
        counts["items.kept"] += 1
        found = Item(
            item=item,
            offset=offset,
            negotiation_arrangement=row.get("negotiation_arrangement") or None,
            billing_code_type=row.get("billing_code_type") or None,
            billing_code_type_version=row.get("billing_code_type_version") or None,
            billing_code=row["billing_code"] or None,
            severity_of_illness=None,
            bundled_codes=None,
            covered_services=None,
        )
        self._odd("tic_item", found.oddities())
        self._emit("tic_item", found)
        counts["rates.read"] += 1
        counts["prices.read"] += 1
        token = row["negotiated_rate"]
        if not is_number(token):
            counts[f"prices.rejected.{'rate_not_a_number' if token else 'rate_missing'}"] += 1
            return
        value = amount(token)
        counts["prices.kept"] += 1
        self._odd("tic_price", rate_oddities(value))
        who = self._provider(row)
        printed = token if value is None else None
        self._emit("tic_price", Price(item, 1, 1, value, printed, self._terms_of(row), who))

    def _odd(self, table: str, names: Iterable[str]) -> None:
        for name in names:
            self._counts[f"{table}.{name}"] += 1

    def _provider(self, row: dict[str, str]) -> int:
        """The number of the provider of a record; its set, of one, has the same."""
        key = tuple(row.get(name, "") for name in _PROVIDER)
        if key in self._providers:
            return self._providers[key]
        number = self._providers[key] = len(self._providers) + 1
        group_id, tin_type, tin, npi = key
        read = npi_of(npi)
        if npi and read is None:
            self._counts["tic_provider_group.npi_not_a_number"] += 1
        group = ProviderGroup(
            provider=number,
            group=1,
            kind="reference" if group_id else "inline",
            provider_group_id=group_id or None,
            tin_type=tin_type or None,
            tin=tin or None,
            npi=None if read is None else (read,),
        )
        self._counts["groups.read"] += 1
        self._counts["groups.kept"] += 1
        self._odd("tic_provider_group", group.oddities())
        self._emit("tic_provider_group", group)
        self._emit("tic_provider_set", ProviderSet(number, (number,)))
        return number

    def _terms_of(self, row: dict[str, str]) -> int:
        terms = Terms(
            terms=0,
            negotiated_type=row.get("negotiated_type") or None,
            expiration_date=row.get("expiration_date") or None,
            billing_class=row.get("billing_class") or None,
            setting=row.get("setting") or None,
            service_code=self._texts(row.get("service_codes", row.get("service_code", ""))),
            billing_code_modifier=self._texts(row.get("billing_code_modifier", "")),
            additional_information=row.get("additional_information") or None,
        )
        key = terms[1:]
        if key not in self._terms:
            self._terms[key] = len(self._terms) + 1
            self._odd("tic_terms", terms.oddities())
            self._emit("tic_terms", terms._replace(terms=self._terms[key]))
        return self._terms[key]

    def _texts(self, cell: str) -> Texts:
        """The list that a cell prints as ``['02', '11']``; None where it prints none."""
        if not cell:
            return None
        if not _LIST.fullmatch(cell):
            self._counts["tic_terms.list_unread"] += 1
            return None
        return tuple(single or double for single, double in _WORD.findall(cell))
