"""Whom the entrance believes who calls."""

from ipaddress import ip_network
from typing import Any

import pytest

from staffetta.config import environment
from staffetta.config.environment import WrongSetting
from staffetta.work.entrance.environ import environ_of
from staffetta.work.entrance.proxies import CLIENT, FORWARDED, Proxies

OURS = Proxies([ip_network("10.0.0.0/24"), ip_network("::1")])


def request(peer: str, *headers: tuple[str, str]) -> dict[str, Any]:
    """Return what the entrance makes of a request."""
    scope = {
        "server": ("127.0.0.1", 80),
        "client": (peer, 5),
        "scheme": "http",
        "method": "GET",
        "raw_path": b"/",
        "query_string": b"",
        "http_version": "1.1",
        "headers": [(name.encode(), value.encode()) for name, value in headers],
    }
    environ = environ_of(scope)
    OURS.read(environ)
    return environ


@pytest.mark.parametrize(
    ("peer", "chain", "client"),
    [
        ("10.0.0.5", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.5", "6.6.6.6, 198.51.100.7", "198.51.100.7"),
        ("10.0.0.5", "6.6.6.6, 198.51.100.7, 10.0.0.9", "198.51.100.7"),
        ("::ffff:10.0.0.5", "198.51.100.7:41234", "198.51.100.7"),
        ("::1", "[2001:db8::7]:443", "2001:db8::7"),
        ("10.0.0.5", "", "10.0.0.5"),
        ("10.0.0.5", "198.51.100.7, unknown", "10.0.0.5"),
        ("10.0.0.5", "10.0.0.6", "10.0.0.5"),
        ("203.0.113.1", "198.51.100.7", "203.0.113.1"),
        ("", "198.51.100.7", ""),
    ],
)
def test_a_proxy_is_believed_whom_it_saw_and_nobody_else(peer: str, chain: str, client: str) -> None:
    headers = [("x-forwarded-for", chain)] if chain else []
    assert request(peer, *headers)[CLIENT] == client


def test_what_a_stranger_says_of_itself_is_taken_out() -> None:
    names = [name.removeprefix("HTTP_").replace("_", "-").lower() for name in FORWARDED]
    said = [(name, "https") for name in names]
    assert not set(FORWARDED) & set(request("203.0.113.1", *said))
    assert set(FORWARDED) <= set(request("10.0.0.5", *said))


def test_a_header_with_underscores_is_dropped_beside_the_proxys_own() -> None:
    both = request("10.0.0.5", ("x-forwarded-for", "198.51.100.7"), ("X_Forwarded_For", "6.6.6.6"))
    assert both[CLIENT] == "198.51.100.7"
    assert request("10.0.0.5", ("X_Forwarded_Proto", "https")).get("HTTP_X_FORWARDED_PROTO") is None


def test_an_ipv4_caller_of_a_server_that_listens_on_ipv6_has_its_own_address() -> None:
    assert request("::ffff:203.0.113.1")[CLIENT] == "203.0.113.1"


def test_no_header_says_who_calls() -> None:
    assert request("203.0.113.1", ("staffetta.client", "6.6.6.6"))[CLIENT] == "203.0.113.1"


def test_proxies_are_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAFFETTA_TRUSTED_PROXIES", "10.0.0.5, 192.168.1.0/24")
    found = environment.networks("STAFFETTA_TRUSTED_PROXIES")
    assert found == (ip_network("10.0.0.5"), ip_network("192.168.1.0/24"))
    monkeypatch.setenv("STAFFETTA_TRUSTED_PROXIES", "proxy.local")
    with pytest.raises(WrongSetting, match="TRUSTED_PROXIES"):
        environment.networks("STAFFETTA_TRUSTED_PROXIES")
