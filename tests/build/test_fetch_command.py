"""``payeratlas sources fetch`` from end to end, against a site on loopback."""

from __future__ import annotations

import io
import json
from datetime import date
from importlib.resources import files as resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from rich.console import Console

from filekit import zipped
from payeratlas.apps import fetching
from payeratlas.build.download import Moment
from payeratlas.build.terms import ACCEPTED
from payeratlas.store import Store
from postingkit import Run
from sitekit import HOST, Reply, Site, failing, licence_page, page

INDEX = "/medicare/payment/fee-schedules/physician/pfs-relative-value-files"
FILE = "/files/zip/rvu25d.zip"
GATE = f"/license/ama?file={FILE}"
SAMPLE = Path(__file__).parents[1] / "sources/cms_pfs_rvu/samples/PPRRVU2025_Oct.csv"
NAME = "cms_pfs_rvu"


@pytest.fixture
def run(fetch: Run) -> Run:
    """Run ``sources fetch`` of any source."""
    return fetch


@pytest.fixture
def offered(site: Site, archive: bytes) -> Site:
    """One release on the publisher's page, served directly."""
    site.serve(
        INDEX, page(f'<a href="{FILE}">RVU25D</a><a href="/files/zip/rvu25c.zip">RVU25C</a>')
    )
    site.serve(FILE, Reply(archive))
    return site


@pytest.fixture
def gated(site: Site, archive: bytes) -> Site:
    """One release behind the page that asks for consent."""
    site.serve(INDEX, page(f'<a href="{GATE}">RVU25D</a>'))
    site.serve("/license/ama", page(licence_page(FILE)))
    site.serve(FILE, Reply(archive))
    return site


def valid(name: str, text: str) -> Any:
    """The JSON of a command, which must be as its schema says."""
    schema = resources("payeratlas.publish") / "schema" / "v1" / f"{name}.json"
    document = json.loads(text)
    jsonschema.validate(document, json.loads(schema.read_text("utf-8")))
    return document


def on_hand(root: Path) -> list[str]:
    return [p.release.id for p in Store(root, None).releases(NAME)]


# -- the way through -----------------------------------------------------------------------------


def test_offers_are_listed(run: Run, offered: Site, root: Path) -> None:
    assert run(NAME, "--list")[:2] == (0, "RVU25D: rvu25d.zip\nRVU25C: rvu25c.zip\n")
    code, out, _ = run(NAME, "--list", "--json")
    assert code == 0
    first = valid("offers", out)[0]
    assert first == {
        "title": "RVU25D",
        "file": "rvu25d.zip",
        "release": "25-d",
        "part": "",
        "url": f"https://{HOST}{FILE}",
        "terms": None,
        "on_hand": False,
    }
    assert not root.exists()
    run(NAME, "--yes")
    assert run(NAME, "--list")[1].startswith("RVU25D: rvu25d.zip (on hand)\n")


def test_terms_are_listed(run: Run, gated: Site) -> None:
    assert run(NAME, "--list")[1] == "RVU25D: rvu25d.zip (terms: ama)\n"


def test_a_release_is_published_with_yes(run: Run, offered: Site, root: Path) -> None:
    code, out, err = run(NAME, "--yes")
    assert code == 0
    assert on_hand(root) == ["rvu25d-excerpt"]
    lines = out.splitlines()
    assert lines[0].startswith("cms_pfs_rvu rvu25d-excerpt, for services")
    assert lines[2] == "Compared with rvu25d on hand:"
    assert lines[3].startswith("  pfs_rvu (all): 0 added, 0 removed, 0 changed, ")
    assert "the other is an excerpt" in lines[4]
    assert "rvu25d-excerpt is on hand" in out
    assert "rvu25d.zip: 0 bytes of 402." in err
    assert " kB (100 %)" in err
    assert not (root / "downloads").exists()


def test_a_dry_run_changes_nothing_and_keeps_the_download(
    run: Run, offered: Site, root: Path
) -> None:
    code, out, _ = run(NAME, "--dry-run")
    assert code == 0
    assert "Compared with rvu25d on hand" in out
    assert on_hand(root) == []
    assert len(list(root.rglob("rvu25d.zip"))) == 1
    before = len(offered.asked)
    assert run(NAME, "--yes")[0] == 0
    assert offered.asked[before:][-1].headers["if-none-match"]
    assert on_hand(root) == ["rvu25d-excerpt"]


def test_the_same_files_again_change_nothing(run: Run, offered: Site, root: Path) -> None:
    run(NAME, "--yes")
    manifest = root / "releases" / NAME / "rvu25d-excerpt.json"
    before = manifest.read_bytes()
    code, out, _ = run(NAME, "--yes")
    assert code == 0
    assert "on hand and published already; nothing changes" in out
    assert manifest.read_bytes() == before
    document = valid("fetched", run(NAME, "--yes", "--json")[1])
    assert (document["on_hand"], document["published"]) == (True, False)


