"""The Python API: open the data, take a code, ask what the command line can ask."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from payeratlas.model.codes import Coding
from payeratlas.model.facts import Fact, Unknown
from payeratlas.model.time import AsOf
from payeratlas.pages.facts import fact_of, facts_of
from payeratlas.pages.facts.pfs import STANDARD, TABLE
from payeratlas.pages.releases import last_listed
from payeratlas.store import Store

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from payeratlas.model.descriptors import Descriptor
    from payeratlas.pages.page import Page
    from payeratlas.pages.price import Priced


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
        qualifying: bool = False,
        participating: bool = True,
    ) -> Priced:
        """What Medicare pays for several service lines of one patient and day, such as
        ``["64640x3", "77002-26"]``; see :func:`payeratlas.pages.price.price`."""
        from payeratlas.pages.price import price
        from payeratlas.pricing.claim import split_line

        day = as_of or (self.default_day(split_line(lines[0])[0]) if lines else None)
        today = datetime.now(tz=UTC).date()
        return price(
            lines,
            AsOf(day or today, known_on),
            self.store,
            pos=pos,
            locality=locality,
            zip_code=zip_code,
            qualifying=qualifying,
            participating=participating,
        )

    def default_day(self, code: str) -> date:
        """Today, or the last day that a release on hand covers for the code."""
        today = datetime.now(tz=UTC).date()  # only this layer looks at the clock
        if not isinstance(
            self.store.look_up(TABLE, AsOf(today), constants=STANDARD, hcpcs=code), Unknown
        ):
            return today
        release = last_listed(code, self.store)
        if release is None or release.covers.end is None or release.covers.end > today:
            return today
        return release.covers.end - timedelta(days=1)


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
        """The whole publication, ready for a renderer."""
        from payeratlas.pages.compose import page_of

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
