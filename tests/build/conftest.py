"""A site on loopback, and no pauses between attempts."""

from __future__ import annotations

import logging
import random
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import stamina

from filekit import zipped
from payeratlas.build.download import Downloaded, Moment, Watch, download
from payeratlas.build.web import Order, Web
from sitekit import BOUND, DAY, NAME, URL, Clock, Site, Take

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
