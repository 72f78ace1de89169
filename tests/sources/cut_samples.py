"""Cut the sample files of the sources from the real public files: ``cut_samples.py FOLDER``.

Headings, notes and a few rows of each file, chosen by code, as the publisher wrote them, line ends
included. Columns that hold descriptions of CPT codes are emptied, and the notice of the American
Medical Association above the MUE table is replaced by words of our own.
"""

from __future__ import annotations

import csv
import gzip
import io
import sys
from collections.abc import Callable, Collection
from pathlib import Path

from payeratlas.formats.sheet import sheet_records

HERE = Path(__file__).parent
CODES = ("A0021", "00100", "20552", "64640", "76977", "77002", "99213", "99245", "99478", "\x1a")
Keep = Callable[[list[str]], bool]


def text_of(path: Path, encoding: str = "utf-8") -> str:
    """The text of a csv, csv.gz or txt file, line ends kept."""
    data = path.read_bytes()
    return (gzip.decompress(data) if path.suffix == ".gz" else data).decode(encoding)


def cut(
    text: str, heading: str, keep: Keep, blank: Collection[str] = (), delimiter: str = ","
) -> str:
    """Everything to the heading row, then the rows to keep, with columns emptied by heading.

    A record stands as it was printed unless a column of it is emptied.
    """
    end = "\r\n" if "\r\n" in text else "\n"
    out, columns = io.StringIO(newline=""), None
    lines = text.splitlines(keepends=True)
    reader = csv.reader(iter(lines), delimiter=delimiter)
    start = 0
    for row in reader:
        printed, start = "".join(lines[start : reader.line_num]), reader.line_num
        if columns is None:
            out.write(printed)
            if row and row[0].split() == heading.split():
                columns = [i for i, name in enumerate(row) if name.strip().lower() in blank]
        elif keep(row):
            if any(row[i] for i in columns):
                row = ["" if i in columns else cell for i, cell in enumerate(row)]
                csv.writer(out, delimiter=delimiter, lineterminator=end).writerow(row)
            else:
                out.write(printed)
    return out.getvalue()


def of(*firsts: str, column: int = 0) -> Keep:
    """Keep the rows whose cell in a column is one of some texts."""
    return lambda row: len(row) > column and row[column].strip() in firsts


def notes(row: list[str]) -> bool:
    """Keep blank records and notes, which hold text in the first cell alone."""
    return not any(cell.strip() for cell in row[1:])


def either(*keeps: Keep) -> Keep:
    """Keep what any of them keeps."""
    return lambda row: any(keep(row) for keep in keeps)


# fmt: off
ADDENDUM_B = (
    "0001F", "00100", "0071T", "27447", "64640", "69930", "71271", "77003", "99213", "99284",
    "A4341", "A9596", "C9482", "G0463", "G0465", "J0585", "P9016", "Q5146", "V5364",
    "A4341\ufffd", "G0465\ufffd",  # as one file prints them
)
ASC = (
    "0402T", "20610", "27447", "33533", "36475", "63685", "64450", "64640", "66984", "69930",
    "77003", "90684", "0066U", "0357U", "A2001", "A2027", "C1716", "C1734", "C9804", "G0105",
    "J0223", "J0585", "J2782", "Q4100", "Q5120",
)
# fmt: on
EXCLUDED = ("33533", "0075T", "27290", "C9602")
ADDENDA = {  # quarter: form of its addenda
    "20210101": ("cp1252", "\t", "AA.txt BB.txt EE.txt"),
    "20220101": ("cp1252", ",", "BB.csv FF.csv"),
    "20220401": ("cp1252", "\t", "AA.txt FF.txt"),
    "20230101": ("cp1252", ",", "BB.csv"),
    "20231001": ("utf-8", ",", "AA.csv BB.csv EE.csv"),
    "20240101": ("cp1252", "\t", "FF.txt"),
    "20250101": ("cp437", ",", "AA.csv BB.csv EE.csv FF.csv"),
    "20260401": ("cp437", ",", "BB.csv"),
}


