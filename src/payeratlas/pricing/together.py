"""The amounts of lines that bear on each other: worked out together, told line by line.

The order is that of a person at the payer: each line's fee with its modifiers, both sides of the
body, families of endoscopies, ranks, shares, the outpatient cap on imaging, and one rounding a
line at the end. Settings beside those of :func:`payeratlas.pricing.grouping.lines_of`:

- ``line``: the number of the line that is asked for
- ``service_date``: decides which reductions hold
- ``rate_type``: for the record, as in :mod:`payeratlas.pricing.line`
- ``rounding``, ``documented``: as in :mod:`payeratlas.pricing.line`
- ``by_report``: ``least`` takes what a contractor prices from the report at the least it may pay
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial

from payeratlas.model.errors import InputError
from payeratlas.model.provenance import Step
from payeratlas.pricing.components import SERIES, by_component
from payeratlas.pricing.fee import CAP, FORMULA, Worked, rule_of
from payeratlas.pricing.grouping import Line, lines_of
from payeratlas.pricing.reductions import REDUCTIONS
from payeratlas.pricing.rules import Rule, Settings, Values
from payeratlas.pricing.surgical import procedures
from payeratlas.pricing.therapy import therapy_units
from payeratlas.pricing.working import Outcome, Terms


def outcomes(lines: Sequence[Line], terms: Terms) -> Mapping[int, Outcome]:
    """Each line's outcome by number, for one group of lines that bear on each other.

    InputError where a line has no amount by itself (its status, a modifier), where the row of a
    component is needed and not given, or where no reduction is known for the date.
    """
    kind = lines[0].series.partition(" ")[0]
    if kind == "therapy":
        return therapy_units(lines, terms)
    if kind in SERIES:
        return by_component(lines, terms, kind)
    return procedures(lines, terms, ranked=kind == "surgery")


def _outcome(values: Values, settings: Settings, *, local: bool) -> Outcome:
    """The outcome of the line asked for, all lines worked out from the values again."""
    day = settings.get("service_date", "")
    try:
        terms = Terms(local, date.fromisoformat(day), settings)
    except ValueError as error:
        raise InputError(f"'{day}' is not a date of service.", cure="YYYY-MM-DD") from error
    found = outcomes(lines_of(values, settings), terms)
    number = settings.get("line", "1")
    if not number.isdigit() or int(number) not in found:
        raise InputError(f"'{number}' is not one of the lines.", cure=", ".join(map(str, found)))
    return found[int(number)]


def _worked(values: Values, settings: Settings, *, local: bool) -> Worked:
    outcome = _outcome(values, settings, local=local)
    if outcome.by_report:
        raise InputError("the contractor prices a procedure after the fifth from the report.")
    return outcome.worked


def _text_rule(id: str, label: str, tell: Callable[[Outcome], str], *, local: bool) -> Rule:
    """A rule that states a rank or a share as text instead of an amount."""

    def compute(values: Values, settings: Settings) -> str:
        """What is told of the line."""
        return tell(_outcome(values, settings, local=local))

    def explain(values: Values, settings: Settings) -> tuple[Step, ...]:
        """The steps of the line, what is told last."""
        outcome = _outcome(values, settings, local=local)
        said = tell(outcome)
        return (*outcome.worked.steps, Step(label, said, said))

    return Rule(id, "", _REFERENCE, compute, explain)


_REFERENCE = "; ".join(dict.fromkeys((FORMULA, CAP, *(r.reference for r in REDUCTIONS))))

RULES = (
    rule_of("pfs.claim.line.national", _REFERENCE, partial(_worked, local=False)),
    rule_of("pfs.claim.line.locality", _REFERENCE, partial(_worked, local=True)),
    *(
        _text_rule(f"pfs.claim.{name}.{scope}", label, tell, local=scope == "locality")
        for scope in ("national", "locality")
        for name, label, tell in (
            ("ranks", "Ranks of the line's procedures", lambda outcome: outcome.ranks),
            ("shares", "Paid of the line's procedures", lambda outcome: outcome.shares),
        )
    ),
)
