"""The address guard: which network addresses may be called, and the resolving of names to checked ones."""

import asyncio
import ipaddress
import socket

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Not covered by `is_global`: the metadata services of the large clouds that sit on public-looking addresses,
# https://www.rfc-editor.org/rfc/rfc6890 and the vendors' pages.
METADATA = frozenset(
    ipaddress.ip_address(text) for text in ("168.63.129.16", "100.100.100.200", "fd00:ec2::254", "192.0.0.192")
)
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def embedded(address: Address) -> Address:
    """Return the IPv4 address inside an IPv6 one (mapped, compatible, 6to4, NAT64), else the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64 or (int(address) >> 32 == 0 and int(address) > 1):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def is_public(address: Address) -> bool:
    """Say whether anybody on the internet may own this address; private, local and metadata ones may not be called."""
    inner = embedded(address)
    return inner.is_global and not inner.is_multicast and not inner.is_reserved and inner not in METADATA


def literal(host: str) -> Address | None:
    """Return the address when `host` is one (brackets allowed), None when it is a name."""
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None


async def resolve(host: str) -> list[Address]:
    """Return the addresses of a name in the order of preference. Raises OSError when there is none."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    texts = dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found)
    return [ipaddress.ip_address(text) for text in texts]
