"""Payers' price files, as Transparency in Coverage has them published. See README.md beside this.

The files are too large to be read as a release of this program's own tables: they fill the tables
of ``tables.tic``, file by file, and this source says what a file is an issue of.
"""

from __future__ import annotations

from payeratlas.model.provenance import Source
from payeratlas.sources._price_files import describe, key_of, offered
from payeratlas.tables.tic import TIC

__all__ = ["FORMAT", "SOURCE", "describe", "key_of", "offered"]

SOURCE = Source(
    id="tic",
    title="Payers' negotiated rates and allowed amounts (Transparency in Coverage)",
    publisher="Health plans and issuers, each on a site of its own",
    index_url="https://github.com/CMSgov/price-transparency-guide",
    licence="Published by each payer under 45 CFR 147.212 and 26 CFR 54.9815-2715A3. CPT codes: "
    "copyright American Medical Association; codes only, names and descriptions are never read.",
    tables=tuple(sorted(TIC)),
    cadence="monthly",
    retention="witness",
)
FORMAT = "tic"
