"""Where a value comes from: source, release, artifact, locator, citation, derivation.

``Source`` is a publisher's recurring series (DCAT DatasetSeries), ``Release`` one issue of it,
``Artifact`` one file of a release, ``Locator`` a place inside that file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from payeratlas.model.time import Period

if TYPE_CHECKING:
    from payeratlas.model.facts import Fact

Status = Literal["proposed", "final", "correction"]
Retention = Literal["bytes", "witness"]


@dataclass(frozen=True, slots=True)
class Source:
    """A publisher's recurring series, as declared by its folder in ``sources/``.

    ``id`` equals the folder's name. ``tables`` names the contracts it fills. ``retention`` says
    whether whole files are kept (``bytes``) or only slices of them (``witness``). ``hosts`` are the
    sites that serve its files besides the one of ``index_url``; no other is ever asked.
    """

    id: str
    title: str
    publisher: str
    index_url: str
    licence: str
    tables: tuple[str, ...]
    cadence: str
    retention: Retention = "bytes"
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Release:
    """One issue of a source.

    ``covers`` holds the dates of service it is meant for. ``issued`` is the publisher's own date;
    ``issued_basis`` says where that date was read (``printed`` in the file, or the reason another
    date stands in). ``complete`` False marks an excerpt: what it does not hold is not covered,
    never "not listed".
    """

    source: str
    id: str
    title: str
    issued: date
    issued_basis: str
    covers: Period
    status: Status = "final"
    complete: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class Artifact:
    """One pinned file: name, sha256 of its bytes, size, and where and when it was obtained."""

    name: str
    sha256: str
    size: int
    url: str = ""
    retrieved: str = ""


@dataclass(frozen=True, slots=True)
class Locator:
    """A place inside an artifact.

    ``fragment`` is an RFC 7111 cell for tables (``cell=9021,6``: record and column counted from
    1, heading records included), an RFC 6901 pointer for JSON, a page for PDF. ``member`` names
    the file inside an archive; ``column`` the column heading as the publisher prints it.
    """

    fragment: str
    member: str = ""
    column: str = ""

    @classmethod
    def cell(cls, record: int, column: int, *, heading: str = "", member: str = "") -> Locator:
        """The RFC 7111 locator of one cell, both numbers counted from 1."""
        return cls(f"cell={record},{column}", member, heading)

    def as_cell(self) -> tuple[int, int]:
        """Record and column of a table locator; ValueError for another kind of place."""
        kind, _, numbers = self.fragment.partition("=")
        record, _, column = numbers.partition(",")
        if kind != "cell":
            raise ValueError(f"{self.fragment!r} is not a table cell")
        return int(record), int(column)

    def __str__(self) -> str:
        return f"{self.member}#{self.fragment}"


@dataclass(frozen=True, slots=True)
class Citation:
    """What a Fact was read from: the release, the file, the place, and the text as printed."""

    source: str
    release: str
    artifact: Artifact
    locator: Locator
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an explanation: what is done, with which figures, giving what."""

    label: str
    expression: str
    result: str
    reference: str = ""


Telling = Callable[[], tuple[Step, ...]]


def untold() -> tuple[Step, ...]:
    """No steps: for a Derivation whose rule is not at hand to tell them."""
    return ()


@dataclass(frozen=True, slots=True)
class Derivation:
    """How a Fact was computed: a named rule over other Facts, and settings that are not Facts.

    ``rule`` is the id of a function in the rule registry that anyone can run again on ``inputs``
    (role to Fact) and ``settings`` (role to text); ``reference`` names the manual or regulation.
    ``tell`` gives the arithmetic in steps when a person asks for it. Steps follow from the rule
    and its inputs, so that they are no part of what makes two Derivations equal.
    """

    rule: str
    inputs: tuple[tuple[str, Fact], ...]
    settings: tuple[tuple[str, str], ...] = ()
    reference: str = ""
    tell: Telling = field(default=untold, compare=False, repr=False)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The arithmetic, step by step, told anew each time; nothing where no rule is at hand."""
        return self.tell()

    @property
    def n(self) -> int:
        """How many Facts went in."""
        return len(self.inputs)


@dataclass(frozen=True, slots=True)
class RowAccount:
    """Where every record of a file went: ``read = kept + rejected + merged``, by reason.

    Counts are of data records (headings and notes are listed as rejected under their own
    reason). The reason "other" does not exist.
    """

    read: int
    kept: int
    rejected: tuple[tuple[str, int], ...] = ()
    merged: tuple[tuple[str, int], ...] = ()

    def __post_init__(self) -> None:
        gone = sum(n for _, n in (*self.rejected, *self.merged))
        if self.read != self.kept + gone:
            raise ValueError(f"rows unaccounted for: read {self.read}, kept {self.kept}, {gone}")
        if any(reason == "other" or not reason for reason, _ in (*self.rejected, *self.merged)):
            raise ValueError('"other" is not a reason')


Number = int | Decimal
