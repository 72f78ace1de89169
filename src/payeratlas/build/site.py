"""Build a static site of every code on hand: pages, lists, search; again, only what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from payeratlas.build import search
from payeratlas.build.publish import (
    FORMATS,
    SCRIPT,
    SITE_FORMATS,
    SITE_SUFFIXES,
    STYLESHEET,
    replace,
    unwritable,
)
from payeratlas.build.site_pages import Order, Outcome, Task, build
from payeratlas.build.site_pairs import FOLDER as PAIRS
from payeratlas.build.site_pairs import write_pairs
from payeratlas.build.site_plan import codes_on_hand, neighbours, software
from payeratlas.build.site_shell import listings
from payeratlas.build.site_state import MANIFEST, Made, State
from payeratlas.model.errors import InputError
from payeratlas.model.time import AsOf
from payeratlas.publish import html, shell
from payeratlas.store import Store


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: pages seen to of all, and what became of those."""

    done: int
    total: int
    built: int
    kept: int


@dataclass(frozen=True, slots=True)
class Site:
    """What a run made: counts of pages, the codes it could not publish and why, and what is gone.

    ``searched`` says whether the search was made anew.
    """

    root: Path
    edition: str
    pages: int
    built: int
    kept: int
    removed: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]
    searched: bool


def build_site(
    store: Store,
    root: Path,
    *,
    today: date,
    as_of: date | None = None,
    known_on: date | None = None,
    jobs: int = 2,
    base_url: str = "",
    formats: Collection[str] = SITE_FORMATS,
    codes: Sequence[str] | None = None,
    tell: Callable[[Progress], None] | None = None,
) -> Site:
    """Build or renew the site of every code on hand (or of ``codes``) in the folder ``root``.

    Each page is for ``as_of``, else for today or the last day that a release covers for its code.
    Pages that the store would answer as before are left as they are; those of codes gone are
    removed. The bytes do not depend on ``jobs``, and a run that was stopped goes on. InputError
    where the folder is something else, cannot be written, or Pagefind is missing.
    """
    search.required()
    order_of = _checked(formats)
    base_url = _base(base_url)
    _refuse_other(root)
    wanted = tuple(sorted(set(codes))) if codes is not None else codes_on_hand(store)
    order = Order(
        store=str(store.root),
        embedded=store.embedded,
        out=str(root.resolve()),
        today=today,
        as_of=as_of,
        known_on=known_on,
        formats=order_of,
        codes=frozenset(wanted),
        software=software(),
    )
    state = State(root)
    beside = neighbours(wanted)
    sure = state.settled if state.edition == store.edition else set()
    tasks = [Task(code, beside[code], state.pages.get(code), code in sure) for code in wanted]
    outcomes = _run(tasks, order, jobs, state, tell or (lambda progress: None))
    pages = {o.code: o.page for o in outcomes if o.page is not None}
    removed = tuple(sorted(set(state.pages) - set(pages)))
    for code in removed:
        _remove(root, code)
    refused = tuple((o.code, o.why) for o in outcomes if o.fate == "refused")
    titles = {code: pages[code].title for code in sorted(pages)}
    slips = search.slips(titles)
    found = search.digest(slips)
    anew = found != state.search or not (root / search.FOLDER).is_dir()
    try:
        only = None if codes is None else wanted
        day = AsOf(as_of or today, known_on)
        write_pairs(store, root, as_of=day, only=only, software=order.software)
        _write_shell(root, titles, store, base_url, [code for code, _ in refused])
        if anew:
            search.index(slips, root)
    except OSError as error:
        raise unwritable(root, error) from error
    made = Made(store.edition, store.version, order.software, order.formats, base_url, found)
    state.settle(pages, made)
    fates = Counter(outcome.fate for outcome in outcomes)
    return Site(
        root, store.edition, len(pages), fates["built"], fates["kept"], removed, refused, anew
    )


