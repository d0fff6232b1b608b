"""Which network addresses may be connected to: public ones, and those that a source allows by name."""

import ipaddress
import socket
from collections.abc import Collection
from contextlib import suppress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# The NAT64 prefix (RFC 6052), behind which private IPv4 addresses may lie.
NAT64 = ipaddress.ip_network("64:ff9b::/96")
# What IANA's registries of special addresses hold and not every Python's `is_global` knows: carrier-grade NAT
# (RFC 6598), protocol assignments (RFC 6890), 6to4 relays (RFC 7526), local NAT64 (RFC 8215), IPv6 for
# documentation (RFC 9637), segment routing (RFC 9602), site-local addresses (RFC 3879).
SPECIAL = tuple(
    ipaddress.ip_network(block)
    for block in (
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "64:ff9b:1::/48",
        "3fff::/20",
        "5f00::/16",
        "fec0::/10",
    )
)
PRIVATE_NAMES = ("localhost", "local", "localdomain", "internal", "home.arpa", "lan", "intranet")


def allowed(address: str, by_name: Collection[str] = ()) -> bool:
    """Say whether `address` (an IP literal) may be connected to.

    Private, loopback, link-local, multicast, reserved and unspecified addresses may not, also when
    they are wrapped in IPv6 (mapped, 6to4, Teredo, NAT64), unless `by_name` holds the address itself.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    named = {ipaddress.ip_address(name) for name in by_name}
    return all(inner in named or _public(inner) for inner in _wrapped(found))


def private_host(host: str, by_name: Collection[str] = ()) -> bool:
    """Say whether `host` is private by itself: a refused IP literal, or a name like `localhost`."""
    bare = host.strip("[]").rstrip(".").lower()
    with suppress(ValueError):
        return not allowed(str(ipaddress.ip_address(bare)), by_name)
    with suppress(OSError):  # 2130706433, 0x7f.1 and 127.1 are how C libraries also write an address
        return not allowed(socket.inet_ntoa(socket.inet_aton(bare)), by_name)
    return bare in PRIVATE_NAMES or bare.rpartition(".")[2] in PRIVATE_NAMES


def _wrapped(address: Address) -> list[Address]:
    """Return the address that counts: the IPv4 one inside an IPv6 one, if there is one."""
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    if address.sixtofour is not None:
        return [address.sixtofour]
    if address.teredo is not None:
        return list(address.teredo)
    if address in NAT64:
        return [ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)]
    return [address]


def _public(address: Address) -> bool:
    return address.is_global and not (
        address.is_multicast
        or address.is_reserved
        or address.is_unspecified
        or address.is_loopback
        or address.is_link_local
        or any(address in block for block in SPECIAL)
    )
