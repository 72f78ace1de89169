"""No address inside anybody's network is reached: by its text, by a redirect, or by a name."""

from __future__ import annotations

import socket

import httpcore2
import pytest

from payeratlas.build.guard import Guarded, SiteError, not_public, resolved, url_of
from payeratlas.build.web import Order
from sitekit import HOST, PUBLIC, Site, moved

# Ways to write an address that leads elsewhere than it says, or inside.
FORGED = [
    "http://www.cms.gov/files/zip/rvu26d.zip",
    "ftp://www.cms.gov/rvu26d.zip",
    "file:///etc/passwd",
    "gopher://127.0.0.1:70/_x",
    "data:text/html,x",
    "javascript:alert(1)",
    "//www.cms.gov/x",
    "/files/zip/rvu26d.zip",
    "https:www.cms.gov/x",
    "https:///www.cms.gov/x",
    "https://",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://127.0.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://0/",
    "https://0.0.0.0/",
    "https://127.0.0.1.nip.io/",
    "https://localhost/",
    "https://localhost.localdomain/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[0:0:0:0:0:ffff:169.254.169.254]/",
    "https://[fe80::1%25eth0]/",
    "https://[64:ff9b::10.0.0.1]/",
    "https://169.254.169.254/latest/meta-data/",
    "https://metadata.google.internal/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://①②⑦.⓪.⓪.①/",
    "https://www。cms。gov/",
    "https://www.cms.gov.evil.example/",
    "https://evil-www.cms.gov/",
    "https://cms.gov/",
    "https://www.cms.gov./",
    "https://www.cms.gov@127.0.0.1/",
    "https://user:secret@www.cms.gov/",
    "https://www.cms.gov%40127.0.0.1/",
    "https://127.0.0.1#@www.cms.gov/",
    "https://127.0.0.1?@www.cms.gov/",
    "https://127.0.0.1\\@www.cms.gov/",
    "https://www.cms.gov\\@127.0.0.1/",
    "https://www.cms.gov:22/",
    "https://www.cms.gov:443@127.0.0.1/",
    "https://www.cms.gov:0443x/",
    "https://www.cms.gov\t/",
    "https://www.cms.gov\r\nHost: 127.0.0.1/",
    "https://www.cms.gov\x00.evil.example/",
    "https://www.cms.gov/x\r\nX-Injected: 1",
    "https://xn--www-cms-gov/",
]

# Addresses that a name may be made to stand for.
INSIDE = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "100.127.255.254",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.254",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.19.255.254",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:0:10.0.0.1",
    "64:ff9b::192.168.0.1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:53aa:64c:0:0:80ff:fffe",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:c0a8:101::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1%eth0",
    "fec0::1",
    "ff02::1",
    "",
    "localhost",
    "0x7f.0.0.1",
    "127.1",
    "010.0.0.1",
]

OUTSIDE = ["8.8.8.8", "96.7.128.198", "172.15.0.1", "172.32.0.1", "100.63.0.1", "2606:4700::1111"]


def test_a_listed_host_over_https_is_taken_apart() -> None:
    url = url_of("HTTPS://WWW.CMS.GOV:443/files/zip/a b%20c.zip?x=1&y=é#part", {HOST})
    assert (url.host, url.target) == (HOST, "/files/zip/a%20b%20c.zip?x=1&y=%C3%A9")
    assert str(url) == f"https://{HOST}/files/zip/a%20b%20c.zip?x=1&y=%C3%A9"
    assert str(url_of("https://www.cms.gov", {HOST})) == f"https://{HOST}/"
    assert str(url_of("https://www.cms.gov?q", {HOST})) == f"https://{HOST}/?q"


@pytest.mark.parametrize("text", FORGED)
def test_a_forged_address_is_not_opened(site: Site, text: str) -> None:
    assert len(FORGED) > 35
    with site.web() as web, pytest.raises(SiteError, match="is not opened"):
        web.get(text)
    assert (site.looked_up, site.dialled) == ([], [])


@pytest.mark.parametrize("text", [text for text in FORGED if not set(text) & set("\r\n\0")])
def test_a_redirect_to_a_forged_address_is_not_followed(site: Site, text: str) -> None:
    site.serve("/go", moved(text.encode("utf-8").decode("latin-1")))
    refused = r"is not opened|nothing there|more than 5 times"
    with site.web() as web, pytest.raises(SiteError, match=refused):
        web.get(f"https://{HOST}/go")
    assert site.dialled == [f"{PUBLIC}:443"] * len(site.dialled)
    assert set(site.looked_up) == {HOST}


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_is_not_connected_to(site: Site, address: str) -> None:
    assert not_public(address)
    for names in ([address], [PUBLIC, address], [address, PUBLIC]):
        site.names[HOST] = names
        with site.web() as web, pytest.raises(SiteError, match="not on the public internet"):
            web.get(f"https://{HOST}/")
    assert site.dialled == []


@pytest.mark.parametrize("address", [*OUTSIDE, "64:ff9b::8.8.8.8", "::ffff:8.8.8.8"])
def test_a_public_address_is_public(address: str) -> None:
    assert not_public(address) == ""


def test_a_name_that_changes_its_meaning_gains_nothing(site: Site) -> None:
    """It is looked up once for each connection, and what was looked up is connected to."""
    answers = iter([[PUBLIC], ["127.0.0.1"], [PUBLIC]])
    site.resolve = lambda host: next(answers)  # type: ignore[method-assign]
    site.serve("/", moved("/next"))
    with site.web() as web, pytest.raises(SiteError, match=r"stands for 127\.0\.0\.1 \(loopback\)"):
        web.get(f"https://{HOST}/")
    assert site.dialled == [f"{PUBLIC}:443"]
    assert site.paths() == ["/"]
    assert next(answers) == [PUBLIC]


def test_the_next_address_is_tried_where_one_is_dead() -> None:
    tried: list[str] = []

    class Dead(httpcore2.NetworkBackend):
        def connect_tcp(self, host: str, *_args: object, **_kwargs: object) -> httpcore2.MockStream:
            tried.append(host)
            if len(tried) < 3:
                raise httpcore2.ConnectError("dead")
            return httpcore2.MockStream([])

    gate = Guarded(lambda host: ["8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1"], Dead())
    gate.connect_tcp(HOST, 443)
    assert tried == ["8.8.8.8", "8.8.4.4", "1.1.1.1"]
    with pytest.raises(httpcore2.ConnectError, match="stands for no address"):
        Guarded(lambda host: [], Dead()).connect_tcp(HOST, 443)


def test_sockets_of_this_machine_are_not_opened() -> None:
    with pytest.raises(SiteError, match="not opened"):
        Guarded().connect_unix_socket("/var/run/docker.sock")


def test_the_system_resolver_is_asked_for_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(host: str, port: int, **_kwargs: object) -> list[tuple[object, ...]]:
        assert (host, port) == (HOST, 443)
        six = (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("2606:4700::1111", 443, 0, 0))
        four = (socket.AF_INET, socket.SOCK_STREAM, 6, "", (PUBLIC, 443))
        return [six, four, four]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    assert resolved(HOST) == ["2606:4700::1111", PUBLIC]


def test_by_default_the_gate_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """No argument, no environment: the program's own Web goes through the gate."""
    from payeratlas.build.web import Web

    def inside(*_args: object, **_kwargs: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 443))]

    monkeypatch.setattr(socket, "getaddrinfo", inside)
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with (
        Web([HOST]) as web,
        pytest.raises(SiteError, match="loopback"),
        web.open(Order(f"https://{HOST}/")),
    ):
        pass