def _run(
    tasks: Sequence[Task],
    order: Order,
    jobs: int,
    state: State,
    tell: Callable[[Progress], None],
) -> list[Outcome]:
    """See to every page, noting each batch as it is done; outcomes in the order of the codes."""
    outcomes: list[Outcome] = []
    fates: Counter[str] = Counter()
    tell(Progress(0, len(tasks), 0, 0))
    for batch in build(tasks, order, jobs):
        state.note(o.page for o in batch if o.fate == "built" and o.page is not None)
        outcomes += batch
        fates.update(outcome.fate for outcome in batch)
        tell(Progress(len(outcomes), len(tasks), fates["built"], fates["kept"]))
    return sorted(outcomes, key=lambda outcome: outcome.code)


def _write_shell(
    root: Path, titles: Mapping[str, str], store: Store, base_url: str, refused: Sequence[str]
) -> None:
    """Everything but the pages of codes and the search; lists that are no longer are removed."""
    pairs = (root / PAIRS).is_dir()
    about = _about(store, len(titles), refused, pairs)
    shelves, lists = listings(titles, store)
    texts = {
        "index.html": shell.front(about, shelves),
        "about.html": shell.about_page(about),
        "404.html": shell.not_found(about, urlsplit(base_url).path or "/"),
        STYLESHEET: html.site_stylesheet(),
        SCRIPT: html.site_script(),
        "search.js": shell.search_script(),
        "robots.txt": shell.robots(base_url),
        "feed.xml": shell.feed(about, base_url),
        **{page.path: shell.listing(page, about) for page in lists},
    }
    if pairs:
        texts |= {"pairs.html": shell.pairs_page(about), "pairs.js": shell.pairs_script()}
    if base_url:
        paths = ["", "about.html", *(["pairs.html"] if pairs else []), *(p.path for p in lists)]
        paths += [f"{code}/{code}.html" for code in titles]
        texts["sitemap.xml"] = shell.sitemap(base_url, paths)
    for path, text in texts.items():
        file, data = root / path, text.encode()
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.is_file() or file.read_bytes() != data:
            replace(file, data)
    shown = ("sitemap.xml", "pairs.html", "pairs.js")
    for old in (*(root / "browse").glob("*.html"), *(root / name for name in shown)):
        if old.relative_to(root).as_posix() not in texts:
            old.unlink(missing_ok=True)


def _about(store: Store, pages: int, refused: Sequence[str], pairs: bool) -> shell.About:
    releases = [published.release for published in store.releases()]
    lines = tuple(
        shell.ReleaseLine(
            source=published.release.source,
            id=published.release.id,
            title=published.release.title,
            issued=published.release.issued.isoformat(),
            covers=str(published.release.covers),
            extent="whole" if published.release.complete else "an excerpt",
            rows=sum(part.rows for part in published.parts),
        )
        for published in store.releases()
    )
    issued = max((r.issued for r in releases), default=date(1970, 1, 1)).isoformat()
    return shell.About(store.edition, store.version, pages, issued, lines, tuple(refused), pairs)


def _remove(root: Path, code: str) -> None:
    """Remove the page of a code, and its folder where nothing else stands in it."""
    for suffix in SITE_SUFFIXES.values():
        (root / code / f"{code}.{suffix}").unlink(missing_ok=True)
    with suppress(OSError):
        (root / code).rmdir()


def _checked(formats: Collection[str]) -> tuple[str, ...]:
    if unknown := sorted(set(formats) - set(FORMATS)):
        raise InputError(f"'{unknown[0]}' is not a format.", cure=f"some of {', '.join(FORMATS)}")
    return tuple(suffix for suffix in FORMATS if suffix in {*formats, *SITE_FORMATS})


def _base(url: str) -> str:
    """The address with a slash at its end; InputError where it is none."""
    if not url:
        return ""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise InputError(
            f"'{url}' is not the address of a site.", cure="for example https://example.org/codes/"
        )
    return url.rstrip("/") + "/"


def _refuse_other(root: Path) -> None:
    """Refuse a folder that holds something else than a site: files in it would be overwritten."""
    if root.exists() and not root.is_dir():
        raise InputError("there is a file of that name.", where=str(root), cure="another --out")
    ours = (MANIFEST, ".payeratlas")
    if root.is_dir() and any(root.iterdir()) and not any((root / n).exists() for n in ours):
        raise InputError(
            "the folder is not empty and holds no site.",
            where=str(root),
            cure="name an empty folder with --out, or the one of an earlier run.",
        )
