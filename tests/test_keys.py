"""The key set: its rules, its rotation, and that it never shows a secret."""

from __future__ import annotations

import base64
import pickle
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.digests import Digest, Digester
from auth.jwks import jwks
from auth.keys import (
    Key,
    KeyRing,
    KeySet,
    Purpose,
    UnknownKeyVersion,
    UnsoundKeySet,
    base64url,
    framed,
    new_key,
    new_key_set,
)
from auth.master_keys import LocalMasterKeys, WrapBroken, WrappedKey
from auth.sealing import new_holder_key
from auth.signed_json import SigningKey

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def rotated(key_set: KeySet, purpose: Purpose) -> KeySet:
    version = key_set.ring(purpose).newest.version + 1
    return key_set.staged(new_key(purpose, version, now=NOW)).promoted(purpose)


def test_a_fresh_set_has_one_current_key_for_every_purpose() -> None:
    keys = new_key_set(now=NOW)
    for purpose in Purpose:
        assert keys.current(purpose) == keys.version(purpose, 1)
        assert len(keys.current(purpose).secret) == 32
    assert keys != new_key_set(now=NOW)


@pytest.mark.parametrize("purpose", Purpose)
def test_rotating_keeps_the_old_key_and_retiring_drops_it(purpose: Purpose) -> None:
    before = new_key_set(now=NOW)
    after = rotated(before, purpose)
    assert after.current(purpose).version == 2
    assert after.version(purpose, 1) == before.current(purpose)
    retired = after.retired(purpose, 1)
    with pytest.raises(UnknownKeyVersion) as unknown:
        retired.version(purpose, 1)
    assert (unknown.value.purpose, unknown.value.version) == (purpose, 1)


def test_a_staged_key_is_live_but_not_current() -> None:
    keys = new_key_set(now=NOW).staged(new_key(Purpose.DIGEST, 2, now=NOW))
    assert keys.current(Purpose.DIGEST).version == 1
    assert keys.digest_versions() == (2, 1)


def test_the_current_key_cannot_be_retired() -> None:
    with pytest.raises(UnsoundKeySet, match="rotate first"):
        new_key_set(now=NOW).retired(Purpose.MASTER, 1)


def test_an_unknown_version_cannot_be_retired() -> None:
    with pytest.raises(UnknownKeyVersion):
        new_key_set(now=NOW).retired(Purpose.MASTER, 7)


def test_a_new_key_needs_a_version_above_the_newest() -> None:
    with pytest.raises(UnsoundKeySet, match="above the newest"):
        new_key_set(now=NOW).staged(new_key(Purpose.REFRESH, 1, now=NOW))


def ring(*versions: int, current: int = 1, purpose: Purpose = Purpose.DIGEST) -> KeyRing:
    return KeyRing(purpose, current, tuple(new_key(purpose, v, now=NOW) for v in versions))


def test_a_ring_refuses_to_be_empty_repeated_overlong_or_without_its_current_key() -> None:
    for versions in ((), (1, 1), tuple(range(1, 18)), (2,)):
        with pytest.raises(UnsoundKeySet):
            ring(*versions)


def test_a_ring_refuses_a_key_of_another_purpose() -> None:
    with pytest.raises(UnsoundKeySet, match="another purpose"):
        KeyRing(Purpose.MASTER, 1, (new_key(Purpose.DIGEST, 1, now=NOW),))


def test_a_set_refuses_to_lack_a_purpose_or_to_mix_them_up() -> None:
    keys = new_key_set(now=NOW)
    with pytest.raises(UnsoundKeySet, match="refresh keys are missing"):
        KeySet.of([keys.signing, keys.master, keys.digest])
    with pytest.raises(UnsoundKeySet, match="another purpose"):
        KeySet(keys.master, keys.signing, keys.digest, keys.refresh, keys.letters)


def test_one_secret_never_serves_twice_so_every_kid_is_unique() -> None:
    keys = new_key_set(now=NOW)
    again = Key(Purpose.SIGNING, 2, NOW, keys.current(Purpose.SIGNING).secret)
    with pytest.raises(UnsoundKeySet, match="twice"):
        keys.staged(again)
    with pytest.raises(UnsoundKeySet, match="twice"):
        keys.staged(Key(Purpose.MASTER, 2, NOW, keys.current(Purpose.DIGEST).secret))


