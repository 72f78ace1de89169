"""``payeratlas rates`` and ``sources add tic``: every price as printed, every silence explained."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Sequence
from importlib.resources import files as resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from payeratlas.apps.api import Atlas
from payeratlas.apps.cli import cli, main
from payeratlas.publish.raw_rates import COLUMNS
from payeratlas.publish.spreadsheet import exact
from pricekit import ALLOWED, FILE, Decimal, in_network, item, price, rate, written


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "store"


def run(root: Path, *arguments: str, exit_code: int = 0) -> str:
    line = ["--store", str(root), *arguments]
    result = CliRunner().invoke(cli, line, catch_exceptions=False, standalone_mode=False)
    assert (result.return_value or 0) == exit_code, result.output
    return result.stdout


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    return int(stop.value.code or 0), capsys.readouterr().err


def valid(name: str, text: str) -> Any:
    schema = resources("payeratlas.publish") / "schema" / "v1" / f"{name}.json"
    document = json.loads(text)
    jsonschema.validate(document, json.loads(schema.read_text("utf-8")))
    return document


def raw(root: Path, code: str, *more: str) -> Any:
    return valid("raw_rates", run(root, "rates", code, "--raw", "--json", *more))


def records(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture
def two(root: Path, tmp_path: Path) -> Path:
    """Two issues of one file, and a file of allowed amounts."""
    older = {**FILE, "last_updated_on": "2026-10-01"}
    one = written(tmp_path / "2026-10-01_rates.json.gz", older)
    new = written(tmp_path / "2026-11-01_rates.json.gz", FILE)
    out = written(tmp_path / "2026-11-01_allowed.json", ALLOWED)
    run(root, "sources", "add", "tic", str(one), str(new), str(out))
    return root


# -- adding --------------------------------------------------------------------------------------


def test_adding_says_where_everything_went(root: Path, tmp_path: Path) -> None:
    path = str(written(tmp_path / "rates.json", FILE))
    arguments = ("sources", "add", "tic", path, "--payer", "Mine", "--codes", "64640,j1885")
    document = valid("price_files", run(root, *arguments, "--json"))
    (file,) = document["files"]
    assert (file["what"], file["payer"], file["codes_read"]) == (
        "added",
        "Mine",
        ["64640", "J1885"],
    )
    assert file["observed_from"] == "2026-11-01"
    account = file["account"]
    for name in ("items", "prices", "groups"):
        rows = account[name]
        lost = sum(rows["rejected"].values()) + sum(rows["merged"].values())
        assert rows["read"] == rows["kept"] + lost
    assert account["items"]["rejected"] == {"not_wanted": 1}
    told = run(root, *arguments)
    assert "was on hand already; nothing changed" in told
    assert "items: 2 read, 1 kept; 1 not_wanted" in told


def test_codes_come_from_a_file_too(root: Path, tmp_path: Path) -> None:
    codes = tmp_path / "codes.txt"
    codes.write_text("# of interest\n64640  # a remark\n\n99213, J1885\n")
    path = str(written(tmp_path / "rates.json", FILE))
    out = run(root, "sources", "add", "tic", path, "--codes-file", str(codes), "--json")
    assert valid("price_files", out)["files"][0]["codes_read"] == ["64640", "99213", "J1885"]


def test_one_refused_file_of_several(root: Path, tmp_path: Path) -> None:
    bad, good = tmp_path / "bad.json", written(tmp_path / "good.json", FILE)
    bad.write_text('{"in_network": [')
    arguments = ("sources", "add", "tic", str(bad), str(good), "--json")
    document = valid("price_files", run(root, *arguments, exit_code=3))
    assert [file["name"] for file in document["files"]] == ["good.json"]
    (failed,) = document["failed"]
    assert failed["where"].startswith("bad.json, byte 16")
    assert failed["cure"]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("sources", "add", "tic", "none.json"), 3, "none.json"),
        (("sources", "add", "tic", "x.json", "--codes", "%"), 2, "not a billing code"),
        (("sources", "add", "tic", "x.json", "--codes", ","), 2, "no code was named"),
        (
            ("sources", "add", "tic", "x.json", "y.json", "--url", "https://x.example"),
            2,
            "one file",
        ),
        (("sources", "add", "cms_pos", "x.csv", "--payer", "x"), 2, "payers' price files"),
        (("sources", "add", "cms_pos", "x.csv", "--codes", "64640"), 2, "payers' price files"),
        (("sources", "fetch", "cms_pos", "x.json"), 2, "INDEX is of price files only"),
        (("sources", "fetch", "cms_pos", "--accept-host", "x"), 2, "--accept-host is of price"),
        (("rates", "99999"), 2, "--raw"),
        (("rates", "64640", "--raw"), 2, "sources add tic"),
        (("rates", "6 4", "--raw"), 2, "not a billing code"),
        (("rates", "64640", "--raw", "--json", "--csv"), 2, "exclude each other"),
    ],
)
def test_refusals_name_the_place_and_the_cure(
    root: Path,
    arguments: tuple[str, ...],
    code: int,
    says: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    found, told = refused(capsys, "--store", str(root), *arguments)
    assert found == code
    assert says in told
    assert "Try:" in told
    assert not root.exists()


def test_price_files_are_listed_with_the_sources(two: Path) -> None:
    (tic,) = [
        source
        for source in valid("sources", run(two, "sources", "list", "--json"))
        if source["source"] == "tic"
    ]
    assert [file["prices"] for file in tic["price_files"]] == [4, 1, 4]
    assert "2026-11-01_rates.json.gz (in_network, 2026-11-01), 4 prices, all codes" in " ".join(
        run(two, "sources", "list").split()
    )


# -- rates ---------------------------------------------------------------------------------------


def test_every_price_is_listed_as_printed(two: Path) -> None:
    files = raw(two, "64640")["files"]
    assert [file["name"] for file in files] == [
        "2026-10-01_rates.json.gz", "2026-11-01_allowed.json", "2026-11-01_rates.json.gz",
    ]  # fmt: skip
    one, other = files[2]["prices"]
    assert [one[name] for name in ("item", "rate", "price", "charge")] == [1, 1, 1, None]
    assert (one["amount"], one["unit"], one["modifiers"], one["places"]) == (
        "202.91", "USD", None, ["11"],
    )  # fmt: skip
    assert (other["amount"], other["modifiers"]) == ("405.50", ["50"])
    assert one["providers"] == {
        "set": 1, "entries": 1, "tins": 2, "npis": 2, "whole_tins": 0, "remote": 0,
        "not_fetched": 0, "dangling": 0, "complete": True,
    }  # fmt: skip
    data = json.dumps(FILE)
    assert data[one["item_offset"] :].startswith('{"negotiation_arrangement"')


def test_amounts_allowed_outside_the_network_are_listed_too(two: Path) -> None:
    (allowed,) = raw(two, "64640")["files"][1]["prices"]
    assert allowed["kind"] == "allowed"
    assert [allowed[name] for name in ("item", "rate", "price", "charge")] == [1, 1, 1, 1]
    assert (allowed["amount"], allowed["billed_charge"]) == ("150.25", "300.00")
    assert (allowed["providers"]["tins"], allowed["providers"]["npis"]) == (1, 2)


def test_a_percentage_is_no_amount_of_dollars(two: Path) -> None:
    prices = raw(two, "99213")["files"][2]["prices"]
    assert [(p["amount"], p["unit"]) for p in prices] == [("80.00", "USD"), ("40.50", "percent")]
    assert "40.50 %" in run(two, "rates", "99213", "--raw")


def test_who_is_not_known_is_not_counted_as_nobody(two: Path) -> None:
    who = raw(two, "99213")["files"][2]["prices"][0]["providers"]
    assert (who["remote"], who["not_fetched"], who["complete"]) == (1, 1, False)
    assert (who["tins"], who["npis"]) == (None, None)
    assert "unknown, 1 of 1 remote files not fetched" in run(two, "rates", "99213", "--raw")
    (record, *_) = [
        r for r in records(run(two, "rates", "99213", "--raw", "--csv")) if r["remote"] == "1"
    ]
    assert (record["tins"], record["npis"], record["not_fetched"]) == ("", "", "1")


def test_periods_are_observed_from_file_to_file(two: Path) -> None:
    observed = {f["name"]: f["observed"] for f in raw(two, "64640")["files"]}
    assert observed["2026-10-01_rates.json.gz"] == {
        "from": "2026-10-01", "to": "2026-11-01", "observed": True,
    }  # fmt: skip
    assert observed["2026-11-01_rates.json.gz"]["to"] is None


def test_a_code_that_is_nowhere_is_told_per_file(two: Path) -> None:
    files = raw(two, "27447")["files"]
    assert {file["unknown"]["reason"] for file in files} == {"not_listed"}
    assert [file["items"] for file in files] == [0, 0, 0]
    told = " ".join(run(two, "rates", "27447", "--raw").split())
    assert told.count("27447 is not in this file") == 3
    assert "0 prices in 0 of 3 files" in told


def test_a_code_that_was_not_read_is_not_called_absent(root: Path, tmp_path: Path) -> None:
    path = str(written(tmp_path / "rates.json", FILE))
    run(root, "sources", "add", "tic", path, "--codes", "64640")
    (file,) = raw(root, "99213")["files"]
    assert file["unknown"]["reason"] == "not_covered"
    assert "--codes 99213" in file["unknown"]["detail"]
    run(root, "sources", "add", "tic", path, "--codes", "99213")
    assert raw(root, "99213")["files"][0]["unknown"] is None
    assert raw(root, "99213")["files"][0]["codes_read"] == ["64640", "99213"]


def test_a_code_without_a_readable_price_is_no_zero(root: Path, tmp_path: Path) -> None:
    path = written(tmp_path / "x.json", in_network(item("64640", rate(price("n/a"))), item("1")))
    run(root, "sources", "add", "tic", str(path))
    (file,) = raw(root, "64640")["files"]
    assert (file["items"], file["unknown"]["reason"]) == (1, "not_priced")
    assert file["prices"] == []


def test_codes_of_all_systems_and_of_either_case(root: Path, tmp_path: Path) -> None:
    codes = ("470", "0209", "j1885", "00703-0031-04")
    path = written(tmp_path / "x.json", in_network(*(item(c, rate(price(1))) for c in codes)))
    run(root, "sources", "add", "tic", str(path))
    for code in (*codes, "J1885"):
        (one,) = raw(root, code)["files"][0]["prices"]
        assert one["billing_code"].upper() == code.upper()


def test_payers_are_chosen_by_a_part_of_their_name(
    two: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path / "x.json", {**FILE, "reporting_entity_name": "Other Plan"})
    run(two, "sources", "add", "tic", str(path), "--payer", "Aetna")
    assert [f["payer"] for f in raw(two, "64640", "--payer", "aet")["files"]] == ["Aetna"]
    assert len(raw(two, "64640", "--payer", "other plan")["files"]) == 1
    assert len(raw(two, "64640", "--payer", "MADE-UP")["files"]) == 3
    code, told = refused(capsys, "--store", str(two), "rates", "64640", "--raw", "--payer", "Cigna")
    assert code == 2
    assert "Aetna, Made-up Health" in told


def test_python_gives_the_same_answer(two: Path) -> None:
    found = Atlas.open(two).raw_rates("64640")
    assert [len(one.prices) for one in found.files] == [2, 1, 2]
    assert found.files[2].prices[0].amount == Decimal("202.91")


# -- CSV -----------------------------------------------------------------------------------------


def test_csv_has_a_line_a_price_and_one_a_silence(two: Path) -> None:
    told = records(run(two, "rates", "99213", "--raw", "--csv"))
    assert tuple(told[0]) == COLUMNS
    assert [r["amount"] for r in told] == ["80.00", "40.50", "", "80.00", "40.50"]
    assert told[2]["unknown"].startswith("not_listed: 99213 is not in this file")
    assert all(None not in r and None not in r.values() for r in told)


FORMULAS: Sequence[str] = (
    "=1+1",
    "+1",
    "-1+2",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1+1",
    "=HYPERLINK(1)",
)


@pytest.mark.parametrize("text", FORMULAS)
def test_text_of_a_payer_is_never_a_formula(root: Path, tmp_path: Path, text: str) -> None:
    document = in_network(
        item(
            "64640",
            rate(
                price(
                    5,
                    billing_class=text,
                    additional_information=text,
                    service_code=[text],
                    expiration_date=text,
                )
            ),
            severity_of_illness=text,
        ),
        reporting_entity_name=text,
    )
    run(root, "sources", "add", "tic", str(written(tmp_path / "x.json", document)))
    (record,) = records(run(root, "rates", "64640", "--raw", "--csv"))
    for name in ("entity", "billing_class", "additional_information", "expiration_date"):
        assert record[name] == f"'{text}"
    assert not [v for v in record.values() if v.startswith(tuple("=+-@\t\r＝"))]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("202.9100", "202.91"),
        ("5", "5.00"),
        ("0.1234", "0.1234"),
        ("1E+3", "1000.00"),
        ("-2.5", "-2.50"),
    ],
)
def test_amounts_keep_every_decimal(value: str, text: str) -> None:
    assert exact(Decimal(value)) == text


# -- the real files ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("real") / "store"
    files = sorted(str(path) for path in (shared_data / "tic").glob("*.json*"))
    document = valid("price_files", run(root, "sources", "add", "tic", *files, "--json"))
    assert len(document["files"]) == len(files) == 7
    for file in document["files"]:
        for name in ("items", "prices", "groups", "plans", "files"):
            rows = file["account"][name]
            lost = {**rows["rejected"], **rows["merged"]}
            assert rows["read"] == rows["kept"] + sum(lost.values()), (file["name"], name)
            assert not {"other", ""} & set(lost)
    return root


def account(root: Path, name: str) -> Any:
    listed = json.loads(run(root, "sources", "list", "--json"))
    files = next(s["price_files"] for s in listed if s["source"] == "tic")
    return next(file for file in files if name in file["name"])


def test_evry_june_2025(real: Path) -> None:
    listed = account(real, "2025-06-23_Evry")
    assert (listed["items"], listed["prices"]) == (3_483, 30_209)
    files = raw(real, "64640", "--payer", "evry")["files"]
    assert [len(file["prices"]) for file in files] == [0, 19, 17, 21]
    prices = files[3]["prices"]
    amounts = sorted(Decimal(p["amount"]) for p in prices)
    assert (str(amounts[0]), str(amounts[-1])) == ("202.91", "723.02")
    assert len({p["rate"] for p in prices}) == 12
    assert {p["providers"]["complete"] for p in prices} == {True}
    assert [f["observed"]["to"] for f in files[1:]] == ["2024-03-04", "2025-06-23", None]


def test_evry_june_2025_by_reading_the_file_plainly(real: Path, shared_data: Path) -> None:
    """The slow twin: the file as one JSON document, its 21 prices counted by hand."""
    path = shared_data / "tic" / "2025-06-23_Evry-Health_in-network-rates.json.gz"
    document = json.loads(gzip.decompress(path.read_bytes()), parse_float=Decimal)
    expected = []
    for number, one in enumerate(document["in_network"], start=1):
        if one["billing_code"] != "64640":
            continue
        for place, each in enumerate(one["negotiated_rates"], start=1):
            groups = each["provider_groups"]
            tins = {(g["tin"]["type"], g["tin"]["value"]) for g in groups}
            npis = {int(npi) for g in groups for npi in g["npi"]}
            for at, one_price in enumerate(each["negotiated_prices"], start=1):
                expected.append(
                    (
                        (number, place, at),
                        Decimal(one_price["negotiated_rate"]),
                        one_price["negotiated_type"],
                        one_price["billing_class"],
                        one_price["expiration_date"],
                        one_price["service_code"],
                        len(tins),
                        len(npis),
                    )
                )
    told = raw(real, "64640", "--payer", "evry")["files"][3]["prices"]
    found = [
        (
            (p["item"], p["rate"], p["price"]),
            Decimal(p["amount"]),
            p["negotiated_type"],
            p["billing_class"],
            p["expiration_date"],
            p["places"],
            p["providers"]["tins"],
            p["providers"]["npis"],
        )
        for p in told
    ]
    assert len(expected) == 21
    assert found == expected


def test_carefirst_2022(real: Path) -> None:
    listed = account(real, "CareFirst")
    assert (listed["items"], listed["prices"]) == (1_773, 122_310)
    (file,) = raw(real, "64640", "--payer", "carefirst")["files"]
    counts: dict[str, int] = {}
    for one in file["prices"]:
        counts[one["amount"]] = counts.get(one["amount"], 0) + 1
    assert counts == {
        "75.47": 42, "79.44": 20, "93.74": 2, "77.73": 1, "85.80": 1, "366.22": 1, "551.00": 1,
        "823.51": 1, "831.23": 1, "1027.00": 1,
    }  # fmt: skip
    assert all(p["providers"]["not_fetched"] for p in file["prices"])


def test_other_real_files_say_what_they_have_not(real: Path) -> None:
    (blue,) = raw(real, "64640", "--payer", "blue shield")["files"]
    assert blue["unknown"]["reason"] == "not_listed"
    assert account(real, "Anthem_index")["kind"] == "index"
    empty = raw(real, "64640", "--payer", "evry")["files"][0]
    assert (empty["kind"], empty["unknown"]["reason"]) == ("allowed_amounts", "not_listed")


def test_the_anthem_slice_names_each_file_once(real: Path, shared_data: Path) -> None:
    path = str(shared_data / "tic" / "2023-04_Anthem_index_slice.json")
    document = valid("posting", run(real, "sources", "fetch", "tic", path, "--list", "--json"))
    assert document["index"] | {"id": "", "sha256": ""} == {
        "id": "", "sha256": "", "name": "2023-04_Anthem_index_slice.json", "url": None,
        "plans": 12, "mentions": 3_522, "unusable": 0,
    }  # fmt: skip
    assert document["plan"]["files"] == 3_499
    assert len({file["url"].split("/")[2] for file in document["files"]}) == 4


def test_a_hospitals_file_is_told_with_the_rules_that_it_breaks(root: Path) -> None:
    samples = Path(__file__).parents[1] / "sources" / "hospital" / "samples"
    files = [str(path) for path in sorted(samples.glob("*.csv"))]
    document = valid("price_files", run(root, "sources", "add", "hospital", *files, "--json"))
    tall, wide = document["files"]
    assert (tall["layout"], wide["layout"], wide["rules"]) == ("tall", "wide", "2.2")
    assert tall["account"]["records"]["rejected"] == {"cells_too_few": 1, "heading": 3}
    assert {each["rule"]: each["count"] for each in wide["violations"]}["plan_blank"] == 1
    told = run(root, "sources", "add", "hospital", *files)
    assert "layout: wide, version it declares: 1.0.0" in told
    assert "cells_too_few" in told
