"""Several service lines priced together: what one practitioner bills for one patient and day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from payeratlas.model.errors import InputError
from payeratlas.model.time import AsOf
from payeratlas.pricing.places import RateType
from payeratlas.pricing.request import Request, roles

_LINE = re.compile(r"([A-Z0-9]{5})((?:-[A-Z0-9]{2})*)(?:[X×*]([0-9]{1,4}))?")
_MOST_LINES = 50  # of one 837P claim


@dataclass(frozen=True, slots=True)
class ClaimRequest:
    """The lines of one claim, each a Request of the same day, place, locality and practitioner.

    All lines are taken as one practitioner's (or one group's of the same specialty) for one
    patient, and imaging as of one session: that is what Medicare's rules for several procedures
    ask for. Build it with :meth:`parse`.
    """

    lines: tuple[Request, ...]

    @classmethod
    def parse(
        cls,
        lines: Sequence[str],
        *,
        as_of: AsOf,
        place: str | None = None,
        rate: RateType | None = None,
        locality: str | None = None,
        qp: bool = False,
        participating: bool = True,
    ) -> ClaimRequest:
        """A claim from lines as typed: ``64640x3``, ``64640-50``, ``77002-26``, ``64640-LT-59x2``.

        A line is a code, its modifiers behind hyphens, and ``x`` with the units (by default one).
        InputError names the line that cannot be read or asked; the other arguments are those of
        :meth:`Request.parse`.
        """
        if not lines:
            raise InputError("a claim has at least one line.", cure="a code, for example 64640x3")
        if len(lines) > _MOST_LINES:
            raise InputError(
                f"a claim carries at most {_MOST_LINES} lines, not {len(lines)}.",
                cure="price it in parts; lines that are ranked together belong in one",
            )
        requests = []
        for number, typed in enumerate(lines, 1):
            code, modifiers, units = split_line(typed, where=f"line {number}")
            try:
                request = Request.parse(
                    code,
                    as_of=as_of,
                    modifiers=modifiers,
                    place=place,
                    rate=rate,
                    locality=locality,
                    units=units,
                    qp=qp,
                    participating=participating,
                )
            except InputError as error:
                where = f"line {number} ({typed})"
                raise InputError(error.what, where=where, cure=error.cure) from error
            requests.append(request)
        return cls(tuple(requests))

    @property
    def first(self) -> Request:
        """The first line; date, place, locality and practitioner are those of every line."""
        return self.lines[0]

    @property
    def subject(self) -> str:
        """The claim as a Fact's subject: ``64640 x3 + 77002-26 @10212-99``."""
        at = f" @{self.first.locality}" if self.first.locality else ""
        return " + ".join(line.subject.removesuffix(at) for line in self.lines) + at


def split_line(typed: str, *, where: str = "") -> tuple[str, tuple[str, ...], int]:
    """Code, modifiers and units of a line as typed; InputError where it has another shape."""
    found = _LINE.fullmatch("".join(typed.split()).upper())
    if found is None:
        raise InputError(
            f"'{typed}' is not a service line.",
            where=where,
            cure="a code, then its modifiers and units where it has any: 64640, 64640x3, 77002-26, "
            "64640-50x2",
        )
    code, modifiers, units = found.groups()
    return code, tuple(m for m in modifiers.split("-") if m), int(units or 1)


def claim_roles(request: ClaimRequest) -> dict[str, tuple[str, str]]:
    """Which cells of a row pricing the claim may need: role to (table, column), in order.

    The same for every row of every code that :func:`price_claim` asks for, so that one function
    turns any row into Facts.
    """
    ranking = {role: ("pfs_rvu", role) for role in ("bilateral", "endo_base", "imaging_family")}
    needed: dict[str, tuple[str, str]] = {}
    for line in request.lines:
        needed |= roles(line)
    return {**ranking, **needed}
