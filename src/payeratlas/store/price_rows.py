"""Every price of one billing code in one price file, with who it is for, as the file prints it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from payeratlas.model.errors import StoreError
from payeratlas.store.price_manifest import PriceFile
from payeratlas.store.query import connect

if TYPE_CHECKING:
    import duckdb

Kind = Literal["negotiated", "allowed"]
Tin = tuple[str | None, str | None]  # type, value


@dataclass(frozen=True, slots=True)
class Providers:
    """Who a price is for: distinct numbers, as far as they are on hand.

    ``tins`` and ``npis`` count what is defined in the file and in those provider-reference files
    that are on hand. ``npis`` leaves out the 0 by which a payer says "all of this TIN": those TINs
    are ``whole_tins``. Of the ``remote`` files that the file points to, ``not_fetched`` are not on
    hand; ``dangling`` references are defined nowhere in it. Where either is not zero, ``tins`` and
    ``npis`` are a part of the whole.
    """

    entries: int = 0
    tins: int = 0
    npis: int = 0
    whole_tins: int = 0
    remote: int = 0
    not_fetched: int = 0
    dangling: int = 0

    @property
    def complete(self) -> bool:
        """Whether everybody whom the price is for is counted."""
        return self.entries > 0 and not (self.not_fetched or self.dangling)

    @property
    def known_tins(self) -> int | None:
        """TINs counted; None where none is and not all are known: that is no zero."""
        return self.tins if self.tins or self.complete else None

    @property
    def known_npis(self) -> int | None:
        """NPIs counted; None where none is and not all are known: that is no zero."""
        return self.npis if self.npis or self.complete else None


@dataclass(frozen=True, slots=True)
class RawPrice:
    """One price object, or one charge of an allowed amount, as printed.

    ``item``, ``rate``, ``price`` are the ordinals of the objects it stands in, from 1; of an
    allowed amount they are those of item, allowed amount and payment, and ``charge`` that of the
    provider's charge (0 where the payment names none). ``amount`` is exact, in ``unit``; None where
    it does not fit the table, and ``printed`` is then the number as printed. ``offset`` is the
    place of the item's opening brace in the unpacked file.
    """

    kind: Kind
    item: int
    rate: int
    price: int
    charge: int | None
    offset: int
    amount: Decimal | None
    printed: str | None
    billed_charge: Decimal | None
    billing_code_type: str | None
    billing_code: str
    negotiation_arrangement: str | None
    severity_of_illness: str | None
    negotiated_type: str | None
    billing_class: str | None
    setting: str | None
    service_code: tuple[str, ...] | None
    billing_code_modifier: tuple[str, ...] | None
    expiration_date: str | None
    additional_information: str | None
    provider_set: int
    providers: Providers = field(default_factory=Providers)

    @property
    def unit(self) -> str:
        """USD, or percent where the payer calls the price a percentage."""
        return "percent" if (self.negotiated_type or "").casefold() == "percentage" else "USD"


@dataclass(frozen=True, slots=True)
class Found:
    """What a file holds of a code: its items, and their prices in source order."""

    items: int
    prices: tuple[RawPrice, ...]


_ITEM = """
SELECT filename, item, "offset", billing_code_type, billing_code, negotiation_arrangement,
       severity_of_illness
FROM read_parquet(?, filename = true) WHERE upper(trim(billing_code)) = ? ORDER BY filename, item
"""
_TERMS = """t.negotiated_type, t.billing_class, t.setting, t.service_code,
       t.billing_code_modifier, t.expiration_date, t.additional_information"""
_PRICE = f"""
SELECT p.item, p.rate, p.price, NULL AS charge, p.negotiated_rate, p.negotiated_rate_printed,
       NULL AS billed, {_TERMS}, p.provider_set
FROM read_parquet(?) p JOIN read_parquet(?) t ON p.terms = t.terms
WHERE p.item BETWEEN ? AND ? AND p.item IN (SELECT unnest(?))
ORDER BY p.item, p.rate, p.price
"""
_ALLOWED = f"""
SELECT p.item, p.allowed, p.payment, p.charge, p.allowed_amount, p.allowed_amount_printed,
       p.billed_charge, {_TERMS}, p.provider
