"""Posted rates as benchmarks take them: equal ones counted, with who is paid them.

A file repeats one rate for each plan and provider, tens of millions of times. Rows that judgement
cannot tell apart are one *group*, with their number and the first of their places; who is paid is
read once for each provider set. Sources: ``posted_rate``, ``posted_provider``, ``posted_item``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from payeratlas.model.errors import StoreError
from payeratlas.rates.benchmark import FileNote, Place
from payeratlas.rates.offer import PostedKind
from payeratlas.store.query import connect

if TYPE_CHECKING:
    import duckdb

MOST_MEMBERS = 2_000_000
"""Members of provider sets that are kept in memory, over all files."""


@dataclass(frozen=True, slots=True)
class OnHand:
    """A price file whose posted rates are on hand.

    ``tables`` has the Parquet file of each table of ``tables.posted`` that has rows. ``series`` is
    the same for the issues of one file of one publisher. ``market`` is ``plan_market_type``, empty
    where none is printed. ``codes`` are those it was read for; None where all of it was read.
    ``digest`` names what its posted rates were made from, and how. ``evidence`` is where its
    evidence stands ready, for one whose rows are only a part of the file.
    """

    note: FileNote
    series: str
    market: str
    codes: frozenset[str] | None
    tables: Mapping[str, Path]
    digest: str
    evidence: Path | None = None

    def holds_code(self, code: str) -> bool:
        """Whether the file was read for the code: only then is its silence known."""
        return self.codes is None or code in self.codes


@dataclass(frozen=True, slots=True)
class Member:
    """One organisation of a provider set, as ``posted_provider`` has it; absent text is empty."""

    organisation: str
    known: str
    name: str
    state: str
    zip: str
    npis: int
    bad_npis: int


@dataclass(frozen=True, slots=True)
class Group:
    """Posted rows of one code in one file that judgement cannot tell apart.

    Fields are the columns of ``posted_rate``, absent text empty; ``rows`` of them, the first at
    ``place``. What no rule looks at (methodology, additional information) tells none apart.
    """

    code_type: str
    payer_name: str
    plan_name: str
    network_name: str
    arrangement: str
    kind: PostedKind
    amount: Decimal | None
    amount_printed: str
    modifiers: str
    billing_class: str
    setting: str
    places: str
    expiration: str
    provider_set: int | None
    gross: Decimal | None
    rows: int
    place: Place


@dataclass(frozen=True, slots=True)
class Charge:
    """A hospital's own prices of a code: one row of ``posted_item``, or of ``posted_rate``."""

    modifiers: str
    billing_class: str
    setting: str
    code_type: str
    gross: Decimal | None
    cash: Decimal | None
    place: Place


@dataclass(frozen=True, slots=True)
class Allowed:
    """A posted row that says what was paid: the columns ``allowed_*`` beside its rate.

    ``charge`` are the hospital's own prices in the same row.
    """

    charge: Charge
    payer_name: str
    plan_name: str
    negotiated: Decimal | None
    median: Decimal | None
    p10: Decimal | None
    p90: Decimal | None
    count: str
    place: Place


@dataclass(slots=True)
class OfFile:
    """What one file prints of one code.

    ``superseded`` says that a newer issue of the file is on hand for the code. ``hospital`` is
    whose file it is, where a hospital's.
    """

    file: OnHand
    superseded: bool = False
    groups: list[Group] = field(default_factory=list)
    charges: list[Charge] = field(default_factory=list)
    allowed: list[Allowed] = field(default_factory=list)
    members: Mapping[int, tuple[Member, ...]] = field(default_factory=dict)
    hospital: Member | None = None

    @property
    def state(self) -> str:
        """The state of the file: its licence's, else where its hospital stands; may be empty."""
        return self.file.note.state or (self.hospital.state if self.hospital else "")


