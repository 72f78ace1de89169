"""Options and output that commands share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import rich_click as click

from payeratlas.model.codes import Coding
from payeratlas.model.errors import InputError


class Day(click.ParamType):  # type: ignore[type-arg]
    """A calendar day as ``YYYY-MM-DD``."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value).strip())
        except ValueError:
            self.fail(f"'{value}' is not a day. Try: 2025-10-15 (year, month, day).", param, ctx)


class BillingCode(click.ParamType):  # type: ignore[type-arg]
    """A CPT or HCPCS code."""

    name = "CODE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return Coding.parse(str(value)).code
        except InputError as error:
            self.fail(str(error), param, ctx)


Command = Callable[..., Any]


def dated(command: Command) -> Command:
    """Add ``--as-of`` and ``--known-on``."""
    command = click.option(
        "--known-on",
        type=Day(),
        help="Use only what had been issued by this day; by default everything on hand.",
    )(command)
    return click.option(
        "--as-of",
        type=Day(),
        help="Date of service. By default today, or the last day that a release on hand covers "
        "for the code.",
    )(command)


def jsonable(command: Command) -> Command:
    """Add ``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")(
        command
    )


def price_options(command: Command) -> Command:
    """Add ``--payer``, ``--codes`` and ``--codes-file``, which are of payers' price files."""
    for option in (
        click.option(
            "--codes-file",
            type=click.Path(dir_okay=False, path_type=Path),
            help="Of price files: as --codes, from a text file with one code a line.",
        ),
        click.option(
            "--codes",
            default="",
            metavar="CODE,...",
            help="Of price files: read the items of these billing codes only. Of other codes the "
            "file then says nothing. Named again later, more codes are read besides.",
        ),
        click.option(
            "--payer",
            default="",
            metavar="NAME",
            help="Of price files: whose they are, in your words; by default as they print it.",
        ),
    ):
        command = option(command)
    return command


def emit(text: str) -> None:
    """Print text that already ends its last line."""
    click.echo(text, nl=not text.endswith("\n"))
