"""The Python API: open the data, take a code, ask what the command line can ask."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from payeratlas.model.codes import Coding
from payeratlas.model.facts import Fact
from payeratlas.model.time import AsOf
from payeratlas.pages.facts import fact_of, facts_of
from payeratlas.pages.releases import default_day
from payeratlas.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from payeratlas.model.amounts import Money
    from payeratlas.model.descriptors import Descriptor
    from payeratlas.pages.encounter import Given
    from payeratlas.pages.page import Page
    from payeratlas.pages.price import Priced
    from payeratlas.rates.benchmark import Benchmarks, BillType, Strictness
    from payeratlas.rates.compare import Comparison
    from payeratlas.rates.raw import RawRates


def today() -> date:
    """The day it is, in UTC: only this layer looks at the clock."""
    return datetime.now(tz=UTC).date()


@dataclass(frozen=True)
class Atlas:
    """The data on hand: the embedded set with the user's store laid over it."""

    store: Store

    @classmethod
    def open(cls, store: str | Path | None = None) -> Atlas:
        """Open the embedded data and the store folder given, or the user's default one."""
        chosen = store or os.environ.get("PAYERATLAS_STORE")
        return cls(Store.open(Path(chosen) if chosen else None))

    def code(self, code: str, as_of: date | None = None, known_on: date | None = None) -> CodeView:
        """One billing code on one date of service.

        Without ``as_of`` the date is today where a release on hand covers the code today, else
        the last day that one does. InputError where the text has not the shape of a code.
        """
        coding = Coding.parse(code)
        day = as_of or self.default_day(coding.code)
        return CodeView(coding, AsOf(day, known_on), self.store)

    def price(
        self,
        lines: Sequence[str],
        as_of: date | None = None,
        known_on: date | None = None,
        *,
        pos: str | None = None,
        locality: str | None = None,
        zip_code: str | None = None,
        minutes: int | None = None,
        base_units: int | None = None,
        induction: bool = False,
        qualifying: bool = False,
        participating: bool = True,
    ) -> Priced:
        """What Medicare pays for several service lines of one patient and day, such as
        ``["64640x3", "77002-26"]``; see :func:`payeratlas.pages.price.price`.

        ``minutes``, ``base_units`` and ``induction`` are of an anesthesia line.
        """
        from payeratlas.pages.other_price import AnesthesiaGiven
        from payeratlas.pages.price import price

        return price(
            lines,
            AsOf(as_of or self._day_of(lines), known_on),
            self.store,
            pos=pos,
            locality=locality,
            zip_code=zip_code,
            anesthesia=AnesthesiaGiven(minutes, base_units, induction),
            qualifying=qualifying,
            participating=participating,
        )

    def encounters(
        self,
        lines: Sequence[str],
        as_of: date | None = None,
        known_on: date | None = None,
        *,
        locality: str | None = None,
        zip_code: str | None = None,
        cbsa: str | None = None,
        deductible_left: Money | None = None,
        qualifying: bool = False,
        participating: bool = True,
    ) -> tuple[Given, ...]:
        """The same lines in an office, a surgical center and a hospital's outpatient department,
        with the patient's part; see :func:`payeratlas.pages.encounter.encounters`."""
        from payeratlas.pages.encounter import encounters

        return encounters(
            lines,
            AsOf(as_of or self._day_of(lines), known_on),
            self.store,
            zip_code=zip_code,
            locality=locality,
            cbsa=cbsa,
            deductible_left=deductible_left,
            qualifying=qualifying,
            participating=participating,
        )

    def _day_of(self, lines: Sequence[str]) -> date:
        """The default day of the first line's code; today where there is none."""
        from payeratlas.pricing.claim import split_line

        if not lines:
            return datetime.now(tz=UTC).date()
        return self.default_day(split_line(lines[0])[0])

    def raw_rates(self, code: str, payer: str = "") -> RawRates:
        """Every price of a code in the payers' price files of the user's store, as printed.

        ``payer`` keeps the files whose payer has this text in its name. InputError where none has.
        """
        from payeratlas.build.registry import load_price_source
        from payeratlas.rates.raw import raw_rates
        from payeratlas.store.price_files import PriceFiles
        from payeratlas.store.price_rows import PriceReader

        source = load_price_source("tic")
        assert source is not None, "tic is a source of price files"
        held = PriceFiles(self.store.root)
        files = held.all()
        reader = PriceReader(held.root, files, source.key_of)
        try:
            return raw_rates(code, files, reader, payer)
        finally:
            reader.close()
            held.close()

    def compare(
        self,
        file: str | Path,
        *,
        payer: str = "",
        setting: str = "",
        bill_type: BillType | None = None,
        state: str = "",
        strictness: Strictness = "balanced",
        as_of: date | None = None,
        told: Callable[[str, int], None] = lambda what, rows: None,
    ) -> Comparison:
        """The user's contracted rates in a CSV or xlsx file against the benchmarks on hand.

        ``payer``, ``setting`` and ``bill_type`` stand for rows that do not say it; ``state`` (two
        letters) prefers its cells. ``as_of`` is the day of Medicare's amounts, by default
        today; where no release covers it, the nearest one answers and says so. ``told`` is called
        with ``read`` or ``compared`` and a number of rows. Nothing of the file is kept. InputError
        and FileError name file, row and column, and never a rate.
        """
        from payeratlas.apps.my_rates import compare_file

        return compare_file(
            self,
            Path(file),
            payer=payer,
            setting=setting,
            bill_type=bill_type,
            state=state,
            strictness=strictness,
            as_of=as_of,
            told=told,
        )

    def benchmarks(
        self,
        code: str,
        as_of: date | None = None,
        known_on: date | None = None,
        *,
        payer: str = "",
        state: str = "all",
        setting: str = "all",
        line: str = "all",
        strictness: str = "all",
    ) -> Benchmarks:
        """What payers pay for a code: the benchmark cells that all filters keep, with their basis,
        funnels and organisations, and what hospitals print beside them.

        ``payer`` is a part of a payer's name; ``state`` two letters, empty for the cells over
        everything on hand, or ``all``; the others are named as in the cells. ``as_of`` is today by
        default. InputError where no price file on hand has been read for comparison, or none has
        the code, or a filter names nothing.
        """
        from payeratlas.model.errors import InputError
        from payeratlas.model.facts import Unknown
        from payeratlas.pages import benchmarks
        from payeratlas.pages.benchmarks.select import select
        from payeratlas.rates.raw import code_of

        sought = code_of(code)
        _work_out(sought, self.store)
        found = benchmarks.benchmarks_for(sought, AsOf(as_of or today(), known_on), self.store)
        if isinstance(found, Unknown):
            raise InputError(
                f"there is no benchmark of {sought}: {found.detail}",
                cure="add price files with 'payeratlas sources add', or list raw rates with --raw.",
            )
        return select(
            found, payer=payer, state=state, setting=setting, line=line, strictness=strictness
        )

    def default_day(self, code: str) -> date:
        """Today, or the last day that a release on hand covers for the code."""
        return default_day(code, today(), self.store)


