"""A month of price files: every file read on an executor, then one manifest that shows them all.

Workers write tables under names that nothing shows. The manifest is written last, by the driver,
from one receipt a file: attempts that died, were repeated or ran twice leave nothing in it. Its
bytes depend on the files, the codes and the software, not on the executor, the order or the place.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from payeratlas.build.executor import Executor, Receipt
from payeratlas.build.month_file import READ, table_folder
from payeratlas.build.month_plan import Plan, PlannedFile, software
from payeratlas.build.object_store import Entry, Files, open_files
from payeratlas.model.errors import StoreError
from payeratlas.model.provenance import RowAccount

FORMAT = 1
SAME_BYTES = "same_bytes"
REFUSED = "refused"
_SWEPT = ("tables", "receipts")


@dataclass(frozen=True, slots=True)
class Problem:
    """A file that is not in the manifest's tables: its name, its address and why."""

    name: str
    address: str
    reason: str


@dataclass(frozen=True, slots=True)
class Month:
    """What a run made.

    ``manifest`` and ``digest`` (its sha256) are empty where a file got no answer: then nothing
    became visible. ``files`` accounts for those that got one: kept, rejected as refused, merged as
    of the same bytes; ``failed`` are the others. ``resumed`` were read by an earlier run,
    ``repeated`` took more than one attempt. ``rows`` counts by table. ``packed``, ``unpacked`` and
    ``written`` are bytes of the files kept; ``seconds`` and ``cpu_seconds`` are sums over the
    receipts of this run.
    """

    release: str
    manifest: str
    digest: str
    files: RowAccount
    refused: tuple[Problem, ...]
    failed: tuple[Problem, ...]
    resumed: int
    repeated: int
    rows: Mapping[str, int]
    packed: int
    unpacked: int
    written: int
    seconds: float
    cpu_seconds: float

    @property
    def whole(self) -> bool:
        """Whether every file of the plan was read."""
        return not self.refused and not self.failed

    def as_dict(self) -> dict[str, Any]:
        """As JSON, see ``schema/v1/month.json``."""
        return {
            "release": self.release,
            "manifest": self.manifest or None,
            "digest": self.digest or None,
            "files": _account(self.files),
            "refused": [asdict(problem) for problem in self.refused],
            "failed": [asdict(problem) for problem in self.failed],
            "resumed": self.resumed,
            "repeated": self.repeated,
            "rows": dict(self.rows),
            "packed": self.packed,
            "unpacked": self.unpacked,
            "written": self.written,
            "seconds": round(self.seconds, 3),
            "cpu_seconds": round(self.cpu_seconds, 3),
        }


def manifest_path(release: str) -> str:
    """Where the manifest of a release stands below the target."""
    return f"releases/{release}.json"


def run(
    plan: Plan,
    out: str,
    executor: Executor,
    *,
    tell: Callable[[int, int], None] | None = None,
    note: Callable[[Receipt], None] | None = None,
    again: bool = False,
) -> Month:
    """Read the files of a plan on an executor and show them below ``out`` by one manifest.

    ``tell`` is told how many files of how many have their receipt, ``note`` each receipt. Files
    that an earlier run has read and that have not changed are not read, unless ``again``. Damaged
    files are left out by name and reason. Where a file got no answer, no manifest is written; a
    later run goes on from there.

    Raises InputError for an address that cannot be used; StoreError where the place of work is
    lost, where workers are of different software, where what a worker wrote is not there, and where
    the release stands already with another content.
    """
    target = open_files(out)
    items = plan.items(out, again=again)
    by_item: dict[str, Receipt] = {}
    for receipt in executor.map(READ, items, tell):
        by_item[receipt.item] = receipt
        if note:
            note(receipt)
    answers = [(file, by_item[item.id]) for file, item in zip(plan.files, items, strict=True)]
    done = [(file, receipt.result) for file, receipt in answers if receipt.outcome == "done"]
    refused = _problems(answers, "refused")
    failed = _problems(answers, "failed")
    entries = _entries(done)
    kept = list(entries.values())
    merged = len(done) - len(kept)
    files = RowAccount(
        read=len(answers) - len(failed),
        kept=len(kept),
        rejected=((REFUSED, len(refused)),) if refused else (),
        merged=((SAME_BYTES, merged),) if merged else (),
    )
    digest = ""
    if not failed:
        manifest = _manifest(plan, files, kept, refused, _codec(answers))
        with _reached(out):
            _refuse_missing(kept, plan.release, target, out)
            digest = _publish(manifest, plan.release, target, out)
    rows: Counter[str] = Counter()
    for entry in kept:
        rows.update({name: table["rows"] for name, table in entry["tables"].items()})
    receipts = by_item.values()
    return Month(
        release=plan.release,
        manifest=manifest_path(plan.release) if digest else "",
        digest=digest,
        files=files,
        refused=refused,
        failed=failed,
        resumed=sum(result["resumed"] for _, result in done),
        repeated=sum(r.attempts > 1 for r in receipts if r.outcome == "done"),
        rows=dict(sorted(rows.items())),
        packed=sum(entry["artifact"]["size"] for entry in kept),
        unpacked=sum(entry["unpacked"] for entry in kept),
        written=sum(table["bytes"] for entry in kept for table in entry["tables"].values()),
        seconds=sum(receipt.seconds for receipt in receipts),
        cpu_seconds=sum(receipt.cpu_seconds for receipt in receipts),
    )


