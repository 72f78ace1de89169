"""Billing codes, modifiers and places of service as typed identifiers.

Shapes only: whether a code exists is for a release to say, never for this module.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from payeratlas.model.errors import InputError

System = Literal["CPT", "HCPCS", "CDT"]

# CPT: five digits, or four digits and a letter that marks the kind (F performance measure,
# T emerging technology, U laboratory, A administrative, M multianalyte assay).
_CPT = re.compile(r"[0-9]{4}[0-9AFMTU]")
_HCPCS = re.compile(r"[A-CE-Z][0-9]{4}")
_CDT = re.compile(r"D[0-9]{4}")
_MODIFIER = re.compile(r"[A-Z0-9]{2}")
_PLACE = re.compile(r"[0-9]{2}")


@dataclass(frozen=True, order=True, slots=True)
class Coding:
    """One billing code in its code system, e.g. ``Coding("CPT", "64640")``."""

    system: System
    code: str

    @classmethod
    def parse(cls, text: str) -> Coding:
        """Read a code as a person types it; raise InputError where no system has that shape."""
        code = text.strip().upper()
        if _CPT.fullmatch(code):
            return cls("CPT", code)
        if _CDT.fullmatch(code):
            return cls("CDT", code)
        if _HCPCS.fullmatch(code):
            return cls("HCPCS", code)
        raise InputError(
            f"'{text}' has not the shape of a CPT or HCPCS code.",
            cure="five characters, for example 64640, 0213T or J0585",
        )

    def __str__(self) -> str:
        return self.code


@dataclass(frozen=True, order=True, slots=True)
class Modifier:
    """A two-character CPT or HCPCS modifier, e.g. ``26`` or ``LT``."""

    code: str

    @classmethod
    def parse(cls, text: str) -> Modifier:
        """Read a modifier as typed (a leading hyphen is allowed); raise InputError otherwise."""
        code = text.strip().lstrip("-").upper()
        if not _MODIFIER.fullmatch(code):
            raise InputError(
                f"'{text}' has not the shape of a modifier.",
                cure="two letters or digits, for example 50, LT or 26",
            )
        return cls(code)

    def __str__(self) -> str:
        return self.code


@dataclass(frozen=True, order=True, slots=True)
class PlaceOfService:
    """A two-digit CMS place-of-service code, e.g. ``11`` (office)."""

    code: str

    @classmethod
    def parse(cls, text: str) -> PlaceOfService:
        """Read a place of service as typed; one digit is padded (``2`` is ``02``)."""
        code = text.strip().upper().removeprefix("POS").strip().zfill(2)
        if not _PLACE.fullmatch(code):
            raise InputError(
                f"'{text}' is not a place-of-service code.", cure="two digits, for example 11 or 24"
            )
        return cls(code)

    def __str__(self) -> str:
        return self.code


def subject(code: str, modifier: str = "") -> str:
    """The name of a fee schedule row as a Fact's subject: ``64640`` or ``77002-26``."""
    return f"{code}-{modifier}" if modifier else code