@dataclass(frozen=True)
class CodeView:
    """What can be said of one code on one date."""

    coding: Coding
    as_of: AsOf
    store: Store

    @cached_property
    def facts(self) -> tuple[Fact, ...]:
        """All Facts of the code, Unknown ones included."""
        return facts_of(self.coding.code, self.as_of, self.store)

    def fact(self, measure: str, subject: str = "") -> Fact:
        """One Fact by measure id; ``subject`` for a modified row such as ``77002-26``."""
        return fact_of(self.coding.code, measure, self.as_of, self.store, subject)

    @cached_property
    def page(self) -> Page:
        """The whole publication, ready for a renderer.

        Benchmarks of the code are worked out first, where price files were added since.
        """
        from payeratlas.pages.compose import page_of

        _work_out(self.coding.code, self.store)
        return page_of(self.coding.code, self.as_of, self.store)

    def price(
        self,
        *,
        modifiers: Sequence[str] = (),
        pos: str | None = None,
        locality: str | None = None,
        zip_code: str | None = None,
        units: int = 1,
        qualifying: bool = False,
        participating: bool = True,
    ) -> Priced:
        """What Medicare pays for a service line; see :func:`payeratlas.pages.price.price`."""
        from payeratlas.pages.price import price

        line = "-".join((self.coding.code, *modifiers)) + f"x{units}"
        return price(
            [line],
            self.as_of,
            self.store,
            pos=pos,
            locality=locality,
            zip_code=zip_code,
            qualifying=qualifying,
            participating=participating,
        )

    @property
    def descriptors(self) -> tuple[Descriptor, ...]:
        """What the user's own licensed files have for the code, where any is mounted.

        For the user's eyes: no page and no fact holds it.
        """
        from payeratlas.store.descriptors import descriptors_of

        return descriptors_of(self.coding.code, self.store.root)

    def publish(
        self,
        out: str | Path,
        beside: Collection[str] = (),
        *,
        descriptors: Sequence[Descriptor] = (),
    ) -> list[Path]:
        """Write the page as HTML, PDF, JSON and Markdown into the folder; the files' paths.

        ``beside`` are codes whose pages stand in folders beside that one, to be linked.
        ``descriptors``, such as :attr:`descriptors`, are shown in HTML and PDF, marked as not for
        distribution; JSON and Markdown never have them.
        """
        from payeratlas.build.publish import write

        return write(self.page, Path(out), beside, descriptors=descriptors)


def _work_out(code: str, store: Store) -> None:
    """Work out the benchmarks of a code where price files were added since; loads much if so."""
    from payeratlas.rates.read import RULES

    if store.benchmarks(code, RULES).state == "not_made":
        from payeratlas.build.benchmarks import ensure

        ensure(code, store)
