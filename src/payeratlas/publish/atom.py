"""A report on a list of codes as an Atom feed (RFC 4287): an entry for each list that moved a code.

Nothing in it is of the day it was made: ids follow from code, list and releases (RFC 4151 ``tag:``
addresses under a name that nobody can own), and ``updated`` is the day the newer release was
issued. So a feed reader shows each change once, and the same report is the same bytes.
"""

from __future__ import annotations

import hashlib
from datetime import date
from xml.etree import ElementTree

from payeratlas.model.provenance import Release
from payeratlas.pages.watch import Finding, Report
from payeratlas.publish.change_words import STATE_WORDS, finding_lines
from payeratlas.publish.wording import clean

NAMESPACE = "http://www.w3.org/2005/Atom"
_TAG = "tag:payeratlas.invalid,2026"


def render(report: Report, *, page: str = "") -> str:
    """The feed as an XML document; ``page`` is the address of the report's page beside it."""
    entries = [(finding, _updated(finding)) for finding in report.findings if finding.moved]
    sides = (side for finding in report.findings for side in (finding.before, finding.after))
    issued = [side.issued for side in sides if isinstance(side, Release)]
    newest = max([day for _, day in entries] or issued or [report.as_of.service_date])
    feed = ElementTree.Element("feed", {"xmlns": NAMESPACE, "xml:lang": "en-US"})
    _add(feed, "id", f"{_TAG}:watch:{_digest(report)}")
    title = f"What changed from {report.since} to {report.as_of.service_date}"
    _add(feed, "title", title)
    _add(feed, "updated", _stamp(newest))
    _add(ElementTree.SubElement(feed, "author"), "name", "Payer Atlas")
    _add(feed, "generator", "Payer Atlas", version=report.version)
    if page:
        _add(feed, "link", "", rel="alternate", type="text/html", href=page)
    for finding, day in sorted(entries, key=lambda entry: entry[1], reverse=True):
        _entry(feed, finding, day, report, page)
    ElementTree.indent(feed, " ")
    text = ElementTree.tostring(feed, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'


def _entry(
    feed: ElementTree.Element, finding: Finding, day: date, report: Report, page: str
) -> None:
    followed = finding.followed
    entry = ElementTree.SubElement(feed, "entry")
    _add(entry, "id", _entry_id(finding, report))
    _add(entry, "title", f"{finding.code}: {followed.title} {STATE_WORDS[finding.state]}")
    _add(entry, "updated", _stamp(day))
    _add(entry, "category", "", term=followed.id, label=followed.title)
    if page:
        _add(entry, "link", "", rel="alternate", type="text/html", href=f"{page}#{followed.group}")
    _add(entry, "content", "\n".join(finding_lines(finding)), type="text")


def _entry_id(finding: Finding, report: Report) -> str:
    """Of code, list and the two releases; of the two days where one release is on both."""
    sides = [side.id for side in (finding.before, finding.after) if isinstance(side, Release)]
    if len(set(sides)) == 1:
        sides += [f"{report.since}", f"{report.as_of.service_date}"]
    return ":".join((_TAG, "change", finding.code, finding.followed.id, *sides))


def _updated(finding: Finding) -> date:
    """The day the newer release was issued."""
    assert isinstance(finding.after, Release)  # a finding that moved has both
    return finding.after.issued


def _digest(report: Report) -> str:
    """Which list of codes this is, without naming them: the same list has the same feed."""
    return hashlib.sha256(" ".join(sorted(report.codes)).encode()).hexdigest()[:16]


def _stamp(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _add(parent: ElementTree.Element, name: str, text: str, **attributes: str) -> None:
    element = ElementTree.SubElement(parent, name, attributes)
    if text:
        element.text = "\n".join(clean(line) for line in text.split("\n"))
