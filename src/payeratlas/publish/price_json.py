"""The answer to a price question as JSON, schema version v1: ``schema/v1/price.json``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from payeratlas.model.facts import Fact
from payeratlas.pages.encounter import Given
from payeratlas.pages.other_price import OtherPrice
from payeratlas.pages.price import Priced
from payeratlas.pricing.caveats import Caveat
from payeratlas.pricing.claim_result import PricedLine
from payeratlas.publish.fact_json import Json, facts_json, step_json


def priced_json(priced: Priced, encounters: Sequence[Given] = ()) -> Json:
    """The question, the totals and every line as self-contained facts, the steps, the limits and
    the cells read. What a claim or line does not have is left out.

    ``encounters`` are the same lines as a whole encounter, a setting each.
    """
    claim, first = priced.claim, priced.claim.request.first
    return {
        "title": priced.title,
        "question": {
            "lines": [_line_json(line) for line in claim.lines],
            "place_of_service": first.place,
            "rate_type": first.rate_type,
            "locality": first.locality,
            "qualifying": first.qp,
            "participating": first.participating,
            "service_date": first.as_of.service_date.isoformat(),
            "known_on": first.as_of.known_on.isoformat() if first.as_of.known_on else None,
        },
        **_facts(
            {
                "amount": claim.amount,
                "allowed": claim.allowed,
                "nonparticipating": claim.nonparticipating,
                "limiting_charge": claim.limiting_charge,
                "priced": claim.priced,
                "at_least": claim.at_least,
                "from_published": claim.from_published,
            }
        ),
        "lines": [_priced_line(line, priced.other.get(line.number)) for line in claim.lines],
        "steps": [step_json(step) for line in claim.lines for step in line.steps],
        "caveats": _caveats(claim.caveats),
        "inputs": dict(zip(priced.inputs, facts_json(priced.inputs.values()), strict=True)),
        **({"encounters": [_encounter(given) for given in encounters]} if encounters else {}),
    }


def _encounter(given: Given) -> Json:
    whole = given.encounter
    return {
        "setting": given.setting,
        "parts": [
            {
                "payee": part.payee,
                **_facts(
                    {
                        "approved": part.approved,
                        "deductible": part.deductible,
                        "coinsurance": part.coinsurance,
                        "medicare": part.medicare,
                        "sequestration": part.sequestration,
                        "paid": part.paid,
                    }
                ),
            }
            for part in whole.parts
        ],
        "facility_lines": [
            {
                "line": line.line.subject,
                "included": line.included,
                **_facts({"payment": line.payment}),
            }
            for line in given.facility
        ],
        **_facts(
            {
                "approved": whole.approved,
                "patient": whole.patient,
                "medicare": whole.medicare,
                "paid": whole.paid,
            }
        ),
        "caveats": _caveats(whole.caveats),
    }


def _line_json(line: PricedLine) -> Json:
    request = line.request
    return {"code": request.code, "modifiers": list(request.modifiers), "units": request.units}


def _priced_line(line: PricedLine, other: OtherPrice | None) -> Json:
    return {
        "number": line.number,
        **_line_json(line),
        **_facts(
            {
                "amount": line.amount,
                "allowed": line.allowed,
                "nonparticipating": line.nonparticipating,
                "limiting_charge": line.limiting_charge,
                "fee": line.quote.fee,
                "alone": line.quote.amount,
                "if_documented": line.quote.if_documented,
                "ranks": line.ranks,
                "shares": line.shares,
                "at_least": line.at_least,
                "from_published": line.from_published,
            }
        ),
        **({"other_schedule": _other(other)} if other else {}),
        "included": line.included,
        "part_of": line.part_of or None,
        "why": list(line.why),
        "steps": [step_json(step) for step in line.steps],
        "caveats": _caveats(line.caveats),
    }


def _other(other: OtherPrice) -> Json:
    return {
        "schedule": other.schedule,
        **_facts({"allowed": other.allowed, "patient": other.patient}),
        "caveats": _caveats(other.caveats),
    }


def _facts(named: Mapping[str, Fact | None]) -> Json:
    stated = {name: fact for name, fact in named.items() if fact is not None}
    return dict(zip(stated, facts_json(stated.values()), strict=True))


def _caveats(caveats: Iterable[Caveat]) -> list[Json]:
    return [{"id": c.id, "text": c.text, "reference": c.reference} for c in caveats]
