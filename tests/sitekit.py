"""A publisher's site for tests: a server on loopback, and connections that are led to it.

The program asks for ``https://www.cms.gov/...`` as always. Only the lowest layer is exchanged:
names stand for a public address, and the connection to it ends at the server of the test.
"""

from __future__ import annotations

import hashlib
import re
import socket
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpcore2

from payeratlas.build.download import Downloaded
from payeratlas.build.guard import Guarded
from payeratlas.build.web import Patience, Web

HOST = "www.cms.gov"
PUBLIC = "23.1.2.3"
PATH = "/files/zip/rvu25d.zip"
URL = f"https://{HOST}{PATH}"
NAME = "rvu25d.zip"
DAY = "2026-07-02"
BOUND = 20.0  # seconds after which a held answer lets go, whatever the test does

Take = Callable[..., Downloaded]


@dataclass(frozen=True)
class Reply:
    """What the site answers: a file as CMS serves it, or a fault.

    ``cut`` ends the connection after so many bytes of the body; ``hold`` sends so many and waits
    until it is set. ``etag`` empty and ``dated`` False leave the file without any mark. ``head``
    is what HEAD is answered, where that is another status.
    """

    body: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    kind: str = "application/zip"
    etag: str | None = None
    dated: bool = True
    ranges: bool = True
    length: bool = True
    cut: int | None = None
    hold: tuple[int, threading.Event] | None = None
    head: int = 0

    @property
    def mark(self) -> str:
        """Its ETag: a digest of the body, unless another was given."""
        digest = hashlib.sha256(self.body).hexdigest()[:16]
        return f'"{digest}"' if self.etag is None else self.etag


@dataclass
class Asked:
    """A request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""


def moved(to: str, status: int = 302) -> Reply:
    """A redirect."""
    return Reply(status=status, headers=(("Location", to),))


def page(html: str, status: int = 200) -> Reply:
    """A web page."""
    return Reply(
        html.encode(), status=status, kind="text/html; charset=utf-8", dated=False, etag=""
    )


def failing(status: int, **headers: str) -> Reply:
    """An error with its page."""
    given = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Reply(
        b"<html><title>Sorry</title></html>", status=status, kind="text/html", headers=given
    )


@dataclass
class Site:
    """Paths and what they answer: each answer of a list once, the last one for ever."""

    replies: dict[str, list[Reply]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    dialled: list[str] = field(default_factory=list)
    names: dict[str, list[str]] = field(default_factory=lambda: {HOST: [PUBLIC]})
    looked_up: list[str] = field(default_factory=list)

    def serve(self, path: str, *replies: Reply) -> None:
        """Answer a path (with its query, where it has one) so."""
        self.replies[path] = list(replies)

    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [asked.path for asked in self.asked]

    def ranges(self) -> list[str]:
        """The Range of each request, empty where it asked for all."""
        return [asked.headers.get("range", "") for asked in self.asked]

    def answer(self, path: str, method: str = "GET") -> Reply:
        """The next answer of a path; HEAD is answered as GET would be, and takes none away."""
        replies = self.replies.get(path) or self.replies.get(path.partition("?")[0])
        if not replies:
            return failing(404)
        return replies.pop(0) if len(replies) > 1 and method != "HEAD" else replies[0]

    # -- the lowest layer ----------------------------------------------------------------------

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(BOUND)

    @property
    def port(self) -> int:
        """Where the server listens."""
        return int(self._server.server_address[1])

    def resolve(self, host: str) -> list[str]:
        """The addresses of a name, as this site wants them known."""
        self.looked_up.append(host)
        if host not in self.names:
            raise socket.gaierror("no such name")
        return self.names[host]

    def backend(self) -> httpcore2.NetworkBackend:
        """The program's own gate, and behind it a connection to this server."""
        return Guarded(self.resolve, _Led(self))

    def web(self, *hosts: str, patience: Patience | None = None) -> Web:
        """A conversation with this site under its public name."""
        return Web(hosts or (HOST,), backend=self.backend(), patience=patience)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_args: object) -> None:
        """Silence: the other side hangs up in the midst of many a test."""


class _Led(httpcore2.NetworkBackend):
    """Connects every address to the test's server, without the encryption of https."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._real = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        self._site.dialled.append(f"{host}:{port}")
        stream = self._real.connect_tcp("127.0.0.1", self._site.port, timeout)
        stream.start_tls = lambda *_args, **_kwargs: stream  # type: ignore[method-assign]
        return stream


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = BOUND

        def log_message(self, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            self._serve()

        def do_HEAD(self) -> None:
            self._serve()

        def do_POST(self) -> None:
            self._serve()

        def _serve(self) -> None:
            sent = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(sent.get("content-length", 0)))
            site.asked.append(Asked(self.command, self.path, sent, body))
            reply = site.answer(self.path, self.command)
            status, start = _status(reply, sent)
            if self.command == "HEAD":
                status = reply.head or status
            content = b"" if status in (304, 416) else reply.body[start:]
            self.send_response(status)
            for name, value in reply.headers:
                self.send_header(name, value)
            self.send_header("Content-Type", reply.kind)
            if reply.mark:
                self.send_header("ETag", reply.mark)
            if reply.dated:
                self.send_header("Last-Modified", "Wed, 01 Jul 2026 12:00:00 GMT")
            size = len(reply.body)
            if status == 206:
                self.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
            if status == 416:
                self.send_header("Content-Range", f"bytes */{size}")
            if reply.length:
                self.send_header("Content-Length", str(len(content)))
            else:
                self.send_header("Connection", "close")
                self.close_connection = True
            self.end_headers()
            if self.command != "HEAD":
                self._send(reply, content)

        def _send(self, reply: Reply, content: bytes) -> None:
            try:
                if reply.hold:
                    count, event = reply.hold
                    self.wfile.write(content[:count])
                    self.wfile.flush()
                    event.wait(BOUND)
                    self.wfile.write(content[count:])
                elif reply.cut is not None:
                    self.wfile.write(content[: reply.cut])
                    self.close_connection = True
                else:
                    self.wfile.write(content)
            except OSError:  # the other side hung up, as it should
                self.close_connection = True

    return Handler


def _status(reply: Reply, sent: dict[str, str]) -> tuple[int, int]:
    """The status of an answer and the byte it begins with, by RFC 9110 section 14."""
    if reply.status != 200 or not reply.ranges:
        return reply.status, 0
    if reply.mark and sent.get("if-none-match") == reply.mark:
        return 304, 0
    wanted = re.fullmatch(r"bytes=(\d+)-", sent.get("range", ""))
    if wanted and sent.get("if-range") in (reply.mark, "Wed, 01 Jul 2026 12:00:00 GMT"):
        start = int(wanted[1])
        return (206, start) if start < len(reply.body) else (416, 0)
    return 200, 0


class Clock:
    """A clock that goes on by a fixed number of seconds each time it is read."""

    def __init__(self, step: float = 0.0) -> None:
        self.now = 0.0
        self.step = step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


def listed(folder: Path) -> list[str]:
    """What a folder holds."""
    return sorted(path.name for path in folder.iterdir())


def licence_page(file: str, method: str = "post") -> str:
    """A page that asks for consent, as CMS's does: the file is what the form is sent to."""
    return (
        "<html><head><title>License Agreement | CMS</title></head><body><p>Made-up terms.</p>"
        f'<form action="{file}" method="{method}"><input type="hidden" name="agree" value="yes">'
        '<input type="submit" name="next" value="Accept"></form>'
        '<form action="/" method="get"><input type="submit" name="no" value="Don\'t Accept">'
        "</form></body></html>"
    )
