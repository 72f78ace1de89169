"""A conversation with a site: what is sent, where redirects may lead, what is tried again."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from pathlib import Path

import httpcore2
import pytest
import stamina

from payeratlas.build import web as web_module
from payeratlas.build.guard import Guarded, SiteError, Unreachable
from payeratlas.build.web import ATTEMPTS, Order, Patience, Web, body
from sitekit import BOUND, HOST, PUBLIC, Reply, Site, failing, moved, page

START = f"https://{HOST}/start"


def test_a_request_says_who_asks_and_nothing_else(site: Site, web: Web) -> None:
    site.serve("/start", page("hello"))
    assert web.get(START) == b"hello"
    (asked,) = site.asked
    assert asked.method == "GET"
    assert asked.headers.pop("user-agent").startswith("payeratlas/")
    assert asked.headers == {"host": HOST, "accept": "*/*", "accept-encoding": "identity"}
    assert site.dialled == [f"{PUBLIC}:443"]


def test_redirects_within_the_list_are_followed(site: Site) -> None:
    site.names["downloads.cms.gov"] = [PUBLIC]
    site.serve("/start", moved("/second", 301))
    site.serve("/second", moved("https://downloads.cms.gov/third", 308))
    site.serve("/third", page("here"))
    with site.web(HOST, "downloads.cms.gov") as web, web.open(Order(START)) as answer:
        assert body(answer, 100) == b"here"
        assert answer.url == "https://downloads.cms.gov/third"
    assert site.looked_up == [HOST, HOST, "downloads.cms.gov"]


@pytest.mark.parametrize(
    "target",
    ["https://cdn.example.com/x.zip", "http://www.cms.gov/x.zip", "//evil.example/x", "ftp://x/y"],
)
def test_a_redirect_elsewhere_is_refused(site: Site, web: Web, target: str) -> None:
    site.serve("/start", moved(target))
    with pytest.raises(SiteError, match="is not opened"):
        web.get(START)
    assert site.paths() == ["/start"]


def test_redirects_without_end_or_aim_are_refused(site: Site, web: Web) -> None:
    site.serve("/start", moved("/start"))
    with pytest.raises(SiteError, match="more than 5 times"):
        web.get(START)
    assert len(site.asked) == 6
    site.serve("/start", Reply(status=302))
    with pytest.raises(SiteError, match="without saying where"):
        web.get(START)


@pytest.mark.parametrize(("status", "method"), [(302, "GET"), (303, "GET"), (307, "POST")])
def test_a_form_is_sent_on_only_where_the_redirect_says_so(
    site: Site, web: Web, status: int, method: str
) -> None:
    site.serve("/start", moved("/file", status))
    site.serve("/file", page("file"))
    with web.open(Order(START, "POST", b"agree=yes")) as answer:
        assert body(answer, 100) == b"file"
    assert site.asked[0].method == "POST"
    assert site.asked[0].headers["content-type"] == "application/x-www-form-urlencoded"
    assert (site.asked[1].method, site.asked[1].body != b"") == (method, method == "POST")


def test_every_hop_is_told_before_it_is_asked(site: Site, web: Web) -> None:
    site.serve("/start", moved("/gate"))

    class Stopped(Exception):
        pass

    def hop(url: str) -> None:
        if url.endswith("/gate"):
            raise Stopped

    with pytest.raises(Stopped), web.open(Order(START), hop=hop):
        pass
    assert site.paths() == ["/start"]


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_site_that_stumbles_is_asked_again(site: Site, web: Web, status: int) -> None:
    site.serve("/start", failing(status), failing(status), page("at last"))
    assert web.get(START) == b"at last"
    assert site.paths() == ["/start"] * 3


def test_attempts_have_an_end(site: Site, web: Web) -> None:
    site.serve("/start", failing(503))
    with pytest.raises(Unreachable, match=r"answers 503.*what was downloaded is kept"):
        web.get(START)
    assert len(site.asked) == ATTEMPTS


@pytest.mark.parametrize(
    ("status", "words"), [(404, "nothing there"), (410, "nothing there"), (403, "refuses")]
)
def test_a_site_that_says_no_is_not_asked_again(
    site: Site, web: Web, status: int, words: str
) -> None:
    site.serve("/start", failing(status))
    with pytest.raises(SiteError, match=rf"{words} \({status}\)"):
        web.get(START)
    assert len(site.asked) == 1


def test_pauses_grow_and_are_as_long_as_the_site_asks_up_to_a_cap(
    monkeypatch: pytest.MonkeyPatch, site: Site, web: Web
) -> None:
    stamina.set_testing(False)
    pauses: list[float] = []
    monkeypatch.setattr("tenacity.nap.time.sleep", pauses.append)
    site.serve(
        "/start",
        failing(503),
        failing(503, Retry_After="7"),
        failing(503, Retry_After="86400"),
        failing(503, Retry_After="Wed, 01 Jul 2026 12:00:00 GMT"),
        page("at last"),
    )
    assert web.get(START) == b"at last"
    first, second, third, fourth = pauses
    assert 0.5 <= first <= 1.5
    assert second == 7
    assert third == web_module.MOST_WAIT
    assert 4 <= fourth <= web_module.MOST_WAIT


def test_a_page_is_bounded(monkeypatch: pytest.MonkeyPatch, site: Site, web: Web) -> None:
    monkeypatch.setattr(web_module, "MOST_PAGE", 10_000)
    site.serve("/start", page("x" * 10_001))
    with pytest.raises(SiteError, match="larger than 10000 bytes"):
        web.get(START)


def test_a_silent_site_is_given_up(site: Site) -> None:
    """The server holds its answer until the test has ended; nothing waits for a fixed time."""
    event = threading.Event()
    site.serve("/start", Reply(b"x" * 100, hold=(10, event)))
    try:
        with (
            site.web(patience=Patience(read=0.05)) as web,
            pytest.raises(Unreachable, match="does not answer in time"),
        ):
            web.get(START)
    finally:
        event.set()
    assert len(site.dialled) == ATTEMPTS


def test_a_name_that_is_not_known_is_tried_again(site: Site, web: Web) -> None:
    del site.names[HOST]
    with pytest.raises(Unreachable, match=rf"the name {HOST} cannot be looked up"):
        web.get(START)
    assert site.looked_up == [HOST] * ATTEMPTS


def test_a_broken_answer_is_tried_again(site: Site, web: Web) -> None:
    site.serve("/start", Reply(b"x" * 100, cut=40), page("whole"))
    assert web.get(START) == b"whole"


def test_retries_print_nothing_of_their_own(
    site: Site, web: Web, capfd: pytest.CaptureFixture[str]
) -> None:
    site.serve("/start", failing(500), page("x"))
    web.get(START)
    assert capfd.readouterr() == ("", "")


# -- the encryption ------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def certificate(loopback: None, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A key and a certificate of www.cms.gov that nobody but these tests believes."""
    if not shutil.which("openssl"):
        pytest.skip("openssl, which makes the certificate of the test, is not installed")
    folder = tmp_path_factory.mktemp("certificate")
    key, made = folder / "key.pem", folder / "made.pem"
    words = f"req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={HOST}"
    command = ["openssl", *words.split(), "-addext", f"subjectAltName=DNS:{HOST}"]
    subprocess.run([*command, "-keyout", key, "-out", made], check=True, capture_output=True)
    return key, made


