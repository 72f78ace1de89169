"""One conversation with a publisher's site: pages and files of listed hosts, politely.

Redirects are followed by hand, because every hop must pass the same gate as the first address.
Nothing is sent but the request: no cookie, no referrer, no proxy of the environment.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

import httpcore2
import stamina

from payeratlas.build.guard import Guarded, SiteError, Unreachable, Url, url_of

HOPS = 5
ATTEMPTS = 5
MOST_WAIT = 30.0
MOST_PAGE = 16 << 20
_MOVED = (301, 302, 303, 307, 308)
_PASSING = (408, 425, 429, 500, 502, 503, 504)

Hop = Callable[[str], None]

# Retries are told to the user in words; without a handler they would be printed as warnings too.
logging.getLogger("stamina").addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for: an address, and how (a form may want POST and a body)."""

    url: str
    method: str = "GET"
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait for a connection and for the next bytes."""

    connect: float = 15.0
    read: float = 30.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back after redirects: status, headers by lower-case name, bytes as they come."""

    url: str
    status: int
    headers: Mapping[str, str]
    chunks: Iterator[bytes] = field(repr=False)

    @property
    def length(self) -> int | None:
        """The number of bytes that the body was announced to have."""
        text = self.headers.get("content-length", "")
        return int(text) if text.isdecimal() else None

    @property
    def is_page(self) -> bool:
        """Whether the site calls it a web page."""
        return (
            self.headers.get("content-type", "").lower().startswith(("text/html", "application/xh"))
        )


class Web:
    """Asks listed hosts, over one connection at a time. Use as a context manager.

    ``backend`` opens the connections; by default one that reaches public addresses only.
    """

    def __init__(
        self,
        hosts: Collection[str],
        *,
        backend: httpcore2.NetworkBackend | None = None,
        trust: ssl.SSLContext | None = None,
        patience: Patience | None = None,
        say: Callable[[str], None] | None = None,
    ) -> None:
        """``trust`` says whose certificates are believed, by default those of the system; ``say``
        is told in words when a page is asked for again."""
        self.hosts = frozenset(host.lower() for host in hosts)
        self._patience = patience or Patience()
        self._say = say or (lambda words: None)
        self._pool = httpcore2.ConnectionPool(
            ssl_context=trust,
            max_connections=1,
            keepalive_expiry=5.0,
            network_backend=backend or Guarded(),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._pool.close()

    @cached_property
    def _agent(self) -> str:
        return f"payeratlas/{version('payeratlas')}"

    @contextmanager
    def open(
        self,
        order: Order,
        headers: Mapping[str, str] | None = None,
        *,
        hop: Hop | None = None,
    ) -> Iterator[Answer]:
        """The answer to an order, redirects followed.

        ``hop`` is told each address before it is asked, and may stop the walk by raising. Raises
        SiteError for an address that may not be opened and too many redirects, Unreachable where
        the connection fails, also while the answer is read.
        """
        url = url_of(order.url, self.hosts)
        for _ in range(HOPS + 1):
            if hop:
                hop(str(url))
            with self._ask(url, order, headers or {}) as answer:
                if answer.status not in _MOVED:
                    yield answer
                    return
                target = answer.headers.get("location", "")
            if not target:
                raise SiteError("the site sends elsewhere without saying where.", where=str(url))
            url = url_of(urljoin(str(url), target), self.hosts)
            if answer.status in (301, 302, 303):
                order = Order(str(url))
        raise SiteError(
            f"the site sends from one address to the next, more than {HOPS} times.",
            where=order.url,
            cure="open the address in a browser and download by hand.",
        )

    @contextmanager
    def _ask(self, url: Url, order: Order, headers: Mapping[str, str]) -> Iterator[Answer]:
        sent = {
            "User-Agent": self._agent,
            "Accept": "*/*",
            # Byte offsets must be those of the file: no compression on the way.
            "Accept-Encoding": "identity",
            **({"Content-Type": "application/x-www-form-urlencoded"} if order.body else {}),
            **headers,
        }
        waits = {"connect": self._patience.connect, "pool": self._patience.connect}
        waits |= {"read": self._patience.read, "write": self._patience.read}
        target = httpcore2.URL(scheme=b"https", host=url.host.encode(), target=url.target.encode())
        with (
            _named(str(url)),
            self._pool.stream(
                order.method,
                target,
                headers=list(sent.items()),
                content=order.body or None,
                extensions={"timeout": waits},
            ) as response,
        ):
            found: dict[str, str] = {}
            for name, value in response.headers:
                found.setdefault(name.decode("latin-1").lower(), value.decode("latin-1"))
            yield Answer(str(url), response.status, found, response.iter_stream())

    def get(self, url: str) -> bytes:
        """A page's bytes, asked for again where the site stumbles. SiteError where it has none."""
        for attempt in attempts():
            with attempt:
                try:
                    with self.open(Order(url)) as answer:
                        if answer.status != 200:
                            raise refusal(answer)
                        return body(answer, MOST_PAGE)
                except Unreachable as error:
                    self._say(f"attempt {attempt.num} of {ATTEMPTS}: {error.what}")
                    raise
        raise AssertionError("the last attempt returns or raises")


def body(answer: Answer, most: int) -> bytes:
    """The whole body of an answer; SiteError where it is larger than ``most`` bytes."""
    found = bytearray()
    for chunk in answer.chunks:
        found += chunk
        if len(found) > most:
            raise SiteError(f"the page is larger than {most} bytes.", where=answer.url)
    return bytes(found)


def attempts() -> Iterator[stamina.Attempt]:
    """Attempts at one thing that may be Unreachable, with growing pauses between them."""
    return iter(
        stamina.retry_context(
            on=_again,
            attempts=ATTEMPTS,
            timeout=None,
            wait_initial=0.5,
            wait_max=MOST_WAIT,
        )
    )


def _again(error: Exception) -> bool | float:
    if not isinstance(error, Unreachable):
        return False
    return True if error.wait is None else min(error.wait, MOST_WAIT)


def refusal(answer: Answer) -> SiteError:
    """The error for an answer that is no success."""
    if answer.status in _PASSING:
        pause = answer.headers.get("retry-after", "")
        return Unreachable(
            f"the site answers {answer.status}, for now.",
            where=answer.url,
            wait=float(pause) if pause.isdecimal() else None,
        )
    if answer.status in (404, 410):
        return SiteError(
            f"the site has nothing there ({answer.status}).",
            where=answer.url,
            cure="see what is offered now with 'payeratlas sources fetch NAME --list'.",
        )
    return SiteError(
        f"the site refuses ({answer.status}).",
        where=answer.url,
        cure="open the address in a browser, download by hand, and use 'payeratlas sources add'.",
    )


@contextmanager
def _named(url: str) -> Iterator[None]:
    """Turn what goes wrong on the line into errors that name the address."""
    try:
        yield
    except httpcore2.TimeoutException as error:
        raise Unreachable("the site does not answer in time.", where=url) from error
    except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, ssl.SSLCertVerificationError):
                raise SiteError(
                    f"the site's certificate is not believed: {cause.verify_message}.",
                    where=url,
                    cure="check the machine's clock and its certificates; never download over it.",
                ) from error
            cause = cause.__cause__ or cause.__context__
        raise Unreachable(f"the connection failed: {error}.", where=url) from error
