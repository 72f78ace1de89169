"""``payeratlas price``: what Medicare pays for service lines, step by step."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import rich_click as click

from payeratlas.apps.options import dated, emit, jsonable

if TYPE_CHECKING:
    from payeratlas.pages.encounter import Given


@click.command("price")
@click.argument("lines", nargs=-1, required=True, metavar="LINE...")
@click.option(
    "--modifier",
    "modifiers",
    multiple=True,
    metavar="XX",
    help="A modifier on the line, where there is one line; may be given more than once.",
)
@click.option("--pos", metavar="NN", help="Place of service, e.g. 11 (office) or 24; default 11.")
@click.option(
    "--zip",
    "zip_code",
    metavar="ZIP",
    help="Where the services are given: five digits, or nine where a ZIP code is divided.",
)
@click.option(
    "--locality",
    metavar="MAC-LL",
    help="Medicare payment locality, e.g. 10212-99; by default the national amount.",
)
@click.option(
    "--units",
    type=click.IntRange(min=1),
    help="Units of service, where there is one line; by default 1.",
)
@click.option(
    "--minutes",
    type=click.IntRange(min=0),
    metavar="N",
    help="Anesthesia: minutes of the service.",
)
@click.option(
    "--base-units",
    type=click.IntRange(min=0),
    metavar="N",
    help="Anesthesia: base units of the code; by default those of CMS's file for the year of the "
    "service, which is needed where none is on hand.",
)
@click.option(
    "--induction",
    is_flag=True,
    help="Anesthesia: with modifier AD, presence at induction is documented.",
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
@click.option(
    "--encounter",
    is_flag=True,
    help="Add the whole encounter by setting: office, surgical center, hospital outpatient, each "
    "with the facility's payment and the patient's part.",
)
@click.option(
    "--cbsa",
    metavar="AREA",
    help="With --encounter: area of CMS's wage index files, e.g. 16984, or a state's rural area, "
    "e.g. 14, to adjust the facilities' payments for wages; 47764-DC where the state decides.",
)
@click.option(
    "--deductible",
    metavar="DOLLARS",
    help="With --encounter: what the patient still owes of the year's Part B deductible.",
)
@dated
@jsonable
@click.pass_obj
def command(
    store: str | None,
    lines: tuple[str, ...],
    modifiers: tuple[str, ...],
    pos: str | None,
    zip_code: str | None,
    locality: str | None,
    units: int | None,
    minutes: int | None,
    base_units: int | None,
    induction: bool,
    qualifying: bool,
    non_participating: bool,
    encounter: bool,
    cbsa: str | None,
    deductible: str | None,
    as_of: date | None,
    known_on: date | None,
    as_json: bool,
) -> None:
    """What Medicare pays for service lines, and why.

    A LINE is a code, its modifiers after hyphens, and its units after an x. Several lines are
    taken as one practitioner's for one patient and day: they are ranked and reduced as Medicare
    does it. Anesthesia, drugs and laboratory tests are priced by their own schedules.

    \b
    payeratlas price 64640 --pos 11 --as-of 2025-10-15
    payeratlas price 64640-50x2 --locality 10212-99
    payeratlas price 64640x3 77002 --pos 11 --zip 60601
    payeratlas price 64640x3 77002 --zip 60601 --encounter --deductible 50
    payeratlas price 00142-AA --minutes 45 --base-units 4 --zip 60601
    payeratlas price J0585x100 --as-of 2026-01-15
    """
    from payeratlas.apps.api import Atlas
    from payeratlas.model.amounts import Money

    typed = list(lines)
    if modifiers or units:
        if len(typed) > 1:
            raise click.UsageError(
                "--modifier and --units are for one line. Try: 64640-50x2, line by line."
            )
        typed[0] = "-".join((typed[0], *(m.lstrip("-") for m in modifiers)))
        typed[0] += f"x{units}" if units else ""
    atlas = Atlas.open(store)
    priced = atlas.price(
        typed,
        as_of,
        known_on,
        pos=pos,
        locality=locality,
        zip_code=zip_code,
        minutes=minutes,
        base_units=base_units,
        induction=induction,
        qualifying=qualifying,
        participating=not non_participating,
    )
    if (deductible or cbsa) and not encounter:
        raise click.UsageError("--cbsa and --deductible go with --encounter.")
    given: tuple[Given, ...] = ()
    if encounter:
        try:
            left = Money.of(deductible) if deductible else None
        except (ArithmeticError, ValueError):
            raise click.UsageError(f"'{deductible}' is no amount. Try: 257.00") from None
        given = atlas.encounters(
            typed,
            as_of,
            known_on,
            locality=locality,
            zip_code=zip_code,
            cbsa=cbsa,
            deductible_left=left,
            qualifying=qualifying,
            participating=not non_participating,
        )
    if as_json:
        import json

        from payeratlas.publish.price_json import priced_json

        emit(json.dumps(priced_json(priced, given), indent=2))
        return
    from payeratlas.apps.show import show_encounters, show_priced

    show_priced(priced)
    if given:
        show_encounters(given)
