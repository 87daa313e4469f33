"""Which addresses a feed may lead us to: only those of the open network, unless the user says otherwise.

A feed, or a redirect of one, can name any host, and a host name any address: the metadata service of a
cloud, a printer, this machine. So a name is resolved here, every answer is judged, and the caller dials one
of the judged addresses and nothing else; a name that answers differently a moment later gains nothing.

Knows nothing of HTTP.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from tracker.errors import FetchFailed

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
# Within global unicast, and no place for a feed: 6to4, which carries an IPv4 address inside; protocol
# assignments with Teredo among them; and addresses for documentation (RFC 9637), unknown to Python 3.11.
_NEVER_V6 = (IPv6Network("2002::/16"), IPv6Network("2001::/23"), IPv6Network("3fff::/20"))
_ISATAP = (0x00005EFE, 0x02005EFE)
_NEVER_V4 = (ip_network("192.0.0.0/24"), ip_network("192.88.99.0/24"))


def is_public(address: str | IPv4Address | IPv6Address) -> bool:
    """Whether `address` is of the open network, in whichever form it is written.

    `ipaddress.is_global` alone is not enough: in Python 3.11 it holds for NAT64, 6to4, IPv4-compatible and
    site-local forms of 127.0.0.1, and for multicast. So IPv6 must be global unicast (RFC 4291), tunnels are
    refused, and an IPv4 address inside is judged as itself. Anything that is no address is not public.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv4Address):
        return _is_public_v4(parsed)
    if parsed.scope_id is not None:
        return False
    if parsed.ipv4_mapped is not None:
        return _is_public_v4(parsed.ipv4_mapped)
    number = int(parsed)
    inner = IPv4Address(number & 0xFFFFFFFF)
    if parsed in _NAT64:
        return _is_public_v4(inner)
    if parsed not in _GLOBAL_UNICAST or any(parsed in network for network in _NEVER_V6):
        return False
    if (number >> 32) & 0xFFFFFFFF in _ISATAP and not _is_public_v4(inner):
        return False
    return parsed.is_global


def _is_public_v4(address: IPv4Address) -> bool:
    odd = address.is_multicast or address.is_reserved or any(address in network for network in _NEVER_V4)
    return address.is_global and not odd


def is_allowed(host: str, address: str, allow: Sequence[str]) -> bool:
    """Whether the allow-list names this host, this address, or a network that holds the address.

    Entries that hold a `/` are networks; a malformed one allows nothing.
    """
    for entry in allow:
        wanted = entry.strip().strip("[]").rstrip(".").lower()
        if wanted in (host.rstrip(".").lower(), address):
            return True
        try:
            if ip_address(address.partition("%")[0]) in ip_network(wanted, strict=False):
                return True
        except ValueError:
            continue
    return False


async def resolve(host: str, port: int) -> Sequence[str]:
    """All addresses the system gives for `host`, in its order.

    The C library also reads 2130706433, 0x7f.1 and 0177.0.0.1 as 127.0.0.1; what is judged is its answer,
    so no form of writing slips through. Raises `OSError` where the name has none.
    """
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return tuple(dict.fromkeys(str(answer[4][0]) for answer in found))


async def check(
    host: str,
    port: int,
    allow: Sequence[str] = (),
    *,
    allow_private: bool = False,
    resolver: Resolver = resolve,
) -> list[str]:
    """The addresses of `host` that may be dialled, in the order the resolver gave them.

    One bad answer among good ones condemns the name: which of them is dialled must not matter. Raises
    `FetchFailed` when a name has no address, or when one is not public and neither `allow_private` nor
    the allow-list covers it.
    """
    try:
        addresses = [str(ip_address(host))]
    except ValueError:
        try:
            addresses = list(await resolver(host, port))
        except (OSError, UnicodeError) as problem:
            raise FetchFailed(f"{host}: no such host ({problem})") from problem
    if not addresses:
        raise FetchFailed(f"{host}: no such host")
    for address in addresses:
        if not (allow_private or is_public(address) or is_allowed(host, address, allow)):
            shown = address if address == host else f"{host} ({address})"
            raise FetchFailed(
                f"{shown} is not an address of the open network; "
                "add the host to allow_hosts in [fetch] if you mean it"
            )
    return addresses
