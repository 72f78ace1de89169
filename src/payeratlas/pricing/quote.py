"""The answer to a price question: one claim line under the Medicare physician fee schedule.

The layer above finds the rows and turns their cells into Facts by role
(:func:`payeratlas.pricing.request.roles` says which); :func:`quote` does the rest and touches
nothing but those Facts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from payeratlas.model.facts import Fact, Measure, Unknown, Value
from payeratlas.model.provenance import Derivation, Step
from payeratlas.model.time import Period
from payeratlas.pricing.adjust import Effect, Refusal, adjust, roles_needed
from payeratlas.pricing.caveats import FROM_PUBLISHED, Caveat, caveats
from payeratlas.pricing.line import ROUNDING
from payeratlas.pricing.places import why_not_paid_there
from payeratlas.pricing.request import Request, roles
from payeratlas.pricing.rules import derive, unknown_input
from payeratlas.pricing.status import why_not_priced

_SOURCE = "CMS physician fee schedule relative value file, GPCI file"
MEASURES = (
    Measure(
        "pfs.fee",
        "Fee schedule amount",
        "USD",
        "One unit without modifiers, the outpatient cap on imaging applied.",
        _SOURCE,
    ),
    Measure(
        "pfs.line.allowed",
        "Allowed amount",
        "USD",
        "What Medicare allows a participating practitioner for the line.",
        _SOURCE,
    ),
    Measure(
        "pfs.line.nonparticipating",
        "Non-participating amount",
        "USD",
        "What Medicare allows a non-participating practitioner for the line.",
        _SOURCE,
    ),
    Measure(
        "pfs.line.limiting_charge",
        "Limiting charge",
        "USD",
        "The most a non-participating practitioner may charge who does not accept assignment.",
        _SOURCE,
    ),
    Measure(
        "pfs.line.if_documented",
        "Allowed amount if documented",
        "USD",
        "What Medicare allows for the line if the contractor accepts the documentation.",
        _SOURCE,
    ),
    Measure(
        "pfs.line.from_published",
        "Allowed amount from published cents",
        "USD",
        "The line worked out from the published fee in whole cents, rounded again at the end.",
        _SOURCE,
    ),
)


@dataclass(frozen=True, slots=True)
class Quote:
    """The answer. Every figure is a Fact: a Derivation to run again, or an Unknown that says why.

    ``fee`` is one unit without modifiers. ``allowed`` is the line for a participating
    practitioner. ``if_documented`` is given where ``allowed`` is Unknown only because payment
    hangs on documentation. ``from_published`` is given where working from published cents
    (see :mod:`payeratlas.pricing.line`) ends on another cent than ``allowed``.
    """

    request: Request
    fee: Fact
    allowed: Fact
    nonparticipating: Fact
    limiting_charge: Fact
    if_documented: Fact | None = None
    from_published: Fact | None = None
    caveats: tuple[Caveat, ...] = ()

    @property
    def amount(self) -> Fact:
        """The figure asked for: allowed, or the non-participating amount."""
        return self.allowed if self.request.participating else self.nonparticipating

    @property
    def steps(self) -> tuple[Step, ...]:
        """How the amount came about, from the RVUs on; nothing where it is Unknown."""
        return steps_to(self.allowed, self.amount)


def steps_to(allowed: Fact, amount: Fact) -> tuple[Step, ...]:
    """The steps to the allowed amount and, where it is another, on to the amount asked for."""
    chain = (allowed,) if amount is allowed else (allowed, amount)
    return tuple(
        step for fact in chain if isinstance(fact.basis, Derivation) for step in fact.basis.steps
    )


def quote(request: Request, inputs: Mapping[str, Fact], *, row_modifier: str = "") -> Quote:
    """Price a line from Facts by role (those of :func:`roles`).

    ``row_modifier`` is the modifier of the fee schedule row the Facts come from. Whatever stands
    against a price (an Unknown input, the status, the place, a modifier) makes the amounts Unknown
    with that reason. ValueError where a role is missing: a fault of the caller.
    """
    if missing := [role for role in roles(request) if role not in inputs]:
        raise ValueError(f"{request.subject}: no Fact for {', '.join(missing)}")
    if row_modifier not in request.row_modifiers:
        raise ValueError(f"{request.subject} is not priced from the row with {row_modifier}")
    period = common_period([inputs[role] for role in roles(request) if inputs[role].known])
    scope = "locality" if request.locality else "national"
    fee_inputs = {role: inputs[role] for role in fee_roles(request, inputs)}

    if blocked := _why_no_fee(request, inputs):
        return unanswered(request, blocked, row_modifier=row_modifier, period=period)
    fee = derive(
        f"pfs.payable.{scope}",
        "pfs.fee",
        request.row_subject(row_modifier),
        fee_inputs,
        period=period,
    )
    indicators = {role: inputs[role] for role in roles_needed(request.modifiers)}
    if isinstance(fee.value, Unknown):
        return unanswered(request, fee.value, row_modifier=row_modifier, period=period, fee=fee)
    effects = _effects(request, indicators, row_modifier)
    if isinstance(effects, Unknown):
        return unanswered(request, effects, row_modifier=row_modifier, period=period, fee=fee)

    line_inputs = {"status": inputs["status"], **fee_inputs, **indicators}
    if request.units > 1:  # further therapy units are paid less
        line_inputs["multiple_procedure"] = inputs["multiple_procedure"]
    settings = {
        "modifiers": ",".join(request.modifiers),
        "row_modifier": row_modifier,
        "rate_type": request.rate_type,
        "units": str(request.units),
        "rounding": ROUNDING,
    }

    def line(measure: str, **more: str) -> Fact:
        return derive(
            f"pfs.line.{scope}",
            f"pfs.line.{measure}",
            request.subject,
            line_inputs,
            period=period,
            settings={**settings, **more},
        )

    told = _caveats(request, inputs, row_modifier)
    if conditional := [effect for effect in effects if effect.condition]:
        stop = Unknown("not_priced", _on_condition(conditional))
        documented = line("if_documented", documented="yes")
        refused = unanswered(request, stop, row_modifier=row_modifier, period=period, fee=fee)
        return replace(refused, if_documented=documented, caveats=told)
    allowed = line("allowed")
    published = line("from_published", rounding="published")
    differs = published.value != allowed.value
    return Quote(
        request=request,
        fee=fee,
        allowed=allowed,
        nonparticipating=charge("nonparticipating", allowed),
        limiting_charge=charge("limiting_charge", allowed),
        from_published=published if differs else None,
        caveats=(*told, FROM_PUBLISHED) if differs else told,
    )


def unanswered(
    request: Request,
    why: Unknown,
    *,
    row_modifier: str = "",
    period: Period | None = None,
    fee: Fact | None = None,
) -> Quote:
    """The Quote where there is no price: every amount Unknown for that reason.

    Also for the layer above, where no row or no release was found. ``fee`` may still be known.
    """

    def nothing(measure: str, who: str) -> Fact:
        return Fact(measure, who, why, "USD", period)

    return Quote(
        request=request,
        fee=fee or nothing("pfs.fee", request.row_subject(row_modifier)),
        allowed=nothing("pfs.line.allowed", request.subject),
        nonparticipating=nothing("pfs.line.nonparticipating", request.subject),
        limiting_charge=nothing("pfs.line.limiting_charge", request.subject),
    )


def _on_condition(effects: Sequence[Effect]) -> str:
    named = [f"modifier {effect.modifier} is paid only if {effect.condition}" for effect in effects]
    return f"no Medicare price without documentation, because {' and '.join(named)}"


def charge(name: str, allowed: Fact) -> Fact:
    """The non-participating amount or the limiting charge that follows from an allowed amount."""
    inputs = {"allowed": allowed}
    return derive(f"pfs.{name}", f"pfs.line.{name}", allowed.subject, inputs, period=allowed.period)


def fee_roles(request: Request, inputs: Mapping[str, Fact]) -> tuple[str, ...]:
    """The roles the fee rests on; the cap RVUs only where the file prints any."""
    gpci = ("work_gpci", "pe_gpci", "mp_gpci") if request.locality else ()
    caps = ("opps_pe", "opps_mp")
    capped = any(inputs[role].value != Decimal(0) for role in caps)
    rvus = ("work_rvu", "pe_rvu", "mp_rvu")
    return (*rvus, *gpci, "conversion_factor", *(caps if capped else ()))


def _why_no_fee(request: Request, inputs: Mapping[str, Fact]) -> Unknown | None:
    """The status, the lack of RVUs, or the place, where one of them rules out a price."""
    for role in ("status", "pctc"):
        if isinstance(inputs[role].value, Unknown):
            return unknown_input(role, inputs[role])
    rvus = [inputs[role].value for role in ("work_rvu", "pe_rvu", "mp_rvu")]
    why = why_not_priced(_text(inputs["status"]), has_rvus=any(v != Decimal(0) for v in rvus))
    if why is None and (reason := why_not_paid_there(request.place, _text(inputs["pctc"]))):
        why = f"no Medicare price at place of service {request.place}, because {reason}"
    return Unknown("not_priced", why) if why else None


def _effects(
    request: Request, indicators: Mapping[str, Fact], row_modifier: str
) -> tuple[Effect, ...] | Unknown:
    values: dict[str, Value] = {}
    for role, fact in indicators.items():
        if isinstance(fact.value, Unknown):
            return unknown_input(role, fact)
        values[role] = fact.value
    outcome = adjust(request.modifiers, values, row_modifier)
    return Unknown("not_priced", str(outcome)) if isinstance(outcome, Refusal) else outcome


def _caveats(request: Request, inputs: Mapping[str, Fact], row_modifier: str) -> tuple[Caveat, ...]:
    return caveats(
        status=_text(inputs["status"]),
        multiple_procedure=_text(inputs["multiple_procedure"]),
        pctc=_text(inputs["pctc"]),
        not_performed_here=inputs["na"].value in ("NA", True),
        row_modifier=row_modifier,
        rate_type=request.rate_type,
        place=request.place,
        local=bool(request.locality),
        modifiers=request.modifiers,
        units=request.units,
    )


def _text(fact: Fact) -> str:
    return fact.value if isinstance(fact.value, str) else ""


def common_period(facts: Sequence[Fact]) -> Period | None:
    """The days on which all the Facts hold; None where one has no period."""
    periods = [fact.period for fact in facts]
    known = [period for period in periods if period is not None]
    if not known or len(known) < len(periods):
        return None
    ends = [period.end for period in known if period.end is not None]
    start, end = max(period.start for period in known), min(ends) if ends else None
    if end is not None and end <= start:
        raise ValueError(f"the inputs hold on no common day: {', '.join(map(str, known))}")
    return Period(start, end, any(period.observed for period in known))
