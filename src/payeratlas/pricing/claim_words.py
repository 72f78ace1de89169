"""What is said beside the amounts of a claim: why a line is paid as it is, and what is left out.

No sentence holds a digit; the figures stand in Facts and steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from payeratlas.pricing.adjust import LAYOUT, MANUAL
from payeratlas.pricing.caveats import Caveat
from payeratlas.pricing.grouping import OTHER_SESSION, RETURN, Line
from payeratlas.pricing.working import Outcome, Portion

_WHY = {
    "full": "It is the highest-paid procedure of the day and is paid in full.",
    "reduced": "It ranks below the highest-paid procedure of the day, so a part is paid.",
    "highest_full": "It is the highest-paid endoscopy of its family, and the family ranks first, "
    "so it is paid in full.",
    "highest_reduced": "It is the highest-paid endoscopy of its family, which ranks below a "
    "higher-paid procedure of the day, so a part is paid.",
    "difference_full": "A higher-paid endoscopy of its family contains the base procedure, so only "
    "the difference to the base procedure is paid.",
    "difference_reduced": "A higher-paid endoscopy of its family contains the base procedure, so "
    "only the difference to the base procedure counts; of that a part is paid, because the family "
    "ranks below a higher-paid procedure of the day.",
    "no_gain": "A higher-paid endoscopy of its family contains the base procedure, and the fee is "
    "not above that of the base procedure, so nothing is left to pay.",
    "base": "It is the base procedure of an endoscopy on the claim, whose payment contains it.",
    "report": "So many procedures rank above it that the contractor prices it from the report.",
    "side": "It is the other side of a procedure on another line, which is paid for both sides.",
    "pe_full": "No therapy unit of the day has a higher practice expense, so one unit is paid in "
    "full.",
    "pe_reduced": "Another therapy unit of the day is the one with its practice expense paid in "
    "full; of its own a part is paid, work and malpractice in full.",
    "technical_full": "No other technical component reduces its own.",
    "technical_reduced": "Another technical component ranks above its own, of which a part "
    "is paid.",
    "professional_full": "No other professional component reduces its own.",
    "professional_reduced": "Another professional component of the session ranks above its own, "
    "of which a part is paid.",
}
_UNITS = {
    ("full", "reduced"): "Each unit counts as a procedure: one is the highest-paid of the day and "
    "paid in full, of the others a part is paid.",
    (
        "highest_full",
        "difference_full",
    ): "Each unit counts as an endoscopy: one is the highest-paid "
    "of its family and paid in full, of the others the difference to the base procedure.",
    (
        "pe_full",
        "pe_reduced",
    ): "One of its units has the highest practice expense of the day and is "
    "paid in full; of the others a part of the practice expense is paid.",
}
"""Two kinds on one line, told in one sentence."""
ALONE = "No other line bears on it; it is paid as a line by itself."
BUNDLED = "Its payment is always part of the payment for another service."
ONLY_SERVICE = (
    "It is paid only where nothing else on the fee schedule is payable to the practitioner that "
    "day, and another line is."
)

_NOTES = (
    (
        frozenset({"51"}),
        "The modifier for several procedures changes nothing: the payer ranks the lines itself.",
    ),
    (
        frozenset({"59", "XE", "XP", "XS", "XU"}),
        "The modifier for a separate service may lift an edit; it does not lift this reduction.",
    ),
    (
        frozenset({"58", "79"}),
        "A staged or unrelated procedure begins its own global period and ranks like any other of "
        "the day.",
    ),
)
_RETURN = "A return to the operating room is paid by its own rule and takes no rank."
_SESSION = "The modifier says that it was another session, so no other imaging reduces it."


def why(line: Line, outcome: Outcome | None) -> tuple[str, ...]:
    """Why the line is paid as it is; ``outcome`` None where no other line bears on it."""
    kinds = list(dict.fromkeys(p.kind for p in outcome.portions)) if outcome else []
    told = []
    for pair, words in _UNITS.items():
        if set(pair) <= set(kinds):
            told.append(words)
            kinds = [kind for kind in kinds if kind not in pair]
    told += [_WHY[kind] for kind in kinds]
    told = told or [ALONE]
    modifiers = set(line.modifiers)
    if RETURN in modifiers:
        told.append(_RETURN)
    elif line.indicator("multiple_procedure") == "4" and OTHER_SESSION & modifiers:
        told.append(_SESSION)
    elif outcome:
        told += [words for marked, words in _NOTES if marked & modifiers]
    return tuple(told)


ONE_PRACTITIONER = Caveat(
    "one_practitioner",
    "All lines are taken as one practitioner's or one group's, for one patient on one day, and "
    "imaging as of one session. Other lines of that day would change the ranks.",
    f"{MANUAL} §40.6",
)
NO_EDITS = Caveat(
    "no_edits",
    "Whether the lines may be billed together, and whether so many units are plausible, is not "
    "considered here.",
)
TIES = Caveat(
    "ties",
    "Procedures of equal amount are ranked by what was billed for them, which is not known here; "
    "the sum is the same.",
    f"{MANUAL} §40.6",
)
SIDES_OR_UNITS = Caveat(
    "sides_or_units",
    "Each unit counts as a procedure of its own. If two units are the two sides of the body, the "
    "bilateral adjustment comes before the ranks, and the amount may differ.",
    f"{LAYOUT}, bilateral surgery indicator",
)
TWO_SIDES_ONE_LINE = Caveat(
    "two_sides_one_line",
    "Both sides of a procedure are shown on the line of the left side; how a contractor divides "
    "the sum over the two lines is not laid down.",
    f"{LAYOUT}, bilateral surgery indicator",
)
BILATERAL_ENDOSCOPY = Caveat(
    "bilateral_endoscopy",
    "The bilateral adjustment comes before the rule for endoscopies. CMS does not say how often "
    "the base procedure is then subtracted; here it is subtracted as it would be paid for both "
    "sides.",
    f"{LAYOUT}, multiple procedure and bilateral surgery indicators",
)
BEFORE_CAP = Caveat(
    "before_cap",
    "Technical components rank by the fee before the outpatient cap; the reduced fee is then held "
    "against the cap.",
)


def claim_caveats(groups: Iterable[tuple[Sequence[Line], Iterable[Outcome]]]) -> Iterator[Caveat]:
    """The limits of a claim's amounts, for the groups of lines that bear on each other."""
    yield ONE_PRACTITIONER
    yield NO_EDITS
    for lines, found in groups:
        kinds = {portion.kind for outcome in found for portion in outcome.portions}
        if _tie(portion for outcome in found for portion in outcome.portions):
            yield TIES
        if any(_sides_or_units(line) for line in lines):
            yield SIDES_OR_UNITS
        if "side" in kinds:
            yield TWO_SIDES_ONE_LINE
        both = any("50" in line.modifiers and line.family for line in lines)
        difference = kinds & {"difference_full", "difference_reduced", "no_gain"}
        if difference and (both or "side" in kinds):
            yield BILATERAL_ENDOSCOPY
        if "technical_reduced" in kinds:
            yield BEFORE_CAP


def _tie(portions: Iterable[Portion]) -> bool:
    """Whether a procedure paid in full and a reduced one of another line have the same amount."""
    by_kind: dict[str, set[tuple[int, Decimal]]] = {"full": set(), "reduced": set()}
    for portion in portions:
        if portion.kind in by_kind:
            by_kind[portion.kind].add((portion.line, portion.gross))
    return any(
        full[1] == reduced[1] and full[0] != reduced[0]
        for full in by_kind["full"]
        for reduced in by_kind["reduced"]
    )


def _sides_or_units(line: Line) -> bool:
    marked = {"50", "LT", "RT"} & set(line.modifiers)
    surgical = line.series == "surgery"
    return surgical and line.units > 1 and not marked and line.indicator("bilateral") == "1"
