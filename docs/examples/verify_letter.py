"""Is this letter genuine? Offline, with a saved JWKS file, the QR's address and the paper.

.venv/bin/python docs/examples/verify_letter.py JWKS_FILE ADDRESS [FIELDS_FILE]

Asks for what is printed, field by field, or reads it from FIELDS_FILE (docs/letters-verify.md).
Prints "genuine" and ends with 0, or "not genuine" with why and ends with 1. Nothing goes over the
network, and nothing but the signature is left to a library: any language can do the same.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import sys
import unicodedata
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

PERSON = ("file_number", "full_name", "chinese_name", "nationality", "passport_number")
PERMIT = (
    "permit_number",
    "category",
    "employer",
    "post",
    "city",
    "valid_from",
    "valid_until",
)
KINDS = {
    "PN": ("PERMIT_NOTIFICATION", (*PERSON, *PERMIT, "letter_until")),
    "DE": (
        "DECISION",
        (
            *PERSON,
            "procedure",
            "employer",
            "filed_on",
            "decided_on",
            "outcome",
            "permit_number",
            "category",
            "valid_from",
            "valid_until",
        ),
    ),
    "CP": (
        "CANCELLATION_PROOF",
        (
            *PERSON,
            "permit_number",
            "category",
            "employer",
            "post",
            "valid_from",
            "cancelled_on",
        ),
    ),
    "PC": ("PERMIT_CERTIFICATE", (*PERSON, *PERMIT, "status", "as_of")),
    "CR": (
        "CARD_RECEIPT",
        (
            *PERSON,
            "order_number",
            "ordered_on",
            "reason",
            "channel",
            "making",
            "collection",
            "city",
            "promised_on",
            "ticket",
        ),
    ),
}
DAYS = {
    "valid_from",
    "valid_until",
    "letter_until",
    "as_of",
    "filed_on",
    "decided_on",
    "cancelled_on",
    "ordered_on",
    "promised_on",
}
BILINGUAL = {"employer", "post"}
OUR_NUMBERS = {"file_number", "order_number"}
PLAIN = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "þ": "th", "ð": "d", "đ": "d"}
    | {"ħ": "h", "ł": "l", "ı": "i", "ŋ": "n", "ŧ": "t", "ə": "e"}
)
DAY = re.compile(
    r"\s*(\d{4})(?:\s*[-./年\s]\s*(\d{1,2})\s*[-./月\s]\s*(\d{1,2})\s*日?|(\d{2})(\d{2}))\s*",
    re.ASCII,
)
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRTUVWXY"
CHOICES_FILE = Path(__file__).with_name("letter_choices.json")
"""Field → word → [English, Chinese], as printed."""


class NotGenuine(Exception):
    """With the reason, which names no value."""


def verified(jwks: dict[str, Any], address: str) -> dict[str, str]:
    """What the token in the QR says, once our signature holds on it."""
    token = "".join(address.split()).rpartition("/")[2]
    parts = token.split(".")
    if len(token) > 400 or len(parts) != 3:
        raise NotGenuine("that is no address of a letter")
    header = json.loads(_decoded(parts[0]))
    if set(header) != {"alg", "kid", "typ"} or header["alg"] != "EdDSA":
        raise NotGenuine("the QR code was not signed as letters are")
    if header["typ"] != "letter" or not str(header["kid"]).startswith("L-"):
        raise NotGenuine("the QR code is of something else than a letter")
    keys = [key for key in jwks["keys"] if key.get("kid") == header["kid"]]
    if len(keys) != 1 or (keys[0].get("kty"), keys[0].get("crv")) != ("OKP", "Ed25519"):
        raise NotGenuine(
            "the key that signed it is not in the JWKS file: is the file a recent one?"
        )
    public_key = Ed25519PublicKey.from_public_bytes(_decoded(keys[0]["x"]))
    signature = _decoded(parts[2])
    try:
        public_key.verify(signature, f"{parts[0]}.{parts[1]}".encode())
    except InvalidSignature:
        raise NotGenuine("our signature does not hold on the QR code") from None
    claims: dict[str, str] = json.loads(_decoded(parts[1]))
    if set(claims) != {"k", "i", "d", "h"} or claims["k"] not in KINDS:
        raise NotGenuine("the QR code says something else than a letter's does")
    return claims


def _decoded(segment: str) -> bytes:
    """Base64url without padding, in its one canonical form."""
    data = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    if base64.urlsafe_b64encode(data).decode().rstrip("=") != segment:
        raise NotGenuine("the QR code was changed or cut short")
    return data


def digest_of(claims: dict[str, str], printed: dict[str, str], code: str) -> bytes:
    kind, fields = KINDS[claims["k"]]
    parts = ["onecard", "letter", kind, claims["i"], claims["d"]]
    for field in fields:
        parts += [field, compared(field, printed.get(field, ""))]
    parts += ["CODE", read_code(code)]
    encoded = [part.encode() for part in parts]
    return hashlib.sha256(
        b"".join(len(part).to_bytes(4, "big") + part for part in encoded)
    ).digest()


def compare(claims: dict[str, str], printed: dict[str, str]) -> None:
    """Raises NotGenuine."""
    computed = digest_of(claims, printed, printed.get("code", ""))
    if not hmac.compare_digest(computed, _decoded(claims["h"])):
        raise NotGenuine("what was typed is not what was printed")


def compared(field: str, typed: str) -> str:
    """What enters the digest for a value as it is printed, or as somebody types it."""
    if field in DAYS:
        return _day(typed)
    plain = normalised(typed)
    if field in BILINGUAL:
        return "".join(sorted(plain, key=lambda char: not _is_ideograph(char)))
    if field in OUR_NUMBERS:
        return plain.translate(str.maketrans("oil", "011"))
    for word, (english, chinese) in _choices().get(field, {}).items():
        en, zh = normalised(english), normalised(chinese)
        if plain in {normalised(word), en, zh, zh + en, en + zh}:
            return normalised(word)
    return plain


def normalised(text: str) -> str:
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = [
        char
        for char in folded
        if unicodedata.category(char) in {"Lu", "Ll", "Lt", "Lo", "Nd", "Nl", "No"}
    ]
    return "".join(kept).translate(PLAIN)


def _day(typed: str) -> str:
    found = DAY.fullmatch(unicodedata.normalize("NFKC", typed))
    if found is None:
        return normalised(typed)
    year, month, day = found[1], found[2] or found[4], found[3] or found[5]
    return f"{year}{int(month):02}{int(day):02}"


def _is_ideograph(char: str) -> bool:
    return unicodedata.name(char, "").startswith("CJK UNIFIED IDEOGRAPH")


def _choices() -> dict[str, dict[str, list[str]]]:
    choices: dict[str, dict[str, list[str]]] = json.loads(CHOICES_FILE.read_text("utf-8"))
    return choices


def read_code(typed: str) -> str:
    """The printed code: 15 characters and one that checks them."""
    text = unicodedata.normalize("NFKC", typed).upper()
    code = "".join(char for char in text if char.isalnum()).translate(str.maketrans("SZ", "52"))
    places = [CODE_ALPHABET.find(char) for char in code]
    if len(code) != 16 or -1 in places:
        raise NotGenuine("the printed code has 16 letters and digits: compare it with the paper")
    if sum(at * place for at, place in enumerate(places[:15], 1)) % 29 != places[15]:
        raise NotGenuine("the printed code was mistyped: compare it with the paper")
    return code


def _asked(claims: dict[str, str]) -> dict[str, str]:
    kind, fields = KINDS[claims["k"]]
    print(f"{kind}, issued on {claims['d']}: both must stand on the paper. Type what is printed;")
    print("leave empty what the paper does not have.")
    return {field: input(f"  {field}: ") for field in (*fields, "code")}


def main(arguments: list[str]) -> int:
    if len(arguments) not in (2, 3):
        print("give JWKS_FILE ADDRESS [FIELDS_FILE]", file=sys.stderr)
        return 2
    try:
        jwks = json.loads(Path(arguments[0]).read_text("utf-8"))
        given = json.loads(Path(arguments[2]).read_text("utf-8")) if len(arguments) == 3 else None
    except (OSError, ValueError):
        print("a file cannot be read, or is no JSON", file=sys.stderr)
        return 2
    try:
        claims = verified(jwks, arguments[1])
        compare(claims, _asked(claims) if given is None else given)
    except NotGenuine as fault:
        print(f"not genuine: {fault}")
        return 1
    except (ValueError, KeyError, TypeError, AttributeError):
        print("not genuine: that is no address of a letter")
        return 1
    print(f"genuine: {KINDS[claims['k']][0]}, issued on {claims['d']}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
