"""Facts: a measure of a subject has a value in a period, and says where that comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from payeratlas.model.amounts import Money
from payeratlas.model.provenance import Citation, Derivation
from payeratlas.model.time import Period

Reason = Literal["not_covered", "not_listed", "withheld", "unparsed", "not_priced"]

REASONS: dict[Reason, str] = {
    "not_covered": "No release on hand covers the date of service (or only an excerpt does).",
    "not_listed": "The release in force is whole and does not list it.",
    "withheld": "The publisher or the licence keeps it back.",
    "unparsed": "It is in the file but could not be read with certainty.",
    "not_priced": "It is listed and has no price, for the reason given.",
}


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that is not known, and why. It never means "no", zero or "covered".

    ``last_known`` may point to the newest Fact on hand for another date; it is shown as such,
    beside the Unknown, never in its place.
    """

    reason: Reason
    detail: str
    last_known: Fact | None = None

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}"


Value = Money | Decimal | int | bool | str


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure id with its meaning, unit and source, e.g. ``pfs.work_rvu``."""

    id: str
    title: str
    unit: str
    meaning: str
    source: str


@dataclass(frozen=True, slots=True)
class Fact:
    """``measure(subject) = value`` in ``unit``, true in ``period``.

    A known value has a ``basis`` (a Citation or a Derivation); an Unknown has none. ``period`` is
    None only where no release covers the question at all.
    """

    measure: str
    subject: str
    value: Value | Unknown
    unit: str
    period: Period | None
    basis: Citation | Derivation | None = None

    def __post_init__(self) -> None:
        if isinstance(self.value, Unknown) == (self.basis is not None):
            raise ValueError(f"{self.measure}({self.subject}): a value needs a basis, Unknown none")

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return not isinstance(self.value, Unknown)

    def citations(self) -> Iterator[Citation]:
        """Every place in a file that this Fact rests on, in order, derivations opened."""
        if isinstance(self.basis, Citation):
            yield self.basis
        elif isinstance(self.basis, Derivation):
            for _, fact in self.basis.inputs:
                yield from fact.citations()
