"""Rules that work on pinned tables, by name, and one door to run any rule again.

A rule of :mod:`payeratlas.pricing` needs its input values alone. A family of facts may list others
in ``RULES``: they count or gather rows of a release, and need the store.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from payeratlas.model.facts import Value
from payeratlas.pages.facts import families
from payeratlas.pricing import rerun as rerun_pricing
from payeratlas.store import Store

TableRule = Callable[[Mapping[str, Value], Mapping[str, str], Store], Value]


@cache
def table_rules() -> Mapping[str, TableRule]:
    """Every rule over pinned tables by id; ValueError where two families use one id."""
    found: dict[str, TableRule] = {}
    for family in families():
        for name, rule in getattr(family, "RULES", {}).items():
            if name in found:
                raise ValueError(f"two rules are called {name!r}")
            found[name] = rule
    return found


def rerun(
    rule: str, values: Mapping[str, Value], settings: Mapping[str, str], store: Store
) -> Value:
    """Run the rule of a Derivation again on its input values and settings.

    Raises InputError for a rule of no name or a missing role, StoreError where a release that it
    reads is not on hand as it was.
    """
    own = table_rules().get(rule)
    return own(values, settings, store) if own else rerun_pricing(rule, values, settings)
