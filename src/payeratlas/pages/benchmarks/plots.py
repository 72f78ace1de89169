"""The drawings of section D: payers against Medicare, organisations side by side, the funnel."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Literal

from payeratlas.pages.benchmarks.choose import panel, panel_rank
from payeratlas.pages.benchmarks.evidence import SHORT
from payeratlas.pages.benchmarks.figures import Figures, observed
from payeratlas.pages.benchmarks.words import cell_words, family_words, reason_words, series_words
from payeratlas.pages.page import Block, Chart, Grid, Name, Point, Series, Subsection, Text
from payeratlas.pages.page import Cell as Box
from payeratlas.pages.sheet import plain
from payeratlas.rates.benchmark import BillType, Cell

MOST_VOTES = 30  # organisations that a page lists and draws one by one
MOST_LISTED = 150  # organisations listed of all cells together
MOST_FUNNELS = 12

Key = Literal["office", "facility"]
_WHOSE: dict[BillType, str] = {
    "professional": "professionals",
    "facility": "facilities",
    "unclear": "whose, the file does not say",
}
_ENDS = ("read", "kept")  # steps that set nothing aside


def _colour(cell: Cell) -> Key:
    """The colour of a panel: physicians' rates are the office's, the others the facility's."""
    return "office" if cell.key.series.bill_type == "professional" else "facility"


def _panels(cells: Sequence[Cell]) -> list[list[Cell]]:
    """The cells by what they are drawn with, payers in their order."""
    return [list(group) for _, group in groupby(sorted(cells, key=panel_rank), key=panel)]


def dots(cells: Sequence[Cell], make: Figures) -> list[Chart]:
    """A dot and an interval a payer, panel by panel, beside what Medicare pays there; a drawing for
    each bill type, so that none is taller than a sheet.

    A payer with too few organisations for a median has a ring for each of them instead: what a file
    prints of one organisation is no statistic, and may be shown.
    """
    by_bill: dict[BillType, list[Series]] = {}
    for group in _panels([c for c in cells if c.votes and observed(c)]):
        points = []
        for cell in group:
            period = observed(cell)
            assert period is not None
            if cell.median is None:
                more = tuple(make.vote(cell, vote) for vote in cell.votes)
            else:
                ends = () if cell.interval is None else ("low", "high")
                more = tuple(make.cell(cell, end) for end in ends)
            points.append(
                Point(make.cell(cell, "median"), period, family_words(cell.key.family), more)
            )
        medicare = make.cell(group[0], "medicare")
        title = series_words(group[0].key.series)
        marked = medicare if medicare.known else None
        one = Series(_colour(group[0]), title, tuple(points), marked)
        by_bill.setdefault(group[0].key.series.bill_type, []).append(one)
    return [
        Chart(
            "dots",
            f"Commercial rates beside Medicare: {_WHOSE[bill]}",
            tuple(series),
            "A filled mark for the median of each payer in each setting, a bar for its interval, "
            "and a dashed line for what Medicare pays there. Where too few organisations stand "
            "behind a median, a ring for the rate of each.",
            marked_as="Medicare",
        )
        for bill, series in by_bill.items()
    ]


def spread(cells: Sequence[Cell], make: Figures) -> Chart | None:
    """One mark an organisation along the dollars, of the setting that most payers share."""
    drawn = [
        c
        for c in cells
        if c.median is not None and c.votes and len(c.votes) <= MOST_VOTES and observed(c)
    ]
    if not drawn:
        return None
    group = max(_panels(drawn), key=lambda panel: (len(panel), sum(len(c.votes) for c in panel)))
    series = []
    for cell in group:
        points = []
        for vote in cell.votes:
            fact = make.vote(cell, vote)
            period = fact.period or observed(cell)
            assert period is not None
            points.append(Point(fact, period, vote.name or vote.organisation))
        series.append(Series(_colour(cell), family_words(cell.key.family), tuple(points)))
    medicare = make.cell(group[0], "medicare")
    words = series_words(group[0].key.series)
    return Chart(
        "spread",
        f"Organisations side by side: {words[:1].lower()}{words[1:]}",
        tuple(series),
        "One mark for each organisation along the dollars, payer by payer; a dashed line for what "
        "Medicare pays.",
        marked=medicare if medicare.known else None,
        marked_as="Medicare",
    )


def funnel(cell: Cell, make: Figures) -> Subsection | None:
    """How the posted rates of a cell became its median: drawn, and as a table.

    None where there is no median and nothing was set aside: all that was read was kept.
    """
    if not cell.funnel or (cell.median is None and len(cell.funnel) <= len(_ENDS)):
        return None
    period = observed(cell)
    points = []
    rows = []
    for number, step in enumerate(cell.funnel, start=1):
        aside, left, middle = (
            make.cell(cell, f"step {number} {what}") for what in ("rows", "left", "median")
        )
        end = step.reason in _ENDS
        words = reason_words(step.reason)
        if period:
            more = (middle,) if end else (aside, middle)
            points.append(Point(left, period, words, more))
        rows.append(
            (
                plain(words),
                Box(()) if end else plain(aside),
                plain(left),
                plain(middle) if middle.known else plain("too few", tone="unknown"),
            )
        )
    title = cell_words(cell.key)
    blocks: list[Block] = []
    if points and cell.median is not None:
        blocks.append(
            Chart(
                "funnel",
                "From posted rates to the median",
                (Series(_colour(cell), title, tuple(points)),),
                "A bar for each step, as long as the posted rates left after it, with those set "
                "aside and the median then.",
            )
        )
    blocks.append(
        Grid(
            "Posted rates set aside, step by step",
            ("Step", "Set aside", "Left", "Median then"),
            tuple(rows),
            numeric=(1, 2, 3),
            note=("The median of each step is over posted rates, the last over organisations.",),
        )
    )
    return Subsection(f"{title}: how the number came about", tuple(blocks), folded=True)


def votes(cells: Sequence[Cell], make: Figures) -> Grid | None:
    """Each organisation's one rate and its file, of cells with few enough of them."""
    rows: list[tuple[Box, ...]] = []
    left_out = False
    for cell in cells:
        if not cell.votes:
            continue
        if len(cell.votes) > MOST_VOTES or len(rows) + len(cell.votes) > MOST_LISTED:
            left_out = True
            continue
        rows += [
            (
                plain(Name(vote.name or vote.organisation, code=False)),
                plain(Name(vote.state, code=False)),
                plain(Name(cell_words(cell.key), code=False)),
                plain(make.vote(cell, vote)),
                plain(Name(vote.place.file[:SHORT])),
            )
            for vote in cell.votes
        ]
    if not rows:
        return None
    note: Text = (
        ("Cells of many organisations are not listed here: ",
         Name(f"payeratlas rates {make.found.code} --json"), ".")
        if left_out
        else ()
    )  # fmt: skip
    return Grid(
        "The organisations behind each number, one vote each",
        ("Organisation", "State", "Payer and setting", "Rate", "File"),
        tuple(rows),
        numeric=(3,),
        folded=True,
        note=note,
    )
