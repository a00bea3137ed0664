"""Sealed fields open where they belong, for whom they belong, unchanged, or not at all."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.keys import KeySet, Purpose, new_key, new_key_set
from auth.master_keys import LocalMasterKeys, WrapBroken, WrappedKey
from auth.sealing import (
    MAX_PLAINTEXT_BYTES,
    SEAL_OVERHEAD_BYTES,
    HolderVault,
    SealBroken,
    Sealer,
    new_holder_key,
    open_sealed,
    seal,
)

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
KEY = new_holder_key()


def vault(holder_id: str = "hld_1", key: bytes = KEY) -> HolderVault:
    return HolderVault(holder_id, key)


@given(st.text(max_size=200))
def test_any_text_opens_to_itself(text: str) -> None:
    sealed = vault().seal("holders", "name", text)
    assert vault().open("holders", "name", sealed) == text
    assert len(sealed) == SEAL_OVERHEAD_BYTES + len(text.encode())
    assert sealed[0] == 1


@given(st.binary(max_size=200))
def test_bytes_open_to_themselves(data: bytes) -> None:
    sealed = seal(KEY, collection="c", field="f", holder_id="h", plaintext=data)
    assert open_sealed(KEY, collection="c", field="f", holder_id="h", sealed=sealed) == data


def test_the_same_text_never_gives_the_same_bytes() -> None:
    assert len({vault().seal("holders", "name", "Ω") for _ in range(100)}) == 100


@pytest.mark.parametrize(
    ("collection", "field", "holder_id"),
    [
        ("holder", "name", "hld_1"),
        ("holders", "phone", "hld_1"),
        ("holders", "name", "hld_2"),
        ("name", "holders", "hld_1"),
        # The same letters cut elsewhere: what bare joining would confuse.
        ("holder", "sname", "hld_1"),
        ("holders", "namehld", "_1"),
        ("", "holdersname", "hld_1"),
    ],
)
def test_a_sealed_field_moved_elsewhere_does_not_open(
    collection: str, field: str, holder_id: str
) -> None:
    sealed = vault().seal("holders", "name", "ÅSE BJØRK")
    with pytest.raises(SealBroken):
        vault(holder_id).open(collection, field, sealed)


def test_another_key_does_not_open_a_sealed_field() -> None:
    sealed = vault().seal("holders", "name", "ÅSE BJØRK")
    with pytest.raises(SealBroken):
        vault(key=new_holder_key()).open("holders", "name", sealed)


def test_a_sealed_field_with_any_changed_byte_does_not_open() -> None:
    sealed = vault().seal("holders", "name", "ÅSE BJØRK")
    for place in range(len(sealed)):  # format, nonce, ciphertext and tag
        for flip in (0x01, 0x80):
            changed = bytearray(sealed)
            changed[place] ^= flip
            with pytest.raises(SealBroken):
                vault().open("holders", "name", bytes(changed))


def test_a_sealed_field_cut_or_lengthened_does_not_open() -> None:
    sealed = vault().seal("holders", "name", "ÅSE BJØRK")
    for length in range(len(sealed)):
        with pytest.raises(SealBroken):
            vault().open("holders", "name", sealed[:length])
    with pytest.raises(SealBroken):
        vault().open("holders", "name", sealed + b"\0")


@given(st.binary(max_size=80))
def test_noise_never_opens_and_never_fails_otherwise(noise: bytes) -> None:
    with pytest.raises(SealBroken):
        vault().open("holders", "name", noise)


def test_sealed_bytes_that_are_no_text_do_not_open_as_text() -> None:
    sealed = seal(KEY, collection="c", field="f", holder_id="hld_1", plaintext=b"\xff\xfe")
    with pytest.raises(SealBroken) as broken:
        vault().open("c", "f", sealed)
    assert broken.value.__context__ is None


def test_a_plaintext_is_bounded() -> None:
    longest = "x" * MAX_PLAINTEXT_BYTES
    assert vault().open("c", "f", vault().seal("c", "f", longest)) == longest
    with pytest.raises(ValueError, match="at most") as refused:
        vault().seal("c", "f", longest + "x")
    assert "xx" not in str(refused.value)


def test_a_broken_seal_says_nothing_of_content_place_or_holder() -> None:
    with pytest.raises(SealBroken) as broken:
        vault("hld_secret").open("holders", "birth_date", vault().seal("c", "f", "1990-01-01"))
    assert str(broken.value) == "a sealed value does not open"
    assert broken.value.__context__ is None


def test_a_vault_shows_neither_key_nor_holder() -> None:
    assert repr(vault()) == "HolderVault()"
    assert not hasattr(vault(), "__dict__")


def sealer_over(key_set: KeySet) -> Sealer:
    return Sealer(LocalMasterKeys(key_set))


def test_a_new_vault_opens_again_from_its_wrapped_key() -> None:
    sealer = sealer_over(new_key_set(now=NOW))
    made, wrapped = sealer.new_vault("hld_1")
    sealed = made.seal("holders", "name", "ÅSE")
    assert sealer.vault_for("hld_1", wrapped).open("holders", "name", sealed) == "ÅSE"
    assert made.holder_id == "hld_1"


def test_one_holders_wrapped_key_opens_no_vault_of_another() -> None:
    sealer = sealer_over(new_key_set(now=NOW))
    _, wrapped = sealer.new_vault("hld_1")
    with pytest.raises(WrapBroken):
        sealer.vault_for("hld_2", wrapped)


def test_rewrapping_moves_the_key_and_leaves_the_sealed_fields() -> None:
    keys = new_key_set(now=NOW)
    made, wrapped = sealer_over(keys).new_vault("hld_1")
    sealed = made.seal("holders", "name", "ÅSE")
    keys = keys.staged(new_key(Purpose.MASTER, 2, now=NOW)).promoted(Purpose.MASTER)
    moved = sealer_over(keys).rewrap("hld_1", wrapped)
    assert moved.version == sealer_over(keys).current_version == 2
    assert sealer_over(keys).rewrap("hld_1", moved) is moved
    after = sealer_over(keys.retired(Purpose.MASTER, 1))
    assert after.vault_for("hld_1", moved).open("holders", "name", sealed) == "ÅSE"


class CountingMasterKeys(LocalMasterKeys):
    def __init__(self, key_set: KeySet) -> None:
        super().__init__(key_set)
        self.calls: Counter[str] = Counter()

    def wrap(self, holder_id: str, key: bytes) -> WrappedKey:
        self.calls["wrap"] += 1
        return super().wrap(holder_id, key)

    def unwrap(self, holder_id: str, wrapped: WrappedKey) -> bytes:
        self.calls["unwrap"] += 1
        return super().unwrap(holder_id, wrapped)


def test_a_decoy_is_opened_like_a_holder_at_the_same_count_and_size() -> None:
    master_keys = CountingMasterKeys(new_key_set(now=NOW))
    sealer = Sealer(master_keys)
    made, wrapped = sealer.new_vault("hld_1")
    real = made.seal("holders", "name", "-" * 24)
    texts = {"name": "?" * 24}
    decoy = sealer.decoy("holders", texts)

    master_keys.calls.clear()
    assert sealer.vault_for("hld_1", wrapped).open("holders", "name", real)
    for_a_holder = dict(master_keys.calls)

    master_keys.calls.clear()
    decoy = sealer.decoy("holders", texts)
    opened = sealer.vault_for(decoy.holder_id, decoy.wrapped)
    assert opened.open("holders", "name", decoy.sealed["name"]) == texts["name"]
    assert dict(master_keys.calls) == for_a_holder == {"unwrap": 1}
    assert len(decoy.sealed["name"]) == len(real)
    assert len(decoy.wrapped.value) == len(wrapped.value)


def test_a_decoy_is_made_once_per_process() -> None:
    sealer = sealer_over(new_key_set(now=NOW))
    decoy = sealer.decoy("holders", {"name": "a", "chinese_name": "b"})
    assert sealer.decoy("holders", {"chinese_name": "b", "name": "a"}) is decoy
    assert sealer.decoy("identity_documents", {"name": "a"}) is not decoy


def test_decoys_are_bounded() -> None:
    sealer = sealer_over(new_key_set(now=NOW))
    for number in range(16):
        sealer.decoy("holders", {"name": str(number)})
    with pytest.raises(ValueError, match="too many decoys"):
        sealer.decoy("holders", {"name": "16"})
