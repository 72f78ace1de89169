"""The tables of benchmark cells: payer by setting, and what is folded below them."""

from __future__ import annotations

from collections.abc import Sequence

from payeratlas.model.facts import Unknown
from payeratlas.pages.benchmarks.choose import strictness_of
from payeratlas.pages.benchmarks.figures import Figures, day_of
from payeratlas.pages.benchmarks.words import (
    STRICTNESSES,
    cell_words,
    grade_words,
    joined,
)
from payeratlas.pages.page import Cell as Box
from payeratlas.pages.page import Grid, Name, Span, Text, sentence
from payeratlas.pages.sheet import plain
from payeratlas.rates.benchmark import Basis, Cell, CellKey

MOST_ROWS = 60  # of a folded table; the command lists them all
_EMPTY = Box(())
_STATES_NAMED = 12
_PUBLISHERS_NAMED = 4
CELL_NOTE: Text = (
    "One organisation, one vote. The interval holds the median with a confidence of at least "
    "ninety-five percent, by order statistics. Of Medicare: ratio of medians. Grades run from one "
    "(weak) to five.",
)
_KINDS = {
    ("payer",): "Payers’ files",
    ("hospital",): "Hospitals’ files",
    ("hospital", "payer"): "Hospitals’ and payers’ files",
}


def named(key: CellKey) -> Box:
    """The head of a row: payer and series."""
    return Box((Name(cell_words(key), code=False),))


def median(cell: Cell, make: Figures) -> Box:
    """The median, or that there are too few organisations for one."""
    if cell.median is None:
        words = "too few for a median" if cell.organisations else "every rate set aside"
        return plain(words, tone="unknown")
    return plain(make.cell(cell, "median"))


def between(cell: Cell, make: Figures, low: str, high: str, there: bool) -> Box:
    """Two figures as a range; nothing where the median itself is not shown."""
    if cell.median is None:
        return _EMPTY
    if not there:
        return plain("too few", tone="unknown")
    return Box(
        sentence("{low} to\u00a0{high}", low=make.cell(cell, low), high=make.cell(cell, high))
    )


def of_medicare(cell: Cell, make: Figures, statistic: str = "ratio of medians") -> Box:
    """Percent of Medicare, or why there is none."""
    return _EMPTY if cell.median is None else plain(make.cell(cell, statistic))


def graded(cell: Cell, make: Figures) -> Box:
    """The grade."""
    return _EMPTY if cell.grade is None else plain(make.cell(cell, "grade"))


def rests_on(basis: Basis) -> Text:
    """Kinds of files, states and days behind a cell."""
    spans: list[Span] = [_KINDS.get(tuple(sorted(basis.kinds)), "Files")]
    if basis.states:
        states, more = basis.states[:_STATES_NAMED], len(basis.states) > _STATES_NAMED
        spans += [", ", Name(", ".join(states) + (" and others" if more else ""), code=False)]
    first, last = day_of(basis.first_day), day_of(basis.last_day)
    if first and last:
        spans += [", ", first] if first == last else [", ", first, " to ", last]
    return tuple(spans)


def cells_grid(cells: Sequence[Cell], make: Figures, caption: str, *, folded: bool = True) -> Grid:
    """Cells with everything a reader may rest on."""
    head = (
        "Payer and setting",
        "Organisations",
        "Median",
        "Interval",
        "Quartiles",
        "Of Medicare",
        "Grade",
    )
    rows = tuple(
        (
            named(cell.key),
            plain(make.cell(cell, "organisations")),
            median(cell, make),
            between(cell, make, "low", "high", cell.interval is not None),
            between(cell, make, "q1", "q3", cell.quartiles is not None),
            of_medicare(cell, make),
            graded(cell, make),
        )
        for cell in cells[:MOST_ROWS]
    )
    note: Text = CELL_NOTE
    if len(cells) > MOST_ROWS:
        note = (*note, " More cells: ", Name(f"payeratlas rates {make.found.code}"), ".")
    return Grid(caption, head, rows, numeric=(1, 2, 3, 4, 5, 6), folded=folded, note=note)


