"""Verify a published page: open every citation again, and run every rule again."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from payeratlas.model.amounts import Money
from payeratlas.model.errors import AtlasError, InputError
from payeratlas.model.facts import Fact, Unknown, Value
from payeratlas.model.provenance import Citation, Derivation
from payeratlas.pages.facts.rules import rerun
from payeratlas.publish.reading import PublishedFacts, companion, load_page_facts
from payeratlas.store import Store
from payeratlas.store.disk import sha256_of
from payeratlas.store.reopen import Reopened
from payeratlas.store.reopen_posted import SOURCES, reopen_posted

_GZIP = b"\x1f\x8b"
_LARGEST = 1 << 28  # bytes of a page; the largest has some hundred thousand


@dataclass(frozen=True, slots=True)
class Report:
    """What was verified of a page: counts, and every difference in words.

    ``bytes`` citations were opened in the publisher's own file, ``tables`` in the pinned table
    made from it. ``values`` cited figures were compared with their printed text.
    """

    page: str
    code: str
    edition: str
    bytes: int
    tables: int
    values: int
    derivations: int
    differences: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether everything on the page is what the files say."""
        return not self.differences

    def as_dict(self) -> dict[str, Any]:
        """The report as plain JSON values."""
        return {
            "page": self.page,
            "code": self.code,
            "edition": self.edition,
            "holds": self.holds,
            "citations": self.bytes + self.tables,
            "bytes": self.bytes,
            "tables": self.tables,
            "values": self.values,
            "derivations": self.derivations,
            "differences": list(self.differences),
        }


def verify(page: Path, store: Store, originals: Path | None = None) -> Report:
    """Check a page published as JSON (as it is, or packed with gzip) or HTML against the store.

    The HTML of a site's page is checked by the JSON beside it, which has to be the one it names.
    ``originals`` is a folder with the publishers' files, found by their sha256. InputError where
    the file is no such page.
    """
    where = str(page)
    text = _text_of(page, "a page written by 'payeratlas publish' as .json or .html")
    differences: list[str] = []
    if named := companion(text, where=where):
        text = _text_of(page.with_name(named.name), "the page's JSON, in the same folder")
        if sha256_of(text.encode()) != named.sha256:
            differences.append(f"{named.name} is not the JSON that the page was published with")
    published = load_page_facts(text, where=where)
    at_hand = _by_digest(originals) if originals else {}
    cited = list(dict.fromkeys(c for fact in published.facts for c in fact.citations()))
    levels = {"bytes": 0, "table": 0}
    for citation, found in _reopened(cited, store, at_hand):
        if isinstance(found, AtlasError):
            differences.append(f"{_place(citation)}: {found}")
        else:
            levels[found.level] += 1
    values, told = _compare_values(published)
    derivations, wrong = _run_again(published, store)
    return Report(
        page=where,
        code=published.code,
        edition=published.edition,
        bytes=levels["bytes"],
        tables=levels["table"],
        values=values,
        derivations=derivations,
        differences=(*differences, *told, *wrong),
    )


def _reopened(
    cited: Sequence[Citation], store: Store, at_hand: Mapping[str, Path]
) -> Iterator[tuple[Citation, Reopened | AtlasError]]:
    """Each citation with what was found at its place, or why it is not what it says."""
    posted = [citation for citation in cited if citation.source in SOURCES]
    for citation in cited:
        if citation.source not in SOURCES:
            try:
                yield citation, store.reopen(citation, at_hand)
            except AtlasError as error:
                yield citation, error
    embedded = Path(store.embedded) if store.embedded else None
    yield from reopen_posted(posted, store.root, embedded, at_hand)


def _text_of(path: Path, cure: str) -> str:
    try:
        data = path.read_bytes()
        if data.startswith(_GZIP):
            data = _unpacked(data)
        return data.decode("utf-8")
    except (OSError, UnicodeDecodeError, zlib.error) as error:
        raise InputError("the page cannot be read as text.", where=str(path), cure=cure) from error


def _unpacked(data: bytes) -> bytes:
    """What a gzip file holds; zlib.error where it is damaged, or no page would be that large."""
    packed = zlib.decompressobj(wbits=31)
    found = packed.decompress(data, _LARGEST)
    if not packed.eof or packed.unused_data:
        raise zlib.error("it is cut short, followed by other data, or too large")
    return found


def _by_digest(folder: Path) -> Mapping[str, Path]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {sha256_of(path.read_bytes()): path for path in files}


def _compare_values(published: PublishedFacts) -> tuple[int, list[str]]:
    """Each cited figure says what its citation prints; counts them, and tells the others."""
    compared = 0
    told = []
    for fact in published.facts:
        if isinstance(fact.basis, Citation) and not isinstance(fact.value, Unknown):
            compared += 1
            if not _says(fact.value, fact.basis.text):
                told.append(
                    f"{fact.measure} of {fact.subject} is {fact.value} on the page, and its "
                    f"citation prints {fact.basis.text!r}"
                )
    return compared, told


def _says(value: Value, printed: str) -> bool:
    """Whether a printed text is that value, as far as the text alone can say.

    A flag is a reading of its text. A number may stand in a heading's words. A code may open a
    longer printed text (``3`` of ``3 Date of Service Edit``) or have leading zeros put back
    (``010`` for ``10``).
    """
    text = printed.strip().replace("$", "").replace(",", "")
    match value:
        case bool():
            return value == bool(text)
        case Money(amount=amount):
            return amount in _numbers(text)
        case Decimal() | int():
            return value in _numbers(text)
    said = value.strip()
    if said == text or (said.isdigit() and text.isdigit() and int(said) == int(text)):
        return True
    return said != "" and re.match(rf"{re.escape(said)}\b", printed.strip(), re.I) is not None


def _numbers(text: str) -> list[Decimal]:
    """The number a text is; else those that stand in its words."""
    try:
        return [Decimal(text)]
    except ArithmeticError:
        return [Decimal(found) for found in re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])", text)]


def _run_again(published: PublishedFacts, store: Store) -> tuple[int, list[str]]:
    run = 0
    told = []
    for fact, derivation in _derived(published.facts):
        run += 1
        values = {
            role: given.value
            for role, given in derivation.inputs
            if not isinstance(given.value, Unknown)
        }
        try:
            again = rerun(derivation.rule, values, dict(derivation.settings), store)
        except AtlasError as error:
            told.append(f"{fact.measure} of {fact.subject}: {error}")
            continue
        if again != fact.value:
            told.append(
                f"{fact.measure} of {fact.subject} is {fact.value} on the page, and rule "
                f"{derivation.rule} gives {again}"
            )
    return run, told


def _derived(facts: tuple[Fact, ...]) -> Iterator[tuple[Fact, Derivation]]:
    for fact in facts:
        if isinstance(fact.basis, Derivation):
            yield fact, fact.basis


def _place(citation: Citation) -> str:
    return f"{citation.release} of {citation.source}, {citation.artifact.name}{citation.locator}"
