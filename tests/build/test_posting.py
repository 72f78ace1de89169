"""``payeratlas sources fetch tic`` from end to end, against a payer's site on loopback."""

from __future__ import annotations

import io
import json
import random
import sys
from collections.abc import Callable
from decimal import Decimal
from importlib.resources import files as resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from filekit import zipped
from payeratlas.apps import fetching
from payeratlas.apps.cli import main
from payeratlas.build import posting, posting_run
from payeratlas.build import web as web_module
from payeratlas.build.download import Watch
from payeratlas.build.price_files import Wish
from payeratlas.store.price_files import PriceFiles, damage
from payeratlas.store.price_manifest import PriceFile
from pricekit import (
    ALLOWED,
    FILE,
    REFERENCES,
    REMOTE,
    SOURCE,
    Clock,
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

HOST, CDN = "mrf.example.com", "cdn.example.com"
TOC = f"https://{HOST}/2026-11-01_made-up_index.json.gz"
ONE = f"https://{CDN}/rates_1.json.gz"
TWO = f"https://{CDN}/rates_2.json.gz"
OTHER = in_network(item("64640", rate(price(99.5))), reporting_entity_name="Made-up Other")

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def run(
    site: Site, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run ``sources fetch tic``; its exit code, standard output and standard error.

    ``answers`` are what somebody at the terminal types; without them nobody is there.
    """
    monkeypatch.setattr(web_module, "Guarded", site.backend)

    def call(*arguments: str, answers: str | None = None) -> tuple[int, str, str]:
        monkeypatch.setattr(fetching, "attended", lambda: answers is not None)
        monkeypatch.setattr(sys, "stdin", io.StringIO(answers or ""))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(["--store", str(root), "sources", "fetch", "tic", *arguments])
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return call


@pytest.fixture
def payer(site: Site) -> Site:
    """Two files, of which one is mentioned twice with two signatures."""
    site.names |= {HOST: [PUBLIC], CDN: [PUBLIC]}
    toc = index(f"{ONE}?Expires=1&Signature=a", f"{ONE}?Expires=2&Signature=b", TWO)
    serve(site, TOC, packed(toc))
    serve(site, ONE, packed(FILE))
    serve(site, TWO, packed(OTHER))
    serve(site, REMOTE, json.dumps(REFERENCES).encode())
    return site


def serve(site: Site, url: str, *bodies: bytes | Reply) -> None:
    """Answer the path of an address so."""
    replies = [b if isinstance(b, Reply) else Reply(b, kind="application/gzip") for b in bodies]
    site.serve("/" + url.partition("://")[2].partition("/")[2].partition("?")[0], *replies)


def asked(site: Site, url: str, method: str = "GET") -> int:
    """How often a file was asked for."""
    path = "/" + url.partition("://")[2].partition("/")[2]
    return sum(a.method == method and a.path.partition("?")[0] == path for a in site.asked)


def on_hand(root: Path) -> dict[str, PriceFile]:
    """The price files on hand by name, each whole."""
    files = {file.artifact.name: file for file in PriceFiles(root).all()}
    assert not [told for file in files.values() for told in damage(file)]
    return files


def valid(text: str, name: str = "posting") -> Any:
    schema = resources("payeratlas.publish") / "schema" / "v1" / f"{name}.json"
    document = json.loads(text)
    jsonschema.validate(document, json.loads(schema.read_text("utf-8")))
    return document


# -- the way through -----------------------------------------------------------------------------


def test_a_posting_is_planned_fetched_and_not_kept(run: Run, payer: Site, root: Path) -> None:
    code, out, err = run(TOC, "--payer", "Made-up", "--codes", "64640", "--yes")
    assert code == 0
    assert "2 plans, 3 mentions of 2 distinct files; 0 on hand." in err
    size = len(packed(FILE)) + len(packed(OTHER))
    assert f"To fetch: 2 files, about {size / 1e6:,.1f} MB; about 0 s at 10.0 MB/s (assumed)" in err
    assert "2 of 2 files" in err
    assert "2 files fetched, 0 on hand before, 0 failed." in out
    files = on_hand(root)
    assert set(files) == {"rates_1.json.gz", "rates_2.json.gz", "2026-11-01_made-up_index.json.gz"}
    one = files["rates_1.json.gz"]
    assert one.codes == ("64640",)
    assert one.payer == "Made-up"
    assert one.artifact.size == len(packed(FILE))
    assert [(p.key, p.size) for p in one.places] == [(ONE, len(packed(FILE)))]
    assert one.artifact.url == ONE
    assert amounts(PriceFiles(root), one, "64640") == [Decimal("202.91"), Decimal("405.5")]
    assert asked(payer, ONE) == asked(payer, TWO) == 1
    left = [path for path in root.rglob("*") if path.suffix in (".gz", ".part", ".packed")]
    assert left == []
    assert not (root / "downloads").exists()


def test_the_same_again_fetches_nothing(run: Run, payer: Site, root: Path) -> None:
    run(TOC, "--yes")
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    code, out, err = run(TOC, "--yes")
    assert code == 0
    assert "2 on hand." in err
    assert "Nothing has to be fetched." in err
    assert "0 files fetched, 2 on hand before, 0 failed." in out
    assert asked(payer, ONE) == asked(payer, TWO) == 1
    assert {path: path.read_bytes() for path in before} == before


def test_a_file_that_its_payer_replaced_is_fetched_again(run: Run, payer: Site, root: Path) -> None:
    run(TOC, "--yes")
    serve(payer, TWO, packed(in_network(item("64640", rate(price(77))))))
    assert run(TOC, "--yes")[0] == 0
    assert (asked(payer, ONE), asked(payer, TWO)) == (1, 2)
    held = PriceFiles(root)
    found_now = [amounts(held, f, "64640") for f in held.all() if f.artifact.url == TWO]
    assert sorted(found_now) == [[Decimal(77)], [Decimal("99.5")]]


def test_more_codes_are_fetched_besides(run: Run, payer: Site, root: Path) -> None:
    run(TOC, "--codes", "64640", "--yes")
    assert run(TOC, "--codes", "99213", "--yes")[0] == 0
    one = on_hand(root)["rates_1.json.gz"]
    assert one.codes == ("64640", "99213")
    assert len(amounts(PriceFiles(root), one, "64640")) == 2
    assert asked(payer, ONE) == 2
    assert "0 files fetched" in run(TOC, "--codes", "64640", "--yes")[1]


def test_the_same_bytes_elsewhere_are_noted(run: Run, payer: Site, root: Path) -> None:
    serve(payer, TWO, packed(FILE))
    document = valid(run(TOC, "--codes", "64640", "--yes", "--json")[1])
    assert [file["what"] for file in document["files"]] == ["added", "noted"]
    (file,) = [f for f in PriceFiles(root).all() if f.kind == "in_network"]
    assert [place.key for place in file.places] == [ONE, TWO]
    assert "2 on hand" in run(TOC, "--codes", "64640", "--yes")[2]


def test_json_alone_stands_on_standard_output(run: Run, payer: Site, root: Path) -> None:
    plan = valid(run(TOC, "--dry-run", "--json", "--accept-host", CDN)[1])
    assert (plan["plan"]["files"], plan["plan"]["wanted"]) == (2, 2)
    assert plan["plan"]["bytes_known"] == len(packed(FILE)) + len(packed(OTHER))
    assert [file["what"] for file in plan["files"]] == [None, None]
    assert plan["references"] is None
    document = valid(run(TOC, "--yes", "--json")[1])
    assert [f["what"] for f in document["files"]] == ["added", "added"]
    assert [f["mentions"] for f in document["files"]] == [2, 1]
    assert [f["plans"] for f in document["files"]] == [2, 2]
    assert [f["prices"] for f in document["files"]] == [4, 1]
    assert document["hosts"] == [CDN, HOST]
    assert document["index"]["mentions"] == 3


def test_a_table_of_contents_on_disk(run: Run, payer: Site, root: Path, tmp_path: Path) -> None:
    path = written(tmp_path / "index.json", index(ONE, TWO, "not an address"))
    code, out, err = run(str(path), "--only", "rates_2", "--yes")
    assert code == 0
    assert "1 mentions hold no address" in err
    assert asked(payer, ONE) == 0
    assert "1 files fetched" in out


def test_plans_choose_their_files(run: Run, payer: Site, tmp_path: Path) -> None:
    toc = index(ONE, plans=("Gold",))
    toc["reporting_structure"] += index(TWO, plans=("Silver",))["reporting_structure"]
    path = written(tmp_path / "index.json", toc)
    listing = valid(run(str(path), "--plan", "silver", "--list", "--json")[1])
    assert [file["url"] for file in listing["files"]] == [TWO]
    code, _, err = run(str(path), "--plan", "bronze", "--list")
    assert code == 2
    assert "names no such file" in err


def test_plans_are_linked_to_their_files(run: Run, payer: Site, root: Path) -> None:
    from payeratlas.apps.api import Atlas
    from payeratlas.publish.raw_rates import raw_rates_json

    run(TOC, "--yes")
    answer = raw_rates_json(Atlas.open(root).raw_rates("64640"))
    assert [file["plans"]["count"] for file in answer["files"]] == [2, 2]
    assert [plan["name"] for plan in answer["files"][0]["plans"]["first"]] == ["Plan A", "Plan B"]


def test_files_of_allowed_amounts_are_fetched_when_asked(
    run: Run, payer: Site, root: Path, tmp_path: Path
) -> None:
    toc = index(ONE)
    toc["reporting_structure"][0]["allowed_amount_file"] = {"location": TWO}
    serve(payer, TWO, json.dumps(ALLOWED).encode())
    path = written(tmp_path / "index.json", toc)
    assert len(valid(run(str(path), "--list", "--json")[1])["files"]) == 1
    assert run(str(path), "--allowed-amounts", "--yes")[0] == 0
    assert on_hand(root)["rates_2.json.gz"].kind == "allowed_amounts"


def test_a_zip_goes_over_disk_and_leaves_nothing(run: Run, payer: Site, root: Path) -> None:
    serve(payer, TWO, zipped({"x.json": json.dumps(OTHER)}))
    assert run(TOC, "--yes")[0] == 0
    assert amounts(PriceFiles(root), on_hand(root)["rates_2.json.gz"], "64640") == [Decimal("99.5")]
    assert not (root / "downloads").exists()


# -- asking --------------------------------------------------------------------------------------


def test_somebody_is_asked_for_the_sites_and_for_the_fetching(run: Run, payer: Site) -> None:
    code, _, err = run(TOC, answers="n\n")
    assert code == 130
    assert f"names files on {CDN} (2 files)" in err
    assert CDN not in payer.looked_up, "not asked before it was accepted"
    code, _, err = run(TOC, answers="y\nn\n")
    assert code == 130
    assert "Fetch 2 files?" in err
    assert asked(payer, ONE, "HEAD") == 1
    assert asked(payer, ONE) == 0
    code, out, _ = run(TOC, answers="y\ny\n")
    assert code == 0
    assert "2 files fetched" in out


def test_nobody_is_asked_where_nobody_is(run: Run, payer: Site) -> None:
    code, _, err = run(TOC)
    assert code == 2
    assert "nobody is here to be asked" in err
    assert payer.asked == []


def test_a_dry_run_asks_no_site_that_was_not_accepted(run: Run, payer: Site) -> None:
    code, out, err = run(TOC, "--dry-run")
    assert code == 0
    assert "2 files of unknown size" in out
    assert "--accept-host HOST or --yes" in err
    assert CDN not in payer.looked_up


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "which posting"),
        (("x.json", "--release", "latest", "--yes"), "--release is not of price files"),
        (("x.json", "--accept-licence", "ama", "--yes"), "--accept-licence"),
        (("x.json", "--codes", "not a code!", "--yes"), "not a billing code"),
        (("x.json", "--codes-file", "no-such-list.txt", "--yes"), "no-such-list.txt"),
        (("http://mrf.example.com/index.json", "--yes"), "not an https address"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    run: Run, payer: Site, arguments: tuple[str, ...], says: str
) -> None:
    code, _, err = run(*arguments)
    assert code in (2, 3)
    assert says in err
    assert payer.asked == []


def test_a_price_file_is_no_table_of_contents(run: Run, payer: Site, root: Path) -> None:
    code, _, err = run(ONE, "--yes")
    assert code == 2
    assert "no table of contents but a file of kind in_network" in err
    assert on_hand(root) == {}


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


# -- what a table of contents says, judged by looking at all of it at once -----------------------


@pytest.mark.parametrize("remembered", [1, 1 << 16])
@pytest.mark.parametrize("seed", range(4))
def test_mentions_and_plans_are_those_of_a_plain_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, remembered: int
) -> None:
    monkeypatch.setattr(posting, "_REMEMBERED", remembered)
    chance = random.Random(seed)
    names = [f"https://{host}/{n}.json" for n in range(6) for host in (HOST, CDN.upper())]
    toc = index()
    toc["reporting_structure"] = [
        index(
            *(
                f"{chance.choice(names)}?sig={chance.randrange(3)}"
                if chance.random() < 0.9
                else "x"
                for _ in range(chance.randrange(8))
            ),
            plans=[f"P{chance.randrange(9)}" for _ in range(chance.randrange(1, 4))],
        )["reporting_structure"][0]
        for _ in range(30)
    ]
    held = PriceFiles(tmp_path / "store")
    file = added(written(tmp_path / "index.json", toc), held).file
    found = posting.posting_of(file, (), SOURCE, Wish())
    mentions: dict[str, int] = {}
    plans: dict[str, int] = {}
    for structure in toc["reporting_structure"]:
        here = [f["location"] for f in structure["in_network_files"]]
        for location in here:
            key = SOURCE.key_of(location) if location != "x" else "x"
            mentions[key] = mentions.get(key, 0) + 1
        for key in {SOURCE.key_of(location) for location in here if location != "x"}:
            plans[key] = plans.get(key, 0) + len(structure["reporting_plans"])
    assert found.unusable == mentions.pop("x", 0)
    assert {t.key: t.mentions for t in found.targets} == mentions
    assert {t.key: t.plans for t in found.targets} == plans
    assert [t.key for t in found.targets] == list(mentions)
    assert found.plans == sum(len(s["reporting_plans"]) for s in toc["reporting_structure"])
    assert found.mentions == sum(mentions.values()) + found.unusable


def test_of_very_many_files_a_selection_is_asked_for(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "MOST_ASKED", 5)
    site.names[HOST] = [PUBLIC]
    urls = [f"https://{HOST}/{n}.json" for n in range(12)]
    for url in urls:
        serve(site, url, b"x" * 1000)
    held = PriceFiles(tmp_path / "store")
    file = added(written(tmp_path / "index.json", index(*urls)), held).file
    with site.web(HOST) as web:
        found = posting.sized(posting.posting_of(file, (), SOURCE, Wish()), web, Watch(Clock()))
    assert len(site.asked) == 4
    told = posting.total(found.wanted)
    assert (told.known, told.unknown_files, told.estimated) == (4_000, 8, 12_000)
