"""``payeratlas price``: what Medicare pays for a service line, step by step."""

from __future__ import annotations

from datetime import date

import rich_click as click

from payeratlas.apps.options import BillingCode, dated, emit, jsonable


@click.command("price")
@click.argument("code", type=BillingCode(), metavar="CODE")
@click.option(
    "--modifier",
    "modifiers",
    multiple=True,
    metavar="XX",
    help="A modifier on the line; may be given more than once.",
)
@click.option("--pos", metavar="NN", help="Place of service, e.g. 11 (office) or 24; default 11.")
@click.option(
    "--locality",
    metavar="MAC-LL",
    help="Medicare payment locality, e.g. 10212-99; by default the national amount.",
)
@click.option(
    "--units",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Units of service on the line.",
)
@click.option(
    "--qualifying",
    is_flag=True,
    help="Use the conversion factor of qualifying APM participants (2026 on).",
)
@click.option(
    "--non-participating",
    is_flag=True,
    help="Answer for a practitioner who does not participate in Medicare.",
)
@dated
@jsonable
@click.pass_obj
def command(
    store: str | None,
    code: str,
    modifiers: tuple[str, ...],
    pos: str | None,
    locality: str | None,
    units: int,
    qualifying: bool,
    non_participating: bool,
    as_of: date | None,
    known_on: date | None,
    as_json: bool,
) -> None:
    """What Medicare's physician fee schedule pays for one service line, and why.

    \b
    payeratlas price 64640 --pos 11 --as-of 2025-10-15
    payeratlas price 64640 --modifier 50 --pos 11 --locality 10212-99 --units 2
    """
    from payeratlas.apps.api import Atlas

    priced = (
        Atlas.open(store)
        .code(code, as_of, known_on)
        .price(
            modifiers=modifiers,
            pos=pos,
            locality=locality,
            units=units,
            qualifying=qualifying,
            participating=not non_participating,
        )
    )
    if as_json:
        import json

        from payeratlas.publish.price_json import priced_json

        emit(json.dumps(priced_json(priced), indent=2))
        return
    from payeratlas.apps.show import show_priced

    show_priced(priced)
