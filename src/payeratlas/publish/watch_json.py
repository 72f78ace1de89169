"""A report on a list of codes as JSON: ``schema/v1/watch.json``."""

from __future__ import annotations

import json

from payeratlas.model.facts import Fact, Unknown
from payeratlas.pages.changes import Moved
from payeratlas.pages.sections.changes import policy_text
from payeratlas.pages.watch import Finding, Report, Side
from payeratlas.publish.change_words import finding_lines
from payeratlas.publish.fact_json import Json, facts_json, period_json
from payeratlas.publish.plain import plain_text


def render(report: Report) -> str:
    """:func:`report_json` as a document that ends with a newline."""
    return json.dumps(report_json(report), ensure_ascii=False, indent=1) + "\n"


def report_json(report: Report) -> Json:
    """Each code and, list by list, what changed between the two days, with its Facts.

    ``statements`` say the same in plain lines. A side that cannot be told is null with its reason.
    """
    known_on = report.as_of.known_on
    return {
        "since": report.since.isoformat(),
        "as_of": report.as_of.service_date.isoformat(),
        "known_on": known_on.isoformat() if known_on else None,
        "edition": report.edition,
        "version": report.version,
        "codes": [
            {
                "code": code,
                "changed": any(finding.moved for finding in report.of(code)),
                "lists": [_finding(finding) for finding in report.of(code)],
            }
            for code in report.codes
        ],
    }


def _finding(finding: Finding) -> Json:
    steps = [(step.subject, step.kind, moved) for step in finding.steps for moved in step.moved]
    counts = [(finding.code, "changed", moved) for moved in finding.counts]
    indicators = [
        {
            "subject": who,
            "kind": "changed",
            "column": one.column,
            "title": one.column,
            **_sides(one),
        }
        for who, revision in finding.revisions.items()
        for one in revision.indicators
    ]
    return {
        "id": finding.followed.id,
        "title": finding.followed.title,
        "state": finding.state,
        "before": _side(finding.before),
        "after": _side(finding.after),
        "statements": list(finding_lines(finding)),
        "amounts": [
            {
                "subject": who,
                "setting": setting,
                "before": _fact(change.before),
                "after": _fact(change.after),
                "change": _fact(change.total),
                "causes": {cause: _fact(fact) for cause, fact in change.parts},
            }
            for who, revision in finding.revisions.items()
            for setting, change in revision.amounts.items()
            if change.parts
        ],
        "policies": [
            {
                "id": inference.policy.id,
                "subject": who,
                "statement": plain_text(policy_text(inference)),
                "reference": inference.policy.reference,
                "url": inference.policy.url,
                "facts": {name: _fact(fact) for name, fact in inference.parts.items()},
            }
            for who, revision in finding.revisions.items()
            for inference in revision.policies
        ],
        "changes": [
            *indicators,
            *(
                {
                    "subject": who,
                    "kind": kind,
                    "column": moved.column,
                    "title": finding.followed.columns[moved.column],
                    **_sides(moved),
                }
                for who, kind, moved in (*steps, *counts)
            ),
        ],
    }


def _sides(moved: Moved) -> Json:
    return {"before": _fact(moved.before), "after": _fact(moved.after)}


def _fact(fact: Fact) -> Json:
    (whole,) = facts_json([fact])
    return whole


def _side(side: Side) -> Json:
    if isinstance(side, Unknown):
        return {"release": None, "reason": side.reason, "detail": side.detail}
    return {
        "release": side.id,
        "source": side.source,
        "issued": side.issued.isoformat(),
        "covers": period_json(side.covers),
    }
