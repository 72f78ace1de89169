"""What ``payeratlas rates`` prints for people: benchmark cells, and rates set aside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from payeratlas.model.facts import Unknown
from payeratlas.pages.benchmarks.words import LINES, cell_words, joined, reason_words
from payeratlas.publish.benchmark_json import shown
from payeratlas.publish.spreadsheet import exact
from payeratlas.publish.wording import clean
from payeratlas.rates.benchmark import Benchmarks, Cell
from payeratlas.rates.figures import states_of

if TYPE_CHECKING:
    from payeratlas.build.benchmarks import Built

_WIDE = 200


def show_benchmarks(found: Benchmarks) -> None:
    """A line a cell, then what all of them rest on and what was set aside."""
    console = _console()
    console.print(Text(f"{found.code}: what payers pay", "bold"))
    if not found.cells:
        console.print(Text("No cell: nothing on hand fits what was asked for.", "yellow"))
    for line in dict.fromkeys(cell.key.line for cell in found.cells):
        console.print(Text(LINES[line], "bold"))
        _table([cell for cell in found.cells if cell.key.line == line], console)
    for cell in found.cells[:1]:
        if not isinstance(cell.medicare, Unknown):
            console.print(Text("Of Medicare: ratio of medians, same series and place.", "dim"))
    console.print(Text(_basis(found), "dim"))
    aside = [f"{count:,} {reason_words(reason).lower()}" for reason, count in _counted(found)]
    if aside:
        console.print(Text(f"Set aside: {joined(aside)}. --outliers lists them.", "dim"))
    console.print(Text("--json has funnels, organisations and places.", "dim"))


def _table(cells: list[Cell], console: Console) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    heads = ("Payer and setting", "Org.", "Median", "Interval", "Quartiles", "Medicare", "Of it",
             "Grade")  # fmt: skip
    for head in heads:
        table.add_column(head, justify="left" if head == heads[0] else "right", overflow="fold")
    for cell in cells:
        table.add_row(*(Text(clean(text), style) for text, style in _cells(cell)))
    console.print(table)


def _cells(cell: Cell) -> list[tuple[str, str]]:
    words = cell_words(cell.key).replace(f", {LINES[cell.key.line].lower()}", "", 1)
    if cell.key.strictness != "balanced":
        words += f", {cell.key.strictness}"
    told = [(words, ""), (f"{cell.organisations:,}", "")]
    if cell.median is None:
        many = f"{cell.organisations:,} organisation{'' if cell.organisations == 1 else 's'}"
        why = f"{many}: too few for a median" if cell.organisations else "every rate set aside"
        return [*told, (why, "yellow")]
    ratio = shown(cell, "ratio of medians")
    return [
        *told,
        (_money(cell, "median"), "bold"),
        (_range(cell, "low", "high"), ""),
        (_range(cell, "q1", "q3"), ""),
        (_money(cell, "medicare", dollars=True), "dim"),
        (f"{ratio}%" if ratio else "not known", ""),
        (shown(cell, "grade") or "", ""),
    ]


def _money(cell: Cell, statistic: str, *, dollars: bool = False) -> str:
    text = shown(cell, statistic)
    if text is None:
        return "not known"
    if cell.key.series.kind == "percentage" and not dollars:
        return f"{text}%"
    whole, _, cents = text.partition(".")
    return f"${int(whole):,}.{cents}"


def _range(cell: Cell, low: str, high: str) -> str:
    if shown(cell, low) is None:
        return "too few"
    return f"{_money(cell, low)} to {_money(cell, high)}"


def _basis(found: Benchmarks) -> str:
    hospitals = len({one.publisher for one in found.files if one.kind == "hospital"})
    payers = len({one.publisher for one in found.files if one.kind == "payer"})
    where = joined(states_of(found))
    return (
        f"From price files of {hospitals:,} hospitals and {payers:,} payers"
        f"{' in ' + where if where else ''}; not the nation. {found.kept:,} of {found.read:,} "
        "posted rates kept."
    )


def _counted(found: Benchmarks) -> list[tuple[str, int]]:
    return sorted(((r, n) for r, n in found.aside.items() if n), key=lambda one: (-one[1], one[0]))


def show_outliers(found: Benchmarks) -> None:
    """Rates set aside, a line each: reason, as printed, whose, and where they stand."""
    console = _console()
    names = {one.id: one.name for one in found.files}
    for reason, count in _counted(found):
        rows = [one for one in found.outliers if one.reason == reason]
        listed = f", {len(rows):,} of them here" if len(rows) < count else ""
        console.print(Text(f"{reason_words(reason)}: {count:,} posted rates{listed}", "bold"))
        table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
        for head in ("Amount", "Payer and plan", "Organisation", "File", "Item/rate/price"):
            right = "right" if head == "Amount" else "left"
            table.add_column(head, justify="right" if right == "right" else "left", overflow="fold")
        for one in rows:
            amount = f"${exact(one.amount)}" if one.amount is not None else one.printed
            place = one.place
            payer = "; ".join(text for text in (one.payer_name, one.plan_name) if text)
            table.add_row(
                *(
                    Text(clean(text))
                    for text in (
                        amount or "nothing",
                        payer or "not printed",
                        one.organisation,
                        names.get(place.file, place.file),
                        f"{place.item}/{place.rate}/{place.price}",
                    )
                )
            )
        console.print(table)
    if not any(found.aside.values()):
        console.print(f"{found.code}: no posted rate was set aside.")


def _console() -> Console:
    console = Console(soft_wrap=False, highlight=False)
    if not console.is_terminal:  # a file or a pipe has no edge to fold at
        console.width = _WIDE
    return console


def show_built(built: Built) -> None:
    """How much was worked out, and what was set aside."""
    console = _console()
    console.print(
        Text(
            f"{built.codes:,} codes of {built.files:,} price files: {built.cells:,} cells, "
            f"{built.kept:,} of {built.read:,} posted rates kept ({built.size / 1e6:,.1f} MB)."
        )
    )
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("Set aside")
    table.add_column("Posted rates", justify="right")
    for reason, count in built.aside.items():
        table.add_row(reason_words(reason), f"{count:,}")
    console.print(table)
    console.print(Text(str(built.path), "dim"))