_TOLD = (
    *("code_type", "payer_name", "plan_name", "network_name", "arrangement", "kind", "amount"),
    *("amount_printed", "modifiers", "billing_class", "setting", "places", "expiration"),
    *("provider_set", "gross"),
)
MEMORY = "384MB"  # for the query of one range of codes
_WANTED = "code BETWEEN ? AND ?"
_GROUPS = (
    f"SELECT code, {', '.join(_TOLD)}, count(*), min(row(at_item, at_rate, at_price)) "
    f"FROM read_parquet(?) WHERE {_WANTED} GROUP BY ALL"
)
_CHARGES = (
    "SELECT code, modifiers, billing_class, setting, code_type, gross, cash, at_item, at_rate "
    f"FROM read_parquet(?) WHERE {_WANTED} AND (gross IS NOT NULL OR cash IS NOT NULL)"
)
_ALLOWED = (
    "SELECT code, modifiers, billing_class, setting, code_type, gross, cash, "
    "payer_name, plan_name, CASE WHEN kind IN ('dollars', 'case') THEN amount END, "
    "allowed_median, allowed_p10, allowed_p90, allowed_count, at_item, at_rate, at_price "
    f"FROM read_parquet(?) WHERE {_WANTED} AND (allowed_median IS NOT NULL OR allowed_p10 IS NOT "
    "NULL OR allowed_p90 IS NOT NULL OR allowed_count IS NOT NULL)"
)
_MEMBERS = (
    "SELECT provider_set, organisation, state_of_reference, name, us_state, zip, npis, bad_npis "
    "FROM read_parquet(?) WHERE provider_set IN (SELECT unnest(?))"
)
_HOSPITAL = "SELECT min(provider_set) FROM read_parquet(?)"
_OWN_TYPES = frozenset(("LOCAL", "CDM", ""))
"""Types of codes that mean something in one hospital only: nothing compares with them."""
_COUNTS = (
    "SELECT code, count(*) FROM read_parquet(?) "
    "WHERE coalesce(code_type, '') NOT IN (SELECT unnest(?)) GROUP BY code"
)


