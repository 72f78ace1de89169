"""Make the price files that come with the software: rates of some codes, and their benchmarks.

``python -m payeratlas.build.embed_rates --store FOLDER --to src/payeratlas/embedded/rates`` takes
the price files of the store FOLDER (see ``payeratlas sources add``), keeps the codes that
``services.txt`` beside the target lists, with who is paid for them and the evidence of the whole
files, and works out their benchmarks. The same store gives the same bytes.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from payeratlas.build.benchmarks import Built, Worker, on_hand, write
from payeratlas.build.rates_medicare import MedicareAmounts
from payeratlas.model.errors import AtlasError, InputError
from payeratlas.rates.evidence import encode
from payeratlas.rates.on_hand import entry_of, of_embedded
from payeratlas.rates.read import RULES
from payeratlas.rates.rows import OnHand
from payeratlas.store import EMBEDDED, Store
from payeratlas.store import benchmarks as ready
from payeratlas.store.disk import sha256_of
from payeratlas.store.query import connect

if TYPE_CHECKING:
    import pyarrow as pa

SERVICES = "services.txt"
_LEVEL = 15
# Free text of payers and hospitals is theirs: no figure rests on it, and it stays behind.
_KEPT = {
    "posted_rate": "SELECT * REPLACE (NULL::VARCHAR AS additional) FROM read_parquet(?) "
    "WHERE code IN (SELECT unnest(?)) ORDER BY code, at_item, at_rate, at_price",
    "posted_item": "SELECT * FROM read_parquet(?) WHERE code IN (SELECT unnest(?)) "
    "ORDER BY code, at_item, at_rate",
}
_PROVIDERS = (
    "SELECT * FROM read_parquet(?) WHERE provider_set IN (SELECT unnest(?)) "
    "ORDER BY provider_set, organisation"
)

_FIRST = "SELECT min(provider_set) AS provider_set FROM read_parquet(?)"


def services(text: str) -> tuple[str, ...]:
    """The codes of a list: separated by blanks, ``#`` begins a remark."""
    lines = (line.partition("#")[0] for line in text.splitlines())
    return tuple(sorted({code.upper() for line in lines for code in line.split()}))


def embed(store: Store, to: Path, codes: Collection[str]) -> Built:
    """Write the folder ``to`` anew; it is called ``rates`` and stands in the embedded data set.

    InputError where it is called otherwise, or the store has no price file.
    """
    if to.name != ready.RATES:
        raise InputError(
            f"the folder has to be called {ready.RATES}.", cure=f"name {to.parent}/rates."
        )
    files = [file for file in on_hand(store) if file.evidence is None]
    if not files:
        raise InputError(
            "the store has no price file.", cure="payeratlas sources add hospital FILE."
        )
    shutil.rmtree(to, ignore_errors=True)
    to.mkdir(parents=True)
    with tempfile.TemporaryDirectory(dir=to.parent) as temporary:
        staging = Path(temporary)
        whole = Worker(files, store.root, staging, lambda: MedicareAmounts(store), "")
        try:
            entries = [_embed(file, to, sorted(codes), whole) for file in files]
        finally:
            whole.close()
        manifest = json.dumps(entries, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        (to / ready.MANIFEST).write_text(manifest, encoding="utf-8")
        kept = of_embedded(to.parent)
        edition = ready.edition_of(((file.note.id, file.digest) for file in kept), RULES)
        worker = Worker(kept, to, staging, lambda: MedicareAmounts(store), edition)
        try:
            return write(worker, to, staging, lambda *_: None, table=False)
        finally:
            worker.close()


def _embed(file: OnHand, to: Path, codes: Sequence[str], whole: Worker) -> object:
    """Keep the codes of one file; its entry of the manifest."""
    kept = sorted(file.codes & set(codes)) if file.codes is not None else codes
    # A part of a file is another thing than the whole, which the user may have too.
    digest = sha256_of(json.dumps([file.digest, kept]).encode())[: len(file.digest)]
    folder = f"prices/posted/{file.note.id}/{digest}"
    tables = {}
    sets: set[int] = set()
    for table, statement in _KEPT.items():
        if path := file.tables.get(table):
            found = _rows(statement, path, kept)
            if found.num_rows:
                tables[table] = f"{folder}/{table}.parquet"
                _write(found, to / tables[table])
            if table == "posted_rate":
                sets |= _numbers(found)
    if path := file.tables.get("posted_provider"):
        if file.note.kind == "hospital":
            sets |= _numbers(_rows(_FIRST, path))
        tables["posted_provider"] = f"{folder}/posted_provider.parquet"
        _write(_rows(_PROVIDERS, path, sorted(sets)), to / tables["posted_provider"])
    evidence = ready.evidence_path(file.note.id, digest, RULES)
    (to / evidence).parent.mkdir(parents=True, exist_ok=True)
    (to / evidence).write_bytes(encode(whole.evidence(file)))
    return entry_of(replace(file, digest=digest), kept, tables, evidence)


def _numbers(rows: pa.Table) -> set[int]:
    return {number for number in rows["provider_set"].to_pylist() if number is not None}


def _rows(statement: str, path: Path, *values: object) -> pa.Table:
    connection = connect([path.parent])
    try:
        found: pa.Table = connection.sql(statement, params=[str(path), *values]).to_arrow_table()
        return found
    finally:
        connection.close()


def _write(rows: pa.Table, path: Path) -> None:
    import pyarrow.parquet as pq

    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(
        rows.replace_schema_metadata(None),
        path,
        compression="zstd",
        compression_level=_LEVEL,
        row_group_size=1 << 16,
        store_schema=False,
    )


def size_of(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main(argv: Iterable[str] | None = None) -> int:
    """The command line; 1 and a message where something is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path, required=True, help="store with the price files")
    parser.add_argument("--to", type=Path, default=EMBEDDED / ready.RATES, help="folder to write")
    parser.add_argument("--codes", type=Path, help="list of codes; by default that of the software")
    given = parser.parse_args(None if argv is None else list(argv))
    try:
        text = (given.codes or EMBEDDED / SERVICES).read_text(encoding="utf-8")
        built = embed(Store.open(given.store), given.to, services(text))
    except AtlasError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(
        f"{built.files} files, {built.codes} codes, {built.cells:,} cells, "
        f"{built.read:,} posted rates: {size_of(given.to):,} bytes\n"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
