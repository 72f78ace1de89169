"""What a modifier does to the amount of one line, as the row's own indicators decide.

Sources: CMS relative value file record layout (RVU layout) with its Attachment A; Medicare Claims
Processing Manual, Pub. 100-04, ch. 12 (MCPM 12). Every modifier either has an Effect (a
percentage, often 100) or a Refusal that says why no amount follows; none is passed over. Effects
multiply; the bilateral one comes first (RVU layout, bilateral indicator: before the other rules).

The shares of modifiers 54 and 55 follow MCPM 12 §40.4: the surgeon who bills 54 is paid the
preoperative and the intraoperative share together, the clinician who bills 55 the postoperative
share. Medicare has no separate payment for 56, because 54 already holds the preoperative share.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from payeratlas.model.amounts import Percent
from payeratlas.pricing.exact import exactly
from payeratlas.pricing.rules import Values, decimal, text

LAYOUT = "CMS relative value file record layout"
MANUAL = "Medicare Claims Processing Manual, Pub. 100-04, ch. 12"

NCCI_MODIFIERS = "Medicare Claims Processing Manual, Pub. 100-04, ch. 23 §20.9.1.1"

FULL = Percent(Decimal(100))
BILATERAL = Percent(Decimal(150))
EACH_SIDE = Percent(Decimal(200))
ASSISTANT = Percent(Decimal(16))
ASSISTANT_NONPHYSICIAN = Percent(Decimal("13.6"))  # 85 percent of 16 percent
CO_SURGEON = Percent(Decimal("62.5"))

OWN_ROW = ("26", "TC", "53")
"""Modifiers that a fee schedule row of its own can stand for."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What one modifier makes of the amount: ``percent`` of it.

    ``why`` holds no digit. ``condition`` is what the practice must show before anything is paid;
    empty where nothing.
    """

    modifier: str
    percent: Percent
    why: str
    reference: str
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why no amount follows from a modifier on this row; ``because`` holds no digit.

    ``by_report`` True where something may still be paid, of which no amount is published.
    """

    modifier: str
    because: str
    reference: str
    by_report: bool = False

    def __str__(self) -> str:
        return f"no Medicare price with modifier {self.modifier}, because {self.because}"


Outcome = Effect | Refusal
_Handler = Callable[[str, Values, str], Outcome]


@dataclass(frozen=True, slots=True)
class _Known:
    handle: _Handler
    roles: tuple[str, ...] = ()
    order: int = 9


_NO_COMPONENTS = {
    "0": "the code is a physician's service that is not split into components",
    "1": "the file prints no row for that component of the code",
    "2": "the code is already the professional component alone",
    "3": "the code is already the technical component alone",
    "4": "the code is the whole test, and other codes stand for its components",
    "5": "the code is a service incident to a physician's, which has no components",
    "6": "the code is a laboratory test of which only the physician's interpretation is paid here",
    "7": "the code is a therapy service, which has no components",
    "8": "the code is already a physician's interpretation alone",
    "9": "the idea of components does not apply to the code",
}


def _component(modifier: str, row: Values, row_modifier: str) -> Outcome:
    reference = f"{LAYOUT}, Attachment A, PC/TC indicator"
    if row_modifier == modifier:
        return Effect(modifier, FULL, "the component has a row of its own", reference)
    because = _NO_COMPONENTS.get(text(row, "pctc"), "its PC/TC indicator is not described")
    return Refusal(modifier, because, reference)


def _discontinued(modifier: str, row: Values, row_modifier: str) -> Outcome:
    reference = f"{MANUAL} §30.1 and §20.4.6; {LAYOUT}, modifier"
    if row_modifier == modifier:
        return Effect(modifier, FULL, "the discontinued procedure has a row of its own", reference)
    return Refusal(
        modifier,
        "the code has no row for the discontinued procedure, so the contractor prices it from "
        "the report",
        reference,
        by_report=True,
    )


def _by_report(modifier: str, row: Values, row_modifier: str) -> Outcome:
    reference = f"{MANUAL} §20.4.6"
    more = "more" if modifier == "22" else "less"
    return Refusal(
        modifier,
        f"the contractor decides from the report how much {more} than the fee it pays; no "
        "percentage is published",
        reference,
        by_report=True,
    )


BOTH_SIDES = f"{LAYOUT}, bilateral surgery indicator; {MANUAL} §40.7"
"""Where the rule for two sides stands."""

_BOTH_SIDES = {
    "0": (FULL, "both sides together are paid as one"),
    "1": (BILATERAL, "the bilateral adjustment applies"),
    "2": (FULL, "the RVUs are already those of both sides"),
    "3": (EACH_SIDE, "each side is paid in full"),
}


