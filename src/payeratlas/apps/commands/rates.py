"""``payeratlas rates``: what payers' price files on hand say of a code."""

from __future__ import annotations

import rich_click as click

from payeratlas.apps.options import emit, jsonable


@click.command("rates")
@click.argument("code", metavar="CODE")
@click.option(
    "--raw",
    is_flag=True,
    help="List every price as the files print it. The only listing so far, so that it has to be "
    "asked for by name.",
)
@click.option(
    "--payer",
    default="",
    metavar="TEXT",
    help="Only files whose payer has this in its name, as given with 'sources add --payer' or as "
    "printed in the file.",
)
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV instead of text.")
@jsonable
@click.pass_obj
def command(
    store: str | None, code: str, raw: bool, payer: str, as_csv: bool, as_json: bool
) -> None:
    """List the prices of billing code CODE in the payers' price files that you added.

    Each price is as printed: the exact amount, what kind it is, for whom and where it holds, and
    the ordinals of the objects it stands in. A file that has none says so: that the code is not in
    it, or that it was read for other codes only.

    \b
    payeratlas rates 64640 --raw
    payeratlas rates 64640 --raw --payer evry --csv
    """
    from payeratlas.apps.api import Atlas
    from payeratlas.model.errors import InputError

    if not raw:
        raise InputError(
            "rates are listed raw only so far.", cure=f"payeratlas rates {code} --raw."
        )
    if as_csv and as_json:
        raise InputError("--json and --csv exclude each other.", cure="name one of them.")
    found = Atlas.open(store).raw_rates(code, payer)
    if as_json:
        import json

        from payeratlas.publish.raw_rates import raw_rates_json

        emit(json.dumps(raw_rates_json(found), indent=2))
    elif as_csv:
        from payeratlas.publish.raw_rates import raw_rates_csv

        click.echo(raw_rates_csv(found), nl=False)
    else:
        from payeratlas.apps.show_rates import show_raw_rates

        show_raw_rates(found)