def facilities(cms: Path, write: Callable[..., None]) -> None:
    """The schedules of hospitals and ambulatory surgical centers."""
    describing = {"short descriptor"}
    for path in sorted((cms / "opps").iterdir()):
        if "2024" in path.name or "July" in path.name:
            encoding = "utf-8" if "2024" in path.name else "cp437"
            text = cut(text_of(path, encoding), "HCPCS Code", of(*ADDENDUM_B), describing)
            write("cms_opps_addendum_b", path.name, text, encoding)

    def addendum(row: list[str]) -> bool:
        return not any(row) or row[0].startswith("NOTE") or lower_case(row) or kept(row)

    def lower_case(row: list[str]) -> bool:
        return "k5" in row

    for quarter, (encoding, delimiter, names) in ADDENDA.items():
        for name in names.split():
            kept = of(*(EXCLUDED if name.startswith("EE") else ASC))
            text = text_of(cms / "asc" / quarter / name, encoding)
            text = cut(text, "HCPCS Code", addendum, describing, delimiter)
            write("cms_asc_addenda", f"{quarter}_{name}", text, encoding)
    name = "508-Version-Jan-2025-ASC-DD1.csv"
    write("cms_asc_addenda", name, text_of(cms / "asc" / name, "cp437"), "cp437")

    areas = of("01", "04", "12100", "31", "32420", "36540", "50025")
    for year, encoding, delimiter in (
        (2021, "utf-8", "\t"),
        (2024, "cp1252", "\t"),
        (2025, "cp437", "\t"),
        (2026, "cp437", ","),
    ):
        name = f"wage_index_{year}.txt"
        text = cut(text_of(cms / "asc" / name, encoding), "CBSA", areas, delimiter=delimiter)
        write("cms_asc_wage_index", name, text, encoding)


def all_of(*keeps: Keep) -> Keep:
    """Keep what all of them keep."""
    return lambda row: all(keep(row) for keep in keeps)


