"""Fetch a release: find it on the publisher's page, download it, read it, say what it changes.

Each step is a function of its own, so that whoever drives them can ask the user in between.
Nothing is published here but by :func:`payeratlas.build.ingest.publish`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from payeratlas.build.download import Downloaded, Watch, download
from payeratlas.build.guard import SiteError
from payeratlas.build.ingest import Progress, read
from payeratlas.build.registry import Offer, SourceModule
from payeratlas.build.terms import Terms, accepting, behind, gate_of
from payeratlas.build.web import Order, Web
from payeratlas.formats import SourceFile
from payeratlas.model.errors import InputError
from payeratlas.model.provenance import Source
from payeratlas.store import Published, Store, sheets
from payeratlas.store.changes import Comparison, changes, predecessor
from payeratlas.store.disk import remove
from payeratlas.tables.reading import Reading

LATEST = "latest"
DOWNLOADS = "downloads"
_NAMED = 8  # offers that an error names

Consent = Callable[[Terms], None]


def hosts_of(source: Source) -> frozenset[str]:
    """The only hosts that are asked for a source's pages and files."""
    return frozenset({urlsplit(source.index_url).hostname or "", *source.hosts} - {""})


def offers_of(source: SourceModule, web: Web) -> tuple[Offer, ...]:
    """The files that the publisher offers now, newest release first."""
    return tuple(source.discover(web.get))


# -- which release -------------------------------------------------------------------------------


def chosen(offers: Sequence[Offer], wanted: str) -> tuple[Offer, ...]:
    """The files of one release: the newest for ``latest``, else the one that ``wanted`` names.

    A name is the title of a link, the name of a file, or a part of either that only one release
    has. All files of the release come with it. InputError where it names none, or several.
    """
    if not offers:
        raise InputError("the publisher offers no release.", cure="look at its page in a browser.")
    if wanted == LATEST:
        found = [offer for offer in offers if _release(offer) == _release(offers[0])]
    else:
        sought = wanted.casefold()
        exact = [o for o in offers if sought in (n.casefold() for n in _names(o))]
        fitting = exact or [o for o in offers if any(sought in n.casefold() for n in _names(o))]
        if not fitting:
            raise InputError(
                f"no release offered is called '{wanted}'.",
                cure=f"one of {_listed(offers)}; --list shows all.",
            )
        if len({_release(offer) for offer in fitting}) > 1:
            raise InputError(
                f"'{wanted}' could be {_listed(fitting)}.", cure="name one of them in full."
            )
        found = [offer for offer in offers if _release(offer) == _release(fitting[0])]
        if len(exact) == 1 and len({offer.part for offer in found}) == 1:
            found = exact  # the same release is offered in several files, and one was named
    parts = [offer.part for offer in found]
    if len(set(parts)) < len(parts):
        raise InputError(
            f"the release is offered {len(found)} times: {_listed(found)}.",
            cure="name one of the files with --release.",
        )
    return tuple(found)


def _release(offer: Offer) -> str:
    return offer.release or offer.url


def _names(offer: Offer) -> tuple[str, ...]:
    name = file_name(offer.url)
    return offer.title, name, name.rpartition(".")[0], offer.release


def _listed(offers: Sequence[Offer]) -> str:
    shown = [f"'{offer.title}' ({file_name(offer.url)})" for offer in offers[:_NAMED]]
    more = len(offers) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def file_name(url: str) -> str:
    """What a file is called on disk: the end of its address, with nothing that is not a name.

    CMS has addresses such as ``.../rvu24b-updated-03/18/2024.zip``: the end is taken long enough to
    hold a letter before its suffix.
    """
    pieces = [unquote(piece) for piece in urlsplit(behind(url)).path.split("/") if piece]
    name = ""
    while pieces:
        name = f"{pieces.pop()}-{name}" if name else pieces.pop()
        if re.search("[A-Za-z]", re.sub(r"\.[A-Za-z0-9]{1,5}$", "", name)):
            break
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", name).lstrip(".-")[-120:]
    return name or "file"


# -- its files -----------------------------------------------------------------------------------


