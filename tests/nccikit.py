"""A small store of NCCI edits, add-ons and RBCS, made of the samples as if they were whole."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from pathlib import Path

import pytest

from payeratlas.formats import SourceFile
from payeratlas.store import Published, Store
from storekit import own_store

SAMPLES = Path(__file__).parent / "sources"
PTP = tuple(
    f"northstar_ncci_ptp_{service}_2024q3.csv" for service in ("practitioner", "outpatient")
)
CMS_PTP = "ccipra-v322r0-f1.txt"
ADDON = "northstar_ncci_aoc_2024q3.csv"
RBCS = "northstar_rbcs_2024pull.csv"


def publish(
    store: Store, source: str, files: Iterable[SourceFile], *, whole: bool = True
) -> Published:
    """Publish files of a source; ``whole`` lets so few rows be a whole release."""
    module = importlib.import_module(f"payeratlas.sources.{source}")
    given = list(files)
    with pytest.MonkeyPatch.context() as patch:
        if whole:
            least = module.LEAST_ROWS
            few = dict.fromkeys(least, 0) if isinstance(least, dict) else 0
            patch.setattr(module, "LEAST_ROWS", few)
        return store.publish(module.read(given), given)


def sample(source: str, *names: str) -> list[SourceFile]:
    """Sample files of a source."""
    return [SourceFile.open(SAMPLES / source / "samples" / name) for name in names]


def ncci_store(root: Path) -> Store:
    """A store with the third quarter of 2024: PTP edits, add-ons; and RBCS."""
    store = own_store(root)
    publish(store, "ncci_ptp", sample("ncci_ptp", *PTP))
    publish(store, "ncci_addon", sample("ncci_addon", ADDON))
    publish(store, "cms_rbcs", sample("cms_rbcs", RBCS))
    return store
