"""From the publisher's page to a release that was read and compared, step by step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from filekit import zipped
from payeratlas.build import fetch
from payeratlas.build.download import Downloaded, Watch
from payeratlas.build.fetch import chosen, file_name, hosts_of, obtain, offers_of, preview
from payeratlas.build.guard import SiteError
from payeratlas.build.ingest import publish
from payeratlas.build.registry import load_source, sources
from payeratlas.build.terms import Terms
from payeratlas.build.web import Web
from payeratlas.model.errors import FileError, InputError
from payeratlas.sources import Found
from payeratlas.store import Store
from sitekit import HOST, Clock, Reply, Site, licence_page, moved, page

SAMPLES = Path(__file__).parents[1] / "sources"
RVU_INDEX = "/medicare/payment/fee-schedules/physician/pfs-relative-value-files"
MUE_INDEX = (
    "/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/"
    "medicare-ncci-medically-unlikely-edits"
)
DAY = "2026-07-02"
GATED = f"https://{HOST}/license/ama?file=/files/zip/rvu25d.zip"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """The user's own store over nothing."""
    return Store(tmp_path / "store", None)


@pytest.fixture
def asked() -> list[str]:
    """The terms that the user was asked to accept."""
    return []


@pytest.fixture
def get(web: Web, store: Store, asked: list[str]) -> Callable[..., list[Downloaded]]:
    """Download offers; whoever is asked for consent gives it."""

    def run(*offers: Found, **options: Any) -> list[Downloaded]:
        given = {
            "consent": lambda terms: asked.append(terms.id),
            "watch": Watch(Clock()),
            "day": DAY,
            **options,
        }
        return obtain(offers, web, store, **given)

    return run


def offer(name: str, release: str = "", part: str = "", title: str = "") -> Found:
    return Found(title or name, f"https://{HOST}/files/zip/{name}", release, part)


# -- which release -------------------------------------------------------------------------------

OFFERS = [
    offer("rvu26d.zip", "26-d", title="RVU26D"),
    offer("rvu26c-updated-06-30-2026.zip", "26-c", title="RVU26C Updated"),
    offer("rvu24ar.zip", "24-a-r", title="RVU24AR"),
    offer("rvu24a.zip", "24-a", title="RVU24A"),
]
QUARTER = [
    offer("medicare-ncci-2026-q3-practitioner-services-mue-table.zip", "2026-3", "practitioner"),
    offer("medicare-ncci-2026-q3-dme-supplier-services-mue-table.zip", "2026-3", "dme"),
    offer("medicare-ncci-2026-q2-practitioner-services-mue-table.zip", "2026-2", "practitioner"),
]


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("latest", "rvu26d.zip"),
        ("RVU26D", "rvu26d.zip"),
        ("rvu26c", "rvu26c-updated-06-30-2026.zip"),
        ("rvu26c updated", "rvu26c-updated-06-30-2026.zip"),
        ("26-c", "rvu26c-updated-06-30-2026.zip"),
        ("RVU24A", "rvu24a.zip"),
        ("rvu24a.zip", "rvu24a.zip"),
        ("rvu24ar", "rvu24ar.zip"),
    ],
)
def test_a_release_is_named_by_title_or_file(wanted: str, name: str) -> None:
    assert [file_name(found.url) for found in chosen(OFFERS, wanted)] == [name]


def test_all_files_of_a_release_come_together() -> None:
    for wanted in ("latest", "q3-dme", "2026-3", QUARTER[1].title):
        assert chosen(QUARTER, wanted) == tuple(QUARTER[:2])
    assert chosen(QUARTER, "q2") == (QUARTER[2],)


def test_what_is_not_offered_is_answered_with_what_is() -> None:
    with pytest.raises(InputError, match=r"no release offered is called 'rvu27a'.*'RVU26D'"):
        chosen(OFFERS, "rvu27a")
    with pytest.raises(InputError, match="offers no release"):
        chosen([], "latest")
    many = [offer(f"rvu{year}a.zip", str(year)) for year in range(10, 27)]
    with pytest.raises(InputError, match="and 9 more"):
        chosen(many, "nothing")


def test_an_unclear_name_is_not_guessed_at() -> None:
    with pytest.raises(InputError, match=r"could be 'RVU24AR' \(rvu24ar\.zip\), 'RVU24A'"):
        chosen(OFFERS, "rvu24")