def both_sides(indicator: str) -> tuple[Percent, str] | None:
    """What both sides together are paid, of the amount of one, and why (words without a digit).

    ``indicator`` is the row's bilateral surgery indicator; None where it knows no two sides.
    """
    return _BOTH_SIDES.get(indicator)


def _bilateral(modifier: str, row: Values, row_modifier: str) -> Outcome:
    if paid := both_sides(text(row, "bilateral")):
        percent, why = paid
        return Effect(modifier, percent, why, BOTH_SIDES)
    return Refusal(modifier, "the idea of two sides does not apply to the code", BOTH_SIDES)


def _assistant(modifier: str, row: Values, row_modifier: str) -> Outcome:
    reference = f"Social Security Act §1848(i)(2); {MANUAL} §20.4.3; {LAYOUT}, assistant indicator"
    percent, why = ASSISTANT, "the share of an assistant at surgery"
    if modifier == "AS":
        reference = f"42 CFR 414.52 and 414.56; {MANUAL} §110.2 and §120.1; {reference}"
        percent, why = (
            ASSISTANT_NONPHYSICIAN,
            "the share of an assistant at surgery who is not a physician",
        )
    match text(row, "assistant"):
        case "0":
            need = "the practice documents that an assistant was medically necessary"
            return Effect(modifier, percent, why, reference, need)
        case "1":
            because = "the law does not allow payment of an assistant at this surgery"
        case "2":
            return Effect(modifier, percent, why, reference)
        case _:
            because = "the idea of an assistant at surgery does not apply to the code"
    return Refusal(modifier, because, reference)


def _co_surgeon(modifier: str, row: Values, row_modifier: str) -> Outcome:
    reference = f"{MANUAL} §40.8; {LAYOUT}, co-surgeons indicator"
    why = "the share of each of two surgeons"
    match text(row, "co_surgeon"):
        case "0":
            because = "co-surgeons are not permitted for the procedure"
        case "1":
            need = "the practice documents that two surgeons were medically necessary"
            return Effect(modifier, CO_SURGEON, why, reference, need)
        case "2":
            return Effect(modifier, CO_SURGEON, why, reference)
        case _:
            because = "the idea of co-surgeons does not apply to the code"
    return Refusal(modifier, because, reference)


def _team(modifier: str, row: Values, row_modifier: str) -> Outcome:
    reference = f"{MANUAL} §40.8; {LAYOUT}, team surgery indicator"
    because = {
        "0": "team surgeons are not permitted for the procedure",
        "1": "the contractor prices a surgical team from its report, and the team's medical "
        "necessity must be documented",
        "2": "the contractor prices a surgical team from its report",
    }.get(text(row, "team"), "the idea of a surgical team does not apply to the code")
    return Refusal(modifier, because, reference, by_report=text(row, "team") in ("1", "2"))


_SHARES = {"54": ("pre_op", "intra_op"), "55": ("post_op",), "78": ("intra_op",)}
_SHARE_WHY = {
    "54": "the surgeon's part: the preoperative and intraoperative shares",
    "55": "the postoperative share, divided by days where several clinicians give that care",
    "78": "only the intraoperative share is paid for the return to the operating room",
}


def _share(modifier: str, row: Values, row_modifier: str) -> Outcome:
    reference = f"{MANUAL} §40.4; {LAYOUT}, pre-, intra- and postoperative percentages"
    period = text(row, "global_days")
    if period == "YYY":
        because = "the contractor decides whether the code has a global period"
        return Refusal(modifier, because, reference, by_report=True)
    if modifier == "78" and period == "000":
        why = "a code without global days has no shares, so it is paid in full"
        return Effect(modifier, FULL, why, reference)
    if period not in ("010", "090"):
        because = "the code has no surgical global package that could be divided"
        return Refusal(modifier, because, reference)
    with exactly():
        share = sum((decimal(row, role) for role in _SHARES[modifier]), Decimal(0)) * 100
    if not share:
        return Refusal(modifier, "the file prints no share of the global package", reference)
    return Effect(modifier, Percent(share), _SHARE_WHY[modifier], reference)


def _preoperative(modifier: str, row: Values, row_modifier: str) -> Outcome:
    return Refusal(
        modifier,
        "Medicare pays the preoperative share to the surgeon and gives no separate payment for it",
        f"{MANUAL} §40.2 and §40.4",
    )


def _unchanged(why: str, reference: str) -> _Known:
    def handle(modifier: str, row: Values, row_modifier: str) -> Outcome:
        return Effect(modifier, FULL, why, reference)

    return _Known(handle)


