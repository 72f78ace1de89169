"""A site on loopback, and no pauses between attempts."""

from __future__ import annotations

import io
import json
import logging
import random
import socket
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import stamina

from filekit import zipped
from payeratlas.apps import fetching
from payeratlas.apps.cli import main
from payeratlas.build import web as web_module
from payeratlas.build.download import Downloaded, Moment, Watch, download
from payeratlas.build.web import Order, Web
from postingkit import CDN, HOST, ONE, OTHER, TOC, TWO, Run, serve
from pricekit import FILE, REFERENCES, REMOTE, index, packed
from sitekit import BOUND, DAY, NAME, PUBLIC, URL, Clock, Site, Take

SAMPLES = Path(__file__).parents[1] / "sources"


@pytest.fixture(autouse=True)
def _no_pauses() -> Iterator[None]:
    stamina.set_testing(True, attempts=5, cap=True)
    yield
    stamina.set_testing(False)


@pytest.fixture(scope="session")
def loopback() -> None:
    """The machine's own loopback; tests skip where it is down, as in a bare network namespace."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        try:
            socket.create_connection(server.getsockname(), BOUND).close()
        except OSError as error:
            pytest.skip(f"loopback is down ({error.strerror}): try 'ip link set lo up'")


@pytest.fixture
def site(loopback: None) -> Iterator[Site]:
    """A site that has nothing yet."""
    with Site() as found:
        yield found


@pytest.fixture
def web(site: Site) -> Iterator[Web]:
    """A conversation with it."""
    with site.web() as found:
        yield found


@pytest.fixture(scope="session")
def archive() -> bytes:
    """A zip as CMS serves one: the samples of a relative value release, and something large."""
    samples = {
        "PPRRVU2025_Oct.csv": (
            SAMPLES / "cms_pfs_rvu" / "samples" / "PPRRVU2025_Oct.csv"
        ).read_bytes(),
        "GPCI2025.csv": (SAMPLES / "cms_pfs_gpci" / "samples" / "GPCI2025.csv").read_bytes(),
        "RVU25D.pdf": random.Random(25).randbytes(400_000),
    }
    return zipped(samples)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the file goes; it is not there yet."""
    return tmp_path / "downloads"


@pytest.fixture
def said() -> list[str]:
    """What the download told."""
    return []


@pytest.fixture
def moments() -> list[Moment]:
    """How far the download was, each time it told."""
    return []


@pytest.fixture
def take(web: Web, folder: Path, said: list[str], moments: list[Moment]) -> Take:
    """Download the file of the test; options are those of ``download``."""

    def run(**options: Any) -> Downloaded:
        clock = options.pop("clock", Clock())
        watch = Watch(clock, moments.append, said.append)
        name, web_ = options.pop("name", NAME), options.pop("web", web)
        order = options.pop("order", Order(URL))
        return download(web_, order, folder, name, watch=watch, day=DAY, **options)

    return run


# -- a payer's posting ---------------------------------------------------------------------------


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def fetch(
    site: Site, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run ``sources fetch``; its exit code, standard output and standard error.

    ``answers`` are what somebody at the terminal types; without them nobody is there.
    """
    monkeypatch.setattr(web_module, "Guarded", site.backend)

    def call(*arguments: str, answers: str | None = None) -> tuple[int, str, str]:
        monkeypatch.setattr(fetching, "attended", lambda: answers is not None)
        monkeypatch.setattr(sys, "stdin", io.StringIO(answers or ""))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(["--store", str(root), "sources", "fetch", *arguments])
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return call


@pytest.fixture
def run(fetch: Run) -> Run:
    """Run ``sources fetch tic``, as ``fetch`` does."""
    return partial(fetch, "tic")


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


@pytest.fixture(scope="module")
def bucket(loopback: None) -> Iterator[str]:
    """The address of a bucket of an S3 server on loopback; the environment leads to it."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "AWS_ENDPOINT_URL": f"http://{host}:{port}",
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }.items():
            patch.setenv(name, value)
        boto3.client("s3").create_bucket(Bucket="bucket")
        yield "s3://bucket"
    server.stop()
