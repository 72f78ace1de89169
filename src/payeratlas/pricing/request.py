"""A price question: one claim line, as a person asks it, and the cells its answer needs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from payeratlas.model.codes import Coding, Modifier, PlaceOfService, subject
from payeratlas.model.errors import InputError
from payeratlas.model.time import AsOf
from payeratlas.pricing.adjust import OWN_ROW, roles_needed
from payeratlas.pricing.places import RateType, rate_type

LOCALITY = re.compile(r"(\d{5})-(\d{2})")
LOWEST_NUMBER = 22
"""The lowest number that is a modifier; two digits below it are places of service."""
_MOST_MODIFIERS = 4  # lines of the CMS-1500 and the 837P carry four


def _modifier(typed: str) -> str:
    code = Modifier.parse(typed).code
    if code.isdigit() and int(code) < LOWEST_NUMBER:
        raise InputError(
            f"'{code}' is not a modifier: numbers as low as this are places of service.",
            cure="give it as the place of service, or name the modifier meant",
        )
    return code


@dataclass(frozen=True, slots=True)
class Request:
    """One claim line to price. Build it with :meth:`parse`, which checks every part.

    ``locality`` is ``MAC-locality`` (``10212-99``), empty for the national amount. ``qp`` asks for
    the conversion factor of a qualifying APM participant (from 2026). ``participating`` False asks
    for the amount of a practitioner who has not signed Medicare's participation agreement.
    """

    code: str
    rate_type: RateType
    as_of: AsOf
    modifiers: tuple[str, ...] = ()
    place: str = ""
    locality: str = ""
    units: int = 1
    qp: bool = False
    participating: bool = True

    @classmethod
    def parse(
        cls,
        code: str,
        *,
        as_of: AsOf,
        modifiers: Sequence[str] = (),
        place: str | None = None,
        rate: RateType | None = None,
        locality: str | None = None,
        units: int = 1,
        qp: bool = False,
        participating: bool = True,
    ) -> Request:
        """A Request from what a person typed; InputError names the part that cannot be used.

        Give ``place`` (a place of service) or ``rate``; where both are given they must agree.
        """
        where = PlaceOfService.parse(place).code if place else ""
        rate = rate or (rate_type(where) if where else None)
        if rate is None:
            raise InputError(
                "the price depends on where the service is given.",
                cure="a place of service, for example 11 (office) or 22 (hospital outpatient)",
            )
        if where and rate_type(where) != rate:
            raise InputError(
                f"place of service {where} is paid at the {rate_type(where)} rate, not {rate}.",
                cure="give one of the two",
            )
        listed = tuple(_modifier(m) for m in modifiers)
        if len(set(listed)) != len(listed):
            raise InputError("a modifier is given twice.", cure="each modifier once")
        if len(listed) > _MOST_MODIFIERS:
            raise InputError("a claim line carries at most four modifiers.", cure="leave some out")
        if locality and not LOCALITY.fullmatch(locality):
            raise InputError(
                f"'{locality}' is not a payment locality.",
                cure="contractor and locality number, for example 10212-99",
            )
        if units < 1:
            raise InputError(f"units of service start at 1, not {units}.", cure="1 or more")
        return cls(
            Coding.parse(code).code,
            rate,
            as_of,
            listed,
            where,
            locality or "",
            units,
            qp,
            participating,
        )

    @property
    def row_modifiers(self) -> tuple[str, ...]:
        """Modifiers of the fee schedule row to look for, the first found being the one to use."""
        return (*(m for m in self.modifiers if m in OWN_ROW), "")

    @property
    def participation(self) -> tuple[str, ...]:
        """The values of ``pfs_rvu.participation`` to look in; one release holds only one."""
        return ("all", "qpp" if self.qp else "nonqpp")

    @property
    def mac_and_locality(self) -> tuple[str, str] | None:
        """MAC and locality number of the payment locality; None for the national amount."""
        found = LOCALITY.fullmatch(self.locality)
        return (found[1], found[2]) if found else None

    @property
    def subject(self) -> str:
        """The line as a Fact's subject: ``64640-50 x2 @10212-99``."""
        name = "-".join((self.code, *self.modifiers))
        units = f" x{self.units}" if self.units > 1 else ""
        return f"{name}{units}{self._at}"

    @property
    def _at(self) -> str:
        return f" @{self.locality}" if self.locality else ""

    def row_subject(self, row_modifier: str = "") -> str:
        """The fee schedule row, and the locality, as a Fact's subject."""
        return f"{subject(self.code, row_modifier)}{self._at}"


def roles(request: Request) -> dict[str, tuple[str, str]]:
    """Which cells :func:`quote` needs: role to (table, column), in the order they are told."""
    rate = request.rate_type
    gpci = ("work_gpci", "pe_gpci", "mp_gpci") if request.locality else ()
    columns = {
        "status": "status",
        "work_rvu": "work_rvu",
        "pe_rvu": f"pe_rvu_{rate}",
        "mp_rvu": "mp_rvu",
        "conversion_factor": "conversion_factor",
        "opps_pe": f"opps_pe_{rate}",
        "opps_mp": "opps_mp",
        "pctc": "pctc",
        "multiple_procedure": "multiple_procedure",
        "na": f"na_{rate}",
        **{role: role for role in roles_needed(request.modifiers)},
    }
    return {
        **{role: ("pfs_rvu", column) for role, column in columns.items()},
        **{role: ("pfs_gpci", role) for role in gpci},
    }
