"""D: what payers have agreed to pay: percentiles by payer and setting, beside Medicare.

Nothing is pooled that does not belong together; a cell that is too thin says so.
"""

from __future__ import annotations

from datetime import date

from payeratlas.model.facts import Fact, Unknown
from payeratlas.model.time import AsOf
from payeratlas.pages import benchmarks
from payeratlas.pages.benchmarks import choose, evidence, plots, tables
from payeratlas.pages.benchmarks.figures import Figures
from payeratlas.pages.benchmarks.words import NAMED, family_words, joined
from payeratlas.pages.page import Block, Name, Section, Subsection, Text, sentence
from payeratlas.pages.registry import Place
from payeratlas.pages.sheet import gap
from payeratlas.rates.benchmark import Benchmarks, Cell
from payeratlas.rates.figures import states_of
from payeratlas.store import Store

SECTION = Place("D", "rates", "Payment benchmarks by payer")


def section(code: str, as_of: AsOf, store: Store) -> Section:
    """Benchmark cells of the code with their basis, drawings and funnels; or what is missing, and
    what would fill it."""
    found = benchmarks.benchmarks_for(code, as_of, store)
    if isinstance(found, Unknown):
        return _absent(code, found)
    make = Figures(found, as_of)
    cells = choose.headline(found)
    now = [cell for cell in cells if make.covered(cell)]
    later = [cell for cell in cells if not make.covered(cell)]
    blocks: list[Block | Subsection] = []
    if now or not later:
        blocks += _cells(now, make)
    if later:
        blocks.append(_later(later, make))
    if hospital := evidence.hospitals(make):
        blocks.append(Subsection("What hospitals print beside it", tuple(hospital)))
    blocks.append(Subsection("Files and rates set aside", tuple(_evidence(make))))
    return Section(
        SECTION.id, SECTION.letter, SECTION.title, tuple(blocks), lead=_lead(make, now, later)
    )


def _lead(make: Figures, now: list[Cell], later: list[Cell]) -> Text:
    """What all of it rests on, and that it is not the nation."""
    found = make.found
    where: Text = ()
    if states := states_of(found):
        where = sentence(" in {states}", states=Name(joined(states), code=False))
    text = sentence(
        "From the price files of {hospitals} and of {payers}{where}{days}: {kept} of {read} posted "
        "rates kept. {whole}",
        hospitals=_several("hospital", make),
        payers=_several("payer", make),
        where=where,
        days=_days(found),
        kept=make.basis("kept", "posted rates"),
        read=make.basis("read", "posted rates"),
        whole=_extent(found),
    )
    if later and not now:
        text += sentence(
            " For services on {day}: {fact}",
            day=make.as_of.service_date,
            fact=_not_yet(make, later[0]),
        )
    return text


def _several(what: str, make: Figures) -> Text:
    """``{n} hospitals``, or ``{n} hospital`` of one."""
    count = make.basis(f"{what}s", f"{what}s")
    return (count, f" {what}" if count.value == 1 else f" {what}s")


def _extent(found: Benchmarks) -> str:
    if found.cells and all(cell.basis.national for cell in found.cells):
        return "The files cover the nation."
    return "These are not the nation: the numbers speak of these organisations only."


def _days(found: Benchmarks) -> Text:
    days = sorted(one.day for one in found.files if one.day)
    if not days:
        return ()
    first, last = date.fromisoformat(days[0]), date.fromisoformat(days[-1])
    if first == last:
        return sentence(", published {day}", day=first)
    return sentence(", published from {first} to {last}", first=first, last=last)


def _not_yet(make: Figures, cell: Cell) -> Fact:
    """That a cell's files were observed after the date of service, and what they said then."""
    fact = make.cell(cell, "median")
    why = Unknown(
        "not_covered",
        f"the price files on hand were observed up to {cell.basis.last_day}, later than that",
    )
    return Fact(fact.measure, fact.subject, why, fact.unit, None)


def _cells(cells: list[Cell], make: Figures) -> list[Block | Subsection]:
    """The headline table and drawings, what is folded below them, and the funnels."""
    if not cells:
        return [
            gap(
                "A commercial benchmark",
                "no commercial rate of this code in dollars was kept.",
                "price files that list it, or a look at what was set aside, below.",
            ),
            *_folded(cells, make),
        ]
    first, thin = choose.opening(cells)
    blocks: list[Block | Subsection] = [
        tables.cells_grid(
            first, make, "Commercial rates by payer and setting, in dollars", folded=False
        ),
        tables.basis_grid(first, make, folded=True),
    ]
    blocks[:0] = plots.dots(first, make)
    if chart := plots.spread(first, make):
        blocks.append(chart)
    if listed := plots.votes(first, make):
        blocks.append(listed)
    if thin:
        blocks.append(tables.cells_grid(thin, make, "Other payers, too thin for a median"))
    blocks += _folded(first, make)
    # Of many cells, those that show a median tell how they came to it; the order stays.
    told = sorted(first, key=lambda cell: cell.median is None)[: plots.MOST_FUNNELS]
    funnels = [plots.funnel(cell, make) for cell in first if cell in told]
    return [*blocks, *(funnel for funnel in funnels if funnel)]


def _folded(cells: list[Cell], make: Figures) -> list[Block | Subsection]:
    found = make.found
    blocks: list[Block | Subsection] = []
    if cells:
        blocks.append(tables.strictness_grid(cells, make))
        if weights := tables.weights_grid(cells, make):
            blocks.append(weights)
    states = [cell for cell in choose.by_state(found) if make.covered(cell)]
    if grid := tables.states_grid(states, make):
        blocks.append(grid)
    series = "Other series: modifiers, percentages, by the day, by the case"
    for caption, others in (
        ("Other lines of business", choose.other_lines(found)),
        (series, choose.other_series(found)),
    ):
        if shown := [cell for cell in others if make.covered(cell)]:
            blocks.append(tables.cells_grid(shown, make, caption))
    return blocks


def _later(cells: list[Cell], make: Figures) -> Subsection:
    """Cells whose files were observed after the date of service: last known, not in force."""
    grid = tables.cells_grid(
        cells, make, "Observed after the date of service: last known, not in force", folded=False
    )
    return Subsection("Observed later", (grid, tables.basis_grid(cells, make)))


def _evidence(make: Figures) -> list[Block]:
    found = [evidence.reasons(make), evidence.aside(make), evidence.files(make)]
    return [*(block for block in found if block), evidence.uncovered(make)]


def _absent(code: str, why: Unknown) -> Section:
    """No benchmark: what was looked for, why it is absent, what would fill it."""
    names = joined(family_words(family) for family in NAMED)
    return Section(
        SECTION.id,
        SECTION.letter,
        SECTION.title,
        (
            gap(
                f"Negotiated rates of {names}",
                "{told} The raw rates of payers’ files that you added are listed by {raw}.",
                "price files of payers and hospitals that list {code}, added with {add}; a "
                "percentile is shown only where enough organisations stand behind it.",
                told=Fact("rates.median", code, why, "USD", None),
                raw=Name(f"payeratlas rates {code} --raw"),
                code=Name(code),
                add=Name("payeratlas sources add"),
            ),
        ),
        empty=True,
    )
