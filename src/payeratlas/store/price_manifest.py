"""The manifest of one price file of a payer or hospital.

What the file was, where everything of it went, and what holds it.

Price files stand beside the releases of the store, not among them (docs/decisions/0008): a folder
``prices`` with a manifest ``files/<id>.json`` for each file, and the Parquet files that it names.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from payeratlas.formats.hospital_account import HospitalAccount
from payeratlas.formats.price_account import accounts_of
from payeratlas.formats.tic_account import TicAccount
from payeratlas.model.errors import StoreError
from payeratlas.model.provenance import Artifact, RowAccount

FORMAT = 1
FOLDER = "prices"
ID_DIGITS = 16

Account = TicAccount | HospitalAccount
_ACCOUNTS: dict[str, type[Account]] = {"hospital": HospitalAccount}  # of other kinds: TicAccount


@dataclass(frozen=True, slots=True)
class Pinned:
    """A file of the store: its path below the root, sha256, bytes and rows."""

    path: str
    sha256: str
    bytes: int
    rows: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a price file was found on a payer's site, and the site's own marks of its version.

    ``key`` is the address without its query, since the same file is signed anew each time.
    ``size`` is None where the site did not say; ``retrieved`` is a day.
    """

    key: str
    etag: str = ""
    last_modified: str = ""
    size: int | None = None
    retrieved: str = ""


@dataclass(frozen=True, slots=True)
class Issue:
    """What a price file is an issue of, and from when it is observed.

    ``series`` is the same for the issues of one file of one payer. ``observed_from`` is a day, or
    empty where none can be read; ``basis`` says from what, or why not.
    """

    title: str
    series: str
    observed_from: str
    basis: str


@dataclass(frozen=True, slots=True)
class PriceFile:
    """One file of a payer or hospital as it stands in a store.

    ``source`` is the id of the source that read it, ``payer`` is who the user says it is of; empty
    where they did not say. ``printed`` is the row of ``tic_file`` or ``hospital_file``.
    ``codes`` are those it was read for, in order; None where all of it was read. ``tables`` pins
    the Parquet file of each table that has rows, ``witness`` the raw slices. ``shifts`` translate
    places, where the file was JSON lines (see ``formats.tic_lines``).
    """

    source: str
    artifact: Artifact
    payer: str
    kind: str
    issue: Issue
    printed: Mapping[str, Any]
    codes: tuple[str, ...] | None
    account: Account
    tables: Mapping[str, Pinned]
    witness: Pinned
    places: tuple[Place, ...] = ()
    shifts: tuple[tuple[int, int], ...] = ()
    software: str = ""
    licence: str = ""
    digest: str = field(default="", compare=False)
    root: Path = field(default=Path(), compare=False, repr=False)

    @property
    def id(self) -> str:
        """The first digits of the file's sha256; it names the manifest."""
        return self.artifact.sha256[:ID_DIGITS]

    @property
    def entity(self) -> str:
        """Who it is of: as the user says, else as the file does, else its name."""
        return self.payer or self.printed_name or self.artifact.name

    @property
    def printed_name(self) -> str | None:
        """Who it is of as the file says: its reporting entity, or its hospital."""
        printed = self.printed
        return printed.get("reporting_entity_name") or printed.get("hospital_name") or None

    @property
    def files(self) -> tuple[Pinned, ...]:
        """Every file of the store that this one needs."""
        return (*self.tables.values(), self.witness)

    def holds_code(self, code: str) -> bool:
        """Whether the file was read for the code: only then is its absence known."""
        return self.codes is None or code in self.codes

    def table_path(self, table: str) -> str | None:
        """Where the rows of a table stand; None where the file gave none."""
        pinned = self.tables.get(table)
        return str(self.root / pinned.path) if pinned else None


def manifest_path(file_id: str) -> str:
    """Where the manifest of a price file stands, relative to the store's root."""
    return f"{FOLDER}/files/{file_id}.json"


def encode(file: PriceFile) -> bytes:
    """The manifest's bytes: sorted keys, one fixed layout."""
    document = {
        "format": FORMAT,
        "software": file.software,
        "licence": file.licence,
        "source": file.source,
        "artifact": asdict(file.artifact),
        "payer": file.payer,
        "kind": file.kind,
        "issue": asdict(file.issue),
        "printed": dict(file.printed),
        "codes": None if file.codes is None else sorted(file.codes),
        "account": account_json(file.account),
        "tables": {table: asdict(pinned) for table, pinned in file.tables.items()},
        "witness": asdict(file.witness),
        "places": [asdict(place) for place in sorted(file.places, key=lambda p: p.key)],
        "shifts": [list(shift) for shift in file.shifts],
    }
    return (json.dumps(document, sort_keys=True, indent=1, ensure_ascii=False) + "\n").encode()


def account_json(account: Account) -> dict[str, Any]:
    """The account of a file: read = kept + rejected + merged of each kind of row, and oddities."""
    named = accounts_of(account)
    return {
        "kind": account.kind,
        **{
            name: {
                "read": rows.read,
                "kept": rows.kept,
                "rejected": dict(rows.rejected),
                "merged": dict(rows.merged),
            }
            for name, rows in named.items()
        },
        **{
            each.name: getattr(account, each.name)
            for each in fields(account)
            if each.name not in (*named, "oddities")
        },
        "oddities": dict(account.oddities),
    }


def _account(found: dict[str, Any]) -> Account:
    values: dict[str, Any] = {
        name: RowAccount(
            value["read"],
            value["kept"],
            tuple(value["rejected"].items()),
            tuple(value["merged"].items()),
        )
        if isinstance(value, dict) and "kept" in value
        else value
        for name, value in found.items()
    }
    return _ACCOUNTS.get(found["kind"], TicAccount)(**values)


def decode(data: bytes, root: Path, where: str) -> PriceFile:
    """A PriceFile from a manifest's bytes; StoreError where they are not a manifest."""
    try:
        found = json.loads(data)
        if found["format"] != FORMAT:
            raise StoreError(
                f"the manifest is of format {found['format']}, this software reads {FORMAT}.",
                where=where,
                cure="use the software version that wrote it, or add the file again.",
            )
        return PriceFile(
            source=found["source"],
            artifact=Artifact(**found["artifact"]),
            payer=found["payer"],
            kind=found["kind"],
            issue=Issue(**found["issue"]),
            printed=found["printed"],
            codes=None if found["codes"] is None else tuple(found["codes"]),
            account=_account(found["account"]),
            tables={table: Pinned(**pinned) for table, pinned in found["tables"].items()},
            witness=Pinned(**found["witness"]),
            places=tuple(Place(**place) for place in found["places"]),
            shifts=tuple((start, shift) for start, shift in found["shifts"]),
            software=found["software"],
            licence=found["licence"],
            digest=hashlib.sha256(data).hexdigest(),
            root=root,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(
            f"the manifest of a price file cannot be read ({type(error).__name__}: {error}).",
            where=where,
            cure="delete this manifest and add the price file again.",
        ) from error
