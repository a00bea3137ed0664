"""The public keys of a client: read from a JWK set or PEM, each for exactly one algorithm.

Taken are OKP Ed25519 (EdDSA), EC P-256 (ES256) and RSA of 2048 to 4096 bits (RS256 or PS256, as the
key itself says). Anything private or symmetric is refused, and so is a key that is written
otherwise than its own canonical form, so that a key has one name only (RFC 7517, 7518, 8037).
"""

from __future__ import annotations

import binascii
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from jwt.exceptions import InvalidKeyError

from auth.keys import base64url
from auth.strict_json import json_object

MAX_KEYS: Final = 5
MAX_FILE_BYTES: Final = 65_536
MAX_KID_LENGTH: Final = 128
KID_PATTERN: Final = r"^[A-Za-z0-9._~:=-]{1,128}$"
_RSA_BITS: Final = (2_048, 4_096)
_RSA_EXPONENT: Final = 65_537
# RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1, RFC 8037 section 2, RFC 9964.
_SECRET_MEMBERS: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"})
_REQUIRED: Final = {"OKP": ("crv", "x"), "EC": ("crv", "x", "y"), "RSA": ("e", "n")}

PublicKey: TypeAlias = Ed25519PublicKey | EllipticCurvePublicKey | RSAPublicKey


class KeyAlgorithm(StrEnum):
    EDDSA = "EdDSA"
    ES256 = "ES256"
    PS256 = "PS256"
    RS256 = "RS256"


FULLY_SPECIFIED: Final = "Ed25519"
"""What RFC 9864 calls EdDSA with such a key; taken wherever EdDSA is."""
ALGORITHM_NAMES: Final = (*map(str, KeyAlgorithm), FULLY_SPECIFIED)


def algorithm_named(name: object) -> KeyAlgorithm | None:
    """None for a name of none of them."""
    if name == FULLY_SPECIFIED:
        return KeyAlgorithm.EDDSA
    return next((algorithm for algorithm in KeyAlgorithm if algorithm == name), None)


class UnsoundClientKey(ValueError):
    """One clause for whoever registers: what is wrong, and nothing of the key."""


@dataclass(frozen=True, slots=True)
class ClientKey:
    """`public` is the SubjectPublicKeyInfo in DER; two keys are the same when it is."""

    kid: str
    algorithm: KeyAlgorithm
    public: bytes

    @property
    def fingerprint(self) -> bytes:
        return hashlib.sha256(self.public).digest()

    def loaded(self) -> PublicKey:
        """Raises ValueError for bytes that are no key of these kinds."""
        loaded = serialization.load_der_public_key(self.public)
        if not isinstance(loaded, PublicKey):
            raise ValueError("a stored key is of a kind that no client has")  # noqa: TRY004
        return loaded


def keys_of_jwks(data: bytes) -> tuple[ClientKey, ...]:
    """The keys of a JWK set, or of a single JWK. Raises `UnsoundClientKey`."""
    if len(data) > MAX_FILE_BYTES:
        raise UnsoundClientKey(f"has more than {MAX_FILE_BYTES} bytes")
    value = json_object(data)
    if value is None:
        raise UnsoundClientKey("is no JSON object with each member once")
    listed = value.get("keys") if "kty" not in value else [value]
    if not isinstance(listed, list):
        raise UnsoundClientKey("is neither a JWK nor a JWK set")
    return _checked([_of_jwk(one) for one in listed])


def keys_of_pem(data: bytes) -> tuple[ClientKey, ...]:
    """The one public key of a PEM file. Raises `UnsoundClientKey`."""
    if b"PRIVATE KEY" in data:
        raise UnsoundClientKey("holds a private key: keep that, and give the public one")
    try:
        loaded = serialization.load_pem_public_key(data)
    except (ValueError, UnsupportedAlgorithm):
        loaded = None
    if loaded is None or len(data) > MAX_FILE_BYTES:
        raise UnsoundClientKey("is no public key in PEM")
    if not isinstance(loaded, PublicKey):
        raise UnsoundClientKey(_KINDS)
    algorithm = _algorithm_of(loaded, None)
    return (_client_key(_members_of(loaded), algorithm, loaded, None),)


def key_of_jwk(jwk: object, algorithm: KeyAlgorithm) -> ClientKey:
    """The key of a proof that carries it, for the algorithm that the proof was signed by, under its
    thumbprint (RFC 7638), whatever it calls itself. Raises `UnsoundClientKey`."""
    if not isinstance(jwk, dict) or algorithm_named(jwk.get("alg", algorithm)) is not algorithm:
        raise UnsoundClientKey("is no JWK for its algorithm")
    return _of_jwk({**jwk, "alg": algorithm, "kid": None})


def _checked(keys: Sequence[ClientKey]) -> tuple[ClientKey, ...]:
    if not 1 <= len(keys) <= MAX_KEYS:
        raise UnsoundClientKey(f"must hold 1 to {MAX_KEYS} keys")
    if len({key.kid for key in keys}) != len(keys):
        raise UnsoundClientKey("names a kid twice")
    if len({key.fingerprint for key in keys}) != len(keys):
        raise UnsoundClientKey("holds a key twice")
    return tuple(keys)


_KINDS: Final = "must be Ed25519, P-256, or RSA of 2048 to 4096 bits"


