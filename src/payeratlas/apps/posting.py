"""``payeratlas sources fetch tic``: plan a posting, ask, fetch its files, tell what became of each.

Everything but the result goes to standard error, so that ``--json`` stays clean.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import rich_click as click

from payeratlas.apps import fetching
from payeratlas.apps.options import emit
from payeratlas.apps.price_files import codes_of, failure_json
from payeratlas.build.posting import Posting, posting_of, read_index, sized, total
from payeratlas.build.posting_run import (
    Estimate,
    Fetching,
    Measured,
    Outcome,
    References,
    duration,
    estimate,
)
from payeratlas.build.price_files import Wish
from payeratlas.build.registry import PriceSource
from payeratlas.build.web import Web
from payeratlas.model.errors import InputError
from payeratlas.store.price_files import PriceFiles
from payeratlas.store.price_manifest import PriceFile

SOME_FAILED = 4
STOPPED = 130
_SHOWN = 20  # files of a plan, failures or hosts that a person is shown


@dataclass(frozen=True, slots=True)
class Asked:
    """What the user asks for, as the command's options have it."""

    index: str
    payer: str
    codes: str
    codes_file: Path | None
    plan: str
    only: str
    allowed_amounts: bool
    hosts: tuple[str, ...]
    listing: bool
    dry_run: bool
    yes: bool
    as_json: bool


def fetch_posting(store: str | None, source: PriceSource, asked: Asked) -> int:
    """Do it; 0 where every wanted file is on hand, 4 where some are not, 130 where it was stopped.

    Raises InputError where nobody is there to be asked, and what reading the index raises.
    """
    may_ask = fetching.attended() and not asked.as_json
    if not (asked.listing or asked.dry_run or asked.yes or may_ask):
        raise InputError(
            "nobody is here to be asked whether to fetch.",
            cure="add --yes to fetch, --dry-run to see the plan, or --list to see the files.",
        )
    wish = Wish(asked.payer.strip(), codes_of(asked.codes, asked.codes_file))
    held = PriceFiles.open(Path(store) if store else None)
    telling = fetching.Telling()
    measured = Measured(telling.watch())
    day = datetime.now(tz=UTC).date().isoformat()
    accepted = {host.lower() for host in asked.hosts}
    try:
        if asked.index.lower().startswith(("https://", "http://")):
            accepted.add((urlsplit(asked.index).hostname or "").lower())
            with Web(accepted, say=telling.say) as web:
                index = read_index(asked.index, held, source, web, watch=measured.watch(), day=day)
        else:
            index = read_index(asked.index, held, source, None, watch=telling.watch(), day=day)
            measured.rate = None  # a disk tells nothing of a line
    finally:
        telling.close()
    posting = _posting(index, held, source, wish, asked)
    if asked.listing:
        _print(asked, posting, estimate(posting.wanted, measured.rate), sorted(accepted))
        return 0
    accepted |= _hosts(posting, accepted, asked, may_ask=may_ask)
    with Web(accepted, say=telling.say) as web:
        posting = sized(posting, web, telling.watch())
        expected = estimate(posting.wanted, measured.rate)
        if asked.dry_run:
            _print(asked, posting, expected, sorted(accepted))
            return 0
        _err_plan(posting, expected)
        if posting.wanted and not asked.yes:
            click.confirm(f"Fetch {len(posting.wanted)} files?", abort=True, err=True)
        go = Fetching(web, held, source, wish, telling.watch(), day, done=telling.say)
        outcomes: list[Outcome] = []
        stopped = False
        try:
            for outcome in go.run(posting):
                outcomes.append(outcome)
        except KeyboardInterrupt:
            stopped = True
        finally:
            telling.close()
    if asked.as_json:
        document = posting_json(posting, expected, sorted(accepted), outcomes, go.references)
        emit(json.dumps(document, indent=2))
    else:
        _show_outcomes(outcomes, go.references)
    if stopped:
        _err("Stopped. What is listed stays on hand; the same command goes on from here.")
        return STOPPED
    failed = any(outcome.error for outcome in outcomes) or go.references.failed
    return SOME_FAILED if failed else 0


def _posting(
    index: PriceFile, held: PriceFiles, source: PriceSource, wish: Wish, asked: Asked
) -> Posting:
    kinds = ("in_network", "allowed_amounts") if asked.allowed_amounts else ("in_network",)
    return posting_of(
        index, held.all(), source, wish, kinds=kinds, name=asked.only, plan=asked.plan
    )


def _hosts(posting: Posting, accepted: set[str], asked: Asked, *, may_ask: bool) -> set[str]:
    """The hosts of the posting that the user accepts to ask, besides those accepted already."""
    new = [host for host in posting.hosts if host and host not in accepted]
    if not new or asked.yes:
        return set(new)
    counts = {host: sum(t.host == host for t in posting.targets) for host in new}
    named = [f"{host} ({counts[host]:,} files)" for host in new[:_SHOWN]]
    more = f" and {len(new) - _SHOWN} more" if len(new) > _SHOWN else ""
    _err(f"The table of contents names files on {', '.join(named)}{more}.")
    if may_ask:
        click.confirm("Ask these sites for the files?", abort=True, err=True)
        return set(new)
    _err("They are not asked for sizes; --accept-host HOST or --yes accepts them.")
    return set()


# -- told to a person ----------------------------------------------------------------------------


def _err(words: str) -> None:
    click.echo(words, err=True)


