"""How two releases differ, kind of file by kind of file, for people: counts and first examples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import rich_click as click

from payeratlas.publish.diff_json import cell_text, key_text
from payeratlas.store.changes import Changes

FIRST = 5  # examples that a person still reads


def pair_json(pair: Changes, first: int = FIRST) -> dict[str, Any]:
    """Counts of a kind of file, and the first rows of each, as JSON has them."""
    return {
        "table": pair.after.table.name,
        "before": dict(pair.before.constants),
        "after": dict(pair.after.constants),
        "added": len(pair.added),
        "removed": len(pair.removed),
        "changed": len(pair.changed_after),
        "same": pair.same,
        "untold": pair.untold,
        "columns": [_column(pair, name, count) for name, count in pair.columns.items()],
        "first_added": [key_text(pair, row) for row in pair.added_rows(first)],
        "first_removed": [key_text(pair, row) for row in pair.removed_rows(first)],
        "only_before": list(pair.only_before),
        "only_after": list(pair.only_after),
    }


def _column(pair: Changes, name: str, count: int) -> dict[str, Any]:
    (first,) = pair.changed_rows(1, column=name)
    old, new = cell_text(first.before[name]), cell_text(first.after[name])
    example = {"key": key_text(pair, first.after), "before": old, "after": new}
    return {"column": name, "rows": count, "first": example}


def show_pair(pair: Mapping[str, Any]) -> None:
    """What :func:`pair_json` holds, a line a fact."""
    name = of_kind(pair["table"], pair["after"])
    if pair["before"] != pair["after"]:
        name += f" against {', '.join(pair['before'].values())}"
    counts = f"{pair['added']:,} added, {pair['removed']:,} removed, {pair['changed']:,} changed"
    click.echo(f"  {name}: {counts}, {pair['same']:,} as before")
    for verb in ("added", "removed"):
        if first := pair[f"first_{verb}"]:
            more = pair[verb] - len(first)
            tail = f" and {more:,} more" if more else ""
            click.echo(f"    {verb}: {', '.join(first)}{tail}")
    for column in pair["columns"]:
        first = column["first"]
        old, new = (or_empty(text) for text in (first["before"], first["after"]))
        count = rows_words(column["rows"])
        click.echo(f"    {column['column']}: {count}, first {first['key']}: {old} → {new}")
    if pair["untold"]:
        click.echo(
            f"    {rows_words(pair['untold'])} on one side only, and the other is an excerpt"
        )
    for side, names in (("before", pair["only_before"]), ("now", pair["only_after"])):
        if names:
            click.echo(f"    printed only {side}: {', '.join(names)}")


def or_empty(text: str | None) -> str:
    """A cell's text, or that it is empty."""
    return text if text else "(empty)"


def rows_words(count: int) -> str:
    """``1 row``, ``18,519 rows``."""
    return f"{count:,} row" + ("" if count == 1 else "s")


def of_kind(table: str, constants: Mapping[str, str]) -> str:
    """A table, and which of its files: ``ncci_mue (practitioner)``."""
    return f"{table} ({', '.join(constants.values())})" if constants else table
