"""Whether two codes are paid together: verdicts on NCCI procedure-to-procedure (PTP) edits.

Sources: CMS, NCCI PTP files; NCCI Policy Manual for Medicare Services, introduction and chapter I.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from payeratlas.coding.kinds import is_visit, kind
from payeratlas.coding.wording import Row, Wording, text, wording
from payeratlas.model.facts import Unknown
from payeratlas.tables.contract import Cell

REFERENCE = "NCCI Policy Manual for Medicare Services, introduction and chapter I"

Ruling = Literal["never", "modifier", "none"]
Column = Literal["column1", "column2"]
RULINGS: Mapping[str, Ruling] = {"0": "never", "1": "modifier"}
"""The ruling of an edit in effect, by its modifier indicator; 9 is never in effect."""


@dataclass(frozen=True, slots=True)
class ModifierGroup:
    """Modifiers that can lift an edit with indicator 1, for one kind of reason.

    ``suits`` says whether they fit a pair of such codes at all; whether they fit the case is for
    the record to show.
    """

    id: str
    title: str
    codes: tuple[str, ...]
    suits: bool


@dataclass(frozen=True, slots=True)
class OtherEdit:
    """An edit of the same pair that is not in effect on the day, and why not."""

    edit: Row
    wording: Wording


@dataclass(frozen=True, slots=True)
class PairVerdict:
    """What an edit says of two codes on a day, or that there is none.

    ``ruling`` is ``never`` where one code is denied whatever is reported, ``modifier`` where a
    modifier can lift that, ``none`` where no edit is in effect. ``edit`` is the edit in effect,
    whose columns the wordings name as Facts; ``pays`` and ``denied`` are its codes. ``rationale``
    is Unknown("unparsed") for one that has no words here. ``others`` are further edits of the pair:
    ended, withdrawn or yet to come.
    """

    ruling: Ruling
    edit: Row | None
    pays: str
    denied: str
    headline: Wording
    caution: Wording
    dates: Wording | None
    rationale: Wording | Unknown | None
    group: str
    others: tuple[OtherEdit, ...]


@dataclass(frozen=True, slots=True)
class EditGroup:
    """Edits of one code that mean the same: in our own words, and by modifier indicator."""

    id: str
    title: str
    meaning: Wording | Unknown
    edits: tuple[Row, ...]
    indicators: Mapping[str, int]


def in_effect(edit: Row, day: date) -> bool:
    """Whether an edit holds on a day; its last day is its ``deletion``.

    An edit deleted on its first day (modifier indicator 9) never held. An edit whose first day the
    file does not give holds from the first day of its release, which the caller has chosen.
    """
    effective, deletion = _day(edit, "effective"), _day(edit, "deletion")
    if text(edit, "modifier_indicator") not in RULINGS or (deletion and deletion == effective):
        return False
    return (effective is None or effective <= day) and (deletion is None or day <= deletion)


def pair_verdict(
    one: str, other: str, edits: Sequence[Row], day: date, *, service: str, searched: str
) -> PairVerdict | Unknown:
    """What the edits of one service type say of two codes on a day.

    ``edits`` are all rows of ``ncci_ptp`` with the two codes, in either order; ``service`` is
    practitioner or hospital (KeyError otherwise); ``searched`` names the file and release that
    they were looked up in. Unknown("unparsed") where two edits of the pair are in effect at once.
    """
    texts = _texts()
    who = texts["service"][service]
    holding = [edit for edit in edits if in_effect(edit, day)]
    if len(holding) > 1:
        named = f"{len(holding)} edits of {one} and {other} are in effect on {day}"
        return Unknown("unparsed", f"{named} in {searched}: which of them holds cannot be told.")
    others = tuple(_other(edit, day) for edit in edits if edit not in holding)
    names = {"one": one, "other": other, "day": day.isoformat(), "file": searched, "who": who}
    if not holding:
        return PairVerdict(
            ruling="none",
            edit=None,
            pays="",
            denied="",
            headline=_filled(texts["headline"]["none"], names),
            caution=wording(texts["caution"]["none"]),
            dates=None,
            rationale=None,
            group="",
            others=others,
        )
    edit = holding[0]
    ruling = RULINGS[text(edit, "modifier_indicator")]
    names |= {"pays": text(edit, "column1"), "denied": text(edit, "column2")}
    found = _rationales().get(text(edit, "rationale"))
    return PairVerdict(
        ruling=ruling,
        edit=edit,
        pays=names["pays"],
        denied=names["denied"],
        headline=_filled(texts["headline"][ruling], names),
        caution=wording(texts["caution"][ruling]),
        dates=_filled(texts["dates"][_dating(edit)], names),
        rationale=wording(found["words"]) if found else _no_words(text(edit, "rationale")),
        group=found["group"] if found else "",
        others=others,
    )


def associated_modifiers(one: str, other: str, service: str) -> tuple[ModifierGroup, ...]:
    """The modifiers that can lift an edit with indicator 1, those that suit the pair first.

    The list is CMS's (:func:`modifiers_reference`); what suits follows from the kinds of codes: a
    pair with a visit takes a visit's modifiers, a pair of laboratory tests those of tests.
    """
    wanted = _suiting(one, other, service)
    groups = [
        ModifierGroup(
            id=group["id"],
            title=group["title"],
            codes=tuple(group["codes"]),
            suits=bool(wanted & set(group["suits"])),
        )
        for group in _texts()["modifiers"]["group"]
    ]
    return tuple(sorted(groups, key=lambda group: not group.suits))


def modifiers_reference() -> tuple[Wording, tuple[str, ...]]:
    """On which code of a pair a modifier stands, and the sources of that and of the list."""
    found = _texts()["modifiers"]
    return wording(found["where"]), (found["reference"], found["where_reference"])


def grouped(edits: Iterable[Row], day: date) -> tuple[EditGroup, ...]:
    """The edits in effect on a day by what they mean, in the order of ``ptp.toml``.

    A rationale without words here makes a group of its own, last, whose meaning is Unknown.
    """
    held: dict[str, list[Row]] = {}
    for edit in edits:
        if in_effect(edit, day):
            found = _rationales().get(text(edit, "rationale"))
            held.setdefault(found["group"] if found else "", []).append(edit)
    known = {group["id"]: group for group in _texts()["group"]}
    groups = []
    for name in (*known, ""):
        if rows := held.get(name):
            about = known.get(name)
            groups.append(
                EditGroup(
                    id=name or "unlisted",
                    title=about["title"] if about else "For a reason not listed here",
                    meaning=wording(about["meaning"])
                    if about
                    else _no_words(text(rows[0], "rationale")),
                    edits=tuple(rows),
                    indicators=counted(rows, day),
                )
            )
    return tuple(groups)


def counted(edits: Iterable[Row], day: date) -> Mapping[str, int]:
    """How many edits are in effect on a day, by modifier indicator; both are always named."""
    return _by_indicator((edit, 1) for edit in edits if in_effect(edit, day))


def counted_together(counts: Iterable[tuple[Row, int]], day: date) -> Mapping[str, int]:
    """:func:`counted` for edits that were counted by their days and indicator already."""
    return _by_indicator((edit, number) for edit, number in counts if in_effect(edit, day))


def headlines(service: str) -> Mapping[Ruling, tuple[str, str]]:
    """What is said of a pair by ruling, the answer and a caution beside it, for a service type.

    ``[pays]`` and ``[denied]``, ``[one]`` and ``[other]``, ``[day]`` and ``[file]`` stand for
    codes, day and source, ``{modifier_indicator}`` for that of the edit. KeyError for another type.
    """
    texts = _texts()
    who = texts["service"][service]
    rulings: tuple[Ruling, ...] = (*RULINGS.values(), "none")
    return {
        ruling: (texts["headline"][ruling].replace("[who]", who), texts["caution"][ruling])
        for ruling in rulings
    }


def rationale_words(printed: str) -> Wording | None:
    """A rationale of CMS in our words, by what CMS prints; None for one that has no words here."""
    found = _rationales().get(printed)
    return wording(found["words"]) if found else None


def rationales() -> tuple[str, ...]:
    """The rationales of CMS that have words here, as CMS prints them."""
    return tuple(_rationales())


def _by_indicator(counts: Iterable[tuple[Row, int]]) -> Mapping[str, int]:
    found = Counter(dict.fromkeys(RULINGS, 0))
    for edit, number in counts:
        found[text(edit, "modifier_indicator")] += number
    return dict(found)


def _suiting(one: str, other: str, service: str) -> set[str]:
    if is_visit(one) or is_visit(other):
        both = is_visit(one) and is_visit(other)
        return {"visit", "hospital_visit"} if both and service == "hospital" else {"visit"}
    kinds = {kind(one).id, kind(other).id}
    return {"laboratory"} if kinds == {"laboratory"} else {"procedure"}


def _dating(edit: Row) -> str:
    known, ends = _day(edit, "effective") is not None, _day(edit, "deletion") is not None
    return ("between" if ends else "since") if known else "unsaid_until" if ends else "unsaid"


def _other(edit: Row, day: date) -> OtherEdit:
    effective, deletion = _day(edit, "effective"), _day(edit, "deletion")
    if text(edit, "modifier_indicator") not in RULINGS or (deletion and deletion == effective):
        why = "withdrawn"
    else:
        why = "coming" if effective is not None and effective > day else "ended"
    return OtherEdit(edit, _filled(_texts()["other"][why], {"pays": text(edit, "column1")}))


def _day(edit: Row, column: str) -> date | None:
    value: Cell = edit.get(column)
    if value is not None and not isinstance(value, date):
        raise TypeError(f"{column} is not a date: {value!r}")
    return value


def _filled(template: str, names: Mapping[str, str]) -> Wording:
    for name, value in names.items():
        template = template.replace(f"[{name}]", value)
    return wording(template)


def _no_words(printed: str) -> Unknown:
    return Unknown("unparsed", f"The rationale is printed as {printed!r}, which has no words here.")


@cache
def _rationales() -> Mapping[str, Mapping[str, str]]:
    return {entry["printed"]: entry for entry in _texts()["rationale"]}


@cache
def _texts() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("ptp.toml").read_text(encoding="utf-8"))
