"""What ``payeratlas rates`` and ``sources add tic`` print for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from payeratlas.publish.spreadsheet import exact
from payeratlas.rates.raw import InFile, RawRates
from payeratlas.store.price_rows import Providers, RawPrice

_PLACES = 6  # places of service that one line names
_WIDE = 200


def show_raw_rates(found: RawRates) -> None:
    """Each file with its prices, or why it has none; then how many there are in all."""
    console = Console(soft_wrap=False, highlight=False)
    if not console.is_terminal:  # a file or a pipe has no edge to fold at
        console.width = _WIDE
    for one in found.files:
        _show_file(one, console)
    prices = sum(len(one.prices) for one in found.files)
    files = sum(bool(one.prices) for one in found.files)
    console.print(
        Text(
            f"{found.code}: {prices:,} prices in {files:,} of {len(found.files):,} files; raw, as "
            "printed. --json and --csv have every column.",
            "bold",
        )
    )


def _show_file(one: InFile, console: Console) -> None:
    file = one.file
    since = (
        f", observed {one.observed.start} to " if one.observed else ", observed from no known day"
    )
    until = (str(one.observed.end) if one.observed.end else "(open)") if one.observed else ""
    console.print(Text(f"{file.entity}: {file.artifact.name}{since}{until}", "bold"))
    if one.plans:
        console.print(Text(f"  of {len(one.plans):,} plans, such as {one.plans[0].name}", "dim"))
    if one.unknown is not None:
        console.print(Text(f"  unknown ({one.unknown.reason}): {one.unknown.detail}", "yellow"))
        return
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    heads = ("Item/rate/price", "Amount", "Type", "Class", "Places", "Mod.", "Expires", "Providers")
    for head in heads:
        table.add_column(head, justify="right" if head == "Amount" else "left", overflow="fold")
    for price in one.prices:
        table.add_row(*(Text(cell) for cell in _cells(price)))
    console.print(table)


def _cells(price: RawPrice) -> tuple[str, ...]:
    ordinals = (price.item, price.rate, price.price, price.charge)
    amount = exact(price.amount) if price.amount is not None else price.printed or ""
    kind = price.negotiated_type or price.kind
    return (
        "/".join(str(number) for number in ordinals if number is not None),
        f"{amount} %" if price.unit == "percent" else f"${amount}",
        kind,
        " ".join(filter(None, (price.billing_class, price.setting))),
        _few(price.service_code),
        " ".join(price.billing_code_modifier or ()),
        (price.expiration_date or "")[:10],
        _who(price.providers),
    )


def _few(places: Sequence[str] | None) -> str:
    if not places:
        return "none printed"
    more = len(places) - _PLACES
    return " ".join(places[:_PLACES]) + (f" and {more} more" if more > 0 else "")


def _who(who: Providers) -> str:
    told = (("TIN", who.known_tins), ("NPI", who.known_npis))
    words = [f"{count:,} {name}" for name, count in told if count is not None] or ["unknown"]
    if who.not_fetched:
        words.append(f"{who.not_fetched:,} of {who.remote:,} remote files not fetched")
    if who.dangling:
        words.append(f"{who.dangling:,} references undefined")
    return ", ".join(words)


_WHAT = {
    "added": "is on hand",
    "read for more codes": "was read again, for more codes",
    "noted": "was on hand; its payer or address is noted",
    "unchanged": "was on hand already; nothing changed",
}


def show_price_files(summary: Mapping[str, Any]) -> None:
    """Each file, what became of it, and where everything of it went."""
    console = Console(soft_wrap=True, highlight=False)
    for file in summary["files"]:
        console.print(Text(f"{file['name']} {_WHAT[file['what']]}: {file['title']}", "bold"))
        if layout := file["layout"]:
            version = file["schema_version"] or "not printed"
            console.print(f"  layout: {layout}, version it declares: {version}", markup=False)
        for name, rows in file["account"].items():
            if not isinstance(rows, dict) or "kept" not in rows or not rows["read"]:
                continue
            lost = {**rows["rejected"], **rows["merged"]}
            aside = "".join(f"; {count:,} {reason}" for reason, count in lost.items())
            console.print(f"  {name}: {rows['read']:,} read, {rows['kept']:,} kept{aside}")
        if odd := file["account"]["oddities"]:
            named = ", ".join(f"{name} {count:,}" for name, count in odd.items())
            console.print(Text(f"  odd: {named}", "dim"))
    for failed in summary["failed"]:
        told = f"{failed['where'] or failed['name']}: {failed['error']} Try: {failed['cure']}"
        console.print(Text(f"{failed['name']} was refused. {told}", "red"))
