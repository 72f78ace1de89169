"""What the commands of price files share: codes as they are named, and what was added as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from payeratlas.apps.fetching import Telling
from payeratlas.apps.options import emit
from payeratlas.build.price_files import Added, Wish, add
from payeratlas.build.price_kinds import ANY, source_of
from payeratlas.build.registry import PriceSource
from payeratlas.model.errors import AtlasError, FileError, InputError
from payeratlas.rates.raw import code_of
from payeratlas.store.price_files import PriceFiles
from payeratlas.store.price_manifest import Place, PriceFile, account_json


def codes_of(named: str, file: Path | None) -> frozenset[str] | None:
    """The codes of ``--codes`` (with commas) and ``--codes-file`` (one a line); None without both.

    In the file, what follows ``#`` is a remark. InputError where one is no billing code, or there
    is none.
    """
    if not named and file is None:
        return None
    words = named.replace(",", " ").split()
    if file is not None:
        try:
            lines = file.read_text("utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(
                f"the list of codes cannot be read: {error}.",
                where=str(file),
                cure="name a text file with one code a line.",
            ) from error
        words += [w for line in lines for w in line.partition("#")[0].replace(",", " ").split()]
    codes = frozenset(code_of(word) for word in words)
    if not codes:
        raise InputError("no code was named.", cure="leave the option out to read all codes.")
    return codes


def files_json(
    source: str, added: Iterable[Added], failed: Iterable[tuple[str, AtlasError]]
) -> dict[str, Any]:
    """What was added and what was refused, as the JSON of the command has it."""
    return {
        "source": source,
        "files": [file_json(one) for one in added],
        "failed": [failure_json(name, error) for name, error in failed],
    }


def file_json(added: Added) -> dict[str, Any]:
    """One price file on hand, and what adding it did."""
    file = added.file
    return {
        "id": file.id,
        "name": file.artifact.name,
        "what": added.what,
        "sha256": file.artifact.sha256,
        "size": file.artifact.size,
        "url": file.artifact.url or None,
        "kind": file.kind,
        "title": file.issue.title,
        "payer": file.payer or None,
        "entity": file.printed_name,
        "layout": file.printed.get("layout"),
        "schema_version": file.printed.get("version"),
        "last_updated_on": file.printed.get("last_updated_on"),
        "observed_from": file.issue.observed_from or None,
        "observed_basis": file.issue.basis,
        "codes_read": None if file.codes is None else list(file.codes),
        "account": account_json(file.account),
        **(_verdict(file) if file.kind == "hospital" else {}),
    }


def _verdict(file: PriceFile) -> dict[str, Any]:
    """The rules of CMS's template that a hospital's file breaks, with the first places of each."""
    from payeratlas.store.hospital_check import rules_of, violations  # late: it opens a database

    return {
        "rules": rules_of(file),
        "violations": [
            {"rule": v.rule, "count": v.count, "places": list(v.places)} for v in violations(file)
        ],
    }


def failure_json(name: str, error: AtlasError) -> dict[str, Any]:
    """A file that was refused: its place and its cure."""
    return {"name": name, "error": error.what, "where": error.where, "cure": error.cure}


def add_files(
    store: str | None,
    source: PriceSource | None,
    files: Sequence[Path],
    payer: str,
    codes: str,
    codes_file: Path | None,
    url: str,
    as_json: bool,
) -> int:
    """Add price files one by one and say what became of each; 3 where one was refused, else 0.

    Without ``source`` each file tells its own. A single file that is refused raises its error.
    StoreError stops all of them.
    """
    wish = Wish(payer.strip(), codes_of(codes, codes_file))
    if url and len(files) > 1:
        raise InputError("--url is of one file.", cure="add the files one by one.")
    held = PriceFiles.open(Path(store) if store else None)
    telling = Telling()
    done: list[Added] = []
    failed: list[tuple[str, AtlasError]] = []
    for path in files:
        try:
            of = source or source_of(path)
            place = Place(of.key_of(url)) if url else None
            done.append(add(path, held, of, wish, watch=telling.watch(), place=place))
        except FileError as error:
            if len(files) == 1:
                raise
            failed.append((path.name, error))
        finally:
            telling.close()
    summary = files_json(source.SOURCE.id if source else ANY, done, failed)
    if as_json:
        emit(json.dumps(summary, indent=2))
    else:
        from payeratlas.apps.show_rates import show_price_files

        show_price_files(summary)
    return 3 if failed else 0


def listing_of(root: Path, source: str) -> list[dict[str, Any]]:
    """The price files of a source in the store at ``root``, as ``sources list`` has them."""
    return [
        {
            "id": file.id,
            "name": file.artifact.name,
            "payer": file.payer or None,
            "entity": file.printed_name,
            "kind": file.kind,
            "last_updated_on": file.printed.get("last_updated_on"),
            "observed_from": file.issue.observed_from or None,
            "codes_read": None if file.codes is None else list(file.codes),
            "items": file.account.items.kept,
            "prices": file.account.prices.kept,
        }
        for file in PriceFiles.open(root).all()
        if file.source == source
    ]
