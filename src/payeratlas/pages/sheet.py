"""Reading Facts by name while a section is written."""

from __future__ import annotations

from collections.abc import Mapping

from payeratlas.coding.wording import Wording
from payeratlas.model.facts import Fact, Unknown
from payeratlas.model.time import AsOf
from payeratlas.pages.facts import facts_of
from payeratlas.pages.page import Cell, Gap, Name, Span, Text, Tone, sentence
from payeratlas.store import Store

INDICATORS = {
    "status": "pfs.status",
    "pctc": "pfs.indicator.pctc",
    "global_days": "pfs.indicator.global_days",
    "multiple_procedure": "pfs.indicator.multiple_procedure",
    "bilateral": "pfs.indicator.bilateral",
    "assistant": "pfs.indicator.assistant",
    "co_surgeon": "pfs.indicator.co_surgeon",
    "team": "pfs.indicator.team",
    "endo_base": "pfs.indicator.endo_base",
    "supervision": "pfs.indicator.supervision",
    "pricing": "pfs.indicator.pricing",
    "imaging_family": "pfs.indicator.imaging_family",
    "na_nonfacility": "pfs.na.nonfacility",
    "na_facility": "pfs.na.facility",
    "pre_op": "pfs.pre_op",
    "intra_op": "pfs.intra_op",
    "post_op": "pfs.post_op",
}
"""Contract columns of ``pfs_rvu`` that verdicts speak about, and the measures that state them."""


class Sheet:
    """The Facts of one code on one date, by measure and subject."""

    def __init__(self, code: str, as_of: AsOf, store: Store) -> None:
        self.code = code
        self.as_of = as_of
        self.store = store
        self._facts = {(f.measure, f.subject): f for f in facts_of(code, as_of, store)}
        self.subjects = tuple(
            dict.fromkeys(f.subject for f in self._facts.values() if f.measure == "pfs.status")
        )

    def __getitem__(self, measure: str) -> Fact:
        return self._facts[measure, self.code]

    def of(self, subject: str, measure: str) -> Fact:
        """The Fact of a modified row, e.g. ``of("77002-26", "pfs.work_rvu")``."""
        return self._facts[measure, subject]

    def get(self, measure: str) -> Fact | None:
        """The Fact, or None where the measure does not apply to the code."""
        return self._facts.get((measure, self.code))

    @property
    def listed(self) -> bool:
        """Whether the physician fee schedule in force lists the code."""
        return self["pfs.status"].known

    @property
    def own_rows(self) -> tuple[str, ...]:
        """The modifiers for which the release prints a row of its own: 26, TC, 53."""
        prefix = f"{self.code}-"
        return tuple(who.removeprefix(prefix) for who in self.subjects if who.startswith(prefix))

    def indicators(self) -> dict[str, str]:
        """Indicator values by contract column; columns without a value are empty."""
        values = {}
        for column, measure in INDICATORS.items():
            fact = self.get(measure)
            known = fact is not None and not isinstance(fact.value, Unknown)
            value = fact.value if fact is not None and known else ""
            if isinstance(value, bool):
                value = "NA" if value else ""
            values[column] = str(value)
        return values

    def words(self, wording: Wording, facts: Mapping[str, Fact] | None = None) -> Text:
        """A Wording of the coding layer with its columns as Facts and its names as Names.

        ``facts`` gives those that are not the fee schedule's, such as ``mue`` and ``mai``.
        """
        parts: dict[str, Span | Text] = {}
        for place in wording.placeholders():
            if facts and place in facts:
                parts[place] = facts[place]
            elif place in wording.names:
                parts[place] = Name(wording.names[place], code=False)
            elif place in INDICATORS:
                parts[place] = self[INDICATORS[place]]
            else:
                raise KeyError(f"{place!r} in {wording.template!r} is neither indicator nor name")
        return sentence(wording.template, **parts)


def say(template: str, **parts: Span | Text) -> Cell:
    """A table cell from a sentence."""
    return Cell(sentence(template, **parts))


def plain(*spans: Span, tone: Tone = "plain") -> Cell:
    """A table cell from spans as they are."""
    return Cell(tuple(spans), tone)


def gap(what: str, why: str, fill: str, **parts: Span | Text) -> Gap:
    """A Gap whose two sentences share their parts."""

    def used(template: str) -> Text:
        return sentence(template, **{k: v for k, v in parts.items() if "{" + k + "}" in template})

    return Gap(what, used(why), used(fill))
