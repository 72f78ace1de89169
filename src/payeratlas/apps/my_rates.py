"""A user's own rates against what is on hand: the file is read, compared, and forgotten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from payeratlas.build.rates_medicare import MedicareAmounts
from payeratlas.model.errors import InputError
from payeratlas.model.facts import Unknown
from payeratlas.model.time import AsOf
from payeratlas.pricing.places import FACILITY
from payeratlas.rates.benchmark import STRICTNESSES, Benchmarks, Medicare, Payer, Series
from payeratlas.rates.compare import Comparison, compare
from payeratlas.rates.my_rates import Assumed, my_rates

if TYPE_CHECKING:
    from payeratlas.apps.api import Atlas
    from payeratlas.rates.benchmark import BillType, Setting, Strictness

_STATE = 2  # letters


def compare_file(
    atlas: Atlas,
    path: Path,
    *,
    payer: str,
    setting: str,
    bill_type: BillType | None,
    state: str,
    strictness: Strictness,
    as_of: date | None,
    told: Callable[[str, int], None],
) -> Comparison:
    """See :meth:`payeratlas.apps.api.Atlas.compare`."""
    state = state.strip().upper()
    if state and not (len(state) == _STATE and state.isascii() and state.isalpha()):
        raise InputError(f"'{state}' is not a state.", cure="two letters, such as NY.")
    if strictness not in STRICTNESSES:
        raise InputError(
            f"'{strictness}' is not a strictness.", cure=f"one of {', '.join(STRICTNESSES)}."
        )
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"the file cannot be read: {error.strerror or 'unknown reason'}.",
            where=str(path),
            cure="check the path.",
        ) from None
    from payeratlas.apps.api import today

    assumed = Assumed(payer, setting, bill_type, FACILITY)
    mine = my_rates(data, path.name, assumed, lambda rows: told("read", rows))

    amounts = MedicareAmounts(atlas.store)
    day = as_of or today()

    def medicare(
        code: str, modifier: str, bill_type: BillType, setting: Setting
    ) -> Medicare | Unknown:
        return amounts(code, Series(bill_type, setting, modifier, "dollars"), state, "", day)

    return compare(
        mine,
        lambda code: benchmarks_of(atlas, code, AsOf(day)),
        medicare,
        lambda payer, plan: payer_of(payer, plan, state),
        state=state,
        strictness=strictness,
        told=lambda rows: told("compared", rows),
    )


def benchmarks_of(atlas: Atlas, code: str, day: AsOf) -> Benchmarks | Unknown:
    """All benchmark cells of a code, worked out first where price files were added since."""
    from payeratlas.build.benchmarks import ensure
    from payeratlas.pages.benchmarks import benchmarks_for

    ensure(code, atlas.store)
    return benchmarks_for(code, day, atlas.store)


def payer_of(payer: str, plan: str, state: str) -> Payer:
    """Whose rate it is, by the rules that place what hospitals print of payers."""
    from payeratlas.rates.payers import who_is

    # Like a hospital's file, a user's names payers by its own words and is of no payer itself.
    return who_is("hospital", "", state, payer, plan, "")