def states_grid(cells: Sequence[Cell], make: Figures) -> Grid | None:
    """State by state, where a median can be shown; the others are named in the note."""
    shown = [cell for cell in cells if cell.median is not None]
    if not cells:
        return None
    thin = sorted({c.key.state for c in cells} - {c.key.state for c in shown})
    note: Text = ()
    if thin:
        note = ("Too few organisations for a median in ", Name(", ".join(thin), code=False), ".")
    rows = tuple(
        (
            named(cell.key),
            plain(make.cell(cell, "organisations")),
            median(cell, make),
            between(cell, make, "low", "high", cell.interval is not None),
            of_medicare(cell, make),
            graded(cell, make),
        )
        for cell in shown[:MOST_ROWS]
    )
    head = ("Payer, setting and state", "Organisations", "Median", "Interval", "Of Medicare")
    return Grid(
        "State by state",
        (*head, "Grade"),
        rows,
        numeric=(1, 2, 3, 4, 5),
        folded=True,
        note=note,
    )


def strictness_grid(cells: Sequence[Cell], make: Figures) -> Grid:
    """The same cells under each strictness: how far the choice of rules moves a median."""
    rows = []
    for cell in cells[:MOST_ROWS]:
        levels = strictness_of(make.found, cell)
        row = [named(cell.key)]
        for level in STRICTNESSES:
            one = levels.get(level)
            row.append(plain("no cell", tone="unknown") if one is None else _counted(one, make))
        rows.append(tuple(row))
    return Grid(
        "How the median moves with the strictness of the rules",
        ("Payer and setting", *STRICTNESSES.values()),
        tuple(rows),
        numeric=(1, 2, 3),
        folded=True,
        note=("Balanced is what this page shows. In brackets: organisations.",),
    )


def _counted(cell: Cell, make: Figures) -> Box:
    """A median with its organisations."""
    n = make.cell(cell, "organisations")
    if cell.median is None:
        return Box(sentence("too few ({n})", n=n), "unknown")
    return Box(sentence("{median} ({n})", median=make.cell(cell, "median"), n=n))


def weights_grid(cells: Sequence[Cell], make: Figures) -> Grid | None:
    """The median under other weights, the tails, and both ratios to Medicare."""
    shown = [cell for cell in cells if cell.median is not None][:MOST_ROWS]
    if not shown:
        return None
    statistics = ("by npi", "by volume", "p10", "p90", "medicare")
    ratios = ("ratio of medians", "median of ratios")
    rows = tuple(
        (
            named(cell.key),
            *(
                plain("too few", tone="unknown")
                if statistic in ("p10", "p90") and cell.tails is None
                else plain(make.cell(cell, statistic))
                for statistic in (*statistics, *ratios)
            ),
        )
        for cell in shown
    )
    return Grid(
        "Other weights, tails, and Medicare beside them",
        (
            "Payer and setting",
            "By NPI",
            "By Medicare volume",
            "Tenth percentile",
            "Ninetieth",
            "Medicare",
            "Ratio of medians",
            "Median of ratios",
        ),
        rows,
        numeric=(1, 2, 3, 4, 5, 6, 7),
        folded=True,
        note=_medicare_note(shown),
    )


def _medicare_note(cells: Sequence[Cell]) -> Text:
    """Which schedule and release each setting is held against."""
    told: dict[str, None] = {}
    for cell in cells:
        found = cell.medicare
        if not isinstance(found, Unknown):
            told[f"{found.schedule}, {found.release}, {found.where}"] = None
    if not told:
        return ()
    return ("Medicare by: ", Name("; ".join(told), code=False), ".")


def basis_grid(cells: Sequence[Cell], make: Figures, *, folded: bool = False) -> Grid:
    """What each cell rests on, in full, and the reasons of its grade."""
    rows = []
    for cell in cells[:MOST_ROWS]:
        publishers = list(cell.basis.publishers)
        more = len(publishers) > _PUBLISHERS_NAMED
        words = "; ".join(publishers[:_PUBLISHERS_NAMED]) + ("; and others" if more else "")
        reasons = joined(grade_words(code) for code in cell.grade_reasons)
        rows.append(
            (
                named(cell.key),
                plain(make.cell(cell, "rows")),
                plain(make.cell(cell, "npis")),
                Box((*rests_on(cell.basis), ": ", Name(words or "not told", code=False))),
                plain(Name(reasons or "nothing is shown", code=False)),
            )
        )
    return Grid(
        "What each number rests on, and why it is graded so",
        ("Payer and setting", "Posted rates", "NPIs", "Files, states, days, publishers", "Grade"),
        tuple(rows),
        numeric=(1, 2),
        folded=folded,
    )
