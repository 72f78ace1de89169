"""``payeratlas sources fetch tic`` from end to end, against a payer's site on loopback."""

from __future__ import annotations

import json
import random
from decimal import Decimal
from pathlib import Path

import pytest

from filekit import zipped
from payeratlas.build import posting
from payeratlas.build.download import Watch
from payeratlas.build.price_files import Wish
from payeratlas.store.price_files import PriceFiles
from postingkit import CDN, HOST, ONE, OTHER, TOC, TWO, Run, asked, on_hand, serve, valid
from pricekit import (
    ALLOWED,
    FILE,
    SOURCE,
    Clock,
    added,
    amounts,
    in_network,
    index,
    item,
    packed,
    price,
    rate,
    written,
)
from sitekit import PUBLIC, Site

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
