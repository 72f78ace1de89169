"""Fetch the files of a posting one after another; what fails is told, and the others go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from payeratlas.build.download import Limits, Moment, Watch
from payeratlas.build.guard import Unreachable
from payeratlas.build.posting import Posting, remote_references, total
from payeratlas.build.price_files import Added, Wish
from payeratlas.build.price_stream import Target, stream_in
from payeratlas.build.registry import PriceSource
from payeratlas.build.web import Web
from payeratlas.model.errors import FileError
from payeratlas.store.price_files import PriceFiles
from payeratlas.store.price_manifest import PriceFile

MOST_SILENT = 3  # files running for which a site stays silent before it is left alone
_NOT_TRIED = "it was not tried, since the site did not answer for the files before it."
_TOLD = 50  # provider references between two lines about them
RATE = 10_000_000  # bytes a second that an estimate takes where none was measured


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file: it was added, or refused with an error, or was on hand."""

    target: Target
    added: Added | None = None
    error: FileError | None = None

    @property
    def file(self) -> PriceFile | None:
        """The file on hand now."""
        return self.added.file if self.added else self.target.held if not self.error else None


@dataclass
class References:
    """What became of the provider-reference files that prices point to.

    ``elsewhere`` counts those on hosts that were not accepted, by host.
    """

    fetched: int = 0
    failed: list[Outcome] = field(default_factory=list)
    elsewhere: dict[str, int] = field(default_factory=dict)

    @property
    def missing(self) -> int:
        """How many are not on hand."""
        return len(self.failed) + sum(self.elsewhere.values())


@dataclass(frozen=True, slots=True)
class Estimate:
    """How long fetching takes, in seconds, at a rate in bytes a second and why that one."""

    seconds: float | None
    rate: float
    basis: str


def estimate(targets: Sequence[Target], measured: float | None) -> Estimate:
    """The time for files at the measured rate, else at a rate that is assumed and said so."""
    size = total(targets).estimated
    rate = measured or float(RATE)
    basis = "as the table of contents came in" if measured else "assumed"
    return Estimate(None if size is None else size / rate, rate, basis)


class Measured:
    """Passes a watch on and remembers the rate at which the last file came in."""

    def __init__(self, watch: Watch, least: int = 1 << 20) -> None:
        """Only of files of at least ``least`` bytes, for smaller ones tell little."""
        self._watch = watch
        self._least = least
        self.rate: float | None = None

    def watch(self) -> Watch:
        """What to hand to whoever reads."""
        return Watch(self._watch.clock, self._moment, self._watch.say)

    def _moment(self, moment: Moment) -> None:
        if moment.got >= self._least and moment.rate:
            self.rate = moment.rate
        self._watch.moment(moment)


@dataclass
class Fetching:
    """One go at a posting: whom to ask, where to, for what, and what became of the references.

    ``done`` is told after each file how far all of them are.
    """

    web: Web
    held: PriceFiles
    source: PriceSource
    wish: Wish
    watch: Watch
    day: str
    limits: Limits | None = None
    done: Callable[[str], None] = lambda words: None
    references: References = field(default_factory=References)
    _known: dict[str, PriceFile] = field(default_factory=dict)
    _settled: set[str] = field(default_factory=set)
    _silent: dict[str, int] = field(default_factory=dict)

    def run(self, posting: Posting) -> Iterator[Outcome]:
        """Read each wanted file into the store, and the remote provider references of its prices.

        A file that is refused becomes an Outcome with its error. StoreError stops everything.
        """
        self._known = {p.key: file for file in self.held.all() for p in file.places}
        wanted = posting.wanted
        began, size = self.watch.clock(), total(wanted)
        got = count = 0
        for target in posting.targets:
            outcome = Outcome(target)
            if target.wanted:
                outcome = self._fetched(target, self.wish, self.watch)
                count += 1
                got += outcome.added.file.artifact.size if outcome.added else target.size or 0
                passed = self.watch.clock() - began
                self.done(_so_far(count, len(wanted), got, size.estimated, passed))
            if outcome.file is not None:
                self._references(outcome.file)
            yield outcome

    def _fetched(self, target: Target, wish: Wish, watch: Watch) -> Outcome:
        wider = Wish(wish.payer, wish.widened(self._known.get(target.key)))
        if self._silent.get(target.host, 0) >= MOST_SILENT:
            return Outcome(target, error=Unreachable(_NOT_TRIED, where=target.key))
        try:
            added = stream_in(
                target,
                self.web,
                self.held,
                self.source,
                wider,
                watch=watch,
                day=self.day,
                limits=self.limits,
            )
        except FileError as error:
            silent = isinstance(error, Unreachable)
            self._silent[target.host] = self._silent.get(target.host, 0) + 1 if silent else 0
            watch.say(f"{target.name} is left out: {error.what}")
            return Outcome(target, error=error)
        self._silent[target.host] = 0
        self._known |= {place.key: added.file for place in added.file.places}
        return Outcome(target, added)

    def _references(self, file: PriceFile) -> None:
        """Fetch the provider references of a file that are not on hand, each tried once."""
        told = self.references
        missing = remote_references(file, self._known.keys() | self._settled, self.source)
        quiet = Watch(self.watch.clock, say=self.watch.say)
        for number, target in enumerate(missing, start=1):
            self._settled.add(target.key)
            if target.host not in self.web.hosts:
                told.elsewhere[target.host] = told.elsewhere.get(target.host, 0) + 1
                continue
            outcome = self._fetched(target, Wish(file.payer), quiet)
            if outcome.error:
                told.failed.append(outcome)
            else:
                told.fetched += 1
            if number % _TOLD == 0 or number == len(missing):
                self.watch.say(f"{file.artifact.name}: provider reference {number}/{len(missing)}")


def _so_far(count: int, files: int, got: int, size: int | None, seconds: float) -> str:
    words = f"{count} of {files} files"
    if size:
        words += f", {got / 1e6:,.0f} of about {max(size, got) / 1e6:,.0f} MB"
    if seconds > 0 and got:
        rate = got / seconds
        words += f", {rate / 1e6:,.1f} MB/s"
        if size and size > got:
            words += f", about {duration((size - got) / rate)} left"
    return words


def duration(seconds: float) -> str:
    """A span of time in the unit that a person would use."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
