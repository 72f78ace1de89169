"""What fetching says and asks: offers, progress, terms to accept, and what a release would change.

Everything but the result goes to standard error, so that ``--json`` stays clean.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import rich_click as click
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.text import Text

from payeratlas.apps.comparing import of_kind, pair_json, rows_words, show_pair
from payeratlas.build.download import Downloaded, Moment, Watch
from payeratlas.build.fetch import Preview, file_name
from payeratlas.build.registry import Offer
from payeratlas.build.terms import Acceptance, Memory, Terms, gate_of, terms
from payeratlas.model.errors import InputError
from payeratlas.publish.diff_json import sheet_json
from payeratlas.store import Store

_STEP = 0.25  # of a file, between two lines where there is no terminal
_UNKNOWN_STEP = 8 << 20


def attended() -> bool:
    """Whether somebody is there to be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


# -- progress ------------------------------------------------------------------------------------


class Telling:
    """Tells of downloads: bars on a terminal, a few plain lines elsewhere."""

    def __init__(self, console: Console | None = None) -> None:
        """On standard error, unless another console is given."""
        self._console = console or Console(stderr=True, highlight=False)
        self._bars: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._said: dict[str, float] = {}

    def watch(self) -> Watch:
        """What to hand to whoever downloads."""
        return Watch(time.monotonic, self._moment, self.say)

    def say(self, words: str) -> None:
        """One line."""
        console = self._bars.console if self._bars else self._console
        console.print(Text(words), soft_wrap=True)

    def close(self) -> None:
        """Take the bars off the terminal, so that something else can be written there."""
        if self._bars:
            self._bars.stop()
        self._bars = None
        self._tasks = {}

    def _moment(self, moment: Moment) -> None:
        if self._console.is_terminal:
            self._bar(moment)
        else:
            self._line(moment)

    def _bar(self, moment: Moment) -> None:
        if self._bars is None:
            self._bars = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                DownloadColumn(),
                TransferSpeedColumn(),
                TimeRemainingColumn(),
                console=self._console,
            )
            self._bars.start()
        if moment.name not in self._tasks:
            self._tasks[moment.name] = self._bars.add_task(moment.name, total=moment.total)
        self._bars.update(self._tasks[moment.name], total=moment.total, completed=moment.got)

    def _line(self, moment: Moment) -> None:
        done = moment.got / moment.total if moment.total else moment.got / _UNKNOWN_STEP
        step = _STEP if moment.total else 1.0
        last = self._said.get(moment.name)
        whole = bool(moment.total) and done == 1
        if last is None or done < last or done >= last + step or (whole and last < 1):
            self._said[moment.name] = done
            self.say(moment_text(moment))


def moment_text(moment: Moment) -> str:
    """A moment of a download as a line of plain words."""
    words = f"{moment.name}: {_size(moment.got)}"
    if moment.total:
        words += f" of {_size(moment.total)} ({100 * moment.got // moment.total} %)"
    if moment.rate:
        words += f", {_size(moment.rate)}/s"
    if moment.left and moment.left >= 1:
        words += f", {moment.left:.0f} s left"
    return words


