"""Which procedure of a day is paid in full and which in part: ranks, families, shares.

Pure arithmetic on exact amounts. Sources: Medicare Claims Processing Manual, Pub. 100-04, ch. 12
§40.6 (multiple surgeries and endoscopies); CMS relative value file record layout, multiple
procedure indicator. The percentages themselves stand in :mod:`payeratlas.pricing.reductions`.

Equal amounts: the manual ranks them by the amount billed, which is not known here; they are taken
in order of their names, then as listed. The sum does not depend on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from payeratlas.model.amounts import Percent
from payeratlas.pricing.exact import exactly
from payeratlas.pricing.reductions import Reduction

Kind = Literal["whole", "difference", "included"]
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Procedure:
    """One procedure to rank: one unit of a line, or both sides of the body as one.

    ``amount`` is its exact amount after the modifiers of its line. For an endoscopy ``family`` is
    the base code of its family and ``base`` the amount of that base procedure (None where no
    other endoscopy of the family makes it matter). ``is_base`` marks the base procedure itself,
    of the family it is the base of. ``name``, then ``index`` (a place in a list) settle the order
    of equal amounts.
    """

    index: int
    name: str
    amount: Decimal
    family: str = ""
    base: Decimal | None = None
    is_base: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """A procedure with its rank and what is paid of it.

    ``kind`` says which amount the share is of: the ``whole`` of the procedure, its ``difference``
    to the base procedure, or nothing, because its payment is ``included`` in another endoscopy of
    the family. ``gross`` is that amount. ``share`` is None where the contractor decides from the
    report. All endoscopies of a family have the rank of the family.
    """

    procedure: Procedure
    rank: int
    share: Percent | None
    kind: Kind
    gross: Decimal
    with_family: bool = False

    @property
    def paid(self) -> Decimal | None:
        """The exact amount paid; None where the contractor decides from the report."""
        if self.kind == "included":
            return _NOTHING
        if self.share is None:
            return None
        with exactly():
            return self.share.of(self.gross)


def _order(procedure: Procedure) -> tuple[Decimal, str, int]:
    return -procedure.amount, procedure.name, procedure.index


def by_rank(procedures: Iterable[Procedure], reduction: Reduction) -> tuple[Placed, ...]:
    """The procedures of a series without families, highest amount first."""
    return tuple(
        Placed(procedure, rank, reduction.share(rank), "whole", procedure.amount)
        for rank, procedure in enumerate(sorted(procedures, key=_order), 1)
    )


def families(procedures: Sequence[Procedure]) -> tuple[tuple[Procedure, ...], ...]:
    """The blocks that are ranked as one: endoscopies of a family together, all others alone.

    A base procedure belongs to its family only beside another endoscopy of it.
    """
    members = {p.family for p in procedures if p.family and not p.is_base}
    blocks: dict[object, list[Procedure]] = {}
    for index, procedure in enumerate(procedures):
        together = procedure.family in members
        blocks.setdefault(procedure.family if together else index, []).append(procedure)
    return tuple(tuple(block) for block in blocks.values())


def surgery(procedures: Sequence[Procedure], reduction: Reduction) -> tuple[Placed, ...]:
    """Surgical procedures and endoscopies by rank.

    Within a family the highest-paid endoscopy counts in full, each other one by its difference to
    the base procedure (nothing where that is no gain), and the base procedure not at all; the
    family then ranks with the others by its sum. ValueError where ``base`` of an endoscopy is
    missing that has another one beside it.
    """
    blocks = [_in_family(block) for block in families(procedures)]
    with exactly():
        summed = [(sum((one.gross for one in block), _NOTHING), block) for block in blocks]
    summed.sort(key=lambda pair: (-pair[0], *_order(pair[1][0].procedure)[1:]))
    return tuple(
        replace(one, rank=rank, share=reduction.share(rank))
        for rank, (_, block) in enumerate(summed, 1)
        for one in block
    )


def _in_family(block: tuple[Procedure, ...]) -> tuple[Placed, ...]:
    """The procedures of one block, highest first, with the amounts their rank applies to."""
    if len(block) == 1:
        return (Placed(block[0], 1, None, "whole", block[0].amount),)
    placed = []
    scopes = sorted((p for p in block if not p.is_base), key=_order)
    for place, procedure in enumerate(scopes):
        if place == 0:
            placed.append(Placed(procedure, 1, None, "whole", procedure.amount, True))
            continue
        if procedure.base is None:
            raise ValueError(f"{procedure.name} needs the amount of its base procedure")
        with exactly():
            gain = max(procedure.amount - procedure.base, _NOTHING)
        kind: Kind = "difference" if gain else "included"
        placed.append(Placed(procedure, 1, None, kind, gain, True))
    bases = sorted((p for p in block if p.is_base), key=_order)
    return (*placed, *(Placed(p, 1, None, "included", _NOTHING, True) for p in bases))