def test_a_release_that_is_offered_twice_must_be_named() -> None:
    twice = [offer("rvu26a-updated.zip", "26-a"), offer("rvu26a.zip", "26-a"), *OFFERS]
    for wanted in ("latest", "rvu26a-"):
        with pytest.raises(InputError, match="offered 2 times"):
            chosen(twice, wanted)
    assert chosen(twice, "rvu26a.zip") == (twice[1],)
    assert chosen(twice, "rvu26a-updated.zip") == (twice[0],)


def test_offers_without_a_release_stand_for_themselves() -> None:
    plain = [offer("a-codes.pdf"), offer("b-codes.pdf")]
    assert chosen(plain, "latest") == (plain[0],)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        (f"https://{HOST}/files/zip/rvu26d.zip", "rvu26d.zip"),
        (
            f"https://{HOST}/files/zip/rvu24b-updated-03/18/2024.zip",
            "rvu24b-updated-03-18-2024.zip",
        ),
        (f"https://{HOST}/files/zip/january%202026%20addendum.zip", "january-2026-addendum.zip"),
        (f"https://{HOST}/license/ama?file=/files/zip/26clabq3.zip", "26clabq3.zip"),
        (f"https://{HOST}/files/zip/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "etc-passwd"),
        (f"https://{HOST}/files/zip/.hidden.zip", "hidden.zip"),
        (f"https://{HOST}/files/zip/x%00y.zip", "x-y.zip"),
        (f"https://{HOST}/", "file"),
        (f"https://{HOST}/1/2", "1-2"),
        (f"https://{HOST}/{'long' * 99}.zip", ("long" * 99 + ".zip")[-120:]),
    ],
)
def test_a_file_has_a_name_that_is_only_a_name(url: str, name: str) -> None:
    assert file_name(url) == name
    assert "/" not in name


def test_hosts_are_those_of_the_index_page_and_those_declared() -> None:
    for module in sources().values():
        hosts = hosts_of(module.SOURCE)
        assert urlsplit(module.SOURCE.index_url).hostname in hosts
        assert set(module.SOURCE.hosts) <= hosts
        assert len(hosts) == 1 + len(module.SOURCE.hosts)


# -- its files -----------------------------------------------------------------------------------


def test_offers_are_found_on_the_publishers_page(site: Site, web: Web) -> None:
    site.serve(
        RVU_INDEX,
        page(
            '<a href="/files/zip/rvu25c.zip">RVU25C</a>'
            f'<a href="{RVU_INDEX}/rvu25d">Release page</a><a href="https://x.example/">x</a>'
        ),
    )
    site.serve(f"{RVU_INDEX}/rvu25d", page(f'<a href="{GATED}">RVU25D (ZIP)</a>'))
    found = offers_of(load_source("cms_pfs_rvu"), web)
    assert [(o.title, o.url, o.release, o.part) for o in found] == [
        ("RVU25D (ZIP)", GATED, "25-d", ""),
        ("RVU25C", f"https://{HOST}/files/zip/rvu25c.zip", "25-c", ""),
    ]


def test_the_files_of_a_quarter_know_their_parts(site: Site, web: Web) -> None:
    html = "".join(f'<a href="{o.url}">x</a>' for o in QUARTER)
    site.serve(MUE_INDEX, page(html))
    found = offers_of(load_source("ncci_mue"), web)
    assert {(o.release, o.part) for o in found} == {
        ("2026-3", "practitioner-services"),
        ("2026-3", "dme-supplier-services"),
        ("2026-2", "practitioner-services"),
    }
    assert len(chosen(found, "latest")) == 2


def test_a_page_that_links_elsewhere_is_not_followed_there(site: Site, web: Web) -> None:
    """Even where a link on the page looks like a release's own page."""
    far = f"https://evil.example{RVU_INDEX}/rvu25d"
    site.serve(RVU_INDEX, page(f'<a href="{far}">RVU25D</a>'))
    with pytest.raises(SiteError, match=r"evil\.example.*is not opened"):
        offers_of(load_source("cms_pfs_rvu"), web)
    assert site.looked_up == [HOST]


def test_files_go_to_the_stores_downloads_and_are_forgotten(
    site: Site, store: Store, archive: bytes, get: Callable[..., list[Downloaded]]
) -> None:
    site.serve("/files/zip/rvu25d.zip", Reply(archive))
    site.serve("/files/zip/more/rvu25d.zip", Reply(archive))
    files = get(offer("rvu25d.zip"), offer("more/rvu25d.zip"))
    assert [file.path.name for file in files] == ["rvu25d.zip"] * 2
    assert len({file.path for file in files}) == 2
    assert all(file.path.is_relative_to(store.root / "downloads") for file in files)
    fetch.forget(files[:1], store)
    assert not files[0].path.exists()
    assert files[1].path.exists()
    fetch.forget(files[1:], store)
    assert not (store.root / "downloads").exists()


