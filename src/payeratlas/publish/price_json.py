"""The answer to a price question as JSON, schema version v1: ``schema/v1/price.json``."""

from __future__ import annotations

from payeratlas.pages.price import Priced
from payeratlas.publish.json_ import Json, facts_json, step_json


def priced_json(priced: Priced) -> Json:
    """The question, every amount as a self-contained fact, the steps, the limits and the inputs.

    ``if_documented`` and ``from_published`` stand only where the quote has them.
    """
    quote, request = priced.quote, priced.quote.request
    facts = {
        "amount": quote.amount,
        "fee": quote.fee,
        "allowed": quote.allowed,
        "nonparticipating": quote.nonparticipating,
        "limiting_charge": quote.limiting_charge,
        "if_documented": quote.if_documented,
        "from_published": quote.from_published,
    }
    stated = {name: fact for name, fact in facts.items() if fact is not None}
    return {
        "title": priced.title,
        "question": {
            "code": request.code,
            "modifiers": list(request.modifiers),
            "place_of_service": request.place,
            "rate_type": request.rate_type,
            "locality": request.locality,
            "units": request.units,
            "qualifying": request.qp,
            "participating": request.participating,
            "service_date": request.as_of.service_date.isoformat(),
            "known_on": request.as_of.known_on.isoformat() if request.as_of.known_on else None,
        },
        **dict(zip(stated, facts_json(stated.values()), strict=True)),
        "steps": [step_json(step) for step in quote.steps],
        "caveats": [
            {"id": caveat.id, "text": caveat.text, "reference": caveat.reference}
            for caveat in quote.caveats
        ],
        "inputs": dict(zip(priced.inputs, facts_json(priced.inputs.values()), strict=True)),
    }
