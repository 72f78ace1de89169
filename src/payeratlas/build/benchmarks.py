"""Work out benchmarks of the price files on hand: all codes at once, or one that is asked for.

Memory is bounded: posted rates are read a range of codes at a time, and what is made of a code is
written before the next is begun.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import date
from pathlib import Path

from payeratlas.build.rates_medicare import MedicareAmounts
from payeratlas.build.registry import load_price_source
from payeratlas.rates.assemble import assemble
from payeratlas.rates.benchmark import Benchmarks
from payeratlas.rates.codec import encode
from payeratlas.rates.evidence import Evidence, MedicareOf, evidence_of
from payeratlas.rates.evidence import decode as decode_evidence
from payeratlas.rates.evidence import encode as encode_evidence
from payeratlas.rates.judge import Context
from payeratlas.rates.on_hand import of_embedded, of_posted, together
from payeratlas.rates.read import RULES
from payeratlas.rates.rows import OfFile, OnHand, RowReader
from payeratlas.store import Store
from payeratlas.store import benchmarks as ready
from payeratlas.store.posted import everything
from payeratlas.store.price_files import PriceFiles

TOGETHER = 200_000
"""Posted rates that are read at a time; one code's are never parted."""

Tell = Callable[[int, int, str], None]
"""How many codes are done, of how many, and the code that is next."""


@dataclass(frozen=True, slots=True)
class Built:
    """What was worked out: the edition, where it stands, and how much there was.

    ``aside`` has the posted rates that each reason set aside at the headline strictness.
    """

    edition: str
    path: Path
    files: int
    codes: int
    cells: int
    read: int
    kept: int
    aside: Mapping[str, int]
    size: int


class Worker:
    """Works out benchmarks of some price files."""

    def __init__(
        self,
        files: Sequence[OnHand],
        root: Path,
        spill: Path,
        new_medicare: Callable[[], MedicareAmounts],
        edition: str,
    ) -> None:
        """``root`` is where evidence is kept; ``new_medicare`` gives a fresh memory of amounts."""
        self.files = tuple(files)
        self.edition = edition
        self._root = root
        self._spill = spill
        self._new_medicare = new_medicare
        self._evidence: dict[str, Evidence] = {}
        self._reader = RowReader(self.files)
        days = [date.fromisoformat(file.note.day) for file in files if file.note.day]
        self.as_of = max(days, default=None)

    def close(self) -> None:
        """Close what reads."""
        self._reader.close()

    def of_code(self, code: str) -> Benchmarks | None:
        """The benchmarks of one code; None where no file prints it."""
        found = self._reader.of_code(code)
        return self._of(code, found, self._context(self._new_medicare())) if found else None

    def counts(self) -> dict[str, int]:
        """Posted rows by code."""
        return self._reader.counts()

    def all(self, counts: Mapping[str, int]) -> Iterator[Benchmarks]:
        """The benchmarks of every code, in order."""
        for first, last in ranges(counts, TOGETHER):
            context = self._context(self._new_medicare())
            for code, found in self._reader.of_codes(first, last):
                yield self._of(code, found, context)

    def evidence(self, file: OnHand) -> Evidence:
        """The evidence of a file: that which stands ready, else worked out now and kept."""
        key = f"{file.note.id} {file.digest}"
        if key not in self._evidence:
            self._evidence[key] = self._found(file)
        return self._evidence[key]

    def _found(self, file: OnHand) -> Evidence:
        path = file.evidence or self._root / ready.evidence_path(file.note.id, file.digest, RULES)
        try:
            return decode_evidence(path.read_bytes())
        except (OSError, ValueError, KeyError):
            if file.evidence is not None:
                raise
        medicare: MedicareOf = self._new_medicare()
        found = evidence_of(file, medicare, self._spill)
        ready.keep(path, encode_evidence(found))
        return found

    def _context(self, medicare: MedicareAmounts) -> Context:
        return Context(medicare, medicare.pctc, self.evidence)

    def _of(self, code: str, found: Sequence[OfFile], context: Context) -> Benchmarks:
        answering = self._reader.answering(code)
        notes = [self.files[number].note for number in sorted(answering)]
        return assemble(code, found, notes, context, edition=self.edition, as_of=self.as_of)

    def answers(self, code: str) -> bool:
        """Whether any file was read for a code."""
        return bool(self._reader.answering(code))


