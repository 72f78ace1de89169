"""``payeratlas pair``: whether two codes are paid together."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import rich_click as click

from payeratlas.apps.options import BillingCode, dated, emit, jsonable


@click.command("pair")
@click.argument("one", type=BillingCode(), metavar="CODE")
@click.argument("other", type=BillingCode(), metavar="CODE")
@click.option(
    "--service",
    type=click.Choice(["practitioner", "hospital"]),
    default="practitioner",
    show_default=True,
    help="Whose claim: a practitioner's (or surgery center's), or an outpatient hospital's.",
)
@dated
@jsonable
@click.pass_obj
def command(
    store: str | None,
    one: str,
    other: str,
    service: str,
    as_of: date | None,
    known_on: date | None,
    as_json: bool,
) -> None:
    """Whether two codes can be billed together: the NCCI edit of the pair on a date.

    \b
    payeratlas pair 64640 64450 --as-of 2024-07-15
    payeratlas pair 64640 99213 --service hospital --json
    """
    from payeratlas.model.time import AsOf
    from payeratlas.pages.latest import default_day
    from payeratlas.pages.pair import TABLE, pair
    from payeratlas.store import Store

    held = Store.open(Path(store) if store else None)
    day = as_of or default_day(TABLE, held, datetime.now(tz=UTC).date(), service=service)
    paired = pair(one, other, AsOf(day, known_on), held, service=service)
    if as_json:
        import json

        from payeratlas.publish.pair_json import paired_json

        emit(json.dumps(paired_json(paired), indent=2))
        return
    from payeratlas.apps.show_pair import show_paired

    show_paired(paired)
