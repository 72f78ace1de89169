"""Who may be spoken to: hosts on a list, over https, at public addresses only.

Two gates, so that neither a link nor a name can lead into the user's own network. The address of a
page is taken apart once, here, and must be of a listed host; and when a connection is made, every
address that the host's name stands for must be a public one, and it is that checked address which
is connected to, so that a name cannot change its meaning in between (DNS rebinding).
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import quote

import httpcore2

from payeratlas.model.errors import FileError

BY_HAND = (
    "download the file in a browser and add it with 'payeratlas sources add'; if its publisher "
    "moved, the source must name the new host."
)
_ADDRESSES = 4  # of one name that are tried

# What the IANA registries of special addresses keep from the public internet, with its purpose.
_SPECIAL_4 = tuple(
    (IPv4Network(network), purpose)
    for network, purpose in (
        ("0.0.0.0/8", "this host"),
        ("10.0.0.0/8", "a private network"),
        ("100.64.0.0/10", "a carrier's inside"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "a cloud's inside"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "a private network"),
        ("192.0.0.0/24", "protocol assignments"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "a retired relay"),
        ("192.168.0.0/16", "a private network"),
        ("198.18.0.0/15", "measurement"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
)
_GLOBAL_6 = IPv6Network("2000::/3")
_TRANSLATED_6 = IPv6Network("64:ff9b::/96")
_SPECIAL_6 = tuple(
    (IPv6Network(network), purpose)
    for network, purpose in (
        ("2001::/23", "protocol assignments"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "a retired relay"),
        ("3fff::/20", "documentation"),
    )
)

_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_URL = re.compile(r"https://(?P<authority>[^/?#]*)(?P<target>[^#]*)", re.IGNORECASE)
_FORBIDDEN_TEXT = re.compile(r"[\x00-\x1f\x7f\\]")
_KEPT = "!$&'()*+,;=:@/?%-._~[]"


class SiteError(FileError):
    """The publisher's site did not give what was asked for, or may not be asked."""


class Unreachable(SiteError):
    """The site did not answer as it should, and may if asked again.

    ``wait`` is the number of seconds it asked to be left alone, or None.
    """

    def __init__(self, what: str, *, where: str = "", wait: float | None = None) -> None:
        super().__init__(
            what,
            where=where,
            cure="check the connection and try again; what was downloaded is kept and continued.",
        )
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Url:
    """An address on a listed host: its name, and the path and query asked for."""

    host: str
    target: str

    def __str__(self) -> str:
        return f"https://{self.host}{self.target}"


def url_of(text: str, hosts: Collection[str]) -> Url:
    """Take an address apart; SiteError unless it is https at a listed host and nothing else.

    No user name, no port but 443, no number for a host, no control character. What an address may
    not hold as it is (a blank, a letter that is not ASCII) is percent-encoded; a fragment is
    dropped.
    """
    match = _URL.fullmatch(text.partition("#")[0])
    if _FORBIDDEN_TEXT.search(text) or not match:
        raise _refused(text, "is not an https address")
    host = match["authority"].lower().removesuffix(":443")
    if not _HOST.fullmatch(host) or host not in hosts:
        raise _refused(text, f"is not on a host of this source ({', '.join(sorted(hosts))})")
    target = quote(match["target"], safe=_KEPT)
    return Url(host, target if target.startswith("/") else f"/{target}")


def _refused(text: str, why: str) -> SiteError:
    shown = "".join(c if c.isprintable() else "?" for c in text[:200])
    return SiteError(f"this address {why}, and is not opened.", where=shown, cure=BY_HAND)


def not_public(address: str) -> str:
    """Why a numeric address may not be connected to; empty where it may."""
    number, _, zone = address.partition("%")
    try:
        ip = ip_address(number)
    except ValueError:
        return "no address"
    if zone:
        return "link-local"
    return _not_public_4(ip) if isinstance(ip, IPv4Address) else _not_public_6(ip)


def _not_public_4(ip: IPv4Address) -> str:
    return next((purpose for network, purpose in _SPECIAL_4 if ip in network), "")


def _not_public_6(ip: IPv6Address) -> str:
    # Whoever connects to these is connected to the IPv4 address inside.
    if ip.ipv4_mapped is not None:
        return _not_public_4(ip.ipv4_mapped)
    if ip in _TRANSLATED_6:
        return _not_public_4(IPv4Address(int(ip) & 0xFFFFFFFF))
    if ip not in _GLOBAL_6:
        return "outside the public range"
    return next((purpose for network, purpose in _SPECIAL_6 if ip in network), "")


def resolved(host: str) -> list[str]:
    """The numeric addresses that a name stands for now."""
    found = socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Guarded(httpcore2.NetworkBackend):
    """Connects to public addresses only, each checked at the moment it is used.

    ``resolve`` turns a name into numeric addresses; ``inner`` opens the connection to one of them.
    The certificate is checked against the name, whatever the address.
    """

    def __init__(
        self,
        resolve: Callable[[str], list[str]] | None = None,
        inner: httpcore2.NetworkBackend | None = None,
    ) -> None:
        """By default the system's resolver and plain sockets."""
        self._resolve = resolve or resolved
        self._inner = inner or httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """A connection to the first public address that answers; SiteError if any is not public."""
        try:
            addresses = self._resolve(host)
        except OSError as error:
            raise httpcore2.ConnectError(f"the name {host} cannot be looked up") from error
        for address in addresses:
            if why := not_public(address):
                raise SiteError(
                    f"the name stands for {address} ({why}), which is not on the public internet; "
                    "nothing was connected to.",
                    where=host,
                    cure="use a name server that answers truthfully, or download the file by hand.",
                )
        failure: Exception = httpcore2.ConnectError(f"the name {host} stands for no address")
        for address in addresses[:_ADDRESSES]:
            try:
                return self._inner.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore2.NetworkStream:
        """Always refused: a publisher is not a socket of this machine."""
        raise SiteError("sockets of this machine are not opened.", where=path)