def _plan_lines(posting: Posting, expected: Estimate) -> Iterable[str]:
    wanted = posting.wanted
    size = total(wanted)
    yield (
        f"{posting.index.artifact.name}: {posting.plans:,} plans, {posting.mentions:,} mentions of "
        f"{len(posting.targets):,} distinct files; {len(posting.targets) - len(wanted):,} on hand."
    )
    if posting.unusable:
        yield f"{posting.unusable:,} mentions hold no address and are left out."
    if not wanted:
        yield "Nothing has to be fetched."
        return
    if size.estimated is None:
        yield f"To fetch: {len(wanted):,} files of unknown size."
        return
    about = f"about {size.estimated / 1e6:,.1f} MB"
    known = f" ({size.unknown_files:,} of them estimated)" if size.unknown_files else ""
    time = duration(expected.seconds or 0)
    rate = f"{expected.rate / 1e6:,.1f} MB/s ({expected.basis})"
    yield f"To fetch: {len(wanted):,} files, {about}{known}; about {time} at {rate}."


def _err_plan(posting: Posting, expected: Estimate) -> None:
    for line in _plan_lines(posting, expected):
        _err(line)
    for target in [t for t in posting.wanted if t.trouble][:_SHOWN]:
        _err(f"  {target.name}: {target.trouble}")


def _print(asked: Asked, posting: Posting, expected: Estimate, hosts: Sequence[str]) -> None:
    if asked.as_json:
        emit(json.dumps(posting_json(posting, expected, hosts), indent=2))
        return
    for line in _plan_lines(posting, expected):
        click.echo(line)
    for target in posting.targets:
        size = "size unknown" if target.size is None else f"{target.size / 1e6:,.1f} MB"
        notes = [size, f"{target.plans:,} plans"]
        notes += [target.trouble] if target.trouble else []
        notes += [] if target.wanted else ["on hand"]
        click.echo(f"  {target.name} ({', '.join(notes)})")


def _show_outcomes(outcomes: Sequence[Outcome], references: References) -> None:
    for outcome in outcomes:
        name = outcome.target.name
        if outcome.error:
            click.secho(f"{name}: not fetched. {outcome.error}", fg="red")
        elif outcome.added:
            account = outcome.added.file.account
            click.echo(
                f"{name}: {outcome.added.what}, {account.items.kept:,} of "
                f"{account.items.read:,} items, {account.prices.kept:,} prices"
            )
    failed = sum(outcome.error is not None for outcome in outcomes)
    added = sum(outcome.added is not None for outcome in outcomes)
    there = len(outcomes) - failed - added
    click.echo(f"{added:,} files fetched, {there:,} on hand before, {failed:,} failed.")
    for outcome in references.failed[:_SHOWN]:
        click.secho(f"Provider reference {outcome.target.name}: {outcome.error}", fg="red")
    if references.fetched or references.missing:
        click.echo(
            f"Provider references: {references.fetched:,} fetched, {references.missing:,} missing."
        )
    for host, count in sorted(references.elsewhere.items())[:_SHOWN]:
        click.echo(f"  {count:,} on {host}, which was not accepted: --accept-host {host}")


# -- JSON ----------------------------------------------------------------------------------------


def posting_json(
    posting: Posting,
    expected: Estimate,
    hosts: Sequence[str],
    outcomes: Sequence[Outcome] | None = None,
    references: References | None = None,
) -> dict[str, Any]:
    """A posting, its plan, and, where it was fetched, what became of each file."""
    told = {outcome.target.key: outcome for outcome in outcomes or ()}
    size = total(posting.wanted)
    return {
        "index": {
            "id": posting.index.id,
            "name": posting.index.artifact.name,
            "sha256": posting.index.artifact.sha256,
            "url": posting.index.artifact.url or None,
            "plans": posting.plans,
            "mentions": posting.mentions,
            "unusable": posting.unusable,
        },
        "hosts": list(hosts),
        "plan": {
            "files": len(posting.targets),
            "wanted": len(posting.wanted),
            "bytes_known": size.known,
            "size_unknown": size.unknown_files,
            "bytes_estimated": size.estimated,
            "seconds_estimated": None if expected.seconds is None else round(expected.seconds),
            "bytes_per_second": round(expected.rate),
            "rate_basis": expected.basis,
        },
        "files": [
            {
                "name": target.name,
                "url": target.key,
                "mentions": target.mentions,
                "plans": target.plans,
                "size": target.size,
                "trouble": target.trouble or None,
                "wanted": target.wanted,
                **_outcome_json(told.get(target.key)),
            }
            for target in posting.targets
        ],
        "references": None
        if references is None
        else {
            "fetched": references.fetched,
            "missing": references.missing,
            "hosts_not_accepted": dict(sorted(references.elsewhere.items())),
            "failed": [failure_json(o.target.name, o.error) for o in references.failed if o.error],
        },
    }


def _outcome_json(outcome: Outcome | None) -> dict[str, Any]:
    if outcome is None:
        return {"what": None, "id": None, "items": None, "prices": None, "failure": None}
    file = outcome.file
    what = outcome.added.what if outcome.added else "failed" if outcome.error else "on hand"
    return {
        "what": what,
        "id": file.id if file else None,
        "items": file.account.items.kept if file else None,
        "prices": file.account.prices.kept if file else None,
        "failure": failure_json(outcome.target.name, outcome.error) if outcome.error else None,
    }
