"""Posted rates of a price file: brought to one shape once, and kept beside it, sorted by code.

What ``tables.posted`` declares is computed from a price file's own tables, so it can always be made
again: it stands in ``prices/posted/<file id>/<digest>``, and the digest says from what and by which
version of the rules. Tables are moved to their names before ``account.json`` is, whose rename makes
them visible. A store that cannot be written (the data that comes with the software) has them ready.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from payeratlas.model.errors import StoreError
from payeratlas.model.provenance import RowAccount
from payeratlas.store import disk
from payeratlas.store.price_files import PriceFiles
from payeratlas.store.price_manifest import FOLDER, Pinned, PriceFile
from payeratlas.store.price_rows import PriceReader
from payeratlas.store.publish import writing

if TYPE_CHECKING:
    import duckdb

    from payeratlas.store.posted_write import Sheets

RULES = 3  # raise it whenever the same price file would give other rows
KINDS = ("in_network", "hospital")  # of price files that print negotiated rates
FEW_PLANS = 8  # as many plans of a table of contents are named with a rate
_DIGITS = 12
_ACCOUNT = "account.json"


@dataclass(frozen=True, slots=True)
class Posted:
    """The posted rates of one price file.

    ``paths`` has the Parquet file of each table of ``tables.posted`` that has rows. ``account``
    says where each row went that they were made from: a price of a payer's file, or the pair of a
    hospital's charge and a code of its item. ``digest`` names what they were made from and how.
    """

    file: PriceFile
    paths: Mapping[str, Path]
    account: RowAccount
    digest: str


def posted(
    file: PriceFile, files: Sequence[PriceFile], root: Path, key_of: Callable[[str], str]
) -> Posted:
    """The posted rates of ``file``: those in the store at ``root``, else made now and kept there.

    ``files`` are the price files on hand: tables of contents name plans, provider-reference files
    hold who a remote reference is. ``key_of`` names an address whatever its signature.

    Raises StoreError, with the store as it was, where a table of the price file cannot be read or
    the disk refuses; ValueError for a kind of file that prints no negotiated rates.
    """
    if file.kind not in KINDS:
        raise ValueError(f"a file of kind {file.kind} has no negotiated rates")
    digest = digest_of(file, files)
    found = _on_hand(file, root, digest)
    return found or _built(file, files, root, key_of, digest)


def everything(
    root: Path, files: Sequence[PriceFile], key_of: Callable[[str], str]
) -> tuple[Posted, ...]:
    """The posted rates of every price file of ``files`` that has some, in their order."""
    return tuple(posted(file, files, root, key_of) for file in files if file.kind in KINDS)


def digest_of(file: PriceFile, files: Sequence[PriceFile]) -> str:
    """A digest of all that the rows depend on: rules, tables, label, and what else is on hand.

    Files that might name the plans or the providers count whether or not they do: reading them to
    know would cost more than making the rows again.
    """
    others: list[PriceFile] = []
    if file.kind == "in_network":
        others = [f for f in files if f.kind == "providers" or (f.kind == "index" and file.places)]
    document = {
        "rules": RULES,
        "tables": {table: pinned.sha256 for table, pinned in file.tables.items()},
        "payer": file.payer,
        "places": sorted(place.key for place in file.places),
        "others": sorted(
            [f.id, *sorted(p.sha256 for p in f.tables.values()), *sorted(p.key for p in f.places)]
            for f in others
        ),
    }
    return disk.sha256_of(json.dumps(document, sort_keys=True).encode())[:_DIGITS]


def _folder(file: PriceFile, root: Path, digest: str) -> Path:
    return root / FOLDER / "posted" / file.id / digest


def _on_hand(file: PriceFile, root: Path, digest: str) -> Posted | None:
    """What stands ready, if all of it does."""
    folder = _folder(file, root, digest)
    try:
        document = json.loads((folder / _ACCOUNT).read_bytes())
        rows = document["account"]
        account = RowAccount(
            rows["read"],
            rows["kept"],
            tuple(rows["rejected"].items()),
            tuple(rows["merged"].items()),
        )
        tables = {table: Pinned(**pinned) for table, pinned in document["tables"].items()}
        paths = {table: folder / pinned.path for table, pinned in tables.items()}
        if any(paths[table].stat().st_size != tables[table].bytes for table in tables):
            return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None  # not there, or damaged: it is made again
    return Posted(file, paths, account, digest)


def _built(
    file: PriceFile,
    files: Sequence[PriceFile],
    root: Path,
    key_of: Callable[[str], str],
    digest: str,
) -> Posted:
    from payeratlas.store.posted_write import Sheets, working  # late: what stands ready needs none

    held = PriceFiles.open(root)
    try:
        with held.staging() as staging:
            roots = {held.root, file.root, *(other.root for other in files)}
            notes = {"file": file.artifact.name, "licence": file.licence}
            with (
                working(sorted(roots), staging, file.artifact.name) as connection,
                Sheets(staging, notes) as sheets,
            ):
                account = _write(connection, file, files, key_of, sheets)
            _publish(file, held.root, digest, account, sheets)
    finally:
        held.close()
    found = _on_hand(file, root, digest)
    if found is None:
        raise StoreError(
            "its posted rates were removed while they were made.",
            where=file.artifact.name,
            cure="run the command again.",
        )
    return found


def _write(
    connection: duckdb.DuckDBPyConnection,
    file: PriceFile,
    files: Sequence[PriceFile],
    key_of: Callable[[str], str],
    sheets: Sheets,
) -> RowAccount:
    if file.kind == "hospital":
        from payeratlas.store import posted_hospital  # late: one of both is needed

        return posted_hospital.write(connection, file, sheets)
    from payeratlas.store import posted_tic

    references = {
        place.key: other for other in files if other.kind == "providers" for place in other.places
    }
    plan = file.printed.get("plan_name") or _plans(file, files, key_of)
    return posted_tic.write(
        connection, file, plan, lambda location: references.get(key_of(location)), sheets
    )


def _plans(file: PriceFile, files: Sequence[PriceFile], key_of: Callable[[str], str]) -> str | None:
    """The plans that tables of contents on hand give the file to, where they are few."""
    names: set[str] = set()
    for root in {other.root for other in files if other.kind == "index"} if file.places else ():
        reader = PriceReader(root, [other for other in files if other.root == root], key_of)
        try:
            names |= {plan.name for plan in reader.plans(file) if plan.name}
        finally:
            reader.close()
    return "|".join(sorted(names)) if 0 < len(names) <= FEW_PLANS else None


def _publish(file: PriceFile, root: Path, digest: str, account: RowAccount, sheets: Sheets) -> None:
    """Give the staged tables their names, then the account its own; then remove what is older."""
    folder = _folder(file, root, digest)
    tables = {}
    for table, path in sorted(sheets.paths.items()):
        disk.sync_file(path)
        with path.open("rb") as data:
            sha256 = hashlib.file_digest(data, "sha256").hexdigest()
        tables[table] = Pinned(f"{table}.parquet", sha256, path.stat().st_size, sheets.rows[table])
    document = {
        "rules": RULES,
        "account": {
            "read": account.read,
            "kept": account.kept,
            "rejected": dict(account.rejected),
            "merged": dict(account.merged),
        },
        "tables": {table: asdict(pinned) for table, pinned in tables.items()},
    }
    staged = sheets.folder / _ACCOUNT
    disk.write_file(staged, (json.dumps(document, sort_keys=True, indent=1) + "\n").encode())
    lock = disk.ReadLock(root)
    try:
        with writing(root, lock):
            disk.make_folders(folder)
            for table, path in sheets.paths.items():
                disk.rename(path, folder / tables[table].path)
            for above in (root / FOLDER, folder.parent.parent, folder.parent, folder):
                disk.sync_folder(above)
            disk.rename(staged, folder / _ACCOUNT)
            disk.sync_folder(folder)
            _sweep(folder)
    finally:
        lock.release()


def _sweep(folder: Path) -> None:
    """Remove what was made of the same price file before; the account first, which names it.

    Who reads it just then (another program, before the price file was read for more codes) is told
    that it is gone, and finds the new one on its next try.
    """
    for former in sorted(folder.parent.iterdir()):
        if former != folder and former.is_dir():
            for path in (former / _ACCOUNT, *sorted(former.iterdir())):
                disk.remove(path)
            former.rmdir()