def ranges(counts: Mapping[str, int], together: int) -> Iterator[tuple[str, str]]:
    """First and last code of ranges of at most so many rows, or of a single code."""
    first, last, rows = "", "", 0
    for code in sorted(counts):
        if first and rows + counts[code] > together:
            yield first, last
            first, rows = "", 0
        first, last, rows = first or code, code, rows + counts[code]
    if first:
        yield first, last


def on_hand(store: Store) -> tuple[OnHand, ...]:
    """Every price file on hand with its posted rates, made where they do not stand ready."""
    source = load_price_source("tic")
    assert source is not None  # it comes with the software
    users = ready.of_user(store.root)
    posted = everything(store.root, users, source.key_of)
    embedded = Path(store.embedded) if store.embedded else None
    return together([of_posted(one) for one in posted], of_embedded(embedded))


def ensure(code: str, store: Store) -> None:
    """Work out the benchmarks of one code where they do not stand ready for the files on hand.

    StoreError where a price file cannot be read or the disk refuses.
    """
    found = store.benchmarks(code, RULES)
    if found.state != "not_made":
        return
    held = PriceFiles(store.root)
    try:
        with held.staging() as staging:
            worker = Worker(
                on_hand(store),
                store.root,
                staging,
                lambda: MedicareAmounts(store),
                found.edition,
            )
            try:
                made = worker.of_code(code)
                nothing = ready.NOT_LISTED if worker.answers(code) else ready.NOT_READ
            finally:
                worker.close()
    finally:
        held.close()
    data = encode(made) if made else nothing
    ready.write_alone(store.root, found.edition, code, data)


def build(store: Store, tell: Tell) -> Built | None:
    """Work out the benchmarks of every code that a price file on hand prints; None without files.

    The store is as before or after, whatever happens. The same files give the same bytes. Raises
    StoreError where a price file cannot be read or the disk refuses.
    """
    embedded = Path(store.embedded) if store.embedded else None
    edition = ready.edition_of(ready.sources(store.root, embedded), RULES)
    if not edition:
        return None
    held = PriceFiles(store.root)
    try:
        with held.staging() as staging:
            worker = Worker(
                on_hand(store), store.root, staging, lambda: MedicareAmounts(store), edition
            )
            try:
                return write(worker, store.root, staging, tell)
            finally:
                worker.close()
    finally:
        held.close()


def build_where_stale(store: Store, tell: Tell) -> Built | None:
    """:func:`build` where not every code stands ready for the price files on hand, else None."""
    embedded = Path(store.embedded) if store.embedded else None
    whole = ready.Benchmarks(store.root, embedded, RULES).whole
    return None if whole else build(store, tell)


def write(worker: Worker, root: Path, staging: Path, tell: Tell, *, table: bool = True) -> Built:
    """Work out every code of a worker's files, and publish them at ``root``.

    ``table`` False leaves out the Parquet file of the cells.
    """
    from payeratlas.publish.benchmark_table import CellsWriter  # late: it brings pyarrow

    notes = list(dict.fromkeys(file.note for file in worker.files))
    counts = worker.counts()
    codes = ready.CodesWriter(staging)
    aside: Counter[str] = Counter()
    cells = read = kept = 0
    with CellsWriter(staging / ready.CELLS) as sheet:
        for number, made in enumerate(worker.all(counts)):
            tell(number, len(counts), made.code)
            codes.add(made.code, encode(made, notes))
            sheet.add(made.cells)
            cells += len(made.cells)
            read, kept = read + made.read, kept + made.kept
            aside.update(made.aside)
    limited = [file.codes for file in worker.files]
    told = None if None in limited else sorted({c for some in limited if some for c in some})
    path = codes.finish(worker.edition, [list(astuple(note)) for note in notes], told)
    size = path.stat().st_size
    staged = {ready.CODES: path} | ({ready.CELLS: staging / ready.CELLS} if table else {})
    return Built(
        edition=worker.edition,
        path=ready.publish(root, worker.edition, staged),
        files=len(notes),
        codes=len(counts),
        cells=cells,
        read=read,
        kept=kept,
        aside=dict(sorted(aside.items(), key=lambda one: (-one[1], one[0]))),
        size=size,
    )
