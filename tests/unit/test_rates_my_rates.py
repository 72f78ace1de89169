"""A user's file to rates: headings of many spellings, every row accounted for, nothing quoted."""

from __future__ import annotations

from decimal import Decimal

import pytest

from comparekit import ASSUMED, HEAD, read
from filekit import workbook
from payeratlas.model.errors import AtlasError, FileError, InputError
from payeratlas.pricing.places import FACILITY
from payeratlas.rates import my_rates as module
from payeratlas.rates.my_cells import REASONS
from payeratlas.rates.my_rates import HEADINGS, Assumed, my_rates

ONE = "64640,26,Aetna,11,89.50,120\n"


def reasons(text: str, assumed: Assumed = ASSUMED) -> list[tuple[int, str, str]]:
    return [(one.row, one.reason, one.column) for one in read(HEAD + text, assumed).not_read]


def refusal(text: str | bytes, assumed: Assumed = ASSUMED) -> AtlasError:
    data = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(AtlasError) as caught:
        my_rates(data, "my-rates.csv", assumed)
    assert caught.value.where.startswith("my-rates.csv")
    assert caught.value.cure
    return caught.value


def test_a_row_is_read_whole() -> None:
    found = read(HEAD + ONE)
    (one,) = found.rates
    assert (one.row, one.code, one.modifiers, one.payer) == (2, "64640", ("26",), "Aetna")
    assert (one.where.bill_type, one.where.setting) == ("professional", "office")
    assert (one.rate, one.volume) == (Decimal("89.50"), 120)
    assert (found.read, found.blank, found.before, found.others) == (1, 0, 0, 0)


def test_every_heading_is_understood_in_any_case_and_order() -> None:
    for field, names in HEADINGS.items():
        for name in names:
            others = [one for one in ("code", "payer", "setting", "rate") if one != field]
            line = ",".join([f" {name.upper().replace(' ', '_')} ", "mine", *others])
            text = line + "\n" + ",".join([""] * (2 + len(others))) + ",\n" + "x," * 5
            assert read(text).headings[field].casefold().replace("_", " ").strip() == name


def test_headings_as_practices_write_them() -> None:
    text = (
        "Acme Pain\nFee schedule, printed for nobody\n\n"
        "Units/Yr.,Contracted Rate ($) 2026,Insurance,Place of Service,MOD,CPT®,Notes\n"
        '"1,200","$1,234.50",Aetna,11,,64640,mine\n,,,,,,\n'
    )
    found = read(text)
    (one,) = found.rates
    assert (one.row, one.code, one.rate, one.volume) == (5, "64640", Decimal("1234.50"), 1200)
    assert (found.before, found.blank, found.others) == (3, 1, 1)
    assert found.headings["volume"] == "Units/Yr."


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_by_the_headings(delimiter: str) -> None:
    text = (HEAD + ONE).replace(",", delimiter)
    assert read(text).rates == read(HEAD + ONE).rates


def test_a_quote_that_only_another_delimiter_explains() -> None:
    found = read('code;payer;setting;rate\n"64640";"Aetna, of ""A""";11;89.50\n')
    assert found.rates[0].payer == 'Aetna, of "A"'


def test_workbooks_with_numbers() -> None:
    data = workbook(
        [
            ["My rates"],
            ["CPT", "Mod", "Payer", "POS", "Rate", "Volume"],
            [64640.0, 26.0, "Aetna", 11.0, 89.5, 120.0],
            [142.0, None, "Aetna", 11.0, 89.5, None],
        ]
    )
    found = my_rates(data, "my-rates.xlsx", ASSUMED)
    (one,) = found.rates
    assert (one.row, one.code, one.modifiers, one.rate) == (3, "64640", ("26",), Decimal("89.5"))
    assert [(n.row, n.reason) for n in found.not_read] == [(4, "code_too_short")]


def test_every_row_is_read_or_counted() -> None:
    text = (
        ONE
        + "142,,Aetna,11,1,\n"
        + "64640-26,TC,Aetna,11,1,\n"
        + "64640,,,11,1,\n"
        + "64640,,Aetna,,1,\n"
        + "64640,,Aetna,ASC,1,\n"
        + '64640,,Aetna,11,"1 234,50",\n'
        + "64640,,Aetna,11\n"
        + ",,,,,\n"
        + "64640,,Aetna,11,5,some\n"
    )
    found = read(HEAD + text)
    assert reasons(text) == [
        (3, "code_too_short", "code"),
        (4, "modifier_conflict", "modifier"),
        (5, "payer_missing", "payer"),
        (6, "setting_missing", "setting"),
        (7, "setting_of_which_bill", "setting"),
        (8, "rate_ambiguous", "rate"),
        (9, "rate_missing", "rate"),
    ]
    assert found.read == 9
    assert found.blank == 1
    assert found.rates[-1].odd_volume
    assert found.rates[-1].volume is None