def test_json_alone_stands_on_standard_output(run: Run, offered: Site, root: Path) -> None:
    code, out, _ = run(NAME, "--yes", "--json")
    assert code == 0
    document = valid("fetched", out)
    assert (document["release"], document["against"]) == ("rvu25d-excerpt", "rvu25d")
    assert document["published"]
    assert document["files"][0]["url"] == f"https://{HOST}{FILE}"
    assert on_hand(root) == ["rvu25d-excerpt"]
    document = valid("fetched", run(NAME, "--dry-run", "--json")[1])
    assert not document["published"]


def test_a_replaced_file_shows_what_it_changes(run: Run, offered: Site, root: Path) -> None:
    run(NAME, "--yes", "--out", str(root.parent / "mine"))
    old = b",1.98,5.26,,1.43,,0.21,"
    rows = SAMPLE.read_bytes().replace(old, b",1.93,5.26,,1.43,,0.21,").splitlines(keepends=True)
    gone = next(i for i, row in enumerate(rows) if row.startswith(b"99213,"))
    rows[gone] = rows[gone].replace(b"99213,", b"99219,", 1)
    offered.serve(FILE, Reply(zipped({SAMPLE.name: b"".join(rows)})))
    code, out, _ = run(NAME, "--dry-run", "--out", str(root.parent / "mine"))
    assert code == 0
    assert "its publisher replaced it; before, its sha256 was" in out
    assert "Compared with rvu25d-excerpt as it is on hand now:" in out
    assert "pfs_rvu (all): 0 added, 0 removed, 1 changed" in out
    assert "work_rvu: 1 row, first 64640: 1.98 → 1.93" in out
    document = valid(
        "fetched", run(NAME, "--dry-run", "--json", "--out", str(root.parent / "mine"))[1]
    )
    (changes,) = document["changes"]
    assert changes["columns"] == [
        {
            "column": "work_rvu",
            "rows": 1,
            "first": {"key": "64640", "before": "1.98", "after": "1.93"},
        }
    ]
    assert changes["untold"] == 2


def test_a_download_that_was_cut_off_is_continued_by_the_next_command(
    run: Run, offered: Site, archive: bytes, root: Path
) -> None:
    offered.serve(FILE, Reply(archive, cut=100_000), Reply(archive, cut=0))
    code, _, err = run(NAME, "--yes")
    assert code == 3
    assert "rvu25d.zip, attempt 5 of 5: the connection failed" in err
    assert "what was downloaded is kept and continued" in err
    offered.serve(FILE, Reply(archive))
    assert run(NAME, "--yes")[0] == 0
    assert offered.asked[-1].headers["range"] == "bytes=100000-"
    assert on_hand(root) == ["rvu25d-excerpt"]


# -- asking --------------------------------------------------------------------------------------


def test_somebody_is_asked_before_publishing(run: Run, offered: Site, root: Path) -> None:
    code, out, err = run(NAME, answers="n\n")
    assert code == 130
    assert "Publish rvu25d-excerpt? [y/N]" in err
    assert "Stopped; nothing was changed." in err
    assert "Compared with" in out
    assert on_hand(root) == []
    assert run(NAME, answers="y\n")[0] == 0
    assert on_hand(root) == ["rvu25d-excerpt"]


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_where_nobody_is_there_it_must_be_said_beforehand(
    run: Run, offered: Site, arguments: tuple[str, ...]
) -> None:
    code, out, err = run(NAME, *arguments)
    assert (code, out) == (2, "")
    assert "add --yes to publish what is fetched, or --dry-run" in err
    assert offered.asked == []


def test_terms_are_shown_and_accepted_once(run: Run, gated: Site, root: Path) -> None:
    code, _, err = run(NAME, answers="y\ny\n")
    assert code == 0
    assert "Centers for Medicare & Medicaid Services (CMS), for the American Medical" in err
    assert f"The terms: the AMA's licence for using CPT, https://{HOST}/license/ama" in err
    assert "do you accept them? [y/N]" in err
    accepted = json.loads((root / ACCEPTED).read_text("utf-8"))["ama"]
    assert accepted["how"] == "asked at the terminal"
    assert date.fromisoformat(accepted["day"])
    code, _, err = run(NAME, "--yes")
    assert code == 0
    assert f"You accepted the AMA's licence for using CPT on {accepted['day']}" in err
    assert "do you accept" not in err


def test_terms_that_are_not_accepted_end_it(run: Run, gated: Site, root: Path) -> None:
    for answers, given in (("n\n", ()), (None, ("--yes",)), (None, ("--yes", "--json"))):
        code, out, err = run(NAME, *given, answers=answers)
        assert (code, out) == (2, "")
        assert "was not accepted; nothing was downloaded" in err
        assert "add --accept-licence ama" in err
    assert set(gated.paths()) == {INDEX}, "the page that asks was not even opened"
    assert not (root / ACCEPTED).exists()
    assert on_hand(root) == []