class RowReader:
    """Reads what the files on hand print of codes, in ranges."""

    def __init__(self, files: Sequence[OnHand]) -> None:
        """Of files of one id, the first that was read for a code answers for it."""
        self.files = tuple(files)
        self._answering: dict[tuple[bool, ...], Mapping[int, bool]] = {}
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._members: dict[str, dict[int, tuple[Member, ...]]] = defaultdict(dict)
        self._kept = 0
        self._hospitals: dict[str, Member | None] = {}

    def close(self) -> None:
        """Close the connection, if one was opened."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def counts(self) -> dict[str, int]:
        """How many posted rows and charges each code has over all files, in order of the codes.

        Codes that files print only as a hospital's own are left out.
        """
        found: dict[str, int] = defaultdict(int)
        for number, file in enumerate(self.files):
            for table in ("posted_rate", "posted_item"):
                if path := file.tables.get(table):
                    for code, rows in self._rows(_COUNTS, path, sorted(_OWN_TYPES)):
                        if number in self.answering(code):
                            found[code] += rows
        return dict(sorted(found.items()))

    def answering(self, code: str) -> Mapping[int, bool]:
        """The files that answer for a code, by number, each with whether it is superseded."""
        holding = tuple(file.holds_code(code) for file in self.files)
        if holding not in self._answering:
            first: dict[str, int] = {}
            for number, holds in enumerate(holding):
                if holds:
                    first.setdefault(self.files[number].note.id, number)
            self._answering[holding] = {
                number: any(
                    _later(self.files[other], self.files[number]) for other in first.values()
                )
                for number in first.values()
            }
        return self._answering[holding]

    def of_codes(self, first: str, last: str) -> Iterator[tuple[str, list[OfFile]]]:
        """What each file prints of each code from ``first`` to ``last``, both included.

        Codes in order, files in the order given; those that print nothing of it are left out, and
        so are codes that are only ever a hospital's own.
        """
        found: dict[str, dict[int, OfFile]] = defaultdict(dict)
        for number, file in enumerate(self.files):
            sets: set[int] = set()
            for what, code, row in self._of_file(file, first, last):
                answering = self.answering(code)
                if number not in answering:
                    continue
                one = found[code].setdefault(number, OfFile(file, answering[number]))
                getattr(one, what).append(row)
                if isinstance(row, Group) and row.provider_set is not None:
                    sets.add(row.provider_set)
            members = self._members_of(file, sets)
            for by_file in found.values():
                if number in by_file:
                    by_file[number].members = members
                    by_file[number].hospital = self._hospital(file)
        for code in sorted(found):
            files = [found[code][number] for number in sorted(found[code])]
            if any(
                row.code_type not in _OWN_TYPES for one in files for row in one.groups + one.charges
            ):
                yield code, files

    def of_code(self, code: str) -> list[OfFile]:
        """What each file prints of one code."""
        return next((found for _, found in self.of_codes(code, code)), [])

    # -- the inside ----------------------------------------------------------------------------

    def _of_file(
        self, file: OnHand, first: str, last: str
    ) -> Iterator[tuple[str, str, Group | Charge | Allowed]]:
        name = file.note.id
        rates, items = file.tables.get("posted_rate"), file.tables.get("posted_item")
        if rates:
            for code, *told, rows, at in self._rows(_GROUPS, rates, first, last):
                yield "groups", code, group_of(dict(zip(_TOLD, told, strict=True)), rows, name, at)
        if items:
            for code, *told, item, rate in self._rows(_CHARGES, items, first, last):
                yield "charges", code, _charge(told, Place(name, item, rate, 0))
        if rates and file.note.kind == "hospital":
            for code, *told in self._rows(_ALLOWED, rates, first, last):
                payer, plan, *amounts, count, item, rate, price = told[6:]
                agreed, middle, p10, p90 = amounts
                place = Place(name, item, rate, price)
                allowed = Allowed(
                    charge=_charge(told[:6], place),
                    payer_name=payer or "",
                    plan_name=plan or "",
                    negotiated=agreed,
                    median=middle,
                    p10=p10,
                    p90=p90,
                    count=count or "",
                    place=place,
                )
                yield "allowed", code, allowed

    def _members_of(
        self, file: OnHand, wanted: Collection[int]
    ) -> Mapping[int, tuple[Member, ...]]:
        if self._kept > MOST_MEMBERS:
            self._members.clear()
            self._kept = 0
        known = self._members[file.note.id]
        missing = sorted(set(wanted) - known.keys())
        path = file.tables.get("posted_provider")
        if missing and path:
            found: dict[int, list[Member]] = {number: [] for number in missing}
            for number, *told in self._rows(_MEMBERS, path, missing):
                organisation, known_as, name, state, zip_code, npis, bad = told
                found[number].append(
                    Member(
                        organisation,
                        known_as,
                        name or "",
                        state or "",
                        zip_code or "",
                        npis or 0,
                        bad or 0,
                    )
                )
            for number, members in found.items():
                members.sort(key=lambda one: one.organisation)
                known[number] = tuple(members)
                self._kept += len(members)
        return {number: known.get(number, ()) for number in wanted}

    def _hospital(self, file: OnHand) -> Member | None:
        path = file.tables.get("posted_provider")
        if file.note.kind != "hospital" or path is None:
            return None
        if file.note.id not in self._hospitals:
            number = next(iter(self._rows(_HOSPITAL, path)))[0]
            members = self._members_of(file, [number]).get(number, ())
            self._hospitals[file.note.id] = members[0] if members else None
        return self._hospitals[file.note.id]

    def _rows(self, statement: str, path: Path, *values: object) -> Iterable[tuple[Any, ...]]:
        import duckdb  # late: it costs more than everything else at start-up

        if self._connection is None:
            folders = {path.parent for file in self.files for path in file.tables.values()}
            self._connection = connect(sorted(folders), {"memory_limit": MEMORY})
        bound = [values[0], values[1]] if len(values) == 2 else list(values)
        try:
            return self._connection.execute(statement, [str(path), *bound]).fetchall()
        except (duckdb.IOException, duckdb.InvalidInputException) as error:
            raise StoreError(
                f"its posted rates cannot be read: {error}",
                where=str(path),
                cure="remove the folder prices/posted of the store: it is made again.",
            ) from error


def _charge(told: Sequence[Any], place: Place) -> Charge:
    modifiers, billing_class, setting, code_type, gross, cash = told
    return Charge(
        *(modifiers or "", billing_class or "", setting or "", code_type or ""),
        *(gross, cash, place),
    )


def _later(file: OnHand, other: OnHand) -> bool:
    """Whether a file is a newer issue of the same series."""
    same = (file.note.publisher.casefold(), file.series) == (
        other.note.publisher.casefold(),
        other.series,
    )
    return same and bool(other.note.day) and file.note.day > other.note.day


def group_of(told: Mapping[str, Any], rows: int, file: str, at: Sequence[int]) -> Group:
    """A group from the columns that tell it apart, its rows and its first place."""

    def text(name: str) -> str:
        return told[name] or ""

    return Group(
        code_type=text("code_type"),
        payer_name=text("payer_name"),
        plan_name=text("plan_name"),
        network_name=text("network_name"),
        arrangement=text("arrangement"),
        kind=cast(PostedKind, told["kind"]),
        amount=told["amount"],
        amount_printed=text("amount_printed"),
        modifiers=text("modifiers"),
        billing_class=text("billing_class"),
        setting=text("setting"),
        places=text("places"),
        expiration=text("expiration"),
        provider_set=told["provider_set"],
        gross=told["gross"],
        rows=rows,
        place=Place(file, *at),
    )
