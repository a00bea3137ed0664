"""What an address in the settings must be. A fault is a clause without the value; None if good."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

from pymongo.errors import PyMongoError
from pymongo.uri_parser import parse_uri

_SRV: Final = "mongodb+srv://"
_SCHEMES: Final = ("mongodb://", _SRV)
_UNVERIFIED: Final = ("tlsInsecure", "tlsAllowInvalidCertificates", "tlsAllowInvalidHostnames")


def issuer_fault(issuer: str) -> str | None:
    """It is compared character by character and shown in every token, so: a bare http(s) URL."""
    if not _is_bare_url(issuer):
        return "must be an http or https URL without a user, query or fragment"
    return None


def origin_fault(origin: str) -> str | None:
    """As browsers write it: compared character by character, and part of a content policy."""
    fault = "must be origins, as https://portal.example, comma-separated"
    url = urlsplit(origin) if _is_bare_url(origin) else None
    if url is None or url.hostname is None or set(origin) & set(";,'*%"):
        return fault
    is_safe = url.scheme == "https" or is_local_host(url.hostname)
    is_whole = origin == f"{url.scheme}://{url.netloc}" and origin == origin.lower()
    return None if is_safe and is_whole else fault


def _is_bare_url(text: str) -> bool:
    if not text.isascii() or not text.isprintable() or set(text) & set(' <>"\\^`{|}@?#'):
        return False
    try:
        url = urlsplit(text)
        return url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
    except ValueError:  # brackets or a port that are none
        return False


def mongodb_fault(uri: str) -> str | None:
    """Only how it begins; whatever else is wrong, the driver finds when it connects."""
    if not uri.startswith(_SCHEMES):
        return "must begin with mongodb:// or mongodb+srv://"
    return None


def transport_fault(uri: str) -> str | None:
    """Why production must not send personal data and a password over this connection.

    Loopback and Unix sockets need no TLS: whoever can listen there can read our memory too, and
    what stands there may be a sidecar that encrypts.
    """
    try:
        # As `mongodb://`, since for the other scheme the parser would ask the name service.
        parsed = parse_uri(uri.replace(_SRV, "mongodb://", 1), validate=False)
    except (PyMongoError, ValueError):
        return None  # no address at all, which the driver will say
    if all(is_local_host(host) for host, _ in parsed["nodelist"]):
        return None
    options: Mapping[str, Any] = parsed["options"]
    if not _is_true(options, "tls", default=uri.startswith(_SRV)):
        return "has no TLS: add tls=true, or use mongodb+srv://"
    if any(_is_true(options, name, default=False) for name in _UNVERIFIED):
        return "turns the check of the server's certificate off: give tlsCAFile instead"
    return None


def scanner_fault(address: str) -> str | None:
    """`clamd://host:port`, or `clamd:///path/of/socket`."""
    fault = "must be 'sandbox', clamd://host:port or clamd:///path/of/socket"
    if not address.startswith("clamd://") or not address.isascii() or not address.isprintable():
        return fault
    try:
        url = urlsplit(address)
        has_port = url.hostname is not None and bool(url.port) and not url.path
    except ValueError:  # brackets or a port that are none
        return fault
    is_socket = not url.netloc and len(url.path) > 1
    is_bare = not (url.query or url.fragment or url.username)
    return None if is_bare and (has_port or is_socket) else fault


def exposure_fault(address: str) -> str | None:
    """Why production must not send papers there: clamd knows no encryption."""
    host = urlsplit(address).hostname
    if host is None or is_local_host(host):
        return None
    return "is on another machine, to which papers would go unencrypted: use a local clamd"


def _is_true(options: Mapping[str, Any], name: str, *, default: bool) -> bool:
    return str(options.get(name, default)).lower() == "true"


def is_local_host(host: str) -> bool:
    if host == "localhost" or host.startswith("/"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