@pytest.mark.parametrize(
    ("version", "created_at", "secret"),
    [
        (0, NOW, bytes(32)),
        (2**31, NOW, bytes(32)),
        (1, NOW, bytes(31)),
        (1, NOW, bytes(33)),
        (1, NOW.replace(tzinfo=None), bytes(32)),
    ],
)
def test_a_key_refuses_a_wrong_version_size_or_time(
    version: int, created_at: datetime, secret: bytes
) -> None:
    with pytest.raises(UnsoundKeySet):
        Key(Purpose.MASTER, version, created_at, secret)


def spellings(secret: bytes) -> list[str]:
    return [repr(secret), secret.hex(), base64url(secret), base64.b64encode(secret).decode()]


def test_no_repr_shows_a_secret() -> None:
    keys = new_key_set(now=NOW)
    master_keys = LocalMasterKeys(keys)
    holder_key = new_holder_key()
    wrapped = master_keys.wrap("hld_1", holder_key)
    signing = SigningKey.of(keys.current(Purpose.SIGNING))
    digester = Digester(keys)
    digest = digester.digest("permit", "1")
    shown = " ".join(map(repr, [keys, master_keys, wrapped, signing, digester, digest]))
    shown += f" {keys} {wrapped} {digest}"
    secrets = [keys.current(purpose).secret for purpose in Purpose]
    for secret in [*secrets, holder_key, wrapped.value, digest.value]:
        for spelling in spellings(secret):
            assert spelling not in shown
    # The check itself can fail: a pickle does show the secret.
    assert secrets[0] in pickle.dumps(keys)


def test_no_exception_about_keys_shows_a_secret() -> None:
    keys = new_key_set(now=NOW)
    secret = keys.current(Purpose.DIGEST).secret
    with pytest.raises(UnsoundKeySet) as unsound:
        keys.staged(Key(Purpose.MASTER, 2, NOW, secret))
    assert all(spelling not in repr(unsound.value) for spelling in spellings(secret))


@given(
    st.lists(st.binary(max_size=6), max_size=5),
    st.lists(st.binary(max_size=6), max_size=5),
)
def test_framing_gives_two_different_lists_two_different_texts(
    one: list[bytes], other: list[bytes]
) -> None:
    assert (framed(*one) == framed(*other)) == (one == other)


def test_framing_tells_where_one_part_ends() -> None:
    assert framed("ab", "c") != framed("a", "bc")
    assert framed("ab", "c") != framed("abc")
    assert framed("é") == framed("é".encode())


def test_a_wrapped_key_opens_for_its_holder_only() -> None:
    master_keys = LocalMasterKeys(new_key_set(now=NOW))
    key = new_holder_key()
    wrapped = master_keys.wrap("hld_1", key)
    assert master_keys.unwrap("hld_1", wrapped) == key
    for other in ("hld_2", "hld_", "", "hld_11"):
        with pytest.raises(WrapBroken):
            master_keys.unwrap(other, wrapped)


def test_a_wrapped_key_with_any_changed_byte_does_not_open() -> None:
    master_keys = LocalMasterKeys(new_key_set(now=NOW))
    wrapped = master_keys.wrap("hld_1", new_holder_key())
    for place in range(len(wrapped.value)):
        changed = bytearray(wrapped.value)
        changed[place] ^= 1
        with pytest.raises(WrapBroken):
            master_keys.unwrap("hld_1", WrappedKey(wrapped.version, bytes(changed)))
    for value in (b"", wrapped.value[:-1], wrapped.value + b"\0"):
        with pytest.raises(WrapBroken):
            master_keys.unwrap("hld_1", WrappedKey(wrapped.version, value))


def test_only_a_key_of_256_bits_is_wrapped() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        LocalMasterKeys(new_key_set(now=NOW)).wrap("hld_1", bytes(16))