def test_modifiers_from_code_and_columns() -> None:
    found = read(
        "code,mod 1,mod 2,payer,pos,rate\n64640-50,50,,Aetna,11,1\n64640,59,LT,Aetna,11,1\n"
    )
    assert [one.modifiers for one in found.rates] == [("50",), ("59", "LT")]


def test_a_plan_stands_for_the_payer_where_there_is_none() -> None:
    found = read("code,plan,pos,rate\n64640,Aetna PPO,11,1\n")
    assert (found.rates[0].payer, found.rates[0].plan) == ("Aetna PPO", "")
    found = read("code,payer,plan,pos,rate\n64640,Aetna,PPO,11,1\n")
    assert (found.rates[0].payer, found.rates[0].plan) == ("Aetna", "PPO")


def test_what_is_said_of_all_rows() -> None:
    assumed = Assumed("Aetna", "office", None, FACILITY)
    found = read("code,rate\n64640,1\n", assumed)
    assert (found.rates[0].payer, found.rates[0].where.setting) == ("Aetna", "office")
    found = read("code,rate,payer,pos\n64640,1,Cigna,22\n64640,1,,\n", assumed)
    assert [(one.payer, one.where.setting) for one in found.rates] == [
        ("Cigna", "facility"),
        ("Aetna", "office"),
    ]
    with pytest.raises(InputError, match="setting_of_which_bill"):
        read(HEAD + ONE, Assumed("Aetna", "asc", None, FACILITY))


def test_rows_that_repeat_are_kept_and_marked() -> None:
    found = read(HEAD + ONE + ONE.replace("120", "7") + ONE.replace("89.50", "90"))
    assert [one.repeats for one in found.rates] == [0, 2, 0]


# -- refusals ------------------------------------------------------------------------------------


def test_missing_headings_name_what_was_found_and_what_is_understood() -> None:
    error = refusal("Procedure,Charge,Payer\n64640,777.77,Aetna\n")
    assert isinstance(error, InputError)
    assert "no column is the rate" in error.what
    assert "'Procedure', 'Charge', 'Payer'" in error.what
    assert "contracted rate" in error.cure
    error = refusal("CPT,Rate\n64640,1\n")
    assert "no column names the payer" in error.what
    assert "--payer" in error.cure


def test_ambiguous_headings_name_their_columns() -> None:
    error = refusal("CPT,Payer,Allowed,Contracted rate\n64640,Aetna,777.77,1\n")
    assert "'Allowed' (column C) and 'Contracted rate' (column D)" in error.what
    assert error.where == "my-rates.csv, row 1"
    found = read("CPT,Payer,pos,Allowed,Rate\n64640,Aetna,11,777.77,1\n")
    assert found.rates[0].rate == 1, "the column that is called rate is meant"


def test_no_row_and_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "no row below" in refusal(HEAD + ",,,,,\n").what
    monkeypatch.setattr(module, "MOST_ROWS", 2)
    assert "more than 2 rows" in refusal(HEAD + ONE * 3).what


def test_headings_after_the_thirtieth_row_are_not_looked_for() -> None:
    assert "no headings" in refusal("x\n" * 30 + HEAD + ONE).what
    assert read("x\n" * 29 + HEAD + ONE).rates[0].row == 31


SECRET = "777.77"


@pytest.mark.parametrize(
    "text",
    [
        f"64640,Aetna,{SECRET}\n",
        f"code,fee,allowed\n64640,{SECRET},{SECRET}\n",
        f'{HEAD}64640,,Aetna,11,"{SECRET}\n',
        f'{HEAD}64640,,Aetna,11,"{SECRET}"x,\n',
        f"CPT,Allowed {SECRET}\n64640,{SECRET}\n",
    ],
)
def test_no_error_says_a_rate(text: str) -> None:
    error = refusal(text)
    said = f"{error}{error.__cause__ or ''}"
    assert "777" not in said.replace(f"'Allowed {SECRET}'", ""), said
    assert isinstance(error, InputError | FileError)


def test_no_reason_holds_a_rate() -> None:
    found = read(HEAD + f'64640,,Aetna,11,"{SECRET} EUR",\n{SECRET},,Aetna,11,1,\n')
    assert all("777" not in str(one) for one in found.not_read)
    assert {one.reason for one in found.not_read} <= set(REASONS)
