import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.addresses import allowed, private_host


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "198.18.0.1",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "::127.0.0.1",
        "64:ff9b:1::7f00:1",
        "::ffff:0:7f00:1",
        "::ffff:0:1.1.1.1",
        "fec0::1",
        "100::1",
        "3fff::1",
        "5f00::1",
        "2001:db8::1",
        "2001:10::1",
        "0.1.2.3",
        "192.0.0.8",
        "192.88.99.1",
        "1.1.1.1 ",
        "127.0.0.1\n",
        "nothing",
        "",
    ],
)
def test_private_and_reserved_addresses_are_refused(address: str) -> None:
    assert not allowed(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "203.162.4.190", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_public_addresses_are_allowed(address: str) -> None:
    assert allowed(address)


def test_an_address_allowed_by_name_is_allowed_and_no_other() -> None:
    assert allowed("127.0.0.2", ["127.0.0.2"])
    assert allowed("::ffff:127.0.0.2", ["127.0.0.2"])
    assert not allowed("127.0.0.3", ["127.0.0.2"])


@given(st.ip_addresses(v=4, network="127.0.0.0/8") | st.ip_addresses(v=4, network="10.0.0.0/8"))
def test_no_writing_of_a_private_address_passes(address: object) -> None:
    number = int(address)  # type: ignore[call-overload]
    for written in (str(address), f"::ffff:{address}", f"[::ffff:{address}]", str(number), hex(number)):
        assert private_host(written)


@pytest.mark.parametrize(
    "name", ["localhost", "LOCALHOST.", "a.localhost", "may-in.local", "db.internal", "127.1"]
)
def test_names_of_private_places_are_known(name: str) -> None:
    assert private_host(name)


def test_a_public_name_is_left_to_resolution() -> None:
    assert not private_host("baothu.vn")