def _size(count: float) -> str:
    for unit in ("bytes", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


# -- terms ---------------------------------------------------------------------------------------


@dataclass
class Asking:
    """Shows terms to the user, once, and remembers what was accepted in the user's store.

    ``given`` names the terms that the user accepts with the command itself. ``ready`` is called
    before anything is written.
    """

    memory: Memory
    given: Collection[str]
    day: date
    may_ask: bool
    ready: Callable[[], None] = lambda: None
    told: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for name in self.given:
            if name not in terms():
                raise InputError(
                    f"there are no terms called '{name}'.", cure=f"one of {', '.join(terms())}."
                )

    def consent(self, asked: Terms) -> None:
        """Return once the user has accepted; InputError where they have not."""
        self.ready()
        if before := self.memory.all().get(asked.id):
            if asked.id not in self.told:
                self.told.add(asked.id)
                _err(f"You accepted {asked.title} on {before.day} ({asked.url}).")
            return
        _err(f"{asked.asked_by} asks {asked.asks}")
        _err(f"The terms: {asked.title}, {asked.url}")
        if asked.id in self.given:
            how = "--accept-licence"
            _err(f"You accept them with {how} {asked.id}.")
        elif self.may_ask and click.confirm(
            "Have you read them, and do you accept them?", default=False, err=True
        ):
            how = "asked at the terminal"
        else:
            raise InputError(
                f"{asked.title} was not accepted; nothing was downloaded.",
                where=asked.url,
                cure=f"read the terms there; if you accept them, add --accept-licence {asked.id}.",
            )
        self.told.add(asked.id)
        self.memory.remember(Acceptance(asked.id, self.day.isoformat(), how, asked.url))
        _err(f"Remembered in {self.memory.path}; you are not asked again.")


def _err(words: str) -> None:
    click.echo(words, err=True)


# -- offers --------------------------------------------------------------------------------------


def offers_listing(offers: Sequence[Offer], source: str, store: Store) -> list[dict[str, Any]]:
    """Each offer as the JSON of ``--list`` has it."""
    held = {part.artifact.url for p in store.releases(source) for part in p.parts}
    return [
        {
            "title": offer.title,
            "file": file_name(offer.url),
            "release": offer.release,
            "part": offer.part,
            "url": offer.url,
            "terms": gate.id if (gate := gate_of(offer.url)) else None,
            "on_hand": offer.url in held,
        }
        for offer in offers
    ]


def show_offers(listing: Sequence[Mapping[str, Any]]) -> None:
    """One offer a line, newest first."""
    for offer in listing:
        notes = [f"terms: {offer['terms']}"] if offer["terms"] else []
        notes += ["on hand"] if offer["on_hand"] else []
        aside = f" ({', '.join(notes)})" if notes else ""
        click.echo(f"{offer['title']}: {offer['file']}{aside}")


# -- what a release would change -----------------------------------------------------------------


def fetched(
    preview: Preview, downloads: Sequence[Downloaded], *, published: bool
) -> dict[str, Any]:
    """What was fetched and what it changes, as the JSON of the command has it."""
    release, comparison = preview.reading.release, preview.comparison
    return {
        "source": release.source,
        "release": release.id,
        "covers": str(release.covers),
        "files": [
            {
                "name": file.path.name,
                "url": file.pin.url,
                "sha256": file.pin.sha256,
                "size": file.pin.size,
                "retrieved": file.pin.retrieved,
                "replaced": file.replaced or None,
            }
            for file in downloads
        ],
        "on_hand": preview.on_hand,
        "against": preview.against.release.id if preview.against else None,
        "changes": [pair_json(pair) for pair in comparison.pairs] if comparison else [],
        "missing": [sheet_json(sheet) for sheet in comparison.alone_before] if comparison else [],
        "new": [sheet_json(sheet) for sheet in comparison.alone_after] if comparison else [],
        "published": published,
    }


def show_preview(summary: Mapping[str, Any]) -> None:
    """What was read, and what it would change, by table."""
    click.echo(f"{summary['source']} {summary['release']}, for services {summary['covers']}")
    for file in summary["files"]:
        click.echo(f"  {file['name']}: {file['size']:,} bytes, sha256 {file['sha256']}")
        if file["replaced"]:
            click.echo(f"    its publisher replaced it; before, its sha256 was {file['replaced']}")
    if summary["on_hand"]:
        click.echo("These files are on hand and published already; nothing changes.")
        return
    if summary["against"] is None:
        click.echo("No release of this source is on hand to compare with; all of it is new.")
        return
    again = summary["against"] == summary["release"]
    what = "as it is on hand now" if again else "on hand"
    click.echo(f"Compared with {summary['against']} {what}:")
    for pair in summary["changes"]:
        show_pair(pair)
    for sheet in summary["missing"]:
        click.echo(
            f"  {of_kind(sheet['table'], sheet['of'])}: {rows_words(sheet['rows'])} on hand, "
            + ("no file of it here: they would go" if again else "no file of it in this release")
        )
    for sheet in summary["new"]:
        click.echo(
            f"  {of_kind(sheet['table'], sheet['of'])}: {rows_words(sheet['rows'])}, "
            "no file to compare with"
        )
