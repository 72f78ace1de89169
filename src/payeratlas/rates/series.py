"""Which series a posted rate belongs to: only rates of one series are compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from payeratlas.rates.benchmark import Series
from payeratlas.rates.offer import Offer


@dataclass(frozen=True, slots=True)
class FileEvidence:
    """What the whole file shows of its billing classes. ``trusted`` False: they say nothing.

    ``reason`` says why, in words for a reader; empty where trusted.
    """

    trusted: bool = True
    reason: str = ""


TRUSTED = FileEvidence()


@dataclass(frozen=True, slots=True)
class ClassUse:
    """How one file uses one billing class: a key under which its posted rows are counted.

    ``code_kind`` is that of :func:`code_kind`.
    """

    billing_class: str
    code_kind: str
    places: tuple[str, ...]


def code_kind(code: str) -> str:
    """``visit`` (office visits: a professional's), ``facility`` (a facility's only: revenue codes,
    DRGs), or ``either``: what the shape of a code says of who may bill it."""
    raise NotImplementedError


def file_evidence(rows: Mapping[ClassUse, int]) -> FileEvidence:
    """Whether the billing classes of one payer's file can be believed, from counts of its rows."""
    raise NotImplementedError


def series_of(
    offer: Offer,
    *,
    evidence: FileEvidence = TRUSTED,
    facility_list: bool = False,
    pctc: str = "",
) -> Series | str:
    """The series of an offer, or the id of the rule that says why it has none.

    ``evidence`` is that of its file. ``facility_list`` says that the same file prints the same
    code, modifier and provider set with an explicit list of facility places: an empty list beside
    it means the rest, an office. ``pctc`` is Medicare's PC/TC indicator, empty where not known.
    """
    raise NotImplementedError