def test_wraps_stay_readable_through_a_rotation_until_their_key_is_retired() -> None:
    keys = new_key_set(now=NOW)
    key = new_holder_key()
    wrapped = LocalMasterKeys(keys).wrap("hld_1", key)
    keys = rotated(keys, Purpose.MASTER)
    after = LocalMasterKeys(keys)
    assert after.unwrap("hld_1", wrapped) == key
    assert after.wrap("hld_1", key).version == after.current_version == 2
    with pytest.raises(WrapBroken):
        after.unwrap("hld_1", WrappedKey(2, wrapped.value))
    with pytest.raises(UnknownKeyVersion):
        LocalMasterKeys(keys.retired(Purpose.MASTER, 1)).unwrap("hld_1", wrapped)


def test_the_published_keys_are_public_halves_of_every_live_key_and_of_no_retired_one() -> None:
    keys = rotated(new_key_set(now=NOW), Purpose.SIGNING)
    keys = keys.staged(new_key(Purpose.SIGNING, 3, now=NOW))
    published = jwks(keys)["keys"]
    expected = [SigningKey.of(keys.version(Purpose.SIGNING, v)).kid for v in (3, 2, 1)]
    letters = SigningKey.of(keys.current(Purpose.LETTERS)).kid
    assert [key["kid"] for key in published] == [*expected, letters]
    for key in published:
        assert set(key) == {"kty", "crv", "x", "kid", "use", "alg"}
        assert (key["kty"], key["crv"], key["use"]) == ("OKP", "Ed25519", "sig")
    remaining = [key["kid"] for key in jwks(keys.retired(Purpose.SIGNING, 1))["keys"]]
    assert remaining == [*expected[:2], letters]


def test_letters_stay_checkable_when_every_key_that_signs_sessions_has_changed() -> None:
    keys = new_key_set(now=NOW)
    letters = SigningKey.of(keys.current(Purpose.LETTERS)).kid
    assert letters.startswith("L-")
    assert len(letters) == 14
    keys = rotated(rotated(keys, Purpose.SIGNING).retired(Purpose.SIGNING, 1), Purpose.LETTERS)
    assert letters in [key["kid"] for key in jwks(keys)["keys"]]


def test_the_kid_is_the_thumbprint_that_rfc_8037_appendix_a_3_computes() -> None:
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    key = SigningKey.of(Key(Purpose.SIGNING, 1, NOW, seed))
    assert key.x == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    assert key.kid == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_only_a_signing_key_signs() -> None:
    with pytest.raises(UnsoundKeySet, match="cannot sign"):
        SigningKey.of(new_key(Purpose.REFRESH, 1, now=NOW))


def test_a_digest_finds_the_same_text_of_the_same_kind_only() -> None:
    digester = Digester(new_key_set(now=NOW))
    stored = digester.digest("permit", "1234")
    assert stored in digester.candidates("permit", "1234")
    assert len(stored.value) == 32
    for kind, text in (("passport", "1234"), ("permit", "123"), ("permit1", "234"), ("", "")):
        assert stored not in digester.candidates(kind, text)
    assert digester.blind("permit", "1234") not in digester.candidates("permit", "1234")
    assert digester.blind("address", "::1") == digester.blind("address", "::1")
    assert digester.blind("address", "::1") != digester.blind("number", "::1")


def test_digests_of_two_key_sets_have_nothing_in_common() -> None:
    one, other = Digester(new_key_set(now=NOW)), Digester(new_key_set(now=NOW))
    assert one.digest("permit", "1").value != other.digest("permit", "1").value


def test_an_old_digest_is_found_through_a_rotation_until_its_key_is_retired() -> None:
    keys = new_key_set(now=NOW)
    old = Digester(keys).digest("permit", "1234")
    keys = rotated(keys, Purpose.DIGEST)
    after = Digester(keys)
    assert [digest.version for digest in after.candidates("permit", "1234")] == [2, 1]
    assert old in after.candidates("permit", "1234")
    assert after.digest("permit", "1234").version == after.current_version == 2
    assert old not in Digester(keys.retired(Purpose.DIGEST, 1)).candidates("permit", "1234")


@given(st.integers(1, 2**31 - 1), st.binary(min_size=32, max_size=32))
def test_a_packed_digest_unpacks_to_itself(version: int, value: bytes) -> None:
    assert Digest.unpacked(Digest(version, value).packed) == Digest(version, value)


def test_a_packed_digest_of_another_length_is_refused() -> None:
    for packed in (b"", bytes(35), bytes(37)):
        with pytest.raises(ValueError, match="length"):
            Digest.unpacked(packed)
