"""The answer to "can these two be billed together?" as JSON: ``schema/v1/pair.json``."""

from __future__ import annotations

from payeratlas.model.facts import Fact, Unknown
from payeratlas.pages.pair import Paired, Searched
from payeratlas.publish.fact_json import Json, facts_json
from payeratlas.publish.plain import plain_text


def paired_json(paired: Paired) -> Json:
    """The question, the ruling, the modifier indicator, and the cited cells of the edit.

    ``pays``, ``denied``, ``modifier_indicator``, ``modifier_allowed``, ``effective`` and
    ``deletion`` are null where there is no edit or its file does not say; ``unknown`` says why
    there is no ruling.
    """
    facts = {"modifier_indicator": paired.indicator, **paired.facts}
    why = paired.indicator.value
    return {
        "title": paired.title,
        "question": {
            "codes": [paired.one, paired.other],
            "service": paired.service,
            "service_date": paired.as_of.service_date.isoformat(),
            "known_on": paired.as_of.known_on.isoformat() if paired.as_of.known_on else None,
        },
        "ruling": paired.ruling,
        "pays": paired.pays or None,
        "denied": paired.denied or None,
        "modifier_indicator": _known(paired.indicator),
        "modifier_allowed": {"modifier": True, "never": False}.get(paired.ruling),
        "rationale": _known(facts.get("rationale")),
        "group": paired.group or None,
        "effective": _known(facts.get("effective")),
        "deletion": _known(facts.get("deletion")),
        "modifiers": [
            {
                "id": group.id,
                "title": group.title,
                "codes": list(group.codes),
                "suits": group.suits,
            }
            for group in paired.modifiers
        ],
        "statements": [plain_text(text) for text in paired.statements],
        "searched": _searched(paired.searched),
        "unknown": {"reason": why.reason, "detail": why.detail}
        if paired.ruling == "unknown" and isinstance(why, Unknown)
        else None,
        "references": list(paired.references),
        "facts": dict(zip(facts, facts_json(facts.values()), strict=True)),
    }


def _known(fact: Fact | None) -> str | None:
    return None if fact is None or isinstance(fact.value, Unknown) else str(fact.value)


def _searched(searched: Searched | None) -> Json | None:
    if searched is None:
        return None
    release = searched.release
    return {
        "source": release.source,
        "release": release.id,
        "title": release.title,
        "complete": release.complete,
        "files": list(searched.files),
        "covers": {
            "from": release.covers.start.isoformat(),
            "to": release.covers.end.isoformat() if release.covers.end else None,
        },
    }