def main(originals: Path) -> None:
    """Write every sample below this folder."""
    pfs, ncci, codes = (originals / "cms" / name for name in ("pfs", "ncci", "codes"))

    def write(source: str, name: str, text: str, encoding: str = "utf-8") -> None:
        folder = HERE / source / "samples"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode(encoding))

    facilities(originals / "cms", write)

    describing = {"description"}
    for name in ("rvu25a/PPRRVU25_JAN.csv", "rvu25d/PPRRVU2025_Oct.csv"):
        sample = cut(text_of(pfs / name), "HCPCS", of(*CODES), describing)
        write("cms_pfs_rvu", Path(name).name, sample)
    name = "PPRRVU2026_Jul_nonQPP.EXCERPT.csv"
    sample = cut(text_of(pfs / "rvu26c-excerpt" / name), "HCPCS", of(*CODES), describing)
    write("cms_pfs_rvu", name, sample)
    for name in ("pprrvu_rvu20d_oct.csv", "pprrvu_rvu24ar_jan.csv"):
        text = text_of(pfs / "rvu20-24" / f"{name}.gz")
        write("cms_pfs_rvu", name, cut(text, "hcpcs", of(*CODES, "100"), describing))

    places = either(of("02102", "15202", "01112", "03602", "01212"), notes)
    mac = "Medicare Administrative Contractor (MAC)"
    for name in ("rvu25a/GPCI2025.csv", "rvu26c-excerpt/GPCI2026.csv"):
        write("cms_pfs_gpci", Path(name).name, cut(text_of(pfs / name), mac, places))
    for name in ("gpci_rvu20a.csv", "gpci_rvu24ar.csv"):
        write("cms_pfs_gpci", name, cut(text_of(pfs / "rvu20-24" / name), "mac", places))

    counties = either(of("2102", "15202", "5302", "13202", "1182"), notes)
    mac = "Medicare Adminstrative Contractor"
    text = cut(text_of(pfs / "rvu25a" / "25LOCCO.csv"), mac, counties)
    write("cms_pfs_localities", "25LOCCO.csv", text)

    caps = either(of("15202", "01112", column=3), of("\x1a"))
    text = cut(text_of(pfs / "rvu25a" / "OPPSCAP_JAN.csv"), "HCPCS", caps)
    few = of("76977", "93990", "\x1a", "HCPCS")
    write("cms_pfs_oppscap", "OPPSCAP_JAN.csv", cut(text, "HCPCS", few))
    text = cut(text_of(pfs / "rvu20-24" / "oppscap_rvu24ar_jan.csv.gz"), "hcpcs", caps)
    write("cms_pfs_oppscap", "oppscap_rvu24ar_jan.csv", cut(text, "hcpcs", few))

    name = "RAW_LAYOUT_MCR_MUE_PractitionerServices_Eff_07-01-2026.head.csv"
    text = text_of(ncci / name)
    table = text[text.index('"HCPCS/') :]
    notice = '"A notice of several lines\n\nstands above the table.",,,\n'
    write("ncci_mue", "MCR_MUE_PractitionerServices_Eff_07-01-2026.csv", notice + table)
    chosen = of("64640", "99213", "A4206", "J0585", "E0100")
    for service in ("practitioner", "outpatient", "dme"):
        name = f"northstar_mue_{service}_eff2024-07-01.csv"
        write("ncci_mue", name, cut(text_of(ncci / name), "hcpcs_code", chosen))
    name = "claygood_mue_2026_subset_64xxx.csv"
    write("ncci_mue", name, cut(text_of(ncci / name), "code", of("64400", "64450", "64640")))

    name = "RAW_LAYOUT_ccipra-v322r0-f1.head.txt"
    lines = text_of(ncci / name).splitlines(keepends=True)
    lines[0] = "A notice stands above the table." + "\t" * 6 + "\n"
    write("ncci_ptp", "ccipra-v322r0-f1.txt", "".join(lines))
    seconds = ("20552", "64450", "64480", "64632", "64640", "88162", "99213", "95860")
    chosen = all_of(of("46505", "64640", "88108"), of(*seconds, column=1))
    for service in ("practitioner", "outpatient"):
        name = f"northstar_ncci_ptp_{service}_2024q3.csv"
        write("ncci_ptp", name, cut(text_of(ncci / f"{name}.gz"), "column_1", chosen))
    name = "northstar_ncci_aoc_2024q3.csv"
    addons = of("0054T", "10036", "64634", "64636", "99292", column=1)
    write("ncci_addon", name, cut(text_of(ncci / name), "primary_code", addons))

    name = "northstar_rbcs_2024pull.csv"
    chosen = of("0001U", "0004U", "64640", "77002", "J0585")
    write("cms_rbcs", name, cut(text_of(codes / name), "hcpcs_code", chosen))
    chosen = of("A0021", "A9506", "G0463", "J0585")
    for part in ("indicators", "descriptions"):
        name = f"northstar_hcpcs_level2_{part}_2024q3.csv"
        write("hcpcs_level2", name, cut(text_of(codes / name), "hcpcs_code", chosen))
    book = codes / "hcpcs-2019-raw" / "HCPC2019_CONTR_ANWEB.xlsx"
    rows = [cells for _, cells in sheet_records(book.read_bytes(), where=book.name)]
    kept = [row for row in rows if row[0] in ("HCPC", "A0021", "G0463", "G0503", "J0585")]
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(kept)
    write("hcpcs_level2", "HCPC2019_JAN_ANWEB.csv", out.getvalue())

    name = "northstar_pos_codes_2024.csv"
    text = cut(text_of(codes / name), "pos_code", of("02", "11", "24", "28"), {"pos_description"})
    write("cms_pos", name, text)
    name = "northstar_modifiers_2024_hcpcs_level2_only.csv"
    text = cut(text_of(codes / name), "mod_code", of("AA", "KX", "LT", "RT"))
    write("hcpcs_modifiers", name, text)
    name = "RAW_LAYOUT_HCPC2026_OCT_ANWEB.head.csv"
    write("hcpcs_modifiers", "HCPC2026_OCT_ANWEB.csv", text_of(codes / name))
    write_smaller_sources(originals, write)