FROM read_parquet(?) p JOIN read_parquet(?) t ON p.terms = t.terms
WHERE p.item BETWEEN ? AND ? AND p.item IN (SELECT unnest(?))
ORDER BY p.item, p.allowed, p.payment, p.charge
"""
_SETS = """
SELECT provider_set, providers FROM read_parquet(?) WHERE provider_set IN (SELECT unnest(?))
"""
_GROUPS = """
SELECT provider, kind, location, tin_type, tin, npi FROM read_parquet(?)
WHERE provider IN (SELECT unnest(?))
"""
_PLANS = """
SELECT DISTINCT p.plan_name, p.plan_id_type, p.plan_id, p.plan_market_type
FROM read_parquet(?) f JOIN read_parquet(?) p ON f.structure = p.structure
WHERE split_part(split_part(trim(f.location), '?', 1), '#', 1) IN (SELECT unnest(?))
ORDER BY ALL
"""
_ALL_GROUPS = "SELECT 1, kind, location, tin_type, tin, npi FROM read_parquet(?)"


@dataclass(frozen=True, slots=True, order=True)
class Plan:
    """A plan that a table of contents on hand gives a file to, as printed."""

    name: str
    id_type: str
    id: str
    market_type: str


@dataclass
class _Entry:
    """What is known of one provider entry, or of a remote file."""

    tins: set[Tin] = field(default_factory=set)
    npis: set[int] = field(default_factory=set)
    whole: set[Tin] = field(default_factory=set)
    remote: set[str] = field(default_factory=set)
    dangling: bool = False

    def take(self, kind: str, location: str | None, tin: Tin, npis: Iterable[int] | None) -> None:
        if kind == "dangling":
            self.dangling = True
        if kind == "remote" and location:
            self.remote.add(location)
        if tin[1] is not None:
            self.tins.add(tin)
        for npi in npis or ():
            if npi:
                self.npis.add(npi)
            else:
                self.whole.add(tin)


class PriceReader:
    """Reads the prices of codes out of price files on hand."""

    def __init__(
        self, root: Path, files: Sequence[PriceFile], key_of: Callable[[str], str]
    ) -> None:
        """``files`` are those on hand; ``key_of`` names an address whatever its signature."""
        self._root = root
        self._key_of = key_of
        self._references = {
            place.key: file for file in files if file.kind == "providers" for place in file.places
        }
        paths = (file.table_path("tic_item") for file in files)
        self._item_paths = [path for path in paths if path is not None]
        self._indexes = [file for file in files if file.kind == "index"]
        self._items: dict[str, dict[str, list[tuple[Any, ...]]]] = {}
        self._remote: dict[str, _Entry | None] = {}
        self._connection: duckdb.DuckDBPyConnection | None = None

    def prices(self, file: PriceFile, code: str) -> Found:
        """Every price of a code in a file; StoreError where its tables cannot be read."""
        items = self._items_of(code).get(file.table_path("tic_item") or "", ())
        if not items:
            return Found(0, ())
        about = {row[0]: row[1:] for row in items}
        numbers = sorted(about)
        prices: list[RawPrice] = []
        for kind, table, statement in (
            ("negotiated", "tic_price", _PRICE),
            ("allowed", "tic_allowed_amount", _ALLOWED),
        ):
            if (path := file.table_path(table)) is None:
                continue
            paths = [path, file.table_path("tic_terms")]
            rows = self._rows(statement, [*paths, numbers[0], numbers[-1], numbers])
            used = {row[-1] for row in rows}
            sets = self._sets(file, used) if kind == "negotiated" else {n: [n] for n in used}
            providers = self._providers(file, sets)
            prices += [
                _price("negotiated" if kind == "negotiated" else "allowed", row, about, providers)
                for row in rows
            ]
        return Found(len(items), tuple(prices))

    def _items_of(self, code: str) -> Mapping[str, Sequence[tuple[Any, ...]]]:
        """The items of a code by the path of their table, of all files in one query."""
        if code not in self._items:
            found: dict[str, list[tuple[Any, ...]]] = {}
            if self._item_paths:
                for path, *row in self._rows(_ITEM, [self._item_paths, code]):
                    found.setdefault(path, []).append(tuple(row))
            self._items = {code: found}  # of the code asked for last
        return self._items[code]

    def plans(self, file: PriceFile) -> tuple[Plan, ...]:
        """The plans whose tables of contents on hand name the file, each once, in order."""
        keys = [place.key for place in file.places]
        found: set[Plan] = set()
        for index in self._indexes if keys else ():
            paths = [index.table_path("tic_index_file"), index.table_path("tic_index_plan")]
            if None not in paths:
                rows = self._rows(_PLANS, [*paths, keys])
                found |= {Plan(*(text or "" for text in row)) for row in rows}
        return tuple(sorted(found))

    def close(self) -> None:
        """Close the connection, if one was opened."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    # -- providers ---------------------------------------------------------------------------

    def _sets(self, file: PriceFile, used: set[int]) -> dict[int, list[int]]:
        rows = self._rows(_SETS, [file.table_path("tic_provider_set"), sorted(used)])
        return {number: list(members) for number, members in rows}

    def _providers(self, file: PriceFile, sets: Mapping[int, list[int]]) -> dict[int, Providers]:
        wanted = sorted({entry for members in sets.values() for entry in members})
        path = file.table_path("tic_provider_group")
        if path is None or not wanted:
            return {number: Providers(entries=len(members)) for number, members in sets.items()}
        entries: dict[int, _Entry] = defaultdict(_Entry)
        for number, kind, location, tin_type, tin, npis in self._rows(_GROUPS, [path, wanted]):
            entries[number].take(kind, location, (tin_type, tin), npis)
        return {
            number: self._counted([entries[entry] for entry in dict.fromkeys(members)])
            for number, members in sets.items()
        }

    def _counted(self, entries: Sequence[_Entry]) -> Providers:
        remote = {location for entry in entries for location in entry.remote}
        fetched = [self._fetched(location) for location in sorted(remote)]
        known = [*entries, *(entry for entry in fetched if entry is not None)]
        return Providers(
            entries=len(entries),
            tins=len(set().union(*(entry.tins for entry in known))),
            npis=len(set().union(*(entry.npis for entry in known))),
            whole_tins=len(set().union(*(entry.whole for entry in known))),
            remote=len(remote),
            not_fetched=sum(entry is None for entry in fetched),
            dangling=sum(entry.dangling for entry in entries),
        )

    def _fetched(self, location: str) -> _Entry | None:
        """What a provider-reference file says, where it is on hand."""
        key = self._key_of(location)
        if key not in self._remote:
            file = self._references.get(key)
            entry = None
            if file is not None:
                entry = _Entry()
                path = file.table_path("tic_provider_group")
                for _, kind, place, tin_type, tin, npis in (
                    self._rows(_ALL_GROUPS, [path]) if path else ()
                ):
                    entry.take(kind, place, (tin_type, tin), npis)
            self._remote[key] = entry
        return self._remote[key]

    def _rows(self, statement: str, values: list[Any]) -> list[tuple[Any, ...]]:
        import duckdb  # late: it costs more than everything else at start-up

        if self._connection is None:
            self._connection = connect([self._root])
        try:
            return self._connection.execute(statement, values).fetchall()
        except (duckdb.IOException, duckdb.InvalidInputException) as error:
            raise StoreError(
                f"a table of a price file cannot be read: {error}",
                where=str(values[0]),
                cure="add the price file again: that puts back what is damaged.",
            ) from error


def _price(
    kind: Kind,
    row: tuple[Any, ...],
    about: Mapping[int, tuple[Any, ...]],
    providers: Mapping[int, Providers],
) -> RawPrice:
    item, rate, price, charge, amount, printed, billed = row[:7]
    negotiated_type, billing_class, setting, places, modifiers, expires, more, number = row[7:]
    offset, code_type, code, arrangement, severity = about[item]
    return RawPrice(
        kind=kind,
        item=item,
        rate=rate,
        price=price,
        charge=charge,
        offset=offset,
        amount=amount,
        printed=printed,
        billed_charge=billed,
        billing_code_type=code_type,
        billing_code=code,
        negotiation_arrangement=arrangement,
        severity_of_illness=severity,
        negotiated_type=negotiated_type,
        billing_class=billing_class,
        setting=setting,
        service_code=None if places is None else tuple(places),
        billing_code_modifier=None if modifiers is None else tuple(modifiers),
        expiration_date=expires,
        additional_information=more,
        provider_set=number,
        providers=providers.get(number, Providers()),
    )
