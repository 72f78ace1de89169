"""Raw rates: what each price file on hand prints for a code, and what its silence means.

Nothing is compared, cleaned or averaged here. Payers print no first day of a rate, so that the
period of a file is observed: from its ``last_updated_on`` to that of the next file of its series.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from payeratlas.model.errors import InputError
from payeratlas.model.facts import Unknown
from payeratlas.model.time import Period
from payeratlas.store.price_manifest import PriceFile
from payeratlas.store.price_rows import Plan, PriceReader, RawPrice

PRICED_KINDS = ("in_network", "allowed_amounts")
_CODE = re.compile(r"[A-Z0-9][A-Z0-9.-]{1,19}")
_NAMED = 12  # payers that an error names


@dataclass(frozen=True, slots=True)
class InFile:
    """What one price file says of a code.

    ``unknown`` says why there is no price: ``not_listed`` (the file was read for the code and has
    no item of it), ``not_covered`` (it was read for other codes only), ``not_priced`` (an item is
    there, and no price that could be read). ``observed`` is None where the file prints no day;
    ``plans`` are those that tables of contents on hand give the file to.
    """

    file: PriceFile
    items: int
    prices: tuple[RawPrice, ...]
    unknown: Unknown | None
    observed: Period | None
    plans: tuple[Plan, ...]


@dataclass(frozen=True, slots=True)
class RawRates:
    """Every price of a code in the price files on hand, file by file."""

    code: str
    payer: str
    files: tuple[InFile, ...]


def code_of(text: str) -> str:
    """A billing code of any of the systems that payers use (CPT, HCPCS, DRG, revenue code, NDC).

    InputError where the text is none.
    """
    code = text.strip().upper()
    if not _CODE.fullmatch(code):
        raise InputError(
            f"'{text}' is not a billing code.",
            cure="two to twenty letters, digits, dots and hyphens, such as 64640, J1885 or 470.",
        )
    return code


def raw_rates(
    code: str, files: Sequence[PriceFile], reader: PriceReader, payer: str = ""
) -> RawRates:
    """What each price file of ``files`` prints for a code.

    ``payer`` keeps the files whose payer, as the user or the file names it, has this text in it.
    InputError where none has, or there is no price file at all.
    """
    sought = code_of(code)
    priced = [file for file in files if file.kind in PRICED_KINDS]
    if not priced:
        raise InputError(
            "no payer's price file is on hand.",
            cure="payeratlas sources add tic FILE, or payeratlas sources fetch tic INDEX.",
        )
    chosen = [file for file in priced if _of_payer(file, payer)]
    if not chosen:
        raise InputError(
            f"no price file on hand is of a payer called '{payer}'.",
            cure=f"one of {_listed(sorted({file.entity for file in priced}))}.",
        )
    return RawRates(
        sought,
        payer,
        tuple(_in_file(sought, file, reader, observed_of(file, priced)) for file in chosen),
    )


def observed_of(file: PriceFile, others: Sequence[PriceFile]) -> Period | None:
    """From a file's day to that of the next file of its series; open where there is none."""
    start = _day(file)
    if start is None:
        return None
    series = (file.entity.casefold(), file.issue.series)
    days = (
        _day(other)
        for other in others
        if (other.entity.casefold(), other.issue.series) == series and other.id != file.id
    )
    later = [day for day in days if day is not None and day > start]
    return Period(start, min(later, default=None), observed=True)


def _in_file(code: str, file: PriceFile, reader: PriceReader, observed: Period | None) -> InFile:
    found = reader.prices(file, code)
    unknown = None
    if not found.items and not file.holds_code(code):
        unknown = Unknown(
            "not_covered",
            f"{file.artifact.name} was read for other codes only; add it again with "
            f"--codes {code} to know.",
        )
    elif not found.items:
        unknown = Unknown("not_listed", f"{code} is not in this file ({file.artifact.name}).")
    elif not found.prices:
        unknown = Unknown(
            "not_priced",
            f"{file.artifact.name} lists {code} and prints no price of it that can be read.",
        )
    return InFile(file, found.items, found.prices, unknown, observed, reader.plans(file))


def _of_payer(file: PriceFile, payer: str) -> bool:
    names = (file.payer, file.printed_name or "")
    return any(payer.casefold() in name.casefold() for name in names) if payer else True


def _day(file: PriceFile) -> date | None:
    return date.fromisoformat(file.issue.observed_from) if file.issue.observed_from else None


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
