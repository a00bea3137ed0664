"""Which addresses may be called when somebody else has chosen them."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.outbound import is_acceptable_url
from api.outbound_addresses import is_callable

PUBLIC = ("8.8.8.8", "1.1.1.1", "223.5.5.5", "172.15.0.1", "172.32.0.1", "100.128.0.1")
PUBLIC_V6 = ("2400:3200::1", "2606:4700:4700::1111", "2a00:1450:4001::200e", "64:ff9b::808:808")
REFUSED = (
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255"),  # noqa: S104 - refused
    *("127.0.0.1", "127.8.8.8", "169.254.169.254", "172.16.0.1", "172.31.255.255"),
    *("192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1"),
    *("198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250"),
    *("240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fec0::1"),
    *("fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1", "2001::1", "2001:10::1"),
    *("2002:7f00:1::", "2002:808:808::1", "3fff::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1"),
    *("::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1"),
    *("64:ff9b:1::1", "100::1", "5f00::1", "2400:3200::1%eth0", "", "push.example", "2130706433"),
)
LOOPBACK = ("127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1")


@pytest.mark.parametrize("address", [*PUBLIC, *PUBLIC_V6, "::ffff:8.8.8.8"])
def test_a_public_address_is_called(address: str) -> None:
    assert is_callable(address)


@pytest.mark.parametrize("address", REFUSED)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert not is_callable(address)


@pytest.mark.parametrize("address", REFUSED)
def test_with_loopback_allowed_nothing_else_is(address: str) -> None:
    assert is_callable(address, loopback_allowed=True) is (address in LOOPBACK)


@given(st.ip_addresses())
def test_whatever_is_called_is_global_by_the_standard_library_too(
    address: IPv4Address | IPv6Address,
) -> None:
    if is_callable(str(address)) and not str(address).startswith("64:ff9b::"):
        assert address.is_global
        assert not address.is_multicast


@given(st.ip_addresses(v=4))
def test_an_address_of_ip_4_within_one_of_ip_6_is_judged_by_itself(address: IPv4Address) -> None:
    for prefix in ("::ffff:0:0", "64:ff9b::"):
        wrapped = IPv6Address(int(ip_address(prefix)) | int(address))
        assert is_callable(str(wrapped)) is is_callable(str(address))


@pytest.mark.parametrize(
    ("url", "production", "development"),
    [
        ("https://push.example/a?b=c", True, True),
        ("https://push.example:8443/a", True, True),
        ("https://[2400:3200::1]/", True, True),
        ("http://push.example/a", False, True),
        ("HTTPS://push.example/a", True, True),
        ("ftp://push.example/a", False, False),
        ("https://user@push.example/a", False, False),
        ("https://user:pw@push.example/a", False, False),
        ("https:///a", False, False),
        ("https://push.example:0/", False, False),
        ("https://push.example:99999/", False, False),
        ("https://[::1/", False, False),
        ("https://push.example/a#b", False, False),
        ("https://push.example/a b", False, False),
        ("https://push.example\\@10.0.0.1/", False, False),
        ("https://push.example/\r\nHost: x", False, False),
        ("https://推送.example/", False, False),
        ("https://push.example/" + "a" * 1000, False, False),
        ("", False, False),
    ],
)
def test_a_url_is_judged_by_its_shape(url: str, production: bool, development: bool) -> None:
    assert is_acceptable_url(url, loopback_allowed=False) is production
    assert is_acceptable_url(url, loopback_allowed=True) is development
