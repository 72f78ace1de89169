"""Changes as plain lines: an amount before and after with its causes, and whatever else moved.

The terminal, the JSON and the feed of a report say it in these words.
"""

from __future__ import annotations

from collections.abc import Iterator

from payeratlas.model.facts import Unknown
from payeratlas.pages.sections.changes import SETTINGS, policy_text
from payeratlas.pages.watch import Finding, State
from payeratlas.pricing.change import Change, Parts
from payeratlas.publish.plain import plain_text
from payeratlas.publish.wording import fact_text, unknown_text, value_text

CAUSE_WORDS = {
    "work": "work RVUs",
    "practice_expense": "practice expense",
    "malpractice": "malpractice",
    "indices": "locality indices",
    "conversion_factor": "conversion factor",
}
SETTING_WORDS = {setting: words.lower() for setting, words in SETTINGS.items()}
STATE_WORDS: dict[State, str] = {
    "changed": "changed",
    "added": "added",
    "removed": "removed",
    "same": "nothing changed",
    "not_listed": "not listed on either day",
    "not_on_hand": "not on hand",
}


def parts_words(parts: Parts) -> str:
    """``$1.00 → $1.10 (work RVUs +$0.10)``."""
    causes = [(cause, _signed(f"{amount}")) for cause, amount in parts.parts]
    return _moved(f"${parts.before:,}", f"${parts.after:,}", causes)


def change_words(change: Change) -> str:
    """The same of Facts."""
    causes = [(cause, _signed(str(fact.value))) for cause, fact in change.parts]
    return _moved(value_text(change.before), value_text(change.after), causes)


def _moved(before: str, after: str, causes: list[tuple[str, str]]) -> str:
    words = ", ".join(f"{CAUSE_WORDS[cause]} {amount}" for cause, amount in causes)
    return f"{before} → {after}" + (f" ({words})" if words else "")


def _signed(amount: str) -> str:
    return f"−${amount[1:]}" if amount.startswith("-") else f"+${amount}"


def finding_lines(finding: Finding) -> Iterator[str]:
    """What one list says of a code on the two days: a line for each thing that moved, or one
    that says why there is none."""
    followed = finding.followed
    if finding.state == "not_on_hand":
        sides = (("before", finding.before), ("now", finding.after))
        why = "; ".join(
            f"{when}: {unknown_text(side)}" for when, side in sides if isinstance(side, Unknown)
        )
        yield f"{followed.title}: not on hand for one side or both: {why}"
        return
    if not finding.moved:
        yield f"{followed.title}: {STATE_WORDS[finding.state]}."
        return
    for who, revision in finding.revisions.items():
        for setting, change in revision.amounts.items():
            if change.parts:
                yield f"{followed.title}, {who}, {SETTING_WORDS[setting]}: {change_words(change)}"
        for one in revision.indicators:
            before, after = fact_text(one.before), fact_text(one.after)
            yield f"{followed.title}, {who}, {one.column}: {before} → {after}"
        for inference in revision.policies:
            yield f"{followed.title}, {who}: {plain_text(policy_text(inference))}"
    for step in finding.steps:
        verb = "" if step.kind == "changed" else f" {step.kind}"
        if not step.moved:
            yield f"{followed.title}, {step.subject}:{verb}."
        for moved in step.moved:
            title = followed.columns[moved.column].lower()
            before, after = fact_text(moved.before), fact_text(moved.after)
            yield f"{followed.title}, {step.subject}{verb}, {title}: {before} → {after}"
    for moved in finding.counts:
        title = followed.columns[moved.column].lower()
        yield f"{followed.title}, {title}: {fact_text(moved.before)} → {fact_text(moved.after)}"