def _of_jwk(value: object) -> ClientKey:
    if not isinstance(value, dict):
        raise UnsoundClientKey("holds something that is no JWK")
    if _SECRET_MEMBERS & value.keys():
        raise UnsoundClientKey("holds a private or secret key: keep that, and give the public one")
    if value.get("use", "sig") != "sig":
        raise UnsoundClientKey("holds a key whose use is not sig")
    loaded = _loaded_jwk(value)
    if loaded is None:
        raise UnsoundClientKey(_KINDS)
    algorithm = _algorithm_of(loaded, value.get("alg"))
    members = _members_of(loaded)
    if any(value.get(name) != text for name, text in members.items()):
        raise UnsoundClientKey("holds a key that is not written as RFC 7518 has it")
    return _client_key(members, algorithm, loaded, value.get("kid"))


def _loaded_jwk(jwk: Mapping[str, object]) -> PublicKey | None:
    wanted = _REQUIRED.get(str(jwk.get("kty")), ())
    members = {name: jwk.get(name) for name in ("kty", *wanted)}
    if not wanted or not all(isinstance(text, str) for text in members.values()):
        return None
    text = json.dumps(members)
    try:
        match jwk["kty"]:
            case "OKP":
                loaded: object = OKPAlgorithm.from_jwk(text)
            case "EC":
                loaded = ECAlgorithm.from_jwk(text)
            case _:
                loaded = RSAAlgorithm.from_jwk(text)
    except (InvalidKeyError, ValueError, TypeError, UnsupportedAlgorithm, binascii.Error):
        return None
    return loaded if isinstance(loaded, PublicKey) else None


def _algorithm_of(loaded: PublicKey, said: object) -> KeyAlgorithm:
    """The one algorithm of the key; RSA without `alg` is RS256, as a PEM cannot say it."""
    match loaded:
        case Ed25519PublicKey():
            allowed = [KeyAlgorithm.EDDSA]
        case EllipticCurvePublicKey() if isinstance(loaded.curve, SECP256R1):
            allowed = [KeyAlgorithm.ES256]
        case RSAPublicKey() if _RSA_BITS[0] <= loaded.key_size <= _RSA_BITS[1]:
            is_usual = loaded.public_numbers().e == _RSA_EXPONENT
            allowed = [KeyAlgorithm.RS256, KeyAlgorithm.PS256] if is_usual else []
        case _:
            allowed = []
    if not allowed:
        raise UnsoundClientKey(_KINDS)
    if said is None:
        return allowed[0]
    named = algorithm_named(said)
    if named is None or named not in allowed:
        raise UnsoundClientKey(f"holds a key whose alg is not {' or '.join(allowed)}")
    return named


def _client_key(
    members: Mapping[str, str], algorithm: KeyAlgorithm, loaded: PublicKey, kid: object
) -> ClientKey:
    if kid is None:
        kid = thumbprint(members)
    if not isinstance(kid, str) or not re.fullmatch(KID_PATTERN, kid):
        raise UnsoundClientKey(
            f"names a kid that is not 1 to {MAX_KID_LENGTH} letters, digits and ._~:=-"
        )
    public = loaded.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return ClientKey(kid, algorithm, public)


def thumbprint(members: Mapping[str, str]) -> str:
    """RFC 7638: the required members alone, sorted, without white space."""
    text = json.dumps(dict(sorted(members.items())), separators=(",", ":"))
    return base64url(hashlib.sha256(text.encode()).digest())


def _members_of(loaded: PublicKey) -> dict[str, str]:
    """The required members as RFC 7518 and RFC 8037 write them."""
    match loaded:
        case Ed25519PublicKey():
            return {"kty": "OKP", "crv": "Ed25519", "x": base64url(loaded.public_bytes_raw())}
        case EllipticCurvePublicKey():
            point = loaded.public_bytes(
                serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
            )
            half = len(point) // 2
            x, y = base64url(point[1 : half + 1]), base64url(point[half + 1 :])
            return {"kty": "EC", "crv": "P-256", "x": x, "y": y}
        case RSAPublicKey():
            numbers = loaded.public_numbers()
            return {"kty": "RSA", "n": _unsigned(numbers.n), "e": _unsigned(numbers.e)}


def _unsigned(number: int) -> str:
    return base64url(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def public_jwk(key: ClientKey) -> dict[str, str]:
    """As a JWK set shows it."""
    return _members_of(key.loaded()) | {"kid": key.kid, "use": "sig", "alg": key.algorithm}


def private_jwk(private: Ed25519PrivateKey | EllipticCurvePrivateKey) -> dict[str, str]:
    """A key pair for a client, under the thumbprint of its public half."""
    match private:
        case Ed25519PrivateKey():
            secret, algorithm = private.private_bytes_raw(), KeyAlgorithm.EDDSA
        case EllipticCurvePrivateKey():
            value = private.private_numbers().private_value
            secret, algorithm = value.to_bytes(32, "big"), KeyAlgorithm.ES256
    members = _members_of(private.public_key())
    names = {"kid": thumbprint(members), "use": "sig", "alg": str(algorithm)}
    return members | {"d": base64url(secret)} | names


def new_private_jwk(algorithm: KeyAlgorithm) -> dict[str, str]:
    """A fresh one, for EdDSA or ES256."""
    if algorithm is KeyAlgorithm.EDDSA:
        return private_jwk(Ed25519PrivateKey.generate())
    if algorithm is KeyAlgorithm.ES256:
        return private_jwk(generate_private_key(SECP256R1()))
    raise ValueError(f"no {algorithm} key is made here")
