"""Which network addresses the gateway may call when somebody else has chosen where.

Public unicast only, by the IANA special-purpose address registries, spelt out here: what Python
calls global differs from version to version. An IPv6 address that carries an IPv4 one is judged by
that one; tunnels (6to4, Teredo) are refused.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

Address = IPv4Address | IPv6Address

_SPECIAL_V4: Final = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_UNICAST_V6: Final = ip_network("2000::/3")
_SPECIAL_V6: Final = tuple(
    ip_network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)
_NAT64: Final = ip_network("64:ff9b::/96")
"""How a network without IPv4 reaches hosts that have nothing else."""


def is_callable(text: str, *, loopback_allowed: bool = False) -> bool:
    """Whether `text` is an address that may be called; False for anything that is none."""
    try:
        address = _unwrapped(ip_address(text))
    except ValueError:
        return False
    if address.is_loopback:
        return loopback_allowed
    return _is_public(address)


def _unwrapped(address: Address) -> Address:
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _SPECIAL_V4)
    if address.scope_id is not None or address not in _UNICAST_V6:
        return False
    return not any(address in network for network in _SPECIAL_V6)
