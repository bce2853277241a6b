"""Who calls: what a proxy in front says of it is believed of trusted proxies only."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from staffetta.work.entrance.bounds import Environ

Network = IPv4Network | IPv6Network
CLIENT = "staffetta.client"
"""Key of the WSGI environ: the address of whoever calls. No header can become this key."""
FORWARDED = (
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_REAL_IP",
)


class Proxies:
    """The networks that proxies call from."""

    def __init__(self, trusted: Sequence[Network] = ()) -> None:
        self._trusted = tuple(trusted)

    def read(self, environ: Environ) -> None:
        """Set CLIENT, and take out what somebody who is no trusted proxy says about itself."""
        peer = str(environ["REMOTE_ADDR"])
        peer = str(_address(peer) or peer)  # a server that listens on IPv6 sees IPv4 callers in its form
        chain = str(environ.get("HTTP_X_FORWARDED_FOR", ""))
        if self._trusts(peer):
            environ[CLIENT] = self._nearest(chain) or peer
            return
        environ[CLIENT] = peer
        for name in FORWARDED:
            environ.pop(name, None)

    def _nearest(self, chain: str) -> str:
        """Return the last address that is no trusted proxy: each proxy appends whom it saw, what is before is hearsay.

        "" when the proxies named nobody, or something that is no address.
        """
        for text in reversed(chain.split(",")):
            found = _address(text)
            if found is None:
                return ""
            if not self._trusts(text):
                return str(found)
        return ""

    def _trusts(self, text: str) -> bool:
        found = _address(text)
        return found is not None and any(found in network for network in self._trusted)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address, with or without a port; an IPv4 address in IPv6's form is the IPv4 address."""
    plain = text.strip()
    if plain.startswith("["):
        plain = plain[1:].partition("]")[0]
    elif plain.count(":") == 1:
        plain = plain.partition(":")[0]
    try:
        found = ip_address(plain)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
