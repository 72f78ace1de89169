"""A posting whose files are missing, damaged, changed or elsewhere: told, and the others go on."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from payeratlas.build import posting_run
from payeratlas.store.price_files import PriceFiles
from postingkit import CDN, HOST, ONE, OTHER, TOC, TWO, Run, asked, on_hand, serve, valid
from pricekit import (
    FILE,
    REMOTE,
    added,
    amounts,
    found,
    in_network,
    index,
    item,
    packed,
    price,
    rate,
    written,
)
from sitekit import PUBLIC, Reply, Site, failing, page

# -- faults --------------------------------------------------------------------------------------


def test_a_line_that_breaks_is_taken_up_where_it_ended(run: Run, payer: Site, root: Path) -> None:
    big = in_network(*(item(f"{n:05}", rate(price(n))) for n in range(10_000, 13_000)))
    data = packed(big)
    assert len(data) > 12_000
    serve(payer, ONE, Reply(data, cut=8_000), Reply(data, cut=30), Reply(data))
    code, _, err = run(TOC, "--yes")
    assert code == 0
    ranges = [a.headers.get("range", "") for a in payer.asked if a.path.startswith("/rates_1")]
    assert [r for r in ranges if r] == ["bytes=8000-", "bytes=8030-"]
    assert "at byte 8000" in err
    fetched = on_hand(root)["rates_1.json.gz"]
    whole = PriceFiles(root.parent / "whole")
    told = added(written(root.parent / "rates_1.json.gz", big), whole).file
    assert fetched.tables == told.tables
    assert fetched.artifact.sha256 == told.artifact.sha256


def test_a_file_that_changes_midway_is_begun_anew(run: Run, payer: Site, root: Path) -> None:
    old = packed(in_network(*(item(f"{n:05}", rate(price(1))) for n in range(10_000, 12_000))))
    new = packed(in_network(*(item(f"{n:05}", rate(price(2))) for n in range(10_000, 12_000))))
    serve(payer, ONE, Reply(old, cut=5000), Reply(new))
    code, _, err = run(TOC, "--yes")
    assert code == 0
    assert "was changed meanwhile" in err
    held = PriceFiles(root)
    file = on_hand(root)["rates_1.json.gz"]
    assert amounts(held, file, "11000") == [Decimal(2)]


@pytest.mark.parametrize(
    ("reply", "says", "cure"),
    [
        (failing(404), "has nothing there (404)", "signed anew"),
        (failing(403), "the signature ended on 1970-01-01", "table of contents again"),
        (page("<html><head><title>Sorry</title></head></html>"), "a web page called 'Sorry'", ""),
        (Reply(packed(FILE)[:-20]), "cut short", "download it again"),
        (Reply(packed(FILE)[:60] + b"\xff" + packed(FILE)[61:]), "damaged", "download it again"),
        (Reply(json.dumps(FILE).encode()[:-20]), "ends too soon", "download it again"),
        (Reply(b'{"in_network": 5}'), "type that the schema has not", ""),
        (Reply(b""), "an empty file", ""),
        (Reply(packed(FILE), cut=0), "the connection failed", "check the connection"),
    ],
)
def test_what_fails_is_named_and_the_others_go_on(
    run: Run, payer: Site, root: Path, reply: Reply, says: str, cure: str
) -> None:
    serve(payer, ONE, reply)
    code, out, err = run(TOC, "--yes")
    assert code == 4
    assert "1 files fetched, 0 on hand before, 1 failed." in out
    line = next(line for line in out.splitlines() if line.startswith("rates_1.json.gz"))
    assert says in line
    assert cure in line
    assert "Signature" not in line
    assert "rates_1.json.gz is left out" in err
    assert set(on_hand(root)) == {"rates_2.json.gz", "2026-11-01_made-up_index.json.gz"}
    # The same command goes on where it stopped.
    serve(payer, ONE, packed(FILE))
    document = valid(run(TOC, "--yes", "--json")[1])
    assert [file["what"] for file in document["files"]] == ["added", "on hand"]
    assert asked(payer, TWO) == 1


def test_failures_stand_in_the_json(run: Run, payer: Site) -> None:
    serve(payer, TWO, failing(404))
    code, out, _ = run(TOC, "--yes", "--json")
    assert code == 4
    file = valid(out)["files"][1]
    assert (file["what"], file["trouble"]) == ("failed", "the site answers 404")
    assert file["failure"]["where"] == TWO


def test_a_site_that_refuses_head_is_asked_for_one_byte(run: Run, payer: Site) -> None:
    serve(payer, ONE, Reply(packed(FILE), head=403))
    plan = valid(run(TOC, "--dry-run", "--json", "--accept-host", CDN)[1])
    assert plan["files"][0]["size"] == len(packed(FILE))
    assert plan["files"][0]["trouble"] is None


def test_a_name_inside_the_users_network_is_not_connected_to(
    run: Run, payer: Site, root: Path
) -> None:
    payer.names[CDN] = ["10.0.0.8"]
    code, out, _ = run(TOC, "--yes")
    assert code == 4
    assert "2 failed" in out
    assert "not on the public internet" in out
    assert asked(payer, ONE) == 0


def test_a_redirect_to_another_site_is_not_followed(run: Run, payer: Site) -> None:
    far = "https://elsewhere.example.org/rates_1.json.gz"
    payer.names["elsewhere.example.org"] = [PUBLIC]
    serve(payer, ONE, Reply(status=302, headers=(("Location", far),)))
    code, out, _ = run(TOC, "--yes")
    assert code == 4
    assert "is not on a host of this source" in out
    assert "elsewhere.example.org" not in payer.looked_up


# -- remote provider references ------------------------------------------------------------------


def test_remote_references_are_fetched_and_counted(run: Run, payer: Site, root: Path) -> None:
    code, out, _ = run(TOC, "--yes")
    assert code == 0
    assert "Provider references: 1 fetched, 0 missing." in out
    held = PriceFiles(root)
    one = on_hand(root)["rates_1.json.gz"]
    who = found(held, one, "99213").prices[0].providers
    assert (who.entries, who.remote, who.not_fetched, who.complete) == (1, 1, 0, True)
    assert (who.tins, who.npis) == (1, 1)
    before = len(payer.asked)
    run(TOC, "--yes")
    assert "ref-7" not in "".join(a.path for a in payer.asked[before:])


def test_references_on_a_site_that_was_not_accepted_are_counted(
    run: Run, payer: Site, root: Path, tmp_path: Path
) -> None:
    path = written(tmp_path / "index.json", index(ONE, TWO))
    code, out, _ = run(str(path), "--yes")
    assert code == 0
    assert "Provider references: 0 fetched, 1 missing." in out
    assert f"1 on {HOST}, which was not accepted: --accept-host {HOST}" in out
    who = found(PriceFiles(root), on_hand(root)["rates_1.json.gz"], "99213").prices[0].providers
    assert (who.not_fetched, who.complete, who.known_tins) == (1, False, None)
    # With the site accepted, the next run fetches the references alone.
    assert "1 fetched, 0 missing" in run(str(path), "--yes", "--accept-host", HOST)[1]
    assert asked(payer, ONE) == 1


def test_a_reference_that_fails_is_told(run: Run, payer: Site) -> None:
    serve(payer, REMOTE, failing(404))
    code, out, _ = run(TOC, "--yes")
    assert code == 4
    assert "Provider reference ref-7.json" in out
    assert "has nothing there (404)" in out
    assert "Provider references: 0 fetched, 1 missing." in out


# -- a posting that is stopped, or whose site falls silent ---------------------------------------


def test_a_stopped_posting_goes_on_where_it_stopped(
    run: Run, payer: Site, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = posting_run.stream_in

    def stopping(target: Any, *rest: Any, **named: Any) -> Any:
        if target.key == TWO:
            raise KeyboardInterrupt
        return real(target, *rest, **named)

    with monkeypatch.context() as patch:
        patch.setattr(posting_run, "stream_in", stopping)
        code, out, err = run(TOC, "--yes")
    assert code == 130
    assert "the same command goes on from here" in err
    assert "1 files fetched" in out
    assert "rates_1.json.gz" in on_hand(root)
    document = valid(run(TOC, "--yes", "--json")[1])
    assert [file["what"] for file in document["files"]] == ["on hand", "added"]
    assert asked(payer, ONE) == 1


def test_a_silent_site_is_left_alone_after_a_while(run: Run, payer: Site, tmp_path: Path) -> None:
    urls = [f"https://{CDN}/silent_{n}.json" for n in range(6)]
    for url in urls:
        serve(payer, url, Reply(b"{}", cut=0))
    path = written(tmp_path / "index.json", index(*urls, f"https://{HOST}/there.json"))
    serve(payer, f"https://{HOST}/there.json", packed(OTHER))
    code, out, _ = run(str(path), "--yes")
    assert code == 4
    assert out.count("it was not tried, since the site did not answer") == 3
    assert [bool(asked(payer, url)) for url in urls] == [True] * 3 + [False] * 3
    assert "1 files fetched, 0 on hand before, 6 failed." in out