_SIDE = _unchanged("it names the side; the amount is unchanged", f"{MANUAL} §40.7")
_VISIT = _unchanged(
    "it says why the visit is paid beside a procedure; the amount is unchanged",
    f"{MANUAL} §40.2",
)
_NEW_PERIOD = _unchanged(
    "the procedure is paid in full and begins its own global period", f"{MANUAL} §40.2 and §40.4"
)
_REPEAT = _unchanged(
    "it says that the service was repeated; the amount is unchanged",
    f"{LAYOUT}, which has no adjustment for it",
)
_DISTINCT = _unchanged(
    "it says that the service was separate from another; the amount is unchanged",
    NCCI_MODIFIERS,
)
_MULTIPLE = _unchanged(
    "the reduction for several procedures goes by rank among the lines of the day, whichever of "
    "them carry the modifier",
    f"{MANUAL} §40.6",
)
_PART = _unchanged("it names the part of the body; the amount is unchanged", NCCI_MODIFIERS)
_PLAN = _unchanged(
    "it names the plan of therapy; the amount is unchanged",
    "Medicare Claims Processing Manual, Pub. 100-04, ch. 5 §20.1",
)

_KNOWN: dict[str, _Known] = {
    "50": _Known(_bilateral, ("bilateral",), order=0),
    "26": _Known(_component, ("pctc",), order=1),
    "TC": _Known(_component, ("pctc",), order=1),
    "53": _Known(_discontinued, order=1),
    "54": _Known(_share, ("global_days", "pre_op", "intra_op"), order=2),
    "55": _Known(_share, ("global_days", "post_op"), order=2),
    "56": _Known(_preoperative, order=2),
    "78": _Known(_share, ("global_days", "intra_op"), order=2),
    "62": _Known(_co_surgeon, ("co_surgeon",), order=3),
    "66": _Known(_team, ("team",), order=3),
    **{m: _Known(_assistant, ("assistant",), order=3) for m in ("80", "81", "82", "AS")},
    "22": _Known(_by_report),
    "52": _Known(_by_report),
    "51": _MULTIPLE,
    **dict.fromkeys(("LT", "RT"), _SIDE),
    **dict.fromkeys(("24", "25", "57"), _VISIT),
    **dict.fromkeys(("58", "79"), _NEW_PERIOD),
    **dict.fromkeys(("76", "77"), _REPEAT),
    **dict.fromkeys(("59", "XE", "XP", "XS", "XU"), _DISTINCT),
    **dict.fromkeys(("GN", "GO", "GP"), _PLAN),
    **dict.fromkeys(("E1", "E2", "E3", "E4", "FA", "TA", "LC", "LD", "LM", "RC", "RI"), _PART),
    **dict.fromkeys((f"{limb}{n}" for limb in "FT" for n in range(1, 10)), _PART),
}

_EXCLUSIVE: tuple[tuple[frozenset[str], str], ...] = (
    (
        frozenset({"26", "TC"}),
        "both components together are the whole service, which is billed without a modifier",
    ),
    (
        frozenset({"50", "LT", "RT"}),
        "one says both sides and the other one side, or two sides stand on one line",
    ),
    (
        frozenset({"80", "81", "82", "AS", "62", "66"}),
        "one practitioner on one line is either an assistant, a co-surgeon or of a team",
    ),
    (
        frozenset({"54", "55", "56", "78"}),
        "each part of the global package is billed on a line of its own",
    ),
    (
        frozenset({"58", "78", "79"}),
        "a procedure in a global period is either staged, a return for a complication or unrelated",
    ),
)


def known_modifiers() -> tuple[str, ...]:
    """Every modifier whose effect on the amount is known here."""
    return tuple(sorted(_KNOWN))


def roles_needed(modifiers: Sequence[str]) -> tuple[str, ...]:
    """The indicators of the row that decide what the modifiers do, in order, each once."""
    roles = (role for m in modifiers if m in _KNOWN for role in _KNOWN[m].roles)
    return tuple(dict.fromkeys(roles))


def adjust(
    modifiers: Sequence[str], row: Values, row_modifier: str = ""
) -> tuple[Effect, ...] | Refusal:
    """The effects of a line's modifiers in the order they apply, or the first Refusal.

    ``row`` gives the indicators by role (at least :func:`roles_needed`); ``row_modifier`` is the
    modifier of the fee schedule row itself (``26``, ``TC``, ``53`` or none).
    """
    for group, because in _EXCLUSIVE:
        together = [m for m in modifiers if m in group]
        if len(together) > 1:
            return Refusal(" and ".join(together), because, LAYOUT)
    effects: list[tuple[int, Effect]] = []
    for modifier in modifiers:
        known = _KNOWN.get(modifier)
        if known is None:
            because = "what it does to the amount is not known here"
            return Refusal(modifier, because, "", by_report=True)
        outcome = known.handle(modifier, row, row_modifier)
        if isinstance(outcome, Refusal):
            return outcome
        effects.append((known.order, outcome))
    return tuple(effect for _, effect in sorted(effects, key=lambda pair: pair[0]))