def write_smaller_sources(originals: Path, write: Callable[..., None]) -> None:
    """Samples of the sources that are not of the fee schedule, the edits or the code sets."""
    cms = originals / "cms"
    places = either(of("02102", "10112", "01112", "01182", "06102"), notes)
    text = cut(text_of(cms / "pfs/rvu25a/ANES2025.csv"), "Contractor", places)
    write("cms_anesthesia", "ANES2025.csv", text)
    for name in ("anes_rvu20a.csv", "anes_rvu24ar.csv"):
        places = of("10112", "02102", "2102", "01112", "1112", "\x1a")
        text = cut(text_of(cms / "pfs/rvu20-24" / name), "contractor", places)
        write("cms_anesthesia", name, text)

    name = "myelin_zip_carrier_locality.csv"
    zips = of("10001", "60601", "90210", "33101", "90620", "91759", "93623")
    write("cms_zip_locality", name, cut(text_of(cms / "geo" / f"{name}.gz"), "zip5", zips))

    name = "nucc_taxonomy_251.csv"
    text = cut(
        text_of(cms / "codes" / name, "cp1252"),
        "Code",
        of("207LP2900X", "208VP0014X", "363LF0000X", "213E00000X"),
        {"grouping", "classification", "specialization", "definition", "notes", "display name"}
        | {"section"},
    )
    write("nucc_taxonomy", name, text)
    name = "medicare_provider_and_supplier_taxonomy_crosswalk_october_2025.csv"
    described = "provider taxonomy description:  type, classification, specialization"
    text = cut(
        text_of(cms / "codes" / name),
        "MEDICARE SPECIALTY CODE",
        of("05", "09", "72", "19", "73", "87[3]", "A4[11]", "A9[12]", "E2"),
        {described},
    )
    write("medicare_specialty_crosswalk", name, text)

    states = either(of("", "39", "72", column=1))
    codes = of("64624", "64640", column=3)
    text = cut(
        text_of(cms / "utilization/salonipat_2023_Filtered_RF_Geography_Service.csv"),
        "Rndrng_Prvdr_Geo_Lvl",
        lambda row: states(row) and codes(row),
        {"hcpcs_desc"},
    )
    write("cms_utilization", "MUP_PHY_R25_P05_V20_D23_Geo.csv", text)
    name = "salonipat_2023_RF_Procedure_Volume_by_CPT_and_Provider_Type.csv"
    code = of("64640")
    text = cut(
        text_of(cms / "utilization" / name),
        "HCPCS_Cd",
        lambda row: code(row) and len(row[1].split()) < 3,  # longer types read like descriptions
    )
    write("cms_utilization", name, text)

    drugs = of(
        *("90371", "90677", "A9606", "J0121", "J0585", "J0717", "J1100", "J7175", "P9041"),
    )
    text = text_of(cms / "asp/asp_2026-01_payment_limits.csv", "cp1252")
    text = cut(text, "HCPCS Code", drugs, {"short description"})
    write("cms_asp", "asp_2026-01_payment_limits.csv", text, "cp1252")
    name = "CLFS_2025_Q1V1.csv"
    text = cut(
        text_of(cms / "clfs" / name, "cp1252"),
        "YEAR",
        of("0001U", "36415", "80053", "82233", "85025", "G0327", "U0002", column=1),
        {"shortdesc", "longdesc", "extended longdesc"},
    )
    title, _, rest = text.partition("\n")
    notices, _, table = rest.partition("YEAR,HCPCS")
    assert "American Medical Association" in notices
    ours = "A notice stands here.,,,,,,,,\nAnd another one.\xa0,,,,,,,,\n,,,,,,,,\n"
    write("cms_clfs", name, f"{title}\n{ours}YEAR,HCPCS{table}", "cp1252")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