def test_terms_can_be_accepted_with_the_command(run: Run, gated: Site, root: Path) -> None:
    code, _, err = run(NAME, "--yes", "--accept-licence", "ama")
    assert code == 0
    assert "You accept them with --accept-licence ama." in err
    assert json.loads((root / ACCEPTED).read_text("utf-8"))["ama"]["how"] == "--accept-licence"
    assert on_hand(root) == ["rvu25d-excerpt"]


def test_yes_to_publishing_is_no_acceptance_of_terms(run: Run, gated: Site, root: Path) -> None:
    assert run(NAME, "--yes")[0] == 2
    assert not (root / ACCEPTED).exists()


def test_terms_nobody_asked_for_are_not_recorded(run: Run, offered: Site, root: Path) -> None:
    assert run(NAME, "--yes", "--accept-licence", "ama")[0] == 0
    assert not (root / ACCEPTED).exists()
    code, _, err = run(NAME, "--yes", "--accept-licence", "amma")
    assert code == 2
    assert "there are no terms called 'amma'" in err


# -- what goes wrong -----------------------------------------------------------------------------


def test_what_goes_wrong_is_told_with_its_cure(run: Run, offered: Site, root: Path) -> None:
    cases: list[tuple[tuple[str, ...], Reply | None, int, str]] = [
        ((NAME, "--release", "rvu99z"), None, 2, "no release offered is called 'rvu99z'"),
        (("cms_pfs_rvx",), None, 2, "there is no source 'cms_pfs_rvx'"),
        ((NAME, "--release", "rvu25c"), None, 3, "the site has nothing there (404)"),
        ((NAME, "--sha256", "0" * 64), None, 3, "was wanted"),
        ((NAME,), page("<title>Busy</title><html>"), 3, "a web page called 'Busy'"),
        ((NAME,), Reply(zipped({"other.csv": b"a,b\n"})), 3, "holds no file of this source"),
        ((NAME,), failing(403), 3, "the site refuses (403)"),
    ]
    for arguments, reply, wanted, words in cases:
        if reply:
            offered.serve(FILE, reply)
        code, out, err = run(*arguments, "--yes")
        assert (code, out) == (wanted, ""), arguments
        assert words in err
        assert "Try: " in err
    assert on_hand(root) == []


def test_a_page_without_releases_says_so(run: Run, site: Site) -> None:
    site.serve(INDEX, page("<p>We moved.</p>"))
    code, _, err = run(NAME, "--list")
    assert code == 3
    assert "no release was found on the publisher's page" in err


def test_a_page_that_stumbles_is_told_and_asked_again(run: Run, offered: Site) -> None:
    offered.replies[INDEX].insert(0, failing(503))
    code, out, err = run(NAME, "--list")
    assert (code, out.splitlines()[0]) == (0, "RVU25D: rvu25d.zip")
    assert "attempt 1 of 5: the site answers 503, for now." in err


def test_a_site_inside_the_network_is_not_reached(run: Run, site: Site) -> None:
    site.names[HOST] = ["192.168.1.10"]
    code, _, err = run(NAME, "--list")
    assert code == 3
    assert "192.168.1.10 (a private network)" in err
    assert site.dialled == []


# -- progress ------------------------------------------------------------------------------------


def moments(total: int | None) -> list[Moment]:
    whole = total or 40 << 20
    steps = [whole * share // 100 for share in range(0, 101, 5)]
    return [
        Moment("x.zip", got, total, 1e6 if got else None, (whole - got) / 1e6 if total else None)
        for got in steps
    ]


@pytest.mark.parametrize(
    ("total", "lines"),
    [
        (
            8_000_000,
            [
                "x.zip: 0 bytes of 8.0 MB (0 %), 8 s left",
                "x.zip: 2.0 MB of 8.0 MB (25 %), 1.0 MB/s, 6 s left",
                "x.zip: 4.0 MB of 8.0 MB (50 %), 1.0 MB/s, 4 s left",
                "x.zip: 6.0 MB of 8.0 MB (75 %), 1.0 MB/s, 2 s left",
                "x.zip: 8.0 MB of 8.0 MB (100 %), 1.0 MB/s",
            ],
        ),
        (
            None,
            [
                "x.zip: 0 bytes",
                *(f"x.zip: {mb} MB, 1.0 MB/s" for mb in (8.4, 16.8, 25.2, 33.6, 41.9)),
            ],
        ),
    ],
)
def test_progress_without_a_terminal_is_a_few_lines(total: int | None, lines: list[str]) -> None:
    out = io.StringIO()
    telling = fetching.Telling(Console(file=out, width=200, highlight=False))
    for moment in moments(total):
        telling.watch().moment(moment)
    telling.close()
    assert out.getvalue().splitlines() == lines


def test_progress_on_a_terminal_is_a_bar() -> None:
    out = io.StringIO()
    telling = fetching.Telling(Console(file=out, width=100, force_terminal=True))
    for moment in moments(8_000_000):
        telling.watch().moment(moment)
    telling.say("a word in between")
    telling.close()
    text = out.getvalue()
    assert "x.zip" in text
    assert "8.0/8.0 MB" in text
    assert "a word in between" in text
    telling.close()  # closing twice is nothing
