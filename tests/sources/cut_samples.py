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


def text_of(path: Path) -> str:
    """The text of a csv or csv.gz file, line ends kept."""
    data = path.read_bytes()
    return (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")


def cut(text: str, heading: str, keep: Keep, blank: Collection[str] = ()) -> str:
    """Everything to the heading row, then the rows to keep, with columns emptied by heading.

    A record stands as it was printed unless a column of it is emptied.
    """
    end = "\r\n" if "\r\n" in text else "\n"
    out, columns = io.StringIO(newline=""), None
    lines = text.splitlines(keepends=True)
    reader = csv.reader(iter(lines))
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
                csv.writer(out, lineterminator=end).writerow(row)
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


def all_of(*keeps: Keep) -> Keep:
    """Keep what all of them keep."""
    return lambda row: all(keep(row) for keep in keeps)


def main(originals: Path) -> None:
    """Write every sample below this folder."""
    pfs, ncci, codes = (originals / "cms" / name for name in ("pfs", "ncci", "codes"))

    def write(source: str, name: str, text: str) -> None:
        folder = HERE / source / "samples"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode("utf-8"))

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


if __name__ == "__main__":
    main(Path(sys.argv[1]))
