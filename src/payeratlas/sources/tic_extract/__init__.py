"""Payers' in-network rates, flattened to CSV by someone else. See README.md beside this."""

from __future__ import annotations

from payeratlas.model.provenance import Source
from payeratlas.sources._price_files import describe, key_of, offered
from payeratlas.tables.tic import FILE, ITEM, PRICE, PROVIDER_GROUP, PROVIDER_SET, TERMS

__all__ = ["FORMAT", "SOURCE", "describe", "key_of", "offered"]

SOURCE = Source(
    id="tic_extract",
    title="Extracts of payers' in-network rates, as CSV",
    publisher="Whoever made the extract; the rates are the payer's",
    index_url="https://github.com/CMSgov/price-transparency-guide",
    licence="Rates published by each payer under 45 CFR 147.212 and 26 CFR 54.9815-2715A3. CPT "
    "codes: copyright American Medical Association; codes only, names and descriptions are never "
    "read.",
    tables=tuple(sorted(t.name for t in (FILE, ITEM, PRICE, PROVIDER_GROUP, PROVIDER_SET, TERMS))),
    cadence="none: single files",
    retention="witness",
)
FORMAT = "tic_extract"
