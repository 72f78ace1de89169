"""What the indicators mean: modifiers, units, places, families, in words and verdicts.

Pure functions of indicator values. Nothing here reads a file of CMS or knows a price: rows come in
as mappings from contract column to printed value, and words go out as
:class:`~payeratlas.coding.wording.Wording`, so that the layer above can put a cited Fact wherever
a figure stands.
"""

from payeratlas.coding.addon import AddonWording, addon_pair, addon_wording
from payeratlas.coding.indicators import describe
from payeratlas.coding.kinds import Kind, Trait, kind
from payeratlas.coding.modifiers import (
    Ruling,
    Verdict,
    bilateral_methods,
    standing,
    unjudged,
    verdict_for,
    verdicts,
)
from payeratlas.coding.names import OwnName, Sibling, all_names, own_name, search_words, siblings
from payeratlas.coding.places import usual_places
from payeratlas.coding.ptp import (
    EditGroup,
    ModifierGroup,
    OtherEdit,
    PairVerdict,
    associated_modifiers,
    grouped,
    pair_verdict,
)
from payeratlas.coding.units import UnitsWording, units_wording, unlisted_units
from payeratlas.coding.wording import Wording, wording

__all__ = [
    "AddonWording",
    "EditGroup",
    "Kind",
    "ModifierGroup",
    "OtherEdit",
    "OwnName",
    "PairVerdict",
    "Ruling",
    "Sibling",
    "Trait",
    "UnitsWording",
    "Verdict",
    "Wording",
    "addon_pair",
    "addon_wording",
    "all_names",
    "associated_modifiers",
    "bilateral_methods",
    "describe",
    "grouped",
    "kind",
    "own_name",
    "pair_verdict",
    "search_words",
    "siblings",
    "standing",
    "units_wording",
    "unjudged",
    "unlisted_units",
    "usual_places",
    "verdict_for",
    "verdicts",
    "wording",
]
