"""Selective disclosure JWTs (RFC 9901): what we issue, in compact form without key binding.

Only what an issuer of flat claims needs: each disclosable claim is one disclosure
`[salt, name, value]`, and the signed payload carries its digest under `_sd`. Decoys fill the
digests up to a fixed count, so that their number does not tell which claims there are; all stand in
the order of their digests, which is random.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from typing import Final

from auth.keys import base64url
from auth.signed_json import SignedJson

DIGEST_COUNT: Final = 24
SALT_BYTES: Final = 16
RESERVED: Final = frozenset({"_sd", "_sd_alg", "...", "iss", "nbf", "exp", "cnf", "vct", "status"})
"""What may not be disclosed selectively (SD-JWT VC), or has a meaning of its own."""


def issue_sd_jwt(
    signed_json: SignedJson,
    token_type: str,
    plain: Mapping[str, object],
    disclosable: Mapping[str, object],
) -> str:
    """`plain` is told always, `disclosable` as the holder chooses.

    Raises ValueError for claims that cannot be so: a fault of the caller.
    """
    if disclosable.keys() & (RESERVED | plain.keys()) or len(disclosable) > DIGEST_COUNT:
        raise ValueError("these claims cannot be disclosed selectively")
    disclosures = [_disclosure(name, value) for name, value in disclosable.items()]
    digests = [base64url(hashlib.sha256(one.encode()).digest()) for one in disclosures]
    digests += [_decoy() for _ in range(DIGEST_COUNT - len(digests))]
    payload = {**plain, "_sd_alg": "sha-256", "_sd": sorted(digests)}
    signed = signed_json.sign(token_type, payload)
    return "~".join([signed, *disclosures, ""])


def _disclosure(name: str, value: object) -> str:
    salt = base64url(os.urandom(SALT_BYTES))
    text = json.dumps([salt, name, value], ensure_ascii=False, separators=(",", ":"))
    return base64url(text.encode())


def _decoy() -> str:
    """As the digest of a disclosure that there is none of."""
    return base64url(hashlib.sha256(os.urandom(32)).digest())
