from collections.abc import Iterator
from types import SimpleNamespace

from twisted.internet.address import IPv4Address

from crawlers.connection import DOOR, Door, GuardedResolver


class Names:
    """A name server that gives another address each time it is asked."""

    def __init__(self, *addresses: str) -> None:
        self.answers: Iterator[str] = iter(addresses)

    def resolveHostName(self, receiver: object, host: str, port: int, *_: object) -> object:  # noqa: N802
        receiver.addressResolved(IPv4Address("TCP", next(self.answers), port))  # type: ignore[attr-defined]
        receiver.resolutionComplete()  # type: ignore[attr-defined]
        return receiver


def resolved(resolver: GuardedResolver, host: str = "baothu.vn") -> list[str]:
    """Return the addresses that a connection to `host` would be made to."""
    found: list[str] = []
    receiver = SimpleNamespace(
        addressResolved=lambda address: found.append(address.host), resolutionComplete=lambda: None
    )
    resolver.resolveHostName(receiver, host, 80)  # type: ignore[arg-type]
    return found


def test_a_name_that_turns_private_on_the_second_look_up_is_not_connected_to() -> None:
    resolver = GuardedResolver(Names("1.1.1.1", "127.0.0.1", "169.254.169.254"))  # type: ignore[arg-type]
    door = Door()
    token = DOOR.set(door)
    assert [resolved(resolver) for _ in range(3)] == [["1.1.1.1"], [], []]
    assert door.refused == {"baothu.vn": "169.254.169.254"}
    DOOR.reset(token)


def test_an_address_is_open_only_to_the_source_that_names_it() -> None:
    resolver = GuardedResolver(Names(*["127.0.0.2"] * 3))  # type: ignore[arg-type]
    for by_name, found in ((["127.0.0.2"], ["127.0.0.2"]), (["127.0.0.3"], []), ([], [])):
        token = DOOR.set(Door(by_name))
        assert resolved(resolver) == found
        DOOR.reset(token)


def test_without_a_door_only_public_addresses_are_open() -> None:
    resolver = GuardedResolver(Names("10.0.0.1", "1.1.1.1"))  # type: ignore[arg-type]
    assert [resolved(resolver), resolved(resolver)] == [[], ["1.1.1.1"]]