def test_files_put_elsewhere_stay(
    site: Site, store: Store, archive: bytes, tmp_path: Path, get: Callable[..., list[Downloaded]]
) -> None:
    site.serve("/files/zip/rvu25d.zip", Reply(archive))
    files = get(offer("rvu25d.zip"), out=tmp_path / "mine")
    fetch.forget(files, store)
    assert sorted(p.name for p in (tmp_path / "mine").iterdir()) == [
        "rvu25d.zip",
        "rvu25d.zip.json",
    ]
    with pytest.raises(InputError, match="two files of the release have one name"):
        get(offer("rvu25d.zip"), offer("more/rvu25d.zip"), out=tmp_path / "mine")


# -- terms ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["post", "get"])
def test_a_gate_is_passed_by_its_own_form_once_the_user_accepted(
    site: Site, archive: bytes, asked: list[str], get: Callable[..., list[Downloaded]], method: str
) -> None:
    site.serve("/license/ama", page(licence_page("/files/zip/rvu25d.zip", method)))
    site.serve("/files/zip/rvu25d.zip", Reply(archive, cut=100_000), Reply(archive))
    (file,) = get(Found("RVU25D", GATED))
    assert file.path.read_bytes() == archive
    assert (file.path.name, file.pin.url) == ("rvu25d.zip", GATED)
    assert asked == ["ama"]
    sent = [(a.method, a.path, a.body) for a in site.asked]
    gate = ("GET", "/license/ama?file=/files/zip/rvu25d.zip", b"")
    form = b"agree=yes&next=Accept"
    if method == "post":
        assert sent == [gate, *[("POST", "/files/zip/rvu25d.zip", form)] * 2]
    else:
        assert sent == [gate, *[("GET", f"/files/zip/rvu25d.zip?{form.decode()}", b"")] * 2]
    assert site.asked[2].headers["range"] == "bytes=100000-"


def test_without_consent_nothing_is_asked_of_the_site(
    site: Site, get: Callable[..., list[Downloaded]]
) -> None:
    def refuse(terms: Terms) -> None:
        raise InputError(f"{terms.id} was not accepted.")

    site.serve("/license/ama", page(licence_page("/files/zip/rvu25d.zip")))
    with pytest.raises(InputError, match="ama was not accepted"):
        get(Found("RVU25D", GATED), consent=refuse)
    assert site.asked == []


def test_a_file_that_leads_to_a_gate_is_gated_too(
    site: Site, archive: bytes, asked: list[str], get: Callable[..., list[Downloaded]]
) -> None:
    site.serve("/files/zip/rvu25d.zip", moved(GATED), Reply(archive))
    site.serve("/license/ama", page(licence_page("/files/zip/rvu25d.zip")))
    (file,) = get(offer("rvu25d.zip"))
    assert file.path.read_bytes() == archive
    assert asked == ["ama"]
    assert [a.method for a in site.asked] == ["GET", "GET", "POST"]


def test_a_redirect_to_a_gate_is_not_followed_without_consent(
    site: Site, get: Callable[..., list[Downloaded]]
) -> None:
    def refuse(terms: Terms) -> None:
        raise InputError("no")

    site.serve("/files/zip/rvu25d.zip", moved(GATED))
    with pytest.raises(InputError):
        get(offer("rvu25d.zip"), consent=refuse)
    assert site.paths() == ["/files/zip/rvu25d.zip"]


def test_a_gate_that_asks_without_end_is_left(
    site: Site, get: Callable[..., list[Downloaded]]
) -> None:
    site.serve("/files/zip/rvu25d.zip", moved(GATED))
    site.serve("/license/ama", page(licence_page("/files/zip/rvu25d.zip")))
    for found in (offer("rvu25d.zip"), Found("RVU25D", GATED)):
        with pytest.raises(SiteError, match=r"asks for the AMA's licence.*again"):
            get(found)


def test_a_form_that_sends_elsewhere_is_not_sent(
    site: Site, get: Callable[..., list[Downloaded]]
) -> None:
    site.serve("/license/ama", page(licence_page("https://evil.example/x.zip")))
    with pytest.raises(SiteError, match=r"evil\.example.*is not opened"):
        get(Found("RVU25D", GATED))
    assert len(site.asked) == 1


