"""Which rows a claim needs, found and judged: each line by itself, then what its neighbours ask.

Rows come as Facts by role from a function of the caller; which roles, says
:func:`payeratlas.pricing.claim.claim_roles`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from payeratlas.model.codes import subject
from payeratlas.model.facts import Fact, Unknown, Value
from payeratlas.pricing.adjust import Refusal, adjust, roles_needed
from payeratlas.pricing.claim import ClaimRequest
from payeratlas.pricing.components import SERIES
from payeratlas.pricing.grouping import Line
from payeratlas.pricing.places import why_not_paid_there
from payeratlas.pricing.quote import Quote, fee_roles, quote, unanswered
from payeratlas.pricing.reductions import WHOLES
from payeratlas.pricing.request import Request
from payeratlas.pricing.rules import unknown_input
from payeratlas.pricing.status import PRICED, left_to_contractor, why_not_priced

Rows = Callable[[str], Mapping[str, Mapping[str, Fact]] | Unknown]
"""The fee schedule rows of a code by their modifier (none is the empty text), each a Fact by role;
Unknown where the code has none or no release is on hand."""

State = Literal["priced", "open", "none"]
_INDICES = ("work_gpci", "pe_gpci", "mp_gpci")
_SIDES = {"LT", "RT"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of the claim by itself.

    ``state``: it is ``priced``; ``open``, because something may be paid that is not known here
    (a contractor's price, a figure that cannot be read); or ``none``, because the fee schedule
    pays nothing for it as billed.
    """

    number: int
    request: Request
    row_modifier: str
    inputs: Mapping[str, Fact]
    quote: Quote
    state: State
    line: Line

    @property
    def status(self) -> str:
        """Status code of its row; empty where there is none."""
        return self.line.indicator("status")


@dataclass(frozen=True, slots=True)
class Parts:
    """Other rows a line needs, each by its name (``70450-TC``, ``43235``)."""

    professional: Mapping[str, Mapping[str, Fact]] = field(default_factory=dict)
    technical: Mapping[str, Mapping[str, Fact]] = field(default_factory=dict)
    base: Mapping[str, Mapping[str, Fact]] = field(default_factory=dict)


def gather(request: ClaimRequest, rows_of: Rows) -> tuple[Asked, ...]:
    """Each line with its row and its quote by itself."""
    return tuple(_asked(n, line, rows_of(line.code)) for n, line in enumerate(request.lines, 1))


def _asked(
    number: int, request: Request, rows: Mapping[str, Mapping[str, Fact]] | Unknown
) -> Asked:
    modifier = None
    if not isinstance(rows, Unknown):
        modifier = next((m for m in request.row_modifiers if m in rows), None)
    if isinstance(rows, Unknown) or modifier is None:
        why = (
            rows
            if isinstance(rows, Unknown)
            else Unknown("not_listed", f"{request.code} has no row without a modifier.")
        )
        state: State = "none" if why.reason == "not_listed" else "open"
        nothing = Line(number, request.code, request.modifiers, "", request.units, {})
        return Asked(number, request, "", {}, unanswered(request, why), state, nothing)
    inputs = rows[modifier]
    answer = quote(request, inputs, row_modifier=modifier)
    values = _known(inputs)
    line = Line(number, request.code, request.modifiers, modifier, request.units, values)
    return Asked(number, request, modifier, inputs, answer, _state(answer, line, request), line)


def _known(inputs: Mapping[str, Fact]) -> dict[str, Value]:
    return {r: fact.value for r, fact in inputs.items() if not isinstance(fact.value, Unknown)}


def _state(answer: Quote, line: Line, request: Request) -> State:
    value = answer.allowed.value
    if not isinstance(value, Unknown):
        return "priced"
    if value.reason != "not_priced":
        return "open"
    status = line.indicator("status")
    has_rvus = any(line.values.get(role) for role in ("work_rvu", "pe_rvu", "mp_rvu"))
    if why_not_priced(status, has_rvus=has_rvus):
        return "open" if left_to_contractor(status, has_rvus=has_rvus) else "none"
    if why_not_paid_there(request.place, line.indicator("pctc")):
        return "none"
    outcome = adjust(line.modifiers, line.values, line.row_modifier)
    # what is neither refused nor priced hangs on documentation
    return "none" if isinstance(outcome, Refusal) and not outcome.by_report else "open"


