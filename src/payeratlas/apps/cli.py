"""The command line: ``payeratlas COMMAND``. Commands are loaded only when they are called."""

from __future__ import annotations

import atexit
import gc
import importlib
import sys
from collections.abc import Sequence
from typing import Any

import rich_click as click

from payeratlas.model.errors import AtlasError, FileError, InputError, StoreError

EXIT_CODES = {
    0: "The answer is given, also where it is Unknown with its reason.",
    1: "A check failed: a citation, a derivation or a release does not hold, or a "
    "file is missing from a month.",
    2: "The command cannot be used so: a code, modifier, place, locality or date is not usable.",
    3: "A file or the store cannot be read as what it should be; nothing was changed by it.",
    4: "Some files of a payer's posting could not be fetched; the others are on hand.",
    130: "Stopped from the keyboard; nothing was changed but by files of a posting that were done.",
}
"""Every exit code and what it means; printed in the reference and asserted by tests."""

COMMANDS = {
    "publish": "publish",
    "code": "code",
    "price": "price",
    "pair": "pair",
    "facts": "facts",
    "rates": "rates",
    "compare": "compare",
    "benchmarks": "benchmarks",
    "diff": "diff",
    "watch": "watch",
    "sources": "sources",
    "descriptors": "descriptors",
    "verify": "verify",
    "doctor": "doctor",
    "month": "month",
}


class _Lazy(click.RichGroup):
    """A group whose commands live in a module each, imported when one is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        command: click.Command = importlib.import_module(
            f"payeratlas.apps.commands.{module}"
        ).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            near = difflib.get_close_matches(args[0] if args else "", COMMANDS, 1)
            if near:
                raise click.UsageError(f"{error.message} Did you mean '{near[0]}'?", ctx) from None
            raise


@click.group(
    cls=_Lazy,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="payeratlas", prog_name="payeratlas")
@click.option(
    "--store",
    type=click.Path(file_okay=False),
    envvar="PAYERATLAS_STORE",
    help="Folder of your own store, laid over the embedded data (env PAYERATLAS_STORE).",
)
@click.pass_context
def cli(ctx: click.Context, store: str | None) -> None:
    """The reference page for every US billing code, each figure cited to its file.

    \b
    payeratlas publish 64640                      a page in HTML, PDF, JSON and Markdown
    payeratlas code 64640                         the page in the terminal
    payeratlas price 64640 --pos 11 --modifier 50 what Medicare pays, step by step
    payeratlas facts 64640 --as-of 2025-10-15 --json
    payeratlas rates 64640 --raw                  what payers' price files on hand say
    payeratlas compare my-rates.csv               your rates against what payers agreed elsewhere
    """
    ctx.obj = store


def _leave() -> None:
    """Spare the last look for circles; a database that was opened needs it to close in silence."""
    if "_duckdb" not in sys.modules:
        gc.freeze()


def main(argv: Sequence[str] | None = None) -> Any:
    """Run the command line; errors go to stderr as what, where and cure, with their exit code."""
    # A command makes values that live until it ends: looking through them for circles over and
    # over, and once more when it has ended, takes a fifth of its time. Rarely is often enough for
    # those that run long, and at the end nothing is left to be found.
    gc.set_threshold(200_000, 20, 20)
    atexit.register(_leave)
    try:
        code = cli.main(args=argv, prog_name="payeratlas", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo("Stopped; nothing was changed.", err=True)
        sys.exit(130)
    except InputError as error:
        _tell(error)
        sys.exit(2)
    except (FileError, StoreError) as error:
        _tell(error)
        sys.exit(3)
    sys.exit(code if isinstance(code, int) else 0)


def _tell(error: AtlasError) -> None:
    click.secho(
        f"Error: {error.where + ': ' if error.where else ''}{error.what}", fg="red", err=True
    )
    if error.cure:
        click.echo(f"  Try: {error.cure}", err=True)
