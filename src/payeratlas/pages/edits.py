"""The NCCI edits of one code on a date, and which of them a reader looks for first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from payeratlas.coding.kinds import is_visit
from payeratlas.coding.names import family_file, siblings
from payeratlas.coding.ptp import grouped, in_effect
from payeratlas.model.facts import Unknown
from payeratlas.model.time import AsOf
from payeratlas.pages.facts.ptp import TABLE
from payeratlas.pages.facts.utilization import NATIONAL
from payeratlas.pages.facts.utilization import TABLE as USE
from payeratlas.pages.latest import newest
from payeratlas.store import Store
from payeratlas.tables.contract import Row

OTHER = {"column1": "column2", "column2": "column1"}
"""The column of the other code, by that of the code asked about."""
GUIDANCE = "imaging_guidance"


@dataclass(frozen=True, slots=True)
class Alike:
    """Edits of one code that mean the same: one rationale of CMS and one modifier indicator.

    ``group`` is the title of what they mean. ``edits`` stand in the order of :func:`ordered`.
    """

    group: str
    edits: tuple[Row, ...]


def edits_of(
    code: str, column: str, as_of: AsOf, store: Store, service: str = "practitioner"
) -> list[Row] | Unknown:
    """Every edit of a service type in effect on the date with the code in a column, in the order
    of the file; Unknown where no release covers the date."""
    match = store.in_force(TABLE, as_of, service=service)
    if isinstance(match, Unknown):
        return match
    rows = store.rows(TABLE, match, **{"service": service, column: code})
    return [row for row in rows if in_effect(row.values, as_of.service_date)]


def alike(edits: Sequence[Row], as_of: AsOf) -> list[Alike]:
    """Edits by what they mean, then by rationale and modifier indicator; the order within each is
    that of the edits given."""
    row_of = {id(row.values): row for row in edits}
    found = []
    for group in grouped((row.values for row in edits), as_of.service_date):
        parts: dict[tuple[str, str], list[Row]] = {}
        for edit in group.edits:
            row = row_of[id(edit)]
            parts.setdefault((row.text("rationale"), row.text("modifier_indicator")), []).append(
                row
            )
        found += [Alike(group.title, tuple(rows)) for _, rows in sorted(parts.items())]
    return found


class Order:
    """The order in which a reader looks for the other code of an edit.

    First those whose Medicare services the newest utilization on hand tells, most first; then
    visits, imaging guidance, codes near this one (mistaken for it, or of its family file), other
    codes with a name of our own, and the rest; each by code, those with a letter last.
    """

    def __init__(self, code: str, as_of: AsOf, store: Store) -> None:
        self._services = _services(as_of, store)
        self._near = frozenset(one.code for one in siblings(code))
        self._family = family_file(code)

    def ordered(self, edits: Iterable[Row], column: str) -> list[Row]:
        """The edits of the code in a column, in order."""
        return sorted(edits, key=lambda row: self._rank(row.text(OTHER[column])))

    def foremost(self, edits: Sequence[Row], column: str, *, most: int, each: int) -> list[Row]:
        """The first of ordered edits, with at most ``each`` of one kind while there are others."""
        seen: Counter[int] = Counter()
        picked: list[int] = []
        rest: list[int] = []
        for place, row in enumerate(edits):
            kind = self._rank(row.text(OTHER[column]))[0]
            seen[kind] += 1
            (picked if seen[kind] <= each else rest).append(place)
        return [edits[place] for place in sorted([*picked, *rest][:most])]

    def _rank(self, code: str) -> tuple[int, Decimal, bool, str]:
        services = self._services.get(code)
        if services is not None:
            return 0, -services, False, code
        family = family_file(code)
        if is_visit(code):
            kind = 1
        elif family == GUIDANCE:
            kind = 2
        elif code in self._near or (family and family == self._family):
            kind = 3
        else:
            kind = 4 if family else 5
        return kind, Decimal(0), not code.isdigit(), code


def _services(as_of: AsOf, store: Store) -> Mapping[str, Decimal]:
    """Medicare services of each code in the newest year known, all settings together."""
    found = newest(USE, as_of, store)
    if found is None:
        return {}
    services: dict[str, Decimal] = {}
    for row in store.rows(USE, found[0], level=NATIONAL):
        services[row.text("hcpcs")] = services.get(row.text("hcpcs"), Decimal(0)) + row.decimal(
            "services"
        )
    return services