def other_rows(group: Sequence[Line], rows_of: Rows) -> Mapping[int, Parts] | Unknown:
    """The rows of components and base procedures that a group of lines needs, by line.

    Unknown where one of them is missing or has no price.
    """
    found: dict[int, Parts] = {}
    for line in group:
        parts = Parts()
        if line.is_whole and line.series.partition(" ")[0] in SERIES:
            names = _components_of(line)
            if isinstance(names, Unknown):
                return names
            each = [_rows(kind, rows_of) for kind in names]
            for rows in each:
                if isinstance(rows, Unknown):
                    return rows
            professional, technical = (rows for rows in each if not isinstance(rows, Unknown))
            parts = Parts(professional, technical)
        elif line.family and _scopes(group, line.family) > 1:
            base = _rows(((line.family, ""),), rows_of)
            if isinstance(base, Unknown):
                return base
            parts = Parts(base=base)
        found[line.number] = parts
    return found


def _scopes(group: Sequence[Line], family: str) -> int:
    """How many endoscopies of a family there are, the base procedure not counted."""
    return sum(line.units for line in group if line.family == family)


_Names = tuple[tuple[str, str], ...]


def _components_of(line: Line) -> tuple[_Names, _Names] | Unknown:
    """Code and modifier of the rows of its professional and of its technical component."""
    if line.indicator("pctc") == "1":
        return ((line.code, "26"),), ((line.code, "TC"),)
    if line.code not in WHOLES:
        why = f"which codes are the components of {line.code} is not known here."
        return Unknown("not_priced", why)
    professional, technical = WHOLES[line.code]
    return tuple((code, "") for code in professional), tuple((code, "") for code in technical)


def _rows(names: _Names, rows_of: Rows) -> Mapping[str, Mapping[str, Fact]] | Unknown:
    found = {}
    for code, modifier in names:
        name, rows = subject(code, modifier), rows_of(code)
        if isinstance(rows, Unknown):
            return Unknown(rows.reason, f"{name}: {rows.detail}", rows.last_known)
        if modifier not in rows:
            return Unknown("not_listed", f"the file prints no row {name}.")
        status = rows[modifier]["status"]
        if isinstance(status.value, Unknown):
            return unknown_input("status", status)
        if status.value not in PRICED:
            return Unknown("not_priced", f"{name}: {why_not_priced(str(status.value))}")
        found[name] = rows[modifier]
    return found


def rule_inputs(
    group: Sequence[Asked], parts: Mapping[int, Parts]
) -> tuple[dict[str, Fact], dict[str, str]]:
    """What the rules of :mod:`payeratlas.pricing.together` take: Facts by role, and settings."""
    first = group[0].request
    inputs: dict[str, Fact] = {}
    settings = {
        "lines": ",".join(str(asked.number) for asked in group),
        "service_date": first.as_of.service_date.isoformat(),
        "rate_type": first.rate_type,
    }
    for asked in group:
        n, own, rest = asked.number, asked.inputs, parts.get(asked.number, Parts())
        settings[f"{n}.code"] = asked.request.code
        settings[f"{n}.modifiers"] = ",".join(asked.request.modifiers)
        settings[f"{n}.row_modifier"] = asked.row_modifier
        settings[f"{n}.units"] = str(asked.request.units)
        whole = bool(rest.technical)
        roles = dict.fromkeys(("status", *_indicators(asked)))
        if not whole:
            roles |= dict.fromkeys(_money_roles(asked.request, own))
        inputs |= {f"{n}.{role}": own[role] for role in roles}
        for kind in ("professional", "technical", "base"):
            rows: Mapping[str, Mapping[str, Fact]] = getattr(rest, kind)
            if not rows:
                continue
            settings[f"{n}.{kind}"] = ",".join(rows)
            for name, row in rows.items():
                needed = _money_roles(asked.request, row)
                if kind == "base" and {"50", *_SIDES} & set(asked.request.modifiers):
                    needed = (*needed, "bilateral")
                inputs |= {f"{n}.{name}.{role}": row[role] for role in needed}
    if first.locality:
        inputs |= {role: group[0].inputs[role] for role in _INDICES}
    return inputs, settings


def _money_roles(request: Request, row: Mapping[str, Fact]) -> tuple[str, ...]:
    return tuple(role for role in fee_roles(request, row) if role not in _INDICES)


def _indicators(asked: Asked) -> tuple[str, ...]:
    """The indicators of the line's row that decide how it is paid beside others."""
    kind = asked.line.indicator("multiple_procedure")
    by_kind = {
        "3": ("endo_base",),
        "4": ("pctc", "imaging_family"),
        "6": ("pctc",),
        "7": ("pctc",),
    }.get(kind, ())
    sides = ("bilateral",) if _SIDES & set(asked.request.modifiers) else ()
    return ("multiple_procedure", *by_kind, *sides, *roles_needed(asked.request.modifiers))
