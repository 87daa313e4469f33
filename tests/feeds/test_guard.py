"""Which addresses are of the open network, in every form one can be written."""

from __future__ import annotations

import asyncio
from ipaddress import IPv4Address, IPv6Address, IPv6Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.errors import FetchFailed
from tracker.feeds.guard import check, is_allowed, is_public

PRIVATE = [
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1",
    "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
    "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:0:7f00:1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1",
    "2002:7f00:1::", "2002:808:808::1", "2606:4700::5efe:7f00:1", "2606:4700::200:5efe:a00:1",
    "3fff::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "2606:4700::1%eth0", "fec0::1",
    "ff02::1", "ff0e::1",
    "", "localhost", "0x7f000001", "0177.0.0.1", "2130706433", "127.1",
]  # fmt: skip
PUBLIC = [
    "8.8.8.8", "93.184.215.14", "172.32.0.1", "100.128.0.1", "::ffff:8.8.8.8", "64:ff9b::808:808",
    "2606:4700:4700::1111", "2a00:1450:4001:80b::200e", "2606:4700::5efe:808:808",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_private_forms_are_not_public(address: str) -> None:
    """Loopback, link-local, private, reserved, multicast and tunnelled forms, and what is no address."""
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_forms_are_public(address: str) -> None:
    """Addresses of the open network, also mapped and translated ones."""
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_an_embedded_address_is_judged_as_itself(inner: IPv4Address) -> None:
    """Mapped and NAT64 forms are exactly as public as what is inside them."""
    assert is_public(IPv6Address(0xFFFF << 32 | int(inner))) == is_public(inner)
    assert is_public(IPv6Address((0x64FF9B << 96) | int(inner))) == is_public(inner)


@given(st.ip_addresses(v=6))
def test_nothing_outside_global_unicast_is_public(address: IPv6Address) -> None:
    """RFC 4291: only 2000::/3, and the two forms that carry an IPv4 address."""
    if is_public(address) and address.ipv4_mapped is None and address not in IPv6Network("64:ff9b::/96"):
        assert int(address) >> 125 == 1


def test_the_allow_list_names_hosts_addresses_and_networks() -> None:
    """Names match whatever their case, addresses and networks match addresses; nonsense matches nothing."""
    assert is_allowed("Wiki.Intra.", "10.0.0.7", ["wiki.intra"])
    assert is_allowed("x", "10.0.0.7", ["10.0.0.7"])
    assert is_allowed("x", "10.0.0.7", ["nonsense", "10.0.0.0/24"])
    assert is_allowed("x", "::1", ["::1/128"])
    assert not is_allowed("evil.wiki.intra", "10.0.0.7", ["wiki.intra", "10.0.1.0/24", "10.0.0.0/99", ""])


def test_one_private_answer_condemns_a_name() -> None:
    """A name with a good and a bad address is refused: which one is dialled must not matter."""

    async def resolver(host: str, port: int) -> list[str]:
        return ["8.8.8.8", "10.0.0.1"]

    with pytest.raises(FetchFailed, match=r"mixed\.example \(10\.0\.0\.1\)"):
        asyncio.run(check("mixed.example", 443, resolver=resolver))
    allowed = asyncio.run(check("mixed.example", 443, ["10.0.0.0/8"], resolver=resolver))
    assert allowed == ["8.8.8.8", "10.0.0.1"]


def test_a_name_without_address_is_a_failure() -> None:
    """No answer, an error of the resolver, and a name that cannot be encoded are all FetchFailed."""

    async def nothing(host: str, port: int) -> list[str]:
        return []

    with pytest.raises(FetchFailed, match="no such host"):
        asyncio.run(check("nowhere.example", 443, resolver=nothing))
    for host in ("nowhere.invalid", "a" * 64 + ".example", "\udcff.example"):
        with pytest.raises(FetchFailed, match="no such host"):
            asyncio.run(check(host, 443))


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "localhost"])
def test_the_systems_reading_of_a_number_is_judged(host: str) -> None:
    """Decimal, hexadecimal, octal and short forms are whatever the resolver makes of them."""
    with pytest.raises(FetchFailed, match="not an address of the open network"):
        asyncio.run(check(host, 80))
