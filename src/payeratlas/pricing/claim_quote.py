"""The answer for several lines together: each line by its rank, and the claim's total.

:func:`price_claim` asks a function for the fee schedule rows of a code, as Facts by role, and
touches nothing else. What one line is worth by itself is :func:`payeratlas.pricing.quote.quote`'s
to say; here is only what lines change about each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from payeratlas.model.errors import InputError
from payeratlas.model.facts import Fact, Unknown, Value
from payeratlas.pricing.caveats import FROM_PUBLISHED, Caveat
from payeratlas.pricing.claim import ClaimRequest
from payeratlas.pricing.claim_result import ClaimQuote, PricedLine
from payeratlas.pricing.claim_rows import Asked, Rows, gather, other_rows, rule_inputs
from payeratlas.pricing.claim_words import BUNDLED, ONLY_SERVICE, claim_caveats, why
from payeratlas.pricing.grouping import Line, groups, lines_of
from payeratlas.pricing.line import ROUNDING
from payeratlas.pricing.quote import charge, common_period
from payeratlas.pricing.rules import derive, unknown_input
from payeratlas.pricing.sums import total
from payeratlas.pricing.together import outcomes
from payeratlas.pricing.working import Outcome, Terms

_CLAIM_WIDE = {"allowed_not_paid", "national", "place"}
_ANSWERED_HERE = {"multiple_procedure", "units", "rounding"}


def price_claim(request: ClaimRequest, rows_of: Rows) -> ClaimQuote:
    """Price all lines of a claim together under the physician fee schedule.

    ``rows_of(code)`` gives the rows of a code by modifier, each a Fact by role (those of
    :func:`payeratlas.pricing.claim.claim_roles`); it is asked for the codes of the lines and for
    those of endoscopic base procedures and components of whole tests.
    """
    known: dict[str, Mapping[str, Mapping[str, Fact]] | Unknown] = {}

    def rows(code: str) -> Mapping[str, Mapping[str, Fact]] | Unknown:
        if code not in known:
            known[code] = rows_of(code)
        return known[code]

    asked = gather(request, rows)
    done = {
        one.number: line for one in asked if (line := _bundled(request, one, asked)) is not None
    }
    left = {one.number: one for one in asked if one.number not in done and one.state == "priced"}
    waiting = [one for one in asked if one.number not in done and one.state == "open"]
    worked: list[tuple[Sequence[Line], Sequence[Outcome]]] = []
    for group in groups([one.line for one in left.values()]):
        members = [left[line.number] for line in group]
        if blocked := _blocked(group[0], waiting):
            done |= {one.number: _unknown(request, one, blocked) for one in members}
        elif len(group) == 1 and (group[0].units == 1 or not group[0].series):
            done[members[0].number] = _alone(members[0])
        else:
            together, found = _together(request, members, rows)
            done |= together
            worked.append((group, found))
    for one in asked:
        done.setdefault(one.number, _alone(one))
    lines = tuple(done[one.number] for one in asked)
    return _summed(request, lines, tuple(dict.fromkeys(claim_caveats(worked))))


def _alone(asked: Asked) -> PricedLine:
    """A line that nothing bears on: its quote as it is."""
    answer = asked.quote
    dropped = _CLAIM_WIDE | _ANSWERED_HERE
    if not asked.line.series:  # its units are priced in full, which is worth saying
        dropped -= {"units"}
    return PricedLine(
        asked.number,
        asked.request,
        answer,
        answer.allowed,
        answer.nonparticipating,
        answer.limiting_charge,
        why(asked.line, None) if answer.allowed.known else (),
        from_published=answer.from_published,
        caveats=tuple(caveat for caveat in answer.caveats if caveat.id not in dropped),
    )


def _unknown(
    request: ClaimRequest, asked: Asked, reason: Unknown, words: tuple[str, ...] = ()
) -> PricedLine:
    """A line without an amount of its own, for a reason that other lines give."""
    answer = asked.quote

    def nothing(measure: str, alone: Fact) -> Fact:
        return Fact(measure, _subject(request, asked), reason, "USD", alone.period)

    return replace(
        _alone(asked),
        allowed=nothing("pfs.claim.line.allowed", answer.allowed),
        nonparticipating=nothing("pfs.line.nonparticipating", answer.nonparticipating),
        limiting_charge=nothing("pfs.line.limiting_charge", answer.limiting_charge),
        why=words,
        from_published=None,
    )


def _subject(request: ClaimRequest, asked: Asked) -> str:
    return f"line {asked.number} of {request.subject}"


def _included(
    request: ClaimRequest, asked: Asked, part_of: int, words: tuple[str, ...]
) -> PricedLine:
    whose = f"the payment for line {part_of}" if part_of else "the payment for another service"
    reason = Unknown("not_priced", f"no separate Medicare price, because it is part of {whose}")
    line = _unknown(request, asked, reason, words)
    return replace(line, included=True, part_of=part_of, caveats=())


def _bundled(request: ClaimRequest, one: Asked, asked: Sequence[Asked]) -> PricedLine | None:
    """The line where its status makes it part of other payments, else None.

    Source: record layout, Attachment A, status codes B and T.
    """
    if one.status == "B":
        return _included(request, one, 0, (BUNDLED,))
    if one.status != "T" or one.state != "priced":
        return None
    others = [o.number for o in asked if o.status != "T" and o.state != "none"]
    return _included(request, one, others[0], (ONLY_SERVICE,)) if others else None


def _blocked(line: Line, waiting: Sequence[Asked]) -> Unknown | None:
    """Why a group cannot be ranked: a line of its series may be paid an amount not known here."""
    if not line.series:
        return None
    for one in waiting:
        unread = not one.line.indicator("multiple_procedure")
        if unread or one.line.series == line.series:
            value = one.quote.allowed.value
            assert isinstance(value, Unknown), "an open line has no amount"
            name = f"line {one.number} ({one.line.name})"
            detail = f"the amount depends on the rank of {name}, which is not known: {value.detail}"
            return Unknown(value.reason, detail)
    return None


def _together(
    request: ClaimRequest, members: Sequence[Asked], rows: Rows
) -> tuple[dict[int, PricedLine], tuple[Outcome, ...]]:
    """The lines of a group that bear on each other, and their outcomes."""
    parts = other_rows([one.line for one in members], rows)
    if isinstance(parts, Unknown):
        return {one.number: _unknown(request, one, parts) for one in members}, ()
    inputs, settings = rule_inputs(members, parts)
    settings["rounding"] = ROUNDING
    values: dict[str, Value] = {}
    for role, fact in inputs.items():
        if isinstance(fact.value, Unknown):
            reason = unknown_input(role, fact)
            return {one.number: _unknown(request, one, reason) for one in members}, ()
        values[role] = fact.value
    local = bool(request.first.locality)
    terms = Terms(local, request.first.as_of.service_date, settings)
    try:
        found = outcomes(lines_of(values, settings), terms)
    except InputError as error:  # no reduction is known for a date so early
        reason = Unknown("not_covered", error.what)
        return {one.number: _unknown(request, one, reason) for one in members}, ()
    period = common_period(list(inputs.values()))
    scope = "locality" if local else "national"

    def made(one: Asked, rule: str, measure: str, **more: str) -> Fact:
        return derive(
            f"pfs.claim.{rule}.{scope}",
            f"pfs.claim.line.{measure}",
            _subject(request, one),
            inputs,
            period=period,
            settings={**settings, "line": str(one.number), **more},
        )

    made_of = {o.number: _ranked(request, o, found[o.number], made) for o in members}
    return made_of, tuple(found.values())


def _ranked(
    request: ClaimRequest, one: Asked, outcome: Outcome, made: Callable[..., Fact]
) -> PricedLine:
    """A line with the amount that its rank leaves it."""
    words = why(one.line, outcome)
    ranks = made(one, "ranks", "ranks") if outcome.ranks else None
    shares = made(one, "shares", "shares")
    if outcome.part_of:
        line = _included(request, one, outcome.part_of, words)
        return replace(line, ranks=ranks, shares=shares)
    if outcome.by_report:
        reason = Unknown(
            "not_priced",
            "no Medicare price, because the contractor prices procedures of so low a rank from "
            "the report",
        )
        least = made(one, "line", "at_least", by_report="least")
        return replace(
            _unknown(request, one, reason, words), ranks=ranks, shares=shares, at_least=least
        )
    allowed = made(one, "line", "allowed")
    published = made(one, "line", "from_published", rounding="published")
    return replace(
        _alone(one),
        allowed=allowed,
        nonparticipating=charge("nonparticipating", allowed),
        limiting_charge=charge("limiting_charge", allowed),
        why=words,
        ranks=ranks,
        shares=shares,
        from_published=published if published.value != allowed.value else None,
    )


def _summed(
    request: ClaimRequest, lines: tuple[PricedLine, ...], told: tuple[Caveat, ...]
) -> ClaimQuote:
    """The totals; each is a sum of whole cents."""
    paid = [line for line in lines if not line.included]

    def summed(measure: str, facts: Mapping[int, Fact]) -> Fact:
        named = {f"line {number}": fact for number, fact in facts.items()}
        if len(lines) == 1 and (only := [fact for fact in named.values() if not fact.known]):
            return replace(only[0], measure=f"pfs.claim.{measure}")  # in the line's own words
        nothing = "no line of the claim is paid separately."
        return total(f"pfs.claim.{measure}", request.subject, named, nothing=nothing)

    allowed = summed("allowed", {line.number: line.allowed for line in paid})
    known = {line.number: line.allowed for line in paid if line.allowed.known}
    differs = allowed.known and any(line.from_published for line in paid)
    from_cents = {line.number: line.from_published or line.allowed for line in paid}
    least = {line.number: line.at_least or line.allowed for line in paid}
    by_report = any(line.at_least for line in paid)
    wide = dict.fromkeys(
        caveat for line in lines for caveat in line.quote.caveats if caveat.id in _CLAIM_WIDE
    )
    return ClaimQuote(
        request,
        lines,
        allowed,
        summed("nonparticipating", {line.number: line.nonparticipating for line in paid}),
        summed("limiting_charge", {line.number: line.limiting_charge for line in paid}),
        priced=summed("priced", known) if known and not allowed.known else None,
        at_least=summed("at_least", least) if by_report else None,
        from_published=summed("from_published", from_cents) if differs else None,
        caveats=(*wide, *told, *((FROM_PUBLISHED,) if differs else ())),
    )
