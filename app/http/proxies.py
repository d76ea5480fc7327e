"""The client behind trusted proxies.

X-Forwarded-For, X-Forwarded-Proto and X-Request-ID are believed only from a trusted proxy (CURHAT_TRUSTED_PROXIES):
anyone can send them.
"""

import ipaddress
from collections.abc import Iterable
from functools import lru_cache

from sanic import Request

from app.settings import Network

MOST_REMEMBERED_ADDRESSES = 10_000

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@lru_cache(MOST_REMEMBERED_ADDRESSES)
def trusts(proxies: tuple[Network, ...], address: str) -> bool:
    """Whether `address` is that of a trusted proxy."""
    found = _address(address)
    return found is not None and any(found in network for network in proxies)


def client_address(request: Request) -> str:
    """The client's address; "" when it is not known.

    In a chain of proxies it is the nearest address that is not a trusted proxy: anything before it may be forged.
    """
    proxies: tuple[Network, ...] = request.app.ctx.settings.trusted_proxies
    peer: str = request.conn_info.client_ip if request.conn_info is not None else ""
    if not trusts(proxies, peer):
        return peer
    nearest = peer
    for text in reversed(_values(request, "x-forwarded-for")):
        address = _address(_without_port(text))
        if address is None:
            return nearest
        nearest = str(address)
        if not trusts(proxies, nearest):
            return nearest
    return nearest


def is_https(request: Request) -> bool:
    """Whether the client reached a trusted proxy over TLS."""
    if request.conn_info is None:
        return False
    if not trusts(request.app.ctx.settings.trusted_proxies, request.conn_info.client_ip):
        return False
    return _values(request, "x-forwarded-proto")[-1:] == ["https"]


def _values(request: Request, name: str) -> list[str]:
    given: Iterable[str] = request.headers.getall(name, [])
    return [value.strip().lower() for line in given for value in line.split(",") if value.strip()]


def _without_port(text: str) -> str:
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text


def _address(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