# -- what it would change ------------------------------------------------------------------------


def test_a_fetched_release_is_read_compared_and_published(
    site: Site, store: Store, archive: bytes, get: Callable[..., list[Downloaded]]
) -> None:
    site.serve("/files/zip/rvu25d.zip", Reply(archive))
    files = get(offer("rvu25d.zip"))
    first = preview("cms_pfs_rvu", files, store)
    assert (first.against, first.comparison, first.on_hand) == (None, None, False)
    assert first.reading.release.id == "rvu25d-excerpt"
    assert store.releases() == ()
    published = publish("cms_pfs_rvu", first.reading, first.files, store)
    (part,) = published.parts
    assert part.artifact.sha256 == files[0].pin.sha256
    assert (part.artifact.url, part.artifact.retrieved) == (files[0].pin.url, DAY)
    assert (part.member, part.artifact.name) == ("PPRRVU2025_Oct.csv", "rvu25d.zip")

    again = preview("cms_pfs_rvu", files, store)
    assert again.on_hand
    assert again.against == published

    text = (SAMPLES / "cms_pfs_rvu" / "samples" / "PPRRVU2025_Oct.csv").read_bytes()
    assert text.count(b",1.98,5.26,,1.43,,0.21,") == 1
    newer = text.replace(b",1.98,5.26,,1.43,,0.21,", b",1.93,5.26,,1.43,,0.21,")
    site.serve("/files/zip/rvu25d.zip", Reply(zipped({"PPRRVU2025_Oct.csv": newer})))
    replaced = get(offer("rvu25d.zip"))
    assert replaced[0].replaced == files[0].pin.sha256
    third = preview("cms_pfs_rvu", replaced, store)
    assert third.comparison
    (pair,) = third.comparison.pairs
    assert dict(pair.columns) == {"work_rvu": 1}
    (changed,) = pair.changed_rows()
    assert changed.after["hcpcs"] == "64640"
    assert [str(value) for value in changed.cells()[0]] == ["work_rvu", "1.98", "1.93"]


def test_a_release_of_three_files(
    site: Site, store: Store, get: Callable[..., list[Downloaded]]
) -> None:
    names = {"practitioner": "practitioner", "outpatient": "hospital", "dme": "dme"}
    offers = []
    for short, service in names.items():
        csv = SAMPLES / "ncci_mue" / "samples" / f"northstar_mue_{short}_eff2024-07-01.csv"
        member = f"MCR_MUE_{service}_eff_2024-07-01.csv"
        site.serve(f"/files/zip/{service}.zip", Reply(zipped({member: csv.read_bytes()})))
        offers.append(offer(f"{service}.zip", "2024-3", service))
    found = preview("ncci_mue", get(*offers), store)
    assert {b.constants["service"] for b in found.reading.batches} == set(names.values())


def test_another_sources_archive_is_refused(
    site: Site, store: Store, archive: bytes, get: Callable[..., list[Downloaded]]
) -> None:
    site.serve("/files/zip/rvu25d.zip", Reply(archive))
    with pytest.raises(FileError, match="holds no file of this source"):
        preview("ncci_mue", get(offer("rvu25d.zip")), store)


def test_a_whole_real_release(
    site: Site,
    shared_data: Path,
    tmp_path: Path,
    web: Web,
) -> None:
    """CMS's October 2025 file, zipped as CMS serves it, against the embedded one and against
    January's: nothing but the container differs from the first."""
    csv = shared_data / "cms" / "pfs" / "rvu25d" / "PPRRVU2025_Oct.csv"
    site.serve(
        "/files/zip/rvu25d.zip",
        Reply(zipped({csv.name: csv.read_bytes()}), cut=300_000),
        Reply(zipped({csv.name: csv.read_bytes()})),
    )
    store = Store.open(tmp_path / "store")
    files = obtain(
        [offer("rvu25d.zip", "25-d")],
        web,
        store,
        consent=lambda terms: pytest.fail("no terms were asked for"),
        watch=Watch(Clock()),
        day=DAY,
    )
    found = preview("cms_pfs_rvu", files, store)
    assert found.against
    assert found.against.release.id == found.reading.release.id == "rvu25d"
    assert found.comparison
    (pair,) = found.comparison.pairs
    assert (pair.count, pair.untold) == (0, 0)
    assert pair.same == len(found.reading.batches[0].ordinals) > 17_000
    assert not found.on_hand