def obtain(
    offers: Sequence[Offer],
    web: Web,
    store: Store,
    *,
    consent: Consent,
    watch: Watch,
    day: str,
    out: Path | None = None,
    sha256: Collection[str] = (),
) -> list[Downloaded]:
    """Download the files of a release, into ``out`` or the store's folder of downloads.

    ``consent`` is called where the publisher wants its terms accepted; it returns once the user
    has accepted them, and raises otherwise. Raises what :func:`download` raises.
    """
    names = [file_name(offer.url) for offer in offers]
    if out and len(set(names)) < len(names):
        raise InputError(
            f"two files of the release have one name: {', '.join(sorted(names))}.",
            cure="leave out --out.",
        )
    found = []
    for offer, name in zip(offers, names, strict=True):
        folder = out or own_folder(store.root, offer.url)
        order = Order(offer.url)
        if terms := gate_of(offer.url):
            order = _through(web, terms, offer.url, consent)
        for last in (False, True):
            try:
                file = download(
                    web,
                    order,
                    folder,
                    name,
                    watch=watch,
                    day=day,
                    known_as=offer.url,
                    sha256=sha256,
                    hop=_stop_at_gates,
                )
            except _AtGate as met:
                if last or order.url != offer.url:
                    raise SiteError(
                        f"the site asks for {met.terms.title} again, though it was accepted.",
                        where=met.url,
                        cure="accept and download in a browser, and use 'payeratlas sources add'.",
                    ) from None
                order = _through(web, met.terms, met.url, consent)
            else:
                found.append(file)
                break
    return found


def own_folder(root: Path, url: str) -> Path:
    """Where a download of an address stands in the store at ``root``."""
    return root / DOWNLOADS / hashlib.sha256(url.encode()).hexdigest()[:12]


class _AtGate(Exception):
    def __init__(self, terms: Terms, url: str) -> None:
        super().__init__(url)
        self.terms = terms
        self.url = url


def _stop_at_gates(url: str) -> None:
    if terms := gate_of(url):
        raise _AtGate(terms, url)


def _through(web: Web, terms: Terms, url: str, consent: Consent) -> Order:
    """What to ask for once the user has accepted the terms, by the form of the page that asks."""
    consent(terms)
    return accepting(web.get(url), url)


def forget(files: Sequence[Downloaded], store: Store) -> None:
    """Remove downloads from the store's own folder; those put elsewhere stay."""
    for file in files:
        folder = file.path.parent
        if folder.parent == store.root / DOWNLOADS:
            for path in sorted(folder.iterdir()):
                remove(path)
            with suppress(OSError):
                folder.rmdir()
                folder.parent.rmdir()


# -- what it would change ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Preview:
    """A release that was read and not yet published, and how it differs from one on hand.

    ``against`` is the release it is compared with: itself as it stands, else the one before it.
    ``on_hand`` says that these very files are published already.
    """

    reading: Reading
    files: tuple[SourceFile, ...]
    against: Published | None
    comparison: Comparison | None
    on_hand: bool


def preview(
    source_id: str,
    downloads: Sequence[Downloaded],
    store: Store,
    *,
    progress: Progress | None = None,
) -> Preview:
    """Read downloaded files as one release of a source, and compare it with the release on hand.

    FileError where they cannot be read as the source's, StoreError where a release breaks its
    contract or the store is damaged.
    """
    files = tuple(
        SourceFile.open(file.path, url=file.pin.url, retrieved=file.pin.retrieved)
        for file in downloads
    )
    reading = read(source_id, files, progress=progress)
    new = sheets.read(reading)
    held = {published.release.id: published for published in store.releases(source_id)}
    same = held.get(reading.release.id)
    if same and {p.artifact.sha256 for p in same.parts} == {f.artifact.sha256 for f in files}:
        return Preview(reading, files, same, None, on_hand=True)
    release = predecessor(reading.release, [p.release for p in held.values()])
    if release is None:
        return Preview(reading, files, None, None, on_hand=False)
    against = held[release.id]
    if progress:
        progress(f"comparing with {release.id}")
    return Preview(reading, files, against, changes(sheets.stored(against), new), on_hand=False)