def leftovers(out: str, before: datetime) -> list[Entry]:
    """What stands below ``out``, is named by no manifest and was last written before a moment.

    Files of attempts that died, tables of runs that were never shown, and the notes by which a run
    goes on after a stop. A run that is under way has such files too: the moment must lie before its
    beginning. Raises StoreError where a manifest cannot be read or the target not be reached.
    """
    target = open_files(out)
    with _reached(out):
        named = _named(target, out)
        return [
            entry
            for folder in _SWEPT
            for entry in target.list(folder)
            if entry.name not in named and entry.modified < before
        ]


def sweep(out: str, found: Iterable[Entry]) -> None:
    """Remove leftovers; StoreError where the target cannot be reached."""
    with _reached(out):
        open_files(out).remove([entry.name for entry in found])


def _named(target: Files, out: str) -> set[str]:
    """The paths that manifests name."""
    named: set[str] = set()
    for entry in target.list("releases"):
        try:
            manifest = json.loads(target.get(entry.name) or b"")
            tables = [table for file in manifest["files"] for table in file["tables"].values()]
            named.update(table["path"] for table in tables)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise StoreError(
                "this is no manifest of a month, so that what it names cannot be told.",
                where=f"{out}, {entry.name}",
                cure="restore it, or move it away if it is not of this software.",
            ) from error
    return named


@contextmanager
def _reached(out: str) -> Iterator[None]:
    """What the disk or the store refuses becomes a StoreError that names its cure."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"the target cannot be reached: {error}.",
            where=out,
            cure="check the address, the network and the credentials in the environment; what was "
            "read is not read again.",
        ) from error


def _problems(answers: Sequence[tuple[PlannedFile, Receipt]], outcome: str) -> tuple[Problem, ...]:
    found = (
        Problem(file.name, file.url or file.address, receipt.reason)
        for file, receipt in answers
        if receipt.outcome == outcome
    )
    return tuple(sorted(found, key=lambda p: (p.name, p.address, p.reason)))


def _entries(
    done: Sequence[tuple[PlannedFile, Mapping[str, Any]]],
) -> dict[str, dict[str, Any]]:
    """What the manifest says of each file, by sha256; files of the same bytes share an entry."""
    entries: dict[str, dict[str, Any]] = {}
    ordered = sorted(done, key=lambda d: (d[1]["artifact"]["sha256"], d[0].name, d[0].url))
    for file, result in ordered:
        sha256 = result["artifact"]["sha256"]
        if sha256 in entries:
            entries[sha256]["also"].append({"name": file.name, "url": file.url})
        else:
            about = ("artifact", "kind", "unpacked", "account", "tables")
            entries[sha256] = {**{name: result[name] for name in about}, "also": []}
    return entries


def _codec(answers: Sequence[tuple[PlannedFile, Receipt]]) -> dict[str, str]:
    """What wrote the bytes; StoreError where workers differ in it."""
    found: dict[str, str] = {}
    for file, receipt in answers:
        if receipt.outcome == "done":
            found.setdefault(json.dumps(receipt.result["codec"], sort_keys=True), file.name)
    if len(found) > 1:
        told = "; ".join(f"{name} by {codec}" for codec, name in sorted(found.items()))
        raise StoreError(
            f"the workers are of different software: {told}.",
            where="the workers",
            cure="install the same packages on all, then run it with --again.",
        )
    for codec in found:
        told_by: dict[str, str] = json.loads(codec)
        return told_by
    return {"payeratlas": software()}


def _refuse_missing(
    kept: Sequence[Mapping[str, Any]], release: str, target: Files, out: str
) -> None:
    """Refuse to show a file that is not there with the size that its worker wrote."""
    wanted = {t["path"]: t["bytes"] for entry in kept for t in entry["tables"].values()}
    tables = {name for entry in kept for name in entry["tables"]}
    there = {
        entry.name: entry.size
        for table in sorted(tables)
        for entry in target.list(table_folder(table, release))
    }
    for path, size in sorted(wanted.items()):
        if there.get(path) != size:
            raise StoreError(
                f"a worker wrote {size} bytes, and there are {there.get(path, 'none')}.",
                where=f"{out}, {path}",
                cure="let all workers write to one place that the driver sees, and run it again.",
            )


def _manifest(
    plan: Plan,
    files: RowAccount,
    kept: Sequence[Mapping[str, Any]],
    refused: Sequence[Problem],
    codec: Mapping[str, str],
) -> bytes:
    document = {
        "format": FORMAT,
        "release": plan.release,
        "codes": plan.codes,
        "codec": codec,
        "account": _account(files),
        "complete": not refused,
        # Addresses of copies are left out: the manifest does not depend on where they lie.
        "refused": [{"name": p.name, "reason": p.reason} for p in refused],
        "files": kept,
    }
    return (json.dumps(document, sort_keys=True, indent=1, ensure_ascii=False) + "\n").encode()


def _publish(manifest: bytes, release: str, target: Files, out: str) -> str:
    """Write the manifest, and say its sha256; the same again changes nothing."""
    path = manifest_path(release)
    standing = target.get(path)
    if standing is not None and standing != manifest:
        raise StoreError(
            "this release stands there already with another content, and is never changed.",
            where=f"{out}, {path}",
            cure="give the plan another release name; what has been read is then read again.",
        )
    if standing is None:
        target.put(path, manifest)
    return hashlib.sha256(manifest).hexdigest()


def _account(account: RowAccount) -> dict[str, Any]:
    return {
        "read": account.read,
        "kept": account.kept,
        "rejected": dict(account.rejected),
        "merged": dict(account.merged),
    }
