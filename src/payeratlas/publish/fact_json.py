"""Facts as JSON, each whole with its citation, derivation or reason.

``schema/v1/facts.json`` describes every property.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from payeratlas.model.amounts import Money
from payeratlas.model.facts import Fact, Unknown
from payeratlas.model.provenance import Citation, Derivation, Step
from payeratlas.model.time import Period

Json = dict[str, Any]

_SURROGATE = re.compile("[\ud800-\udfff]")


def facts_json(facts: Iterable[Fact]) -> list[Json]:
    """Facts as self-contained JSON values, each with its citation, derivation or reason."""
    return [_whole(fact) for fact in facts]


def render_facts(facts: Iterable[Fact]) -> str:
    """:func:`facts_json` as a JSON document that ends with a newline."""
    text = json.dumps(facts_json(facts), ensure_ascii=False, allow_nan=False, indent=1)
    return without_surrogates(text) + "\n"


def value_json(value: object) -> str | int | bool | None:
    """A value: money with two decimals and other decimals as scaled, both as strings; integers
    and flags as such; codes and text as strings; null where it is Unknown."""
    if isinstance(value, Unknown):
        return None
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, Money):
        return str(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    raise TypeError(f"{value!r} is not a value")


def kind_of(value: object) -> str:
    """What a value is, so that it can be read back: JSON alone cannot tell 1.98 from a code."""
    match value:
        case Unknown():
            return "unknown"
        case Money():
            return "money"
        case Decimal():
            return "decimal"
        case bool():
            return "flag"
        case int():
            return "integer"
    return "text"


def period_json(period: Period | None) -> Json | None:
    """A half-open period; ``observed`` stands only where it is true."""
    if period is None:
        return None
    span: Json = {
        "from": period.start.isoformat(),
        "to": period.end.isoformat() if period.end else None,
    }
    return span | {"observed": True} if period.observed else span


def _whole(fact: Fact) -> Json:
    body = _stated(fact)
    match fact.basis:
        case Citation() as citation:
            artifact = citation.artifact
            place = {
                "name": artifact.name,
                "sha256": artifact.sha256,
                "bytes": artifact.size,
                "url": artifact.url,
            }
            body["citation"] = _citation(citation, place)
        case Derivation() as derivation:
            inputs = [{"role": role, **_whole(given)} for role, given in derivation.inputs]
            body["derivation"] = _derivation(derivation, inputs)
        case None if isinstance(fact.value, Unknown):
            last = fact.value.last_known
            body["unknown"] = _unknown(fact.value, _whole(last) if last else None)
    return body


def _stated(fact: Fact) -> Json:
    return {
        "measure": fact.measure,
        "subject": fact.subject,
        "value": value_json(fact.value),
        "unit": fact.unit,
        "period": period_json(fact.period),
    }


def _citation(citation: Citation, artifact: object) -> Json:
    locator = citation.locator
    return {
        "source": citation.source,
        "release": citation.release,
        "artifact": artifact,
        "locator": locator.fragment,
        **({"member": locator.member} if locator.member else {}),
        "column": locator.column,
        "text": citation.text,
    }


def _derivation(derivation: Derivation, inputs: list[Json]) -> Json:
    return {
        "rule": derivation.rule,
        "reference": derivation.reference,
        "settings": dict(derivation.settings),
        "inputs": inputs,
        "steps": [step_json(step) for step in derivation.steps],
    }


def step_json(step: Step) -> Json:
    """One step of an explanation."""
    return {
        "label": step.label,
        "expression": step.expression,
        "result": step.result,
        "reference": step.reference,
    }


def _unknown(unknown: Unknown, last: object) -> Json:
    known = {"last_known": last} if last else {}
    return {"reason": unknown.reason, "detail": unknown.detail, **known}


def without_surrogates(text: str) -> str:
    """The text with lone surrogates as JSON escapes: they have no UTF-8."""
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
