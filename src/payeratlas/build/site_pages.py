"""Build the pages of a site, batch by batch, in processes of their own.

A batch of neighbouring codes is the unit of work: its rows are read together, and each of its pages
is composed and written, or left as it is where the store would answer all its questions as before.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import date
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Literal

from payeratlas.build.publish import SITE_FORMATS, SITE_SUFFIXES, write_in_site
from payeratlas.build.site_plan import Neighbours
from payeratlas.model.errors import InputError
from payeratlas.model.time import AsOf
from payeratlas.pages.compose import page_of
from payeratlas.pages.facts import ptp
from payeratlas.pages.page import Name
from payeratlas.pages.releases import default_day
from payeratlas.store import Store, Watched, edition_now
from payeratlas.store.disk import sha256_of

BATCH = 128
"""How many codes are read and built together."""


@dataclass(frozen=True, slots=True)
class Order:
    """What all pages of one run share.

    ``store`` and ``embedded`` are the folders of the store; ``today`` stands for a code's default
    day, which ``as_of`` overrides; ``codes`` are those of the site; ``software`` is the digest of
    what makes a page besides the data.
    """

    store: str
    embedded: str | None
    out: str
    today: date
    as_of: date | None
    known_on: date | None
    formats: tuple[str, ...]
    codes: frozenset[str]
    software: str


@dataclass(frozen=True, slots=True)
class Built:
    """A page as it stands in the site.

    ``key`` digests all that it was made of; ``edition`` is the part of it that the data gave.
    ``questions`` are what it asked of the store, as JSON with ``@`` for its own code and day;
    ``linked`` the codes it would link to.
    """

    code: str
    as_of: str
    edition: str
    title: str
    key: str
    questions: str
    linked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """One page to see to: its neighbours, and how it stands now, if it does.

    ``sure`` says that the store is the one over which it was last seen to: then there is no need
    to ask it again.
    """

    code: str
    beside: Neighbours
    standing: Built | None
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a task: ``built`` anew, ``kept`` as it was, or ``refused`` with the reason."""

    code: str
    fate: Literal["built", "kept", "refused"]
    page: Built | None = None
    why: str = ""


def build(tasks: Sequence[Task], order: Order, jobs: int) -> Iterator[list[Outcome]]:
    """See to all tasks, in that many processes; outcomes a batch at a time, in any order."""
    batches = [tasks[start : start + BATCH] for start in range(0, len(tasks), BATCH)]
    if jobs == 1 or len(batches) == 1:
        for batch in batches:
            yield build_batch(batch, order)
        return
    context = get_context("spawn")
    with ProcessPoolExecutor(min(jobs, len(batches)), mp_context=context) as pool:
        waiting = [pool.submit(build_batch, batch, order) for batch in batches]
        try:
            for done in as_completed(waiting):
                yield done.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def build_batch(batch: Sequence[Task], order: Order) -> list[Outcome]:
    """See to some tasks, whose codes should stand near each other."""
    store = _store(order.store, order.embedded)
    store.expect(task.code for task in batch)
    if not all(task.standing and task.sure for task in batch):
        ptp.load(AsOf(order.as_of or order.today, order.known_on), store)
    # A page is made of values that refer to each other one way: next to nothing is left for the
    # collector, which looking at each of them again and again takes a quarter of the time.
    collecting = gc.isenabled()
    gc.disable()
    try:
        return [_see_to(task, order, store) for task in batch]
    finally:
        gc.collect(1)
        if collecting:
            gc.enable()


@cache
def _store(root: str, embedded: str | None) -> Store:
    """The store, opened once a process."""
    return Store(Path(root), Path(embedded) if embedded else None)


def _see_to(task: Task, order: Order, store: Store) -> Outcome:
    day = order.as_of or default_day(task.code, order.today, store)
    as_of = AsOf(day, order.known_on)
    if task.standing and _holds(task.standing, task, as_of, order, store):
        return Outcome(task.code, "kept", task.standing)
    watched, linked = Watched(store), _Linked(order.codes)
    try:
        page = page_of(task.code, as_of, watched)
    except InputError as error:
        return Outcome(task.code, "refused", why=str(error))
    write_in_site(page, Path(order.out), formats=order.formats, links=_links(task), beside=linked)
    asked = tuple(sorted(linked.asked))
    made = Built(
        code=task.code,
        as_of=day.isoformat(),
        edition=page.edition,
        title=page.title,
        key=_key(page.edition, task, as_of, asked, order),
        questions=_masked(json.dumps(watched.questions), task.code, day.isoformat()),
        linked=asked,
    )
    return Outcome(task.code, "built", made)


def _holds(standing: Built, task: Task, as_of: AsOf, order: Order, store: Store) -> bool:
    """Whether the page as it stands is the one that would be built."""
    day = as_of.service_date.isoformat()
    folder = Path(order.out) / task.code
    if standing.as_of != day or not all(
        (folder / f"{task.code}.{SITE_SUFFIXES[one]}").exists()
        for one in {*SITE_FORMATS, *order.formats}
    ):
        return False
    if standing.key != _key(standing.edition, task, as_of, standing.linked, order):
        return False
    if task.sure:
        return True
    questions = json.loads(_unmasked(standing.questions, task.code, day))
    return edition_now(questions, store) == standing.edition


def _key(edition: str, task: Task, as_of: AsOf, linked: Iterable[str], order: Order) -> str:
    """Digest of everything a page is made of."""
    parts = [
        order.software,
        sorted({*SITE_FORMATS, *order.formats}),
        task.code,
        str(as_of),
        edition,
        [task.beside.before, task.beside.after],
        [[code, code in order.codes] for code in linked],
    ]
    return sha256_of(json.dumps(parts).encode())


def _links(task: Task) -> list[Name]:
    beside = task.beside
    return [
        Name("All codes", href="../index.html"),
        *(
            Name(f"{words} {code}", href=f"../{code}/{code}.html")
            for words, code in (("Before:", beside.before), ("After:", beside.after))
            if code
        ),
    ]


def _masked(questions: str, code: str, day: str) -> str:
    """Questions in which pages of a kind are alike: their own code and day as placeholders."""
    return questions.replace(f'"{code}"', '"@code"').replace(f'"{day}"', '"@day"')


def _unmasked(questions: str, code: str, day: str) -> str:
    return questions.replace('"@code"', f'"{code}"').replace('"@day"', f'"{day}"')


class _Linked:
    """The codes of the site, noting which of them a page asks for."""

    def __init__(self, codes: frozenset[str]) -> None:
        self._codes = codes
        self.asked: set[str] = set()

    def __contains__(self, code: object) -> bool:
        self.asked.add(str(code))
        return code in self._codes
