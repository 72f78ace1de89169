"""A payer's posting: the files that a table of contents names, each once, and their plans.

The table of contents is read as a stream into the store, like any price file; from there its
files are told apart by their address without its query (payers sign the same file anew in each
mention), and what is on hand already is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from payeratlas.build.download import Watch
from payeratlas.build.guard import SiteError
from payeratlas.build.price_files import Added, Wish, add
from payeratlas.build.price_stream import Target, stream_in
from payeratlas.build.registry import Offer, PriceSource
from payeratlas.build.web import Answer, Order, Web
from payeratlas.model.errors import InputError
from payeratlas.store.price_files import PriceFiles
from payeratlas.store.price_manifest import PriceFile

MOST_ASKED = 300  # files whose size is asked for; of more, that many stand for all
_FIRST = "bytes=0-0"
_PLAN = ("structure", "plan_name", "plan_id")
_FILE = ("structure", "kind", "location")
_REMEMBERED = 1 << 16  # addresses whose file is remembered


@dataclass(frozen=True, slots=True)
class Posting:
    """The files of a table of contents.

    ``unusable`` counts mentions that hold no address; ``plans`` those of the whole table.
    """

    index: PriceFile
    targets: tuple[Target, ...]
    mentions: int
    unusable: int
    plans: int

    @property
    def hosts(self) -> tuple[str, ...]:
        """The sites that serve its files."""
        return tuple(sorted({target.host for target in self.targets}))

    @property
    def wanted(self) -> tuple[Target, ...]:
        """The files that have to be fetched."""
        return tuple(target for target in self.targets if target.wanted)


def read_index(
    index: str, held: PriceFiles, source: PriceSource, web: Web | None, *, watch: Watch, day: str
) -> PriceFile:
    """Read a table of contents from a path, or over ``web`` from an address, into the store.

    Raises InputError where it is another kind of file (which is then not kept), FileError where it
    cannot be read.
    """
    added: Added
    if web is None:
        added = add(Path(index), held, source, Wish(), watch=watch)
    else:
        url = index
        added = stream_in(
            Target(Path(urlsplit(url).path).name or "index", source.key_of(url), url, 1, 0),
            web,
            held,
            source,
            Wish(),
            watch=watch,
            day=day,
        )
    if added.file.kind != "index":
        if added.what == "added":
            held.withdraw(added.file)
        raise InputError(
            f"this is no table of contents but a file of kind {added.file.kind}.",
            where=index.partition("?")[0],
            cure="add a price file by itself with 'payeratlas sources add tic FILE'.",
        )
    return added.file


def posting_of(
    index: PriceFile,
    files: Sequence[PriceFile],
    source: PriceSource,
    wish: Wish,
    *,
    kinds: Collection[str] = ("in_network",),
    name: str = "",
    plan: str = "",
) -> Posting:
    """The distinct files of a table of contents on hand, in its order.

    ``kinds`` are those wanted; ``name`` keeps files whose name has this text in it, ``plan`` those
    of plans whose name or id has it. InputError where nothing is left.
    """
    plans_of: Counter[int] = Counter()
    chosen: set[int] = set()
    for structure, plan_name, plan_id in _rows(index, "tic_index_plan", _PLAN):
        plans_of[structure] += 1
        if plan and plan.casefold() in f"{plan_name or ''}\n{plan_id or ''}".casefold():
            chosen.add(structure)
    tally = _Tally(source, plans_of)
    for structure, kind, location in _rows(index, "tic_index_file", _FILE):
        if kind in kinds and (not plan or structure in chosen):
            tally.take(structure, location)
    at = {place.key: file for file in files for place in file.places if wish.met_by(file)}
    targets = tuple(
        Target(offer.title, key, offer.url, tally.mentions[key], tally.plans[key], at.get(key))
        for key, offer in tally.offers.items()
        if name.casefold() in offer.title.casefold()
    )
    if not targets:
        wanted = " or ".join(sorted(kinds))
        raise InputError(
            f"the table of contents names no such file ({wanted}).",
            where=index.artifact.name,
            cure="leave out --only and --plan, or add --allowed-amounts.",
        )
    return Posting(index, targets, tally.mentions.total(), tally.unusable, plans_of.total())


class _Tally:
    """The distinct files among mentions; memory holds each file once, however often mentioned."""

    def __init__(self, source: PriceSource, plans_of: Mapping[int, int]) -> None:
        self._source = source
        self._plans_of = plans_of
        self._structure = 0
        self._here: set[str] = set()  # the files of this structure
        self._known: dict[str, Offer | None] = {}  # by address, as far as remembered
        self.offers: dict[str, Offer] = {}
        self.mentions: Counter[str] = Counter()
        self.plans: Counter[str] = Counter()
        self.unusable = 0

    def take(self, structure: int, location: str | None) -> None:
        """One mention; those of a structure come together."""
        if structure != self._structure:
            self._structure = structure
            self._here.clear()
        offer = self._offer(location or "")
        if offer is None:
            self.unusable += 1
            self.mentions[""] += 1
            return
        key = offer.release
        self.offers.setdefault(key, offer)
        self.mentions[key] += 1
        if key not in self._here:
            self._here.add(key)
            self.plans[key] += self._plans_of.get(structure, 0)

    def _offer(self, location: str) -> Offer | None:
        if location not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[location] = next(iter(self._source.offered([location])), None)
        return self._known[location]


def sized(posting: Posting, web: Web, watch: Watch) -> Posting:
    """The posting with what its sites say of the sizes and versions of its files.

    Hosts that ``web`` may not ask are passed over. Where there are very many files, those on hand
    and a fixed selection of the others are asked for.
    """
    asked = [t for t in posting.targets if t.host in web.hosts]
    held = [t for t in asked if t.held is not None]
    others = [t for t in asked if t.held is None]
    step = max(1, -(-len(others) // MOST_ASKED))
    chosen = {t.key for t in (*held, *others[::step])}
    targets = []
    for number, target in enumerate(posting.targets):
        if target.key in chosen:
            target = _sized(target, web)
            if number % 25 == 0:
                watch.say(f"asked for the size of {number + 1} of {len(posting.targets)} files")
        targets.append(target)
    return replace(posting, targets=tuple(targets))


def _sized(target: Target, web: Web) -> Target:
    # Some signatures are good for GET alone.
    whole: dict[str, str] = {}
    asked = ((Order(target.url, "HEAD"), whole), (Order(target.url), {"Range": _FIRST}))
    for order, headers in asked:
        try:
            with web.open(order, headers) as answer:
                if answer.status in (200, 206):
                    return replace(
                        target,
                        size=_size(answer),
                        etag=answer.headers.get("etag", ""),
                        last_modified=answer.headers.get("last-modified", ""),
                        trouble="",
                    )
                target = replace(target, trouble=f"the site answers {answer.status}")
        except SiteError as error:
            return replace(target, trouble=error.what)
    return target


def _size(answer: Answer) -> int | None:
    if answer.status == 206:
        text = answer.headers.get("content-range", "").rpartition("/")[2]
        return int(text) if text.isdecimal() else None
    return answer.length


@dataclass(frozen=True, slots=True)
class Sum:
    """How many bytes files are: those whose size is known, and all of them, estimated."""

    known: int
    unknown_files: int
    estimated: int | None


def total(targets: Iterable[Target]) -> Sum:
    """The bytes of files; where a size is not known, the mean of the others stands in."""
    every = tuple(targets)
    sizes = [target.size for target in every if target.size is not None]
    unknown = len(every) - len(sizes)
    known = sum(sizes)
    estimated = known + unknown * known // len(sizes) if sizes else (0 if not every else None)
    return Sum(known, unknown, estimated)


def remote_references(
    file: PriceFile, on_hand: Collection[str], source: PriceSource
) -> tuple[Target, ...]:
    """The provider-reference files that prices of a file point to, but for keys ``on_hand``."""
    rows = _rows(file, "tic_provider_group", ("kind", "location"))
    mentioned = [location for kind, location in rows if kind == "remote"]
    return tuple(
        Target(offer.title, offer.release, offer.url, 1, 0)
        for offer in source.offered(mentioned)
        if offer.release not in on_hand
    )


def _rows(file: PriceFile, table: str, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Columns of a table row by row, a batch in memory at a time."""
    import pyarrow.parquet as pq  # late: it is slow to load

    path = file.table_path(table)
    if path is None:
        return
    with pq.ParquetFile(path) as opened:
        for batch in opened.iter_batches(columns=list(columns)):
            yield from zip(*(batch.column(name).to_pylist() for name in columns), strict=True)