class Encrypted:
    """A server that speaks TLS, answers one line and ends."""

    def __init__(self, key: Path, certificate: Path) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate, key)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(BOUND)
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        try:
            connection, _ = self._socket.accept()
            connection.settimeout(BOUND)
            with self._context.wrap_socket(connection, server_side=True) as line:
                line.recv(4096)
                line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nsafe")
        except OSError:  # the client did not believe it
            pass

    def close(self) -> None:
        self._thread.join(BOUND)
        self._socket.close()

    def backend(self) -> Guarded:
        real, port = httpcore2.SyncBackend(), self.port

        class Led(httpcore2.NetworkBackend):
            def connect_tcp(self, *_args: object, **_kwargs: object) -> httpcore2.NetworkStream:
                return real.connect_tcp("127.0.0.1", port, BOUND)

        return Guarded(lambda host: [PUBLIC], Led())


@pytest.mark.parametrize("host", [HOST, "other.example"])
def test_the_certificate_is_checked_against_the_name(
    certificate: tuple[Path, Path], host: str
) -> None:
    """Connecting to the checked address must not weaken whom we believe to speak to."""
    server = Encrypted(*certificate)
    trust = ssl.create_default_context(cafile=str(certificate[1]))
    try:
        with Web([host], backend=server.backend(), trust=trust) as web:
            if host == HOST:
                assert web.get(f"https://{host}/") == b"safe"
            else:
                with pytest.raises(SiteError, match=r"certificate is not believed.*mismatch"):
                    web.get(f"https://{host}/")
    finally:
        server.close()


def test_a_certificate_of_nobody_is_not_believed(certificate: tuple[Path, Path]) -> None:
    server = Encrypted(*certificate)
    try:
        with (
            Web([HOST], backend=server.backend()) as web,
            pytest.raises(SiteError, match="certificate is not believed: self-signed"),
        ):
            web.get(f"https://{HOST}/")
    finally:
        server.close()
