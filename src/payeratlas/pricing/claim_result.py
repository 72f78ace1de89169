"""What a priced claim says: its lines beside each other, the totals, and the measures of both."""

from __future__ import annotations

from dataclasses import dataclass

from payeratlas.model.facts import Fact, Measure
from payeratlas.model.provenance import Step
from payeratlas.pricing.caveats import Caveat
from payeratlas.pricing.claim import ClaimRequest
from payeratlas.pricing.quote import Quote, steps_to
from payeratlas.pricing.request import Request

_SOURCE = "CMS physician fee schedule relative value file, GPCI file"


def _measure(name: str, title: str, unit: str, meaning: str) -> Measure:
    return Measure(f"pfs.claim.{name}", title, unit, meaning, _SOURCE)


MEASURES = (
    _measure(
        "line.allowed",
        "Allowed amount beside the other lines",
        "USD",
        "What Medicare allows a participating practitioner for the line, reduced by its rank among "
        "the lines of the claim.",
    ),
    _measure(
        "line.ranks",
        "Ranks of the line's procedures",
        "",
        "The rank of each procedure of the line among those of the day, highest amount first.",
    ),
    _measure(
        "line.shares",
        "Paid of the line's procedures",
        "",
        "The share that is paid of each procedure of the line, in order of rank.",
    ),
    _measure(
        "line.at_least",
        "Least allowed amount",
        "USD",
        "The least the line may be allowed where a contractor prices a part of it from the report.",
    ),
    _measure(
        "line.from_published",
        "Allowed amount beside the other lines, from published cents",
        "USD",
        "The line worked out from published fees in whole cents, rounded again at the end.",
    ),
    _measure(
        "allowed",
        "Allowed amount of all lines",
        "USD",
        "What Medicare allows a participating practitioner for the claim.",
    ),
    _measure(
        "nonparticipating",
        "Non-participating amount of all lines",
        "USD",
        "What Medicare allows a non-participating practitioner for the claim.",
    ),
    _measure(
        "limiting_charge",
        "Limiting charge of all lines",
        "USD",
        "The most a non-participating practitioner may charge for the claim who does not accept "
        "assignment.",
    ),
    _measure(
        "priced",
        "Allowed amount of the lines that have one",
        "USD",
        "The sum of the lines with an amount, where others have none.",
    ),
    _measure(
        "at_least",
        "Least allowed amount of all lines",
        "USD",
        "The least the claim may be allowed where a contractor prices a part of it from the "
        "report.",
    ),
    _measure(
        "from_published",
        "Allowed amount of all lines, from published cents",
        "USD",
        "The claim worked out from published fees in whole cents, rounded again at the end.",
    ),
)
"""What a claim states besides the measures of its lines by themselves."""


@dataclass(frozen=True, slots=True)
class PricedLine:
    """One line beside the others. Every figure is a Fact; ``why`` and ``caveats`` hold no digit.

    ``quote`` is the line by itself. ``ranks`` and ``shares`` are given where other lines or units
    bear on it. ``part_of`` is the number of the line that its payment is part of, zero where it is
    paid separately or of no line in particular; ``included`` says that its payment is part of
    another's, so that no amount of its own is missing. ``at_least`` is given where a contractor
    prices a part of it from the report; ``from_published`` where starting from published cents
    ends on another cent.
    """

    number: int
    request: Request
    quote: Quote
    allowed: Fact
    nonparticipating: Fact
    limiting_charge: Fact
    why: tuple[str, ...] = ()
    ranks: Fact | None = None
    shares: Fact | None = None
    included: bool = False
    part_of: int = 0
    at_least: Fact | None = None
    from_published: Fact | None = None
    caveats: tuple[Caveat, ...] = ()

    @property
    def amount(self) -> Fact:
        """The figure asked for: allowed, or the non-participating amount."""
        return self.allowed if self.request.participating else self.nonparticipating

    @property
    def steps(self) -> tuple[Step, ...]:
        """How the amount came about; nothing where it is Unknown."""
        return steps_to(self.allowed, self.amount)


@dataclass(frozen=True, slots=True)
class ClaimQuote:
    """The answer for a claim: its lines in their order, and the totals.

    A total is Unknown where a line has no amount; ``priced`` is then the sum of those that have
    one, and ``at_least`` is given where a contractor prices a part of the claim from the report.
    Lines whose payment is part of another's do not stand in the way.
    """

    request: ClaimRequest
    lines: tuple[PricedLine, ...]
    allowed: Fact
    nonparticipating: Fact
    limiting_charge: Fact
    priced: Fact | None = None
    at_least: Fact | None = None
    from_published: Fact | None = None
    caveats: tuple[Caveat, ...] = ()

    @property
    def amount(self) -> Fact:
        """The figure asked for: allowed, or the non-participating amount."""
        return self.allowed if self.request.first.participating else self.nonparticipating
