"""Modifiers that tell something and leave an amount as it is: checked, and told as steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from payeratlas.model.errors import InputError
from payeratlas.pricing.fee import Worked


def check(modifiers: Iterable[str], known: Mapping[str, str], amount: str) -> None:
    """Refuse a modifier that is not among the known ones; ``amount`` says of what (a drug's)."""
    for modifier in modifiers:
        if modifier not in known:
            raise InputError(
                f"what modifier {modifier} does to {amount} amount is not known here.",
                cure=f"one of {', '.join(known)}, or none",
            )


def told(
    worked: Worked, modifiers: Iterable[str], known: Mapping[str, str], reference: str
) -> Worked:
    """The figure with a step for each modifier that is known to leave it unchanged."""
    for modifier in modifiers:
        if modifier in known:
            label = f"Modifier {modifier}: {known[modifier]}"
            worked = worked.then(label, "unchanged", worked.exact, reference)
    return worked
